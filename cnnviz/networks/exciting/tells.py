"""How well a channel tells one class from another: how often its value is the larger one in the one class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.core.layers import Array

AT_ONCE = 2**15  # values that are summed up
FEW = 64  # values of a set, of which each is looked up sooner than every edge among them

Counts = NDArray[np.int64]
Sums = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Order:
    """Values of one set of classes after the other; the sets with the fewest first.

    Attributes
    ----------
    all : int64 array, shape (N,)
        The set of each value, as they came.
    places : int64 array, shape (N,)
        Those of the values, set by set.
    sets : list of int
    n : int64 array, shape (sets,)
        How many values each has.
    """

    all: NDArray[np.int64]
    places: NDArray[np.int64]
    sets: list[int]
    n: Counts

    @classmethod
    def of(cls, sets: NDArray[np.int64]) -> "Order":
        known, place, n = np.unique(sets, return_inverse=True, return_counts=True)
        few_first = n.argsort(kind="stable")  # so that the sets with few values lie side by side
        return cls(sets, few_first.argsort()[place].argsort(kind="stable"), known[few_first].tolist(), n[few_first])

    def grouped(self, values: Array) -> Array:
        """Values (channels, N) set by set, those of each in order; what is no number comes last in it."""
        found = np.take(values, self.places, axis=1)
        end = self.n.cumsum()
        for first, last in zip(end - self.n, end, strict=True):
            found[:, first:last].sort(axis=1)
        return found


@dataclass(frozen=True, eq=False)
class Tells:
    """The values of each channel, counted in bins, for each set of classes that were there together.

    Attributes
    ----------
    counts : by set of classes, int64 array, shape (channels, bins)
        The set is a number in which bit *c* stands for class *c*: several sounds may be heard at once, or none.
    sums : by set of classes, float64 array, shape (channels, 2)
        Of the values, and of their squares.
    ends : float32 array, shape (channels, 2)
        The lowest value and the highest; what is no number is neither.
    """

    counts: Mapping[int, Counts]
    sums: Mapping[int, Sums]
    ends: Array

    @classmethod
    def of(cls, values: Array, sets: NDArray[np.int64], edges: Array) -> "Tells":
        """Those of some values.

        Parameters
        ----------
        values : float32 array, shape (channels, N)
        sets : int64 array, shape (N,)
            Which classes were there.
        edges : float32 array, shape (channels, bins - 1)
            A value that lies on one counts upwards; what is no number counts in the last bin.
        """
        order = Order.of(sets)
        return cls.counted(order.grouped(values), order, edges)

    @classmethod
    def counted(cls, grouped: Array, order: "Order", edges: Array) -> "Tells":
        """The same of values that are grouped already."""
        n = order.n
        end = n.cumsum()
        start = end - n
        sums = sums_of(grouped, start)
        highest = grouped[:, end - 1]
        ends = extremes(grouped if np.isnan(highest).any() else np.concatenate([grouped[:, start], highest], axis=1))
        counts = counted(grouped, n, np.ascontiguousarray(edges))
        return cls(dict(zip(order.sets, counts, strict=True)), dict(zip(order.sets, sums, strict=True)), ends)

    def merged(self, other: "Tells") -> "Tells":
        """Those of both, which have the same edges."""
        low, high = np.fmin(self.ends[:, 0], other.ends[:, 0]), np.fmax(self.ends[:, 1], other.ends[:, 1])
        counts, sums = _added(self.counts, other.counts), _added(self.sums, other.sums)
        return Tells(counts, sums, np.stack([low, high], axis=1))

    def _with(self, there: int | None, away: int | None) -> Counts:
        """All values while one class was there and another was not."""
        picked = (
            count
            for one, count in self.counts.items()
            if (there is None or one >> there & 1) and (away is None or not one >> away & 1)
        )
        return sum(picked, start=np.zeros_like(next(iter(self.counts.values()))))

    def auc(self, one: int, other: int | None = None) -> Sums:
        """The chance that a value of one class is larger than one of the other; an equal bin counts half.

        It is the area under the receiver operating characteristic: 1 where the channel tells them apart by being
        larger, 0 by being smaller, 0.5 where it cannot.

        Parameters
        ----------
        one, other : int
            Values with class `one` without `other`, and the other way round. Without `other`, with class `one`
            against all without it.

        Returns
        -------
        float64 array, shape (channels,)
            NaN where either has no value.

        References
        ----------
        Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve",
        Radiology 143, 1982.
        """
        ours, theirs = self._with(one, other), self._with(other, one)
        below = theirs.cumsum(axis=1) - theirs / 2
        pairs = ours.sum(axis=1).astype(np.float64) * theirs.sum(axis=1)
        with np.errstate(invalid="ignore"):
            area: Sums = (ours * below).sum(axis=1) / pairs
        return area

    def of_class(self, one: int | None) -> Counts:
        """All values while a class was there, or all that there are, shape (channels, bins)."""
        return self._with(one, None)

    def table(self, classes: int) -> Sums:
        """Every class against the rest, and against every other one, shape (channels, classes, 1 + classes)."""
        if not classes:
            return np.zeros((len(next(iter(self.sums.values()))), 0, 1))
        return np.stack(
            [np.stack([self.auc(one, other) for other in (None, *range(classes))], axis=1) for one in range(classes)],
            axis=1,
        )

    def means(self, one: int | None) -> Sums:
        """How many values there were of a class, or of all, their mean and their variance, shape (channels, 3)."""
        keys = [key for key in sorted(self.sums) if one is None or key >> one & 1]  # in order, for the last bit's sake
        n = sum(int(self.counts[key][0].sum()) for key in keys)
        start = np.zeros_like(next(iter(self.sums.values())))
        total, squares = sum((self.sums[key] for key in keys), start=start).T
        with np.errstate(invalid="ignore"):
            mean = total / np.float64(n)
            return np.stack([np.full_like(mean, n), mean, np.maximum(squares / np.float64(n) - mean**2, 0)], axis=1)


def counted(grouped: Array, n: Counts, edges: Array) -> Counts:
    """Values in each bin, (sets, channels, bins).

    A set of many values is sorted, and the edges are looked up in it; where there are few, the values are looked up
    among the edges, those of all such sets at once, in order, in which a processor foresees the way of each.

    Parameters
    ----------
    grouped : float32 array, shape (channels, N)
        The values of one set after the other, each in order.
    n : int64 array, shape (sets,)
        How many each has; the fewest first.
    """
    channels, bins = len(edges), edges.shape[1] + 1
    between = torch.from_numpy(edges)
    found = np.zeros((len(n), channels, bins), np.int64)
    few = int((n < FEW).sum())
    cut = int(n[:few].sum())
    if few:
        at = torch.searchsorted(between, torch.from_numpy(grouped[:, :cut].copy()), right=True).numpy()
        at += np.repeat(np.arange(few) * channels * bins, n[:few])
        at += (np.arange(channels) * bins)[:, None]
        found[:few] = np.bincount(at.ravel(), minlength=few * channels * bins).reshape(few, channels, bins)
    below = np.zeros((len(n) - few, channels, bins + 1), np.int64)
    for one, size, last in zip(below, n[few:], n.cumsum()[few:], strict=True):
        part = torch.from_numpy(grouped[:, last - size : last].copy())
        one[:, 1:-1], one[:, -1] = torch.searchsorted(part, between).numpy(), size
    found[few:] = np.diff(below, axis=2)
    return found


def sums_of(grouped: Array, start: Counts) -> Sums:
    """Of the values of each set, and of their squares, (sets, channels, 2); few channels at a time, in little room."""
    channels, n = grouped.shape
    found = np.empty((len(start), channels, 2))
    some = max(1, AT_ONCE // max(n, 1))
    for first in range(0, channels, some):
        exact = grouped[first : first + some].astype(np.float64)
        found[:, first : first + some, 0] = np.add.reduceat(exact, start, axis=1).T
        exact *= exact
        found[:, first : first + some, 1] = np.add.reduceat(exact, start, axis=1).T
    return found


def extremes(values: Array) -> Array:
    """The lowest and the highest of each row, (rows, 2); NaN where all are."""
    return np.stack([np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)], axis=1)


def _added(ours: Mapping[int, NDArray[Any]], theirs: Mapping[int, NDArray[Any]]) -> dict[int, NDArray[Any]]:
    """Set by set."""
    both = {key: ours[key] + theirs[key] for key in ours.keys() & theirs.keys()}
    return {**ours, **theirs, **both}
