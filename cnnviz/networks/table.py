"""A network as a table: what each stage makes, costs and sees."""

from dataclasses import dataclass
from functools import lru_cache

from cnnviz.core.cost import Measure
from cnnviz.core.layers import Shape
from cnnviz.networks.network import KEPT, Network
from cnnviz.networks.receptive_field import Field, fields


@dataclass(frozen=True)
class Row:
    """One stage in a table of the network.

    Attributes
    ----------
    name, layer : str
        The stage, and its torch call.
    shape : as in `Network.shapes`
    cost : Measure
        The stage alone. `cnnviz.core.cost.total` adds them up.
    field : one per axis of the network's input
    """

    name: str
    layer: str
    shape: Shape
    cost: Measure
    field: tuple[Field, ...]


def rows(network: Network, shape: Shape) -> list[Row]:
    """What each stage makes, costs and sees, as far as the stages can work; see `Network.sound`."""
    return [*rows_of(network, shape)]


@lru_cache(maxsize=KEPT)
def rows_of(network: Network, shape: Shape) -> tuple[Row, ...]:
    """The same, made once."""
    shapes, _ = network.sound(shape)
    network = Network(network.stages[: len(shapes)], network.prefix)
    columns = zip(network.stages, shapes, network.measures(shape), fields(network, shape), strict=True)
    return tuple(Row(name, layer.code(), made, cost, field) for (name, layer), made, cost, field in columns)
