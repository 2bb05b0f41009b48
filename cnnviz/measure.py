"""Count: parameters, multiply-adds, bytes; how often each input cell is read, and what it reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from math import prod

import numpy as np
import torch

from cnnviz.geometry import Axis, Ints
from cnnviz.layers import Layer, Shape

FLOAT_BYTES = 4


@dataclass(frozen=True)
class Measure:
    """What one forward pass costs. One MAC is one multiply and one add; the bias is not counted."""

    parameters: int
    macs: int
    input_bytes: int
    output_bytes: int


@lru_cache(maxsize=256)
def measure(layer: Layer, shape: Shape) -> Measure:
    """Count without allocating: the module is built on torch's meta device."""
    with torch.device("meta"):
        parameters = sum(p.numel() for p in layer.module().parameters())
    output = layer.output_shape(shape)
    return Measure(parameters, layer.macs(shape), FLOAT_BYTES * prod(shape), FLOAT_BYTES * prod(output))


def coverage(axes: Sequence[Axis]) -> Ints:
    """How many windows read each input cell; shape of the input without its channels.

    Rows and columns never interact, so the count is a product of one count per axis.
    """
    return reduce(np.multiply.outer, [axis.readers.sum(axis=1) for axis in axes])


def reach(axes: Sequence[Axis], cell: Sequence[int]) -> tuple[Ints, ...]:
    """Which outputs read input cell `cell`: one list of output indices per axis; every combination reads it."""
    return tuple(np.flatnonzero(axis.readers[i]) for axis, i in zip(axes, cell, strict=True))
