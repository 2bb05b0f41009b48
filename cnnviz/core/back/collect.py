"""What a number gets that several cells were multiplied with: the sum of dY times those cells."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from cnnviz.core.back.hand_back import HandBack, check_slopes
from cnnviz.core.back.way import Replay
from cnnviz.core.geometry import Axis, point_axis, whole_axis
from cnnviz.core.layers import Array, Shape


@dataclass(frozen=True)
class Collect(HandBack):
    """From dY to the gradient of what was multiplied with it, or added; its windows hold the cells of one number.

    Attributes
    ----------
    size : shape of dY
    reads : for each channel of the result the first channel of dY that counts, and one past the last
    summed : for each axis of dY, is it summed up? If not, each cell along it has a number of its own.

    Several examples are an axis before those of the layer.
    """

    torch_name: ClassVar[str] = "Collect"

    summed: tuple[bool, ...] = ()

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        return tuple(
            whole_axis(n, 1) if all_of else point_axis(n) for n, all_of in zip(shape[1:], self.summed, strict=True)
        )

    def output_shape(self, shape: Shape) -> Shape:
        return (len(self.reads), *(1 if all_of else n for n, all_of in zip(shape[1:], self.summed, strict=True)))

    def axis_names(self) -> tuple[str, ...]:
        return ("examples",) * (self.ndim - self.of.ndim) + self.of.axis_names()

    def out_axis_names(self) -> tuple[str, ...]:
        return self.of.axis_names()

    def torch_shapes(self, shape: Shape, n: int = 1) -> tuple[Shape, Shape]:
        channels, *made = self.output_shape(shape)
        if self.ndim == self.of.ndim:
            return (n, *shape), (n, channels, *made)
        return (shape[1], shape[0], *shape[2:]), (n, channels, *made[1:])

    def macs(self, shape: Shape) -> int:
        return prod(shape)


def collected(layer: Collect, dy: Array, gradient: Array, factor: Array | None = None) -> Replay:
    """The sum of dY times what each cell was multiplied with, float array of its shape; of dY alone if it was added."""
    y = gradient.reshape(layer.output_shape(dy.shape))
    if factor is None:
        return Replay(layer, dy, y)
    pairs = [(1, n) if all_of else (n, 1) for n, all_of in zip(dy.shape[1:], layer.summed, strict=True)]
    apart = factor.reshape(len(layer.reads), -1, *(n for pair in pairs for n in pair))  # every axis: cells and taps
    n = len(pairs)
    slope = apart.transpose(0, *range(2, 2 * n + 2, 2), 1, *range(3, 2 * n + 2, 2)).astype(np.float32)
    check_slopes(dy.shape, ())
    return Replay(layer, dy, y, parts={"slope": slope})
