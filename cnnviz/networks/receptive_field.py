"""What a unit of a network sees of the stages before it, and what it reaches of those behind."""

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from cnnviz.core.geometry import Ints
from cnnviz.core.layers import Adaptive, ConvTranspose, Layer, Linear, Move, Placed, Shape, Shares, Upsample
from cnnviz.core.layers.base import Extent
from cnnviz.networks.network import INPUT, Network
from cnnviz.networks.pattern import ITSELF, Pattern, after

__all__ = ["INPUT", "Field", "Link", "Spans", "both_ways", "fields", "links", "printed", "spans"]

LARGE = 10**15  # cells: above, only how many digits a number has is worth saying


@dataclass(frozen=True)
class Field:
    """What a unit sees along one axis.

    Attributes
    ----------
    size : int [cells of the input]
        The receptive field: the largest number of cells that any unit sees, from the first to the last. Behind a
        transposed convolution, and behind adaptive pooling with uneven windows, others see fewer. What lies beyond the
        input's border counts.
    jump : number [cells of the input]
        From one unit to the next; no whole number behind those two layers.
    before : number [cells of the input]
        How far unit 0 begins before input cell 0: unit *u* reads from ``u * jump - before``, `size` cells, and no cell
        before that. What books call the offset is ``-before``.
    whole : bool
        On the way is a layer that mixes whole axes: every unit depends on the whole input. That is a normalisation
        with statistics of its own, a softmax along the axis, global pooling, nn.Flatten, nn.Linear, or a change of
        axes.
    """

    size: int = 1
    jump: float = 1
    before: float = 0
    whole: bool = False


@dataclass(frozen=True)
class Way:
    """The same as a `Field`, in exact fractions; `reach` is how far the last cell lies behind the first, at most.

    Attributes
    ----------
    pattern : Pattern or None
        What units see where they differ; None where too many do, or where steps have no pattern.
    """

    reach: Fraction = Fraction(0)
    jump: Fraction = Fraction(1)
    before: Fraction = Fraction(0)
    whole: bool = False
    pattern: Pattern | None = ITSELF

    def after(self, extent: Extent, gap: int) -> "Way":
        """The way on through one more layer, which reaches, steps and pads so many cells; None reaches everywhere."""
        if extent is None:
            return replace(self, whole=True)
        reach, step, pad = map(Fraction, extent)
        far, on, back = self.reach + reach * self.jump, self.jump * step, self.before + pad * self.jump
        seen = after(self.pattern, reach, step, pad, gap) if self.pattern else None
        return Way(far, on, back, self.whole, seen)

    def field(self) -> Field:
        size = self.pattern.size if self.pattern else int(self.reach) + 1
        return Field(size, plain(self.jump), plain(self.before), self.whole)


def plain(number: Fraction) -> float:
    """An int where it is one, or is too large to be anything else."""
    return number.numerator if number.denominator == 1 else int(number) if abs(number) > LARGE else float(number)


def printed(number: float) -> str:
    """A size or a jump as a table has it; the strides of many layers make numbers that no float holds.

    >>> printed(4), printed(2.5), printed(4096**100)
    ('4', '2.5', '1e+361')
    """
    if abs(number) >= LARGE:
        return f"1e+{len(str(abs(int(number)))) - 1}"
    return str(number) if isinstance(number, int) else f"{number:g}"


def fields(network: Network, shape: Shape | None = None) -> list[tuple[Field, ...]]:
    """The receptive field after each stage, one per axis of the network's input.

    Parameters
    ----------
    shape : (channels, *axes) of the network's input, or None
        Adaptive pooling alone needs it; without it, its windows may be as long as the axis.

    References
    ----------
    Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill, 2019.
    """
    layers = [layer for _, layer in network.stages]
    told = [layer.ndim for layer in layers if layer.dimensioned] or [layer.ndim for layer in layers] or [0]
    n_axes = len(shape) - 1 if shape else told[0]
    unknown = [(layer.along((1,) * (1 + n_axes)), None) for layer in layers]
    now, mixed, found = (Way(),) * n_axes, n_axes == 0, []
    for layer, taken in network.placed(shape) if shape else unknown:
        mixed = mixed or mixes(layer)
        extents = (None,) * n_axes if mixed else layer.extent(taken)
        gaps = (1,) * n_axes if mixed else getattr(layer, "dilation", None) or (1,) * n_axes
        now = tuple(way.after(*axis) for way, *axis in zip(now, extents, gaps, strict=True))
        found.append(tuple(way.field() for way in now))
    return found


