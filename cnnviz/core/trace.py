"""Explain any output cell by hand, from the tables."""

from collections.abc import Iterator, Sequence

import numpy as np

from cnnviz.core.geometry import Axis
from cnnviz.core.layers import Step
from cnnviz.core.run import Run


def trace(done: Run, channel: int, cell: Sequence[int], axes: Sequence[Axis] | None = None, example: int = 0) -> Step:
    """The terms, weights, bias and value of one output cell.

    Parameters
    ----------
    cell : one output index per axis
    axes : the layer's tables, if the caller has them at hand

    Examples
    --------
    >>> from cnnviz.core.layers import Conv
    >>> from cnnviz.core.run import run
    >>> ones = {"weight": np.ones((1, 1, 2), np.float32), "bias": np.zeros(1, np.float32)}
    >>> done = run(Conv(kernel_size=2, ndim=1), np.arange(4, dtype=np.float32)[None], weights=ones)
    >>> trace(done, 0, (2,)).terms, trace(done, 0, (2,)).value
    (array([[2., 3.]]), 5.0)
    """
    axes = done.layer.windows(done.shape) if axes is None else axes
    return done.layer.explain(done.example(example), axes, channel, cell)


def steps(done: Run, channel: int, example: int = 0) -> Iterator[Step]:
    """Every output cell of one channel, in reading order, one at a time."""
    axes = done.layer.windows(done.shape)
    for cell in np.ndindex(done.y.shape[2:]):
        yield trace(done, channel, cell, axes, example)
