"""What excites each channel, of examples of any length: one after the other, in little memory."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.core.layers import Array, Shape
from cnnviz.networks.exciting.best import Best
from cnnviz.networks.exciting.find import Edges, Found, evaluated, frames_of
from cnnviz.networks.exciting.tells import Tells
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import fields

MOST_WAITING = 8_192  # values of a channel that wait to be counted

Sets = NDArray[np.int64]  # bit c stands for class c


class Gather:
    """What `find` finds, of one example after the other; the same examples in the same order give the same.

    Parameters
    ----------
    network : Network
    edges : by stage
        See `edges_of`.
    k : int
        How many are kept of each channel.
    """

    def __init__(self, network: Network, edges: Edges, k: int = 9):
        self.network, self.edges, self.k = network, edges, k
        self.found: dict[str, Found] = {}
        self.waiting: dict[str, list[Told]] = {}
        self.frames: dict[tuple[Shape, str], NDArray[np.intp]] = {}

    def take(self, place: int, shape: Shape, stage: str, maps: torch.Tensor, sets: Sets) -> None:
        """What a stage made of an example.

        Parameters
        ----------
        place : int
            The example's, among all.
        shape : (channels, *axes) of the example
        maps : tensor, shape (channels, *axes)
        sets : shape (1,), or (frames of the example,)
            Which classes are there, in all of it, or in each frame.
        """
        waiting = self.waiting.setdefault(stage, [])
        waiting.append(Told.of(place, maps, sets if len(sets) == 1 else self.placed(shape, stage, maps, sets)))
        if sum(one.values.shape[1] for one in waiting) >= MOST_WAITING:
            self.count(stage)

    def placed(self, shape: Shape, stage: str, maps: torch.Tensor, sets: Sets) -> Sets:
        """Which classes are there in each frame of a stage, where its centre lies; in a vector, in all of it."""
        if maps.ndim == 1:
            return np.bitwise_or.reduce(sets, keepdims=True)
        at = self.frames.get((shape, stage))
        if at is None:
            field = fields(evaluated(self.network).upto(stage), shape)[-1][0]
            at = self.frames[shape, stage] = frames_of(field, maps.shape[1], shape[1], len(sets))
        return sets[at]

    def count(self, stage: str) -> None:
        """Count what waits."""
        told = self.waiting.pop(stage)
        one = Found(best_of(told, self.k), tells_of(told, self.edges[stage]))
        self.found[stage] = self.found[stage].merged(one) if stage in self.found else one

    def all(self) -> dict[str, Found]:
        """What was found so far, by stage in the order in which they came."""
        for stage in list(self.waiting):
            self.count(stage)
        return self.found


class Told:
    """What is remembered of a stage of one example: its peaks, and where the largest of them are.

    Attributes
    ----------
    best, cell : (channels,)
        The largest value of each channel, and its cell, counted row by row; the first of several.
    values : float32 array, shape (channels, frames) or (channels, 1)
        The largest value in each frame, or of all.
    sets : (frames,) or (1,)
    """

    def __init__(self, place: int, best: Array, cell: NDArray[np.int64], values: Array, sets: Sets):
        self.place, self.best, self.cell, self.values, self.sets = place, best, cell, values, sets

    @classmethod
    def of(cls, place: int, maps: torch.Tensor, sets: Sets) -> "Told":
        """Of maps (channels, *axes), with a set for each frame, or one for all."""
        rows = maps.reshape(len(maps), maps.shape[1] if maps.ndim > 1 else 1, -1)  # (channels, frames, the rest)
        peaks = rows.amax(dim=2)
        best, cell = first_largest(rows, peaks)
        values = peaks.numpy()
        if len(sets) == 1 < values.shape[1]:
            values = values.max(axis=1, keepdims=True)
        return cls(place, best, cell, values, sets)


def first_largest(rows: torch.Tensor, peaks: torch.Tensor) -> tuple[Array, NDArray[np.int64]]:
    """The largest of each channel and its cell; what is no number is not."""
    if bool(peaks.isnan().any()):
        rows = rows.masked_fill(rows.isnan(), -torch.inf)
        peaks = rows.amax(dim=2)
    values = peaks.numpy()
    channels, frame = np.arange(len(values)), values.argmax(axis=1)
    within = rows[torch.as_tensor(channels), torch.as_tensor(frame)].numpy().argmax(axis=1)
    return values[channels, frame], frame * rows.shape[2] + within


def best_of(told: Sequence[Told], k: int) -> Best:
    """The best of several examples."""
    value, cell = np.stack([one.best for one in told], axis=1), np.stack([one.cell for one in told], axis=1)
    example = np.broadcast_to(np.array([one.place for one in told]), value.shape)
    none = Best.of(np.empty((0, len(value), 1), np.float32), k=k)
    return none.merged(Best(value, example, cell))


def tells_of(told: Sequence[Told], edges: Array) -> Tells:
    """Their values, counted."""
    return Tells.of(
        np.concatenate([one.values for one in told], axis=1), np.concatenate([one.sets for one in told]), edges
    )


def some_of(told: Told, most: int) -> Array:
    """At most so many of its values, evenly spread, (channels, most)."""
    n = told.values.shape[1]
    return told.values if n <= most else told.values[:, np.arange(most) * n // most]
