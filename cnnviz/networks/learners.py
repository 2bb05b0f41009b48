"""Networks to learn a data set with: small ones of its shape, a dense one beside them, and one that is made to fit."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from cnnviz.core.cost import total
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import BatchNorm, Conv, Dropout, Flatten, Layer, Linear, MaxPool, ReLU, Shape
from cnnviz.networks.desed import Desed
from cnnviz.networks.edit import refitted
from cnnviz.networks.network import Network
from cnnviz.networks.zoo import numbered

FILTERS = (8, 16)  # of the small network
POOLED = 4  # cells along the shortest axis, below which nothing is pooled


def small(shape: Shape, classes: int) -> Network:
    """Two convolutions and a dense layer, for signals, pictures or videos of any size, (channels, *axes)."""
    end = ("flatten", Flatten()), ("dense", Linear((1, 1, 1), classes))
    return refitted(Network((*blocks(shape), *end), ""), shape)


def blocks(shape: Shape) -> Iterator[tuple[str, Layer]]:
    ndim, cells = len(shape) - 1, min(shape[1:])
    for i, made in enumerate(FILTERS, 1):
        yield f"conv{i}", Conv(1, made, (3,) * ndim, (1,) * ndim, (1,) * ndim, ndim=ndim)
        yield f"relu{i}", ReLU(ndim=ndim)
        if cells >= POOLED:
            yield f"pool{i}", MaxPool((2,) * ndim, (2,) * ndim, ndim=ndim)
            cells //= 2


def dense(shape: Shape, classes: int, parameters: int) -> Network:
    """One hidden layer, as wide as makes about so many parameters: every number reads all cells."""
    inputs = prod(shape)
    width = max(1, round((parameters - classes) / (inputs + classes + 1)))
    hidden, out = Linear((inputs, 1, 1), width), Linear((width, 1, 1), classes)
    stages = (("flatten", Flatten()), ("hidden", hidden), ("relu", ReLU()), ("dense", out))
    return refitted(Network(stages, ""), shape)


def listener(shape: Shape, classes: int) -> Network:
    """Three small blocks of the DESED lesson, with a score for each class in every fourth frame."""
    mels = shape[-1] // 4**3
    pooling = ((2, 4), (2, 4), (1, 4))
    return Desed(nb_filters=(8, 16, 16), pooling=pooling, activation="glu", classes=classes, head_mels=max(1, mels))


def parameters(network: Network, shape: Shape) -> int:
    return total(network.measures(shape)).parameters


def fit(network: Network, shape: Shape, classes: int) -> Network:
    """The same layers for data of this shape and with so many classes.

    Raises
    ------
    GeometryError
        If they cannot work on it whatever their channels.
    """
    stages = [*network.stages]
    for at in reversed(range(len(stages))):
        name, layer = stages[at]
        if isinstance(layer, Linear | Conv):
            stages[at] = name, answering(layer, classes)
            break
    found = refitted(Network(tuple(stages), network.prefix), shape)
    output = found.shapes(shape)[-1]
    if output[0] != classes:
        raise GeometryError("The last layer gives {output}, not one number for each class.", output=output)
    return found


def answering(layer: Linear | Conv, classes: int) -> Layer:
    """The layer with one number, or one map, for each class."""
    if isinstance(layer, Linear):
        return replace(layer, out_features=classes)
    return replace(layer, out_channels=classes)


def toggled_norm(network: Network) -> Network:
    """Without its batch norms; where it has none, with one behind each convolution."""
    kept = [(name, layer) for name, layer in network.stages if not isinstance(layer, BatchNorm)]
    if len(kept) == len(network.stages):
        kept = [one for stage in kept for one in with_norm(*stage)]
    return renamed(network, kept)


def with_norm(name: str, layer: Layer) -> Iterator[tuple[str, Layer]]:
    yield name, layer
    if isinstance(layer, Conv):
        yield f"{name}_norm", BatchNorm(num_features=layer.out_channels, training=False, ndim=layer.ndim)


def toggled_dropout(network: Network) -> Network:
    """Without its dropouts; where it has none, with one before its last dense layer."""
    drops = [name for name, layer in network.stages if "Dropout" in type(layer).__name__]
    if drops:
        return renamed(network, [stage for stage in network.stages if stage[0] not in drops])
    dense_layers = [at for at, (_, layer) in enumerate(network.stages) if isinstance(layer, Linear)]
    at = dense_layers[-1] if dense_layers else len(network.stages) - 1
    stages = [*network.stages]
    return renamed(network, [*stages[:at], ("drop", Dropout(0.5, training=False)), *stages[at:]])


def renamed(network: Network, stages: list[tuple[str, Layer]]) -> Network:
    """As a network; where names were places, they are counted anew."""
    if all(name.isdecimal() for name, _ in network.stages):
        return numbered([layer for _, layer in stages])
    return Network(tuple(stages), network.prefix)
