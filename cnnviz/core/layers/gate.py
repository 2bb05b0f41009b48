"""Gates: a mask between 0 and 1, as large as the signal, says how much of each cell goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import getsource
from math import prod
from typing import Any, ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.axes import counted
from cnnviz.core.geometry import Axis, GeometryError, Ints
from cnnviz.core.layers.activation import Pixel, sigmoid
from cnnviz.core.layers.cell import Array, Example, Shape, Step, Window
from cnnviz.core.settings import Size
from cnnviz.text import _

SIGMOID = {"through": "Sigmoid", "take": "value"}


class DesedGLU(nn.Module):
    """The gated linear unit of the DESED block: all channels are mixed, and each cell opens or closes its own."""

    def __init__(self, channels: int):
        super().__init__()
        self.linear = nn.Linear(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # (N, C, ...)
        mixed = self.linear(x.movedim(1, -1)).movedim(-1, 1)
        gated: torch.Tensor = mixed * torch.sigmoid(x)
        return gated


class DesedContextGating(nn.Module):
    """The other gate of the DESED block: all channels together open or close each cell."""

    def __init__(self, channels: int):
        super().__init__()
        self.linear = nn.Linear(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # (N, C, ...)
        mixed = self.linear(x.movedim(1, -1)).movedim(-1, 1)
        gated: torch.Tensor = x * torch.sigmoid(mixed)
        return gated


class MaskModule(nn.Module):
    """A sigmoid gate with a mask of its own, stretched over the input."""

    def __init__(self, mask: torch.Tensor):
        super().__init__()
        self.register_buffer("mask", mask)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mask = nn.functional.interpolate(self.get_buffer("mask")[None, None], size=x.shape[2:], mode="nearest")
        return x * torch.sigmoid(mask)


@dataclass(frozen=True)
class LinearGate(Pixel):
    """What both gates of the DESED block share: an ``nn.Linear`` over the channels of each pixel.

    References
    ----------
    Dauphin et al., "Language modeling with gated convolutional networks", 2017; Miech et al., "Learnable pooling with
    context gating for video classification", 2017.
    """

    rule: ClassVar[str] = "gate"
    kind: ClassVar[type[nn.Module]] = nn.Module

    channels: int = 1

    def torch_class(self) -> type[nn.Module]:
        return self.kind

    def code(self) -> str:
        return f"{self.kind.__name__}({self.channels})"

    def definition(self) -> str:
        return getsource(self.kind)

    def channels_read(self, shape: Shape) -> Ints:
        return np.tile([0, shape[0]], (shape[0], 1))

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        weight = state["linear.weight"].reshape(self.channels, self.channels, *(1,) * self.ndim)
        return {"weight": weight, "bias": state["linear.bias"], **parts}

    def listen(self, module: nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The gate's output, and what its nn.Linear said on the way."""
        heard: list[torch.Tensor] = []
        hook = module.get_submodule("linear").register_forward_hook(lambda _, __, mixed: heard.append(mixed))
        try:
            y = module(x)
        finally:
            hook.remove()
        return y, heard[0].movedim(-1, 1)

    def linear(self, window: Window, state: Mapping[str, Array], channel: int) -> tuple[Array, float]:
        """Weights of one row of the matrix, shaped as the window, and the mixed value."""
        weights = state["linear.weight"][channel].astype(np.float64).reshape(window.values.shape)
        return weights, float((window.values * weights).sum()) + float(state["linear.bias"][channel])

    def macs(self, shape: Shape) -> int:
        self.check(shape)
        return self.channels * prod(shape)

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if shape[0] != self.channels:
            raise GeometryError(
                "The input has {channels} and the gate mixes {mixed}. Set channels to {wanted}.",
                {"channels": shape[0]},
                channels=counted(shape[0], "channels"),
                mixed=self.channels,
                wanted=shape[0],
            )


