"""What stands still on a map: cells, padding, grid and numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import Normalize

from cnnviz.core.geometry import NONE
from cnnviz.core.layers import Array
from cnnviz.export.lettering import BARS, Script, paint_numbers
from cnnviz.export.look import POINT, UNITS, Look
from cnnviz.export.order import Block
from cnnviz.export.panel import Plane, blocks_of
from cnnviz.export.pens import colours
from cnnviz.export.sheet import Sheet

MOST_MESHED = 2500  # cells that are shapes of their own, sharp in every viewer; more become a picture
GRID_FROM = 6.0  # units a cell needs to have a grid line
TEXTURE_FROM = 2.5  # ... and for each place of the padding to be looked at
TINT = 0.22  # of a cell's colour, behind its bar
WASH = 0.12  # of the ink, over the span of a window with gaps


def paint_sheet(
    sheet: Sheet,
    ends: tuple[float, float],
    look: Look,
    bars: bool,
    script: Script | None = None,
    hidden: Sequence[Block] = (),
) -> None:
    """All that stands still on a map.

    Parameters
    ----------
    script : how numbers are written; None draws the cells alone
    hidden : blocks whose numbers are not written: what nobody sees should not be in a file
    """
    plane = sheet.panel.plane(sheet.channel, sheet.depth)
    paint_cells(sheet, plane.values, ends, look, TINT if bars else 1.0)
    if script:
        paint_texture(sheet, plane, look)
    if min(sheet.cell) >= GRID_FROM:
        paint_grid(sheet, look)
    if bars and script:
        paint_bars(sheet, plane, ends, look)
    if script:
        covered = np.zeros(plane.values.shape, bool)
        for r, c, rows, columns in hidden:
            covered[r : r + rows, c : c + columns] = True
        paint_numbers(sheet, plane, ends, look, bars, script, covered)
    frame(sheet, look)


def frame(sheet: Sheet, look: Look) -> LineCollection:
    """Half a unit outside, where no veil covers it."""
    (across, down), (cw, ch) = sheet.panel.drawn, sheet.cell
    x, y = 0.5 / cw, 0.5 / ch
    box = [[(-x, -y), (across + x, -y), (across + x, down + y), (-x, down + y), (-x, -y)]]
    lines = LineCollection(box, colors=look.grey(0.45), linewidths=POINT, clip_on=False)
    sheet.axes.add_collection(lines, autolim=False)
    return lines


def paint_cells(sheet: Sheet, values: Array, ends: tuple[float, float], look: Look, alpha: float) -> None:
    """Cells in the colours of their numbers; what is no number stays paper."""
    shown = np.ma.masked_invalid(values if not sheet.panel.turned else values.T)
    across, down = sheet.panel.drawn
    how: dict[str, Any] = {"cmap": colours(sheet.panel.scale, look.dark), "norm": Normalize(*ends), "alpha": alpha}
    if values.size <= MOST_MESHED:
        edges = np.arange(across + 1), np.arange(down + 1)
        sheet.axes.pcolormesh(*edges, shown, **how, gid="cells")
    else:
        fine = min(sheet.cell) * look.dpi / UNITS >= 1  # else several cells share a pixel
        smooth: dict[str, Any] = {"interpolation": "nearest" if fine else "hanning"}
        image = sheet.axes.imshow(shown, aspect="auto", origin="lower", extent=(0, across, 0, down), **how, **smooth)
        image.set_gid("cells")
    sheet.axes.set(xlim=(0, across), ylim=(0, down) if sheet.panel.turned else (down, 0))


def hatched(sheet: Sheet, blocks: Sequence[Block], pattern: str, colour: str, face: str = "none") -> PolyCollection:
    """Blocks of places under a hatch; more can be set later."""
    shapes = [sheet.corners(block) for block in blocks]
    made = PolyCollection(shapes, facecolors=face, edgecolors="none", hatch=pattern, linewidths=0)
    made.set_hatchcolor(colour)
    made.set_hatch_linewidth(0.6)
    sheet.axes.add_collection(made, autolim=False)
    return made


def paint_texture(sheet: Sheet, plane: Plane, look: Look) -> None:
    """Padding is hatched, holes are empty but for a dot, cells without a number are cross-hatched."""
    if plane.padding.any():
        hatched(sheet, blocks_of(plane.padding), "/////", look.grey(0.38)).set_gid("padding")
    if plane.missing.any() and min(sheet.cell) >= TEXTURE_FROM:
        hatched(sheet, blocks_of(plane.missing), "xxxxx", look.grey(0.6)).set_gid("missing")
    holes = np.argwhere(plane.kind == NONE)
    if len(holes) and min(sheet.cell) >= GRID_FROM:
        x, y = zip(*(sheet.middle(r, c) for r, c in holes), strict=True)
        sheet.axes.plot(x, y, ".", color=look.grey(0.5), markersize=2.5, gid="holes")


def paint_grid(sheet: Sheet, look: Look) -> LineCollection:
    across, down = sheet.panel.drawn
    lines = [[(x, 0), (x, down)] for x in range(1, across)] + [[(0, y), (across, y)] for y in range(1, down)]
    grid = LineCollection(lines, colors=look.grey(0.2), linewidths=0.5)
    sheet.axes.add_collection(grid, autolim=False)
    return grid


def paint_bars(sheet: Sheet, plane: Plane, ends: tuple[float, float], look: Look) -> None:
    """One-row maps show their values as bars from a middle line, so that a signal looks like one."""
    most, middle = max(map(abs, ends)), BARS / 2
    real = np.argwhere((plane.kind == 0) & ~plane.mirrored & np.isfinite(plane.values))
    values = np.array([plane.values[r, c] for r, c in real])
    tall = values / most * (middle - 0.03)
    boxes = [
        [(c + 0.12, r + middle), (c + 0.88, r + middle), (c + 0.88, r + middle - t), (c + 0.12, r + middle - t)]
        for (r, c), t in zip(real, tall, strict=True)
    ]
    shades = colours(sheet.panel.scale, look.dark)(Normalize(*ends)(values))
    edge = look.grey(0.45) if min(sheet.cell) > 5 else "none"
    bars = PolyCollection(boxes, facecolors=shades, edgecolors=edge, linewidths=0.5, gid="bars")
    sheet.axes.add_collection(bars, autolim=False)
    sheet.axes.plot([0, sheet.panel.drawn[0]], [middle, middle], color=look.grey(0.45), linewidth=0.6)
