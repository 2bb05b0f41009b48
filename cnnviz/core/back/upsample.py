"""Back through upsampling: the blend with its weights turned round, to the cells that each was made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from cnnviz.core.back.hand_back import HandBack
from cnnviz.core.back.readers import readers_axis
from cnnviz.core.back.way import INPUT, Gradients, Replay, Way
from cnnviz.core.geometry import NONE, Axis, Ints
from cnnviz.core.layers import Array, Example, Shape, Step, Upsample
from cnnviz.core.layers.cell import gather
from cnnviz.core.layers.upsample import Blend, nearest
from cnnviz.text import Message


@dataclass(frozen=True)
class BlendBack(HandBack):
    """Each cell of x is a blend of the output cells that it counts in, with the weight that it has in each."""

    rule: ClassVar[str] = "blend"

    def blends(self) -> list[Blend]:
        """Along each axis, the output cells that read a cell, and with which weights."""
        found = []
        for n, (axis, weights) in zip(self.size[1:], self.ahead(), strict=True):
            counting = np.where(weights != 0, axis.source, NONE)
            found.append(turned_round(readers_axis(counting, n), axis.source, weights))
        return found

    def ahead(self) -> list[Blend]:
        """What is turned round: the blends of the layer, but for mistakes of torch's.

        Of mode "nearest" the backward pass always forgets a factor that makes as many cells as before, or twice as
        many; forward, torch forgets it along two axes alone. Of mode "bicubic" it copies dY where no axis changes its
        size, though forward a factor as 1.25 blends. So its gradient is not always that of its own output.
        """
        layer = self.of
        assert isinstance(layer, Upsample)
        copied = layer.mode == "bicubic" and layer.sizes(self.size) == self.size[1:]
        if layer.mode != "nearest" and not copied:
            return layer.blends(self.size)
        axes = zip(self.size[1:], layer.sizes(self.size), layer.factors, strict=True)
        return [nearest(*axis, exact=False, ndim=2) for axis in axes]

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        return tuple(axis for axis, _ in self.blends())

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        ones = {f"blend{i}": np.ones(1, np.float32) for i in range(3 - self.ndim)}
        return {**ones, **parts}

    def explain(self, done: Example, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> Step:
        window = gather(done.x, axes, (channel, channel + 1), cell, 0.0)
        rows = [weights[i] for (_, weights), i in zip(self.blends(), cell, strict=True)]
        weights = reduce(np.multiply.outer, rows)[None]
        return Step(window.values, float((window.values * weights).sum()), weights)


def turned_round(readers: Axis, source: Ints, weights: Array) -> Blend:
    """The weight that a cell has in each window that reads it; a window may read the border more than once.

    Parameters
    ----------
    readers : windows are the cells, taps the windows that read them
    source, weights : what each tap of each window reads, and its weight; shape (windows, taps)
    """
    windows = np.maximum(readers.source, 0)  # (cells, readers)
    same = source[windows] == np.arange(readers.n_out)[:, None, None]
    return readers, np.where(readers.source >= 0, (weights[windows] * same).sum(axis=2), 0.0)


def to_input(done: Example, dy: Array, torchs: Gradients) -> Replay:
    layer = BlendBack(done.layer, done.x.shape, ndim=done.layer.ndim)
    first = 3 - layer.ndim
    kept = {f"blend{first + i}": weights.astype(np.float32).ravel() for i, (_, weights) in enumerate(layer.blends())}
    return Replay(layer, dy, torchs[INPUT], parts=kept)


TURNED_ROUND = Way(
    "dX",
    Message(
        "Upsampling turned round: each cell of x gets dY from all output cells that it counts in, times the weight "
        "that it has there. So it makes fewer cells of many, as a pooling does."
    ),
    to_input,
)
