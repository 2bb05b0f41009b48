"""The pictures of a film: what stands still is drawn once, what moves is drawn over it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.export.cast import cast_of
from cnnviz.export.drawn_stage import Here, Stage
from cnnviz.export.look import Look
from cnnviz.export.page import Page
from cnnviz.export.pens import DRAWING

Picture = NDArray[np.uint8]  # (rows, columns, 3)


class Film:
    """Draws any step; steps that follow each other share what stands still.

    Parameters
    ----------
    channel : int or None
        The output channel to look at; None is the step's own, in the first group.
    note : str
        Stands in the small line at the foot.
    """

    def __init__(self, stage: Stage, look: Look, channel: int | None = None, note: str = ""):
        self.stage, self.channel, self.note = stage, channel, note
        self.look = replace(look, transparent=False, width_px=look.width_px + look.width_px % 2)  # as MP4 asks
        self.page: Page | None = None

    def picture(self, step: int) -> Picture:
        """One step. Matplotlib is held for this one alone, so that others may draw in between."""
        here = self.stage.here(step, self.channel)
        with DRAWING:
            page = self.turn_to(here)
            canvas: Any = page.figure.canvas  # Matplotlib has no types for Agg's
            canvas.restore_region(self.still)
            for artist in page.show(here):
                artist.draw(canvas.get_renderer())
            return np.asarray(canvas.buffer_rgba())[..., :3].copy()

    def size(self, step: int) -> tuple[int, int]:
        """Width and height of every picture [pixels]."""
        with DRAWING:
            width, height = self.turn_to(self.stage.here(step, self.channel)).figure.canvas.get_width_height()
        return width, height

    def turn_to(self, here: Here) -> Page:
        """The page of this step, with its still part drawn."""
        cast = cast_of(self.stage, here)
        if self.page is None or self.page.cast != cast:
            self.page = Page(self.stage, cast, self.look, self.note)
            for artist in self.page.show(here):
                artist.set_animated(True)
            canvas: Any = self.page.figure.canvas
            canvas.draw()
            self.still = canvas.copy_from_bbox(self.page.figure.bbox)
        return self.page

    def pictures(self, steps: Sequence[int]) -> Iterator[Picture]:
        return map(self.picture, steps)
