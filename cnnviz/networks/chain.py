"""Layers called one after the other, each by a line of its own: what an `nn.Sequential` cannot hold in a row."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from cnnviz.core.cost import measure
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Layer, MaxPool, MaxUnpool, Shape
from cnnviz.networks.network import Network


@dataclass(frozen=True)
class Chain(Network):
    """Layers called one after the other, as lines of Python do it.

    A dense layer reads maps, which the line flattens; several examples may go through at once; and an `nn.MaxUnpool`
    whose indices are None reads those of the last `nn.MaxPool` with `return_indices` that nothing has undone yet. A
    single layer is a chain of one.
    """

    budget: ClassVar[int | None] = None  # each stage is held to what a layer by itself may take

    def sound(self, shape: Shape) -> tuple[list[Shape], GeometryError | None]:
        found: list[Shape] = []
        try:
            for layer, read in self._told(shape):
                layer.check(read)
                measure(layer, read)  # what cannot even be counted cannot work
                found.append(layer.output_shape(read))
        except GeometryError as error:
            return found, error
        return found, None

    def placed(self, shape: Shape) -> list[tuple[Layer, Shape]]:
        return list(self._told(shape))

    def upto(self, name: str) -> "Chain":
        return Chain(super().upto(name).stages, self.prefix)

    def _told(self, shape: Shape) -> Iterator[tuple[Layer, Shape]]:
        """Each layer, an `nn.MaxUnpool` with the size of what its pooling read; and what it reads."""
        pooled: list[Shape] = []
        for _, layer in self.stages:
            told: Layer = layer
            if isinstance(layer, MaxUnpool) and layer.indices is None and pooled:
                told = replace(layer, size=pooled.pop()[1:])
            yield told, shape
            if isinstance(layer, MaxPool) and layer.return_indices:
                pooled.append(shape)
            shape = told.output_shape(shape)


def chain(*layers: Layer) -> Chain:
    """Layers named by their places, as an `nn.Sequential` names them.

    Examples
    --------
    >>> from cnnviz.core.layers import Conv, ReLU
    >>> chain(Conv(), ReLU()).shapes((1, 5, 5))
    [(1, 3, 3), (1, 3, 3)]
    """
    return Chain(tuple((str(place), layer) for place, layer in enumerate(layers)), "")
