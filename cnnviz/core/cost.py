"""Count, and say it in words: parameters, multiply-adds, bytes; how often a cell is read, and what it reaches."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import prod

import torch

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Adaptive, Layer, Linear, Move, Shape

FLOAT_BYTES = 4


@dataclass(frozen=True)
class Measure:
    """What one forward pass costs. One MAC is one multiply and one add; the bias is not counted."""

    parameters: int
    macs: int
    input_bytes: int
    output_bytes: int


@lru_cache(maxsize=4096)
def measure(layer: Layer, shape: Shape) -> Measure:
    """Count without allocating: the module is built on torch's meta device.

    Raises
    ------
    GeometryError
        If the layer cannot work on this shape, or has more weights than torch can address.
    """
    output = layer.output_shape(shape)
    try:
        with torch.device("meta"):
            parameters = sum(p.numel() for p in layer.module().parameters())
    except RuntimeError as error:  # "Storage size calculation overflowed"
        raise GeometryError(
            "{layer} has more weights than torch can count. Use smaller numbers.", layer=layer.code()
        ) from error
    return Measure(parameters, layer.macs(shape), FLOAT_BYTES * prod(shape), FLOAT_BYTES * prod(output))


def taps(layer: Layer, shape: Shape) -> Shape:
    """The most cells that one window reads along each axis, without a table of them being made; none of no windows."""
    if isinstance(layer, Move):  # MaxUnpool has a kernel_size, and puts each cell in one place
        return ()
    if isinstance(layer, Adaptive):
        return tuple(-(-n // m) + 1 for n, m in zip(shape[1:], layer.output_shape(shape)[1:], strict=True))
    return tuple(getattr(layer, "kernel_size", ()))


def reads(layer: Layer, shape: Shape) -> int:
    """How often all windows read a cell of one channel: what a pooling works, which multiplies nothing."""
    most = taps(layer, shape)
    return prod(layer.output_shape(shape)) * prod(most) if most else 0


def table_cells(layer: Layer, shape: Shape) -> int:
    """Cells of the largest window table of a layer, one row for each window along an axis."""
    pairs = zip(layer.output_shape(shape)[1:], taps(layer, shape), strict=False)
    return max((windows * most for windows, most in pairs), default=0)


def total(measures: Iterable[Measure]) -> Measure:
    """What stages in a row cost together: the input of the first, and the outputs of all, which are kept."""
    costs = list(measures)
    read = costs[0].input_bytes if costs else 0
    made = sum(cost.output_bytes for cost in costs)
    return Measure(sum(cost.parameters for cost in costs), sum(cost.macs for cost in costs), read, made)


def dense_instead(layer: Layer, shape: Shape) -> Measure:
    """What a dense layer costs that makes as many numbers as this one, of the same input: a weight for every pair.

    Examples
    --------
    >>> from cnnviz.core.layers import Conv
    >>> dense_instead(Conv(3, 64, 11, stride=4, padding=2), (3, 224, 224)).parameters  # 150,528 inputs, 193,600 outputs
    29142414400
    """
    outputs, bias = prod(layer.output_shape(shape)), bool(getattr(layer, "bias", True))
    return measure(Linear(shape, outputs, bias, ndim=layer.ndim), shape)
