"""The middle of a page: window, weights and products in numbers, as the window lies on the input."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import Normalize, to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text

from cnnviz.core.geometry import NONE, PAD, Ints
from cnnviz.core.layers import Array
from cnnviz.export.drawn_stage import Stage
from cnnviz.export.layout import Grid, Layout
from cnnviz.export.lettering import DIGITS, font_size, ink_on
from cnnviz.export.look import POINT, Look
from cnnviz.export.numbers import brief
from cnnviz.export.paint import GRID_FROM, frame, hatched, paint_grid
from cnnviz.export.panel import Panel
from cnnviz.export.pens import PLAIN, colours
from cnnviz.export.sheet import Sheet, make_sheet
from cnnviz.export.words import drawn_order
from cnnviz.export.worked import Worked

NAMES = ("input", "weight", "output")  # whose colours the three rows have
SIGNS_FROM = 5.0  # units a weight needs to carry its sign, where it has no room for its number


@dataclass(frozen=True, eq=False)
class WorkGrid:
    """One small grid; all of it changes with every step."""

    sheet: Sheet
    grid: Grid
    cells: PolyCollection
    padding: PolyCollection
    lines: list[LineCollection]
    winner: PolyCollection
    texts: list[Text]

    @property
    def artists(self) -> list[Artist]:
        return [self.cells, self.padding, *self.lines, *self.texts, self.winner]


class Work:
    """All grids of a page. The weights of a kernel stand still; the rest waits for a step."""

    def __init__(self, figure: Figure, stage: Stage, layout: Layout, look: Look, top: float, channel: int):
        self.stage, self.look = stage, look
        self.grids = [self.make(figure, grid, top) for grid in layout.grids]
        blends = stage.meta["rule"] == "blend"  # its weights change with every step
        self.moving = [grid for grid in self.grids if blends or grid.grid.row != 1]
        if len(self.moving) < len(self.grids):
            weights = drawn_order(stage, stage.scene.tensors["weight"][channel])
            self.show_row(1, weights, np.zeros(weights.shape, np.int64))

    def make(self, figure: Figure, grid: Grid, top: float) -> WorkGrid:
        assert self.stage.axes is not None
        rows, columns = (np.arange(axis.n_taps) for axis in self.stage.axes[1:])
        panel = Panel(
            f"work {grid.row}",
            lambda _: np.zeros((1, 1, 1)),
            1,
            (np.zeros(1, np.int64), rows, columns),
            (0, 0, 0),
            (1, len(rows), len(columns)),
            np.nan,
            self.stage.meta["scales"][NAMES[grid.row]],
            self.stage.input.turned,
        )
        box = grid.box
        sheet = make_sheet(figure, panel, (grid.map, 0), type(box)(box.x, box.y + top, box.w, box.h))
        places = list(np.ndindex(len(rows), len(columns)))
        cells = PolyCollection([sheet.corners((r, c, 1, 1)) for r, c in places], linewidths=0, antialiaseds=False)
        sheet.axes.add_collection(cells, autolim=False)
        padding = hatched(sheet, [], "/////", self.look.grey(0.38))
        texts = [self.text(sheet, *sheet.middle(r, c)) for r, c in places] if self.look.numbers else []
        winner = PolyCollection(
            [], facecolors="none", edgecolors=self.look.text, linewidths=1.8, clip_on=False, zorder=4
        )
        sheet.axes.add_collection(winner, autolim=False)
        lines = [frame(sheet, self.look), *([paint_grid(sheet, self.look)] if min(sheet.cell) >= GRID_FROM else [])]
        return WorkGrid(sheet, grid, cells, padding, lines, winner, texts)

    @staticmethod
    def text(sheet: Sheet, x: float, y: float) -> Text:
        return sheet.axes.text(x, y, "", ha="center", va="center", **PLAIN)

    def show(self, worked: Worked) -> list[Artist]:
        """Write a step's numbers in; what has to be drawn again."""
        assert worked.window is not None
        window = worked.window
        reads = drawn_order(self.stage, window.values)
        kind = drawn_order(self.stage, np.broadcast_to(window.kind, window.values.shape))
        self.show_row(0, reads, kind.astype(np.int64))
        if worked.weights is not None:
            none = np.where(kind == NONE, NONE, 0)
            self.show_row(2, drawn_order(self.stage, worked.products), none)
            if self.stage.meta["rule"] == "blend":
                self.show_row(1, drawn_order(self.stage, worked.weights), none)
        won = self.won(worked, window.kind.shape)
        for grid in self.moving:
            here = won and (grid.grid.map, grid.grid.row) == (won[0], 0)
            grid.winner.set_verts([grid.sheet.corners((*won[1:], 1, 1))] if won and here else [])
        return [artist for grid in self.moving for artist in grid.artists]

    def show_row(self, row: int, values: Array, kind: Ints) -> None:
        """All grids of reads, weights or products; arrays have the shape (channels read, *taps), as they lie."""
        shape = (-1, *values.shape[2:])  # channels and depths are maps of their own
        planes, kinds = values.reshape(shape), kind.reshape(shape)
        grids = [grid for grid in self.grids if grid.grid.row == row]
        shown = [float(v) for grid in grids for v in planes[grid.grid.map].ravel()]
        for digits in DIGITS if grids else ():
            size = font_size([brief(v, digits) for v in shown], *grids[0].sheet.cell, self.look)
            if size:
                break
        for grid in grids:
            self.fill(grid, planes[grid.grid.map], kinds[grid.grid.map], size, digits)

    def won(self, worked: Worked, taps: tuple[int, ...]) -> tuple[int, int, int] | None:
        """Of a maximum: the grid and the place in it where the winner stands, as the window lies."""
        if not worked.source or worked.window is None or self.stage.meta["rule"] != "max":
            return None
        flat = int(np.flatnonzero((worked.window.index == worked.index).ravel() & (worked.window.kind == 0).ravel())[0])
        d, r, c = map(int, np.unravel_index(flat, taps))
        return d, r, c

    def fill(self, grid: WorkGrid, values: Array, kind: Ints, size: float, digits: int) -> None:
        """Colours and numbers of one grid; of weights without numbers the signs, for colour does not tell everybody."""
        cell = min(grid.sheet.cell)
        signed = grid.grid.row == 1 and cell >= SIGNS_FROM
        ends = self.stage.limits(NAMES[grid.grid.row])
        finite = np.isfinite(values) & (kind != NONE)
        shades: Any = colours(grid.sheet.panel.scale, self.look.dark)(Normalize(*ends)(np.where(finite, values, 0)))
        shades[~finite] = to_rgba(self.look.veil)
        grid.cells.set_facecolor(shades.reshape(-1, 4))
        pads = [grid.sheet.corners((int(r), int(c), 1, 1)) for r, c in np.argwhere(kind == PAD)]
        grid.padding.set_verts(pads)
        for text, value, k, shade, real in zip(
            grid.texts, values.ravel(), kind.ravel(), shades.reshape(-1, 4), finite.ravel(), strict=bool(grid.texts)
        ):
            words = brief(float(value), digits) if size else sign_of(float(value)) if signed else ""
            text.set_text("" if k == NONE else words)
            text.set_fontsize((size or 0.85 * cell) * POINT)
            text.set_fontstyle("italic" if k == PAD else "normal")
            text.set_color(ink_on(shade) if real else self.look.text)


def sign_of(value: float) -> str:
    """
    >>> sign_of(-0.5), sign_of(2), sign_of(0)
    ('−', '+', '')
    """
    return "+" if value > 0 else "−" if value < 0 else ""
