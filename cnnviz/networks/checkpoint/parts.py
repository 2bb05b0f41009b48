"""Networks in a checkpoint: wherever a ``conv0.weight`` is, by whatever names lead to it."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from cnnviz.core.layers import Array
from cnnviz.networks.checkpoint.errors import CheckpointError, named
from cnnviz.networks.checkpoint.folded import folded
from cnnviz.networks.checkpoint.keys import FILLED_IN, PURE, counter

FIRST = "conv0.weight"
OURS = "cnn."  # the prefix of cnnviz's own networks
BLOCK = re.compile(r"[a-z]+\d+\.")  # conv0. and glu6., as in the recipe's nn.Sequential; rnn. is none of these
PLUMBING = {"", "state_dict", "model_state_dict", "model", "net", "cnn", *PURE}  # say nothing on which network it is
MOST_DEPTH = 4  # dictionaries in each other that are looked into
MOST_NETWORKS = 16


def networks(found: Any) -> dict[str, dict[str, Array]]:
    """The recipes' CNNs in a checkpoint.

    Parameters
    ----------
    found : object
        What `read_tensors` gave: a `state_dict`, or dictionaries around one or more, as Lightning and the recipes save.

    Returns
    -------
    dict of dicts of float32 arrays
        By the network's name ("student", "teacher", else what its keys begin with; "" if it is the only one), then by
        key as in ``Network.state``: "cnn.conv0.weight", ...

    Raises
    ------
    CheckpointError
        If there is none, or more than `MOST_NETWORKS`.
    """
    tensors = blocks(found)
    starts = prefixes(tensors)
    if not starts:
        raise CheckpointError(
            "This file has no network of the recipes, whose first key ends in {first}: it has {names}.",
            first=FIRST,
            names=named(list(tensors)),
        )
    return {
        label: {OURS + key.removeprefix(start): as_array(tensors[key]) for key in own(tensors, start)}
        for label, start in labels(starts).items()
    }


def others(found: Any) -> tuple[str, ...]:
    """Keys of all tensors that are in none of the `networks`: the recurrent part, dense layers, the mel scale."""
    tensors = blocks(found)
    used = {key for start in prefixes(tensors) for key in own(tensors, start)}
    return tuple(key for key in tensors if key not in used)


def blocks(found: Any) -> dict[str, torch.Tensor]:
    """All tensors by key, without what wrappers put into it behind the name of a block, and each weight in one piece.

    >>> list(blocks({"model": {"conv0._orig_mod.weight": torch.ones(1)}}))
    ['model.conv0.weight']
    """
    tensors: dict[str, torch.Tensor] = {}
    for key, value in flat(found):
        block = re.search(rf"(^|\.){BLOCK.pattern}", key)
        end = block.end() if block else len(key)
        short = key[:end] + ".".join(part for part in key[end:].split(".") if part not in PURE)
        tensors[key if short in tensors else short] = value
    return folded(tensors)[0]


def flat(found: Any, start: str = "", depth: int = 0) -> Iterator[tuple[str, torch.Tensor]]:
    """All tensors in dictionaries by their joined keys; keys that are no texts lead nowhere."""
    if isinstance(found, dict) and depth <= MOST_DEPTH:
        for key, value in found.items():
            if isinstance(key, str) and isinstance(value, torch.Tensor):
                yield start + key, value
            elif isinstance(key, str):
                yield from flat(value, f"{start}{key}.", depth + 1)


def prefixes(tensors: dict[str, torch.Tensor]) -> list[str]:
    """What stands before each ``conv0.weight``."""
    found = [key.removesuffix(FIRST) for key in tensors if f".{key}".endswith(f".{FIRST}")]
    if len(found) > MOST_NETWORKS:
        raise CheckpointError(
            "This file has {count:,} networks: save at most {most} in one.", count=len(found), most=MOST_NETWORKS
        )
    return found


def own(tensors: dict[str, torch.Tensor], start: str) -> list[str]:
    """Keys of one network's blocks, without what others count there."""
    found = [key for key in tensors if key.startswith(start) and BLOCK.match(key, len(start))]
    return [key for key in found if key.endswith(FILLED_IN) or not counter(key, tensors[key])]


def labels(starts: list[str]) -> dict[str, str]:
    """Prefix of each network by a name for it."""
    if len(starts) == 1:
        return {"": starts[0]}
    named = [label(start) for start in starts]
    return {
        name if named.count(name) == 1 else start[:-1] or "first": start
        for name, start in zip(named, starts, strict=True)
    }


def label(start: str) -> str:
    """
    >>> label("state_dict.sed_student.cnn.cnn.")
    'student'
    >>> label("model_ema.state_dict.cnn.")
    'model_ema'
    """
    for role in ("student", "teacher"):
        if role in start:
            return role
    return ".".join(word for word in start.split(".") if word not in PLUMBING) or "first"


def as_array(tensor: torch.Tensor) -> Array:
    """float32, of whatever kind it was; too large a float64 becomes Inf."""
    return np.asarray(tensor.to(torch.float32).numpy())
