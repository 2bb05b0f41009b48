"""All channels of a stage, small: pictures of 8-bit levels, and statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.core.layers import Array
from cnnviz.scenes.palette import TOP, ranges

SMALL = (160, 64)  # frames and mels of a small picture, at most
STATISTICS = ("mean", "min", "max", "variance", "zeros")
State = Literal["", "dead", "constant"]


@dataclass(frozen=True, eq=False)
class Channels:
    """All channels of a stage, small.

    Attributes
    ----------
    levels : uint8 array, shape (channels, frames, mels)
        From each channel's lowest value to its highest, means of blocks of cells.
    ranges : float32 array, shape (channels, 2)
    statistics : float32 array, shape (channels, 5)
        See `STATISTICS`; zeros is the share of cells that are 0.
    """

    levels: NDArray[np.uint8]
    ranges: Array
    statistics: Array

    def states(self) -> list[State]:
        """Dead channels are 0 throughout, constant ones have another value throughout."""
        return ["" if low < high else "constant" if low else "dead" for low, high in self.ranges]

    def values(self) -> Array:
        """The small pictures as numbers again, NaN where there are none."""
        low, high = self.ranges.T[..., None, None]
        return np.where(self.levels > TOP, np.nan, low + (high - low) * self.levels.astype(np.float32) / TOP)

    @cached_property
    def percentiles(self) -> list[float]:
        """The lowest and highest hundredth of the values of all channels, estimated from the small pictures."""
        values = self.values()
        return [0.0, 0.0] if np.isnan(values).all() else [float(p) for p in np.nanpercentile(values, [1, 99])]


def small_picture(values: Array) -> tuple[NDArray[np.uint8], Array]:
    """Levels of some maps, shrunk by whole factors until they are no larger than `SMALL`; and the range of each map."""
    limits = ranges(values)
    blocks = [-(-n // most) for n, most in zip(values.shape[1:], SMALL, strict=True)]
    return levels_of(blocked(values, blocks), limits), limits


def blocked(values: Array, blocks: Sequence[int]) -> Array:
    """Means of blocks of cells, (maps, *axes); the last block of an axis may hold fewer cells."""
    for axis, block in enumerate(blocks, 1):
        if block > 1:
            n, rows = values.shape[axis], np.moveaxis(values, axis, 0)
            sums = rows[::block].copy()
            for i in range(1, min(block, n)):
                part = rows[i::block]
                sums[: len(part)] += part
            sums[: n // block] /= np.float32(block)
            sums[n // block :] /= np.float32(n % block or 1)
            values = np.moveaxis(sums, 0, axis)
    return values


def levels_of(values: Array, limits: Array) -> NDArray[np.uint8]:
    """Levels from the lowest value of each map to its highest, 0 to `TOP`; one more is no number."""
    low, high = limits.T.reshape(2, -1, *(1,) * (values.ndim - 1))
    with np.errstate(invalid="ignore"):
        levels = np.rint((values - low) / np.where(high > low, high - low, 1) * TOP).clip(0, TOP)
    return np.where(np.isfinite(values), levels, TOP + 1).astype(np.uint8)


def channels_of(values: Array) -> Channels:
    """All channels of a stage's output, (channels, frames, mels); what is no number is left out of the statistics."""
    levels, limits = small_picture(values)
    flat = torch.from_numpy(np.ascontiguousarray(values)).flatten(1)
    mean = flat.mean(1)
    variance = (flat - mean[:, None]).square_().mean(1)  # torch.var, five times as fast
    if not variance.isfinite().all():
        flat = torch.where(flat.isfinite(), flat, torch.nan)
        mean = flat.nanmean(1).nan_to_num()
        variance = (flat - mean[:, None]).square().nanmean(1).nan_to_num()
    zeros = 1 - flat.count_nonzero(1) / flat.shape[1]
    columns = [mean.numpy(), *limits.T, variance.numpy(), zeros.numpy()]
    return Channels(levels, limits, np.stack(columns, axis=1).astype(np.float32))
