"""The pictures of a film: of each only what is not as it was in the one before is painted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cnnviz.export.look import Look
from cnnviz.export.marks import Mark, Record
from cnnviz.export.plan import Plan, steps_of
from cnnviz.export.raster import Raster, rows_of
from cnnviz.export.told import Told
from cnnviz.scenes.blob import Scene

Mask = NDArray[np.bool_]
Part = tuple[slice, slice]  # rows and columns
TILE = 32  # pixels each way, of which all or none is painted again


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a film.

    Attributes
    ----------
    pixels : array (rows, columns)
        What is painted on: it holds until the next picture. Each pixel is one number: opacity, blue, green, red.
    changed : flat indices
        Of the pixels that differ from the picture before.
    """

    pixels: NDArray[np.uint32]
    changed: NDArray[np.int64]

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """Shape (rows, columns, 3): a film has paper."""
        return self.pixels[..., None].view(np.uint8)[..., :3]


class Film:
    """Draws any step; steps that follow each other cost the less, the less they differ.

    Raises
    ------
    ExportError
        If there are no such steps.
    """

    def __init__(self, blob: bytes, look: Look, plan: Plan) -> None:
        self.look = replace(look, transparent=False, width_px=look.width_px + look.width_px % 2)  # as MP4 asks
        scene = steps_of(Scene.from_bytes(blob))
        self.steps = plan.steps(scene)
        self.told = Told(blob, self.look, plan.note(scene), plan.channel)
        self.raster: Raster | None = None
        self.moving: tuple[Mark, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of every picture [pixels]."""
        return self.look.width_px, rows_of(self.told.height, self.look)

    def frames(self, steps: Sequence[int]) -> Iterator[Frame]:
        return map(self.frame, steps)

    def frame(self, step: int) -> Frame:
        record = self.told.record(step)
        if self.raster is None or record.turned:
            return self.whole(record)
        old, new = set(self.moving), set(record.moving)
        self.moving = record.moving
        changed = [self.repaint(part) for part in self.windows(old ^ new)]
        return Frame(self.picture, np.concatenate([np.zeros(0, np.int64), *changed]))

    def repaint(self, part: Part) -> NDArray[np.int64]:
        """Paint a part of the picture anew; which pixels have become others."""
        assert self.raster is not None
        (rows, columns), scale = part, self.raster.scale
        before = self.picture[part].copy()
        self.picture[part] = self.still[part]
        x, y = columns.start / scale, rows.start / scale
        self.raster.only((x, y, columns.stop / scale - x, rows.stop / scale - y), self.moving)
        down, across = np.nonzero(before != self.picture[part])
        return np.asarray((down + rows.start) * self.picture.shape[1] + across + columns.start)

    def whole(self, record: Record) -> Frame:
        """What stands still is another: all is painted."""
        self.raster = Raster(self.told.scene, self.look, record.height)
        self.picture = self.raster.pixels.view(np.uint32)[..., 0]
        self.raster.paint(record.still)
        self.still = self.picture.copy()
        self.raster.paint(record.moving)
        self.moving = record.moving
        return Frame(self.picture, np.arange(self.picture.size))

    def windows(self, marks: Iterable[Mark]) -> list[Part]:
        """Rectangles of whole tiles round all of these."""
        assert self.raster is not None
        scale, (tall, wide) = self.raster.scale / TILE, self.raster.pixels.shape[:2]
        tiles = np.zeros((tall // TILE + 1, wide // TILE + 1), bool)
        for x, y, w, h in (mark.bounds for mark in marks):
            top, low, left, right = (max(0, int(side * scale)) for side in (y, y + h, x, x + w))
            tiles[top : low + 1, left : right + 1] = True
        sides = [tuple(TILE * side for side in block) for block in blocks_of(tiles)]
        return [(slice(r, min(r + rows, tall)), slice(c, min(c + columns, wide))) for r, c, rows, columns in sides]


def blocks_of(mask: Mask) -> list[tuple[int, int, int, int]]:
    """The true places as few rectangles (row, column, rows, columns): runs along a row, joined with equal rows below.

    >>> blocks_of(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], bool))
    [(0, 0, 2, 2), (2, 2, 1, 1)]
    """
    found = []
    row = 0
    while row < len(mask):
        end = row + 1
        while end < len(mask) and (mask[end] == mask[row]).all():
            end += 1
        edges = np.flatnonzero(np.diff(np.concatenate([[False], mask[row], [False]]).astype(np.int8)))
        found += [(row, int(a), end - row, int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        row = end
    return found
