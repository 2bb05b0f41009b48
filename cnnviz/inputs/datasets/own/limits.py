"""Limits of a stranger's data, held to before anything is unpacked; and how a part of it is kept for testing."""

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.examples import Examples, Split
from cnnviz.inputs.base import Array, SourceError

MOST_FILE = 200_000_000  # bytes
MOST_UNPACKED = 400_000_000  # bytes that an archive may declare, all members together
MOST_MEMBERS = 20_000  # files in an archive
MOST_CLASSES = 100
MOST_CELLS = 64_000_000  # numbers of all examples that are kept

Labels = NDArray[np.int64]


def check_cells(examples: int, cells: int) -> None:
    """Refuse more numbers than are kept, with how many examples would do."""
    if examples * cells > MOST_CELLS:
        raise SourceError(
            "{examples:,} examples of {cells:,} numbers each: at most {most:,} numbers are kept. Read at most "
            "{fewer:,} examples, or smaller ones.",
            examples=examples,
            cells=cells,
            most=MOST_CELLS,
            fewer=MOST_CELLS // cells,
        )


def check_classes(labels: Labels, classes: int) -> None:
    """Refuse too few or too many classes, and labels that are none of them."""
    if not 2 <= classes <= MOST_CLASSES:
        raise SourceError(
            "{classes:,} classes: from 2 to {most} are read, numbered from 0 on.", classes=classes, most=MOST_CLASSES
        )
    if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
        raise SourceError(
            "A label of {label}, and there are {classes} classes: number them from 0 on.",
            label=int(labels.min() if labels.min() < 0 else labels.max()),
            classes=classes,
        )


def chosen(count: int, most: int) -> NDArray[np.intp]:
    """At most so many of `count`, evenly spread, the same each time."""
    return np.arange(count) if count <= most else np.arange(most) * count // most


def last_fifth(labels: Labels) -> NDArray[np.bool_]:
    """Which examples are kept for testing: the last fifth of each class, one at least where there are two.

    >>> last_fifth(np.array([0, 0, 0, 0, 0, 1, 1, 1])).astype(int).tolist()
    [0, 0, 0, 0, 1, 0, 0, 1]
    """
    tested = np.zeros(len(labels), bool)
    for kind in np.unique(labels):
        places = np.flatnonzero(labels == kind)
        if len(places) > 1:
            tested[places[-max(1, len(places) // 5) :]] = True
    return tested


def divided(x: Array, y: Labels, classes: tuple[str, ...]) -> Split:
    """Examples of a file that does not say which are for testing."""
    tested = last_fifth(y)
    if tested.all() or not tested.any():
        raise SourceError("No class has two examples: one to learn from and one to test on are needed.")
    return Split(Examples(x[~tested], y[~tested]), Examples(x[tested], y[tested]), classes)
