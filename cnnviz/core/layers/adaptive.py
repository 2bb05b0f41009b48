"""Adaptive pooling: the size of the output is given, and the windows follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np

from cnnviz.core.axes import axis_latex
from cnnviz.core.geometry import Axis, GeometryError, adaptive_axis
from cnnviz.core.layers.base import Extent, Layer
from cnnviz.core.layers.cell import Array, Shape, Step, Window
from cnnviz.core.layers.max_pool import Largest
from cnnviz.core.settings import Size, knob
from cnnviz.text import Message, _

SIZES = Message("cells of the output along each axis; 1 is global pooling; None, in code, keeps the input's")


@dataclass(frozen=True)
class Adaptive(Layer):
    """Pooling that is told the size of its output; the windows follow, and need not be equally long."""

    out_scale: ClassVar[str] = "same"

    output_size: tuple[int | None, ...] = knob(3, 1, 64, SIZES, per_axis=True, none=True)

    def sizes(self, shape: Shape) -> Size:
        """Cells along each axis; None keeps those of the input."""
        return tuple(n if m is None else m for n, m in zip(shape[1:], self.output_size, strict=True))

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        self.check(shape)
        return tuple(adaptive_axis(n, m) for n, m in zip(shape[1:], self.sizes(shape), strict=True))

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return (shape[0], *self.sizes(shape))

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.output_size == (None,):
            raise GeometryError(
                "{called} takes no None, and output_size is None. Use output_size {shape}.",
                {"output_size": (shape[1],)},
                called=self.called,
                shape=shape[1],
            )

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        """Of windows that are not equally long, such that the whole cells in each are those that it reads."""
        if shape is None:
            return (None,) * self.ndim
        return tuple(along(n, m) for n, m in zip(shape[1:], self.sizes(shape), strict=True))

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        return [
            rf"{axis_latex(name)}: o \mapsto \lfloor o\cdot{n}/{m}\rfloor, \dots, \lceil (o+1)\cdot{n}/{m}\rceil - 1, "
            rf"\quad \text{{{_('size')}}} = {m}"
            for name, n, m in zip(self.axis_names(), shape[1:], self.sizes(shape), strict=True)
        ]


def along(n: int, m: int) -> Extent:
    """Windows *o* from ``floor(o * n / m)`` to ``ceil((o + 1) * n / m) - 1``, as fractions of cells."""
    if m == 1:
        return None
    return (n // m - 1, n // m, 0) if n % m == 0 else (Fraction(n + m - 2, m), Fraction(n, m), Fraction(m - 1, m))


@dataclass(frozen=True)
class AdaptiveAvgPool(Adaptive):
    """nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d."""

    torch_name: ClassVar[str] = "AdaptiveAvgPool"
    rule: ClassVar[str] = "mean"

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        there = int((window.kind == 0).sum())
        return Step(window.values, float(window.values.sum()) / there, np.where(window.kind == 0, 1 / there, 0.0)[None])

    def constants(self) -> dict[str, float]:
        return {"count_include_pad": 0}


@dataclass(frozen=True)
class AdaptiveMaxPool(Largest, Adaptive):
    """nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d."""

    torch_name: ClassVar[str] = "AdaptiveMaxPool"
