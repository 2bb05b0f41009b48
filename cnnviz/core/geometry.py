"""Which input cells does each output cell read? One small table per axis.

Rows and columns never interact, so a window over a picture is two tables, over a video three. Convolution,
transposed convolution and every pooling are told apart by their tables alone: whoever draws, replays or counts
looks things up here and never derives a stride again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from cnnviz.text import Problem

Ints = NDArray[np.int64]

PAD = -1  # a constant is read here: 0 for a convolution, -inf for a maximum
NONE = -2  # nothing is read here: the tap does not exist for this window


class GeometryError(Problem):
    """Settings that cannot work."""


@dataclass(frozen=True, eq=False)
class Axis:
    """The windows along one axis.

    The input is laid out on a *line* of places: its own cells, the padding round them and, for a transposed
    convolution, the holes between them. Place ``low`` holds input cell 0.

    Attributes
    ----------
    size : int [cells]
        Length of the input along this axis.
    low : int [places]
        Places before input cell 0.
    line : int array, shape (n_places,)
        What each place holds: an input index, `PAD` or `NONE`.
    start : int array, shape (n_out,)
        Where window *o* stands, counted from input cell 0 (so negative in the padding).
    offset : int array, shape (n_taps,)
        Where tap *t* lies in its window.
    count : int array, shape (n_out,), or None
        How many taps window *o* has, where not all have the same number; the others do not exist.
    dropped : int or None
        Where the window stands that `ceil_mode` would add and torch leaves out, counted as `start`.
    at : int array, shape (n_out, n_taps), or None
        Where each tap stands, counted as `start`, where taps are no fixed distance apart; else ``start + offset``.
    """

    size: int
    low: int
    line: Ints
    start: Ints
    offset: Ints
    count: Ints | None = None
    dropped: int | None = None
    at: Ints | None = None

    @property
    def n_out(self) -> int:
        return len(self.start)

    @property
    def n_taps(self) -> int:
        return len(self.offset)

    @cached_property
    def position(self) -> Ints:
        """Where each tap is drawn, shape (n_out, n_taps); below 0 or beyond the end is padding."""
        return self.start[:, None] + self.offset[None, :] if self.at is None else self.at

    @cached_property
    def source(self) -> Ints:
        """Input index that each tap reads, or `PAD` or `NONE`; shape (n_out, n_taps)."""
        place = self.position + self.low
        inside = (place >= 0) & (place < len(self.line))
        if self.count is not None:
            inside &= np.arange(self.n_taps) < self.count[:, None]
        return np.where(inside, self.line[np.clip(place, 0, len(self.line) - 1)], NONE)

    def read_counts(self) -> Ints:
        """How many windows read each input cell, shape (size,); a window that reads a cell twice counts once.

        >>> conv_axis(5, kernel=3, stride=2).read_counts()
        array([1, 1, 2, 1, 1])
        """
        cells = np.sort(self.source, axis=1)  # (n_out, n_taps)
        again = np.diff(cells, axis=1, prepend=NONE - 1) == 0
        return np.bincount(cells[(cells >= 0) & ~again], minlength=self.size)

    def readers(self, cell: int) -> Ints:
        """The windows that read input cell `cell`.

        >>> conv_axis(5, kernel=3, stride=2).readers(2)
        array([0, 1])
        """
        return np.flatnonzero((self.source == cell).any(axis=1))


def span(kernel: int, dilation: int) -> int:
    """Cells from the first tap of a window to its last, both counted."""
    return dilation * (kernel - 1) + 1


def conv_size(size: int, kernel: int, stride: int = 1, padding: tuple[int, int] = (0, 0), dilation: int = 1) -> int:
    """Windows that fit along one axis: ``floor((n + p_low + p_high - d(k-1) - 1) / s) + 1``.

    Examples
    --------
    >>> conv_size(7, kernel=3), conv_size(7, kernel=3, stride=2)
    (5, 3)

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, relationship 6.
    """
    return (size + sum(padding) - span(kernel, dilation)) // stride + 1


def conv_axis(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: tuple[int, int] = (0, 0),
    dilation: int = 1,
    mode: str = "zeros",
) -> Axis:
    """Windows of a convolution along one axis.

    Parameters
    ----------
    size : int > 0 [cells]
        Length of the axis before padding.
    padding : (int, int) >= 0 [cells]
        Added before and after.
    mode : "zeros", "reflect", "replicate" or "circular"
        What the padding holds, as torch's `padding_mode`.

    Returns
    -------
    Axis
        ``position[o, t] == o * stride + t * dilation - padding[0]``.

    Examples
    --------
    >>> conv_axis(5, kernel=3, stride=2).source
    array([[0, 1, 2],
           [2, 3, 4]])
    >>> conv_axis(3, kernel=3, padding=(1, 1), mode="reflect").source[0]
    array([1, 0, 1])
    """
    low, _ = padding
    inside = np.arange(size)
    line = (
        np.pad(inside, padding, constant_values=PAD)
        if mode == "zeros"
        else np.pad(inside, padding, mode={"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode])  # type: ignore[call-overload]
    )
    n_out = conv_size(size, kernel, stride, padding, dilation)
    return Axis(size, low, line, np.arange(n_out) * stride - low, np.arange(kernel) * dilation)


def transposed_size(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, output_padding: int = 0
) -> int:
    """Length that a transposed convolution gives: ``(n-1)s - 2p + d(k-1) + output_padding + 1``."""
    return (size - 1) * stride - 2 * padding + span(kernel, dilation) + output_padding


def transposed_axis(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, output_padding: int = 0
) -> Axis:
    """A transposed convolution as a gather: stuff the input with holes, then slide the kernel back to front.

    Output cell *o* reads input cell *i* through tap *t* where ``i * stride == o + padding - t * dilation``; the
    places between input cells are `NONE`, those beyond the first and last cell are `PAD`.

    Examples
    --------
    >>> transposed_axis(2, kernel=3, stride=2).source  # taps run backwards; -1 is padding, -2 a hole
    array([[ 0, -1, -1],
           [-2,  0, -1],
           [ 1, -2,  0],
           [-1,  1, -2],
           [-1, -1,  1]])
    """
    n_out = transposed_size(size, kernel, stride, padding, dilation, output_padding)
    reach = span(kernel, dilation) - 1 - padding  # places before cell 0 that window 0 looks back to
    stuffed = np.full((size - 1) * stride + 1, NONE)
    stuffed[::stride] = np.arange(size)
    line = np.pad(stuffed, (max(reach, 0), max(reach + output_padding, 0)), constant_values=PAD)
    return Axis(size, max(reach, 0), line, np.arange(n_out) + padding, -np.arange(kernel) * dilation)


def stamp_axis(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, output_padding: int = 0
) -> Axis:
    """The same transposed convolution told from the input: which output cells does input cell *i* paint?

    Here the *windows* are the input cells and the line is the output, with `PAD` where the paint is cropped.
    It is the table of the ordinary convolution that runs the other way.
    """
    n_out = transposed_size(size, kernel, stride, padding, dilation, output_padding)
    last = (size - 1) * stride - padding + span(kernel, dilation) - 1  # the furthest place that is painted
    line = np.pad(np.arange(n_out), (padding, max(last - n_out + 1, 0)), constant_values=PAD)
    return Axis(n_out, padding, line, np.arange(size) * stride - padding, np.arange(kernel) * dilation)


def pool_size(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, ceil_mode: bool = False
) -> int:
    """Windows of a pooling along one axis.

    As `conv_size`; with `ceil_mode` rounded up, but a last window that would start in the right padding is left out.

    Examples
    --------
    >>> pool_size(5, 2, 2), pool_size(5, 2, 2, ceil_mode=True)
    (2, 3)
    >>> pool_size(4, 2, 3, padding=1, ceil_mode=True)  # the third window would start in the padding
    2
    """
    rest = size + 2 * padding - span(kernel, dilation)
    if not ceil_mode:
        return rest // stride + 1
    return -(-rest // stride) + 1 - (_ceil_start(size, kernel, stride, padding, dilation) is not None)


def _ceil_start(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int | None:
    """Where the last window of `ceil_mode` would start, if that is beyond the input and it is therefore left out."""
    start = -(-(size + 2 * padding - span(kernel, dilation)) // stride) * stride - padding
    return start if start >= size else None


def pool_axis(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, ceil_mode: bool = False
) -> Axis:
    """Windows of a pooling along one axis; those that `ceil_mode` adds reach beyond the padding, where nothing is.

    Examples
    --------
    >>> pool_axis(5, 2, 2, ceil_mode=True).source  # -2: the tap does not exist
    array([[ 0,  1],
           [ 2,  3],
           [ 4, -2]])
    """
    n_out = pool_size(size, kernel, stride, padding, dilation, ceil_mode)
    dropped = _ceil_start(size, kernel, stride, padding, dilation) if ceil_mode else None
    start = np.arange(n_out) * stride - padding
    end = (start[-1] if dropped is None else dropped) + span(kernel, dilation)
    line = np.pad(np.arange(size), padding, constant_values=PAD)
    line = np.pad(line, (0, max(end - size - padding, 0)), constant_values=NONE)
    return Axis(size, padding, line, start, np.arange(kernel) * dilation, dropped=dropped)


def adaptive_axis(size: int, n_out: int) -> Axis:
    """Windows of adaptive pooling: from ``floor(o * n / m)`` to ``ceil((o + 1) * n / m)``, so not all equally long.

    Examples
    --------
    >>> adaptive_axis(5, 3).source
    array([[ 0,  1, -2],
           [ 1,  2,  3],
           [ 3,  4, -2]])
    """
    out = np.arange(n_out)
    start = out * size // n_out
    count = -(-(out + 1) * size // n_out) - start
    most = int(count.max())
    ragged = count if count.min() < most else None
    return Axis(size, 0, np.arange(size), start, np.arange(most), count=ragged)


def point_axis(size: int) -> Axis:
    """Every output cell reads the input cell in its own place."""
    return Axis(size, 0, np.arange(size), np.arange(size), np.zeros(1, np.int64))


def whole_axis(size: int, n_out: int) -> Axis:
    """Every output cell reads all input cells."""
    return Axis(size, 0, np.arange(size), np.zeros(n_out, np.int64), np.arange(size))


def coverage(axes: Sequence[Axis]) -> Ints:
    """How many windows read each input cell; shape of the input without its channels.

    Rows and columns never interact, so the count is a product of one count per axis.
    """
    return reduce(np.multiply.outer, [axis.read_counts() for axis in axes])


def reach(axes: Sequence[Axis], cell: Sequence[int]) -> tuple[Ints, ...]:
    """Which outputs read input cell `cell`: one list of output indices per axis; every combination reads it."""
    return tuple(axis.readers(i) for axis, i in zip(axes, cell, strict=True))
