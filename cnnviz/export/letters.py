"""Text as pixels: letters of a font and size are made once, and laid side by side."""

from functools import lru_cache
from itertools import accumulate
from math import ceil, floor
from threading import Lock

import numpy as np
from matplotlib.ft2font import LoadFlags
from numpy.typing import NDArray

from cnnviz.export.fonts import font_of, widths

Cover = NDArray[np.int16]  # how much of each pixel is covered, 0 to 1 << BITS, (rows, columns)
BITS = 7
FINE = 4  # parts of a pixel that letters are placed by
SHORT = 8  # signs of a text that is worth keeping: a number comes again
FONTS = Lock()  # a font has a size and a text of its own; held for one letter


def cover_of(words: str, size: float, style: str) -> tuple[Cover, int, int]:
    """How much of each pixel text covers; and where the first of them lies, from the foot of the first letter.

    Parameters
    ----------
    size : float [pixels]
    style : one of `cnnviz.export.fonts.STYLES`
    """
    return (kept if len(words) <= SHORT else write)(words, size, style)


def write(words: str, size: float, style: str) -> tuple[Cover, int, int]:
    """Letters are tiles of one size, added where they lie."""
    (side, above, before), wide = room(size), widths(style)
    *pens, end = accumulate((size * wide.get(sign, wide["other"]) for sign in words), initial=0.0)
    made: Cover = np.zeros((ceil(end) + side + 1, side), np.int16)  # turned: a row is a column
    for sign, pen in zip(words, pens, strict=True):
        first, phase = divmod(int(pen * FINE + 0.5), FINE)
        part = made[first : first + side]
        np.add(part, tile(sign, size, style, phase), out=part)
    rows = np.flatnonzero(made.any(axis=0))
    first, last = (int(rows[0]), int(rows[-1])) if len(rows) else (0, 0)
    whole = np.ascontiguousarray(made[:, first : last + 1].T)
    return np.minimum(whole, 1 << BITS, out=whole), -before, first - above


kept = lru_cache(maxsize=20_000)(write)


@lru_cache(maxsize=20_000)
def tile(sign: str, size: float, style: str, phase: int) -> Cover:
    """One sign, so many parts of a pixel further to the right: drawn finer, and each pixel is a mean."""
    fine, left, foot = drawn(sign, size, style)
    side, above, before = room(size)
    x, y = max(0, before * FINE + left + phase), max(0, above * FINE + foot - fine.shape[0])
    made = np.zeros((side * FINE, side * FINE), np.float32)
    part = made[y : y + fine.shape[0], x : x + fine.shape[1]]
    part[:] = fine[: part.shape[0], : part.shape[1]]
    mean = made.reshape(side, FINE, side, FINE).mean(axis=(1, 3)).T
    return np.asarray(mean * (1 << BITS) + 0.5, np.int16)


@lru_cache(maxsize=8000)
def drawn(sign: str, size: float, style: str) -> tuple[NDArray[np.float32], int, int]:
    """A sign in fine pixels, and where the first column and the lowest row of them lie."""
    with FONTS:
        font = font_of(style)
        font.set_size(size * FINE, 72)
        font.set_text(sign, 0.0, flags=LoadFlags.NO_HINTING)
        font.draw_glyphs_to_bitmap(antialiased=True)
        fine = np.asarray(font.get_image(), np.float32) / np.float32(255)
        left, foot = (floor(part / 64 + 0.5) for part in (font.get_bitmap_offset()[0], font.get_descent()))
    return fine, left, foot


def room(size: float) -> tuple[int, int, int]:
    """Side of the tile that holds any letter of a size; rows above the foot of it, and columns before it."""
    return ceil(1.5 * size) + 2, ceil(1.05 * size), ceil(0.2 * size)
