"""Back through pooling: each window hands its dY to the cells that its number came from."""

from functools import reduce
from math import prod

import numpy as np

from cnnviz.core.back.hand_back import HandBack, at_readers
from cnnviz.core.back.way import INPUT, Gradients, Replay, Way
from cnnviz.core.geometry import NONE, Axis, GeometryError
from cnnviz.core.layers import Array, AvgPool, Example, LPPool
from cnnviz.text import Message


def to_winners(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """All of dY to the one cell that was the largest; a cell that won several windows adds up what it gets."""
    layer = HandBack(done.layer, done.x.shape, ndim=done.layer.ndim)
    axes, size = layer.windows(dy.shape), done.x.shape[1:]
    own = np.arange(np.prod(size)).reshape(*size, *(1,) * len(size))  # where a cell stands in its own map
    slope = at_readers(done.parts["indices"] + 1, axes) == own + 1  # 0 is no window
    return handed(layer, dy, torchs, slope)


def check_winners(done: Example) -> None:
    """Of a window that reads no cell torch names a winner outside of the map, and would write there."""
    for axis in done.layer.windows(done.x.shape):
        if (axis.source < 0).all(axis=1).any():
            raise GeometryError(
                "A window of {layer} reads padding alone, so no cell wins there, and torch has no gradient for it. Set "
                "dilation to 1.",
                {"dilation": (1,) * done.layer.ndim},
                layer=done.layer.called,
            )


def shared_out(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """The same part of dY to every cell of the window: one over what it was divided by."""
    layer = HandBack(done.layer, done.x.shape, ndim=done.layer.ndim)
    return handed(layer, dy, torchs, at_readers(1 / divisors(done, dy.shape), layer.windows(dy.shape)))


def divisors(done: Example, made: tuple[int, ...]) -> Array:
    """What the window of each cell of y was divided by."""
    axes, by = done.layer.windows(done.x.shape), None
    if isinstance(done.layer, AvgPool):
        by = done.layer.divisor_override
        padded = done.layer.count_include_pad
    else:
        padded = False  # the windows of adaptive pooling have none
    return np.broadcast_to(np.asarray(by or np.maximum(counted(axes, padded), 1), np.float64), made)


def counted(axes: tuple[Axis, ...], padded: bool = False) -> Array:
    """How many cells each window has, those of the padding among them or not; an axis for each of `axes`."""
    along = [((axis.source != NONE) if padded else (axis.source >= 0)).sum(axis=1) for axis in axes]
    return reduce(np.multiply.outer, along)


def to_powers(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """Of ``y = (m * sum x^p)^(1/p)``: ``m * (m * sum x^p)^(1/p - 1) * x^(p - 1)``, and 0 where the sum is 0."""
    assert isinstance(done.layer, LPPool)
    layer, p = HandBack(done.layer, done.x.shape, ndim=done.layer.ndim), done.layer.norm_type
    ahead, x = done.layer.windows(done.x.shape), done.x.astype(np.float64)
    with np.errstate(all="ignore"):  # what is no number for torch is none here
        sums = at_readers(x**p, ahead).sum(axis=tuple(range(-len(ahead), 0)))  # (channels, *cells of y)
        stretched = prod(done.layer.kernel_size) / counted(ahead)
        per_window = np.where(sums == 0, 0.0, stretched * (stretched * sums) ** (1 / p - 1))  # as relu has it at 0
        slope = at_readers(per_window, layer.windows(dy.shape)) * (x ** (p - 1))[(..., *(None,) * len(ahead))]
    return handed(layer, dy, torchs, slope)


def check_powers(done: Example) -> None:
    """Where a cell has no power torch says nan, even of cells that no window reads."""
    assert isinstance(done.layer, LPPool)
    with np.errstate(all="ignore"):
        powers = done.x.astype(np.float64) ** (done.layer.norm_type - 1)
    if not np.isfinite(powers).all():
        cell = done.x.flat[int(np.argmin(np.isfinite(powers)))]
        raise GeometryError(
            "x has cells of {cell:.4g}, whose power {power:g} is no number, and so there is no gradient. Use norm_type "
            "= 2.",
            {"norm_type": 2.0},
            cell=float(cell),
            power=done.layer.norm_type - 1,
        )


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

POWERS = Way(
    "dX",
    Message(
        "A power mean hands more of dY to cells that are large: the slope is (x ÷ y) to the power p − 1. With p = 1 "
        "all get the same; the larger p, the more goes to the largest cell alone."
    ),
    to_powers,
    check=check_powers,
)
