"""A picture of one channel: the input, and below it what the stage makes of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from cnnviz.core.layers import Array
from cnnviz.export.pens import PLAIN, ink
from cnnviz.export.stage.figure import FOOT, HEAD, WIDTH, dress, new_figure, paint, png, write_round
from cnnviz.export.stage.named import lies, names_of
from cnnviz.networks.receptive_field import INPUT, spans
from cnnviz.scenes.clip import Clip
from cnnviz.scenes.palette import PALETTE, limits
from cnnviz.scenes.stage import planes, statistical
from cnnviz.scenes.stage_maps import Maps
from cnnviz.text import _
from cnnviz.text.numbers import brief

ROW, GAP = 1.55, 0.42  # of a panel, and between two [inches]
LEFT, RIGHT = 0.75, 0.85  # margins of the panels, with the numbers of axes and colour bars [inches]

Panel = tuple[str, Array, str, str]


def picture(maps: Maps, dark: bool = False) -> bytes:
    """A PNG of the selected channel below the input; see `picture_figure`."""
    return png(picture_figure(maps, dark))


def picture_figure(maps: Maps, dark: bool = False) -> Figure:
    """The input, and below it the planes of the selected channel: time to the right, frequency upwards.

    All panels share their axes, so that what lies above each other is at the same time. The box is the unit; on the
    input, and on what the stage reads, it is what the unit sees.
    """
    rows = panels(maps)
    height = HEAD + FOOT + len(rows) * (ROW + GAP) - GAP
    figure = new_figure(height, dark)
    places = {"left": LEFT / WIDTH, "right": 1 - RIGHT / WIDTH, "top": 1 - HEAD / height, "bottom": FOOT / height}
    grid = figure.add_gridspec(len(rows), 2, hspace=GAP / ROW, wspace=0.03, width_ratios=(70, 1), **places)
    extents = np.array([extent(maps, stage, [(0, n - 1) for n in values.shape]) for _, values, _, stage in rows])
    (left, _, bottom, _), (_, right, _, top) = extents.min(axis=0), extents.max(axis=0)
    for row, (title, values, scale, stage) in enumerate(rows):
        panel, bar = (figure.add_subplot(grid[row, column]) for column in (0, 1))
        image = paint(panel, values, scale, limits(scale, values), extents[row], dark)
        figure.colorbar(image, cax=bar)
        number_bar(image, bar, dark)
        add_box(panel, maps, stage)
        panel.set_title(title, loc="left", fontsize=10, color=ink(dark), **PLAIN)
        name_axes(panel, maps.clip, row + 1 == len(rows))
        panel.set(xlim=(left, right), ylim=(bottom, top))
        dress(panel, dark)
    title = f"{maps.view.stage}, channel {maps.view.channel} of {maps.done.y.shape[1]}"
    write_round(figure, maps, title, unit_words(maps), dark)
    return figure


def panels(maps: Maps) -> list[Panel]:
    """What is drawn, downwards: title, values (frames, mels), their colours, and the stage whose cells they are."""
    stage, layer = maps.view.stage, maps.done.layer.code()
    before = names_of(maps)[maps.request.names.index(stage)]
    found = [("input", maps.clip.values[0], maps.clip.scale, INPUT)]
    *some, (name, values, scale) = planes(maps.done, maps.view.channel)
    found += [(one, cells, colours, before) for one, cells, colours in some]
    found.append((f"{name}: {layer}", values, scale, stage))
    return [(title + odd_words(values), values, scale, stage) for title, values, scale, stage in found]


def odd_words(values: Array) -> str:
    """Of cells that have no colour, how many there are."""
    odd = np.count_nonzero(~np.isfinite(values))
    return _(" (hatched: {odd:,} of {size:,} cells are no number)", odd=odd, size=values.size) if odd else ""


def extent(maps: Maps, stage: str, cells: Sequence[Sequence[int]]) -> tuple[float, float, float, float]:
    """Where a stage's cells lie, first to last along both axes: left, right [s], bottom, top [mels of the input]."""
    step = maps.clip.words()["step"] or 1
    (left, right), (bottom, top) = (
        [(cell + side) * lie["jump"] + lie["first"] for cell, side in zip(ends, (-0.5, 0.5), strict=True)]
        for ends, lie in zip(cells, lies(maps, stage), strict=True)
    )
    return left * step, right * step, bottom, top


def number_bar(image: AxesImage, bar: Axes, dark: bool) -> None:
    """The numbers of the colours: both ends and the middle."""
    low, high = image.get_clim()
    ticks = [low, (low + high) / 2, high]
    bar.set_yticks(ticks, [brief(tick) for tick in ticks])
    dress(bar, dark)


def seen(maps: Maps, stage: str) -> list[tuple[int, int]]:
    """First and last cell of a stage that go with the unit, along frames and mels; empty where there are none."""
    tables = spans(maps.request.network, maps.clip.values.shape, maps.view.stage)[stage]
    cells = [(int(table[u, 0]), int(table[u, 1])) for table, u in zip(tables, maps.view.unit or (), strict=False)]
    return cells if all(first <= last for first, last in cells) else []


def add_box(panel: Axes, maps: Maps, stage: str) -> None:
    """Round the cells that go with the unit: white on black, which is seen on all colours."""
    cells = seen(maps, stage)
    if not cells:
        return
    left, right, bottom, top = extent(maps, stage, cells)
    black, white = PALETTE["picture"]["light"]
    stroke = [withStroke(linewidth=2.8, foreground=black)]
    look: dict[str, Any] = {"edgecolor": white, "linewidth": 1.2, "path_effects": stroke, "clip_on": False, "zorder": 5}
    panel.add_patch(Rectangle((left, bottom), right - left, top - bottom, fill=False, **look))


def unit_words(maps: Maps) -> str:
    """What the box is, and what else its unit depends on."""
    stage, channel, unit = maps.view.stage, maps.view.channel, maps.view.unit
    if not unit:
        return ""
    value = float(maps.done.y[0, channel, *unit])
    whole = statistical(maps.request.network, stage)
    places = {"cell": f"{stage}[0, {channel}, {unit[0]}, {unit[1]}] = {brief(value)}", "whole": whole}
    if seen(maps, INPUT):
        if whole:
            return _(
                "box: {cell}, and what it sees on the input; through the statistics of {whole} it depends on all of it",
                **places,
            )
        return _("box: {cell}, and what it sees on the input", **places)
    if whole:
        return _(
            "box: {cell}, which reads padding alone; through the statistics of {whole} it depends on all of it",
            **places,
        )
    return _("box: {cell}, which reads padding alone", **places)


def name_axes(panel: Axes, clip: Clip, last: bool) -> None:
    """Seconds and hertz if they are known, on one axis of time for all panels."""
    panel.tick_params(labelbottom=last, labelsize=9)
    if clip.features:
        peaks = clip.features.hertz()
        marks = clip.words()["hertz"] or [(peaks[0], 0), (peaks[-1], len(peaks) - 1)]
        panel.set_yticks([mel for _, mel in marks], [f"{f / 1000:g}k" if f >= 1000 else f"{f:.0f}" for f, _ in marks])
    panel.set_ylabel("frequency [Hz]" if clip.features else "mel", fontsize=9)
    if last:
        panel.set_xlabel("time [s]" if clip.features else "frame", fontsize=9)
