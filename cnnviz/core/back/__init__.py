"""The way back: the backward passes of every layer, as runs of layers that we have; one file for each family.

A pass reads dY, how much the loss changes with each cell of y, and gives that for the cells of x (dX), the weights (dW)
or the biases (db). It is a `Run` like any other: its tables say who reads whom, `core/trace` works its cells out by
hand, and its ``y`` is what torch's autograd gave for the real module, so that the two are held against each other.

A layer whose backward pass is a layer says which, as a convolution; one whose windows have slopes of their own is a
`hand_back.HandBack` with a slope for each cell and window that reads it, as pooling.
"""

from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.core.back import (
    conv,
    conv_transpose,
    dense,
    gate,
    move,
    norm,
    padding,
    pointwise,
    response,
    share,
    upsample,
    window,
)
from cnnviz.core.back.way import INPUT, Gradients, Replay, Way, autograd
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    KINDS,
    Activation,
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    Array,
    AvgPool,
    Conv,
    ConvTranspose,
    Dropout,
    DropoutNd,
    HalvingGLU,
    Layer,
    Linear,
    LinearGate,
    LocalResponseNorm,
    LPPool,
    MaskGate,
    MaxPool,
    Move,
    Norm,
    Padding,
    Shares,
    Upsample,
)
from cnnviz.core.run import Run
from cnnviz.text import listed

__all__ = ["NAMES", "Way", "go_back", "passes", "replayed", "way"]

NAMES = ("dX_padded", "dsignal", "dgate", "dX", "dW", "db")  # of all passes that any layer has
BY_FAMILY: Sequence[tuple[type[Layer] | tuple[type[Layer], ...], Callable[[Layer], tuple[Way, ...]]]] = (
    (Conv, conv.ways),
    (ConvTranspose, conv_transpose.ways),
    (Linear, dense.ways),
    (Padding, padding.ways),
    ((MaxPool, AdaptiveMaxPool), lambda _: (window.WINNERS,)),
    ((AvgPool, AdaptiveAvgPool), lambda _: (window.PARTS,)),
    (LPPool, lambda _: (window.POWERS,)),
    (Upsample, lambda _: (upsample.TURNED_ROUND,)),
    (Move, move.ways),
    (Activation, pointwise.ways),
    (Shares, share.ways),
    ((LinearGate, HalvingGLU), gate.ways),
    (MaskGate, lambda _: (gate.MASKED,)),
    ((Dropout, DropoutNd), lambda _: (gate.KEPT,)),
    (Norm, norm.ways),
    (LocalResponseNorm, lambda _: (response.NEIGHBOURS,)),
)
FAMILIES = {kind: next(ways for family, ways in BY_FAMILY if issubclass(kind, family)) for kind in KINDS.values()}


def passes(layer: Layer) -> tuple[Way, ...]:
    """The backward passes of a layer, in the order in which they are told.

    >>> [way.name for way in passes(Conv())], [way.name for way in passes(Conv(padding=1, padding_mode="reflect"))]
    (['dX', 'dW', 'db'], ['dX_padded', 'dX', 'dW', 'db'])
    """
    return FAMILIES[type(layer)](layer)


def way(layer: Layer, name: str) -> Way:
    """The pass of this name.

    Raises
    ------
    GeometryError
        If the layer has none.
    """
    found = {one.name: one for one in passes(layer)}
    if name not in found:
        names = listed(found)
        raise GeometryError("{layer} has no pass {name}. It has {names}.", layer=layer.called, name=name, names=names)
    return found[name]


def go_back(done: Run, dy: Array, name: str, seed: int = 0) -> Run:
    """One backward pass of a layer that was run.

    Parameters
    ----------
    dy : float32 array, shape of ``done.y``
        How much the loss changes with each cell of the output.
    name : of one of the `passes`
    seed : that of the run

    Returns
    -------
    Run
        ``y`` is what torch's autograd gives; the layer and its tables say how it comes about.

    Raises
    ------
    GeometryError
        If the layer has no such pass, or the pass is too large.
    """
    asked = way(done.layer, name)
    if len(done.x) > 1 and asked.of != INPUT and not asked.whole:
        raise GeometryError(
            "{name} adds up over all {n} examples, and a scene of it holds one. Choose 1 example, or dX.",
            name=name,
            n=len(done.x),
        )
    for n in range(len(done.x)):
        asked.check(done.example(n))
    dy = np.require(np.broadcast_to(dy, done.y.shape), np.float32, ["C_CONTIGUOUS", "WRITEABLE"])
    torchs, seconds = autograd(done, dy, seed)
    found = replayed(asked, done, dy, torchs)
    return Run(found.layer, found.x, found.y, found.state, "cpu", seconds, "", found.parts)


def replayed(asked: Way, done: Run, dy: Array, torchs: Gradients) -> Replay:
    """A pass of all examples, (N, channels, *axes), with torch's numbers laid out as it gives them."""
    if asked.whole:
        return asked.whole(done, dy, torchs)
    assert asked.replay
    each = enumerate(zip(dy, torchs[INPUT], strict=True))
    return together([asked.replay(done.example(n), own, {**torchs, INPUT: dx}) for n, (own, dx) in each])


def together(found: Sequence[Replay]) -> Replay:
    """The passes of several examples as that of a batch."""
    first = found[0]
    x, y = (np.stack([getattr(one, name) for one in found]) for name in ("x", "y"))
    if len(found) == 1:
        return Replay(first.layer, x, y, first.state, first.parts)
    maps = {name for name, part in first.parts.items() if part.ndim == first.x.ndim}
    if maps != first.parts.keys():
        raise GeometryError("A backward pass of {layer} is drawn of one example. Choose 1.", layer=first.layer.called)
    parts = {name: np.stack([one.parts[name] for one in found]) for name in maps}
    return Replay(first.layer, x, y, first.state, parts)
