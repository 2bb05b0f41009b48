"""A network: named layers one after the other, run once, with every stage kept."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
from cnnviz.run import Run, run


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
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return {key: tensor.numpy() for key, tensor in self.module().state_dict().items()}

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


def run_network(network: Network, x: Array, seed: int = 0, weights: Mapping[str, Array] | None = None) -> list[Run]:
    """Every stage of one forward pass, each with its own input, weights and output.

    Parameters
    ----------
    x : floating-point array, shape (channels, *axes)
    seed : int
        For torch's own initialisation of the whole network.
    weights : arrays by key of the `state_dict`
        Loaded over the initialisation; may be partial.

    Raises
    ------
    GeometryError
        If a stage cannot work on what reaches it; the sentence begins with its name.
    """
    network.shapes(x.shape)
    state = network.state(seed) | dict(weights or {})
    done: list[Run] = []
    for name, layer in network.stages:
        start = f"{network.prefix}.{name}."
        own = {key.removeprefix(start): value for key, value in state.items() if key.startswith(start)}
        done.append(run(layer, done[-1].y if done else x, seed, own))
    return done


@dataclass(frozen=True)
class Field:
    """What a unit sees along one axis.

    Attributes
    ----------
    size : int [cells of the input]
        The receptive field.
    jump : int [cells of the input]
        From one unit to the next.
    before : int [cells of the input]
        How far unit 0 begins before input cell 0: unit *u* reads from ``u * jump - before``, `size` cells.
    whole : bool
        A normalisation on the way makes every unit depend on the whole input.
    """

    size: int = 1
    jump: int = 1
    before: int = 0
    whole: bool = False

    def after(self, extent: tuple[int, int, int] | None) -> "Field":
        """The field behind one more layer, which reaches, steps and pads so many cells; None reaches everywhere."""
        if extent is None:
            return Field(self.size, self.jump, self.before, True)
        reach, step, pad = extent
        return Field(self.size + reach * self.jump, self.jump * step, self.before + pad * self.jump, self.whole)


def fields(network: Network) -> list[tuple[Field, ...]]:
    """The receptive field after each stage, one per axis.

    References
    ----------
    Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill, 2019.
    """
    now = (Field(),) * network.stages[0][1].ndim
    found = []
    for _, layer in network.stages:
        now = tuple(field.after(extent) for field, extent in zip(now, layer.extent(), strict=True))
        found.append(now)
    return found


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
