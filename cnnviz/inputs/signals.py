"""Signals: waves along one axis.

They are rounded to thousandths, so that the number on screen is the number that is multiplied.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnnviz.core.geometry import Ints
from cnnviz.core.settings import Size, knob
from cnnviz.inputs.base import Array, Grid, Source
from cnnviz.text import Message


def wave(cycles: Any) -> Array:
    """``sin(2 pi cycles)`` to three decimals; adding 0 turns a rounded -0.0 into 0.0."""
    values: Array = (np.sin(2 * np.pi * cycles).round(3) + 0).astype(np.float32)
    return values


def wave_code(channels: int, length: int, cycles: str) -> str:
    """The lines that do what `wave` does, `cycles` an expression of ``place`` and ``slower``."""
    return f"""\
import numpy as np
import torch

place = np.arange({length})
slower = np.arange(1, {channels + 1})[:, None]  # (channels, 1)
cycles = {cycles} / slower
x = torch.tensor(np.sin(2 * np.pi * cycles).round(3) + 0, dtype=torch.float32)[None]"""


@dataclass(frozen=True)
class Signal(Source):
    """What both waves share: how long they are."""

    ndims: ClassVar[tuple[int, ...]] = (1,)

    ndim: int = knob(1, choices=(1,), help=Message("time"))
    size: Size = knob(32, 1, 128, Message("cells"), per_axis=True)
    channels: int = knob(1, 1, 128, Message("maps stacked on one another"))

    @property
    def slower(self) -> Ints:
        """How many times slower each channel is than the first, shape (channels, 1)."""
        return np.arange(1, self.channels + 1)[:, None]


@dataclass(frozen=True)
class Sine(Signal):
    """One frequency: ``sin(2 pi i / period)``. In channel *c* the period is *c + 1* times as long."""

    title: ClassVar[Message] = Message("Sine")

    period: int = knob(8, 2, 64, Message("cells that one cycle takes"))

    def grid(self) -> Grid:
        cycles = np.arange(self.size[0]) / self.period / self.slower
        return Grid(wave(cycles), "signed", Message("a sine, period {period}", period=self.period))

    def code(self) -> str:
        return wave_code(self.channels, self.size[0], f"place / {self.period}")


@dataclass(frozen=True)
class Chirp(Signal):
    """A sweep from slow to fast, its frequency rising evenly from ``1 / first`` to ``1 / last`` cycles per cell.

    In channel *c* everything is *c + 1* times slower.
    """

    title: ClassVar[Message] = Message("Chirp")

    first: int = knob(16, 2, 64, Message("cells that one cycle takes at the start"))
    last: int = knob(4, 2, 64, Message("cells that one cycle takes at the end"))

    def grid(self) -> Grid:
        place = np.arange(self.size[0])
        # the integral of a frequency that rises evenly: cycles up to cell i
        cycles = (place / self.first + (1 / self.last - 1 / self.first) * place**2 / (2 * len(place))) / self.slower
        return Grid(
            wave(cycles), "signed", Message("a sweep, period {first} to {last}", first=self.first, last=self.last)
        )

    def code(self) -> str:
        n, first, last = self.size[0], self.first, self.last
        return wave_code(self.channels, n, f"(place / {first} + (1 / {last} - 1 / {first}) * place**2 / (2 * {n}))")
