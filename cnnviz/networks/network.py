"""A network: named layers one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import prod
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.cost import Measure, measure
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, Layer, Shape, Unflatten
from cnnviz.core.seed import seeded

MOST_BYTES = 700 * 2**20  # of all weights, and where every stage is kept of all maps as well; VGG16 takes 638 MiB
KEPT = 128  # networks that are counted once for all
INPUT = "input"  # how the network's input is called among its stages


@dataclass(frozen=True)
class Network:
    """Layers with names, in the order in which they run.

    Attributes
    ----------
    stages : tuple of (name, layer)
        Any layers that torch runs in a row; see `Layer.takes`. A dot in a name begins an `nn.Sequential` within, as in
        features.0.
    prefix : str
        Name of the `nn.Sequential` that holds them, and so the start of every key of the `state_dict`. If it is empty,
        the `nn.Sequential` stands alone and the keys begin with the stage's name.

    Raises
    ------
    GeometryError
        If torch could not tell the stages apart by their names.
    """

    budget: ClassVar[int | None] = MOST_BYTES  # of a forward pass; see `networks.forward.run_network`

    stages: tuple[tuple[str, Layer], ...]
    prefix: str = "cnn"

    def __post_init__(self) -> None:
        check_names(tuple(name for name, _ in self.stages))
        if self.prefix and not free(self.prefix):
            raise GeometryError(
                "The nn.Sequential cannot be called {prefix!r}. Use letters and digits, or nothing.", prefix=self.prefix
            )

    def module(self) -> nn.Module:
        """The torch module with torch's own initialisation, made layer after layer."""
        row = nn.Sequential()
        for name, layer in self.stages:
            inner: nn.Module = row
            *outer, own = name.split(".")
            for part in outer:
                if not hasattr(inner, part):
                    inner.add_module(part, nn.Sequential())
                inner = inner.get_submodule(part)
            inner.add_module(own, layer.module())
        if not self.prefix:
            return row
        holder = nn.Module()
        holder.add_module(self.prefix, row)
        return holder

    def start(self, name: str = "") -> str:
        """How the keys of the `state_dict` begin, of all stages or of one."""
        return "".join(f"{part}." for part in (self.prefix, name) if part)

    def state(self, seed: int) -> dict[str, Array]:
        """Torch's own start after ``torch.manual_seed(seed)``, by key of the `state_dict`."""
        return {self.start() + key: tensor.numpy() for key, tensor in self.seeded(seed).state_dict().items()}

    def seeded(self, seed: int) -> nn.Module:
        """The `nn.Sequential` itself, after ``torch.manual_seed(seed)``."""
        with seeded(seed):
            return self.row()

    def row(self) -> nn.Module:
        """The `nn.Sequential` itself, with torch's own initialisation."""
        return self.module().get_submodule(self.prefix)

    def load(self, row: nn.Module, state: Mapping[str, Array]) -> nn.Module:
        """The `nn.Sequential` with a state by the network's keys.

        Raises
        ------
        GeometryError
            If it is not the state of this network.
        """
        own = {key.removeprefix(self.start()): torch.from_numpy(np.array(value)) for key, value in state.items()}
        try:
            row.load_state_dict(own)
        except RuntimeError as error:
            raise GeometryError(
                "These weights are not those of this network. Choose the network they belong to."
            ) from error
        return row

    def inside(self, row: nn.Module) -> list[tuple[str, nn.Module]]:
        """The module of each stage in the `nn.Sequential`, by its name."""
        return [(name, row.get_submodule(name)) for name, _ in self.stages]

    def upto(self, name: str) -> "Network":
        """The same network, ended after the stage of this name."""
        names = [one for one, _ in self.stages]
        return Network(self.stages[: names.index(name) + 1], self.prefix)

    def layer(self, name: str) -> Layer:
        """The layer of the stage of this name."""
        return dict(self.stages)[name]

    def shapes(self, shape: Shape) -> list[Shape]:
        """Shape after each stage as torch has it, without the batch: (channels, *axes), or (features,).

        Nothing is run. Behind nn.Flatten and nn.Linear there are no axes besides the features.

        Examples
        --------
        >>> from cnnviz.core.layers import Flatten, Linear
        >>> Network((("flat", Flatten()), ("dense", Linear((3, 4, 5), 10)))).shapes((3, 4, 5))
        [(60,), (10,)]

        Raises
        ------
        GeometryError
            If a stage cannot work on what reaches it; the sentence begins with its name.
        """
        found, error = self.sound(shape)
        if error:
            raise error
        return found

    def sound(self, shape: Shape) -> tuple[list[Shape], GeometryError | None]:
        """`shapes` as far as they go, and what is wrong with the stage after them; None where all can work."""
        found = [*sound_shapes(self, shape)]
        if len(found) == len(self.stages):
            return found, None
        name, layer = self.stages[len(found)]
        try:
            after(layer, found[-1] if found else shape)
        except GeometryError as error:
            return found, GeometryError("{name}: {error}", *error.fixes, name=name, error=error)
        raise AssertionError(name)

    def placed(self, shape: Shape) -> list[tuple[Layer, Shape]]:
        """Each layer along as many axes as there are, and what it reads, as it sees it; see `Layer.takes`."""
        return [*placed_stages(self, shape)]

    def measures(self, shape: Shape) -> list[Measure]:
        """What each stage costs."""
        return [*measured(self, shape)]