def mixes(layer: Layer) -> bool:
    """Is a place behind the layer no place before it?"""
    return isinstance(layer, Move | Linear) and not isinstance(layer, Placed)


Spans = tuple[Ints, ...]  # per axis, (units, 2): first and last cell; first > last where there is none
Ends = list[tuple[Ints, Ints]]  # per axis, first and last input cell of each window


@dataclass(frozen=True, eq=False)
class Link:
    """How the cells of a stage go with those of the stage before, along each axis.

    Cells a to b of one side go with cells ``table[a : b + 1, 0].min()`` to ``table[a : b + 1, 1].max()`` of the other;
    with none if the first of these lies behind the last. So whoever has the links of all stages follows a unit to any
    stage by looking up.

    Attributes
    ----------
    back : per axis, (cells of the stage, 2)
        First and last cell that each unit reads.
    forth : per axis, (cells of the stage before, 2)
        First and last unit that reads each cell.
    """

    back: Spans
    forth: Spans


def links(network: Network, shape: Shape) -> list[Link | None]:
    """Of each stage, how its cells go with those of the stage before; None where each may go with all.

    Parameters
    ----------
    shape : (channels, *axes) of the network's input
    """
    sizes = [one[1:] for one in (shape, *network.shapes(shape))]
    steps = zip(network.placed(shape), pairwise(sizes), strict=True)
    return [None if mixes(layer) else _link(_ends(layer, taken, *pair), pair[0]) for (layer, taken), pair in steps]


def _link(ends: Ends, sizes: Shape) -> Link:
    """The link of a stage whose windows end there, on axes so long."""
    pairs = [both_ways(*axis, n) for axis, n in zip(ends, sizes, strict=True)]
    return Link(tuple(back for back, _ in pairs), tuple(forth for _, forth in pairs))


def both_ways(first: Ints, last: Ints, size: int) -> tuple[Ints, Ints]:
    """Back and forth along one axis; see `Link`."""
    cells = np.arange(size)
    if _goes_back(first) or _goes_back(last):
        reads = (first[:, None] <= cells) & (cells <= last[:, None])
        none = ~reads.any(axis=0)
        ends = [reads.argmax(axis=0), len(first) - 1 - reads[::-1].argmax(axis=0)]
        return np.stack([first, last], axis=1), np.where(none, [[len(first)], [-1]], ends).T
    forth = [np.searchsorted(last, cells), np.searchsorted(first, cells, side="right") - 1]
    return np.stack([first, last], axis=1), np.stack(forth, axis=1)


def spans(network: Network, shape: Shape, name: str) -> dict[str, Spans]:
    """Which cells of every stage go with each unit of one stage: those that it reads, and those that read it.

    Parameters
    ----------
    shape : (channels, *axes) of the network's input
    name : str
        The stage whose units are meant.

    Returns
    -------
    dict
        By stage, and "input": along each axis, first and last cell for every unit. Padding is left out. Before the
        stage this is the receptive field, behind it the projective field, and in the stage the unit itself. What the
        statistics of a normalisation depend on is left out: see `Field.whole`. Behind a transposed convolution whose
        kernel is shorter than its stride, or has gaps, no unit reaches more, and some may reach less.

        A vector has no axes, so a stage behind nn.Flatten has none either; what its units see of maps before it is one
        row, for all units together.
    """
    names = [INPUT, *(one for one, _ in network.stages)]
    sizes = [one[1:] for one in (shape, *network.shapes(shape))]
    linked = links(network, shape)
    at = names.index(name)
    found = {name: tuple(np.stack([np.arange(n)] * 2, axis=1) for n in sizes[at])}
    for i, link in reversed([*enumerate(linked[:at])]):
        found[names[i]] = _follow(found[names[i + 1]], link.back if link else None, sizes[at], sizes[i])
    for i, link in enumerate(linked[at:], at + 1):
        found[names[i]] = _follow(found[names[i - 1]], link.forth if link else None, sizes[at], sizes[i])
    return found


