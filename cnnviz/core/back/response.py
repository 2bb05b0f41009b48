"""Back through local response normalisation: to a cell itself, and to its neighbours, which made it smaller."""

import numpy as np

from cnnviz.core.back.hand_back import HandBack, check_slopes
from cnnviz.core.back.way import INPUT, Gradients, Replay, Way
from cnnviz.core.layers import Array, Example, LocalResponseNorm
from cnnviz.text import Message


def to_input(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """The slope of ``y_o = x_o / u_o^b`` by x_i is ``[o is i] / u_o^b - 2 alpha b / size * x_i x_o / u_o^(b + 1)``."""
    layer = done.layer
    assert isinstance(layer, LocalResponseNorm)
    x = done.x.astype(np.float64)
    reads = layer.channels_read(x.shape)
    squares = np.stack([(x[slice(*some)] ** 2).sum(axis=0) for some in reads])
    under = layer.k + layer.alpha / layer.size * squares
    own = np.arange(len(x))
    reading = [own[(reads[:, 0] <= c) & (c < reads[:, 1])] for c in own]  # the channels that read one
    widest = max(map(len, reading))
    check_slopes(x.shape, (widest,))
    slope = np.zeros((*x.shape, widest))
    with np.errstate(all="ignore"):  # what is no number for torch is none here
        for c, some in enumerate(reading):
            pull = 2 * layer.alpha * layer.beta / layer.size * x[c] * x[some] * under[some] ** (-layer.beta - 1)
            straight = (some == c).reshape(-1, *(1,) * (x.ndim - 1)) * under[some] ** -layer.beta
            slope[c, ..., : len(some)] = np.moveaxis(straight - pull, 0, -1)
    ends = tuple((int(some[0]), int(some[-1]) + 1) for some in reading)
    back = HandBack(layer, x.shape, ends, ndim=layer.ndim)
    taps = slope.reshape(*slope.shape, *(1,) * layer.ndim).astype(np.float32)
    return Replay(back, dy, torchs[INPUT], parts={"slope": taps})


NEIGHBOURS = Way(
    "dX",
    Message(
        "Each cell gets its own dY, divided as it was divided; and it loses a part for every neighbouring channel that "
        "it made smaller, so dY of one channel reaches all that it was held against."
    ),
    to_input,
)
