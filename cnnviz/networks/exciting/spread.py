"""How the values of a channel are spread: of all examples, and of those of each class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.layers import Array
from cnnviz.networks.exciting.tells import Tells

BINS = 16  # that a picture shows
LARGEST = float(np.finfo(np.float32).max)
STEPS = 30_000  # in which a share is kept; they fit into 16 bits


@dataclass(frozen=True, eq=False)
class Spread:
    """How often each value occurs: few bins, each made of some of those that were counted in.

    Attributes
    ----------
    edges : float32 array, shape (channels, bins - 1)
        Between the bins; the first and the last bin are open. A bin between two equal edges is empty.
    share : int16 array, shape (channels, 1 + classes, bins)
        In steps of 1 / `STEPS`: of all values, then of those of each class, the share that falls into each bin.
    n : int64 array, shape (1 + classes,)
        How many values there are of all, and of each class.
    """

    edges: Array
    share: NDArray[np.int16]
    n: NDArray[np.int64]

    @classmethod
    def of(cls, tells: Tells, edges: Array, classes: int) -> "Spread":
        """Of what was counted between these edges, see `of_counts`."""
        return cls.of_counts(np.stack([tells.of_class(one) for one in (None, *range(classes))], axis=1), edges)

    @classmethod
    def of_counts(cls, rows: NDArray[np.int64], edges: Array, bins: int = BINS) -> "Spread":
        """The same in fewer bins, those in the middle about as wide as one another.

        Parameters
        ----------
        rows : int64 array, shape (channels, 1 + classes, counted bins)
            Of all values, then of those of each class.
        edges : float32 array, shape (channels, counted bins - 1)
        """
        at = chosen(edges, bins - 1)
        below = np.pad(rows.cumsum(axis=2), ((0, 0), (0, 0), (1, 0)))
        ends = np.concatenate([np.zeros_like(at[:, :1]), at + 1, np.full_like(at[:, :1], rows.shape[2])], axis=1)
        counts = np.diff(np.take_along_axis(below, ends[:, None], axis=2), axis=2)
        n = rows[0].sum(axis=1)
        share = np.rint(counts * (STEPS / np.maximum(n, 1))[:, None]).astype(np.int16)
        return cls(np.take_along_axis(edges, at, axis=1), share, n)

    def ends(self, most: Array) -> Array:
        """Where bars begin and end, with ends for those that are open: they are drawn no wider than a quarter.

        Parameters
        ----------
        most : float32 array, shape (channels,)
            The largest value of each channel.

        Returns
        -------
        float32 array, shape (channels, bins + 1)
        """
        low, high = self.edges[:, 0].astype(np.float64), self.edges[:, -1].astype(np.float64)
        span = high - low
        least = np.where(span > 0, span / self.edges.shape[1], np.maximum(np.abs(high), 1) / 2)
        beyond = np.where(np.isfinite(most), most - high, 0)
        above = np.maximum(np.minimum(beyond, span / 4), least) * (self.share[:, 0, -1] > 0)
        below = least * (self.share[:, 0, 0] > 0)
        ends = np.column_stack([low - below, self.edges, high + above])
        return ends.clip(-LARGEST, LARGEST).astype(np.float32)


def chosen(edges: Array, few: int) -> NDArray[np.intp]:
    """Of each channel's edges, those that lie next to so many at even distances, shape (channels, few)."""
    shares = np.linspace(0, 1, few)
    low, high = edges[:, :1].astype(np.float64), edges[:, -1:].astype(np.float64)
    wanted = low + (high - low) * shares
    return np.stack([np.abs(own[:, None] - row).argmin(axis=0) for own, row in zip(edges, wanted, strict=True)])
