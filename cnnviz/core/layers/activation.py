"""Activations: each cell becomes a function of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from math import erf, exp, pi, sqrt, tanh
from typing import Any, ClassVar, Literal

import numpy as np

from cnnviz.core.axes import counted
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers.base import Layer
from cnnviz.core.layers.cell import Array, Shape, Step, Window
from cnnviz.core.settings import knob
from cnnviz.text import Message, _


def cases(above: str, below: str) -> str:
    """LaTeX: one thing above 0, and another elsewhere."""
    return rf"\begin{{cases}} {above} & x > 0 \\ {below} & x \le 0 \end{{cases}}"


@dataclass(frozen=True)
class Pixel(Layer):
    """A layer whose output cell reads the input in its own place, in one channel or in several."""

    dimensioned: ClassVar[bool] = False


@dataclass(frozen=True)
class Activation(Pixel):
    """A function of one number."""

    rule: ClassVar[str] = "point"
    out_scale: ClassVar[str] = "same"
    latex: ClassVar[str] = ""

    def value(self, x: float) -> float:
        """The function, in double precision; ``x * gate(x)`` where there is a gate."""
        gate = self.gate(x)
        if gate is None:
            raise NotImplementedError
        return x * gate

    def gate(self, x: float) -> float | None:
        """What the cell is multiplied by, where the function is a product ``x * gate(x)``."""
        return None

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        return Step(window.values, self.value(window.own))

    def constants(self) -> dict[str, float]:
        """Its own numbers, by torch's names."""
        return {one.name: getattr(self, one.name) for one in fields(self) if isinstance(one.default, float)}

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        return [rf"\text{{{self.torch_name}}}(x) = {self.latex}"]

    def gating(self, shape: Shape) -> dict[str, Any] | None:
        gated = self.gate(0.0) is not None
        return {"gate": {"tensor": "input", "through": self.torch_name, "take": "gate"}} if gated else None


@dataclass(frozen=True)
class ReLU(Activation):
    """nn.ReLU: negative cells become 0."""

    torch_name: ClassVar[str] = "ReLU"
    latex: ClassVar[str] = r"\max(0, x) = x \cdot [x > 0]"

    def value(self, x: float) -> float:
        return x if x > 0 or np.isnan(x) else 0.0

    def gate(self, x: float) -> float:
        return float(x > 0)


@dataclass(frozen=True)
class Leaky(Activation):
    """What both leaky activations share: negative cells are multiplied by ``below``."""

    @property
    def below(self) -> float:
        raise NotImplementedError

    @property
    def latex(self) -> str:  # type: ignore[override]
        return rf"x \cdot {cases('1', f'{self.below:g}')}"

    def gate(self, x: float) -> float:
        return 1.0 if x > 0 else self.below


@dataclass(frozen=True)
class LeakyReLU(Leaky):
    """nn.LeakyReLU: negative cells are scaled down; the DESED block uses 0.2, torch's default is 0.01."""

    torch_name: ClassVar[str] = "LeakyReLU"

    negative_slope: float = knob(0.2, None, 1.0, Message("what negative cells are multiplied by"), step=0.05)

    @property
    def below(self) -> float:
        return self.negative_slope


@dataclass(frozen=True)
class PReLU(Leaky):
    """nn.PReLU: as LeakyReLU, but the slope is learned: one for all channels, or one for each.

    `init` is where learning starts; what a cell is multiplied by stands in the module's ``weight``.
    """

    torch_name: ClassVar[str] = "PReLU"

    init: float = knob(0.25, None, 1.0, Message("the slope that learning starts from"), step=0.05)
    num_parameters: int = knob(1, 1, 512, Message("slopes: one for all channels, or as many as there are channels"))

    @property
    def below(self) -> float:
        return self.init

    @property
    def latex(self) -> str:  # type: ignore[override]
        slope = "w" if self.num_parameters == 1 else "w_c"
        start = _(r"{slope} = {start} \text{{ at first}}", slope=slope, start=f"{self.init:g}")
        return rf"x \cdot {cases('1', slope)}, \quad {start}"

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        return {"weight": state["weight"]}

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        slope = float(state["weight"][channel % self.num_parameters])  # one is of every channel
        return Step(window.values, replace(self, init=slope).value(window.own))

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.num_parameters not in (1, shape[0]):
            raise GeometryError(
                "num_parameters = {num_parameters} and the input has {channels}: one slope is for all of them, or "
                "there is one for each. Use {wanted} or 1.",
                {"num_parameters": shape[0]},
                {"num_parameters": 1},
                num_parameters=self.num_parameters,
                channels=counted(shape[0], "channels"),
                wanted=shape[0],
            )


@dataclass(frozen=True)
class ELU(Activation):
    """nn.ELU: negative cells approach ``-alpha``."""

    torch_name: ClassVar[str] = "ELU"

    alpha: float = knob(1.0, None, 5.0, Message("how far below zero it goes"))

    @property
    def latex(self) -> str:  # type: ignore[override]
        return cases("x", rf"{self.alpha:g}\,(e^x - 1)")

    def value(self, x: float) -> float:
        return x if x > 0 else self.alpha * float(np.expm1(x))


@dataclass(frozen=True)
class GELU(Activation):
    """nn.GELU: the cell times the chance that a normal number is smaller."""

    torch_name: ClassVar[str] = "GELU"

    approximate: Literal["none", "tanh"] = knob("none", choices=("none", "tanh"), help=Message("by a tanh instead"))

    @property
    def latex(self) -> str:  # type: ignore[override]
        rough = r"x \cdot \tfrac12 \left(1 + \tanh\left(\sqrt{2/\pi}\,(x + 0.044715\,x^3)\right)\right)"
        return r"x \cdot \Phi(x)" if self.approximate == "none" else rough

    def gate(self, x: float) -> float:
        inner = erf(x / sqrt(2)) if self.approximate == "none" else tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))
        return 0.5 * (1 + inner)

    def constants(self) -> dict[str, float]:
        return {"tanh": float(self.approximate == "tanh")}


def sigmoid(x: float) -> float:
    """``1 / (1 + exp(-x))`` without overflow."""
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


@dataclass(frozen=True)
class SiLU(Activation):
    """nn.SiLU, also called swish: the cell times its own sigmoid."""

    torch_name: ClassVar[str] = "SiLU"
    latex: ClassVar[str] = r"x \cdot \sigma(x)"

    def gate(self, x: float) -> float:
        return sigmoid(x)


@dataclass(frozen=True)
class Sigmoid(Activation):
    """nn.Sigmoid: between 0 and 1, the gate itself."""

    torch_name: ClassVar[str] = "Sigmoid"
    out_scale: ClassVar[str] = "gate"
    latex: ClassVar[str] = r"\sigma(x) = \frac{1}{1 + e^{-x}}"

    def value(self, x: float) -> float:
        return sigmoid(x)


@dataclass(frozen=True)
class Tanh(Activation):
    """nn.Tanh: between -1 and 1."""

    torch_name: ClassVar[str] = "Tanh"
    out_scale: ClassVar[str] = "signed"
    latex: ClassVar[str] = r"\tanh(x)"

    def value(self, x: float) -> float:
        return tanh(x)
