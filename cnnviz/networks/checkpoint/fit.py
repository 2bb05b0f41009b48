"""Weights held against the network that they are for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from cnnviz.core.layers import Array, Shape
from cnnviz.networks.checkpoint.errors import CheckpointError, few
from cnnviz.networks.checkpoint.folded import folded
from cnnviz.networks.checkpoint.keys import FILLED_IN, Place, around, counter, place_of
from cnnviz.networks.checkpoint.parts import as_array, flat
from cnnviz.networks.network import Network


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
    shapes = [f"{key} {given[key]} for {wanted[key]}" for key in wanted if key in both and given[key] != wanted[key]]
    faults = {
        "are missing": [key for key in wanted if key not in given],
        "have no place": [key for key in given if key not in wanted],
        "have another shape": shapes,
    }
    told = [f"{few(names)} {what}" for what, names in faults.items() if names]
    if told:
        raise CheckpointError(f"The weights do not fit this network: {'; '.join(told)}. Is it the same network?")
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
    notes: tuple[str, ...] = ()


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
            f"This file has none of the network's keys, such as {own}{wanted[0]}: it has "
            f"{few(list(tensors)) or 'no tensors under names'}."
        )
    counters = [name for name, key in place.beside.items() if counter(key, tensors[key])]
    beside = [key for key in around(place.start.removesuffix(own), tensors) if counter(key, tensors[key])]
    taken = {**place.keys, **{name: key for name, key in place.beside.items() if name not in counters}}
    weights = {own + name: as_array(tensors[key]) for name, key in taken.items()}
    return Fit(weights, notes(place, [*beside, *counters], [key for key in made if key in place.keys.values()]))


def notes(place: Place, counters: Sequence[str], made: Sequence[str]) -> tuple[str, ...]:
    """What to say about weights that are taken from this place."""
    told = {
        f"Left out, since they only count: {few(counters)}.": counters,
        f"Put together from their parts, as torch does: {few(made)}.": made,
        f"The file has these keys {1 + len(place.others)} times: those behind {few([place.start[:-1]]) or 'nothing'} "
        f"are taken, not those behind {few([start[:-1] for start in place.others])}.": place.others,
    }
    return tuple(sentence for sentence, why in told.items() if why)


def finite_note(weights: Mapping[str, Array]) -> str:
    """How many weights are no numbers; empty if all are."""
    odd = sum(int(np.count_nonzero(~np.isfinite(value))) for value in weights.values())
    total = sum(value.size for value in weights.values())
    return f"{odd:,} of {total:,} weights are NaN or Inf." if odd else ""
