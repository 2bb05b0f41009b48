"""Requests in few words, as most tests ask: one layer on an input, and what runs before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnnviz.core.layers import Array, Channels, Layer, MaxPool, MaxUnpool
from cnnviz.inputs import Source
from cnnviz.inputs.batch import ONE, Batch
from cnnviz.networks.chain import chain
from cnnviz.networks.network import Network
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Named, Seeded


def request_of(
    layer: Layer,
    source: Source,
    kernel: str = "random",
    text: str = "",
    seed: int = 0,
    flipped: bool = False,
    front: Sequence[Layer] = (),
    batch: Batch = ONE,
) -> Request:
    """One layer on an input, as the pages of layers ask for it; `front` are the layers that run before."""
    weights = Named(kernel, text, flipped, seed=seed) if isinstance(layer, Channels) else Seeded(seed)
    return Request(chain(*front, layer), source, weights, batch)


def undoing(pool: MaxPool, source: Source, seed: int = 0, front: Sequence[Layer] = ()) -> Request:
    """A pooling and the layer that puts its winners back."""
    layers = (*front, replace(pool, return_indices=True), MaxUnpool.of(pool))
    return Request(chain(*layers), source, Seeded(seed))


def layer_of(request: Request) -> Layer:
    """The layer that is seen."""
    _, layer = request.network.stages[-1]
    return layer


def front_of(request: Request) -> list[Layer]:
    """The layers that run before it."""
    return [layer for _, layer in request.network.stages[:-1]]


@dataclass(frozen=True, eq=False)
class Given(Named):
    """Any weight, which no kernel's name makes."""

    array: Array | None = None

    def weight(self, network: Network) -> Array | None:
        return self.array


def weighted(
    layer: Layer, source: Source, seed: int = 0, weight: Array | None = None, flipped: bool = False
) -> Request:
    """One layer with any weight."""
    weights = Given(flipped=flipped, seed=seed, array=weight) if isinstance(layer, Channels) else Seeded(seed)
    return Request(chain(layer), source, weights)
