"""Back through a transposed convolution: an ordinary one, over dY with the same weights."""

from dataclasses import replace

from cnnviz.core.back.conv import BIAS, Correlate, by_pairs, correlate
from cnnviz.core.back.way import INPUT, Gradients, Replay, Way
from cnnviz.core.layers import Array, ConvTranspose, Example, Layer
from cnnviz.text import Message


def ways(layer: Layer) -> tuple[Way, ...]:
    assert isinstance(layer, ConvTranspose)
    return (INPUT_AGAIN, WEIGHT, *([BIAS] if layer.bias else []))


def to_input(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dX: what `output_padding` added at the far end is read by no window."""
    layer = done.layer
    assert isinstance(layer, ConvTranspose)
    back = Correlate(
        layer.out_channels,
        layer.in_channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        layer.dilation,
        layer.groups,
        False,
        around=tuple((p, p) for p in layer.padding),
        made=done.x.shape[1:],
        ndim=layer.ndim,
    )
    return Replay(back, dy, torchs[INPUT], {"weight": done.state["weight"]})


def to_weight(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dW: x is the kernel. A map comes out for each pair of channels that see each other, output channels first."""
    layer = done.layer
    assert isinstance(layer, ConvTranspose)
    slid = correlate(layer, dy, done.x, tuple((p, p) for p in layer.padding))
    return replace(slid, y=by_pairs(torchs["weight"], layer.groups))


INPUT_AGAIN = Way(
    "dX",
    Message(
        "The backward pass of a transposed convolution is a convolution: the same weights slide over dY. Each cell of "
        "x gets back the sum of dY where it painted, times what it painted with."
    ),
    to_input,
)
WEIGHT = Way(
    "dW",
    Message(
        "dW is a convolution: x slides over dY as a kernel. Each weight gets the sum of the cells that it was "
        "multiplied with, times dY where that was painted; stride and dilation have changed places."
    ),
    to_weight,
    "weight",
    slides="x",
)
