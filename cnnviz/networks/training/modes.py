"""A network that trains, and the same when it is done."""

from dataclasses import fields, replace
from typing import Any

from cnnviz.core.layers import BatchNorm, Layer
from cnnviz.networks.network import Network


def in_train_mode(network: Network) -> Network:
    """The same network as it learns: dropout drops, and batch norm takes the batch's own statistics."""
    return in_mode(network, True)


def in_eval_mode(network: Network) -> Network:
    """The same network as it answers: dropout drops nothing, and batch norm takes its running statistics."""
    return in_mode(network, False)


def in_mode(network: Network, training: bool) -> Network:
    if any(field.name == "training" for field in fields(network)):  # its stages follow from its own arguments
        arguments: dict[str, Any] = {"training": training}
        return replace(network, **arguments)
    return replace(network, stages=tuple((name, switched(layer, training)) for name, layer in network.stages))


def switched(layer: Layer, training: bool) -> Layer:
    """A layer in a mode; one without any as it is."""
    if not hasattr(layer, "training"):
        return layer
    mode: dict[str, Any] = {"training": training}
    return replace(layer, **mode, **({"steps": int(training)} if isinstance(layer, BatchNorm) else {}))
