"""What excites each channel, of examples of any length: a few after the other, in little memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cnnviz.core.layers import Array, Shape
from cnnviz.networks.exciting.best import Best
from cnnviz.networks.exciting.find import Edges, Found, frames_of
from cnnviz.networks.exciting.rising import through
from cnnviz.networks.exciting.tells import Order, Tells
from cnnviz.networks.modes import evaluated
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import Field, fields

Rising = Mapping[str, Mapping[str, nn.Module]]

NOTHING: Mapping[str, Any] = {}
MOST_WAITING = 2**21  # values of a stage that wait to be counted
FEW = 16  # values of a row that is short
RAISED = 8  # examples after which it is known better what is large
SIDE_BY_SIDE = 32  # channels that torch compares at once
MOST_KNOWN = 4_096  # stages of examples of one length whose centres are known

Sets = NDArray[np.int64]  # bit c stands for class c


class Gather:
    """What `find` finds, of a few examples after the other; the same examples in the same order give the same.

    Parameters
    ----------
    centres : Centres
        Of the network; may be shared.
    edges : by stage
        See `edges_of`.
    k : int
        How many are kept of each channel.
    rising : by stage
        Those behind it of which nobody looks at the maps; see `rising`.
    """

    def __init__(self, centres: "Centres", edges: Edges, k: int = 9, rising: Rising = NOTHING):
        self.centres, self.edges, self.k, self.rising = centres, edges, k, rising
        self.passed = {name for some in rising.values() for name in some}
        self.found: dict[str, Found] = {}
        self.waiting: dict[str, list[Told]] = {}
        self.waits: dict[str, int] = {}
        self.floors: dict[str, Floor] = {}
        self.order = Order.of(np.empty(0, np.int64))  # of the values that were counted last

    def take(self, places: Sequence[int], shape: Shape, sets: Sets, stage: str, maps: torch.Tensor) -> None:
        """What a stage made of examples of one shape.

        Parameters
        ----------
        places : N ints
            Those of the examples, among all.
        shape : (channels, *axes) of each
        sets : shape (N, 1), or (N, frames of an example)
            Which classes are there, in all of it, or in each frame.
        maps : tensor, shape (N, channels, *axes)
        """
        if stage in self.passed:
            return
        if sets.shape[1] > 1:
            sets = sets[:, self.centres.of(shape, stage, maps.shape[2])] if maps.ndim > 2 else whole(sets)
        if stage not in self.floors:
            self.floors[stage] = Floor(maps.shape[1], self.k)
        floor = self.floors[stage]
        told = Told.of(places, maps, sets, floor.values)
        floor.heed(told.best)
        self.waiting.setdefault(stage, []).append(told)
        self.waits[stage] = self.waits.get(stage, 0) + told.values.size
        if self.waits[stage] >= MOST_WAITING:
            self.count(stage)

    def count(self, stage: str) -> None:
        """Count what waits, and what stages that rise behind make of it."""
        told, self.waits[stage] = self.waiting.pop(stage), 0
        sets = np.concatenate([one.sets for one in told])
        self.order = self.order if np.array_equal(sets, self.order.all) else Order.of(sets)
        values = self.order.grouped(np.concatenate([one.values for one in told], axis=1))
        best = best_of(told, self.k)
        self.add(stage, best, values)
        for name, module in self.rising.get(stage, NOTHING).items():
            best, values = replace(best, value=through(module, best.value)), through(module, values)
            self.add(name, best, values)

    def add(self, stage: str, best: Best, values: Array) -> None:
        """Merge what was found in some examples into what was found before."""
        one = Found(best, Tells.counted(values, self.order, self.edges[stage]))
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
    """Which classes are there in any frame, (N, 1) of (N, frames)."""
    return np.bitwise_or.reduce(sets, axis=1, keepdims=True)


class Told:
    """What is remembered of a stage of N examples: their peaks, and where the largest of them are.

    Attributes
    ----------
    places : N ints
    best, cell : (N, channels)
        The largest value of each channel, and its cell, counted row by row; the first of several.
    values : float32 array, shape (channels, N * frames) or (channels, N)
        The largest value in each frame, or of all.
    sets : (N * frames,) or (N,)
    """

    def __init__(self, places: Sequence[int], best: Array, cell: NDArray[np.int64], values: Array, sets: Sets):
        self.places, self.best, self.cell, self.values, self.sets = places, best, cell, values, sets

    @classmethod
    def of(cls, places: Sequence[int], maps: torch.Tensor, sets: Sets, floor: Array | float = -np.inf) -> "Told":
        """Of maps (N, channels, *axes), with a set for each frame, or one for all; a cell from the floor on."""
        n, channels, frames = maps.shape[0], maps.shape[1], maps.shape[2] if maps.ndim > 2 else 1
        rows = maps if maps.ndim == 4 else maps.reshape(n, channels, frames, -1)  # (N, channels, frames, the rest)
        peaks = peaks_of(rows)
        best, cell = first_largest(rows.numpy(), peaks, floor)
        if sets.shape[1] == 1 < frames:
            peaks = peaks.max(axis=2, keepdims=True)
        return cls(places, best, cell, peaks.transpose(1, 0, 2).reshape(channels, -1), sets.reshape(-1))


def peaks_of(rows: torch.Tensor) -> Array:
    """The largest of each row, (N, channels, frames) of (N, channels, frames, the rest), in the way that is soonest.

    Torch's own `amax` is, but where rows are short. Where few channels lie side by side, as behind a linear layer,
    cells are taken for channels until there are enough. What is no number is the largest, as everywhere in torch.
    """
    n, channels, frames, length = rows.shape
    if rows.is_contiguous():
        found: Array = (shortest(rows) if 1 < length <= FEW else rows.amax(dim=3)).numpy()
        return found
    across = rows.permute(0, 2, 3, 1)  # (N, frames, the rest, channels)
    if not across.is_contiguous():
        return np.ascontiguousarray(rows.numpy().max(axis=3))
    fold = 1
    while channels * fold < SIDE_BY_SIDE and length % (2 * fold) == 0:
        fold *= 2
    found = across.view(n * frames, length // fold, -1).amax(dim=1).view(n, frames, fold, channels).numpy()
    return np.ascontiguousarray((found[:, :, 0] if fold == 1 else found.max(axis=2)).transpose(0, 2, 1))


def shortest(rows: torch.Tensor) -> torch.Tensor:
    """The largest of each of many short rows: of every run of cells by doubling, of which each row's own is taken."""
    length, runs, n = rows.shape[3], rows.view(-1), 1
    while n < length:
        step = min(n, length - n)
        runs, n = torch.maximum(runs[:-step], runs[step:]), n + step
    return runs[::length].reshape(rows.shape[:3])


