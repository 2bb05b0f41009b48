"""Layers that learn, as a training is watched: which of their weights are seen, and as what pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, prod, sqrt
from typing import Any

import numpy as np

from cnnviz.core.layers import Array, ConvTranspose, Layer, Linear, Shape
from cnnviz.networks.network import Network

MOST_NUMBERS = 4096  # of one layer, at each moment
MOST_CHANNELS, MOST_FILTERS = 16, 64
ROW = 40  # numbers of a vector that stand in one row, as bars


@dataclass(frozen=True)
class Learned:
    """Weights of a stage, as pictures: one for each filter and channel.

    Attributes
    ----------
    key : str
        Of the `state_dict`.
    shape : tuple of int
        Torch's.
    channels : int
        What a filter has; 1 where its channels are a row of numbers.
    size : (rows, columns)
        Of a picture; a vector that is too long for one row is folded.
    seen : (filters, channels)
        Those that are drawn: the first ones.
    """

    stage: str
    code: str
    key: str
    shape: Shape
    swapped: bool
    channels: int
    size: tuple[int, int]
    seen: tuple[int, int]

    @property
    def filters(self) -> int:
        return self.shape[1] if self.swapped else self.shape[0]

    def pictures(self, weight: Array) -> Array:
        """Of such a weight, or of its gradient: shape (filters, channels, rows, columns), NaN where a fold is empty."""
        filters, channels = self.seen
        by_filter = np.swapaxes(weight, 0, 1) if self.swapped else weight
        flat = np.ascontiguousarray(by_filter[:filters]).reshape(filters, self.channels, -1)[:, :channels]
        folded = np.full((filters, channels, prod(self.size)), np.nan, np.float32)
        folded[..., : flat.shape[-1]] = flat
        return folded.reshape(filters, channels, *self.size)

    def words(self) -> dict[str, Any]:
        return {
            "stage": self.stage,
            "code": self.code,
            "key": self.key,
            "shape": list(self.shape),
            "swapped": self.swapped,
            "all": [self.filters, self.channels],
        }


def learned(network: Network, shape: Shape, state: Mapping[str, Array], most: int = MOST_NUMBERS) -> list[Learned]:
    """The stages of a network whose weights are pictures, or rows of numbers.

    Parameters
    ----------
    shape : (channels, *axes)
        Of the input.
    state : arrays by key
        What the network learns, at any moment.
    most : int
        Numbers of one layer that may be drawn; whole pictures, at least one.
    """
    found = []
    for (name, layer), (placed, _) in zip(network.stages, network.placed(shape), strict=True):
        start = network.start(name)
        keys = [key for key, value in state.items() if key.startswith(start) and value.ndim > 1]
        found += [one_of(name, layer, placed, key, state[key].shape, most) for key in keys]
    return found


def one_of(stage: str, layer: Layer, placed: Layer, key: str, shape: Shape, most: int) -> Learned:
    swapped = isinstance(placed, ConvTranspose) and placed.groups == 1
    filters, channels = (shape[1], shape[0]) if swapped else shape[:2]
    axes: Sequence[int] = shape[2:]
    if isinstance(placed, Linear):
        channels, *axes = placed.size
    if prod(axes) == 1:  # a number for each channel
        channels, axes = 1, (channels,)
    size = picture(axes)
    channels_seen = min(channels, MOST_CHANNELS, max(1, most // prod(size)))
    seen = min(filters, MOST_FILTERS, max(1, most // (prod(size) * channels_seen))), channels_seen
    return Learned(stage, layer.code(), key, tuple(shape), swapped, channels, size, seen)


def picture(axes: Sequence[int]) -> tuple[int, int]:
    """Rows and columns of a picture of numbers along these axes.

    >>> picture((3, 5)), picture((7,)), picture((2, 3, 5)), picture((120,))
    ((3, 5), (1, 7), (6, 5), (11, 11))
    """
    *rows, columns = axes
    if not rows and columns > ROW:
        return ceil(columns / ceil(sqrt(columns))), ceil(sqrt(columns))
    return prod(rows), columns