# A page asks these again and again of one network, and so do all who look at the same one.


@lru_cache(maxsize=KEPT)
def sound_shapes(network: Network, shape: Shape) -> tuple[Shape, ...]:
    """`Network.shapes` as far as they go."""
    found: list[Shape] = []
    for _, layer in network.stages:
        try:
            shape = after(layer, shape)
        except GeometryError:
            break
        found.append(shape)
    return tuple(found)


@lru_cache(maxsize=KEPT)
def placed_stages(network: Network, shape: Shape) -> tuple[tuple[Layer, Shape], ...]:
    """See `Network.placed`."""
    before = [shape, *network.shapes(shape)]
    layers = [layer.along(one) for (_, layer), one in zip(network.stages, before, strict=False)]
    return tuple((layer, layer.takes(one)) for layer, one in zip(layers, before, strict=False))


@lru_cache(maxsize=KEPT)
def measured(network: Network, shape: Shape) -> tuple[Measure, ...]:
    """See `Network.measures`."""
    return tuple(measure(layer, taken) for layer, taken in network.placed(shape))


@lru_cache(maxsize=KEPT)
def check_names(names: Sequence[str]) -> None:
    """Raise `GeometryError` unless an `nn.Sequential` with these names runs its layers in this order."""
    for name in names:
        if names.count(name) > 1:
            raise GeometryError(
                "{count} stages are called {name!r}. Give each a name of its own.", count=names.count(name), name=name
            )
        if name == INPUT or not all(map(free, name.split("."))):
            raise GeometryError("A stage cannot be called {name!r}. Use letters and digits, as in 'conv1'.", name=name)
        if any(other.startswith(f"{name}.") for other in names):
            raise GeometryError("{name!r} is a stage, and others lie within it. Give it another name.", name=name)

    def begins(name: str) -> list[int]:
        """Where each `nn.Sequential` in which it lies begins."""
        parts = accumulate(name.split("."), "{}.{}".format)
        return [next(i for i, one in enumerate(names) if f"{one}.".startswith(f"{part}.")) for part in parts]

    if sorted(names, key=begins) != list(names):
        raise GeometryError("Stages whose names begin alike up to a dot must follow one another. Move them together.")


@lru_cache(maxsize=1024)
def free(name: str) -> bool:
    """Does torch take this as the name of a module?"""
    return bool(name) and "." not in name and not hasattr(nn.Sequential(), name)


def after(layer: Layer, shape: Shape) -> Shape:
    """What torch has behind a layer in a network, without the batch; a vector stays one until nn.Unflatten.

    Raises
    ------
    GeometryError
        If the layer cannot work on this shape.
    """
    layer = layer.along(shape)
    taken = layer.takes(shape)
    layer.check_batch(taken)
    measure(layer, taken)  # what cannot even be counted cannot work
    _, made = layer.torch_shapes(taken)
    return (prod(made),) if len(shape) == 1 and not isinstance(layer, Unflatten) else made[1:]
