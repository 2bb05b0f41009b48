"""Normalisation: cells that share a mean and a variance are moved to mean 0 and variance 1."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.axes import counted
from cnnviz.core.geometry import Axis, GeometryError, Ints, point_axis, whole_axis
from cnnviz.core.layers.base import Extent, Layer
from cnnviz.core.layers.cell import Array, Shape, Step, Window
from cnnviz.core.settings import Size, knob
from cnnviz.text import Message

AFFINE = Message("a weight and a bias for each channel")
BIAS = Message("a bias as well, where there is a weight")
MOMENTUM = Message("how much of the new batch counts in the running statistics; without one, all batches count alike")


@dataclass(frozen=True)
class Norm(Layer):
    """What all normalisations share: ``(x - mean) / sqrt(var + eps) * weight + bias``.

    A normalisation is about which cells share statistics, and batch norm's share them across examples.
    """

    rule: ClassVar[str] = "norm"
    width: ClassVar[str] = ""  # torch's name for the number of channels, where the layer must know it

    eps: float = knob(1e-5, None, 1.0, Message("added to the variance, so that nothing is divided by 0"), format="%.0e")

    def shares(self) -> tuple[bool, ...]:
        """For each axis after the channels: do cells along it share statistics?"""
        return (True,) * self.ndim

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        self.check(shape)
        pairs = zip(shape[1:], self.shares(), strict=True)
        return tuple(whole_axis(n, n) if shared else point_axis(n) for n, shared in pairs)

    def call(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        return {"output": self.apply(module, x), **self.statistics(x)}

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        return tuple(None if one else (0, 1, 0) for one in self.shares())

    def statistics(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """Mean and biased variance of the cells that share them; axes that share, N as well, are 1 long."""
        n, *shape = x.shape
        together = self.channels_together(tuple(shape))
        sets = x.double().reshape(n, -1, together, *shape[1:])  # (N, sets, channels of a set, *axes)
        over = [*([0] if self.mixes_examples else []), 2, *(3 + i for i, shared in enumerate(self.shares()) if shared)]
        mean = sets.mean(over, keepdim=True)
        var = sets.var(over, correction=0, keepdim=True)
        return {"mean": mean.squeeze(2).float(), "var": var.squeeze(2).float()}

    def settled(self, mean: torch.Tensor, var: torch.Tensor) -> dict[str, torch.Tensor]:
        """Running statistics, shaped like those of a batch."""
        ones = (1, -1, *(1,) * self.ndim)
        return {"mean": mean.reshape(ones), "var": var.reshape(ones)}

    def channels_together(self, shape: Shape) -> int:
        """How many channels share statistics."""
        return 1

    def channels_read(self, shape: Shape) -> Ints:
        together = self.channels_together(shape)
        first = np.arange(shape[0]) // together * together
        return np.stack([first, first + together], axis=1)

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        affine = {name: state[name] for name in ("weight", "bias") if name in state}
        return {**affine, "mean": parts["mean"], "var": parts["var"]}

    def constants(self) -> dict[str, float]:
        return {"eps": self.eps}

    def remark(self, x: Array, y: Array) -> Message | None:
        if self.eps > 0:
            return None
        if self.eps:
            return Message(
                "Cells are nan: eps = {eps}, and where variance + eps is below 0 it has no root. Use eps = 1e-05.",
                eps=f"{self.eps:g}",
            )
        return Message("Cells are nan: eps = 0, and where all cells are equal this is 0 / 0. Use eps = 1e-05.")

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        return self.normalised(window, float(window.values.mean()), float(window.values.var()), state, channel)

    def normalised(self, window: Window, mean: float, var: float, state: Mapping[str, Array], channel: int) -> Step:
        """The cell with these statistics."""
        weight, bias = (float(self.learned(state, name, window, channel)) for name in ("weight", "bias"))
        with np.errstate(divide="ignore", invalid="ignore"):  # without eps, equal cells give 0 / 0: in torch as well
            value = np.float64(window.own - mean) / self.deviation(var) * weight + bias
        return Step(window.values, float(value))

    def deviation(self, var: float) -> float:
        """What the distance from the mean is divided by."""
        return float(np.sqrt(np.float64(var + self.eps)))

    def learned(self, state: Mapping[str, Array], name: str, window: Window, channel: int) -> float:
        """Weight or bias of a cell: one per channel."""
        return float(state[name][channel]) if name in state else float(name == "weight")

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        return [rf"y = \frac{{x - \text{{mean}}}}{{\sqrt{{\text{{var}} + {self.eps:g}}}}} \cdot w + b"]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.width and shape[0] != getattr(self, self.width):
            raise GeometryError(
                "The input has {channels} and {width} = {given}. Set {width} to {wanted}.",
                {self.width: shape[0]},
                channels=counted(shape[0], "channels"),
                width=self.width,
                given=getattr(self, self.width),
                wanted=shape[0],
            )


@dataclass(frozen=True)
class GroupNorm(Norm):
    """nn.GroupNorm: channels in groups, each example on its own. One group is the DESED block's "layer" option."""

    torch_name: ClassVar[str] = "GroupNorm"
    width: ClassVar[str] = "num_channels"
    dimensioned: ClassVar[bool] = False

    num_groups: int = knob(1, 1, 128, Message("groups of channels that share statistics"))
    num_channels: int = 1
    affine: bool = knob(True, help=AFFINE, shown=False)
    bias: bool = knob(True, help=BIAS, shown=False)

    def channels_together(self, shape: Shape) -> int:
        return shape[0] // self.num_groups

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if shape[0] % self.num_groups:
            near = max(g for g in range(1, shape[0] + 1) if shape[0] % g == 0 and g <= self.num_groups)
            raise GeometryError(
                "num_groups = {num_groups} must divide {channels}. Use num_groups = {near}.",
                {"num_groups": near},
                num_groups=self.num_groups,
                channels=counted(shape[0], "channels"),
                near=near,
            )

    def check_batch(self, shape: Shape, n: int = 1) -> None:
        super().check_batch(shape, n)
        if n * prod(shape) // self.num_groups < 2:  # torch counts the examples as well
            raise GeometryError(
                "A group with a single cell has no variance. Use a larger input, or num_groups = 1.",
                *([{"num_groups": 1}] if shape[0] > 1 else []),
            )


