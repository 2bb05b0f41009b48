"""Back through pooling: each window hands its dY to the cells that its number came from."""

from functools import reduce

import numpy as np

from cnnviz.core.back.hand_back import HandBack, at_readers
from cnnviz.core.back.way import INPUT, Gradients, Replay, Way
from cnnviz.core.geometry import NONE, GeometryError
from cnnviz.core.layers import Array, AvgPool
from cnnviz.core.run import Run
from cnnviz.text import Message


def to_winners(done: Run, dy: Array, torchs: Gradients) -> Replay:
    """All of dY to the one cell that was the largest; a cell that won several windows adds up what it gets."""
    layer = HandBack(done.layer, done.x.shape, ndim=done.layer.ndim)
    axes, size = layer.windows(dy.shape), done.x.shape[1:]
    own = np.arange(np.prod(size)).reshape(*size, *(1,) * len(size))  # where a cell stands in its own map
    slope = at_readers(done.parts["indices"] + 1, axes) == own + 1  # 0 is no window
    return handed(layer, dy, torchs, slope)


def check_winners(done: Run) -> None:
    """Of a window that reads no cell torch names a winner outside of the map, and would write there."""
    for axis in done.layer.windows(done.x.shape):
        if (axis.source < 0).all(axis=1).any():
            raise GeometryError(
                "A window of {layer} reads padding alone, so no cell wins there, and torch has no gradient for it. Set "
                "dilation to 1.",
                {"dilation": (1,) * done.layer.ndim},
                layer=done.layer.called,
            )


def shared_out(done: Run, dy: Array, torchs: Gradients) -> Replay:
    """The same part of dY to every cell of the window: one over what it was divided by."""
    assert isinstance(done.layer, AvgPool)
    layer = HandBack(done.layer, done.x.shape, ndim=done.layer.ndim)
    sources = [axis.source for axis in done.layer.windows(done.x.shape)]
    counted = [((s != NONE) if done.layer.count_include_pad else (s >= 0)).sum(axis=1) for s in sources]
    divisor = done.layer.divisor_override or np.maximum(reduce(np.multiply.outer, counted), 1)
    by = np.broadcast_to(1 / np.asarray(divisor, np.float64), dy.shape)
    return handed(layer, dy, torchs, at_readers(by, layer.windows(dy.shape)))


def handed(layer: HandBack, dy: Array, torchs: Gradients, slope: Array) -> Replay:
    """With slopes (channels, *cells, *taps), where each channel reads its own alone."""
    parts = {"slope": np.expand_dims(slope.astype(np.float32), dy.ndim)}
    return Replay(layer, dy, torchs[INPUT], parts=parts)


WINNERS = Way(
    "dX",
    Message(
        "A maximum hands its whole dY to the cell that won, and 0 to all others. A cell that won in several windows "
        "gets the sum."
    ),
    to_winners,
    check=check_winners,
)
PARTS = Way(
    "dX",
    Message(
        "An average hands the same part of dY to each of its cells: dY over what the window was divided by. Where "
        "windows overlap, the parts add up."
    ),
    shared_out,
)
