"""Convolution: one window of weights, slid over the input.

What networks call a convolution is a cross-correlation: the kernel is not flipped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, gcd, inf, prod
from typing import Any, ClassVar, Literal

import numpy as np

from cnnviz.core.axes import axis_latex, counted, place_with_padding
from cnnviz.core.geometry import (
    Axis,
    GeometryError,
    Ints,
    conv_axis,
    conv_size,
    span,
)
from cnnviz.core.layers.base import Extent, Layer
from cnnviz.core.layers.cell import Array, Shape, Step, Window
from cnnviz.core.settings import Size, knob, short
from cnnviz.text import Message, either

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
MODES: tuple[PaddingMode, ...] = ("zeros", "reflect", "replicate", "circular")


class Dot(Layer):
    """A sum of products: each cell that is read times a weight of its own, and a bias."""

    rule: ClassVar[str] = "dot"
    bias: bool

    def taps(self, weight: Array) -> Array:
        """Torch's weight as (channels of the output, channels that are read, *taps)."""
        raise NotImplementedError

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        return {**state, "weight": self.taps(state["weight"])}

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        weights = self.taps(state["weight"])[channel].astype(np.float64)
        bias = float(state["bias"][channel]) if self.bias else 0.0
        return Step(window.values, float((window.values * weights).sum()) + bias, weights, bias)


@dataclass(frozen=True)
class Channels(Dot):
    """What both convolutions share: channels in groups."""

    in_channels: int = knob(1, 1, 128, Message("channels of the input"))
    out_channels: int = knob(1, 1, 128, Message("kernels, and so maps that come out"))
    kernel_size: Size = knob(3, 1, 11, Message("cells one window reads along each axis"), per_axis=True)
    stride: Size = knob(1, 1, 8, Message("cells the window moves"), per_axis=True)
    padding: Any = knob(0)  # each says what its own is; it stands here to keep torch's order
    dilation: Size = knob(1, 1, 8, Message("distance between the taps of a window"), per_axis=True)
    groups: int = knob(1, 1, 128, Message("channel groups that do not see each other"))
    bias: bool = knob(True, help=Message("one number per kernel, added to every sum"))

    def channels_read(self, shape: Shape) -> Ints:
        per_group = self.in_channels // self.groups
        first = np.arange(self.out_channels) // (self.out_channels // self.groups) * per_group
        return np.stack([first, first + per_group], axis=1)

    def weight_shape(self) -> Shape:
        """Shape of torch's own weight."""
        raise NotImplementedError

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if shape[0] != self.in_channels:
            raise GeometryError(
                "The input has {channels} and the layer reads in_channels = {in_channels}. Set in_channels to "
                "{wanted}.",
                {"in_channels": shape[0], "groups": nearest_divisor(self.groups, shape[0], self.out_channels)},
                channels=counted(shape[0], "channels"),
                in_channels=self.in_channels,
                wanted=shape[0],
            )
        if self.in_channels % self.groups or self.out_channels % self.groups:
            near = nearest_divisor(self.groups, self.in_channels, self.out_channels)
            raise GeometryError(
                "groups = {groups} must divide in_channels = {in_channels} and out_channels = {out_channels}. Use "
                "groups = {near}.",
                {"groups": near},
                groups=self.groups,
                in_channels=self.in_channels,
                out_channels=self.out_channels,
                near=near,
            )


def nearest_divisor(groups: int, *channels: int) -> int:
    """The group count nearest to the one asked for that divides every channel count."""
    common = gcd(*channels)
    return min((g for g in range(1, common + 1) if common % g == 0), key=lambda g: abs(g - groups))


