"""Back through normalisation: where a cell took part in mean and variance, what they did comes back to it as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from cnnviz.core.back.collect import Collect, collected
from cnnviz.core.back.way import INPUT, Back, Gradients, Replay, Way
from cnnviz.core.geometry import Axis, Ints
from cnnviz.core.layers import Array, Example, Layer, LayerNorm, Norm, Shape, Step
from cnnviz.core.layers.cell import gather
from cnnviz.core.run import Run
from cnnviz.text import Message


@dataclass(frozen=True)
class Balance(Back):
    """From dY to dX: ``(g - mean(g) - x^ * mean(g * x^)) / deviation``, where g is dY times the weight.

    x^ is the normalised x, ``parts["scaled"]``, and ``state["scaled"]`` holds that of all examples. Running statistics
    hang on no cell: then it is ``g / deviation`` alone.

    Attributes
    ----------
    of : the normalisation whose pass it is
    """

    torch_name: ClassVar[str] = "Balance"
    rule: ClassVar[str] = "balance"

    of: Norm

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        return self.of.windows(shape)

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def channels_read(self, shape: Shape) -> Ints:
        return self.of.channels_read(shape)

    @property
    def mixes_examples(self) -> bool:
        return self.of.mixes_examples

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        given = self.of.operands(state, {"mean": parts["deviation"], "var": parts["deviation"]})
        weight = {"weight": given["weight"]} if "weight" in given else {}
        return {**weight, **{name: part for name, part in parts.items() if is_own(self.of) or name == "deviation"}}

    def explain(self, done: Example, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> Step:
        deviation = float(shared(done.parts["deviation"], channel, cell, len(done.x)))
        weight = weights(self.of, done.state, done.x.shape)
        own = float(done.x[channel, *cell]) * float(weight[channel, *cell])
        if not is_own(self.of):
            return Step(np.array([done.x[channel, *cell]]), own / deviation)
        channels = self.channels_read(done.x.shape)[channel]
        dy, scaled = (done.batch, done.state["scaled"]) if self.mixes_examples else (done.x, done.parts["scaled"])
        one, by, where = (gather(x, axes, channels, cell, 0.0).values for x in (dy, weight, scaled))
        tilt = float(done.parts["scaled"][channel, *cell]) * float((one * by * where).mean())
        return Step(one, (own - float((one * by).mean()) - tilt) / deviation)

    def formula(self, shape: Shape) -> list[str]:
        under = rf"\sqrt{{\text{{var}} + {self.of.eps:g}}}"
        if not is_own(self.of):
            return [rf"dX = \frac{{w \cdot dY}}{{{under}}}"]
        terms = r"g - \text{mean}(g) - \text{x̂} \cdot \text{mean}(g \cdot \text{x̂})"
        return [rf"dX = \frac{{{terms}}}{{{under}}}, \quad g = w \cdot dY"]


def is_own(layer: Norm) -> bool:
    """Are mean and variance those of the input, not running ones?"""
    return bool(getattr(layer, "own", True))


def shared(part: Array, channel: int, cell: Sequence[int], channels: int) -> Array:
    """What a cell has of something that is 1 long along axes that share it, and has fewer channels where they do."""
    at = (channel * len(part) // channels, *(min(i, n - 1) for i, n in zip(cell, part.shape[1:], strict=True)))
    found: Array = part[at]
    return found


def weights(layer: Norm, state: Mapping[str, Array], shape: Shape) -> Array:
    """The weight of every cell of an example."""
    if "weight" not in state:
        return np.ones(shape)
    weight = state["weight"].astype(np.float64)
    if not isinstance(layer, LayerNorm):
        weight = weight.reshape(-1, *(1,) * (len(shape) - 1))
    return np.broadcast_to(weight, shape)


@dataclass(frozen=True, eq=False)
class Scaled:
    """x (N, channels, *axes) as a normalisation had it, in double precision: (x - mean) / deviation, and deviation."""

    x: Array
    deviation: Array


def scaled(layer: Norm, x: Array, parts: Mapping[str, Array]) -> Scaled:
    """By the cells' own mean and variance, or by those that a pass kept."""
    x = x.astype(np.float64)
    if not is_own(layer):
        mean, var = (parts[name].reshape(1, -1, *(1,) * layer.ndim).astype(np.float64) for name in ("mean", "var"))
        deviation = np.sqrt(var + layer.eps)
        return Scaled((x - mean) / deviation, deviation)
    sets, over = in_sets(layer, x)
    mean, var = sets.mean(axis=over, keepdims=True), sets.var(axis=over, keepdims=True)
    deviation = np.vectorize(layer.deviation)(var)
    return Scaled(((sets - mean) / deviation).reshape(x.shape), deviation.squeeze(2))


