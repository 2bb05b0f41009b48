"""A grid to draw on, alive in the browser, and what a network says of the drawing; see ``static/sketch``."""

from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.inputs.base import SourceError
from cnnviz.inputs.drawn import INK, Levels, drawing, packed
from cnnviz.text.catalogue import for_browser
from cnnviz.text.language import ENGLISH, spoken
from cnnviz.web.components.component import component, message, whole

Scores = Sequence[tuple[str, float]]  # names of classes, and the share of each from 0 to 1

_mount = component("cnnviz_sketch", "sketch/sketch", 'data-role="sketch" style="min-height: 380px"')


def sketch(
    text: str, size: tuple[int, int], key: str, on_drawn: Callable[[str], None], scores: Scores | None = None
) -> None:
    """Show a drawing that goes on.

    Parameters
    ----------
    text : str
        As `packed` writes it; another text is an empty drawing.
    size : (rows, columns)
        Of the grid.
    on_drawn : callback
        Gets the drawing, packed, each time that a stroke has ended; an empty text where no ink is left.
    scores : for each class its name and share, or None
        Shown beside the drawing; None leaves no room for them.
    """
    rows, columns = size

    def drawn() -> None:
        match message(key, "drawn"):
            case {"cells": list(cells)} if len(cells) == rows * columns and all(whole(c, INK + 1) for c in cells):
                levels = np.array(cells, np.uint8).reshape(size)
                on_drawn(packed(levels) if levels.any() else "")

    language = spoken()
    shown = {
        "rows": rows,
        "columns": columns,
        "cells": at(text, size).ravel().tolist(),
        "scores": None if scores is None else [{"name": name, "share": float(share)} for name, share in scores],
        "words": None if language == ENGLISH else for_browser(language),
    }
    _mount(key=key, data=shown, on_drawn_change=drawn)


def at(text: str, size: tuple[int, int]) -> Levels:
    """The drawing on this grid; an empty one for a text that is none."""
    try:
        return drawing(text, size)
    except SourceError:
        return drawing("", size)
