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
from cnnviz.networks.receptive_field import Field, fields

MOST_WAITING = 2**21  # values of a stage that wait to be counted
FEW = 16  # values of a row that is short
SIDE_BY_SIDE = 32  # channels that torch compares at once
MOST_KNOWN = 4_096  # stages of examples of one length whose centres are known

Sets = NDArray[np.int64]  # bit c stands for class c


class Gather:
    """What `find` finds, of one example after the other; the same examples in the same order give the same.

    Parameters
    ----------
    centres : Centres
        Of the network; may be shared.
    edges : by stage
        See `edges_of`.
    k : int
        How many are kept of each channel.
    """

    def __init__(self, centres: "Centres", edges: Edges, k: int = 9):
        self.centres, self.edges, self.k = centres, edges, k
        self.found: dict[str, Found] = {}
        self.waiting: dict[str, list[Told]] = {}
        self.waits: dict[str, int] = {}

    def take(self, place: int, shape: Shape, sets: Sets, stage: str, maps: torch.Tensor) -> None:
        """What a stage made of an example.

        Parameters
        ----------
        place : int
            The example's, among all.
        shape : (channels, *axes) of the example
        sets : shape (1,), or (frames of the example,)
            Which classes are there, in all of it, or in each frame.
        maps : tensor, shape (channels, *axes)
        """
        if len(sets) > 1:
            sets = sets[self.centres.of(shape, stage, maps.shape[1])] if maps.ndim > 1 else whole(sets)
        told = Told.of(place, maps, sets)
        self.waiting.setdefault(stage, []).append(told)
        self.waits[stage] = self.waits.get(stage, 0) + told.values.size
        if self.waits[stage] >= MOST_WAITING:
            self.count(stage)

    def count(self, stage: str) -> None:
        """Count what waits."""
        told, self.waits[stage] = self.waiting.pop(stage), 0
        one = Found(best_of(told, self.k), tells_of(told, self.edges[stage]))
        self.found[stage] = self.found[stage].merged(one) if stage in self.found else one

    def all(self) -> dict[str, Found]:
        """What was found so far, by stage in the order in which they came."""
        for stage in list(self.waiting):
            self.count(stage)
        return self.found


class Centres:
    """Of each frame of a stage, the frame of the example in which its centre lies; remembered from clip to clip."""

    def __init__(self, network: Network):
        self.network = evaluated(network)
        self.fields: dict[Shape, dict[str, Field]] = {}  # along the frames
        self.known: dict[tuple[Shape, str], NDArray[np.intp]] = {}

    def of(self, shape: Shape, stage: str, made: int) -> NDArray[np.intp]:
        """Those of a stage of so many frames, of an example of this shape (channels, frames, ...)."""
        if (shape, stage) not in self.known:
            if shape not in self.fields:
                every = zip(self.network.stages, fields(self.network, shape), strict=True)
                self.fields[shape] = {name: axes[0] for (name, _), axes in every}
            if len(self.known) > MOST_KNOWN:
                self.known.clear()
            self.known[shape, stage] = frames_of(self.fields[shape][stage], made, shape[1], shape[1])
        return self.known[shape, stage]


def whole(sets: Sets) -> Sets:
    """Which classes are there in any frame."""
    return np.bitwise_or.reduce(sets, keepdims=True)


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
        channels, frames = maps.shape[0], maps.shape[1] if maps.ndim > 1 else 1
        rows = maps if maps.ndim == 3 else maps.reshape(channels, frames, -1)  # (channels, frames, the rest)
        values = peaks_of(rows)
        best, cell = first_largest(rows.numpy(), values)
        if len(sets) == 1 < values.shape[1]:
            values = values.max(axis=1, keepdims=True)
        return cls(place, best, cell, values, sets)


def peaks_of(rows: torch.Tensor) -> Array:
    """The largest of each row, (channels, frames) of (channels, frames, the rest), in the way that is soonest.

    Torch's own `amax` is, but where rows are short, or where few channels lie side by side as behind a linear layer.
    What is no number is the largest, as everywhere in torch.
    """
    length, across = rows.shape[2], rows.permute(1, 2, 0)
    if rows.is_contiguous():
        found: Array = (shortest(rows) if 1 < length <= FEW else rows.amax(dim=2)).numpy()
        return found
    if across.is_contiguous() and rows.shape[0] >= SIDE_BY_SIDE:
        return np.ascontiguousarray(across.amax(dim=1).numpy().T)
    while (n := rows.shape[2]) > FEW:
        rows = torch.maximum(rows[:, :, : -(-n // 2)], rows[:, :, n // 2 :])  # the middle one of odd many is in both
    return np.ascontiguousarray(rows.numpy().max(axis=2))


def shortest(rows: torch.Tensor) -> torch.Tensor:
    """The largest of each of many short rows: of every run of cells by doubling, of which each row's own is taken."""
    length, runs, n = rows.shape[2], rows.view(-1), 1
    while n < length:
        step = min(n, length - n)
        runs, n = torch.maximum(runs[:-step], runs[step:]), n + step
    return runs[::length].reshape(rows.shape[:2])


def first_largest(rows: Array, peaks: Array) -> tuple[Array, NDArray[np.int64]]:
    """The largest of each channel and its cell, of rows and their peaks; what is no number is not."""
    channels, frames = peaks.shape
    frame = peaks.argmax(axis=1)  # what is no number would be the largest
    best = peaks.take(frame + np.arange(0, channels * frames, frames))
    if np.isnan(best.max()):
        rows = np.where(np.isnan(rows), -np.inf, rows)
        return first_largest(rows, rows.max(axis=2))
    return best, frame * rows.shape[2] + rows[np.arange(channels), frame].argmax(axis=1)


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
