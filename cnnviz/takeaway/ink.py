"""What all pictures share: paper, ink, colours, numbers, and the words round them."""

import textwrap
from io import BytesIO
from threading import Lock
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from cnnviz.layers import Array
from cnnviz.maps import TOP
from cnnviz.scene import DIVERGING, PALETTE, ranges
from cnnviz.takeaway.taken import Taken, weights_words

DRAWING = Lock()  # Matplotlib is not thread-safe, by its own word; the sessions of a server are threads
DPI = 150
WIDTH = 10.0  # of a picture [inches]
HEAD, FOOT = 1.25, 0.95  # above and below all [inches]
EDGE = 0.2  # margin of words and of the gallery [inches]
PIXELS = (1200, 230)  # of a panel
GREY = "#808080"  # halfway between the papers of both themes
PLAIN: dict[str, Any] = {"parse_math": False}  # a file's name may hold $


def png(figure: Figure) -> bytes:
    data = BytesIO()
    figure.savefig(data, format="png", dpi=DPI)
    return data.getvalue()


def new_figure(height: float, dark: bool) -> Figure:
    return Figure((WIDTH, height), facecolor=paper(dark))


def paint(
    sheet: Axes,
    values: Array,
    scale: str,
    ends: tuple[float, float],
    place: Any,
    dark: bool,
    pixels: tuple[int, int] = PIXELS,
) -> AxesImage:
    """A map (frames, mels), turned, in a place (left, right, bottom, top); what is no number is hatched.

    Cells are drawn sharp, and averaged where there are more of them than pixels.
    """
    left, right, bottom, top = place
    hatch = "" if np.isfinite(values).all() else "//////"
    under: dict[str, Any] = {"hatch": hatch, "facecolor": "none", "edgecolor": GREY, "linewidth": 1, "zorder": -1}
    sheet.add_patch(Rectangle((left, bottom), right - left, top - bottom, **under))
    fits = all(n <= most for n, most in zip(values.shape, pixels, strict=True))
    colours = LinearSegmentedColormap.from_list(scale, PALETTE[scale][key(dark)], TOP + 1)
    return sheet.imshow(
        values.T,
        cmap=colours,
        clim=ends,
        aspect="auto",
        origin="lower",
        extent=(left, right, bottom, top),
        interpolation="nearest" if fits else "hanning",
    )


def limits(scale: str, values: Array) -> tuple[float, float]:
    """The ends of a colour bar, as static/player/colour.js has them: zero is in the middle of a diverging one."""
    low, high = map(float, ranges(values[None])[0])
    if scale == "gate":
        return 0, 1
    if scale in DIVERGING:
        most = max(abs(low), abs(high)) or 1
        return -most, most
    return (low, high) if low < high else (min(low, 0), max(low, 0) if low else 1)


def write_round(figure: Figure, taken: Taken, title: str, note: str, dark: bool) -> None:
    """What this is, above; and below, small, what it takes to get it again."""
    at, height = taken.choice.at, figure.get_figheight()
    caption = textwrap.shorten(at.source.grid().caption, 130, placeholder=" …")
    left = EDGE / WIDTH
    for words, below, size in ((title, 0.18, 15), (caption, 0.5, 10), (note, 0.7, 9)):
        figure.text(left, 1 - below / height, words, fontsize=size, va="top", color=ink(dark), **PLAIN)
    foot = textwrap.fill(f"{weights_words(at)}, seed {at.seed}, {at.network}", 185)
    figure.text(left, 0.12 / height, foot, fontsize=6.5, va="bottom", color=ink(dark), **PLAIN)


def dress(panel: Axes, dark: bool) -> None:
    """All lines and words of a panel in the theme's ink."""
    panel.set_facecolor(paper(dark))
    panel.tick_params(colors=ink(dark))
    for part in (panel.xaxis.label, panel.yaxis.label):
        part.set_color(ink(dark))
    for spine in panel.spines.values():
        spine.set_edgecolor(GREY)


def key(dark: bool) -> str:
    return "dark" if dark else "light"


def paper(dark: bool) -> str:
    """Zero of the diverging colours."""
    return PALETTE["signed"][key(dark)][2]


def ink(dark: bool) -> str:
    """White or black."""
    return PALETTE["picture"][key(dark)][int(dark)]


def number(value: float) -> str:
    """As short as it can be read.

    >>> number(-0.123456), number(2)
    ('−0.123', '2')
    """
    return f"{value:.3g}".replace("-", "−")
