"""Signals of ten shapes, anywhere along their axis; and the same with their positions shuffled."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.examples import Examples, Split
from cnnviz.core.layers import Shape
from cnnviz.core.settings import knob
from cnnviz.inputs.datasets.base import Dataset
from cnnviz.inputs.sound import plain
from cnnviz.text import Message

Floats = NDArray[np.float64]

# The digits as lines of twelve points, as the paper has them.
SHAPES = """\
5 6 6.5 6.75 7 7 7 7 6.75 6.5 6 5
5 3 3 3.4 3.8 4.2 4.6 5 5.4 5.8 5 5
5 6 6.5 6.5 6 5.25 4.75 4 3.5 3.5 4 5
5 6 6.5 6.5 6 5 5 6 6.5 6.5 6 5
5 4.4 3.8 3.2 2.6 2.6 5 5 5 5 5 5
5 3 3 3 3 5 6 6.5 6.5 6 4.5 5
5 4 3.5 3.25 3 3 3 3 3.25 3.5 4 5
5 7 7 6.6 6.2 5.8 5.4 5 4.6 4.2 5 5
5 4 3.5 3.5 4 5 5 4 3.5 3.5 4 5
5 4 3.5 3.5 4 5 5 5 5 4.7 4.3 5"""


def templates() -> Floats:
    """The shapes with a deviation of 1/6, from 0 to 0, (10, 12)."""
    lines = np.array([line.split() for line in SHAPES.splitlines()], float)
    lines -= lines[:, :1]
    lines /= 6 * lines.std(axis=1, keepdims=True)
    return lines


def signal(shape: Floats, rng: np.random.Generator) -> Floats:
    """One shape made wide or narrow, high or low, put anywhere on a line with noise, tilted, and read at 40 places."""
    line = np.concatenate([shape + 1e-8, np.zeros(rng.integers(36, 61))])
    line = np.interp(np.linspace(0, 1, 72), np.linspace(0, 1, len(line)), line) * rng.uniform(0.8, 1.2)
    line = np.roll(line, rng.integers(48))
    bell = np.exp(-(np.arange(-8, 9) ** 2) / 8)  # a deviation of 2 places
    smooth = np.convolve(rng.normal(scale=0.25, size=88), bell / bell.sum(), "valid")
    line = np.where(line == 0, smooth, line) + rng.normal(scale=0.02, size=72)
    line = line - rng.uniform(-0.375, 0.375) * np.linspace(-0.5, 0.5, 72)
    read: Floats = np.interp(np.linspace(0, 1, 40), np.linspace(0, 1, 72), line)
    return read.round(4)


def part(seed: int, each: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """So many signals of each shape, mixed, (N, 1, 40), and which shapes they are."""
    rng = np.random.default_rng(seed)
    kinds = rng.permutation(np.arange(10 * each) % 10)
    return np.array([[signal(templates()[kind], rng)] for kind in kinds], np.float32), kinds


@dataclass(frozen=True)
class Signals1D(Dataset):
    """Signals of 40 places and ten shapes, as many of each; four of five to learn from.

    Where the positions are shuffled, in one order for all signals, neighbours are neighbours no more: a convolution has
    nothing to gain from them.

    References
    ----------
    Greydanus and Kobak, "Scaling down Deep Learning with MNIST-1D", 2020: what is done to the shapes, with its numbers.
    The signals are not the paper's own.
    """

    title: ClassVar[Message] = Message("One-dimensional signals")
    licence: ClassVar[Message] = Message(
        "Made by cnnviz; shapes and recipe of MNIST-1D by Greydanus and Kobak, Apache License 2.0."
    )

    examples: int = knob(5000, 500, 20_000, Message("signals to learn from and to test on"), step=500)
    shuffled: bool = knob(False, help=Message("the 40 positions in another order, the same for all signals"))

    @property
    def shape(self) -> Shape:
        return 1, 40

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple("0123456789")

    @property
    def each(self) -> tuple[int, int]:
        """Signals of each shape: to learn from, to test on."""
        return self.examples * 4 // 50, self.examples // 50

    def made(self) -> Split:
        order = np.random.default_rng(40).permutation(40) if self.shuffled else np.arange(40)
        train, test = (Examples(x[..., order], y) for x, y in (part(seed, each) for seed, each in enumerate(self.each)))
        return Split(train, test, self.classes)

    def code(self) -> str:
        functions = "\n\n\n".join(plain(function) for function in (templates, signal, part))
        shuffle = """
order = np.random.default_rng(40).permutation(40)
x, x_test = x[..., order], x_test[..., order]"""
        learned, tested = self.each
        return f"""\
import numpy as np
import torch

SHAPES = \"\"\"\\
{SHAPES}\"\"\"


{functions}


x, y = map(torch.tensor, part(0, {learned}))
x_test, y_test = map(torch.tensor, part(1, {tested})){shuffle if self.shuffled else ""}"""
