"""Softmax and its relatives: shares along the channels or along an axis, their logarithm, those of what is smallest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.axes import named
from cnnviz.core.geometry import Axis, GeometryError, Ints, point_axis, whole_axis
from cnnviz.core.layers.activation import Pixel
from cnnviz.core.layers.base import Extent
from cnnviz.core.layers.cell import Array, Shape, Step, Window
from cnnviz.core.settings import knob
from cnnviz.text import Message, _

DIM = Message("along which axis the shares add up to 1: 1 is the channels, 2 the first axis behind them, -1 the last")


@dataclass(frozen=True)
class Shares(Pixel):
    """What softmax and its relatives have in common: a cell is held against all cells along one axis."""

    rule: ClassVar[str] = "share"
    out_scale: ClassVar[str] = "gate"

    @property
    def place(self) -> int:
        """That axis, as torch counts with the batch: 1 is the channels."""
        return 1

    @property
    def mixes_examples(self) -> bool:
        return self.place == 0

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        self.check(shape)
        return tuple(whole_axis(n, n) if i == self.place else point_axis(n) for i, n in enumerate(shape[1:], 2))

    def channels_read(self, shape: Shape) -> Ints:
        return np.tile([0, shape[0]], (shape[0], 1)) if self.place == 1 else super().channels_read(shape)

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        return tuple(None if i == self.place else (0, 1, 0) for i in range(2, 2 + self.ndim))

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        most = window.values.max()  # the largest is taken off, as torch does; shares stay
        return Step(window.values, float(np.exp(window.own - most) / np.exp(window.values - most).sum()))

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        i, n = "c" if self.place == 1 else "i", (1, *shape)[self.place]
        names = (Message("batch, which is of one"), *map(named, ("channels", *self.axis_names())))
        where = _(r"i \text{{ along the {axis}}}", axis=names[self.place])
        along = "" if self.place == 1 else rf", \quad {where}"
        return [rf"\text{{{self.torch_name}}}(x)_{i} = {self.latex(i, n)}{along}"]

    def latex(self, i: str, n: int) -> str:
        """What cell i becomes of n cells."""
        return rf"\frac{{e^{{x_{i}}}}}{{e^{{x_0}} + \dots + e^{{x_{{{n - 1}}}}}}}"


@dataclass(frozen=True)
class Softmax(Shares):
    """nn.Softmax: shares that add up to 1, at each pixel over the channels or, of each map, along an axis.

    Attributes
    ----------
    dim : int or None
        As torch counts, with the batch as 0, which is of one here: each share is 1. None is what torch then takes: 0
        of an input with one axis besides the channels, else 1.
    """

    torch_name: ClassVar[str] = "Softmax"

    dim: int | None = knob(1, None, 4, DIM, none=True)

    @property
    def place(self) -> int:
        ranks = self.ndim + 2
        if self.dim is None:
            return 0 if ranks == 3 else 1
        return self.dim + ranks if self.dim < 0 else self.dim

    def along(self, shape: Shape) -> "Softmax":
        """Of a vector, (features,), the last axis is the channels, and without a dim torch takes it, too."""
        own = super().along(shape)
        assert isinstance(own, Softmax)
        dim = {None: 1, -1: 1, -2: 0}.get(self.dim, self.dim)
        return replace(own, dim=dim) if len(shape) == 1 else own

    def takes(self, shape: Shape) -> Shape:
        if len(shape) == 1 and self.dim not in (0, 1):
            raise GeometryError(
                "{called} has dim = {dim}, and of a vector only its features share out. Use 1.",
                {"dim": 1},
                called=self.called,
                dim=self.dim,
            )
        return super().takes(shape)

    def apply(self, module: nn.Module, x: torch.Tensor) -> torch.Tensor:
        """By the layer's own module: one made for a vector may count its axes from the end, and here are more."""
        return super().apply(self.module(), x)

    def check(self, shape: Shape) -> None:
        super().check(shape)
        ranks = self.ndim + 2
        if not 0 <= self.place < ranks:
            raise GeometryError(
                "dim = {dim}, and with the batch the input {shape} has {ranks} axes. Use 1 for the channels, or up to "
                "{last} for an axis behind them.",
                {"dim": 1},
                {"dim": ranks - 1},
                dim=self.dim,
                shape=(1, *shape),
                ranks=ranks,
                last=ranks - 1,
            )


@dataclass(frozen=True)
class LogSoftmax(Softmax):
    """nn.LogSoftmax: the logarithm of softmax, never above 0; what nn.NLLLoss wants."""

    torch_name: ClassVar[str] = "LogSoftmax"
    out_scale: ClassVar[str] = "signed"

    def constants(self) -> dict[str, float]:
        return {"log": 1}

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        less = window.values - window.values.max()  # as in softmax, so that no power overflows
        value = window.own - window.values.max() - np.log(np.exp(less).sum())
        return Step(window.values, float(value))

    def latex(self, i: str, n: int) -> str:
        return rf"x_{i} - \log(e^{{x_0}} + \dots + e^{{x_{{{n - 1}}}}})"


@dataclass(frozen=True)
class Softmin(Softmax):
    """nn.Softmin: softmax of the negative cells, so the smallest has the largest share."""

    torch_name: ClassVar[str] = "Softmin"

    def constants(self) -> dict[str, float]:
        return {"sign": -1}

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        powers = np.exp(window.values.min() - window.values)
        share = np.exp(window.values.min() - window.own) / powers.sum()
        return Step(window.values, float(share))

    def latex(self, i: str, n: int) -> str:
        return rf"\frac{{e^{{-x_{i}}}}}{{e^{{-x_0}} + \dots + e^{{-x_{{{n - 1}}}}}}}"


@dataclass(frozen=True)
class Softmax2d(Shares):
    """nn.Softmax2d: nn.Softmax over the channels, of maps with rows and columns alone."""

    torch_name: ClassVar[str] = "Softmax2d"
    ndims: ClassVar[tuple[int, ...]] = (2,)
    vectors: ClassVar[bool] = False