@dataclass(frozen=True)
class Conv(Channels):
    """nn.Conv1d, nn.Conv2d, nn.Conv3d."""

    torch_name: ClassVar[str] = "Conv"

    padding: Size | Literal["same", "valid"] = knob(
        0, 0, 16, Message("cells added on each side"), per_axis=True, words=("same", "valid")
    )
    padding_mode: PaddingMode = knob("zeros", choices=MODES, help=Message("what the padding holds"))

    def weight_shape(self) -> Shape:
        return (self.out_channels, self.in_channels // self.groups, *self.kernel_size)

    def taps(self, weight: Array) -> Array:
        return weight

    def pads(self) -> tuple[tuple[int, int], ...]:
        """(before, after) per axis; ``same`` puts the odd one after."""
        if self.padding == "valid":
            return ((0, 0),) * self.ndim
        if self.padding == "same":
            total = [span(k, d) - 1 for k, d in zip(self.kernel_size, self.dilation, strict=True)]
            return tuple((t // 2, t - t // 2) for t in total)
        return tuple((int(p), int(p)) for p in self.padding)

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        self.check(shape)
        return tuple(
            conv_axis(n, k, s, p, d, self.padding_mode)
            for n, k, s, p, d in zip(shape[1:], self.kernel_size, self.stride, self.pads(), self.dilation, strict=True)
        )

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        axes = zip(self.kernel_size, self.stride, self.pads(), self.dilation, strict=True)
        return tuple((span(k, d) - 1, s, low) for k, s, (low, _), d in axes)

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        sizes = zip(shape[1:], self.kernel_size, self.stride, self.pads(), self.dilation, strict=True)
        return (self.out_channels, *(conv_size(*axis) for axis in sizes))

    def macs(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * self.in_channels // self.groups * prod(self.kernel_size)

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        lines = []
        for name, n, k, s, (low, high), d in zip(
            self.axis_names(), shape[1:], self.kernel_size, self.stride, self.pads(), self.dilation, strict=True
        ):
            padded = rf"{n} + 2\cdot{low}" if low == high else f"{n} + {low} + {high}"
            rest = n + low + high - span(k, d)
            ratio = rest // s if rest % s == 0 else f"{rest}/{s}"
            lines.append(
                rf"{axis_latex(name)}: \left\lfloor\frac{{{padded} - {d}\cdot({k}-1) - 1}}{{{s}}}\right\rfloor + 1"
                rf" = \lfloor {ratio} \rfloor + 1 = {conv_size(n, k, s, (low, high), d)}"
            )
        return lines

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.padding == "same" and set(self.stride) != {1}:
            raise GeometryError(
                "padding='same' needs stride 1, and stride is {stride}: a strided output cannot keep the input's size. "
                "Set stride to 1, or give padding as a number.",
                {"stride": (1,) * self.ndim},
                stride=short(self.stride),
            )
        self._check_padding_mode(shape)
        self._check_fit(shape)

    def _most_padding(self, size: int) -> float:
        """What torch allows this padding mode to add on one side of an axis."""
        return {"reflect": size - 1, "circular": size}.get(self.padding_mode, inf)

    def _check_padding_mode(self, shape: Shape) -> None:
        for name, n, (_, pad) in zip(self.axis_names(), shape[1:], self.pads(), strict=True):
            limit = self._most_padding(n)
            if pad > limit:  # what comes after is never less than what comes before
                raise GeometryError(
                    "padding_mode='{padding_mode}' takes its cells from the input: of {cells} it can add {limit} on "
                    "a side, and padding is {pad}. Use padding_mode='replicate'.",
                    {"padding_mode": "replicate"},
                    padding_mode=self.padding_mode,
                    cells=counted(n, name),
                    limit=limit,
                    pad=pad,
                )

    def _check_fit(self, shape: Shape) -> None:
        axes = list(zip(shape[1:], self.kernel_size, self.dilation, self.pads(), strict=True))
        short_by = [span(k, d) - n - low - high for n, k, d, (low, high) in axes]
        if max(short_by) <= 0:
            return
        i = next(i for i, missing in enumerate(short_by) if missing > 0)
        n, k, d, (low, high) = axes[i]
        where = place_with_padding(n, self.axis_names()[i], low if low + high else 0)
        shrunk = tuple(min(k, (n + low + high - 1) // d + 1) for n, k, d, (low, high) in axes)
        padded = tuple(max(low, ceil((span(k, d) - n) / 2)) for n, k, d, (low, _) in axes)
        ways, fixes = [f"kernel_size {shrunk[i]}"], [{"kernel_size": shrunk}]
        if all(pad <= self._most_padding(n) for pad, n in zip(padded, shape[1:], strict=True)):
            ways.insert(0, f"padding {padded[i]}")
            fixes.insert(0, {"padding": padded})
        places = {"taps": k, "where": where, "ways": either(ways)}
        if d == 1:
            raise GeometryError("A window of {taps} cells does not fit in {where}. Use {ways}.", *fixes, **places)
        raise GeometryError(
            "A window of {taps} taps, {dilation} apart, spans {cells} cells and does not fit in {where}. Use {ways}.",
            *fixes,
            **places,
            dilation=d,
            cells=span(k, d),
        )
