"""What a unit saw: its receptive field on the input, with what of it lies outside."""

from functools import lru_cache

import numpy as np

from cnnviz.core.layers import Shape
from cnnviz.networks.modes import evaluated
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import INPUT, Field, Spans, fields, spans

Box = tuple[tuple[int, int], ...]


def box(network: Network, shape: Shape, stage: str, cell: int) -> Box:
    """First and one past the last cell of the input that a unit sees, along each axis.

    They reach over the input's ends where the unit reads padding. Where units differ in how far they see, as behind a
    transposed convolution, it is what this one sees of the input alone.

    Parameters
    ----------
    shape : (channels, *axes) of the input
    cell : int
        Of the stage's map, counted row by row.

    Examples
    --------
    >>> from cnnviz.core.layers import Conv
    >>> box(Network((("conv", Conv(1, 1, (3, 3), padding=(1, 1))),)), (1, 4, 4), "conv", 6)
    ((0, 3), (1, 4))
    """
    made, seen, clipped = sight(network, shape, stage)
    at = np.unravel_index(cell, made) if made else ()
    found = []
    for axis, (field, span, size) in enumerate(zip(seen, clipped, shape[1:], strict=True)):
        if field.whole:
            found.append((0, size))
            continue
        begin = int(at[axis]) * field.jump - field.before
        first, last = span[int(at[axis])]
        end = begin + field.size
        exact = isinstance(begin, int) and max(begin, 0) == first and min(end, size) == last + 1
        found.append((int(begin), int(end)) if exact else (int(first), int(last) + 1))
    return tuple(found)


@lru_cache(maxsize=64)
def sight(network: Network, shape: Shape, stage: str) -> tuple[Shape, tuple[Field, ...], Spans]:
    """The axes of a stage, how far its units see along each of the input, and what each of them sees of it."""
    part = evaluated(network).upto(stage)
    return part.shapes(shape)[-1][1:], fields(part, shape)[-1], spans(part, shape, stage)[INPUT]
