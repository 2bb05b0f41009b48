"""Patterns: inputs simple enough to convolve in the head."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np
import torch

from cnnviz.core.settings import Size, knob
from cnnviz.inputs.base import Array, Grid, Source
from cnnviz.text import Message


def commas(numbers: Size) -> str:
    """Numbers as arguments of a call.

    >>> commas((1, 8, 8))
    '1, 8, 8'
    """
    return ", ".join(map(str, numbers))


@dataclass(frozen=True)
class Pattern(Source):
    """What all patterns share: how large they are."""

    size: Size = knob(8, 1, 64, Message("cells along each axis"), per_axis=True)
    channels: int = knob(1, 1, 128, Message("maps stacked on one another"))


@dataclass(frozen=True)
class Ramp(Pattern):
    """Count 0, 1, 2, ... in reading order, on from one channel to the next: every cell has its own number."""

    title: ClassVar[Message] = Message("Ramp")

    def grid(self) -> Grid:
        shape = (self.channels, *self.size)
        return Grid(np.arange(prod(shape), dtype=np.float32).reshape(shape), "signed", Message("the ramp 0, 1, 2, …"))

    def code(self) -> str:
        shape = (1, self.channels, *self.size)
        return f"import torch\n\nx = torch.arange({prod(shape)}.0).reshape({commas(shape)})"


@dataclass(frozen=True)
class Impulse(Pattern):
    """A single 1 among zeros: what comes out is the kernel itself, turned round.

    It stands at ``size // 2``; in channel *c* it stands *c* cells later in reading order (the end leads back to
    the start), so channels differ as long as there are no more of them than cells.
    """

    title: ClassVar[Message] = Message("Impulse")

    def cells(self) -> list[Size]:
        """Where the 1 stands in each channel: (channel, *position)."""
        centre = np.ravel_multi_index([n // 2 for n in self.size], self.size)
        places = (np.unravel_index((centre + c) % prod(self.size), self.size) for c in range(self.channels))
        return [(c, *map(int, place)) for c, place in enumerate(places)]

    def grid(self) -> Grid:
        values = np.zeros((self.channels, *self.size), np.float32)
        for cell in self.cells():
            values[cell] = 1
        return Grid(values, "signed", Message("a single 1"))

    def code(self) -> str:
        ones = [f"x[0, {commas(cell)}] = 1" for cell in self.cells()]
        return "\n".join(["import torch", "", f"x = torch.zeros(1, {self.channels}, {commas(self.size)})", *ones])


@dataclass(frozen=True)
class Edge(Pattern):
    """Half 0, half 1.

    Channel 0 changes along the last axis (a vertical edge), channel 1 along the axis before it, and so on round
    the axes; each time round, the edge stands one cell further.
    """

    title: ClassVar[Message] = Message("Edge")

    def starts(self) -> list[tuple[int, int]]:
        """For each channel, the axis along which it changes and its first cell that is 1."""
        turned = [(c // self.ndim, self.ndim - 1 - c % self.ndim) for c in range(self.channels)]
        # 1 ... n - 1 and round again, so that there are always cells on both sides
        return [(axis, (n // 2 - 1 + turn) % max(n - 1, 1) + 1) for turn, axis in turned for n in [self.size[axis]]]

    def grid(self) -> Grid:
        place = np.indices(self.size)  # (axis, *axes)
        halves = [place[axis] >= start for axis, start in self.starts()]
        return Grid(np.stack(halves).astype(np.float32), "signed", Message("an edge: half 0, half 1"))

    def code(self) -> str:
        lines = ["import torch", "", f"x = torch.zeros(1, {self.channels}, {commas(self.size)})"]
        for channel, (axis, start) in enumerate(self.starts()):
            lines.append(f"x[0, {channel}, {':, ' * axis}{start}:] = 1")
        return "\n".join(lines)


@dataclass(frozen=True)
class Checkerboard(Pattern):
    """Alternate 0 and 1 in squares; in channel *c* the squares are *c* cells wider."""

    title: ClassVar[Message] = Message("Checkerboard")

    square: int = knob(1, 1, 8, Message("cells along one side of a square"))

    def sides(self) -> range:
        """Side of a square in each channel [cells]."""
        return range(self.square, self.square + self.channels)

    def grid(self) -> Grid:
        place = np.indices(self.size)  # (axis, *axes)
        values = np.stack([(place // side).sum(axis=0) % 2 for side in self.sides()])
        return Grid(values.astype(np.float32), "signed", Message("a checkerboard of 0 and 1"))

    def code(self) -> str:
        return f"""\
