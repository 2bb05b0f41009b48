"""Editing a network: one change at a time, each giving a new one."""

from dataclasses import fields, replace
from itertools import count
from math import prod

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    Channels,
    Layer,
    LayerNorm,
    Linear,
    PReLU,
    Shape,
    Unflatten,
)
from cnnviz.networks.modes import switched
from cnnviz.networks.network import Network, after
from cnnviz.text.typed import shown

Stages = tuple[tuple[str, Layer], ...]
MOST_STAGES = 60
MOST_LETTERS = 60  # of a name; the address holds 100


def added(network: Network, at: int, layer: Layer) -> Network:
    """With one more layer in front of place `at`."""
    if len(network.stages) >= MOST_STAGES:
        raise GeometryError(
            "The network has {count} layers, and no more are shown. Remove one first.", count=len(network.stages)
        )
    stages = network.stages
    return named(network, (*stages[:at], (free_name(network, layer), layer), *stages[at:]))


def removed(network: Network, at: int) -> Network:
    """Without the layer at a place; the last one stays."""
    if len(network.stages) == 1:
        raise GeometryError("A network has at least one layer. Add another before you remove this one.")
    return named(network, (*network.stages[:at], *network.stages[at + 1 :]))


def duplicated(network: Network, at: int) -> Network:
    """With the layer at a place twice."""
    return added(network, at + 1, network.stages[at][1])


def moved(network: Network, at: int, to: int) -> Network:
    """With the layer at one place taken out and put at another."""
    stages = [*network.stages]
    stages.insert(max(0, min(len(stages) - 1, to)), stages.pop(at))
    return named(network, tuple(stages))


def replaced(network: Network, at: int, layer: Layer) -> Network:
    """With another layer at a place, under the same name."""
    stages = [*network.stages]
    stages[at] = stages[at][0], layer
    return replace(network, stages=tuple(stages))


def renamed(network: Network, at: int, name: str) -> Network:
    """With another name at a place.

    Raises
    ------
    GeometryError
        If torch would not take it: empty, with odd characters, or there already.
    """
    others = [one for i, (one, _) in enumerate(network.stages) if i != at]
    if not name.isascii() or not all(part.isidentifier() or part.isdecimal() for part in name.split(".")):
        raise GeometryError(
            "“{name}” is no name for a layer. Use letters from a to z, digits and underlines.", name=shown(name)
        )
    if len(name) > MOST_LETTERS:
        raise GeometryError("The name has {count} letters. Use {most} at most.", count=len(name), most=MOST_LETTERS)
    if name in others:
        raise GeometryError("Another layer is called {name}. Choose another name.", name=name)
    stages = [*network.stages]
    stages[at] = name, stages[at][1]
    return replace(network, stages=tuple(stages))


def named(network: Network, stages: Stages) -> Network:
    """The stages as a network; where names are places, as torch gives them, they are counted anew."""
    if all(name.isdecimal() for name, _ in stages):
        stages = tuple((str(i), layer) for i, (_, layer) in enumerate(stages))
    return replace(network, stages=stages)


def free_name(network: Network, layer: Layer) -> str:
    """A name that no layer has: a number where the others have numbers, else the kind and a number."""
    names = {name for name, _ in network.stages}
    start = "" if all(name.isdecimal() for name in names) else type(layer).__name__.lower()
    return next(name for name in (f"{start}{i}" for i in count()) if name not in names)


def fresh(kind: type[Layer], n_axes: int = 2) -> Layer:
    """A layer of this kind as a network begins with it: one example at a time, in eval mode."""
    return switched(kind(ndim=n_axes if n_axes in kind.ndims else kind.ndims[0]), False)


def fitted(layer: Layer, shape: Shape) -> Layer:
    """The layer for an input of this shape: what only counts channels or cells follows from it."""
    layer = layer.along(shape)
    if isinstance(layer, Linear):
        return replace(layer, size=(*shape, *(1,) * (1 + layer.ndim - len(shape))))
    if isinstance(layer, Unflatten):
        fits = prod(layer.unflattened_size) == prod(shape)
        return layer if fits else replace(layer, unflattened_size=(prod(shape), *(1,) * layer.ndim))
    if isinstance(layer, LayerNorm):
        kept = len(layer.normalized_shape) or 1
        return replace(layer, normalized_shape=tuple(shape[-kept:]))
    if isinstance(layer, Channels):
        return replace(layer, in_channels=shape[0])
    if isinstance(layer, PReLU):
        return replace(layer, num_parameters=shape[0]) if layer.num_parameters > 1 else layer
    known = {field.name for field in fields(layer)} & {"num_features", "num_channels", "channels"}
    return replace(layer, **dict.fromkeys(known, shape[0])) if known else layer


def refitted(network: Network, shape: Shape) -> Network:
    """Every layer fitted to what reaches it, as far as that goes."""
    stages = [*network.stages]
    for i, (name, layer) in enumerate(stages):
        stages[i] = name, fitted(layer, shape)
        try:
            shape = after(stages[i][1], shape)
        except GeometryError:
            break
    return replace(network, stages=tuple(stages))