def first_largest(rows: Array, peaks: Array, floor: Array | float) -> tuple[Array, NDArray[np.int64]]:
    """The largest of each channel, (N, channels), and its cell if it reaches the floor, of rows and their peaks.

    What is no number is not the largest.
    """
    best: Array = peaks.max(axis=2)
    if np.isnan(best.max()):
        rows = np.where(np.isnan(rows), -np.inf, rows)
        return first_largest(rows, rows.max(axis=3), floor)
    cell = np.zeros(best.shape, np.int64)
    high = (best >= floor).nonzero()
    if len(high[0]):
        frame = peaks[high].argmax(axis=1)
        cell[high] = frame * rows.shape[3] + rows[(*high, frame)].argmax(axis=1)
    return best, cell


class Floor:
    """What a channel's largest value in an example has to reach to be among the k largest of all that came before.

    Attributes
    ----------
    values : float32 array, shape (channels,)
    """

    def __init__(self, channels: int, k: int):
        self.values = np.full(channels, -np.inf, np.float32)
        self.top = np.full((channels, k), -np.inf, np.float32)
        self.new: list[Array] = []

    def heed(self, best: Array) -> None:
        """Other examples came; now and then the floor is raised."""
        self.new.append(best)
        if sum(map(len, self.new)) >= RAISED:
            k = self.top.shape[1]
            self.top = np.sort(np.concatenate([self.top, np.concatenate(self.new).T], axis=1), axis=1)[:, -k:]
            self.values = self.top[:, 0].copy()
            self.new.clear()


def best_of(told: Sequence[Told], k: int) -> Best:
    """The best of several examples."""
    value, cell = np.concatenate([one.best for one in told]).T, np.concatenate([one.cell for one in told]).T
    example = np.broadcast_to(np.concatenate([one.places for one in told]), value.shape)
    none = Best.of(np.empty((0, len(value), 1), np.float32), k=k)
    return none.merged(Best(value, example, cell))
