"""Padding as a layer of its own: cells are added on each side, or cut away where a number is negative."""

from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np

from cnnviz.core.axes import axis_latex, counted
from cnnviz.core.geometry import PAD, GeometryError, Ints
from cnnviz.core.layers.base import Extent
from cnnviz.core.layers.cell import Shape
from cnnviz.core.layers.move import Placed
from cnnviz.core.settings import Size, knob
from cnnviz.text import Message


@dataclass(frozen=True)
class Padding(Placed):
    """What all paddings share.

    Attributes
    ----------
    padding : cells on each side of each axis, the last axis first, as torch has it: (left, right, top, bottom, ...)
    """

    padding: Size = knob(
        1, -64, 64, Message("cells added on this side; below 0 they are cut away"), per_axis=True, sides=True
    )

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """(before, after) of each axis, the first axis first."""
        pairs = list(zip(self.padding[::2], self.padding[1::2], strict=True))
        return tuple(pairs[::-1])

    def read(self, size: int, low: int, high: int) -> Ints:
        """Input cell that each output cell holds along one axis, or `PAD`."""
        raise NotImplementedError

    def most(self, size: int, kept: int) -> float:
        """Cells that can be added on a side of an axis of so many cells, of which so many are kept."""
        return inf

    def tables(self, shape: Shape) -> tuple[Ints, ...]:
        self.check(shape)
        return tuple(self.read(n, *pair)[:, None] for n, pair in zip(shape[1:], self.pads, strict=True))

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return (shape[0], *(n + sum(pair) for n, pair in zip(shape[1:], self.pads, strict=True)))

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        return tuple((0, 1, low) for low, _ in self.pads)

    def formula(self, shape: Shape) -> list[str]:
        sizes = zip(self.axis_names(), shape[1:], self.pads, self.output_shape(shape)[1:], strict=True)
        return [rf"{axis_latex(name)}: {low} + {n} + {high} = {made}" for name, n, (low, high), made in sizes]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        axes = list(zip(self.axis_names(), shape[1:], self.pads, strict=True))
        for name, n, (low, high) in axes:
            if n + min(low, 0) + min(high, 0) < 1:
                raise GeometryError(
                    "padding = {low} before and {high} after leaves nothing of {cells}. Cut away fewer cells.",
                    {"padding": tuple(max(p, 0) for p in self.padding)},
                    low=low,
                    high=high,
                    cells=counted(n, name),
                )
        most = [self.most(n, n + min(low, 0) + min(high, 0)) for _, n, (low, high) in axes]
        for (name, n, pair), limit in zip(axes, most, strict=True):
            if max(pair) > limit:
                sides = [int(min(p, limit)) for p, limit in zip(self.padding, np.repeat(most[::-1], 2), strict=True)]
                raise GeometryError(
                    "{called} takes its cells from the input: of {cells} it can add {limit:g} on a side, and "
                    "padding is {pair}. Use {limit:g} or less, or nn.ReplicationPad{ndim}d.",
                    {"padding": tuple(sides)},
                    called=self.called,
                    cells=counted(n, name),
                    limit=limit,
                    pair=max(pair),
                    ndim=self.ndim,
                )


@dataclass(frozen=True)
class ZeroPad(Padding):
    """nn.ZeroPad1d, nn.ZeroPad2d, nn.ZeroPad3d: zeros all round."""

    torch_name: ClassVar[str] = "ZeroPad"

    @property
    def fill(self) -> float:
        return 0.0

    def constants(self) -> dict[str, float]:
        return {"fill": self.fill}

    def read(self, size: int, low: int, high: int) -> Ints:
        places = np.arange(-low, size + high)
        return np.where((places >= 0) & (places < size), places, PAD)


@dataclass(frozen=True)
class ConstantPad(ZeroPad):
    """nn.ConstantPad1d, nn.ConstantPad2d, nn.ConstantPad3d: the same number all round."""

    torch_name: ClassVar[str] = "ConstantPad"

    value: float = knob(0.5, help=Message("what the new cells hold"), step=0.5)

    @property
    def fill(self) -> float:
        return self.value


@dataclass(frozen=True)
class ReplicationPad(Padding):
    """nn.ReplicationPad1d, nn.ReplicationPad2d, nn.ReplicationPad3d: the cells at the border again and again."""

    torch_name: ClassVar[str] = "ReplicationPad"

    def read(self, size: int, low: int, high: int) -> Ints:
        return np.arange(-low, size + high).clip(0, size - 1)


@dataclass(frozen=True)
class ReflectionPad(Padding):
    """nn.ReflectionPad1d, nn.ReflectionPad2d, nn.ReflectionPad3d: a mirror on the cells at the border."""

    torch_name: ClassVar[str] = "ReflectionPad"

    def read(self, size: int, low: int, high: int) -> Ints:
        places = abs(np.arange(-low, size + high))
        return size - 1 - abs(size - 1 - places)

    def most(self, size: int, kept: int) -> float:
        return size - 1


@dataclass(frozen=True)
class CircularPad(Padding):
    """nn.CircularPad1d, nn.CircularPad2d, nn.CircularPad3d: round the input, what leaves on one side comes in again."""

    torch_name: ClassVar[str] = "CircularPad"

    def read(self, size: int, low: int, high: int) -> Ints:
        kept = np.arange(max(-low, 0), size + min(high, 0))
        return np.pad(kept, (max(low, 0), max(high, 0)), mode="wrap")

    def most(self, size: int, kept: int) -> float:
        return kept
