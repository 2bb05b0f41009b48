"""Count, and say it in words: parameters, multiply-adds, bytes; how often a cell is read, and what it reaches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from math import prod

import numpy as np
import torch

from cnnviz.core.geometry import Axis, GeometryError, Ints
from cnnviz.core.layers import Adaptive, Layer, Linear, Move, Shape

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
        raise GeometryError(f"{layer.code()} has more weights than torch can count. Use smaller numbers.") from error
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


NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "twenty thirty forty fifty sixty seventy eighty ninety",
)
UNITS, TENS = (line.split() for line in NUMBERS)
SCALES = ("", " thousand", " million", " billion", " trillion", " quadrillion", " quintillion", " sextillion")


def in_words(number: int) -> str:
    """How large a count is, said in words: exact below 100, and with two significant digits at most above.

    Parameters
    ----------
    number : int >= 0

    Examples
    --------
    >>> in_words(61_100_840), in_words(138_357_544), in_words(312), in_words(42)
    ('about sixty-one million', 'about one hundred and forty million', 'about three hundred and ten', 'forty-two')
    >>> in_words(1_135_256_096), in_words(73_792), in_words(1_234)
    ('about one point one billion', 'about seventy-four thousand', 'about one thousand two hundred')
    """
    if number < 100:
        return spelled(number)
    digits = len(str(number)) - 2
    number = (number + 5 * 10 ** (digits - 1)) // 10**digits * 10**digits  # halves up; 99,600 becomes 100,000
    scale = (len(str(number)) - 1) // 3
    if scale >= len(SCALES):
        return f"about ten to the power of {len(str(number)) - 1}"
    whole, rest = divmod(number, 1000**scale)
    if scale == 1 and rest:
        return f"about {spelled(whole)} thousand {spelled(rest)}"  # nobody says one point two thousand
    tenth = f" point {spelled(10 * rest // 1000**scale)}" if rest else ""
    return f"about {spelled(whole)}{tenth}{SCALES[scale]}"


def spelled(number: int) -> str:
    """A number below 1000.

    >>> spelled(140), spelled(61), spelled(300)
    ('one hundred and forty', 'sixty-one', 'three hundred')
    """
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10)
    low = UNITS[rest] if rest < 20 else TENS[tens - 2] + (f"-{UNITS[units]}" if units else "")
    if not hundreds:
        return low
    return f"{UNITS[hundreds]} hundred" + (f" and {low}" if rest else "")


def coverage(axes: Sequence[Axis]) -> Ints:
    """How many windows read each input cell; shape of the input without its channels.

    Rows and columns never interact, so the count is a product of one count per axis.
    """
    return reduce(np.multiply.outer, [axis.read_counts() for axis in axes])


def reach(axes: Sequence[Axis], cell: Sequence[int]) -> tuple[Ints, ...]:
    """Which outputs read input cell `cell`: one list of output indices per axis; every combination reads it."""
    return tuple(axis.readers(i) for axis, i in zip(axes, cell, strict=True))
