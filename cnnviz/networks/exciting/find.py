"""One pass over many examples: what excites each channel of a network, and what that tells."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cnnviz.core.examples import Examples
from cnnviz.core.layers import Array, Dropout, Move, Shape
from cnnviz.networks.exciting.best import Best
from cnnviz.networks.exciting.tells import Tells
from cnnviz.networks.modes import evaluated
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import Field, fields

MOST_CHANNELS = 512  # of a stage
BINS = 64  # of a channel's values
FIRST = 256  # examples that say where the bins begin and end
CELLS = 16_000_000  # of all stages in one batch
HALF = 0.5  # so active a class has to be in a frame, to count as there

Edges = Mapping[str, Array]  # by stage, (channels, bins - 1)


@dataclass(frozen=True, eq=False)
class Found:
    """Of one stage."""

    best: Best
    tells: Tells

    def merged(self, other: "Found") -> "Found":
        return Found(self.best.merged(other.best), self.tells.merged(other.tells))


def merged(parts: Sequence[Mapping[str, Found]]) -> dict[str, Found]:
    """What was found in several parts of the examples, with the same edges."""
    return {stage: reduce(Found.merged, (part[stage] for part in parts)) for stage in parts[0]}


def worth(network: Network, shape: Shape) -> list[str]:
    """Stages that are looked at: none too wide, and none that only hands over, or moves, what another one made."""
    return [
        name
        for (name, layer), made in zip(network.stages, network.shapes(shape), strict=True)
        if made[0] <= MOST_CHANNELS and not isinstance(layer, Move | Dropout)
    ]


def edges_of(network: Network, state: Mapping[str, Array], examples: Examples, bins: int = BINS) -> dict[str, Array]:
    """Where the bins of each channel lie, so that about as many values of some first examples fall into each."""
    some = examples.part(FIRST)
    found: dict[str, list[Array]] = {}
    for first, maps in passes(network, state, some):
        for stage, values in maps.items():
            found.setdefault(stage, []).append(heard(values, network, some, stage, first)[0])
    return {stage: between(np.concatenate(parts, axis=1), bins) for stage, parts in found.items()}


def between(values: Array, bins: int = BINS) -> Array:
    """Edges of bins with about as many of some values (channels, N) in each, (channels, bins - 1)."""
    shares = np.arange(1, bins) / bins
    return np.ascontiguousarray(np.quantile(np.nan_to_num(values), shares, axis=1).T, np.float32)


def find(
    network: Network,
    state: Mapping[str, Array],
    examples: Examples,
    edges: Edges,
    first: int = 0,
    k: int = 9,
    progress: Callable[[int], None] = lambda done: None,
) -> dict[str, Found]:
    """What excites each channel of each stage that is `worth` it, in eval mode.

    Parameters
    ----------
    state : arrays by key of the `state_dict`
    edges : by stage
        See `edges_of`; the same for all parts that shall be merged.
    first : int
        The place of the first example among all, where these are a part of them.
    progress : called with the number of examples that are done

    Returns
    -------
    by stage, `Found`
        Classes are told apart by a channel's largest value in each example; with events in time, in each of its
        frames.
    """
    found: dict[str, Found] = {}
    for start, maps in passes(network, state, examples):
        for stage, values in maps.items():
            flat = values.reshape(*values.shape[:2], -1)
            told = Tells.of(*heard(values, network, examples, stage, start), edges[stage])
            one = Found(Best.of(flat, first + start, k), told)
            found[stage] = found[stage].merged(one) if stage in found else one
        progress(start + len(values))
    return found


def passes(network: Network, state: Mapping[str, Array], examples: Examples) -> Iterator[tuple[int, dict[str, Array]]]:
    """Batch by batch, the place of its first example and the maps of each stage, (N, channels, *axes)."""
    shape = examples.x.shape[1:]
    wanted = worth(network, shape)
    batch = max(1, min(256, CELLS // sum(map(prod, network.shapes(shape)))))
    stages = network.inside(at_work(network, state))
    for start in range(0, len(examples), batch):
        maps: dict[str, Array] = {}
        put_through(stages, torch.as_tensor(examples.x[start : start + batch]), wanted, partial(keep, maps))
        yield start, maps


def keep(maps: dict[str, Array], stage: str, made: torch.Tensor) -> None:
    maps[stage] = made.numpy()


def at_work(network: Network, state: Mapping[str, Array]) -> nn.Module:
    """The `nn.Sequential` in eval mode, with these weights."""
    resting = evaluated(network)
    return resting.load(resting.row(), state).eval()


def put_through(
    stages: Sequence[tuple[str, nn.Module]],
    x: torch.Tensor,
    wanted: Container[str],
    see: Callable[[str, torch.Tensor], None],
) -> None:
    """Show somebody what the wanted stages make of a batch, one after the other."""
    with torch.inference_mode():
        for name, module in stages:
            x = module(x)
            if name in wanted:
                see(name, x)


def heard(
    values: Array, network: Network, examples: Examples, stage: str, start: int
) -> tuple[Array, NDArray[np.int64]]:
    """The values by which a channel tells classes apart, (channels, M), and which classes were there, (M,)."""
    labels = examples.y[start : start + len(values)]
    if not examples.events:
        return values.reshape(*values.shape[:2], -1).max(axis=2).T, np.int64(1) << labels.astype(np.int64)
    active = (labels >= HALF).astype(np.int64)  # (N, classes, frames)
    bits = np.int64(1) << np.arange(active.shape[1])
    if values.ndim == 2:  # a vector: of the whole clip
        return values.T, active.max(axis=2) @ bits
    shape = examples.x.shape[1:]
    field = fields(evaluated(network).upto(stage), shape)[-1][0]
    at = frames_of(field, values.shape[2], shape[1], active.shape[2])
    peaks = values.reshape(*values.shape[:3], -1).max(axis=3)  # (N, channels, frames)
    sets = np.einsum("ncf,c->nf", active[:, :, at], bits)
    return peaks.transpose(1, 0, 2).reshape(values.shape[1], -1), sets.reshape(-1)


def frames_of(field: Field, made: int, read: int, labelled: int) -> NDArray[np.intp]:
    """Of each frame of a stage, the frame of the labels in which its centre lies."""
    units = np.arange(made)
    spread = (units + 0.5) / made
    centre = (units * field.jump - field.before + field.size / 2) / read
    share = spread if field.whole else centre
    return np.clip((share * labelled).astype(np.intp), 0, labelled - 1)
