"""How well events are heard: F1 per class, counted in segments of a tenth of a second."""

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.layers import Array

SEGMENT = 0.1  # s
THRESHOLD = 0.5  # of the probability from which on a class is heard: a score of 0

Flags = NDArray[np.bool_]


def heard(scores: Array, frames: int) -> Flags:
    """Where a class is heard, in the frames of the labels.

    Parameters
    ----------
    scores : float array, shape (N, classes, own frames)
        Before the sigmoid. If pooling has made fewer frames, each stands for ``frames // own frames`` of the labels';
        in what is left over at the end nothing is heard.

    Returns
    -------
    bool array, shape (N, classes, frames)
    """
    span = frames // scores.shape[2]
    found = np.repeat(scores >= np.log(THRESHOLD / (1 - THRESHOLD)), span, axis=2)
    return np.pad(found, ((0, 0), (0, 0), (0, frames - found.shape[2])))


def segments(active: Flags, frame: float, segment: float = SEGMENT) -> Flags:
    """Is a class active in any frame whose centre lies in the segment?

    Parameters
    ----------
    active : bool array, shape (N, classes, frames)
    frame : float [s]
        From one centre to the next; the first is at 0.

    Returns
    -------
    bool array, shape (N, classes, segments)

    Examples
    --------
    >>> segments(np.array([[[True, False, False, False, False]]]), frame=0.05)
    array([[[ True, False, False]]])
    """
    lies = np.floor(np.arange(active.shape[2]) * frame / segment + 1e-9).astype(int)  # (frames,)
    starts = np.flatnonzero(np.diff(lies, prepend=-1))
    return np.logical_or.reduceat(active, starts, axis=2)


def f1(found: Flags, true: Flags) -> NDArray[np.float64]:
    """2 TP / (2 TP + FP + FN) of each class over all examples, (classes,); NaN where one is neither there nor heard.

    References
    ----------
    Mesaros, Heittola and Virtanen, "Metrics for polyphonic sound event detection", 2016, section 3.1.
    """
    both, either = (found & true).sum((0, 2)), found.sum((0, 2)) + true.sum((0, 2))
    share: NDArray[np.float64] = np.full(len(both), np.nan)
    np.divide(2 * both, either, out=share, where=either > 0)
    return share
