"""Maps of a scene as pictures: a mark names one, and numpy makes it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.geometry import NONE, PAD
from cnnviz.core.layers import Array
from cnnviz.export.pens import Shades, ramp
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.palette import TOP


def levels(values: Array, low: float, high: float) -> NDArray[np.uint8]:
    """Levels 0 to `TOP` between two ends; 255 for what is no number."""
    with np.errstate(invalid="ignore", over="ignore"):
        at = np.floor((values.astype(np.float64) - low) * (TOP / (high - low)) + 0.5).clip(0, TOP)
    return np.where(np.isfinite(values), at, 255).astype(np.uint8)


def picture(scene: Scene, named: dict[str, Any], dark: bool) -> Shades:
    """One colour for each place of a map, as it is drawn.

    Parameters
    ----------
    named : dict
        The last part of an image's mark, see static/drawing/recorder.js.
    """
    every, (low, high) = named["every"], named["lim"]
    rows, columns, kind, values = places(scene, named)
    own = levels(values, low, high)
    padding = float(scene.meta["padValue"])
    own[kind == PAD] = levels(np.array([padding if named["panel"] == "input" else np.nan]), low, high)[0]
    own[kind == NONE] = 255
    shown = own.reshape(rows, columns)[::every, ::every]
    return np.asarray(ramp(named["scale"], dark)[shown.T[::-1] if named["turned"] else shown])


def places(scene: Scene, named: dict[str, Any]) -> tuple[int, int, NDArray[np.int64], Array]:
    """Rows and columns of a map, and for each place what it holds, as in the tables, and its value."""
    panel, channel, depth = named["panel"], named["channel"], named["depth"]
    as_matrix = scene.meta["view"] == "matrix"  # each of whose panels is a tensor of its own
    tensor = scene.tensors[panel if as_matrix or panel == "input" else "output"]
    laid = panel == "input" and (as_matrix or scene.meta["view"] == "work")
    if named["levels"] is not None:
        shape, (low, high) = tensor.shape[2:], named["lim"]
        given = np.array(named["levels"], np.float64)
        values = np.where(given < 0, np.nan, low + (high - low) * given / TOP)
        return shape[0], shape[1], np.zeros(len(given), np.int64), values
    lines = [
        scene.tensors[f"line{i}"].astype(np.int64) if laid else np.arange(n) for i, n in enumerate(tensor.shape[1:])
    ]
    cells = np.ix_(lines[0][[depth]], *lines[1:])
    kind = np.minimum(
        np.minimum(*np.broadcast_arrays(*cells)[:2]), np.broadcast_to(cells[2], (1, len(lines[1]), len(lines[2])))
    )[0]
    read = tensor[channel][tuple(np.maximum(index, 0) for index in cells)][0]
    return len(lines[1]), len(lines[2]), np.minimum(kind, 0).ravel(), read.ravel()
