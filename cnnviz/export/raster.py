"""Marks painted as pixels: by Matplotlib's Agg what is slanted or round, straight into its buffer what is upright."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import floor
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from numpy.typing import NDArray
from PIL import Image

from cnnviz.export.fonts import MIDDLE, width_of
from cnnviz.export.letters import BITS, Cover, cover_of
from cnnviz.export.look import WIDTH, Look
from cnnviz.export.marks import Box, Mark, common
from cnnviz.export.painter import STEPS, Colour, Painter, colour_of
from cnnviz.export.pens import Shades, paper
from cnnviz.export.rasters import picture
from cnnviz.scenes.blob import Scene

Pixels = NDArray[np.uint8]  # (rows, columns, 4)
HALF = np.float32(0.5)


class Raster(Painter):
    """A page of pixels; as wide as the look says, and an even number high, for a film asks for that.

    Attributes
    ----------
    pixels : Pixels
        All that is painted; a transparent page has no paper.
    """

    def __init__(self, look: Look, height: float) -> None:
        scale, tall = look.width_px / WIDTH, rows_of(height, look)
        renderer: Any = RendererAgg(look.width_px, tall, look.dpi)  # type: ignore[no-untyped-call]
        super().__init__(renderer, None, look.dark, scale, tall)
        self.pixels: Pixels = np.asarray(renderer.buffer_rgba())
        self.opaque, self.dpi = not look.transparent, look.dpi
        *rgb, _ = colour_of(paper(look.dark))
        self.pixels[:] = [round(255 * part) for part in (*rgb, self.opaque)]
        self.numbers = self.pixels.view(np.uint32)[..., 0]
        self.limits = 0, look.width_px, 0, tall

    def only(self, window: Box, marks: Sequence[Mark]) -> None:
        """Paint what lies in a window, and nothing outside."""
        x, y, w, h = window
        for mark in marks:
            left, top, wide, tall = mark.inked
            if left < x + w and x < left + wide and top < y + h and y < top + tall:
                self.under(common(mark.cut, window) if mark.cut else window, mark.alpha)
                self.one(mark)

    def under(self, cut: Box | None, alpha: float) -> None:
        if cut is not self.cut:
            rows, columns = self.numbers.shape
            left, right, top, low = self.sides(*cut) if cut else (0, columns, 0, rows)
            self.limits = max(left, 0), min(right, columns), max(top, 0), min(low, rows)
        super().under(cut, alpha)

    def pixel(self, length: float) -> int:
        return floor(length * self.scale + 0.5)

    def sides(self, x: float, y: float, w: float, h: float) -> tuple[int, int, int, int]:
        """First and end column, first and end row of a rectangle in pixels."""
        return self.pixel(x), self.pixel(x + w), self.pixel(y), self.pixel(y + h)

    def inside(self, x0: int, x1: int, y0: int, y1: int) -> tuple[int, int, int, int]:
        """The same without what is cut off."""
        left, right, top, low = self.limits
        return max(x0, left), min(x1, right), max(y0, top), min(y1, low)

    def thick(self, width: float) -> int:
        """Whole pixels of a line; fine ones stay fine."""
        return max(1, floor(width * self.scale + (0.5 if width > 1 else 0)))

    def lay(self, x0: int, x1: int, y0: int, y1: int, colour: Colour, cover: Any = None) -> None:
        """Colour over a rectangle of pixels, as thick as the cover says; what is cut off stays as it is."""
        a, b, c, d = self.inside(x0, x1, y0, y1)
        if a >= b or c >= d:
            return
        if cover is None and colour[3] == 1:
            self.numbers[c:d, a:b] = number_of(colour)
            return
        own = None if cover is None else cover[c - y0 : d - y0, a - x0 : b - x0]
        if self.opaque and own is not None and colour[3] == 1:
            self.write(slice(c, d), slice(a, b), colour, own)
            return
        region, rgb = self.pixels[c:d, a:b], np.array([255 * part for part in colour[:3]], np.float32)
        part: Any = colour[3] if own is None else colour[3] / (1 << BITS) * own[..., None]
        if self.opaque:
            region[..., :3] = region[..., :3] + (rgb - region[..., :3]) * part + HALF
            return
        under = region[..., 3:].astype(np.float32) / 255 * (1 - part)
        region[..., :3] = (rgb * part + region[..., :3] * under) / np.maximum(part + under, 1e-6) + HALF
        region[..., 3:] = 255 * (part + under) + HALF

    def write(self, rows: slice, columns: slice, colour: Colour, cover: Cover) -> None:
        """Most text, in whole numbers; where it lies on one colour, there are only so many mixed ones."""
        plain = self.numbers[rows, columns]
        ground = plain[0, 0]
        if (plain == ground).all():
            plain[:] = mixed(int(ground), int(number_of(colour)))[cover]
            return
        # channels beside each other, as if each were a pixel: long rows are faster than many short ones
        channels = self.pixels.reshape(len(self.pixels), -1)[rows, 4 * columns.start : 4 * columns.stop]
        over = np.full(plain.shape[1], number_of(colour)).view(np.uint8)
        made = over.astype(np.int16) - channels
        made *= cover.repeat(4, axis=1)
        made >>= BITS
        made += channels
        channels[:] = made

    def rect(self, x: float, y: float, w: float, h: float, colour: str) -> None:
        x0, x1, y0, y1 = self.sides(x, y, w, h)
        self.lay(x0, max(x1, x0 + (w > 0)), y0, max(y1, y0 + (h > 0)), self.faded(colour))

    def cell(self, x: float, y: float, w: float, h: float, colour: str, edge: str) -> None:
        """What is opaque needs no look at what lies below."""
        if self.alpha < 1:
            super().cell(x, y, w, h, colour, edge)
            return
        x0, x1, y0, y1 = self.sides(x, y, w, h)
        thick, (fill, rim) = max(1, floor(self.scale)), cell_colours(colour, edge)
        for at, shade in ((0, rim), (thick, fill)):
            a, b, c, d = self.inside(x0 + at, x1 - at, y0 + at, y1 - at)
            if a < b and c < d:
                self.numbers[c:d, a:b] = shade

    def box(self, x: float, y: float, w: float, h: float, colour: str, width: float, dash: Sequence[float]) -> None:
        """Four strips of whole pixels; dashes are Agg's."""
        if dash:
            super().box(x, y, w, h, colour, width, dash)
            return
        thick, shade = self.thick(width), self.faded(colour)
        x0, x1, y0, y1 = (floor(side * self.scale - thick / 2 + 0.5) for side in (x, x + w, y, y + h))
        for strip in ((x0, x1 + thick, y0, y0 + thick), (x0, x1 + thick, y1, y1 + thick)):
            self.lay(*strip, shade)
        for strip in ((x0, x0 + thick, y0 + thick, y1), (x1, x1 + thick, y0 + thick, y1)):
            self.lay(*strip, shade)

    def ramp(self, x: float, y: float, w: float, h: float, stops: Sequence[str]) -> None:
        given = np.array([colour_of(stop) for stop in stops])
        at = np.linspace(0, len(stops) - 1, STEPS)
        shades = np.stack([np.interp(at, np.arange(len(stops)), part) for part in given.T], axis=1)
        edges = [self.pixel(x + w * i / STEPS) for i in range(STEPS + 1)]
        for (x0, x1), (r, g, b, _) in zip(pairwise(edges), shades, strict=True):
            self.lay(x0, x1, self.pixel(y), self.pixel(y + h), (r, g, b, 1.0))

    def path(self, lines: Sequence[Sequence[float]], colour: str, width: float, dash: Sequence[float]) -> None:
        """Upright lines are whole pixels, one thick if they can be."""
        upright = [line for line in lines if len(line) == 4 and not dash and (line[0] == line[2] or line[1] == line[3])]
        thick, shade = self.thick(width), self.faded(colour)
        for x0, y0, x1, y1 in upright:
            left, right = (
                (self.pixel(x0), self.pixel(x1)) if y0 == y1 else [floor(x0 * self.scale - thick / 2 + 0.5)] * 2
            )
            top, low = (self.pixel(y0), self.pixel(y1)) if x0 == x1 else [floor(y0 * self.scale - thick / 2 + 0.5)] * 2
            self.lay(left, right + thick * (x0 == x1), top, low + thick * (y0 == y1), shade)
        if slanted := [line for line in lines if line not in upright]:
            super().path(slanted, colour, width, dash)

    def text(self, x: float, y: float, words: str, size: float, style: str, colour: str, align: Any) -> None:
        """On a whole row of pixels."""
        wide = {"left": 0.0, "center": 0.5, "right": 1.0}[align] * width_of(words, size, style)
        cover, left, top = cover_of(words, round(size * self.scale * 4) / 4, style)
        x0, y0 = self.pixel(x - wide) + left, self.pixel(y + MIDDLE * size) + top
        self.lay(x0, x0 + cover.shape[1], y0, y0 + cover.shape[0], self.faded(colour), cover)

    def image(self, x: float, y: float, w: float, h: float, named: dict[str, Any], scene: Scene) -> None:
        """Sharp cells; where several share a pixel, their mean."""
        shades = picture(scene, named, self.dark)
        x0, x1, y0, y1 = self.sides(x, y, w, h)
        rows, columns = shades.shape[:2]
        a, b, c, d = self.inside(x0, x1, y0, y1)
        if a >= b or c >= d:
            return
        if columns > x1 - x0 or rows > y1 - y0:
            shades = averaged(shades, x1 - x0, y1 - y0)[c - y0 : d - y0, a - x0 : b - x0]
        else:
            down = ((np.arange(c, d) - y0 + 0.5) * rows / (y1 - y0)).astype(int)
            shades = shades[down][:, ((np.arange(a, b) - x0 + 0.5) * columns / (x1 - x0)).astype(int)]
        self.put(self.pixels[c:d, a:b], shades)

    def put(self, region: Pixels, shades: Shades) -> None:
        """Coloured pixels over others; nothing is where a cell is no number."""
        if self.alpha == 1 and shades[..., 3].all():
            region[:] = shades
            return
        part = shades[..., 3:] / np.float32(255) * np.float32(self.alpha)
        under = region[..., 3:] / np.float32(255) * (1 - part)
        region[..., :3] = (shades[..., :3] * part + region[..., :3] * under) / np.maximum(part + under, 1e-6) + 0.5
        region[..., 3:] = 255 * (part + under) + 0.5


