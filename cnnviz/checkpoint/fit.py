"""Weights held against the network that they are for."""

from collections.abc import Mapping

import numpy as np
import torch

from cnnviz.checkpoint.words import CheckpointError, few
from cnnviz.layers import Array
from cnnviz.network import Desed


def load(weights: Mapping[str, Array], desed: Desed) -> Mapping[str, Array]:
    """The same weights, if they are exactly those that the network has; for `run_network`.

    Raises
    ------
    CheckpointError
        If keys are missing, left over, or of another shape; each with a few names.
    """
    with torch.device("meta"):  # shapes without memory: a gate after a million filters has 10^12 weights
        state = desed.network.module().state_dict()
    wanted = {key: tuple(value.shape) for key, value in state.items()}
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
        raise CheckpointError(f"The weights do not fit this network: {'; '.join(told)}. Is it of the DESED recipe?")
    return weights


def finite_note(weights: Mapping[str, Array]) -> str:
    """How many weights are no numbers; empty if all are."""
    odd = sum(int(np.count_nonzero(~np.isfinite(value))) for value in weights.values())
    total = sum(value.size for value in weights.values())
    return f"{odd:,} of {total:,} weights are NaN or Inf." if odd else ""
