"""Which number of torch's tensors has its gradient in which cell of a pass."""

from collections.abc import Sequence

import numpy as np

from cnnviz.core.back import replayed, way
from cnnviz.core.back.way import INPUT
from cnnviz.core.geometry import Ints
from cnnviz.core.layers import Array, Channels, Shape
from cnnviz.core.run import Run


def tensors(done: Run) -> dict[str, Array]:
    """All that may have a gradient, by name."""
    return {INPUT: done.x, **done.state}


def numbered(done: Run, name: str) -> Ints:
    """Of every cell of a pass, where in its tensor the number stands: the flat index.

    A pass lays torch's gradient out on its maps; given numbers that count instead, it says which went where.
    """
    counted = {key: np.arange(one.size, dtype=np.float64).reshape(one.shape) for key, one in tensors(done).items()}
    found: Ints = replayed(way(done.layer, name), done, np.zeros_like(done.y), counted).y[0].astype(np.int64)
    return found


def index_of(done: Run, name: str, at: Sequence[int]) -> Shape:
    """The index of the number whose gradient a pass gives at (channel, *cell): of x that into one example."""
    of = way(done.layer, name).of
    index = tuple(int(i) for i in np.unravel_index(numbered(done, name)[tuple(at)], tensors(done)[of].shape))
    return index[1:] if of == INPUT else index


def kernels(done: Run, name: str) -> list[tuple[int, int]]:
    """Of every map of dW of a convolution, plain or transposed, which it is: ``weight[kernel, channel]``. Else none."""
    if not isinstance(done.layer, Channels) or way(done.layer, name).of != "weight":
        return []
    maps = numbered(done, name)
    kernel, channel, *_ = np.unravel_index(maps.reshape(len(maps), -1)[:, 0], done.state["weight"].shape)
    return list(zip(kernel.tolist(), channel.tolist(), strict=True))