def _follow(spans: Spans, tables: Spans | None, units: Shape, sizes: Shape) -> Spans:
    """From spans of one stage to those of the next or the one before, which is so large."""
    if tables is None:
        return _all(units, sizes)
    return tuple(_through(one, table) for one, table in zip(spans, tables, strict=True))


def _through(units: Ints, table: Ints) -> Ints:
    """Spans along one axis, looked up in a table of a `Link`."""
    some = units[:, 0] <= units[:, 1]
    found = np.tile([0, -1], (len(units), 1))
    if _goes_back(table[:, 0]) or _goes_back(table[:, 1]):
        found[some] = [(table[a : b + 1, 0].min(), table[a : b + 1, 1].max()) for a, b in units[some]]
    else:
        found[some] = np.stack([table[units[some, 0], 0], table[units[some, 1], 1]], axis=1)
    return found


def _goes_back(ends: Ints) -> bool:
    """Does a later window begin, or end, before an earlier one? Those of a mirror do."""
    return bool((np.diff(ends) < 0).any())


def _all(units: Shape, sizes: Shape) -> Spans:
    """Every cell, for each unit along the same axis; one row where there is no such axis."""
    rows = units if len(units) == len(sizes) else (1,) * len(sizes)
    return tuple(np.tile([0, n - 1], (row, 1)) for row, n in zip(rows, sizes, strict=True))


def _ends(layer: Layer, taken: Shape, sizes: Shape, made: Shape) -> Ends:
    """First and last input cell of each window, per axis, without padding; a vector has no axes.

    Both never go back, but for cells in a mirror: a window that reads padding alone has the first cell of the next and
    the last of the one before.
    """
    if not sizes:
        return []
    if isinstance(layer, Adaptive | ConvTranspose | Placed | Upsample):  # steps that are no whole cells
        pairs = [
            (_least(source, n), source.max(axis=1)) for source, n in zip(_sources(layer, taken), sizes, strict=True)
        ]
    else:
        whole = isinstance(layer, Shares)  # of a normalisation, what its statistics read is left out
        pairs = [_plain(extent, n, whole) for extent, n in zip(layer.extent(taken), made, strict=True)]
    return [_inside(*pair, n) for pair, n in zip(pairs, sizes, strict=True)]


def _sources(layer: Layer, taken: Shape) -> tuple[Ints, ...]:
    """Per axis, the input cells that count in each output cell."""
    if isinstance(layer, Placed | Upsample):
        return layer.tables(taken)
    return tuple(axis.source for axis in layer.windows(taken))


def _inside(first: Ints, last: Ints, size: int) -> tuple[Ints, Ints]:
    """Ends of windows that lie partly in the padding, cut off at the first and last cell and made to go forwards."""
    some = (first < size) & (last >= 0)
    if some.all() and (_goes_back(first) or _goes_back(last)):
        return first, last
    first = np.where(some, first.clip(min=0), size)
    last = np.where(some, last.clip(max=size - 1), -1)
    return np.minimum.accumulate(first[::-1])[::-1], np.maximum.accumulate(last)


def _least(source: Ints, size: int) -> Ints:
    """First cell of each window of a table; `size` where it reads none."""
    least: Ints = np.where(source >= 0, source, size).min(axis=1)
    return least


def _plain(extent: Extent, n: int, whole: bool) -> tuple[Ints, Ints]:
    """First and last cell of evenly spaced windows, counted from input cell 0; along a whole axis all, or its own."""
    if extent is None and whole:
        return np.zeros(n, np.int64), np.full(n, n - 1)
    reach, step, pad = map(int, extent or (0, 1, 0))
    first = np.arange(n) * step - pad
    return first, first + reach
