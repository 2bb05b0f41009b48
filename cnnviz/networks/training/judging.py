"""How good a network is: which classes it takes for which, and where it is most wrong.

Of one class for each example, from the scores alone; of events in time, in segments of a tenth of a second, as
`networks.segments` counts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.examples import Examples
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array
from cnnviz.networks.network import Network
from cnnviz.networks.segments import Flags, f1, heard, segments
from cnnviz.networks.training.scores import scores

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Judged:
    """Answers to examples of one class each.

    Attributes
    ----------
    true, said : int64 arrays, shape (N,)
        The class of each, and the one with the largest score.
    shares : float64 array, shape (N, classes)
        Softmax of the scores.
    losses : float64 array, shape (N,)
        Cross-entropy of each: -log of the share of its true class.
    """

    true: Counts
    said: Counts
    shares: Floats
    losses: Floats

    @property
    def accuracy(self) -> float:
        """Share of examples whose class is right."""
        return float((self.said == self.true).mean())

    @property
    def loss(self) -> float:
        """Mean cross-entropy."""
        return float(self.losses.mean())

    @property
    def confusion(self) -> Counts:
        """How many of each true class (rows) are taken for each class (columns), (classes, classes)."""
        classes = self.shares.shape[1]
        return np.bincount(self.true * classes + self.said, minlength=classes**2).reshape(classes, classes)

    @property
    def by_class(self) -> Floats:
        """Share of the examples of each class that are right, (classes,); NaN of a class without any."""
        return divided(np.diag(self.confusion), self.confusion.sum(1))

    def most_wrong(self, most: int) -> list[int]:
        """Examples that are taken for something else, that with the highest loss first; at most so many."""
        return worst(self.said != self.true, self.losses, most)


@dataclass(frozen=True, eq=False)
class JudgedEvents:
    """Answers to sounds with events in time.

    Attributes
    ----------
    found, true : bool arrays, shape (N, classes, segments)
        Where a class is heard, and where it sounds.
    losses : float64 array, shape (N,)
        Mean binary cross-entropy of each, over classes and the network's own frames.
    """

    found: Flags
    true: Flags
    losses: Floats

    @property
    def loss(self) -> float:
        """Mean binary cross-entropy."""
        return float(self.losses.mean())

    @property
    def by_class(self) -> Floats:
        """F1 of each class in segments, (classes,); NaN of a class that is neither there nor heard."""
        return f1(self.found, self.true)

    @property
    def macro(self) -> float:
        """The mean of `by_class`; NaN where there is nothing to hear and nothing is heard."""
        known = self.by_class[~np.isnan(self.by_class)]
        return float(known.mean()) if len(known) else float("nan")

    def most_wrong(self, most: int) -> list[int]:
        """Examples with any segment wrong, that with the highest loss first; at most so many."""
        return worst((self.found != self.true).any((1, 2)), self.losses, most)


def worst(wrong: Flags, losses: Floats, most: int) -> list[int]:
    """Of the examples that are wrong, those with the highest losses; of equal ones the earlier."""
    found = np.flatnonzero(wrong)
    return [int(i) for i in found[np.argsort(-losses[found], kind="stable")][:most]]


def judge(
    network: Network, state: Mapping[str, Array], examples: Examples, frame: float = 1.0
) -> Judged | JudgedEvents:
    """How a network with these weights answers to examples, in eval mode.

    Parameters
    ----------
    state : arrays by key of the `state_dict`
        As `scores` takes them.
    frame : float [s]
        Of events: from the centre of one frame of the labels to the next.

    Raises
    ------
    GeometryError
        If the network cannot work on the examples, its weights are others, or there are no examples.
    """
    if not len(examples):
        raise GeometryError("There are no examples to judge by. Choose data with some.")
    found = scores(network, state, examples.x)
    return judged_events(found, examples.y, frame) if examples.events else judged(found, examples.y)


def judged(scores: Array, y: Counts) -> Judged:
    """From scores, (N, classes), before any softmax, and classes, (N,)."""
    if scores.ndim != 2 or scores.shape[0] != len(y) or y.max() >= scores.shape[1]:
        raise GeometryError(
            "Scores of shape {found} are none for {examples:,} examples of {classes} classes. Let the network give one "
            "number for each class.",
            found=scores.shape,
            examples=len(y),
            classes=int(y.max()) + 1,
        )
    logs = log_softmax(scores)
    return Judged(y, scores.argmax(1), np.exp(logs), -logs[np.arange(len(y)), y])


def judged_events(scores: Array, y: Array, frame: float) -> JudgedEvents:
    """From scores, (N, classes, own frames), before any sigmoid, and how active each class is, (N, classes, frames)."""
    if scores.ndim != 3 or scores.shape[:2] != y.shape[:2] or scores.shape[2] > y.shape[2]:
        raise GeometryError(
            "Scores of shape {found} are none for labels of shape {labels}. Let the network give a number for each "
            "class and frame.",
            found=scores.shape,
            labels=y.shape,
        )
    found, true = heard(scores, y.shape[2]), y >= 0.5
    losses = binary_cross_entropy(scores, pooled(y, scores.shape[2])).mean((1, 2))
    return JudgedEvents(segments(found, frame), segments(true, frame), losses)


def pooled(y: Array, frames: int) -> Array:
    """Labels in the network's own frames: a frame holds what sounds in any of its own."""
    span = y.shape[2] // frames
    cut: Array = y[:, :, : span * frames].reshape(*y.shape[:2], frames, span).max(3)
    return cut


def log_softmax(scores: Array) -> Floats:
    """Logarithms of the shares of classes, (N, classes)."""
    shifted = scores.astype(np.float64) - scores.max(1, keepdims=True)
    less: Floats = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return less


def binary_cross_entropy(scores: Array, y: Array) -> Floats:
    """-y log s(x) - (1 - y) log(1 - s(x)), with s the sigmoid, without overflow."""
    x = scores.astype(np.float64)
    loss: Floats = np.logaddexp(0, x) - x * y
    return loss


def divided(part: Counts, whole: Counts) -> Floats:
    """A share, or NaN of nothing."""
    share: Floats = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return share
