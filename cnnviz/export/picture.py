"""One step of a scene as a picture: PNG, SVG, PDF."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cnnviz.export.look import UNITS, WIDTH, ExportError, Look
from cnnviz.export.marks import Box, Mark
from cnnviz.export.painter import Drawing, colour_of
from cnnviz.export.pens import paper
from cnnviz.export.raster import Raster
from cnnviz.export.told import FREE, Told
from cnnviz.text import either

Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = ("png", "svg", "pdf")

# Text stays text, and the same scene gives the same bytes.
AS_TEXT: dict[Any, Any] = {"svg.fonttype": "none", "pdf.fonttype": 42, "svg.hashsalt": "cnnviz"}
UNDATED: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}


def still(
    blob: bytes, look: Look, step: int, format: Format = "png", channel: int | None = None, beside: bytes = b""
) -> bytes:
    """One step of a scene, or of two under one playhead, as a file; SVG and PDF are vectors whose words are text.

    Parameters
    ----------
    blob, beside : bytes
        As `Scene.to_bytes` gives it; the one beside may be none.
    step : int
        From 0, in the player's order: all cells of the first output channel of every group, then of the next.
    channel : int or None
        The output channel to look at instead, at the same cell; None is the step's own, in the first group.

    Raises
    ------
    ExportError
        If there is no such step, channel or format.
    """
    if format not in FORMATS:
        raise ExportError(
            "A picture cannot be a {format} file. Choose {formats}.", format=format, formats=either(FORMATS)
        )
    told = Told(blob, look, channel=channel, beside=beside)
    if format == "png":
        record = told.record(step)
        raster = Raster(look, record.height)
        raster.paint([*record.still, *record.moving])
        return png(raster, told.title)
    data, figure = BytesIO(), drawn(told, step)
    words = {"Title": told.title, "Creator": str(FREE), **UNDATED[format]}
    with mpl.rc_context(AS_TEXT):
        figure.savefig(data, format=format, metadata=words)
    return data.getvalue()


def figure_of(blob: bytes, look: Look, step: int, channel: int | None = None) -> Figure:
    """One step of a scene as a Matplotlib figure, of vectors.

    Raises
    ------
    ExportError
        If there is no such step or channel.
    """
    return drawn(Told(blob, look, channel=channel), step)


def drawn(told: Told, step: int) -> Figure:
    record, look = told.record(step), told.look
    figure = Figure((WIDTH / UNITS, record.height / UNITS), facecolor="none" if look.transparent else paper(look.dark))
    figure.add_artist(Drawing(uncovered([*record.still, *record.moving]), look.dark))
    return figure


def png(raster: Raster, title: str) -> bytes:
    words, data = PngInfo(), BytesIO()
    words.add_text("Title", title)
    words.add_text("Software", str(FREE))
    image = Image.fromarray(raster.pixels)
    (image.convert("RGB") if raster.opaque else image).save(
        data, "png", compress_level=3, pnginfo=words, dpi=(raster.dpi, raster.dpi)
    )
    return data.getvalue()


def uncovered(marks: Sequence[Mark]) -> list[Mark]:
    """Without what later marks cover wholly: what nobody sees should not be in a file."""
    covers: list[Box] = []
    kept = []
    for mark in reversed(marks):
        x, y, w, h = mark.bounds
        if any(a <= x and b <= y and x + w <= a + c and y + h <= b + d for a, b, c, d in covers):
            continue
        if mark.kind == "rect" and mark.alpha == 1 and colour_of(mark.told[4])[3] == 1:
            covers.append(mark.shape)
        kept.append(mark)
    return kept[::-1]
