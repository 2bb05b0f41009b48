"""Activations made of straight pieces: clipped, shrunk, cut off."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers.activation import Activation, Leaky
from cnnviz.core.layers.cell import Shape
from cnnviz.core.settings import knob
from cnnviz.text import Message, _


def rounded(x: float) -> float:
    """A bound as torch compares a float32 cell with it: 0.1 is a little more there than in double precision."""
    return float(np.float32(x))


def clipped(x: float, low: float, high: float) -> float:
    """What is no number stays none."""
    return float(np.clip(x, low, high))


@dataclass(frozen=True)
class Identity(Activation):
    """nn.Identity: every cell stays as it is; it holds a place where another layer was or may be."""

    torch_name: ClassVar[str] = "Identity"
    latex: ClassVar[str] = "x"

    def value(self, x: float) -> float:
        return x


@dataclass(frozen=True)
class AlphaDropout(Activation):
    """nn.AlphaDropout: training drops cells to the least value of SELU; in eval mode, as here, it does nothing."""

    torch_name: ClassVar[str] = "AlphaDropout"

    p: float = knob(0.5, 0.0, 1.0, Message("chance that training drops a cell"), step=0.1)

    @property
    def latex(self) -> str:  # type: ignore[override]
        return rf"x \quad \text{{({_('eval mode')})}}"

    def value(self, x: float) -> float:
        return x

    def use(self) -> list[str]:
        return ["y = layer.eval()(x)"]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.p > 1:
            raise GeometryError("p = {p:g} is no chance. Use a number from 0 to 1.", {"p": 0.5}, p=self.p)


@dataclass(frozen=True)
class FeatureAlphaDropout(AlphaDropout):
    """nn.FeatureAlphaDropout: the same for whole channels."""

    torch_name: ClassVar[str] = "FeatureAlphaDropout"


@dataclass(frozen=True)
class ReLU6(Activation):
    """nn.ReLU6: ReLU that stops at 6, as in MobileNet."""

    torch_name: ClassVar[str] = "ReLU6"
    latex: ClassVar[str] = r"\min(\max(0, x), 6)"

    def value(self, x: float) -> float:
        return clipped(x, 0.0, 6.0)


@dataclass(frozen=True)
class Hardtanh(Activation):
    """nn.Hardtanh: clipped at both ends."""

    torch_name: ClassVar[str] = "Hardtanh"

    min_val: float = knob(-1.0, help=Message("the smallest value that comes out"), step=0.5)
    max_val: float = knob(1.0, help=Message("the largest value that comes out"), step=0.5)

    @property
    def latex(self) -> str:  # type: ignore[override]
        return rf"\min(\max({self.min_val:g}, x), {self.max_val:g})"

    def value(self, x: float) -> float:
        return clipped(x, self.min_val, self.max_val)

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.max_val <= self.min_val:
            more = self.min_val + 1
            raise GeometryError(
                "max_val = {max_val:g} must be above min_val = {min_val:g}. Use max_val = {more:g}.",
                {"max_val": more},
                max_val=self.max_val,
                min_val=self.min_val,
                more=more,
            )


@dataclass(frozen=True)
class Hardsigmoid(Activation):
    """nn.Hardsigmoid: the sigmoid as a ramp from -3 to 3."""

    torch_name: ClassVar[str] = "Hardsigmoid"
    out_scale: ClassVar[str] = "gate"
    latex: ClassVar[str] = r"\min(\max(0,\ x / 6 + 1/2),\ 1)"

    def value(self, x: float) -> float:
        return clipped(x / 6 + 0.5, 0.0, 1.0)


@dataclass(frozen=True)
class Hardswish(Activation):
    """nn.Hardswish: the cell times its own hard sigmoid, as in MobileNetV3."""

    torch_name: ClassVar[str] = "Hardswish"
    latex: ClassVar[str] = r"x \cdot \min(\max(0,\ x / 6 + 1/2),\ 1)"

    def gate(self, x: float) -> float:
        return clipped(x / 6 + 0.5, 0.0, 1.0)


@dataclass(frozen=True)
class RReLU(Leaky):
    """nn.RReLU: as LeakyReLU; in training the slope is drawn at random, and afterwards, as here, it is the mean."""

    torch_name: ClassVar[str] = "RReLU"

    lower: float = knob(1 / 8, help=Message("smallest slope that training draws"), step=0.05)
    upper: float = knob(1 / 3, help=Message("largest slope that training draws"), step=0.05)

    @property
    def below(self) -> float:
        return (self.lower + self.upper) / 2

    def use(self) -> list[str]:
        return ["y = layer.eval()(x)"]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.lower > self.upper:
            raise GeometryError(
                "lower = {lower:g} must not be above upper = {upper:g}. Use lower = {upper:g}.",
                {"lower": self.upper},
                lower=self.lower,
                upper=self.upper,
            )


@dataclass(frozen=True)
class Softshrink(Activation):
    """nn.Softshrink: every cell comes nearer to 0 by `lambd`, and what is nearer than that becomes 0."""

    torch_name: ClassVar[str] = "Softshrink"

    lambd: float = knob(0.5, 0.0, help=Message("how much nearer to 0"), step=0.1)

    @property
    def latex(self) -> str:  # type: ignore[override]
        return rf"x - \min(\max({-self.lambd:g}, x), {self.lambd:g})"

    def value(self, x: float) -> float:
        return x - clipped(x, -self.lambd, self.lambd)


@dataclass(frozen=True)
class Hardshrink(Activation):
    """nn.Hardshrink: a mask that is closed where the cell lies between `-lambd` and `lambd`."""

    torch_name: ClassVar[str] = "Hardshrink"

    lambd: float = knob(0.5, help=Message("cells up to so far from 0 become 0"), step=0.1)

    @property
    def latex(self) -> str:  # type: ignore[override]
        return rf"x \cdot [\,|x| > {self.lambd:g}\,]"

    def value(self, x: float) -> float:
        return x if self.gate(x) else 0.0

    def gate(self, x: float) -> float:
        far = rounded(self.lambd)
        return float(not -far <= x <= far)
