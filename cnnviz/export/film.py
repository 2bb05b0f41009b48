"""The pictures of a film: of each only what is not as it was in the one before is painted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cnnviz.export.changes import Part, changed
from cnnviz.export.look import Look
from cnnviz.export.marks import Mark, Record
from cnnviz.export.plan import Plan, steps_of
from cnnviz.export.raster import Raster, rows_of
from cnnviz.export.told import Told
from cnnviz.scenes.blob import Scene


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a film.

    Attributes
    ----------
    pixels : array (rows, columns)
        What is painted on: it holds until the next picture. Each pixel is one number: opacity, blue, green, red.
    parts : rows and columns
        Where it may differ from the picture before; they do not overlap.
    """

    pixels: NDArray[np.uint32]
    parts: Sequence[Part]

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

    def __init__(self, blob: bytes, look: Look, plan: Plan, beside: bytes = b"") -> None:
        self.look = replace(look, transparent=False, width_px=look.width_px + look.width_px % 2)  # as MP4 asks
        scene = steps_of(Scene.from_bytes(blob))
        self.steps = plan.steps(scene)
        self.told = Told(blob, self.look, plan.note(scene), plan.channel, beside)
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
        parts = changed(self.moving, record.moving, self.raster.scale, self.picture.shape)
        self.moving = record.moving
        for part in parts:
            self.repaint(part)
        return Frame(self.picture, parts)

    def repaint(self, part: Part) -> None:
        """Paint a part of the picture anew."""
        assert self.raster is not None
        (rows, columns), scale = part, self.raster.scale
        self.picture[part] = self.still[part]
        x, y = columns.start / scale, rows.start / scale
        self.raster.only((x, y, columns.stop / scale - x, rows.stop / scale - y), self.moving)

    def whole(self, record: Record) -> Frame:
        """What stands still is another: all is painted."""
        self.raster = Raster(self.look, record.height)
        self.picture = self.raster.numbers
        self.raster.paint(record.still)
        self.still = self.picture.copy()
        self.raster.paint(record.moving)
        self.moving = record.moving
        return Frame(self.picture, [everything(self.picture.shape)])


def everything(size: tuple[int, ...]) -> Part:
    return slice(0, size[0]), slice(0, size[1])
