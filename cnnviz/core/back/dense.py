"""Back through a dense layer: as a convolution whose window is as large as what it reads."""

import numpy as np

from cnnviz.core.back.conv import Correlate, to_bias
from cnnviz.core.back.way import INPUT, Gradients, Replay, Way
from cnnviz.core.layers import Array, ConvTranspose, Example, Layer, Linear
from cnnviz.core.run import check_budget
from cnnviz.text import Message


def ways(layer: Layer) -> tuple[Way, ...]:
    assert isinstance(layer, Linear)
    return (TRANSPOSED, OUTER, *([BIAS] if layer.bias else []))


def to_input(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dX = W transposed times dY; every output paints its own row of W on the whole input."""
    layer = done.layer
    assert isinstance(layer, Linear)
    channels, *size = layer.size
    back = ConvTranspose(layer.out_features, channels, tuple(size), bias=False, ndim=layer.ndim)
    return Replay(back, dy, torchs[INPUT], {"weight": layer.taps(done.state["weight"])})


def to_weight(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dW: every cell of x with every number of dY; a map for each pair of an input channel and an output."""
    layer = done.layer
    assert isinstance(layer, Linear)
    channels, *size = layer.size
    ones = (1,) * layer.ndim
    pairs = channels * layer.out_features
    back = Correlate(
        channels,
        pairs,
        ones,
        groups=channels,
        bias=False,
        around=((0, 0),) * layer.ndim,
        made=tuple(size),
        ndim=layer.ndim,
    )
    check_budget(back, done.x.shape)
    weight = np.tile(dy.reshape(-1), channels).reshape(pairs, 1, *ones)
    return Replay(back, done.x, layer.taps(torchs["weight"]).swapaxes(0, 1).reshape(pairs, *size), {"weight": weight})


TRANSPOSED = Way(
    "dX",
    Message(
        "dX is the transposed matrix times dY: each cell of x gets back what it was multiplied with, times dY, summed "
        "over all outputs."
    ),
    to_input,
)
OUTER = Way(
    "dW",
    Message(
        "dW is every cell of x times every number of dY: each weight was used once, for one cell and one output, so "
        "nothing is summed."
    ),
    to_weight,
    "weight",
    read="x",
    slides="dY",
)
BIAS = Way("db", Message("The bias was added once, so db is dY itself."), to_bias, "bias")
