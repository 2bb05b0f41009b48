"""Pooling: keep one number per window, each channel on its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar

import numpy as np

from cnnviz.core.axes import axis_latex, counted, named, place_with_padding
from cnnviz.core.geometry import NONE, Axis, GeometryError, Ints, pool_axis, pool_size, span
from cnnviz.core.layers.base import Extent, Layer
from cnnviz.core.layers.cell import Array, Shape, Step, Window
from cnnviz.core.settings import Size, knob
from cnnviz.text import Message, either


@dataclass(frozen=True)
class Pool(Layer):
    """What all poolings that slide share."""

    out_scale: ClassVar[str] = "same"

    kernel_size: Size = knob(2, 1, 11, Message("cells one window reads along each axis"), per_axis=True)
    stride: Size = knob(2, 1, 8, Message("cells the window moves; torch's own default is kernel_size"), per_axis=True)
    padding: Size = knob(0, 0, 5, Message("cells added on each side, at most half of the kernel"), per_axis=True)
    dilation: ClassVar[Any] = None  # only MaxPool has it
    ceil_mode: bool = knob(False, help=Message("round the size up: a last window may reach beyond the padding"))

    def _axes(self, shape: Shape) -> list[tuple[int, int, int, int, int, bool]]:
        """(size, kernel, stride, padding, dilation, ceil_mode) of each axis."""
        none, one = (0,) * self.ndim, (1,) * self.ndim
        windows = self.kernel_size, self.stride, self.padding or none, self.dilation or one
        numbers = zip(shape[1:], *windows, strict=True)
        return [(*axis, self.ceil_mode) for axis in numbers]

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        self.check(shape)
        return tuple(pool_axis(*axis) for axis in self._axes(shape))

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return (shape[0], *(pool_size(*axis) for axis in self._axes(shape)))

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        none, one = (0,) * self.ndim, (1,) * self.ndim
        axes = zip(self.kernel_size, self.stride, self.padding or none, self.dilation or one, strict=True)
        return tuple((span(k, d) - 1, s, p) for k, s, p, d in axes)

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        left, right = (r"\lceil", r"\rceil") if self.ceil_mode else (r"\lfloor", r"\rfloor")
        lines = []
        for name, (n, k, s, p, d, _), axis in zip(
            self.axis_names(), self._axes(shape), self.windows(shape), strict=True
        ):
            rest = n + 2 * p - span(k, d)
            ratio = rest // s if rest % s == 0 else f"{rest}/{s}"
            dropped = Message("starts beyond the input")  # the window that ceil_mode would add
            less = rf" - 1_\text{{ {dropped}}}" if axis.dropped is not None else ""
            lines.append(
                rf"{axis_latex(name)}: "
                rf"\left{left}\frac{{{n} + 2\cdot{p} - {d}\cdot({k}-1) - 1}}{{{s}}}\right{right} + 1"
                rf" = {left} {ratio} {right} + 1{less} = {axis.n_out}"
            )
        return lines

    def check(self, shape: Shape) -> None:
        super().check(shape)
        axes = self._axes(shape)
        half = [k // 2 for k in self.kernel_size]
        for name, (_, k, _, p, d, _) in zip(self.axis_names(), axes, strict=True):
            if p > k // 2:
                pairs = zip(self.kernel_size, self.padding, strict=True)
                ways: dict[str, dict[str, Size]] = {
                    f"padding {k // 2}": {"padding": tuple(map(min, self.padding, half))},
                    f"kernel_size {2 * p}": {"kernel_size": tuple(max(k, 2 * p) for k, p in pairs)},
                }
                works = [way for way, fix in ways.items() if self.fits(fix, shape)] or [*ways]
                fixes = [ways[way] for way in works]
                places = {"padding": p, "axis": named(name), "kernel": k, "ways": either(works)}
                if d > 1:
                    raise GeometryError(
                        "padding = {padding} along {axis} is more than half of kernel_size = {kernel}, which is all "
                        "that torch takes, whatever the dilation. Use {ways}.",
                        *fixes,
                        **places,
                    )
                raise GeometryError(
                    "padding = {padding} along {axis} is more than half of kernel_size = {kernel}, which is all that "
                    "torch takes. Use {ways}.",
                    *fixes,
                    **places,
                )
        for name, axis in zip(self.axis_names(), axes, strict=True):
            if pool_size(*axis) < 1:
                n, k, _, p, d, _ = axis
                fix = self.with_kernel(tuple(self._largest(*axis) for axis in axes))
                where, largest = place_with_padding(n, name, p), self._largest(*axis)
                if d == 1:
                    raise GeometryError(
                        "A window of {taps} cells does not fit in {where}. Use kernel_size {largest}.",
                        fix,
                        taps=k,
                        where=where,
                        largest=largest,
                    )
                raise GeometryError(
                    "A window of {taps} cells, {dilation} apart, does not fit in {where}. Use kernel_size {largest}.",
                    fix,
                    taps=k,
                    dilation=d,
                    where=where,
                    largest=largest,
                )

    def fits(self, fix: Mapping[str, Any], shape: Shape) -> bool:
        """Does the layer with this change work on an input of this shape?"""
        try:
            replace(self, **fix).check(shape)
        except GeometryError:
            return False
        return True

    def with_kernel(self, kernels: Size) -> dict[str, Size]:
        """These kernels, and the padding that they may have."""
        if not self.padding:
            return {"kernel_size": kernels}
        padding = tuple(min(p, k // 2) for p, k in zip(self.padding, kernels, strict=True))
        return {"kernel_size": kernels, "padding": padding}

    @staticmethod
    def _largest(n: int, k: int, s: int, p: int, d: int, ceil_mode: bool) -> int:
        """The largest kernel up to `k` that fits, with as much padding as it may have."""
        return next(
            size for size in range(k, 0, -1) if size == 1 or pool_size(n, size, s, min(p, size // 2), d, ceil_mode) > 0
        )


def check_volume(layer: Pool, shape: Shape) -> None:
    """nn.AvgPool3d, on which nn.LPPool3d rests, counts no padding when it asks whether its kernel fits."""
    if layer.ndim < 3:
        return
    fits = tuple(map(min, layer.kernel_size, shape[1:]))
    for name, n, k in zip(layer.axis_names(), shape[1:], layer.kernel_size, strict=True):
        if k > n:
            raise GeometryError(
                "{layer} needs at least as many cells as its kernel, padding not counted: kernel_size = {kernel} along "
                "{cells}. Use kernel_size {fits}.",
                layer.with_kernel(fits),
                layer=layer.called,
                kernel=k,
                cells=counted(n, name),
                fits=n,
            )


@dataclass(frozen=True)
class AvgPool(Pool):
    """nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d: the mean of each window.

    What it is divided by is a setting: all places inside the padding, the real cells alone, or a number of one's own.
    """

    torch_name: ClassVar[str] = "AvgPool"
    rule: ClassVar[str] = "mean"

    count_include_pad: bool = knob(True, help=Message("count the padding among the cells to divide by"))
    divisor_override: int | None = knob(None, None, 99, Message("divide by this number instead"))

    def divisor(self, kind: Ints) -> int:
        """What a window with taps of these kinds is divided by."""
        if self.divisor_override is not None:
            return self.divisor_override
        return int((kind != NONE).sum() if self.count_include_pad else (kind == 0).sum())

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        weights = np.where(window.kind == 0, 1 / self.divisor(window.kind), 0.0)[None]
        return Step(window.values, float(window.values.sum()) / self.divisor(window.kind), weights)

    def constants(self) -> dict[str, float]:
        override = {} if self.divisor_override is None else {"divisor_override": self.divisor_override}
        return {"count_include_pad": int(self.count_include_pad), **override}

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.ndim == 1 and self.divisor_override is not None:
            raise GeometryError(
                "nn.AvgPool1d has no divisor_override, and it is {divisor_override}. Leave it empty.",
                {"divisor_override": None},
                divisor_override=self.divisor_override,
            )
        if self.divisor_override == 0:
            raise GeometryError("divisor_override = 0 divides by 0. Use 1 or leave it empty.", {"divisor_override": 1})
        check_volume(self, shape)


@dataclass(frozen=True)
class LPPool(Pool):
    """nn.LPPool1d, nn.LPPool2d, nn.LPPool3d: ``(sum x^p)^(1/p)``; p = 1 is the sum, a large p comes near the maximum.

    Torch averages ``x^p`` and multiplies by the size of the kernel. Where `ceil_mode` cuts a window short, its mean is
    of the cells that are there, so the missing ones count as if they were average.
    """

    torch_name: ClassVar[str] = "LPPool"
    rule: ClassVar[str] = "power"

    norm_type: float = knob(2.0, None, 16.0, Message("the power p: anything but 0"))
    padding: ClassVar[Any] = None  # type: ignore[misc]

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        there = int((window.kind == 0).sum())
        with np.errstate(invalid="ignore"):  # a broken power of a negative number is no number, in torch as well
            powers = np.where(window.kind == 0, window.values[0] ** self.norm_type, 0.0)
            value = (powers.sum() / there * prod(self.kernel_size)) ** (1 / self.norm_type)
        return Step(window.values, float(value))

    def constants(self) -> dict[str, float]:
        return {"norm_type": self.norm_type}

    def remark(self, x: Array, y: Array) -> Message:
        norm_type, even = f"{self.norm_type:g}", 2 * max(1, round(self.norm_type / 2))
        if self.norm_type != int(self.norm_type):
            return Message(
                "Cells are nan: norm_type = {norm_type} is not a whole number, and torch has no such power of a "
                "negative cell. Use norm_type = {even}, or nn.ReLU before it.",
                norm_type=norm_type,
                even=even,
            )
        return Message(
            "Cells are nan: norm_type = {norm_type} is odd, and a sum of powers below 0 has no root. "
            "Use norm_type = {even}, or nn.ReLU before it.",
            norm_type=norm_type,
            even=even,
        )

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.norm_type == 0:
            raise GeometryError("norm_type = 0 asks for the root 1 / 0. Use norm_type = 2.", {"norm_type": 2.0})
        check_volume(self, shape)
