"""The units that are excited most, of each channel at most one in every example."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.layers import Array

NONE = -1  # an example, where there are fewer than are kept


@dataclass(frozen=True, eq=False)
class Best:
    """Of each channel the k largest activations, the largest first; of equal ones that of the earlier example.

    Attributes
    ----------
    value : float32 array, shape (channels, k)
        -inf where there is none.
    example : int64 array, shape (channels, k)
        Its place among all examples; `NONE` where there is none.
    cell : int64 array, shape (channels, k)
        Of the channel's map, counted row by row; the first of several that are as large.
    """

    value: Array
    example: NDArray[np.int64]
    cell: NDArray[np.int64]

    @classmethod
    def of(cls, maps: Array, first: int = 0, k: int = 9) -> "Best":
        """Those of some examples.

        Parameters
        ----------
        maps : float32 array, shape (N, channels, cells)
            What is no number excites nobody.
        first : int
            The place of the first of these examples among all.
        """
        maps = np.where(np.isnan(maps), -np.inf, maps)
        cell = maps.argmax(axis=2).T  # numpy takes the first of equal ones
        value = maps.max(axis=2).T  # (channels, N)
        missing = ((0, 0), (0, k))  # so that there are always k
        example = np.broadcast_to(np.arange(first, first + len(maps)), value.shape)
        return cls(
            np.pad(value, missing, constant_values=-np.inf),
            np.pad(example, missing, constant_values=NONE),
            np.pad(cell, missing),
        ).kept(k)

    def kept(self, k: int) -> "Best":
        """The first k."""
        last = np.where(self.example == NONE, np.iinfo(np.int64).max, self.example)
        order = np.lexsort((last, -self.value), axis=1)[:, :k]

        def taken(array: NDArray[Any]) -> NDArray[Any]:
            return np.take_along_axis(array, order, axis=1)

        return Best(taken(self.value), taken(self.example), taken(self.cell))

    def merged(self, other: "Best") -> "Best":
        """Those of both; each example is in one of them alone."""
        pairs = zip((self.value, self.example, self.cell), (other.value, other.example, other.cell), strict=True)
        return Best(*(np.concatenate(pair, axis=1) for pair in pairs)).kept(self.value.shape[1])
