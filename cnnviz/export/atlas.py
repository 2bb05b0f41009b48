"""One map of every stage of a network on a page, as the overview lays them out."""

from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np

from cnnviz.core.layers import Array
from cnnviz.export.look import UNITS, WIDTH, Look
from cnnviz.export.paper import Box, Paper, new_paper
from cnnviz.export.pens import colours
from cnnviz.export.picture import AS_TEXT, UNDATED, Format
from cnnviz.export.told import FREE
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.palette import TOP, limits
from cnnviz.text import _
from cnnviz.text.numbers import brief

EDGE, HEAD, FOOT = 20.0, 42.0, 30.0  # round all [units]
ACROSS = 6  # stages beside each other
GAP = 16.0
SIDE = (WIDTH - 2 * EDGE - (ACROSS - 1) * GAP) / ACROSS  # of a picture's room
TALL = SIDE + 82.0  # of a stage with its words


def atlas(blob: bytes, look: Look, channel: int = 0, title: str = "", form: Format = "png") -> bytes:
    """A picture of a whole network.

    Parameters
    ----------
    blob : bytes
        Of `make_flow`.
    channel : int
        Of every stage that has it, and the last of the others.
    title : str
        What went through it, as plain text.
    """
    scene, data = Scene.from_bytes(blob), BytesIO()
    stages = [i for i, stage in enumerate(scene.meta["stages"]) if not stage.get("over")]  # no map of its own
    rows = -(-len(stages) // ACROSS)
    with mpl.rc_context(AS_TEXT):
        page = new_paper(HEAD + rows * TALL + FOOT, look)
        page.write(title, EDGE, 20, 14, look.text)
        for at, i in enumerate(stages):
            corner = EDGE + at % ACROSS * (SIDE + GAP), HEAD + at // ACROSS * TALL
            draw_stage(page, scene, i, channel, *corner)
        page.write(foot(scene), EDGE, HEAD + rows * TALL + 12, 10)
        dpi = look.dpi if form == "png" else 2 * UNITS
        page.figure.savefig(data, format=form, dpi=dpi, metadata={"Title": title, **UNDATED[form]})
    return data.getvalue()


def foot(scene: Scene) -> str:
    """What all of it is."""
    if back := scene.meta.get("back"):
        return _("gradients of the {loss}, by one map of every layer · {free}", loss=back["loss"], free=FREE)
    if told := scene.meta.get("explains"):
        return f"{told} · {FREE}"
    return _("one map of every layer · {free}", free=FREE)


def draw_stage(page: Paper, scene: Scene, i: int, channel: int, x: float, y: float) -> None:
    """Name, shape, map and colours of one stage."""
    stage = scene.meta["stages"][i]
    box = Box(x, y + 42, SIDE, SIDE)
    note = ", ".join(filter(None, (stage["shape"], stage["mode"])))
    page.name(stage["name"], note, Box(x, y, SIDE, SIDE))
    if i == 0 and scene.meta["colour"]:
        draw_map(page, in_colour(scene), None, (0, 1), box)
        return
    channel = min(channel, stage["size"][0] - 1)
    values = values_of(scene, i, channel)
    ends = limits(stage["scale"], values)
    if "share" in stage:
        norm = _("norm {norm}", norm=brief(float("nan") if stage["norm"] is None else stage["norm"]))
        page.write(norm, x + SIDE, box.y + SIDE + 28, 10, ha="right")
    if stage["bars"]:
        draw_bars(page, values.ravel(), stage["scale"], ends, box)
        return
    draw_map(page, montage(values, stage["across"]), stage["scale"], ends, box)
    page.legend(x + SIDE, box.y + SIDE + 12, stage["scale"], ends)
    if stage["size"][0] > 1:
        page.write(_("channel {channel} of {count}", channel=channel, count=stage["size"][0]), x, box.y + SIDE + 28, 10)


def values_of(scene: Scene, i: int, channel: int) -> Array:
    """The numbers of one map, (slices, rows, columns), or their means in blocks of cells; NaN where there are none."""
    if f"values.{i}" in scene.tensors:
        return np.asarray(scene.tensors[f"values.{i}"][channel], np.float32)
    levels, (low, high) = scene.tensors[f"levels.{i}"][channel], scene.tensors[f"range.{i}"][channel]
    return np.where(levels > TOP, np.nan, low + (high - low) * levels.astype(np.float32) / TOP)


def montage(values: Array, across: int) -> Array:
    """Slices beside each other, `across` in a row; NaN where there is none."""
    depth, rows, columns = values.shape
    down = -(-depth // across)
    sheets = np.full((down * across, rows, columns), np.nan, np.float32)
    sheets[:depth] = values
    return sheets.reshape(down, across, rows, columns).swapaxes(1, 2).reshape(down * rows, across * columns)


def in_colour(scene: Scene) -> Array:
    """The input's three channels as red, green and blue, (rows, columns, 3)."""
    low, high = scene.meta["colour"]
    planes = np.stack([values_of(scene, 0, channel)[0] for channel in range(3)], axis=-1)
    return np.asarray((planes - low) / (high - low)).clip(0, 1)


def draw_map(page: Paper, values: Array, scale: str | None, ends: tuple[float, float], box: Box) -> None:
    """Cells as large as fit into a box, upright."""
    rows, columns = values.shape[:2]
    cell = min(box.w / columns, box.h / rows)
    wide, tall = max(cell * columns, 3.0), max(cell * rows, min(box.h, 28.0) if rows == 1 else 3.0)
    axes = page.axes(Box(box.x, box.y, wide, tall), columns, rows)
    how: dict[str, Any] = {"cmap": colours(scale, page.look.dark), "clim": ends} if scale else {}
    axes.imshow(values, extent=(0, columns, rows, 0), aspect="auto", interpolation="nearest", gid="map", **how)
    axes.add_patch(mpl.patches.Rectangle((0, 0), columns, rows, fill=False, ec=page.look.grey(0.4), lw=0.7))


def draw_bars(page: Paper, values: Array, scale: str, ends: tuple[float, float], box: Box) -> None:
    """A bar for each number of a short vector, from zero, and the number beside it."""
    most = max(map(abs, ends))
    axes = page.axes(Box(box.x + 16, box.y, box.w - 62, SIDE), 2 * most, len(values))
    shades = colours(scale, page.look.dark)((values - ends[0]) / (ends[1] - ends[0]))
    axes.set(xlim=(-most, most), ylim=(len(values), 0))
    axes.barh(np.arange(len(values)) + 0.5, values, 0.8, color=shades, ec=page.look.grey(0.6), lw=0.4, gid="bars")
    line = SIDE / len(values)
    for number, value in enumerate(values):
        y = box.y + (number + 0.5) * line
        page.write(str(number), box.x + 12, y, min(10, line), ha="right")
        page.write(brief(float(value)), box.x + box.w, y, min(10, line), ha="right")
