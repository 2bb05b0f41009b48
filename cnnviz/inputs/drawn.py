"""A drawing by hand: levels of ink on a grid of cells, as one word of an address."""

import re
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.settings import knob
from cnnviz.inputs.base import Array, Grid, Source, SourceError
from cnnviz.inputs.literal import tensor_code
from cnnviz.text import Message

INK = 16  # the darkest level; scikit-learn's digits have as many
LETTERS = "abcdefghijklmnopq"  # a level each
MOST_SIDE = 64  # cells
MOST_TEXT = MOST_SIDE**2 + 10  # characters
WRITTEN = re.compile(r"([1-9]\d?)x([1-9]\d?)-((?:\d{0,4}[a-q])+)", re.ASCII)

Levels = NDArray[np.uint8]


def packed(levels: Levels) -> str:
    """A drawing as a word: its size, and a letter for each level with the length of its run before it.

    Parameters
    ----------
    levels : uint8 array, shape (rows, columns)
        From 0, no ink, to 16.

    Examples
    --------
    >>> packed(np.array([[0, 0, 0], [0, 16, 0]], np.uint8))
    '2x3-4aqa'
    """
    rows, columns = levels.shape
    runs = [(len([*run]), LETTERS[level]) for level, run in groupby(levels.ravel())]
    return f"{rows}x{columns}-" + "".join(f"{count if count > 1 else ''}{letter}" for count, letter in runs)


def unpacked(text: str) -> Levels:
    """The drawing that `packed` wrote.

    Raises
    ------
    SourceError
        If it is anything else.
    """
    found = WRITTEN.fullmatch(text) if len(text) <= MOST_TEXT else None
    if not found:
        raise not_drawn()
    rows, columns, runs = int(found[1]), int(found[2]), re.findall(r"(\d*)([a-q])", found[3])
    counts = [int(count or 1) for count, _ in runs]
    if max(rows, columns) > MOST_SIDE or sum(counts) != rows * columns:
        raise not_drawn()
    levels = np.repeat(np.array([LETTERS.index(letter) for _, letter in runs], np.uint8), counts)
    drawing = levels.reshape(rows, columns)
    if packed(drawing) != text:
        raise not_drawn()
    return drawing


def not_drawn() -> SourceError:
    return SourceError(
        "This is no drawing of at most {side} by {side} cells. Draw a new one, or copy the whole link.", side=MOST_SIDE
    )


def resized(levels: Levels, size: tuple[int, int]) -> Levels:
    """The same drawing on another grid, each cell the nearest one of the old."""
    rows, columns = ((2 * np.arange(new) + 1) * old // (2 * new) for new, old in zip(size, levels.shape, strict=True))
    return levels[np.ix_(rows, columns)]


def drawing(text: str, size: tuple[int, int]) -> Levels:
    """A packed drawing on a grid of this size; an empty one where the text is empty.

    Raises
    ------
    SourceError
        If the text is no drawing.
    """
    return resized(unpacked(text), size) if text else np.zeros(size, np.uint8)


def inked(levels: Levels) -> Array:
    """A drawing as an input, (1, rows, columns), from 0 to 1: white on black, as labelled data has it."""
    return levels[None].astype(np.float32) / np.float32(INK)


@dataclass(frozen=True)
class Drawn(Source):
    """A drawing by hand, from 0 (black) to 1 (white)."""

    title: ClassVar[Message] = Message("Drawn by hand")
    ndims: ClassVar[tuple[int, ...]] = (2,)

    side: int = knob(8, choices=(8, 16, 28, 32), help=Message("cells along each side; digits have 8, clothes 28"))
    cells: str = knob("", help=Message("the drawing, packed"))

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.side, self.side

    def grid(self) -> Grid:
        words = Message("drawn by hand") if self.cells else Message("nothing is drawn yet")
        return Grid(inked(drawing(self.cells, self.size)), "picture", words)

    def code(self) -> str:
        return tensor_code(self.grid().values)
