"""A network: named layers one after the other, run once, with every stage kept."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import torch
from torch import nn

from cnnviz.geometry import GeometryError
from cnnviz.layers import (
    GLU,
    Array,
    AvgPool,
    BatchNorm,
    ContextGating,
    Conv,
    Dropout,
    GroupNorm,
    Layer,
    LeakyReLU,
    ReLU,
    Shape,
)
from cnnviz.measure import Measure, measure
from cnnviz.run import MAX_MACS, ONE_AT_A_TIME, BudgetError, Run, check_budget, check_input, load, once, use_cores


@dataclass(frozen=True)
class Network:
    """Layers with names, in the order in which they run.

    Attributes
    ----------
    stages : tuple of (name, layer)
    prefix : str
        Name of the `nn.Sequential` that holds them, and so the start of every key of the `state_dict`.
    """

    stages: tuple[tuple[str, Layer], ...]
    prefix: str = "cnn"

    def module(self) -> nn.Module:
        """The torch module with torch's own initialisation, made layer after layer."""
        holder = nn.Module()
        holder.add_module(
            self.prefix, nn.Sequential(OrderedDict((name, layer.module()) for name, layer in self.stages))
        )
        return holder

    def state(self, seed: int) -> dict[str, Array]:
        """Torch's own start after ``torch.manual_seed(seed)``, by key of the `state_dict`."""
        start = f"{self.prefix}."
        return {start + key: tensor.numpy() for key, tensor in self.seeded(seed).state_dict().items()}

    def seeded(self, seed: int) -> nn.Module:
        """The `nn.Sequential` itself, after ``torch.manual_seed(seed)``."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self.module().get_submodule(self.prefix)

    def upto(self, name: str) -> "Network":
        """The same network, ended after the stage of this name."""
        names = [one for one, _ in self.stages]
        return Network(self.stages[: names.index(name) + 1], self.prefix)

    def shapes(self, shape: Shape) -> list[Shape]:
        """Shape after each stage, (channels, *axes), without running anything."""
        found = []
        for name, layer in self.stages:
            try:
                shape = layer.output_shape(shape)
            except GeometryError as error:
                raise GeometryError(f"{name}: {error}", *error.fixes) from error
            found.append(shape)
        return found

    def measures(self, shape: Shape) -> list[Measure]:
        """What each stage costs."""
        before = [shape, *self.shapes(shape)[:-1]]
        return [measure(layer, one) for (_, layer), one in zip(self.stages, before, strict=True)]


def run_network(
    network: Network,
    x: Array,
    seed: int = 0,
    weights: Mapping[str, Array] | None = None,
    full: Collection[str] | None = None,
    see: Callable[[str, Run], None] = lambda name, done: None,
) -> dict[str, Run]:
    """One forward pass: of the stages that are wanted in full, each with its own input, weights and output.

    Parameters
    ----------
    x : floating-point array, shape (channels, *axes)
    seed : int
        For torch's own initialisation of the whole network.
    weights : arrays by key of the `state_dict`
        Loaded over the initialisation; may be partial.
    full : names of stages
        Those that come back; all of them by default. The tensors of the others are freed once the next has read them.
    see : called with the name and the `Run` of every stage
        Without state and parts where the stage is not wanted in full. Tensors that it keeps are not freed.

    Raises
    ------
    GeometryError
        If a stage cannot work on what reaches it; the sentence begins with its name.
    BudgetError
        If a stage, or all together, would be larger than cnnviz attempts.
    """
    x = check_input(x)
    macs = check_network(network, x.shape)
    given = weights or {}
    kept: dict[str, Run] = {}
    with ONE_AT_A_TIME:
        use_cores(macs)
        for (name, layer), module in zip(network.stages, network.seeded(seed).children(), strict=True):
            start = f"{network.prefix}.{name}."
            own = {key.removeprefix(start): value for key, value in given.items() if key.startswith(start)}
            wanted = full is None or name in full
            done = once(layer, load(layer, module, own), x, seed, wanted)
            see(name, done)
            kept |= {name: done} if wanted else {}
            x = done.y
    return kept


@lru_cache(maxsize=64)
def check_network(network: Network, shape: Shape) -> int:
    """Raise what is wrong with a stage on what reaches it, before anything runs; else the multiply-adds of all."""
    shapes = [shape, *network.shapes(shape)]
    for (_, layer), before in zip(network.stages, shapes, strict=False):
        layer.check(before)
        check_budget(layer, before)
    total = sum(cost.macs for cost in network.measures(shape))
    if total > MAX_MACS:
        raise BudgetError(
            f"All stages together take {total:,} multiply-adds and cnnviz stops at {MAX_MACS:,}. "
            "Use a smaller input, fewer filters, or pool earlier."
        )
    return total


Activation = Literal["relu", "leakyrelu", "glu", "cg"]
Normalization = Literal["batch", "layer"]


@dataclass(frozen=True)
class Desed:
    """The CNN of the DCASE and DESED recipes, with the arguments of its own class.

    Each block is a convolution, a normalisation, an activation or a gate, dropout, and average pooling. Its input is
    (n_in_channel, frames, mels).

    Attributes
    ----------
    kernel_size, padding, stride, nb_filters : one number per block
    pooling : (frames, mels) per block
    training : bool
        Batch norm takes the batch's own statistics, and dropout drops.
    """

    n_in_channel: int = 1
    activation: Activation = "relu"
    conv_dropout: float = 0.0
    kernel_size: tuple[int, ...] = (3, 3, 3)
    padding: tuple[int, ...] = (1, 1, 1)
    stride: tuple[int, ...] = (1, 1, 1)
    nb_filters: tuple[int, ...] = (64, 64, 64)
    pooling: tuple[tuple[int, int], ...] = ((1, 4), (1, 4), (1, 4))
    normalization: Normalization = "batch"
    training: bool = False

    @cached_property
    def network(self) -> Network:
        """The blocks as named layers; the names are those of the recipes' checkpoints."""
        lengths = {len(one) for one in (self.kernel_size, self.padding, self.stride, self.nb_filters, self.pooling)}
        if len(lengths) > 1:
            raise GeometryError("kernel_size, padding, stride, nb_filters and pooling need one entry for each block.")
        return Network(tuple(stage for i in range(len(self.nb_filters)) for stage in self._block(i)))

    def _block(self, i: int) -> Sequence[tuple[str, Layer]]:
        made, read = self.nb_filters[i], (self.n_in_channel, *self.nb_filters)[i]
        kernel, stride, padding = ((one[i],) * 2 for one in (self.kernel_size, self.stride, self.padding))
        return (
            (f"conv{i}", Conv(read, made, kernel, stride, padding)),
            self._norm(i, made),
            self._activation(i, made),
            (f"dropout{i}", Dropout(self.conv_dropout, self.training)),
            (f"pooling{i}", AvgPool(self.pooling[i], self.pooling[i], (0, 0))),
        )

    def _norm(self, i: int, channels: int) -> tuple[str, Layer]:
        if self.normalization == "layer":
            return f"layernorm{i}", GroupNorm(num_groups=1, num_channels=channels)
        mode: dict[str, Any] = {"training": self.training, "steps": int(self.training)}
        return f"batchnorm{i}", BatchNorm(eps=0.001, num_features=channels, momentum=0.99, **mode)

    def _activation(self, i: int, channels: int) -> tuple[str, Layer]:
        made: dict[str, tuple[str, Layer]] = {
            "relu": (f"relu{i}", ReLU()),
            "leakyrelu": (f"relu{i}", LeakyReLU(0.2)),
            "glu": (f"glu{i}", GLU(channels=channels)),
            "cg": (f"cg{i}", ContextGating(channels=channels)),
        }
        return made[self.activation]


# The CNN of the DESED baselines of 2021 to 2024, in front of their recurrent part.
BASELINE = Desed(
    activation="glu",
    conv_dropout=0.5,
    kernel_size=(3,) * 7,
    padding=(1,) * 7,
    stride=(1,) * 7,
    nb_filters=(16, 32, 64, 128, 128, 128, 128),
    pooling=((2, 2), (2, 2), *((1, 2),) * 5),
)
