"""Back through a convolution: again a convolution, on its transposed tables.

``dX`` is a transposed convolution of dY with the same weights; where padding holds copies, it gives the padded line
first, and each cell then gathers its copies. ``dW`` slides dY over x, stride and dilation exchanged. ``db`` is a sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.core.back.collect import Collect, collected
from cnnviz.core.back.hand_back import HandBack
from cnnviz.core.back.way import INPUT, Gradients, Replay, Way
from cnnviz.core.geometry import Axis, conv_axis, transposed_size
from cnnviz.core.layers import (
    Array,
    CircularPad,
    Conv,
    ConvTranspose,
    Example,
    Layer,
    Padding,
    ReflectionPad,
    ReplicationPad,
    Shape,
    ZeroPad,
)
from cnnviz.core.layers.conv import Channels, PaddingMode
from cnnviz.core.run import check_budget, run
from cnnviz.text import Message, _

PADDINGS: Mapping[str, type[Padding]] = {
    "zeros": ZeroPad,
    "reflect": ReflectionPad,
    "replicate": ReplicationPad,
    "circular": CircularPad,
}


@dataclass(frozen=True)
class Correlate(Conv):
    """A convolution of which the first few output cells along each axis are wanted, and padded as another one was.

    Where strides leave cells over, sliding dY over x would give more than the kernel has.

    Attributes
    ----------
    around : (before, after) along each axis [cells]
    made : cells of the output along each axis
    """

    around: tuple[tuple[int, int], ...] = ()
    made: Shape = ()

    def pads(self) -> tuple[tuple[int, int], ...]:
        return self.around

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        return tuple(
            replace(axis, start=axis.start[:n]) for axis, n in zip(super().windows(shape), self.made, strict=True)
        )

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return (self.out_channels, *self.made)

    def formula(self, shape: Shape) -> list[str]:
        sizes = zip(super().formula(shape), super().output_shape(shape)[1:], self.made, strict=True)
        first = _("of which the first")
        return [line if n == made else rf"{line},\ \text{{{first}}}\ {made}" for line, n, made in sizes]


def ways(layer: Layer) -> tuple[Way, ...]:
    """Of a convolution; padding that no transposed convolution can crop takes a pass of its own."""
    assert isinstance(layer, Conv)
    to_input = (PADDED, FOLDED) if padding_before(layer) else (INPUT_AGAIN,)
    return (*to_input, WEIGHT, *([BIAS] if layer.bias else []))


def padding_before(layer: Conv) -> Padding | None:
    """The padding as a layer of its own, where it holds copies, or more cells on one side; else none."""
    if all(low == high and (layer.padding_mode == "zeros" or not low) for low, high in layer.pads()):
        return None
    sides = tuple(side for pair in reversed(layer.pads()) for side in pair)
    return PADDINGS[layer.padding_mode](padding=sides, ndim=layer.ndim)


def again(layer: Conv, size: Shape, cropped: bool) -> ConvTranspose:
    """The transposed convolution that leads back to an input of this size, (channels, *axes), padded or cropped."""
    crops = tuple(low if cropped else 0 for low, _ in layer.pads())
    axes = list(zip(layer.kernel_size, layer.stride, crops, layer.dilation, strict=True))
    made = [conv_axis(n, k, s, (p, p), d).n_out for n, (k, s, p, d) in zip(size[1:], axes, strict=True)]
    plain = [transposed_size(n, *axis) for n, axis in zip(made, axes, strict=True)]
    return ConvTranspose(
        layer.out_channels,
        layer.in_channels,
        layer.kernel_size,
        layer.stride,
        crops,
        layer.dilation,
        layer.groups,
        False,
        tuple(n - short for n, short in zip(size[1:], plain, strict=True)),
        ndim=layer.ndim,
    )


def to_input(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dX where the padding is plain: zeros, as many before as after."""
    assert isinstance(done.layer, Conv)
    weight = {"weight": done.state["weight"]}
    return Replay(again(done.layer, done.x.shape, cropped=True), dy, torchs[INPUT], weight)


