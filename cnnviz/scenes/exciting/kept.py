"""What excites each channel of weights that ship, beside them: ``weights/NAME.exciting.safetensors``."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from safetensors import SafetensorError
from safetensors.numpy import load, save

from cnnviz.core.examples import Split
from cnnviz.core.layers import Array
from cnnviz.networks.exciting import Answers, edges_of, find, pack, unpack
from cnnviz.networks.network import Network

WEIGHTS = Path(__file__).parents[3] / "weights"


def file_of(name: str, folder: Path = WEIGHTS) -> Path:
    """Where it is kept."""
    return folder / f"{name}.exciting.safetensors"


def keep(name: str, network: Network, state: Mapping[str, Array], split: Split, folder: Path = WEIGHTS) -> Path:
    """Find in the test part what excites each channel, and write it beside the weights; the same file each time.

    Parameters
    ----------
    name : str
        Of the weights.
    state : arrays by key of the `state_dict`

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    edges = edges_of(network, state, split.test)
    found = find(network, state, split.test, edges)
    path = file_of(name, folder)
    path.write_bytes(save(pack(found, len(split.classes), edges)))
    return path


@lru_cache(maxsize=8)
def answers_of(name: str) -> dict[str, Answers]:
    """What is kept of weights, by stage; nothing where none is, or where the file is damaged."""
    try:
        return unpack(load(file_of(name, WEIGHTS).read_bytes()))
    except (OSError, SafetensorError, KeyError, ValueError):
        return {}