class Running(Norm):
    """What those share that may take running statistics: each channel has its own."""

    training: bool
    track_running_stats: bool

    @property
    def own(self) -> bool:
        """Are the statistics those of the input, not running ones?"""
        return self.training or not self.track_running_stats

    def shares(self) -> tuple[bool, ...]:
        return (self.own,) * self.ndim


@dataclass(frozen=True)
class InstanceNorm(Running):
    """nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d: each channel of each example on its own.

    Without eps, cells that are all equal become 0 in torch, though a group or layer norm makes nan of them.
    """

    torch_name: ClassVar[str] = "InstanceNorm"
    width: ClassVar[str] = "num_features"

    num_features: int = 1
    momentum: float | None = knob(0.1, None, 1.0, MOMENTUM, none=True, shown=False)
    affine: bool = knob(False, help=AFFINE, shown=False)
    bias: bool = knob(True, help=BIAS, shown=False)
    track_running_stats: bool = knob(False, help=Message("keep running statistics, which eval mode takes"), shown=False)
    training: bool = knob(True, help=Message("without running statistics it makes no difference"), shown=False)

    def call(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        if self.own:
            return super().call(module, x, seed)
        running = (module.get_buffer(name) for name in ("running_mean", "running_var"))
        return {"output": self.apply(module, x), **self.settled(*running)}

    def use(self) -> list[str]:
        return super().use() if self.own else ["y = layer.eval()(x)"]

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        if self.own:
            return super().step(window, state, channel)
        mean, var = (float(state[name][channel]) for name in ("running_mean", "running_var"))
        return self.normalised(window, mean, var, state, channel)

    def deviation(self, var: float) -> float:
        return super().deviation(var) or (np.inf if self.own else 0.0)

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.own and prod(shape[1:]) < 2:
            raise GeometryError("A map with a single cell has no variance. Use a larger input, or another norm.")


@dataclass(frozen=True)
class LayerNorm(Norm):
    """nn.LayerNorm: the last axes of each example together, each cell with a weight and a bias of its own.

    Attributes
    ----------
    normalized_shape : the last sizes of the input, the channels included if there are as many
    """

    torch_name: ClassVar[str] = "LayerNorm"
    dimensioned: ClassVar[bool] = False

    normalized_shape: Size = ()
    elementwise_affine: bool = knob(True, help=Message("a weight and a bias for each cell"), shown=False)
    bias: bool = knob(True, help=BIAS, shown=False)

    def shares(self) -> tuple[bool, ...]:
        return tuple(i >= self.ndim - len(self.normalized_shape) + self._all for i in range(self.ndim))

    @property
    def _all(self) -> int:
        """1 if the channels share statistics, too."""
        return int(len(self.normalized_shape) > self.ndim)

    def channels_together(self, shape: Shape) -> int:
        return shape[0] if self._all else 1

    def takes(self, shape: Shape) -> Shape:
        """A vector as one line, for its sizes are counted from the last."""
        return super().takes(shape)[::-1] if len(shape) == 1 else super().takes(shape)

    def learned(self, state: Mapping[str, Array], name: str, window: Window, channel: int) -> float:
        at = (channel, *window.cell) if self._all else window.cell[self.ndim - len(self.normalized_shape) :]
        return float(state[name][at]) if name in state else super().learned(state, name, window, channel)

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        missing = 1 + self.ndim - len(self.normalized_shape)
        whole = {}
        for name in state:  # weight and bias: all axes, those that it does not know 1 long
            whole[name] = state[name].reshape((1,) * missing + state[name].shape)
        return {**whole, "mean": parts["mean"], "var": parts["var"]}

    def check(self, shape: Shape) -> None:
        super().check(shape)
        size = self.normalized_shape
        if not size or shape[-len(size) :] != size:
            raise GeometryError(
                "normalized_shape = {size} must be the last sizes of the input {last}. Use {last}.",
                {"normalized_shape": shape},
                size=size,
                last=shape,
            )
