"""A picture of all channels of a stage."""

from math import ceil, sqrt

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnviz.core.layers import Array
from cnnviz.export.pens import ink
from cnnviz.export.stage.figure import DPI, EDGE, FOOT, HEAD, WIDTH, dress, new_figure, paint, png, write_round
from cnnviz.scenes.palette import TOP, limits
from cnnviz.scenes.small_maps import channels_of
from cnnviz.scenes.stage_maps import Maps
from cnnviz.text import _
from cnnviz.text.numbers import brief

LABEL = 0.2  # under a channel [inches]


def gallery(maps: Maps, dark: bool = False) -> bytes:
    """A PNG of all channels; see `gallery_figure`."""
    return png(gallery_figure(maps, dark))


def gallery_figure(maps: Maps, dark: bool = False) -> Figure:
    """All channels of the stage, small and numbered, with their largest size; those that are dead or constant say so.

    The pictures are means of blocks of cells, as in the viewer.
    """
    every = channels_of(maps.done.y[0])
    columns = min(16, max(4, ceil(sqrt(len(every.levels)))))
    wide, tall = (WIDTH - 2 * EDGE) / columns, (WIDTH - 2 * EDGE) / columns / 2 + LABEL
    height = HEAD + FOOT / 2 + ceil(len(every.levels) / columns) * tall
    figure = new_figure(height, dark)
    sheet = figure.add_axes((0, 0, 1, 1))  # in inches, so that one panel holds all
    for channel, (values, state, ends) in enumerate(zip(every.values(), every.states(), every.ranges, strict=True)):
        row, column = divmod(channel, columns)
        most = limits("signed", ends)
        words = f"{channel}  {state or f'±{brief(most[1])}'}"
        add_tile(sheet, values, most, words, EDGE + column * wide, height - HEAD - row * tall, wide, dark)
    sheet.set(xlim=(0, WIDTH), ylim=(0, height))
    sheet.set_axis_off()
    add_key(figure, dark)
    title = f"{maps.view.stage}, all {len(every.levels)} channels"
    write_round(figure, maps, title, _("each on its own scale, which ends at ± the number under it"), dark)
    return figure


def add_tile(
    sheet: Axes, values: Array, ends: tuple[float, float], words: str, left: float, top: float, wide: float, dark: bool
) -> None:
    """One channel of the gallery with words under it; a place in inches, half as high as it is wide."""
    right, bottom = left + 0.94 * wide, top - wide / 2
    paint(
        sheet, values, "signed", ends, (left, right, bottom, top), dark, (int(0.94 * wide * DPI), int(wide / 2 * DPI))
    )
    sheet.text(left, bottom - 0.03, words, fontsize=min(8, 7.52 * wide), va="top", color=ink(dark))


def add_key(figure: Figure, dark: bool) -> None:
    """Which colours are below zero and which above, above the maps at the right."""
    height = figure.get_figheight()
    bar = figure.add_axes((1 - 2.4 / WIDTH, 1 - 0.86 / height, 2 / WIDTH, 0.13 / height))
    paint(bar, np.linspace(-1, 1, TOP + 1, dtype=np.float32)[:, None], "signed", (-1, 1), (-1, 1, 0, 1), dark)
    bar.set(yticks=[], xticks=[-1, 0, 1], xticklabels=["−", "0", "+"])
    dress(bar, dark)
