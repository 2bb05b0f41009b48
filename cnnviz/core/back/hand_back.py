"""The rule of all layers whose windows have slopes of their own: each window hands back its dY times its slope.

``dX[i] = sum over the windows o that read i of dY[o] * slope(o, i)``: cells that several windows read add up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.axes import axis_latex
from cnnviz.core.back.readers import readers_axis
from cnnviz.core.back.way import Back
from cnnviz.core.geometry import Axis, Ints
from cnnviz.core.layers import Array, Layer, Placed, Shape, Step
from cnnviz.core.layers.cell import Example, gather
from cnnviz.core.run import BudgetError

MOST_SLOPES = 2**22  # of one pass: 16 MiB


@dataclass(frozen=True)
class HandBack(Back):
    """From dY to dX: every cell of the input is a window over the output cells that read it.

    The slopes are ``parts["slope"]``, shape (channels of x, *cells of x, channels of y read, *taps), where channels at
    the ends may read fewer; where there are none, all are 1, and a cell is the sum of its copies.

    Attributes
    ----------
    size : shape of that layer's input, (channels, *axes)
    reads : for each channel the first channel of dY that counts, and one past the last; none if it is its own
    """

    torch_name: ClassVar[str] = "HandBack"
    rule: ClassVar[str] = "back"

    size: Shape
    reads: tuple[tuple[int, int], ...] = ()

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        return tuple(readers_axis(s, n) for s, n in zip(sources(self.of, self.size), self.size[1:], strict=True))

    def output_shape(self, shape: Shape) -> Shape:
        return self.size

    def channels_read(self, shape: Shape) -> Ints:
        return np.array(self.reads) if self.reads else super().channels_read(shape)

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        return {"slope": parts["slope"]} if "slope" in parts else {}

    def explain(self, done: Example, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> Step:
        window = gather(done.x, axes, self.channels_read(done.x.shape)[channel], cell, 0.0)
        slopes = np.ones_like(window.values)
        if "slope" in done.parts:
            slopes = done.parts["slope"][(channel, *cell)][: len(window.values)].astype(np.float64)
        slopes = np.where(window.kind == 0, slopes, 0.0)
        return Step(window.values, float((window.values * slopes).sum()), slopes)

    def formula(self, shape: Shape) -> list[str]:
        sizes = zip(self.axis_names(), shape[1:], self.size[1:], strict=True)
        return [rf"{axis_latex(name)}: {n} \to {m}" for name, n, m in sizes]

    def macs(self, shape: Shape) -> int:
        channels = int(np.diff(self.channels_read(shape)).sum())
        return channels * prod(int((s >= 0).sum()) for s in sources(self.of, self.size))


def sources(layer: Layer, shape: Shape) -> tuple[Ints, ...]:
    """Along each axis the input cells that each output cell reads, shape (cells of the output, taps)."""
    return layer.tables(shape) if isinstance(layer, Placed) else tuple(axis.source for axis in layer.windows(shape))


def at_readers(per_window: NDArray[Any], axes: Sequence[Axis]) -> NDArray[Any]:
    """Of what each window has, what the windows have that read a cell.

    Parameters
    ----------
    per_window : array, shape (channels, *cells of y)
    axes : those of `HandBack.windows`

    Returns
    -------
    array, shape (channels, *cells of x, *taps)
        0 at taps that do not exist.
    """
    n = len(axes)
    cells = (per_window.shape[0], *(axis.n_out for axis in axes))
    check_slopes(cells, tuple(axis.n_taps for axis in axes))
    found, there = per_window, np.ones((), bool)
    for i, axis in enumerate(axes):
        source = axis.source  # (cells of x, taps); each axis becomes two
        found = np.take(found, np.maximum(source, 0), axis=1 + 2 * i)
        there = np.logical_and.outer(there, source >= 0)
    found = np.where(there, found, 0)
    return found.transpose(0, *range(1, 2 * n, 2), *range(2, 2 * n + 1, 2))


def check_slopes(cells: Shape, taps: Shape) -> None:
    """Raise `BudgetError` if so many slopes are more than a scene holds."""
    n = prod(cells) * prod(taps)
    if n > MOST_SLOPES:
        raise BudgetError(
            "The backward pass has {n:,} slopes, one for each cell and window that reads it, and cnnviz stops at "
            "{most:,}. Use a smaller input or smaller windows.",
            n=n,
            most=MOST_SLOPES,
        )
