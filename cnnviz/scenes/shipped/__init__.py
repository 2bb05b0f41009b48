"""Weights that ship with the project, by name, each with a card."""

from collections.abc import Mapping
from functools import cache, lru_cache

from safetensors import SafetensorError
from safetensors.numpy import load

from cnnviz.core.examples import Split
from cnnviz.core.layers import Array
from cnnviz.core.machine import MachineError
from cnnviz.inputs.datasets import Dataset
from cnnviz.networks.network import Network
from cnnviz.scenes.shipped.card import Card, Kept, path_of, read_card
from cnnviz.scenes.shipped.fitting import fits
from cnnviz.scenes.shipped.lost import first_lost, gone, lost
from cnnviz.scenes.shipped.recipes import RECIPES
from cnnviz.text import Message

__all__ = ["Card", "Kept", "card", "cards", "data_of", "gone", "lost", "network_of", "split_of", "state", "suiting"]
__all__ += ["title_of"]


@cache
def cards() -> tuple[str, ...]:
    """The names of all weights that ship and are whole, in the order of their recipes."""
    return tuple(name for name in RECIPES if not first_lost(name))


@cache
def card(name: str) -> Card:
    """What is known about weights.

    Raises
    ------
    KeyError
        If none of this name ship.
    """
    if name not in cards():
        raise KeyError(name)
    return read_card(name)


@lru_cache(maxsize=8)
def state(name: str, moment: int = -1) -> Mapping[str, Array]:
    """Weights and running statistics by key of the `state_dict`, read once; nobody may write into them.

    Parameters
    ----------
    moment : int
        Which of the card's moments; the last by default.

    Raises
    ------
    KeyError, IndexError
        If there are no such weights.
    MachineError
        If their file was lost since `cards` found it whole.
    """
    kept = card(name).moments[moment]
    try:
        found: dict[str, Array] = load(path_of(kept.file).read_bytes())
    except (OSError, SafetensorError) as error:
        raise MachineError(gone(kept.file)) from error
    for array in found.values():
        array.flags.writeable = False
    return found


def network_of(name: str) -> Network:
    """The network whose weights these are, in eval mode."""
    return RECIPES[name].recipe.network


def data_of(name: str) -> Dataset:
    """The data that ships with the project, on whose test part the card's accuracy is measured."""
    return RECIPES[name].data


def split_of(name: str) -> Split:
    """The examples of `data_of`."""
    return data_of(name).split()


def title_of(name: str) -> Message:
    """What they are, in a few words."""
    return RECIPES[name].title


@lru_cache(maxsize=64)
def suiting(network: Network) -> tuple[Card, ...]:
    """The weights that fit a network exactly, in whatever mode it is, in the order of `cards`.

    A Desed without its head takes those of the same with one, which `state` then also has.
    """
    return tuple(card(name) for name in cards() if fits(network_of(name), network))
