"""One map on a page: axes whose coordinates are the places of torch."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnviz.export.layout import Box
from cnnviz.export.look import UNITS, WIDTH
from cnnviz.export.order import Block
from cnnviz.export.panel import Panel


@dataclass(frozen=True, eq=False)
class Sheet:
    """A map's axes. Place (row, column) is the square from (column, row) on, or from (row, column) where it is turned.

    Attributes
    ----------
    depth : a place on the panel's first line
    box : where it stands on the page [units]
    """

    axes: Axes
    panel: Panel
    channel: int
    depth: int
    box: Box

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height of a cell [units]."""
        across, down = self.panel.drawn
        return self.box.w / across, self.box.h / down

    def corners(self, block: Block | Sequence[float], least: float = 0.0) -> list[tuple[float, float]]:
        """Of a block of places, made larger round its middle where it has fewer than `least` units."""
        row, column, rows, columns = block
        x, y, w, h = (row, column, rows, columns) if self.panel.turned else (column, row, columns, rows)
        (cw, ch), (mx, my) = self.cell, (x + w / 2, y + h / 2)
        w, h = max(w, least / cw), max(h, least / ch)
        left, right, near, far = mx - w / 2, mx + w / 2, my - h / 2, my + h / 2
        return [(left, near), (right, near), (right, far), (left, far)]

    def middle(self, row: float, column: float) -> tuple[float, float]:
        return (row + 0.5, column + 0.5) if self.panel.turned else (column + 0.5, row + 0.5)


def add_axes(figure: Figure, box: Box, across: float, down: float, up: bool = False) -> Axes:
    """Axes over a box of the page, without anything of their own."""
    height = figure.get_figheight() * UNITS
    axes = figure.add_axes((box.x / WIDTH, 1 - (box.y + box.h) / height, box.w / WIDTH, box.h / height))
    axes.set_axis_off()
    axes.set(xlim=(0, across), ylim=(0, down) if up else (down, 0))
    return axes


def make_sheet(figure: Figure, panel: Panel, shown: tuple[int, int], box: Box) -> Sheet:
    axes = add_axes(figure, box, *panel.drawn, up=panel.turned)
    axes.set_label(f"{panel.name} {shown[0]} {shown[1]}")
    return Sheet(axes, panel, *shown, box)
