"""Checkpoints: the CNN of the DESED recipes in a stranger's file, or the weights of a network that is known."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.core.layers import Array
from cnnviz.networks.checkpoint.design import Architecture, architecture
from cnnviz.networks.checkpoint.errors import CheckpointError, few
from cnnviz.networks.checkpoint.fit import Fit, finite_notes, load, picked
from cnnviz.networks.checkpoint.parts import networks, others
from cnnviz.networks.network import Network
from cnnviz.tensorfile import read_tensors
from cnnviz.tensorfile.apart import read_apart
from cnnviz.text import Message

MOST_WEIGHTS = 256 * 2**20  # bytes of a network of one's own; AlexNet has 233 MiB

__all__ = ["MOST_WEIGHTS", "Architecture", "Checkpoint", "CheckpointError", "Fit", "Opened"]
__all__ += ["architecture", "finite_notes", "load", "networks", "others", "picked"]


@dataclass(frozen=True, eq=False)
class Opened:
    """One network of a checkpoint.

    Attributes
    ----------
    parts : names of all networks in the file
    weights : float32 arrays by key of ``Network.state``
    architecture : Architecture
    notes : sentences
        What a person should know: keys that are not used, settings that are not believed, weights that are no numbers.
    """

    parts: tuple[str, ...]
    weights: Mapping[str, Array]
    architecture: Architecture
    notes: tuple[Message, ...]


@dataclass(frozen=True)
class Checkpoint:
    """An uploaded checkpoint, and which of its networks is meant. Two of the same bytes are equal.

    Attributes
    ----------
    name : str
        As the browser sent it; only for captions.
    part : str
        One of ``open().parts``; empty takes the first.
    """

    data: bytes = field(default=b"", repr=False, compare=False)
    name: str = "checkpoint"
    part: str = ""
    digest: str = field(init=False, default="")  # sha256 of the data, which stands for it in ==, hash() and repr()

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.data).hexdigest())

    def fit(self, network: Network) -> Fit:
        """The weights of a network, out of whatever the file holds; for `run_network`.

        Raises
        ------
        TensorError
            If the file is refused.
        CheckpointError
            If its keys and shapes are not exactly the network's.
        """
        return read_apart(CheckpointError, fitted, self.data, network)

    def open(self) -> Opened:
        """Read the file and what it says on its network; `load` then holds the weights against the settings chosen.

        Raises
        ------
        TensorError
            If the file is refused.
        CheckpointError
            If it holds no network of the recipes, or none of this part's name.
        """
        return read_apart(CheckpointError, read_recipe, self.data, self.part)


def fitted(data: bytes, network: Network) -> Fit:
    """See `Checkpoint.fit`."""
    passed: list[Message] = []
    found = picked(read_tensors(data, MOST_WEIGHTS, passed.append), network)
    weights = load(found.weights, network)
    return Fit(weights, (*map(left_out, passed), *found.notes, *finite_notes(weights)))


def read_recipe(data: bytes, part: str) -> Opened:
    """See `Checkpoint.open`."""
    passed: list[Message] = []
    found = read_tensors(data, tell=passed.append)
    by_part = networks(found)
    part = part or next(iter(by_part))
    if part not in by_part:
        raise CheckpointError(
            "The checkpoint has no part {part}: choose {parts}.", part=few([part]), parts=few(list(by_part), 5)
        )
    weights = by_part[part]
    read = architecture(weights, hyper_parameters(found))
    unused = others(found)
    left = [Message("Not used here: {names}.", names=few(unused))] if unused else []
    return Opened(tuple(by_part), weights, read, (*map(left_out, passed), *left, *read.notes, *finite_notes(weights)))


def hyper_parameters(found: Any) -> Any:
    """What Lightning saved under this name, if anything."""
    return found.get("hyper_parameters") if isinstance(found, dict) else None


def left_out(names: Message) -> Message:
    return Message("Passed over, and nothing of it was run: {names}.", names=names)
