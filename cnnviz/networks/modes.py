"""A network that trains, and the same when it is done."""

from dataclasses import fields, replace
from typing import Any

from cnnviz.core.layers import BatchNorm, InstanceNorm, Layer
from cnnviz.networks.network import Network


def in_train_mode(network: Network) -> Network:
    """The same network as it learns: dropout drops, and batch norm takes the batch's own statistics."""
    return in_mode(network, True)


def in_eval_mode(network: Network) -> Network:
    """The same network as it answers: dropout drops nothing, and batch norm takes its running statistics."""
    return in_mode(network, False)


def evaluated(network: Network) -> Network:
    """The same stages in eval mode, whatever arguments they follow from."""
    return in_eval_mode(Network(network.stages, network.prefix))


def in_mode(network: Network, training: bool) -> Network:
    """Every layer in training mode, as after ``train()``, or in eval mode, as after ``eval()``."""
    if any(field.name == "training" for field in fields(network)):  # its stages follow from its own arguments
        arguments: dict[str, Any] = {"training": training}
        return replace(network, **arguments)
    return replace(network, stages=tuple((name, switched(layer, training)) for name, layer in network.stages))


def switched(layer: Layer, training: bool) -> Layer:
    """A layer in a mode; one without any as it is. In training a batch norm has seen this one batch, else none."""
    if not hasattr(layer, "training") or (training and not has_mode(layer)):
        return layer
    mode: dict[str, Any] = {"training": training}
    if isinstance(layer, BatchNorm):
        mode["steps"] = max(1, layer.steps) if training else 0
    return replace(layer, **mode)


def moded(network: Network) -> bool | None:
    """Does a layer train that does something else then? None where the mode makes no difference."""
    modes = [bool(getattr(layer, "training", False)) for _, layer in network.stages if has_mode(layer)]
    return any(modes) if modes else None


def has_mode(layer: Layer) -> bool:
    """Does this layer do something else in training?"""
    return hasattr(layer, "training") and (not isinstance(layer, InstanceNorm) or layer.track_running_stats)