def in_sets(layer: Norm, x: Array) -> tuple[Array, tuple[int, ...]]:
    """x as (N, sets, channels of a set, *axes), and the axes along which cells share statistics."""
    n, *shape = x.shape
    sets = x.reshape(n, -1, layer.channels_together(tuple(shape)), *shape[1:])
    along = (3 + i for i, together in enumerate(layer.shares()) if together)
    return sets, (*([0] if layer.mixes_examples else []), 2, *along)


def means(layer: Norm, x: Array) -> Array:
    """Of the cells that share statistics, 1 long along all axes that share."""
    sets, over = in_sets(layer, x)
    found: Array = sets.mean(axis=over, keepdims=True).squeeze(2)
    return found


def balanced(done: Run, dy: Array, torchs: Gradients) -> Replay:
    """dX of all examples."""
    layer = done.layer
    assert isinstance(layer, Norm)
    own, weight = scaled(layer, done.x, done.parts), weights(layer, done.state, done.shape)
    parts = {"scaled": own.x, "deviation": own.deviation}
    if is_own(layer):
        parts |= {"mean": means(layer, dy * weight), "tilt": means(layer, dy * weight * own.x)}
    small = {name: part.astype(np.float32) for name, part in parts.items()}
    learned = {"weight": done.state["weight"]} if "weight" in done.state else {}
    state = {**learned, "scaled": small["scaled"]}
    return Replay(Balance(layer, ndim=layer.ndim), dy, torchs[INPUT], state, small)


def collector(layer: Norm, shape: Shape, n: int) -> Collect:
    """Which cells each weight was multiplied with, and each bias added to; several examples are one axis more."""
    each = tuple((c, c + 1) for c in range(shape[0]))
    if isinstance(layer, LayerNorm):
        reads = each if len(layer.normalized_shape) > layer.ndim else ((0, shape[0]),)  # has each channel its own?
        summed = tuple(not one for one in layer.shares())
    else:
        reads, summed = each, (True,) * layer.ndim
    if n == 1:
        return Collect(layer, shape, reads, summed, ndim=layer.ndim)
    return Collect(layer, (shape[0], n, *shape[1:]), reads, (True, *summed), ndim=layer.ndim + 1)


def learned(done: Run, dy: Array, gradient: Array, factor: Array | None = None) -> Replay:
    """The sum over all examples."""
    layer = done.layer
    assert isinstance(layer, Norm)
    found = collected(collector(layer, done.shape, len(dy)), side_by_side(dy), gradient, factor)
    return replace(found, x=found.x[None], y=found.y[None])


def side_by_side(x: Array) -> Array:
    """A batch as maps, (channels, N, *axes); of one example, (channels, *axes)."""
    return x[0] if len(x) == 1 else x.swapaxes(0, 1)


def to_weight(done: Run, dy: Array, torchs: Gradients) -> Replay:
    assert isinstance(done.layer, Norm)
    return learned(done, dy, torchs["weight"], side_by_side(scaled(done.layer, done.x, done.parts).x))


def to_bias(done: Run, dy: Array, torchs: Gradients) -> Replay:
    return learned(done, dy, torchs["bias"])


def ways(layer: Layer) -> tuple[Way, ...]:
    assert isinstance(layer, Norm)
    affine = getattr(layer, "affine", getattr(layer, "elementwise_affine", False))
    own = (WEIGHT, *((BIAS,) if getattr(layer, "bias", True) else ())) if affine else ()
    return (OWN if is_own(layer) else RUNNING, *own)


OWN = Way(
    "dX",
    Message(
        "dX has three terms: the cell's own dY; less the mean of dY, for the cell moved the mean; less x̂ times the "
        "mean of dY·x̂, for it moved the variance. So a dY that is the same everywhere brings nothing back."
    ),
    whole=balanced,
)
RUNNING = Way(
    "dX",
    Message(
        "In eval mode mean and variance are fixed numbers, which no cell moves. So dX has one term of the three: the "
        "cell's own dY, times weight over deviation."
    ),
    whole=balanced,
)
WEIGHT = Way(
    "dW",
    Message("The weight was multiplied with x̂, the normalised cells, so dW is the sum of dY times x̂."),
    of="weight",
    whole=to_weight,
)
BIAS = Way(
    "db", Message("The bias was added to all of these cells, so db is the sum of their dY."), of="bias", whole=to_bias
)