import numpy as np
import torch

place = np.indices({self.size})  # (axis, *axes)
boards = [(place // side).sum(axis=0) % 2 for side in {self.sides()}]
x = torch.tensor(np.stack(boards), dtype=torch.float32)[None]"""


@dataclass(frozen=True)
class Random(Pattern):
    """Normal noise, the same for the same seed. In channel *c* the mean is *c + 1* times `mean`."""

    title: ClassVar[Message] = Message("Random")

    seed: int = knob(0, 0, 9999, Message("another seed, other numbers"))
    mean: float = knob(
        0.0, -100.0, 100.0, Message("of the first channel; of the second twice as much, and so on"), step=1.0
    )
    spread: float = knob(1.0, 0.0, 100.0, Message("standard deviation"), step=1.0)

    def grid(self) -> Grid:
        generator = torch.Generator().manual_seed(self.seed)
        noise = torch.randn(1, self.channels, *self.size, generator=generator)
        step = torch.arange(1, self.channels + 1).reshape(-1, *(1,) * self.ndim)
        values: Array = (noise * self.spread + step * self.mean)[0].numpy()
        return Grid(values, "signed", Message("normal noise, seed {seed}", seed=self.seed))

    def code(self) -> str:
        shape = commas((1, self.channels, *self.size))
        noise = f"import torch\n\nx = torch.randn({shape}, generator=torch.Generator().manual_seed({self.seed}))"
        if (self.mean, self.spread) == (0, 1):
            return noise
        step = f"torch.arange(1, {self.channels + 1}).reshape({commas((-1, *(1,) * self.ndim))})"
        return f"{noise}\nx = x * {self.spread} + {step} * {self.mean}"


@dataclass(frozen=True)
class MovingSquare(Pattern):
    """A film: a square of ones that moves one column to the right each frame and comes back in on the left.

    In channel *c* it is *c* rows lower and *c* columns ahead.
    """

    title: ClassVar[Message] = Message("Moving square")
    ndims: ClassVar[tuple[int, ...]] = (3,)

    ndim: int = knob(3, choices=(3,), help=Message("frames, rows and columns"))
    size: Size = knob(8, 1, 64, Message("frames, rows and columns"), per_axis=True)
    side: int = knob(3, 1, 16, Message("cells along one side of the square"))

    def top(self) -> int:
        """First row of the square in channel 0."""
        return max(self.size[1] - self.side, 0) // 2

    def grid(self) -> Grid:
        frames, rows, columns = self.size
        square = np.zeros((rows, columns), np.float32)
        square[self.top() : self.top() + self.side, : self.side] = 1
        films = [[np.roll(square, (c, c + t), axis=(0, 1)) for t in range(frames)] for c in range(self.channels)]
        return Grid(np.array(films), "signed", Message("a square moving right"))

    def code(self) -> str:
        frames, rows, columns = self.size
        return f"""\
import torch

square = torch.zeros({rows}, {columns})
square[{self.top()}:{self.top() + self.side}, :{self.side}] = 1
films = [
    torch.stack([square.roll((channel, channel + frame), dims=(0, 1)) for frame in range({frames})])
    for channel in range({self.channels})
]
x = torch.stack(films)[None]  # (1, channels, frames, rows, columns)"""
