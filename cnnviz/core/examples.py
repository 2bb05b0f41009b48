"""Examples with what they are: what a network learns from, and what it is tested on."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, Shape
from cnnviz.text import Message


@dataclass(frozen=True, eq=False)
class Examples:
    """Examples and their labels.

    Attributes
    ----------
    x : float32 array, shape (N, channels, *axes)
    y : int64 array, shape (N,), or float32 array, shape (N, classes, frames)
        The class of each; or of sounds, how active each class is in each frame, from 0 to 1.

    Raises
    ------
    GeometryError
        If there is not one label for each example.
    """

    x: Array
    y: NDArray[Any]

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y):
            raise GeometryError(
                "There are {examples:,} examples and {labels:,} labels. Give each example one label.",
                examples=len(self.x),
                labels=len(self.y),
            )

    def __len__(self) -> int:
        return len(self.x)

    @property
    def events(self) -> bool:
        """Are the labels events in time, not one class for each example?"""
        return self.y.ndim == 3

    def part(self, most: int) -> "Examples":
        """At most so many, drawn at random in their order: the same ones each time.

        Every n-th one would be all of one class where classes take turns.
        """
        if len(self) <= most:
            return self
        chosen = self.places(most)
        return Examples(self.x[chosen], self.y[chosen])

    def places(self, most: int) -> NDArray[np.int64]:
        """Where those of `part` stand among all."""
        if len(self) <= most:
            return np.arange(len(self))
        return np.sort(np.random.default_rng(0).permutation(len(self))[:most])


@dataclass(frozen=True, eq=False)
class Split:
    """Examples to learn from, others to test on, and the names of their classes."""

    train: Examples
    test: Examples
    classes: tuple[str, ...]


class Data(Protocol):
    """Where examples come from: a frozen value, hashable and picklable, that makes the same arrays each time."""

    @property
    def title(self) -> Message: ...

    @property
    def licence(self) -> Message:
        """Whose they are, and what may be done with them."""

    @property
    def shape(self) -> Shape:
        """(channels, *axes) of each example; asked without making any."""

    @property
    def classes(self) -> tuple[str, ...]: ...

    def __hash__(self) -> int: ...

    def split(self) -> Split:
        """The examples themselves."""

    def code(self) -> str:
        """Lines of Python that define ``x, y, x_test, y_test``, the arrays of `split` as torch tensors."""
