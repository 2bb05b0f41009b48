"""Explain any output cell by hand, from the tables."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from cnnviz.geometry import PAD, Axis
from cnnviz.layers import Array, Step
from cnnviz.run import Run


def trace(done: Run, channel: int, cell: Sequence[int], axes: Sequence[Axis] | None = None) -> Step:
    """The terms, weights, bias and value of one output cell.

    Parameters
    ----------
    cell : one output index per axis
    axes : the layer's tables, if the caller has them at hand

    Examples
    --------
    >>> from cnnviz.layers import Conv
    >>> from cnnviz.run import run
    >>> ones = {"weight": np.ones((1, 1, 2), np.float32), "bias": np.zeros(1, np.float32)}
    >>> done = run(Conv(kernel_size=2, ndim=1), np.arange(4, dtype=np.float32)[None], weights=ones)
    >>> trace(done, 0, (2,)).terms, trace(done, 0, (2,)).value
    (array([[2., 3.]]), 5.0)
    """
    axes = done.layer.windows(done.x.shape) if axes is None else axes
    first, last = done.layer.channels_read()[channel]
    window = gather(done.x[first:last], axes, cell, done.layer.pad_value)
    return done.layer.step(window, done.state, channel)


def steps(done: Run, channel: int) -> Iterator[Step]:
    """Every output cell of one channel, in reading order, one at a time."""
    axes = done.layer.windows(done.x.shape)
    for cell in product(*(range(axis.n_out) for axis in axes)):
        yield trace(done, channel, cell, axes)


def gather(x: Array, axes: Sequence[Axis], cell: Sequence[int], pad_value: float) -> Array:
    """What one window reads, shape (channels, *taps): `pad_value` in the padding, 0 where a tap does not exist."""
    source = np.ix_(*(axis.source[o] for axis, o in zip(axes, cell, strict=True)))
    least = np.broadcast_arrays(*source)
    holes = np.any([s < PAD for s in least], axis=0)
    padding = np.any([s == PAD for s in least], axis=0)
    read = x[(slice(None), *(np.maximum(s, 0) for s in source))].astype(np.float64)
    return np.where(holes, 0.0, np.where(padding, pad_value, read))
