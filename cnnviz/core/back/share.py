"""Back through softmax and its relatives: every cell takes from all, so every dY comes back to all."""

import numpy as np

from cnnviz.core.back.hand_back import HandBack, check_slopes
from cnnviz.core.back.way import INPUT, Gradients, Replay, Way
from cnnviz.core.layers import Array, Example, Layer, LogSoftmax, Shares
from cnnviz.text import Message


def ways(layer: Layer) -> tuple[Way, ...]:
    return (LOGS if isinstance(layer, LogSoftmax) else SHARES,)


def to_input(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """Of ``y_o`` by ``x_i``: ``y_o * ([o is i] - y_i)``; of its logarithm ``[o is i] - y_i``."""
    assert isinstance(done.layer, Shares)
    axis, numbers = done.layer.place - 1, done.layer.constants()
    x = numbers.get("sign", 1) * done.x.astype(np.float64)
    n = x.shape[axis] if axis >= 0 else 1  # along the batch, which is of one
    check_slopes(x.shape, (n,))
    reads = ((0, len(x)),) * len(x) if axis == 0 else ()
    layer = HandBack(done.layer, x.shape, reads, ndim=done.layer.ndim)
    along = np.moveaxis(x, axis, -1) if axis >= 0 else x[..., None]
    powers = np.exp(along - along.max(axis=-1, keepdims=True))
    share = powers / powers.sum(axis=-1, keepdims=True)
    slope = np.eye(n) - share[..., :, None]  # (..., i, o)
    if not numbers.get("log"):
        slope = numbers.get("sign", 1) * share[..., None, :] * slope
    back = np.moveaxis(slope, -2, axis) if axis >= 0 else slope[..., 0, :]  # (channels, *cells, o)
    taps = tuple(n if i == max(axis, 0) else 1 for i in range(x.ndim))  # channels of dY, then taps along each axis
    return Replay(layer, dy, torchs[INPUT], parts={"slope": back.reshape(*x.shape, *taps).astype(np.float32)})


SHARES = Way(
    "dX",
    Message(
        "A share that grows takes from all others. So each cell gets its own dY times y·(1 − y), and loses, for every "
        "other share, its dY times the product of both. Where all dY are equal, nothing comes back."
    ),
    to_input,
)
LOGS = Way(
    "dX",
    Message(
        "Each cell gets its own dY, less its share of the sum of all of dY. With dY = −1 at the right class alone "
        "that is the share less 1 there, and the share at all others."
    ),
    to_input,
)