def to_padded(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dX with the padding's own cells round it: torch's transposed convolution once more."""
    assert isinstance(done.layer, Conv)
    pad = padding_before(done.layer)
    assert pad
    layer, weight = again(done.layer, pad.output_shape(done.x.shape), cropped=False), {"weight": done.state["weight"]}
    return Replay(layer, dy, run(layer, dy, weights=weight).y[0], weight)


def folded(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dX of the padded line: every cell takes the sum of its copies."""
    assert isinstance(done.layer, Conv)
    pad, padded = padding_before(done.layer), to_padded(done, dy, torchs).y
    assert pad
    return through_padding(pad, done.x.shape, padded, torchs)


def through_padding(pad: Padding, size: Shape, dy: Array, torchs: Gradients) -> Replay:
    """Back through a padding: what was added is cut away, and copies go to where they came from."""
    if isinstance(pad, ZeroPad):
        return Replay(ZeroPad(tuple(-side for side in pad.padding), ndim=pad.ndim), dy, torchs[INPUT])
    return Replay(HandBack(pad, size, ndim=pad.ndim), dy, torchs[INPUT])


def to_weight(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dW: dY is the kernel. A map comes out for each pair of channels that see each other, input channels first."""
    layer = done.layer
    assert isinstance(layer, Conv)
    around = layer.pads()
    slid = correlate(layer, done.x, dy, around, layer.padding_mode)
    return replace(slid, y=by_pairs(torchs["weight"], layer.groups))


def correlate(
    layer: Channels, x: Array, kernel: Array, around: tuple[tuple[int, int], ...], mode: PaddingMode = "zeros"
) -> Replay:
    """Every map of x with every map of `kernel` of the same group; stride and dilation of `layer` change places."""
    per_group = (layer.groups, len(x) // layer.groups, len(kernel) // layer.groups)
    maps = kernel.reshape(layer.groups, 1, per_group[2], *kernel.shape[1:])
    weight = np.broadcast_to(maps, (*per_group, *kernel.shape[1:])).reshape(-1, 1, *kernel.shape[1:])
    slid = Correlate(
        len(x),
        len(weight),
        kernel.shape[1:],
        layer.dilation,
        tuple(low for low, _ in around),
        layer.stride,
        len(x),
        False,
        padding_mode=mode,
        around=around,
        made=layer.kernel_size,
        ndim=layer.ndim,
    )
    check_budget(slid, x.shape)
    return Replay(slid, x, x, {"weight": weight.copy()})


def by_pairs(weight: Array, groups: int) -> Array:
    """A gradient of torch's weight (made, read / groups, *taps) as maps, those of one channel that is read together."""
    per_group = (groups, len(weight) // groups, weight.shape[1])
    return weight.reshape(*per_group, *weight.shape[2:]).swapaxes(1, 2).reshape(-1, *weight.shape[2:])


def to_bias(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """db: the sum of each map of dY."""
    ndim = done.layer.ndim
    each = tuple((channel, channel + 1) for channel in range(len(dy)))
    return collected(Collect(done.layer, dy.shape, each, (True,) * ndim, ndim=ndim), dy, torchs["bias"])


INPUT_AGAIN = Way(
    "dX",
    Message(
        "The backward pass of a convolution is again a convolution: dX is the transposed convolution of dY with the "
        "same weights. Each cell of dY paints the kernel on the cells that its window read, and what overlaps adds up."
    ),
    to_input,
)
PADDED = Way(
    "dX_padded",
    Message(
        "The first of two passes to dX: the transposed convolution of dY with the same weights, onto the input with "
        "its padding."
    ),
    to_padded,
    of="",
)
FOLDED = Way(
    "dX",
    Message(
        "The second of two passes to dX: the padding goes back. Cells that held a copy hand what they got to the cell "
        "that they are a copy of; what a padding of zeros got is cut away."
    ),
    folded,
    read="dX_padded",
)
WEIGHT = Way(
    "dW",
    Message(
        "dW is a convolution, too: dY slides over x as a kernel. Each weight gets the sum of what it was multiplied "
        "with, times dY; stride and dilation have changed places."
    ),
    to_weight,
    "weight",
    read="x",
    slides="dY",
)
BIAS = Way(
    "db",
    Message("The bias was added to every cell of its map, so db is the sum of all of dY there."),
    to_bias,
    "bias",
)