@lru_cache(maxsize=4096)
def number_of(colour: Colour) -> np.uint32:
    """An opaque colour as a pixel."""
    [number] = np.array([round(255 * part) for part in (*colour[:3], 1)], np.uint8).view(np.uint32)
    return np.uint32(number)


@lru_cache(maxsize=4096)
def cell_colours(colour: str, edge: str) -> tuple[np.uint32, np.uint32]:
    """Of a cell and of its border, which lies over it, as pixels."""
    (*inner, _), (*outer, part) = colour_of(colour), colour_of(edge)
    mixed = [a + (b - a) * part for a, b in zip(inner, outer, strict=True)]
    return number_of((inner[0], inner[1], inner[2], 1.0)), number_of((mixed[0], mixed[1], mixed[2], 1.0))


@lru_cache(maxsize=4096)
def mixed(ground: int, colour: int) -> NDArray[np.uint32]:
    """One pixel over another, for each cover of `cnnviz.export.letters`."""
    under, over = np.array([[ground], [colour]], np.uint32).view(np.uint8).astype(np.int16)
    cover = np.arange((1 << BITS) + 1, dtype=np.int16)[:, None]
    return np.asarray((under + (((over - under) * cover) >> BITS)).astype(np.uint8).view(np.uint32)[:, 0])


def rows_of(height: float, look: Look) -> int:
    """Pixels that a page is high, an even number: a film asks for that."""
    return 2 * round(height * look.width_px / WIDTH / 2)


def averaged(shades: Shades, width: int, height: int) -> Shades:
    """Fewer pixels, each the mean of those that it holds; what is nothing does not count."""
    return np.asarray(Image.fromarray(shades).resize((max(width, 1), max(height, 1)), Image.Resampling.BOX))
