"""Activations without corners, most of them relatives of ReLU and of tanh."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers.activation import Activation, cases
from cnnviz.core.layers.cell import Shape
from cnnviz.core.settings import knob
from cnnviz.text import Message

LARGEST = 3.4028234663852886e38  # of float32
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al., "Self-normalizing networks", 2017


def below_zero(x: float, alpha: float, width: float = 1.0) -> float:
    """``alpha * (exp(x / width) - 1)`` below zero, and x above."""
    with np.errstate(over="ignore"):
        return x if x > 0 else alpha * float(np.expm1(x / width))


def softplus(x: float) -> float:
    """``log(1 + exp(x))`` without overflow."""
    return float(np.logaddexp(0, x))


@dataclass(frozen=True)
class Softplus(Activation):
    """nn.Softplus: ReLU with a round corner; where ``beta * x`` is above `threshold`, it is x itself."""

    torch_name: ClassVar[str] = "Softplus"

    beta: float = knob(1.0, help=Message("how sharp the corner is"), step=0.5)
    threshold: float = knob(20.0, help=Message("above it the cell passes as it is"), step=1.0)

    @property
    def latex(self) -> str:  # type: ignore[override]
        scaled = "x" if self.beta == 1 else rf"{self.beta:g}\,x"
        log = rf"\log(1 + e^{{{scaled}}})"
        return log if self.beta == 1 else rf"\tfrac{{1}}{{{self.beta:g}}} {log}"

    def value(self, x: float) -> float:
        if x * self.beta > self.threshold:
            return x
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.float64(softplus(x * self.beta)) / self.beta)


@dataclass(frozen=True)
class Mish(Activation):
    """nn.Mish: the cell times the tanh of its softplus."""

    torch_name: ClassVar[str] = "Mish"
    latex: ClassVar[str] = r"x \cdot \tanh(\log(1 + e^x))"

    def gate(self, x: float) -> float:
        return float(np.tanh(softplus(x)))


@dataclass(frozen=True)
class SELU(Activation):
    """nn.SELU: ELU with the two numbers that keep mean 0 and variance 1 from layer to layer."""

    torch_name: ClassVar[str] = "SELU"
    latex: ClassVar[str] = r"1.0507 \cdot " + cases("x", r"1.6733\,(e^x - 1)")

    def value(self, x: float) -> float:
        return SELU_SCALE * below_zero(x, SELU_ALPHA)


@dataclass(frozen=True)
class CELU(Activation):
    """nn.CELU: ELU whose slope is 1 on both sides of zero, whatever `alpha` is."""

    torch_name: ClassVar[str] = "CELU"

    alpha: float = knob(1.0, help=Message("how far below zero it goes, and how slowly"), step=0.5)

    @property
    def latex(self) -> str:  # type: ignore[override]
        return cases("x", rf"{self.alpha:g}\,(e^{{x / {self.alpha:g}}} - 1)")

    def value(self, x: float) -> float:
        return below_zero(x, self.alpha, self.alpha)

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if abs(self.alpha) * LARGEST < 1:
            raise GeometryError("alpha = {alpha:g} would divide by 0. Use alpha = 1.", {"alpha": 1.0}, alpha=self.alpha)


@dataclass(frozen=True)
class LogSigmoid(Activation):
    """nn.LogSigmoid: the logarithm of the sigmoid, always below 0."""

    torch_name: ClassVar[str] = "LogSigmoid"
    out_scale: ClassVar[str] = "signed"
    latex: ClassVar[str] = r"\log \sigma(x) = -\log(1 + e^{-x})"

    def value(self, x: float) -> float:
        return -softplus(-x)


@dataclass(frozen=True)
class Softsign(Activation):
    """nn.Softsign: between -1 and 1, as tanh, but it gets there slowly."""

    torch_name: ClassVar[str] = "Softsign"
    out_scale: ClassVar[str] = "signed"
    latex: ClassVar[str] = r"\frac{x}{1 + |x|}"

    def value(self, x: float) -> float:
        return x / (1 + abs(x))


@dataclass(frozen=True)
class Tanhshrink(Activation):
    """nn.Tanhshrink: what tanh leaves over."""

    torch_name: ClassVar[str] = "Tanhshrink"
    latex: ClassVar[str] = r"x - \tanh(x)"

    def value(self, x: float) -> float:
        return x - float(np.tanh(x))
