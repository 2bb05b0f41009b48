"""Numbers in cells: how large they are written, where they fit at all, and in which ink."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import Normalize

from cnnviz.core.geometry import NONE, PAD
from cnnviz.export.look import POINT, UNITS, Look
from cnnviz.export.numbers import brief
from cnnviz.export.panel import Mask, Plane
from cnnviz.export.pens import PLAIN, colours
from cnnviz.export.sheet import Sheet

NUMBERS_FROM = 18.0  # a cell needs to carry a number
BARS = 0.68  # part of a one-row map that its bars take; the number stands below
DIGITS = (3, 2)  # of the numbers; fewer where more cannot be read
SMALLEST, FEWEST = 5.5, 7.0  # text that can be read [units], [pixels]

Script = tuple[float, int]  # size [units], and digits; a size of 0 writes nothing
NO_SCRIPT: Script = (0.0, 0)


def script_of(sheets: Sequence[Sheet], look: Look, bars: bool) -> Script:
    """In which every number of these maps can be read: they are written alike, or none of them is."""
    w, h = sheets[0].cell
    if w < NUMBERS_FROM or h < 14 or not look.numbers:
        return NO_SCRIPT
    room = h * ((1 - BARS) * 1.7 if bars else 1)
    planes = [sheet.panel.plane(sheet.channel, sheet.depth) for sheet in sheets]
    for digits in DIGITS:
        said = [said_at(plane, r, c, digits) for plane in planes for r, c in np.ndindex(plane.values.shape)]
        size = font_size(said, w, room, look)
        if size:
            return size, digits
    return NO_SCRIPT


def paint_numbers(
    sheet: Sheet, plane: Plane, ends: tuple[float, float], look: Look, bars: bool, script: Script, covered: Mask
) -> None:
    """The value of each place that is not covered."""
    size, digits = script
    if not size:
        return
    shades = colours(sheet.panel.scale, look.dark)(Normalize(*ends)(np.nan_to_num(plane.values, posinf=0, neginf=0)))
    for r, c in np.ndindex(plane.values.shape):
        words = said_at(plane, r, c, digits)
        if not words or covered[r, c]:
            continue
        x, y = sheet.middle(r, c)
        coloured = np.isfinite(plane.values[r, c]) and not bars
        sheet.axes.text(
            x,
            y + (BARS / 2 if bars else 0),
            words,
            fontsize=size * POINT,
            fontstyle="italic" if plane.padding[r, c] else "normal",
            color=ink_on(shades[r, c]) if coloured else look.text,
            ha="center",
            va="center",
            clip_on=True,
            **PLAIN,
        )


def said_at(plane: Plane, r: int, c: int, digits: int) -> str:
    """What is written into a place; holes and what is beyond an output stay empty."""
    value = plane.values[r, c]
    nothing = plane.kind[r, c] == NONE or (plane.kind[r, c] == PAD and np.isnan(value))
    return "" if nothing else brief(float(value), digits)


def font_size(texts: Any, w: float, h: float, look: Look) -> float:
    """At which the longest of these fits into a cell [units]; 0 where it cannot be read."""
    widest = max([1.3, *map(ems, texts)])
    size = min(h * 0.44, (w - 3.5) / widest, 20.0)
    return size if size >= max(SMALLEST, FEWEST * UNITS / look.dpi) else 0.0


def ems(text: str) -> float:
    """How wide digits are in the font, in parts of its size."""
    return sum({".": 0.32, "−": 0.84}.get(sign, 0.64) for sign in text)


def ink_on(colour: Any) -> str:
    """Black or white, whichever is easier to read: by the relative luminance of the web's contrast rules."""
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in map(float, colour[:3]))
    return "#000000" if 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.1791 else "#ffffff"
