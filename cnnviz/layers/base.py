"""What every layer answers: its torch module, its windows, and the arithmetic of one output cell by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from cnnviz.geometry import AXES, Axis, GeometryError, Ints
from cnnviz.knobs import Setting, knob, knobs

Array = NDArray[np.floating[Any]]
Shape = tuple[int, ...]  # (channels, *axes), without the batch


@dataclass(frozen=True, eq=False)
class Step:
    """One output cell, worked out by hand.

    Attributes
    ----------
    terms : array, shape (channels read, *taps)
        What the window reads; 0 where a tap does not exist.
    weights : array of the same shape
    bias : float
    value : float
        Sum of the products, plus the bias, in double precision.
    """

    terms: Array
    weights: Array
    bias: float
    value: float

    @property
    def products(self) -> Array:
        return self.terms * self.weights


@dataclass(frozen=True, kw_only=True)
class Layer(Setting):
    """A torch layer as a frozen value. Fields are spelled as torch spells them."""

    torch_name: ClassVar[str] = ""  # without its dimension: "Conv" for Conv1d, Conv2d, Conv3d
    rule: ClassVar[str] = ""  # how a window becomes a value; see static/player/rules.js
    pad_value: ClassVar[float] = 0.0

    ndim: int = knob(2, choices=(1, 2, 3), help="axes that the kernel slides along")

    @classmethod
    def torch_class(cls, ndim: int) -> type[nn.Module]:
        kind: type[nn.Module] = getattr(nn, f"{cls.torch_name}{ndim}d")
        return kind

    def arguments(self) -> dict[str, Parameter]:
        """Torch's own parameters that this layer sets, in torch's order."""
        parameters = signature(self.torch_class(self.ndim)).parameters
        return {name: p for name, p in parameters.items() if hasattr(self, name)}

    def module(self) -> nn.Module:
        """The torch module with torch's own initialisation."""
        return self.torch_class(self.ndim)(**{name: getattr(self, name) for name in self.arguments()})

    def code(self) -> str:
        """The torch call, without the arguments that are at torch's defaults."""
        words = []
        for name, parameter in self.arguments().items():
            value = short(getattr(self, name))
            if value != repr(parameter.default):
                words.append(value if name in ("in_channels", "out_channels") else f"{name}={value}")
        return f"nn.{self.torch_class(self.ndim).__name__}({', '.join(words)})"

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        """One table per axis for an input of this shape."""
        raise NotImplementedError

    def output_shape(self, shape: Shape) -> Shape:
        """(channels, *axes) of the output."""
        raise NotImplementedError

    def channels_read(self) -> Ints:
        """Which input channels each output channel reads: rows of (first, one past the last)."""
        raise NotImplementedError

    def operands(self, state: Mapping[str, Array]) -> dict[str, Array]:
        """What a rule needs besides the window, ready to be looked up by output channel and tap."""
        return {}

    def step(self, window: Array, state: Mapping[str, Array], channel: int) -> Step:
        """The arithmetic of one output cell, from what its window reads, shape (channels read, *taps)."""
        raise NotImplementedError

    def formula(self, shape: Shape) -> list[str]:
        """The output-size rule with the numbers filled in: one LaTeX line per axis."""
        raise NotImplementedError

    def macs(self, shape: Shape) -> int:
        """Multiply-adds of one forward pass; the bias is not counted."""
        raise NotImplementedError

    def check(self, shape: Shape) -> None:
        """Raise `GeometryError` unless the settings work on an input of this shape."""
        for name, k in knobs(self).items():
            self._check_word(name, k.words or k.choices)
            self._check_range(name, k.low)
        if len(shape) != self.ndim + 1:
            other = f"nn.{self.torch_name}{len(shape) - 1}d, or " if len(shape) - 1 in AXES else ""
            raise GeometryError(
                f"nn.{self.torch_name}{self.ndim}d slides along {self.ndim} {'axis' if self.ndim == 1 else 'axes'}, "
                f"and the input {shape} has {len(shape) - 1} besides its channels. "
                f"Choose {other}another input."
            )
        if min(shape) < 1:
            raise GeometryError(f"The input {shape} is empty. Give every axis at least 1 cell.")

    def _check_word(self, name: str, known: tuple[Any, ...]) -> None:
        value = getattr(self, name)
        if isinstance(value, str) and value not in known:
            raise GeometryError(
                f"{name} = {value!r} is not known. Use {' or '.join(map(repr, known)) or 'a number'}.",
                *({name: word} for word in known),
            )

    def _check_range(self, name: str, low: float | None) -> None:
        value = getattr(self, name)
        if low is None or isinstance(value, str):
            return
        numbers = value if isinstance(value, tuple) else (value,)
        if min(numbers) < low:
            mended = tuple(max(v, int(low)) for v in numbers)
            raise GeometryError(
                f"{name} = {value} is too small. Use {int(low)} or more.",
                {name: mended if isinstance(value, tuple) else mended[0]},
            )

    def axis_names(self) -> tuple[str, ...]:
        return AXES[self.ndim]


def short(value: Any) -> str:
    """A per-axis tuple as a person types it: ``3`` when all axes agree, else ``(3, 5)``."""
    if isinstance(value, tuple):
        return str(value[0]) if len(set(value)) == 1 else str(value)
    return repr(value)
