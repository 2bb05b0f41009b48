"""A long vector on stage: the same numbers laid out as one map, where each number as a map of its own would not fit."""

from dataclasses import replace
from math import isqrt, prod
from typing import Any

import numpy as np

from cnnviz.core.layers import Activation, Dropout, DropoutNd, Layer, Linear, PReLU, Shape
from cnnviz.core.run import Run
from cnnviz.scenes.layer import MOST_MAPS
from cnnviz.text import _

MOST_WEIGHTS = 2**22  # of a dense layer, in one blob


def laid_out(layer: Layer, shape: Shape) -> tuple[Layer, Shape]:
    """The layer and its input with the cells of a long vector in rows, and only as many outputs as there is room for.

    What treats each number on its own does the same on any layout, and a dense layer reads all cells in a row anyway.
    Other layers, and vectors that fit, stay as they are.

    Examples
    --------
    >>> laid_out(Linear((4096, 1, 1), 1000), (4096, 1, 1))
    (Linear(ndim=2, size=(1, 64, 64), out_features=512, bias=True), (1, 64, 64))
    """
    each = isinstance(layer, Activation | Dropout) and not isinstance(layer, PReLU | DropoutNd)
    long = shape[0] > MOST_MAPS and prod(shape[1:]) == 1 and layer.ndim == len(shape) - 1
    if long and (each or isinstance(layer, Linear)):
        shape = in_rows(shape)
    if isinstance(layer, Linear):
        room = max(1, min(MOST_MAPS, MOST_WEIGHTS // prod(shape)))
        layer = replace(layer, size=shape, out_features=min(layer.out_features, room))
    return layer, shape


def in_rows(shape: Shape) -> Shape:
    """One map as near a square as a whole number of rows allows; along one axis, a line.

    >>> in_rows((3136, 1, 1)), in_rows((9216, 1))
    ((1, 56, 56), (1, 9216))
    """
    n = shape[0]
    if len(shape) == 2:
        return 1, n
    rows = next(r for r in range(isqrt(n), 0, -1) if n % r == 0)
    return (1, *(1,) * (len(shape) - 3), rows, n // rows)


def lay_out(done: Run) -> Run:
    """What was computed, in the layout of `laid_out`."""
    layer, shape = laid_out(done.layer, done.shape)
    if layer == done.layer and shape == done.shape:
        return done
    made = layer.output_shape(shape)
    state = {name: value[: made[0]] for name, value in done.state.items()} if isinstance(layer, Linear) else done.state
    n = len(done.x)
    parts = {name: np.reshape(value, (n, *shape)) for name, value in done.parts.items()}
    y = done.y.reshape(n, -1, *made[1:])[:, : made[0]]
    return replace(done, layer=layer, x=done.x.reshape(n, *shape), y=y, state=state, parts=parts)


def words(before: Run, after: Run) -> tuple[dict[str, Any], str]:
    """What a scene says of the layer as it is, and what a person should know about the layout; both may be empty."""
    if before is after:
        return {}, ""
    read, made = before.layer.torch_shapes(before.shape)
    told = []
    count, last = before.y.shape[1], after.y.shape[1] - 1
    if count > last + 1 and isinstance(before.layer, Linear):
        told.append(_("Outputs 0 to {last} of {count:,} are on stage.", last=last, count=count))
    if before.shape != after.shape:
        length, width = prod(before.shape), after.shape[-1]
        told.append(_("The {n:,} numbers of the vector are drawn in rows of {width}.", n=length, width=width))
    return {"title": before.layer.code(), "shapes": {"input": str(read), "output": str(made)}}, " ".join(told)
