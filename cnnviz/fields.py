"""What a unit of a network sees of the stages before it, and what it reaches of those behind."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cnnviz.geometry import Ints
from cnnviz.layers import Layer, Shape
from cnnviz.network import Network


@dataclass(frozen=True)
class Field:
    """What a unit sees along one axis.

    Attributes
    ----------
    size : int [cells of the input]
        The receptive field.
    jump : int [cells of the input]
        From one unit to the next.
    before : int [cells of the input]
        How far unit 0 begins before input cell 0: unit *u* reads from ``u * jump - before``, `size` cells.
    whole : bool
        A normalisation on the way makes every unit depend on the whole input.
    """

    size: int = 1
    jump: int = 1
    before: int = 0
    whole: bool = False

    def after(self, extent: tuple[int, int, int] | None) -> "Field":
        """The field behind one more layer, which reaches, steps and pads so many cells; None reaches everywhere."""
        if extent is None:
            return Field(self.size, self.jump, self.before, True)
        reach, step, pad = extent
        return Field(self.size + reach * self.jump, self.jump * step, self.before + pad * self.jump, self.whole)


def fields(network: Network) -> list[tuple[Field, ...]]:
    """The receptive field after each stage, one per axis.

    References
    ----------
    Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill, 2019.
    """
    now = (Field(),) * network.stages[0][1].ndim
    found = []
    for _, layer in network.stages:
        now = tuple(field.after(extent) for field, extent in zip(now, layer.extent(), strict=True))
        found.append(now)
    return found


Spans = tuple[Ints, ...]  # per axis, (units, 2): first and last cell; first > last where there is none
INPUT = "input"


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
        statistics of a normalisation depend on is left out: see `Field.whole`.
    """
    names = [INPUT, *(one for one, _ in network.stages)]
    sizes = [shape[1:], *(one[1:] for one in network.shapes(shape))]
    ends = [_ends(layer, *pair) for (_, layer), pair in zip(network.stages, pairwise(sizes), strict=True)]
    at = names.index(name)
    found = {name: tuple(np.stack([np.arange(n)] * 2, axis=1) for n in sizes[at])}
    for i in reversed(range(at)):
        found[names[i]] = tuple(_read(units, *one) for units, one in zip(found[names[i + 1]], ends[i], strict=True))
    for i in range(at, len(ends)):
        found[names[i + 1]] = tuple(_reached(units, *one) for units, one in zip(found[names[i]], ends[i], strict=True))
    return found


def _ends(layer: Layer, sizes: Shape, made: Shape) -> list[tuple[Ints, Ints]]:
    """First and last input cell of each window, per axis, without padding.

    Both never go back: a window that reads padding alone has the first cell of the next and the last of the one before.
    """
    found = []
    for extent, size, n in zip(layer.extent(), sizes, made, strict=True):
        reach, step, pad = extent or (0, 1, 0)
        first = np.arange(n) * step - pad
        last = first + reach
        some = (first < size) & (last >= 0)
        first = np.where(some, first.clip(min=0), size)
        last = np.where(some, last.clip(max=size - 1), -1)
        found.append((np.minimum.accumulate(first[::-1])[::-1], np.maximum.accumulate(last)))
    return found


def _read(units: Ints, first: Ints, last: Ints) -> Ints:
    """From spans of a layer's output to what they read of its input."""
    some = units[:, 0] <= units[:, 1]
    back = np.tile([0, -1], (len(units), 1))
    back[some] = np.stack([first[units[some, 0]], last[units[some, 1]]], axis=1)
    return back


def _reached(units: Ints, first: Ints, last: Ints) -> Ints:
    """From spans of a layer's input to the output cells that read any of it; the ends of windows never go back."""
    some = units[:, 0] <= units[:, 1]
    begin = np.searchsorted(last, units[:, 0])
    end = np.searchsorted(first, units[:, 1], side="right") - 1
    return np.where(some[:, None], np.stack([begin, end], axis=1), [0, -1])