@dataclass(frozen=True)
class GLU(LinearGate):
    """DESED's GLU, ``linear(x) * sigmoid(x)``: the channels stay as many as they were. `nn.GLU` is another thing."""

    torch_name: ClassVar[str] = "GLU (DESED)"
    kind: ClassVar[type[nn.Module]] = DesedGLU

    def call(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        y, mixed = self.listen(module, x)
        return {"output": y, "signal": mixed}

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        weights, mixed = self.linear(window, state, channel)
        return Step(window.values, mixed * sigmoid(window.own), weights, float(state["linear.bias"][channel]))

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        return [r"y = \text{linear}(x) \cdot \sigma(x)"]

    def gating(self, shape: Shape) -> dict[str, Any]:
        return {"signal": {"tensor": "signal"}, "gate": {"tensor": "input", **SIGMOID}, "mixes": "signal"}


@dataclass(frozen=True)
class ContextGating(LinearGate):
    """DESED's ContextGating, ``x * sigmoid(linear(x))``: what the other channels hold decides."""

    torch_name: ClassVar[str] = "ContextGating (DESED)"
    out_scale: ClassVar[str] = "same"
    kind: ClassVar[type[nn.Module]] = DesedContextGating

    def call(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        y, mixed = self.listen(module, x)
        return {"output": y, "gate": torch.sigmoid(mixed)}

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        weights, mixed = self.linear(window, state, channel)
        return Step(window.values, window.own * sigmoid(mixed), weights, float(state["linear.bias"][channel]))

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        return [r"y = x \cdot \sigma(\text{linear}(x))"]

    def gating(self, shape: Shape) -> dict[str, Any]:
        return {"gate": {"tensor": "gate"}, "mixes": "gate"}


@dataclass(frozen=True)
class HalvingGLU(Pixel):
    """nn.GLU: the first half of the channels, gated by the second; half as many come out."""

    torch_name: ClassVar[str] = "GLU"
    rule: ClassVar[str] = "gate"
    out_scale: ClassVar[str] = "same"

    dim: ClassVar[int] = 1

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return (shape[0] // 2, *shape[1:])

    def channels_read(self, shape: Shape) -> Ints:
        """Its signal and its gate, and the channels between them, which it does not read."""
        first = np.arange(shape[0] // 2)
        return np.stack([first, first + shape[0] // 2 + 1], axis=1)

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        first, last = window.values.flat[0], window.values.flat[-1]
        return Step(np.array([first, last]), float(first) * sigmoid(float(last)))

    def formula(self, shape: Shape) -> list[str]:
        out = self.output_shape(shape)[0]
        fewer = _(r"{before} \to {after} \text{{ channels}}", before=shape[0], after=out)
        return [rf"y_c = x_c \cdot \sigma(x_{{c + {out}}}), \quad {fewer}"]

    def gating(self, shape: Shape) -> dict[str, Any]:
        return {"gate": {"tensor": "input", "first": shape[0] // 2, **SIGMOID}}

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if shape[0] % 2:
            raise GeometryError(
                "nn.GLU halves the channels, and {channels} cannot be halved. Use {even} channels, or DESED's "
                "GLU, which keeps them all.",
                channels=counted(shape[0], "channels"),
                even=shape[0] + 1,
            )


def block(cell: int, blocks: int, cells: int) -> int:
    """Which of so many blocks torch's nearest interpolation lays over a cell; it rounds in float32, and so do we."""
    return int(np.float32(cell) * (np.float32(blocks) / np.float32(cells)))


@dataclass(frozen=True)
class MaskGate(Pixel):
    """A sigmoid gate whose mask is given, not computed: ``x * sigmoid(mask)``.

    Attributes
    ----------
    mask : flat tuple of numbers before the sigmoid, row after row
    size : how many along each axis; the mask is stretched over the input, each number over a block of cells
    """

    torch_name: ClassVar[str] = "Mask"
    rule: ClassVar[str] = "gate"
    out_scale: ClassVar[str] = "same"

    mask: tuple[float, ...] = (0.0,)
    size: Size = ()

    def module(self) -> nn.Module:
        return MaskModule(torch.tensor(self.mask).reshape(self._size()))

    def code(self) -> str:
        numbers: Any = np.array(self.mask, np.float32).reshape(self._size()).tolist()
        return f"MaskModule(torch.tensor({numbers}))"

    def takes(self, shape: Shape) -> Shape:
        if len(shape) == 1:
            raise GeometryError(
                "A mask is laid over maps, and here are {channels:,} numbers. Put it before nn.Flatten.",
                channels=shape[0],
            )
        return super().takes(shape)

    def definition(self) -> str:
        return getsource(MaskModule)

    def _size(self) -> Size:
        return self.size or (1,) * self.ndim

    def call(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        return {"output": module(x), "gate": module(torch.ones_like(x[:, :1])).expand(x.shape)}

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        return dict(parts)

    def explain(self, done: Example, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> Step:
        at = tuple(map(block, cell, self._size(), done.x.shape[1:]))
        own, mask = float(done.x[channel, *cell]), float(done.state["mask"][at])
        return Step(np.array([own]), own * sigmoid(mask), np.array([sigmoid(mask)]))

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        return [rf"y = x \cdot \sigma(\text{{{_('mask')}}})"]

    def gating(self, shape: Shape) -> dict[str, Any]:
        return {"gate": {"tensor": "gate"}}

    def check(self, shape: Shape) -> None:
        super().check(shape)
        size = self._size()
        if len(size) != self.ndim or prod(size) != len(self.mask):
            raise GeometryError(
                "The mask has {count} numbers and its size is {size}. Type one number for each block.",
                count=len(self.mask),
                size=size,
            )
        if any(m > n for m, n in zip(size, shape[1:], strict=True)):
            raise GeometryError(
                "The mask {size} is larger than the input {shape}. Type at most as many rows and columns.",
                size=size,
                shape=shape[1:],
            )
