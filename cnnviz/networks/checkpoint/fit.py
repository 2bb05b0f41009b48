"""Weights held against the network that they are for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from cnnviz.core.layers import Array, Shape
from cnnviz.networks.checkpoint.errors import CheckpointError, few, named
from cnnviz.networks.checkpoint.folded import folded
from cnnviz.networks.checkpoint.keys import FILLED_IN, Place, around, counter, place_of
from cnnviz.networks.checkpoint.parts import as_array, flat
from cnnviz.networks.network import Network
from cnnviz.text import Message
from cnnviz.text.lists import Joined


def load(weights: Mapping[str, Array], network: Network) -> Mapping[str, Array]:
    """The same weights, if they are exactly those that the network has; for `run_network`.

    A count of batches may be missing, as torch allows; it then begins at 0.

    Raises
    ------
    CheckpointError
        If keys are missing, left over, or of another shape; each with a few names.
    """
    wanted = shapes_of(network)
    begun = [key for key in wanted if key not in weights and key.endswith(f".{FILLED_IN}")]
    if begun:
        weights = {**weights, **{key: np.zeros((), np.float32) for key in begun}}
    given = {key: value.shape for key, value in weights.items()}
    both = wanted.keys() & given.keys()
    shapes = [f"{key} {given[key]} ≠ {wanted[key]}" for key in wanted if key in both and given[key] != wanted[key]]
    missing, left = [key for key in wanted if key not in given], [key for key in given if key not in wanted]
    faults = [
        *([Message("{names} are missing", names=few(missing))] if missing else []),
        *([Message("{names} have no place", names=few(left))] if left else []),
        *([Message("{names} have another shape", names=few(shapes))] if shapes else []),
    ]
    if faults:
        raise CheckpointError(
            "The weights do not fit this network: {faults}. Is it the same network?", faults=Joined("; ", faults)
        )
    return weights


def shapes_of(network: Network) -> dict[str, Shape]:
    """Shape of each entry of the network's `state_dict`, by key."""
    with torch.device("meta"):  # shapes without memory: a gate after a million filters has 10^12 weights
        state = network.module().state_dict()
    return {key: tuple(value.shape) for key, value in state.items()}


@dataclass(frozen=True, eq=False)
class Fit:
    """A network's weights out of a file.

    Attributes
    ----------
    weights : float32 arrays by key of ``Network.state``
    notes : sentences
        What a person should know: what was not used, or put together, and of how many alike it was taken.
    """

    weights: Mapping[str, Array]
    notes: tuple[Message, ...] = ()


def picked(found: Any, network: Network) -> Fit:
    """A network's weights out of a file, wherever in it they are; see `place_of`.

    The network's own prefix may be missing in the file, and other names may stand before it ("state_dict", "module").
    Keys that begin alike and have no place in the network are given back as well, so that `load` can name them;
    counters among them are left out.

    Raises
    ------
    CheckpointError
        If no key of the file is one of the network's.
    """
    own = network.start()
    wanted = [key.removeprefix(own) for key in shapes_of(network)]
    if not wanted:
        raise CheckpointError("This network has no weights. Add a convolution or a dense layer first.")
    tensors, made = folded(dict(flat(found)))
    place = place_of(tensors, wanted)
    if not place:
        raise CheckpointError(
            "This file has none of the network's keys, such as {key}: it has {names}.",
            key=own + wanted[0],
            names=named(list(tensors)),
        )
    counters = [name for name, key in place.beside.items() if counter(key, tensors[key])]
    beside = [key for key in around(place.start.removesuffix(own), tensors) if counter(key, tensors[key])]
    taken = {**place.keys, **{name: key for name, key in place.beside.items() if name not in counters}}
    weights = {own + name: as_array(tensors[key]) for name, key in taken.items()}
    return Fit(weights, notes(place, [*beside, *counters], [key for key in made if key in place.keys.values()]))


def notes(place: Place, counters: Sequence[str], made: Sequence[str]) -> tuple[Message, ...]:
    """What to say about weights that are taken from this place."""
    said = []
    if counters:
        said.append(Message("Left out, since they only count: {names}.", names=few(counters)))
    if made:
        said.append(Message("Put together from their parts, as torch does: {names}.", names=few(made)))
    if place.others:
        note = Message(
            "The file has these keys {times} times: those behind {start} are taken, not those behind {others}.",
            times=1 + len(place.others),
            start=few([place.start[:-1]]) if place.start else Message("nothing"),
            others=few([start[:-1] for start in place.others]),
        )
        said.append(note)
    return tuple(said)


def finite_notes(weights: Mapping[str, Array]) -> tuple[Message, ...]:
    """How many weights are NaN or Inf, if any is."""
    odd = sum(int(np.count_nonzero(~np.isfinite(value))) for value in weights.values())
    total = sum(value.size for value in weights.values())
    return (Message("{odd:,} of {total:,} weights are NaN or Inf.", odd=odd, total=total),) if odd else ()
