"""How many examples an input is: how a batch (N, C, *axes) is made of its maps (C, *axes)."""

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.core.axes import LETTERS
from cnnviz.inputs.base import Array

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Batch:
    """One example: the input as it is."""

    counts: ClassVar[str] = ""  # what N counts, as `core.axes` has it, where it is drawn as an axis

    def of(self, values: Array) -> Array:
        """The batch, shape (N, channels, *axes), of maps (channels, *axes)."""
        return values[None]

    def sizes(self, shape: Shape) -> tuple[int, Shape]:
        """N, and the shape of each example, of maps of this shape."""
        return 1, shape

    def code(self, ndim: int) -> str:
        """The line of Python that makes the batch of ``x``, (1, channels, *axes); empty where that is one."""
        return ""


@dataclass(frozen=True)
class Along(Batch):
    """The first axis of the maps counts examples: (channels, N, *axes)."""

    counts: ClassVar[str] = "examples"

    def of(self, values: Array) -> Array:
        return values.swapaxes(0, 1)

    def sizes(self, shape: Shape) -> tuple[int, Shape]:
        channels, n, *axes = shape
        return n, (channels, *axes)

    def code(self, ndim: int) -> str:
        return f"x = x[0].swapaxes(0, 1)  # {letters(ndim)}: the first axis of the maps counts examples"


@dataclass(frozen=True)
class Times(Batch):
    """The same example several times, as in several training steps on it."""

    counts: ClassVar[str] = "steps"

    n: int = 1

    def of(self, values: Array) -> Array:
        return values[:, None].repeat(self.n, axis=1).swapaxes(0, 1)  # in memory channel by channel, as `Along`

    def sizes(self, shape: Shape) -> tuple[int, Shape]:
        return self.n, shape

    def code(self, ndim: int) -> str:
        ones = ", 1" * ndim
        return f"x = x[0].unsqueeze(1).repeat(1, {self.n}{ones}).swapaxes(0, 1)  # {letters(ndim)}: {self.n} steps"


def letters(ndim: int) -> str:
    """The axes of a batch as the field writes them.

    >>> letters(2)
    '(N, C, H, W)'
    """
    return f"({', '.join(LETTERS[ndim])})"


ONE = Batch()
