"""A scene as a picture: figures for those who draw on, and files for slides."""

from io import BytesIO
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.figure import Figure

from cnnviz.export.cast import cast_of
from cnnviz.export.drawn_stage import make_stage
from cnnviz.export.look import UNITS, ExportError, Look
from cnnviz.export.page import FREE, Page
from cnnviz.export.pens import DRAWING
from cnnviz.scenes.blob import Scene

Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = ("png", "svg", "pdf")

# Text stays text, and the same scene gives the same bytes.
AS_TEXT: dict[Any, Any] = {"svg.fonttype": "none", "pdf.fonttype": 42, "svg.hashsalt": "cnnviz"}
UNDATED: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}


def figure_of(scene: Scene, look: Look, step: int, channel: int | None = None, note: str = "") -> Figure:
    """One step of a scene as a Matplotlib figure.

    Parameters
    ----------
    step : int
        From 0, in the player's order: all cells of the first output channel of every group, then of the next.
    channel : int or None
        The output channel to look at instead, at the same cell; None is the step's own, in the first group.
    note : str
        Stands in the small line at the foot.

    Whoever calls holds `cnnviz.export.pens.DRAWING`, and as long as the figure is drawn.

    Raises
    ------
    ExportError
        If there is no such step or channel.
    """
    stage = make_stage(scene, look.serpentine)
    here = stage.here(step, channel)
    page = Page(stage, cast_of(stage, here), look, note, here)
    page.show(here)
    return page.figure


def still(scene: Scene, look: Look, step: int, format: Format = "png", channel: int | None = None) -> bytes:
    """One step of a scene as a file; SVG and PDF are vectors whose words are text.

    Raises
    ------
    ExportError
        If there is no such step, channel or format.
    """
    if format not in FORMATS:
        raise ExportError(f"A picture cannot be a {format} file. Choose {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")
    data = BytesIO()
    with DRAWING, mpl.rc_context(AS_TEXT):
        figure = figure_of(scene, look, step, channel)
        words = {"Title": scene.meta["title"], "Creator" if format != "png" else "Software": FREE}
        dpi = look.dpi if format == "png" else 2 * UNITS
        figure.savefig(data, format=format, dpi=dpi, metadata={**words, **UNDATED[format]})
    return data.getvalue()
