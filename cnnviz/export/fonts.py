"""How wide text is in the font of all files: the engine lays words out by this, and the painters set them by it."""

from functools import cache
from typing import Any

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import FT2Font, LoadFlags

from cnnviz.export.look import ExportError
from cnnviz.text import Message

FAMILY = "DejaVu Sans"  # which Matplotlib brings
STYLES: dict[str, dict[str, Any]] = {"": {}, "bold": {"weight": "bold"}, "italic": {"style": "italic"}}
MIDDLE = 0.35  # of a line, above the foot of its letters, in parts of the font's size
SIGNS = "".join(map(chr, [*range(32, 127), *range(160, 256)])) + "−×÷·…Σσ√→↑↓✓✗⁰¹²³⁴⁵⁶⁷⁸⁹⁻–—≤≥"

MISSING = Message(
    "The letters of pictures and films are missing on this server, or damaged ({family}, which Matplotlib brings). "
    "Take another kind of file until whoever runs the server has installed Matplotlib again.",
    family=FAMILY,
)


@cache
def properties(style: str) -> FontProperties:
    return FontProperties(family=FAMILY, **STYLES[style])


@cache
def font_of(style: str) -> FT2Font:
    """Whoever sets its size holds it alone, as cnnviz.export.letters does."""
    return FT2Font(file_of(style))


@cache
def file_of(style: str) -> str:
    """Raises `ExportError` where there is none that can be read, with all that Matplotlib reads beside it."""
    try:
        file = str(findfont(properties(style), fallback_to_default=False))
        get_font(file)
    except (OSError, RuntimeError, ValueError) as error:
        raise ExportError(MISSING) from error
    return file


@cache
def widths(style: str) -> dict[str, float]:
    """How far each sign takes the pen, in parts of the font's size; ``other`` is for signs that are not listed."""
    font = FT2Font(file_of(style))
    font.set_size(100, 72)
    found = {sign: font.load_char(ord(sign), LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / 100 for sign in SIGNS}
    return {**{sign: round(wide, 4) for sign, wide in found.items()}, "other": 0.8}


def width_of(words: str, size: float, style: str) -> float:
    """In the unit of the size."""
    wide = widths(style)
    return size * sum(wide.get(sign, wide["other"]) for sign in words)
