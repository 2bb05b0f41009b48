"""What a file draws of a scene, as data: the marks of one step, and questions about them."""

import numpy as np
from strategies import values

from cnnviz.core.run import run
from cnnviz.export.look import Look
from cnnviz.export.marks import Record
from cnnviz.export.painter import colour_of
from cnnviz.export.told import Told
from cnnviz.scenes.layer import make_scene

SMALL = Look(width_px=400)
LARGE = Look(width_px=4000)  # so that numbers are written into small cells, too


def blob_of(layer, shape, **how) -> bytes:
    counts = "examples" if len(shape) > layer.ndim + 1 else ""  # (N, channels, *axes) has one axis more
    return make_scene(run(layer, values(shape)), counts=counts, **how).to_bytes()


def record_of(blob: bytes, step: int = 0, look: Look = LARGE, channel: int | None = None) -> Record:
    return Told(blob, look, channel=channel).record(step)


def words(record: Record) -> list[str]:
    """All that is written, as it is read."""
    return [mark.told[2].replace("\N{NO-BREAK SPACE}", " ") for mark in both(record) if mark.kind == "text"]


def sentence(record: Record) -> str:
    lines = [mark.told[2] for mark in record.moving if mark.kind == "text" and mark.told[6] == "left"]
    return " ".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def both(record: Record):
    return [*record.still, *record.moving]


def maps(record: Record, panel: str):
    """The marks of a panel's maps, in the order of the page."""
    return [mark for mark in record.still if mark.kind == "image" and mark.told[4]["panel"] == panel]


def inside(mark, box) -> bool:
    """Does a mark's middle lie in the box of another one?"""
    x, y, *size = mark.told[:4]
    w, h = (0, 0) if mark.kind == "text" else size
    left, top, wide, tall = box.told[:4]
    return left <= x + w / 2 <= left + wide and top <= y + h / 2 <= top + tall


def place(mark, image, shape) -> tuple[float, float]:
    """Row and column of a map of this shape that the middle of a mark lies on."""
    (x, y), (left, top, wide, tall) = mark.told[:2], image.told[:4]
    w, h = (0, 0) if mark.kind == "text" else mark.told[2:4]
    return (y + h / 2 - top) / tall * shape[0], (x + w / 2 - left) / wide * shape[1]


def covered(record: Record, image, shape, colour: str):
    """Which cells of a map lie under rectangles of a colour: their middles do."""
    left, top, wide, tall = image.told[:4]
    found = np.zeros(shape, bool)
    for mark in record.moving:
        if mark.kind != "rect" or colour_of(mark.told[4]) != colour_of(colour):
            continue
        x, y, w, h = mark.told[:4]
        for r, c in np.ndindex(shape):
            px, py = left + (c + 0.5) * wide / shape[1], top + (r + 0.5) * tall / shape[0]
            found[r, c] |= x <= px <= x + w and y <= py <= y + h and mark.cut[0] <= px <= mark.cut[0] + mark.cut[2]
    return found
