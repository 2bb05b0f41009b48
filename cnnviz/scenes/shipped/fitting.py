"""Whether weights of one network are those of another."""

from dataclasses import replace
from typing import Any

from cnnviz.core.layers import Dropout, DropoutNd, Layer
from cnnviz.networks.modes import evaluated
from cnnviz.networks.network import Network

HEAD = "head"


def fits(own: Network, other: Network) -> bool:
    """Are the weights of `own` those of `other`? How much dropout drops and which mode they are in plays no part."""
    return own.prefix == other.prefix and answering(other) in {answering(own), without_head(answering(own))}


def answering(network: Network) -> tuple[tuple[str, Layer], ...]:
    """The stages in eval mode, dropout at zero."""
    return tuple((name, at_rest(layer)) for name, layer in evaluated(network).stages)


def at_rest(layer: Layer) -> Layer:
    none: dict[str, Any] = {"p": 0.0}
    return replace(layer, **none) if isinstance(layer, (Dropout, DropoutNd)) else layer


def without_head(stages: tuple[tuple[str, Layer], ...]) -> tuple[tuple[str, Layer], ...]:
    """All stages but a head at the end."""
    return stages[:-1] if stages[-1][0] == HEAD else stages
