"""One output cell: what its window reads, and how it is worked out by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.geometry import NONE, PAD, Axis, Ints

if TYPE_CHECKING:
    from cnnviz.core.layers.base import Layer

Array = NDArray[np.floating[Any]]
Shape = tuple[int, ...]  # of one example: (channels, *axes)


@dataclass(frozen=True, eq=False)
class Window:
    """What one output cell reads.

    Attributes
    ----------
    values : array, shape (channels read, *taps), or (N, channels read, *taps)
        The layer's `pad_value` in the padding, 0 where a tap does not exist.
    kind : int array, shape (*taps)
        0 for a cell, or `PAD` or `NONE`.
    index : int array, shape (*taps)
        Where in its own map each tap reads, counted row after row; meaningless where `kind` is not 0.
    cell : tuple of int
        The output cell.
    own : float
        The input cell in the same place; NaN where input and output differ in shape.
    """

    values: Array
    kind: Ints
    index: Ints
    cell: tuple[int, ...]
    own: float


@dataclass(frozen=True, eq=False)
class Step:
    """One output cell, worked out by hand.

    Attributes
    ----------
    terms : array, shape (channels read, *taps)
        What the window reads.
    value : float
        In double precision.
    weights : array of the same shape, or None
        What each term is multiplied by, where the value is a sum of products and the bias; of a gate with an nn.Linear,
        where what that makes is.
    bias : float
    index : int or None
        Of a maximum: where in its map the largest stands, counted row after row.
    """

    terms: Array
    value: float
    weights: Array | None = None
    bias: float = 0.0
    index: int | None = None


def gather(x: Array, axes: Sequence[Axis], channels: Sequence[int], cell: Sequence[int], pad_value: float) -> Window:
    """The window of one output cell; `channels` are the first input channel that is read and one past the last.

    Of one example, (channels, *axes); of several, (N, channels, *axes), the window holds the same cells of each.
    """
    source = np.ix_(*(axis.source[o] for axis, o in zip(axes, cell, strict=True)))
    least = np.broadcast_arrays(*source)
    holes = np.any([s < PAD for s in least], axis=0)
    padding = ~holes & np.any([s == PAD for s in least], axis=0)
    inside = [np.maximum(s, 0) for s in source]
    read = x[(..., slice(*channels), *inside)].astype(np.float64)
    kind = np.where(holes, NONE, np.where(padding, PAD, 0))
    index = np.ravel_multi_index(tuple(np.broadcast_arrays(*inside)), x.shape[-len(source) :])
    values = np.where(holes, 0.0, np.where(padding, pad_value, read))
    return Window(values, kind, index, tuple(cell), np.nan)


@dataclass(frozen=True, eq=False)
class Example:
    """One example of a pass: what explaining a cell of it needs.

    Attributes
    ----------
    x, y : arrays, shape (channels, *axes)
    state : torch's own `state_dict` before the pass
    parts : arrays by name
        What else there is to see of it.
    batch : array, shape (N, channels, *axes)
        All examples, for a layer that mixes them.
    """

    layer: "Layer"
    x: Array
    y: Array
    state: Mapping[str, Array]
    parts: Mapping[str, NDArray[Any]]
    batch: Array
