"""Marks painted by Matplotlib's renderers. This one makes drawings of vectors; `raster` makes pixels.

Units of the page are turned into those of the renderer, whose y axis runs upwards.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform

from cnnviz.export.fonts import MIDDLE, properties
from cnnviz.export.look import POINT, UNITS
from cnnviz.export.marks import Box, Mark
from cnnviz.export.pens import PLAIN, Shades
from cnnviz.export.rasters import picture
from cnnviz.scenes.blob import Scene

Colour = tuple[float, float, float, float]
HERE = IdentityTransform()
MESHED = 2500  # cells of a map that are shapes of their own, sharp in every viewer; more become a picture
STEPS = 64  # of a scale's colours
AIR = 2.0  # units that a line of a hatch is at most wide


@cache
def colour_of(css: str) -> Colour:
    """
    >>> colour_of("rgba(255,0,0,0.5)"), colour_of("#00ff00")
    ((1.0, 0.0, 0.0, 0.5), (0.0, 1.0, 0.0, 1.0))
    """
    if not css.startswith("rgba"):
        return to_rgba(css)
    *rgb, alpha = map(float, css[5:-1].split(","))
    return rgb[0] / 255, rgb[1] / 255, rgb[2] / 255, alpha


class Painter:
    """Paints marks through a renderer.

    Parameters
    ----------
    scale : float
        Of the renderer's units to those of the page.
    height : float
        Of the page, in the renderer's units.
    """

    def __init__(self, renderer: Any, figure: Any, dark: bool, scale: float, height: float) -> None:
        self.renderer, self.figure, self.dark = renderer, figure, dark
        self.scale, self.height = scale, height
        self.cut: Box | None = None
        self.alpha = 1.0

    def paint(self, marks: Sequence[Mark]) -> None:
        for mark in marks:
            self.under(mark.cut, mark.alpha)
            self.one(mark)

    def under(self, cut: Box | None, alpha: float) -> None:
        """What follows is cut off outside a box, and so opaque."""
        self.cut, self.alpha = cut, alpha

    def one(self, mark: Mark) -> None:
        """Kinds of marks are methods."""
        getattr(self, mark.kind)(*mark.told)

    # --- what a renderer draws ---

    def context(self, colour: str, width: float = 0.0, dash: Sequence[float] = ()) -> GraphicsContextBase:
        """How it draws; a dash is given in units."""
        gc: GraphicsContextBase = self.renderer.new_gc()
        gc.set_foreground(self.faded(colour), isRGBA=True)
        gc.set_linewidth(width * self.scale)
        gc.set_capstyle("butt")
        gc.set_joinstyle("miter")
        if dash:
            gc.set_dashes(0, [part * self.scale for part in dash])
        if self.cut:
            x, y, w, h = self.cut
            (x0, y1), (x1, y0) = self.at(x, y), self.at(x + w, y + h)
            gc.set_clip_rectangle(Bbox.from_extents(x0, y0, x1, y1))
        return gc

    def faded(self, colour: str) -> Colour:
        r, g, b, alpha = colour_of(colour)
        return r, g, b, alpha * self.alpha

    def at(self, x: float, y: float) -> tuple[float, float]:
        return x * self.scale, self.height - y * self.scale

    def outline(self, x: float, y: float, w: float, h: float) -> Path:
        corners = [self.at(x, y), self.at(x + w, y), self.at(x + w, y + h), self.at(x, y + h)]
        return Path([*corners, corners[0]], closed=True)

    def rect(self, x: float, y: float, w: float, h: float, colour: str) -> None:
        self.renderer.draw_path(self.context(colour), self.outline(x, y, w, h), HERE, self.faded(colour))

    def cell(self, x: float, y: float, w: float, h: float, colour: str, edge: str) -> None:
        self.rect(x, y, w, h, colour)
        self.box(x + 0.5, y + 0.5, w - 1, h - 1, edge, 1.0, ())

    def box(self, x: float, y: float, w: float, h: float, colour: str, width: float, dash: Sequence[float]) -> None:
        self.renderer.draw_path(self.context(colour, width, dash), self.outline(x, y, w, h), HERE)

    def path(self, lines: Sequence[Sequence[float]], colour: str, width: float, dash: Sequence[float]) -> None:
        gc = self.context(colour, width, dash)
        for line in lines:
            points = [self.at(*point) for point in zip(line[::2], line[1::2], strict=True)]
            self.renderer.draw_path(gc, Path(points), HERE)

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        disc = Path.circle(self.at(x, y), radius * self.scale)
        self.renderer.draw_path(self.context(colour), disc, HERE, self.faded(colour))

    def hatch(self, x: float, y: float, w: float, h: float, colour: str, step: float, cross: bool) -> None:
        """One path of lines, each no longer than the rectangle is there."""
        lines = diagonals((x, y, w, h), step, self.cut)
        if cross:
            over = self.cut and (2 * x + w - self.cut[0] - self.cut[2], *self.cut[1:])  # in a mirror
            mirrored = diagonals((x, y, w, h), step, over)
            lines += [((2 * x + w - a, b), (2 * x + w - c, d)) for (a, b), (c, d) in mirrored]
        if not lines:
            return
        points = np.array(lines).reshape(-1, 2) * (self.scale, -self.scale) + (0, self.height)
        codes = np.tile([Path.MOVETO, Path.LINETO], len(lines))
        gc = self.context(colour, 1.0)
        gc.set_snap(False)
        self.renderer.draw_path(gc, Path(points, codes), HERE)

    def ramp(self, x: float, y: float, w: float, h: float, stops: Sequence[str]) -> None:
        """Steps that overlap, else viewers of vectors show lines between them."""
        given = np.array([colour_of(stop) for stop in stops])
        shades = [np.interp(np.linspace(0, len(stops) - 1, STEPS), np.arange(len(stops)), part) for part in given.T]
        for i, (r, g, b, _) in enumerate(zip(*shades, strict=True)):
            left = x + w * i / STEPS
            gc = self.context("#000000")
            self.renderer.draw_path(gc, self.outline(left, y, x + w - left, h), HERE, (r, g, b, 1.0))

    # --- what vectors and pixels draw in different ways ---

    def text(self, x: float, y: float, words: str, size: float, style: str, colour: str, align: Any) -> None:
        """Text that stays text."""
        font = properties(style).copy()
        font.set_size(size * POINT)
        place = self.at(x, y + MIDDLE * size)
        made = Text(*place, words, fontproperties=font, color=self.faded(colour), ha=align, va="baseline", **PLAIN)
        made.set_figure(self.figure)
        made.set_clip_on(False)
        made.draw(self.renderer)

    def image(self, x: float, y: float, w: float, h: float, named: dict[str, Any], scene: Scene) -> None:
        """Small maps as cells, each a shape; of large ones a picture."""
        shades = picture(scene, named, self.dark)
        rows, columns = shades.shape[:2]
        if rows * columns > MESHED:
            self.draw_picture(x, y, w, h, shades)
            return
        xs, ys = np.linspace(x, x + w, columns + 1), np.linspace(y, y + h, rows + 1)
        for (top, bottom), row in zip(pairwise(ys), shades, strict=True):
            for (left, right), (r, g, b, seen) in zip(pairwise(xs), row, strict=True):
                if seen:
                    face = (r / 255, g / 255, b / 255, self.alpha)
                    shape = self.outline(left, top, right - left, bottom - top)
                    self.renderer.draw_path(self.context("#000000"), shape, HERE, face)

    def draw_picture(self, x: float, y: float, w: float, h: float, shades: Shades) -> None:
        gc = self.context("#000000")
        gc.set_alpha(self.alpha)
        place = Affine2D().scale(w * self.scale, h * self.scale)
        self.renderer.draw_image(gc, *self.at(x, y + h), shades[::-1], place)


class Drawing(Artist):
    """Marks as an artist of Matplotlib's, which any of its backends saves with the figure that holds it."""

    def __init__(self, marks: Sequence[Mark], dark: bool) -> None:
        super().__init__()
        self.marks, self.dark = marks, dark

    def draw(self, renderer: Any) -> None:
        figure = self.get_figure(root=True)
        assert figure is not None
        scale = renderer.points_to_pixels(1) * POINT
        height = figure.get_figheight() * UNITS * scale
        Painter(renderer, figure, self.dark, scale, height).paint(self.marks)


Point = tuple[float, float]


def diagonals(box: Box, step: float, cut: Box | None = None) -> list[tuple[Point, Point]]:
    """Lines on which x + y is a whole number of steps, as long as a box; those that meet the cut, if there is one."""
    x, y, w, h = box
    low, high = x + y, x + w + y + h
    if cut:
        low, high = max(low, cut[0] + cut[1] - AIR), min(high, sum(cut) + AIR)
    found = []
    for k in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1):
        total = k * step
        left, right = max(x, total - y - h), min(x + w, total - y)
        if right > left:
            found.append(((left, total - left), (right, total - right)))
    return found
