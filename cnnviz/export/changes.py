"""Where two steps differ: rectangles of pixels round all marks that came or went."""

from collections.abc import Iterable, Iterator
from math import floor

from cnnviz.export.marks import Box, Mark, box_of, common

Part = tuple[slice, slice]  # rows and columns of pixels
Sides = tuple[int, int, int, int]  # left, top, right, low; the last two lie outside


def changed(old: Iterable[Mark], new: Iterable[Mark], scale: float, size: tuple[int, int]) -> list[Part]:
    """Parts of a picture that may differ; no two of them overlap.

    Parameters
    ----------
    old, new : marks
        Those that are the same are one object.
    scale : float [pixels]
        Of a unit of the page.
    size : rows and columns
    """
    tall, wide = size
    found: list[Sides] = []
    for x, y, w, h in boxes(old, new):
        # one pixel more each way: what is fine is drawn a whole pixel thick
        sides = floor(x * scale) - 1, floor(y * scale) - 1, floor((x + w) * scale) + 2, floor((y + h) * scale) + 2
        join(found, sides)
    held = [(max(0, x0), max(0, y0), min(x1, wide), min(y1, tall)) for x0, y0, x1, y1 in found]
    return [(slice(y0, y1), slice(x0, x1)) for x0, y0, x1, y1 in held if x0 < x1 and y0 < y1]


def boxes(old: Iterable[Mark], new: Iterable[Mark]) -> Iterator[Box]:
    """Where there is ink of marks that came or went; of a surface that only grew or shrank, where it did."""
    before, after = dict.fromkeys(old), dict.fromkeys(new)
    gone = [mark for mark in before if mark not in after]
    surfaces = {surface(mark): mark for mark in gone if is_surface(mark)}
    met = set()
    for mark in after:
        if mark in before:
            continue
        former = surfaces.get(surface(mark)) if is_surface(mark) else None
        if former is None or former in met:
            yield mark.inked
            continue
        met.add(former)
        for a, b in ((former.shape, mark.shape), (mark.shape, former.shape)):
            yield from (box_of(list(part)) for part in outside(a, b))
    yield from (mark.inked for mark in gone if mark not in met)


def is_surface(mark: Mark) -> bool:
    """Does it look the same wherever it lies? Crossed lines begin at the rectangle's own corner."""
    return mark.kind == "rect" or (mark.kind == "hatch" and not mark.told[-1])


def surface(mark: Mark) -> tuple[object, ...]:
    return mark.kind, mark.cut, mark.alpha, *mark.told[4:]


def outside(a: Box, b: Box) -> list[Box]:
    """What of one box lies outside another.

    >>> outside((0, 0, 9, 4), (2, 0, 9, 4)), outside((0, 0, 2, 2), (5, 5, 1, 1))
    ([(0, 0, 2, 4)], [(0, 0, 2, 2)])
    """
    (left, top, wide, tall), (x, y, w, h) = a, common(a, b)
    if not w or not h:
        return [a]
    bands = [
        (left, top, wide, y - top),
        (left, y + h, wide, top + tall - y - h),
        (left, y, x - left, h),
        (x + w, y, left + wide - x - w, h),
    ]
    return [band for band in bands if band[2] > 0 and band[3] > 0]


def join(found: list[Sides], new: Sides) -> None:
    """Add a rectangle; whatever it overlaps becomes one with it."""
    at = 0
    while at < len(found):
        left, top, right, low = found[at]
        if new[0] < right and left < new[2] and new[1] < low and top < new[3]:
            new = min(left, new[0]), min(top, new[1]), max(right, new[2]), max(low, new[3])
            del found[at]
            at = 0
        else:
            at += 1
    found.append(new)
