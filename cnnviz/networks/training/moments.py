"""Moments of a training: what is kept of one step, and which steps these are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.core.layers import Array

COUNT = 40  # moments of a whole training
MOST_BYTES = 64 * 2**20  # of the weights of all moments together: a large network has fewer
LEAST = 2  # the first and the last

# Sizes of changes, two to a power of ten on either side of 0; the outer bins are open.
SIZES = 10.0 ** np.arange(-6, 0.5, 0.5)
EDGES = np.concatenate([[-np.inf], -SIZES[::-1], SIZES, [np.inf]])  # (28,): 27 bins


@dataclass(frozen=True, eq=False)
class Update:
    """How one step changes the weights and biases of a stage.

    Attributes
    ----------
    size : float
        Norm of the change, divided by the norm of what is changed; NaN where that is 0.
    counts : int64 array, shape (27,)
        How many weights change by how much; between which sizes says `EDGES`.
    """

    size: float
    counts: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Moment:
    """What is kept of one step.

    Attributes
    ----------
    step : int
        How many steps were made before: 0 is the start.
    state : float32 arrays by key of the `state_dict`
        Weights and running statistics, as `Network.state` calls them.
    gradient : float32 arrays by key
        Of the first stage that learns: of the loss of the batch that the next step learns from.
    accuracy_train, accuracy_test, loss_train, loss_test : float
        In eval mode, on so many examples of each part as the history says.
    rate : float
        Learning rate of the next step.
    updates : Update by name of the stage
        What the next step changes; at the end, what one more would.
    """

    step: int
    state: Mapping[str, Array]
    gradient: Mapping[str, Array]
    accuracy_train: float
    accuracy_test: float
    loss_train: float
    loss_test: float
    rate: float
    updates: Mapping[str, Update]


def planned(steps: int, state_bytes: int) -> list[int]:
    """Steps that are kept: about 40, spaced like a logarithm, the first and the last among them.

    >>> len(planned(1000, 1000)), planned(1000, 1000)[:5], planned(1000, 1000)[-4:]
    (40, [0, 1, 2, 3, 4], [624, 731, 855, 1000])
    >>> planned(1000, 30 * 2**20)
    [0, 1000]
    """
    most = min(steps + 1, max(LEAST, min(COUNT, MOST_BYTES // max(1, state_bytes))))
    found, points = {0, steps}, most - 1
    while len(found) < most:  # the first ones fall together
        found = {0, *map(int, np.geomspace(1, steps, points).round())}
        points += 1
    return sorted(found)


def update(before: Mapping[str, Array], after: Mapping[str, Array]) -> Update:
    """Between the weights of a stage before a step, and after it."""
    changes = np.concatenate([(after[key] - old).ravel() for key, old in before.items()])
    norm = size(np.concatenate([old.ravel() for old in before.values()]))
    return Update(size(changes) / norm if norm else float("nan"), counts(changes))


def size(numbers: Array) -> float:
    """Their Euclidean norm."""
    return float(torch.linalg.vector_norm(torch.from_numpy(numbers)))


def counts(changes: NDArray[Any]) -> NDArray[np.int64]:
    """How many changes lie between two `EDGES`; one that is no number lies nowhere.

    >>> counts(np.array([0.0, 0.5, -2.0, np.nan])).nonzero()[0]
    array([ 0, 13, 25])
    """
    inside = changes[~np.isnan(changes)]
    return np.bincount(np.searchsorted(EDGES[1:-1], inside, "right"), minlength=len(EDGES) - 1)
