"""The history of a training: what was kept on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.training.moments import Moment
from cnnviz.networks.training.recipe import Recipe
from cnnviz.text import Message


@dataclass(frozen=True, eq=False)
class History:
    """A training, or as much of it as there is.

    Attributes
    ----------
    loss : float64 array, shape (steps made,)
        Of the batch that each step learns from, before it does, in train mode.
    rate : float64 array, shape (steps made,)
        Learning rate of each step.
    moments : tuple of Moment
        The steps that were kept; the last one is where the training stands.
    measured : (int, int)
        On how many examples of the training and the test part losses and accuracies of the moments are measured.
    device : str
        Where it ran. On a CPU the same recipe gives the same weights.
    seconds : float
    ended : Message or None
        Why it ended before the last step; None where it did not.
    rest : bytes
        What it takes to go on; empty where nothing is left to do.
    """

    recipe: Recipe
    loss: NDArray[np.float64]
    rate: NDArray[np.float64]
    moments: tuple[Moment, ...]
    measured: tuple[int, int]
    device: str
    seconds: float
    ended: Message | None = None
    rest: bytes = b""

    @property
    def steps(self) -> int:
        """Steps that were made."""
        return len(self.loss)

    def at(self, step: int) -> Moment:
        """The last moment at this step or before it."""
        return max((one for one in self.moments if one.step <= step), key=lambda one: one.step, default=self.moments[0])

    @property
    def last(self) -> Moment:
        return self.moments[-1]

    def curve(self, name: str) -> NDArray[Any]:
        """A number of each moment, as in ``curve("accuracy_test")``."""
        return np.array([getattr(one, name) for one in self.moments])


@dataclass(frozen=True, eq=False)
class News:
    """What a training tells while it goes on.

    Attributes
    ----------
    done, steps : int
        Steps that were made, and steps of the whole recipe.
    loss, rate : float64 arrays
        Of the steps since the last news.
    measured : (int, int)
        As a `History` has it.
    moments : sequence of Moment
        Those since the last news.
    """

    done: int
    steps: int
    loss: NDArray[np.float64]
    rate: NDArray[np.float64]
    measured: tuple[int, int]
    moments: Sequence[Moment] = ()
