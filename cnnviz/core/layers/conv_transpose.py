"""Transposed convolution: every input cell paints the kernel on the output."""

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import ClassVar

from cnnviz.core.axes import axis_latex, counted, named
from cnnviz.core.geometry import (
    Axis,
    GeometryError,
    span,
    stamp_axis,
    transposed_axis,
    transposed_size,
)
from cnnviz.core.layers.base import Extent
from cnnviz.core.layers.cell import Array, Shape
from cnnviz.core.layers.conv import Channels
from cnnviz.core.settings import Size, knob
from cnnviz.text import Message


@dataclass(frozen=True)
class ConvTranspose(Channels):
    """nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d: every input cell paints the kernel."""

    torch_name: ClassVar[str] = "ConvTranspose"

    padding: Size = knob(0, 0, 16, Message("cells cropped from each side of the output"), per_axis=True)
    output_padding: Size = knob(0, 0, 7, Message("extra rows of output at the far end, not extra zeros"), per_axis=True)

    def weight_shape(self) -> Shape:
        return (self.in_channels, self.out_channels // self.groups, *self.kernel_size)

    def taps(self, weight: Array) -> Array:
        per_group = (self.groups, self.in_channels // self.groups, self.out_channels // self.groups)
        grouped = weight.reshape(*per_group, *self.kernel_size).swapaxes(1, 2)  # (groups, out, in, *taps)
        return grouped.reshape(self.out_channels, per_group[1], *self.kernel_size)

    def _axes(self, shape: Shape) -> list[tuple[int, ...]]:
        """(size, kernel, stride, padding, dilation, output_padding) of each axis."""
        return list(
            zip(
                shape[1:],
                self.kernel_size,
                self.stride,
                self.padding,
                self.dilation,
                self.output_padding,
                strict=True,
            )
        )

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        self.check(shape)
        return tuple(transposed_axis(*axis) for axis in self._axes(shape))

    def stamps(self, shape: Shape) -> tuple[Axis, ...]:
        """Which output cells each input cell paints, one table per axis."""
        self.check(shape)
        return tuple(stamp_axis(*axis) for axis in self._axes(shape))

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return (self.out_channels, *(transposed_size(*axis) for axis in self._axes(shape)))

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        """As of a window that slides over the stuffed input, whose places are 1 / stride of a cell apart."""
        axes = zip(self.kernel_size, self.stride, self.padding, self.dilation, strict=True)
        reaches = [(span(k, d) - 1, s, p) for k, s, p, d in axes]
        return tuple((Fraction(reach, s), Fraction(1, s), Fraction(reach - p, s)) for reach, s, p in reaches)

    def macs(self, shape: Shape) -> int:
        self.check(shape)
        return prod(shape) * self.out_channels // self.groups * prod(self.kernel_size)

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        return [
            rf"{axis_latex(name)}: ({n}-1)\cdot{s} - 2\cdot{p} + {d}\cdot({k}-1) + {o} + 1"
            rf" = {transposed_size(n, k, s, p, d, o)}"
            for name, (n, k, s, p, d, o) in zip(self.axis_names(), self._axes(shape), strict=True)
        ]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        axes = self._axes(shape)
        for name, (n, k, s, p, d, extra) in zip(self.axis_names(), axes, strict=True):
            if extra >= max(s, d):
                raise GeometryError(
                    "output_padding = {extra} along {axis} must be smaller than the stride ({stride}) or the dilation "
                    "({dilation}). Use output_padding {largest} or stride {smallest}.",
                    {"output_padding": tuple(min(extra, max(s, d) - 1) for _, _, s, _, d, extra in axes)},
                    {"stride": tuple(s if extra < max(s, d) else extra + 1 for _, _, s, _, d, extra in axes)},
                    extra=extra,
                    axis=named(name),
                    stride=s,
                    dilation=d,
                    largest=max(s, d) - 1,
                    smallest=extra + 1,
                )
            if transposed_size(n, k, s, p, d, extra) < 1:
                uncropped = transposed_size(n, k, s, 0, d, extra)
                raise GeometryError(
                    "padding = {padding} on each side leaves nothing of {cells}. Use {most} or less.",
                    {
                        "padding": tuple(
                            min(p, (transposed_size(n, k, s, 0, d, e) - 1) // 2) for n, k, s, p, d, e in axes
                        )
                    },
                    padding=p,
                    cells=counted(uncropped, name),
                    most=(uncropped - 1) // 2,
                )
