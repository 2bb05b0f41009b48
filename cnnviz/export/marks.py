"""What the player's drawing modules tell of a scene, mark by mark; each knows where it lies.

A mark comes as one line of JSON, described in static/drawing/recorder.js. Lengths are units of the page.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cnnviz.export.fonts import width_of
from cnnviz.scenes.blob import Scene

Box = tuple[float, float, float, float]  # x, y, width, height

SPARE = 2.0  # units that ink may lie outside a mark's own shape
LINE = 1.5  # height of a line of text, in parts of its size
WIDER = 1.06  # that a line may become in pixels: its letters are whole quarters of one high, see `raster`


@dataclass(frozen=True, eq=False, slots=True)
class Mark:
    """One mark, under the cut and the opacity that hold for it.

    Attributes
    ----------
    kind : str
    told : list
        What follows the kind, as in recorder.js; of an image also the scene whose map it names.
    cut : Box or None
        Nothing is drawn outside.
    alpha : float
    bounds : Box
        Where it may leave ink.
    inked : Box
        The same where it is painted as pixels.
    """

    kind: str
    told: list[Any]
    cut: Box | None
    alpha: float
    bounds: Box
    inked: Box

    @property
    def shape(self) -> Box:
        """Of what begins with a rectangle: that, inside the cut."""
        x, y, w, h = self.told[:4]
        return common((x, y, w, h), self.cut) if self.cut else (x, y, w, h)


@dataclass(frozen=True, eq=False)
class Record:
    """One step: what stands still, and over it what moves; marks of two steps that are the same are one object.

    Attributes
    ----------
    height : float [units]
    turned : bool
        Is the still part another one than at the step before?
    """

    height: float
    still: tuple[Mark, ...]
    moving: tuple[Mark, ...]
    turned: bool


class Reader:
    """Reads records of a scene; what was read once is not read again."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.known: dict[tuple[str, str, str], Mark] = {}
        self.still: tuple[Mark, ...] = ()

    def record(self, text: str) -> Record:
        """Of three parts: the height, the still part or a line that keeps the one before, and the moving part."""
        height, still, moving = text.split("\n\n")
        turned = still != "same"
        if turned:
            self.still = tuple(self.marks(still))
        return Record(float(height), self.still, tuple(self.marks(moving)), turned)

    def marks(self, text: str) -> list[Mark]:
        cut, alpha, keys = '["clip"]', '["alpha",1]', []
        for line in text.split("\n"):
            if line.startswith('["clip"'):
                cut = line
            elif line.startswith('["alpha"'):
                alpha = line
            elif line:
                keys.append((line, cut, alpha))
        new = list(dict.fromkeys(key for key in keys if key not in self.known))
        told = json.loads(f"[{','.join(line for line, *_ in new)}]")
        for key, parts in zip(new, told, strict=True):
            self.known[key] = mark([*parts, self.scene] if parts[0] == "image" else parts, *key[1:])
        return [self.known[key] for key in keys]


def mark(parts: list[Any], cut: str, alpha: str) -> Mark:
    kind, *told = parts
    inside, (x, y, w, h) = state(cut)[0], BOUNDS.get(kind, box_of)(told)
    boxes = [(x, y, w, h), (x, y, WIDER * w if kind == "text" else w, h)]
    bounds, inked = (common(box, inside) for box in boxes) if inside else boxes
    return Mark(kind, told, inside, state(alpha)[1], bounds, inked)


@lru_cache(maxsize=1024)
def state(line: str) -> tuple[Box | None, float]:
    """The cut, or the opacity, that a line sets."""
    kind, *told = json.loads(line)
    if kind == "alpha":
        return None, float(told[0])
    return ((told[0], told[1], told[2], told[3]) if told else None), 1.0


def common(a: Box, b: Box) -> Box:
    """Where two boxes overlap; nothing is a box of no width or height."""
    x, y = max(a[0], b[0]), max(a[1], b[1])
    return x, y, max(0.0, min(a[0] + a[2], b[0] + b[2]) - x), max(0.0, min(a[1] + a[3], b[1] + b[3]) - y)


def box_of(told: list[Any]) -> Box:
    x, y, w, h = told[:4]
    return x - SPARE, y - SPARE, w + 2 * SPARE, h + 2 * SPARE


def bounds_of_box(told: list[Any]) -> Box:
    x, y, w, h, _, width, _ = told
    half = width / 2 + SPARE
    return x - half, y - half, w + 2 * half, h + 2 * half


def bounds_of_path(told: list[Any]) -> Box:
    points = [point for line in told[0] for point in zip(line[::2], line[1::2], strict=True)]
    xs, ys = zip(*points, strict=True)
    half = told[2] + SPARE
    return min(xs) - half, min(ys) - half, max(xs) - min(xs) + 2 * half, max(ys) - min(ys) + 2 * half


def bounds_of_dot(told: list[Any]) -> Box:
    x, y, radius, _ = told
    side = radius + SPARE
    return x - side, y - side, 2 * side, 2 * side


def bounds_of_text(told: list[Any]) -> Box:
    x, y, words, size, style, _, align = told
    wide = width_of(words, size, style)
    left = x - {"left": 0, "center": 0.5, "right": 1}[align] * wide
    return left - SPARE, y - LINE / 2 * size, wide + 2 * SPARE, LINE * size


BOUNDS = {"box": bounds_of_box, "path": bounds_of_path, "dot": bounds_of_dot, "text": bounds_of_text}
