"""What the pictures of a stage share: the page, a map, and the words round them."""

import textwrap
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from cnnviz.core.layers import Array
from cnnviz.export.pens import GREY, PLAIN, colours, ink, paper
from cnnviz.inputs.read import read
from cnnviz.scenes.stage_maps import Maps
from cnnviz.scenes.whose import whose

DPI = 150
WIDTH = 10.0  # of a picture [inches]
HEAD, FOOT = 1.25, 0.95  # above and below all [inches]
EDGE = 0.2  # margin of words and of the gallery [inches]
PIXELS = (1200, 230)  # of a panel


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
    return sheet.imshow(
        values.T,
        cmap=colours(scale, dark),
        clim=ends,
        aspect="auto",
        origin="lower",
        extent=(left, right, bottom, top),
        interpolation="nearest" if fits else "hanning",
    )


def write_round(figure: Figure, maps: Maps, title: str, note: str, dark: bool) -> None:
    """What this is, above; and below, small, what it takes to get it again."""
    request, height = maps.request, figure.get_figheight()
    caption = textwrap.shorten(str(read(request.input).caption), 130, placeholder=" …")
    left = EDGE / WIDTH
    for words, below, size in ((title, 0.18, 15), (caption, 0.5, 10), (note, 0.7, 9)):
        figure.text(left, 1 - below / height, words, fontsize=size, va="top", color=ink(dark), **PLAIN)
    foot = textwrap.fill(f"{whose(request)}, {request.network}", 185)
    figure.text(left, 0.12 / height, foot, fontsize=6.5, va="bottom", color=ink(dark), **PLAIN)


def dress(panel: Axes, dark: bool) -> None:
    """All lines and words of a panel in the theme's ink."""
    panel.set_facecolor(paper(dark))
    panel.tick_params(colors=ink(dark))
    for part in (panel.xaxis.label, panel.yaxis.label):
        part.set_color(ink(dark))
    for spine in panel.spines.values():
        spine.set_edgecolor(GREY)
