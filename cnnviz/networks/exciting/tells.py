"""How well a channel tells one class from another: how often its value is the larger one in the one class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.core.layers import Array

Counts = NDArray[np.int64]
Sums = NDArray[np.float64]


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
        counts, sums, ends = {}, {}, []
        known, first = np.unique(np.sort(sets), return_index=True)
        grouped = np.take(values, np.argsort(sets, kind="stable"), axis=1)
        between = torch.tensor(np.ascontiguousarray(edges))
        for one, start, end in zip(known.tolist(), first, [*first[1:], len(sets)], strict=True):
            part = np.sort(grouped[:, start:end], axis=1)  # what is no number comes last
            below = torch.searchsorted(torch.as_tensor(part), between).numpy()
            counts[one] = np.diff(below, axis=1, prepend=0, append=end - start)
            exact = part.astype(np.float64)
            sums[one] = np.stack([exact.sum(axis=1), np.einsum("cn,cn->c", exact, exact)], axis=1)
            ends.append(part[:, [0, -1]] if not np.isnan(part[:, -1]).any() else extremes(part))
        return cls(counts, sums, extremes(np.concatenate(ends, axis=1)))

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


def extremes(values: Array) -> Array:
    """The lowest and the highest of each row, (rows, 2); NaN where all are."""
    return np.stack([np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)], axis=1)


def _added(ours: Mapping[int, NDArray[Any]], theirs: Mapping[int, NDArray[Any]]) -> dict[int, NDArray[Any]]:
    """Set by set."""
    both = {key: ours[key] + theirs[key] for key in ours.keys() & theirs.keys()}
    return {**ours, **theirs, **both}
