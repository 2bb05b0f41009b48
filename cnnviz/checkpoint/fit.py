"""Weights held against the network that they are for."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from cnnviz.checkpoint.parts import as_array, flat
from cnnviz.checkpoint.words import CheckpointError, few
from cnnviz.layers import Array, Shape
from cnnviz.network import Network


def load(weights: Mapping[str, Array], network: Network) -> Mapping[str, Array]:
    """The same weights, if they are exactly those that the network has; for `run_network`.

    Raises
    ------
    CheckpointError
        If keys are missing, left over, or of another shape; each with a few names.
    """
    wanted = shapes_of(network)
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


def picked(found: Any, network: Network) -> dict[str, Array]:
    """A network's weights out of a file, wherever in it they are: under its own keys, or behind a common start.

    The network's own prefix may be missing in the file, and other names may stand before it ("state_dict", "module").
    Keys that begin alike and have no place in the network are given back as well, so that `load` can name them.

    Raises
    ------
    CheckpointError
        If no key of the file is one of the network's.
    """
    own = network.start()
    wanted = {key.removeprefix(own): None for key in shapes_of(network)}
    if not wanted:
        raise CheckpointError("This network has no weights. Add a convolution or a dense layer first.")
    tensors = dict(flat(found))
    starts = Counter(key.removesuffix(end) for key in tensors for end in tails(key) if end in wanted)
    if not starts:
        raise CheckpointError(
            f"This file has none of the network's keys, such as {own}{next(iter(wanted))}: it has "
            f"{few(list(tensors)) or 'no tensors under names'}."
        )
    [(start, _)] = starts.most_common(1)
    return {own + key.removeprefix(start): as_array(tensors[key]) for key in tensors if key.startswith(start)}


def tails(key: str) -> Iterator[str]:
    """
    >>> list(tails("net.conv.weight"))
    ['net.conv.weight', 'conv.weight', 'weight']
    """
    parts = key.split(".")
    return (".".join(parts[i:]) for i in range(len(parts)))


def finite_note(weights: Mapping[str, Array]) -> str:
    """How many weights are no numbers; empty if all are."""
    odd = sum(int(np.count_nonzero(~np.isfinite(value))) for value in weights.values())
    total = sum(value.size for value in weights.values())
    return f"{odd:,} of {total:,} weights are NaN or Inf." if odd else ""
