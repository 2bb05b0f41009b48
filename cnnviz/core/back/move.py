"""Back through what only moves cells: every cell of dY goes back to where its value came from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar

import numpy as np

from cnnviz.core.back.way import INPUT, Back, Gradients, Replay, Way
from cnnviz.core.geometry import NONE, Ints
from cnnviz.core.layers import (
    Array,
    ChannelShuffle,
    Example,
    Layer,
    MaxUnpool,
    Move,
    Permute,
    PixelShuffle,
    PixelUnshuffle,
    Shape,
)
from cnnviz.text import Message


@dataclass(frozen=True)
class Return(Back, Move):
    """The way back of a move: each cell of x takes dY from where its value went.

    Attributes
    ----------
    of : the move whose pass it is
    size : shape of that move's input, (channels, *axes)
    """

    torch_name: ClassVar[str] = "Return"

    of: Move
    size: Shape

    def code(self) -> str:
        if isinstance(self.of, MaxUnpool):
            return "dY.flatten(2).gather(2, indices.flatten(2))"
        return f"dY.reshape{self.of.torch_shapes(self.size)[0]}"

    def source(self, shape: Shape) -> Ints:
        if isinstance(self.of, MaxUnpool):  # winners of several windows all take what stands at their place
            places = np.array(self.of.indices).reshape(self.size)
            return places + prod(shape[1:]) * np.arange(shape[0]).reshape(-1, *(1,) * (len(shape) - 1))
        ahead = self.of.source(self.size).ravel()
        found = np.full(prod(self.size), NONE)
        found[ahead] = np.arange(len(ahead))
        return found.reshape(self.size)

    def output_shape(self, shape: Shape) -> Shape:
        return self.size

    def torch_shapes(self, shape: Shape, n: int = 1) -> tuple[Shape, Shape]:
        read, made = self.of.torch_shapes(self.size, n)
        return made, read

    def axis_names(self) -> tuple[str, ...]:
        return self.of.out_axis_names()

    def out_axis_names(self) -> tuple[str, ...]:
        return self.of.axis_names()

    def formula(self, shape: Shape) -> list[str]:
        sizes = (", ".join(map(str, sizes)) for sizes in self.torch_shapes(shape))
        return [r"({}) \to ({})".format(*sizes)]


def ways(layer: Layer) -> tuple[Way, ...]:
    return (Way("dX", SAID.get(type(layer), RETURNED), to_input),)


def to_input(done: Example, dy: Array, torchs: Gradients) -> Replay:
    return Replay(opposite(done.layer, done.x.shape), dy, torchs[INPUT])


def opposite(layer: Layer, size: Shape) -> Layer:
    """The layer that puts everything back, for an input of this size; torch's own where it has one."""
    if isinstance(layer, PixelShuffle):
        return PixelUnshuffle(layer.upscale_factor)
    if isinstance(layer, PixelUnshuffle):
        return PixelShuffle(layer.downscale_factor)
    if isinstance(layer, ChannelShuffle):
        return replace(layer, groups=size[0] // layer.groups)
    if isinstance(layer, Permute):
        return replace(layer, dims=inverse(layer.dims))
    assert isinstance(layer, Move)
    return Return(layer, size, ndim=layer.ndim)


def inverse(order: Sequence[int]) -> tuple[int, ...]:
    """Where each axis stands afterwards."""
    return tuple(map(order.index, range(len(order))))


RETURNED = Message("Nothing was computed, so nothing is: every number of dY goes back to the cell that its value was.")
SAID: dict[type[Layer], Message] = {
    PixelShuffle: Message(
        "The backward pass of nn.PixelShuffle is nn.PixelUnshuffle: every number of dY goes back to the channel and "
        "the cell that its value came from."
    ),
    PixelUnshuffle: Message(
        "The backward pass of nn.PixelUnshuffle is nn.PixelShuffle: every number of dY goes back to the cell that its "
        "value came from."
    ),
    ChannelShuffle: Message(
        "The backward pass is the shuffle that undoes this one: as many groups as there were channels in each."
    ),
    Permute: Message("The backward pass is the permutation that puts the axes back; no number changes."),
    MaxUnpool: Message(
        "Each pooled cell takes dY from the place that it was put at: the places are those of the maximum pooling "
        "before. What stands at all other places was 0 whatever came in, and its dY is lost."
    ),
}
