"""Back through functions of one number: dY times the slope where x stood, as a gate lets a signal through."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import erf, pi, sqrt
from typing import Any, ClassVar

import numpy as np

from cnnviz.core.back.collect import Collect, collected
from cnnviz.core.back.way import INPUT, Back, Gradients, Replay, Way
from cnnviz.core.geometry import Axis
from cnnviz.core.layers import (
    CELU,
    ELU,
    GELU,
    SELU,
    Activation,
    AlphaDropout,
    Array,
    Example,
    FeatureAlphaDropout,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    Layer,
    LeakyReLU,
    LogSigmoid,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    RReLU,
    Shape,
    Sigmoid,
    SiLU,
    Softplus,
    Softshrink,
    Softsign,
    Step,
    Tanh,
    Tanhshrink,
)
from cnnviz.core.layers.activation import Pixel
from cnnviz.core.layers.smooth import SELU_ALPHA, SELU_SCALE
from cnnviz.core.layers.straight import rounded
from cnnviz.text import Message


@dataclass(frozen=True)
class Through(Back, Pixel):
    """Each cell of dY times a slope: ``parts["gate"]``, in the shape of dY.

    Attributes
    ----------
    steep : are there slopes that no gate has, below 0 or above 1?
    """

    torch_name: ClassVar[str] = "Through"
    rule: ClassVar[str] = "gate"

    steep: bool = False

    @property
    def gate_scale(self) -> str:
        return "weight" if self.steep else "gate"

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        return {"gate": parts["gate"]}

    def explain(self, done: Example, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> Step:
        own, slope = float(done.x[channel, *cell]), float(done.parts["gate"][channel, *cell])
        return Step(np.array([own]), own * slope, np.array([slope]))

    def gating(self, shape: Shape) -> dict[str, Any]:
        return {"gate": {"tensor": "gate"}}

    def formula(self, shape: Shape) -> list[str]:
        return [r"dX = dY \cdot y'(x)"]


def through(done: Example, dy: Array, slope: Array, gradient: Array) -> Replay:
    """dY through these slopes, float array of its shape."""
    slope = np.broadcast_to(slope, dy.shape).astype(np.float32)
    steep = bool((slope < 0).any() or (slope > 1).any())
    return Replay(Through(done.layer, steep, ndim=done.layer.ndim), dy, gradient, parts={"gate": slope})


def ways(layer: Layer) -> tuple[Way, ...]:
    assert isinstance(layer, Activation)
    if type(layer) in AS_IT_IS:
        return (SAME,)
    opens = layer.gate(0.0) is not None and type(layer) in STRAIGHT
    return (OPEN if opens else SLOPE, *([LEARNED] if isinstance(layer, PReLU) else []))


def to_input(done: Example, dy: Array, torchs: Gradients) -> Replay:
    return through(done, dy, slopes(done), torchs[INPUT])


def slopes(done: Example) -> Array:
    """Of every cell of x, how steep the function is there; in double precision."""
    x = done.x.astype(np.float64)
    if isinstance(done.layer, PReLU):
        below = done.state["weight"].astype(np.float64)  # one for all channels, or one for each
        return np.where(x > 0, 1.0, below.reshape(-1, *(1,) * (x.ndim - 1)))
    with np.errstate(over="ignore", invalid="ignore"):  # of branches that are not taken
        return SLOPES[type(done.layer)](done.layer, x)


def to_slope(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dW of a learned slope: the cells that it was multiplied with."""
    assert isinstance(done.layer, PReLU)
    n, c = done.layer.num_parameters, len(done.x)
    reads = tuple((i, i + 1) for i in range(c)) if n > 1 else ((0, c),)
    layer = Collect(done.layer, done.x.shape, reads=reads, summed=(True,) * done.layer.ndim, ndim=done.layer.ndim)
    return collected(layer, dy, torchs["weight"], np.minimum(done.x, 0))


def sigmoid(x: Array) -> Array:
    """Without overflow."""
    found: Array = np.exp(-np.logaddexp(0, -x))
    return found


def corners(low: float, high: float) -> Callable[[Any, Array], Array]:
    return lambda _, x: ((x > low) & (x < high)).astype(np.float64)


def gelu(layer: Any, x: Array) -> Array:
    found: Array
    if layer.approximate == "none":
        below = (1 + np.vectorize(erf, otypes=[float])(x / sqrt(2))) / 2  # the chance that a normal number is smaller
        found = below + x * np.exp(-x * x / 2) / sqrt(2 * pi)
    else:
        root = sqrt(2 / pi)
        inner = np.tanh(root * (x + 0.044715 * x**3))
        found = (1 + inner) / 2 + x / 2 * (1 - inner**2) * root * (1 + 3 * 0.044715 * x * x)
    return found


def mish(_: Any, x: Array) -> Array:
    gate = np.tanh(np.logaddexp(0, x))
    found: Array = gate + x * sigmoid(x) * (1 - gate**2)
    return found


def softplus(layer: Any, x: Array) -> Array:
    above = (x.astype(np.float32) * np.float32(layer.beta)) > layer.threshold
    return np.where(above, 1.0, sigmoid(layer.beta * x))


def shrunk(layer: Any, x: Array) -> Array:
    far = rounded(layer.lambd)
    return (~((x >= -far) & (x <= far))).astype(np.float64)


# What a cell is to be multiplied by, in torch's words at corners: the slope of ReLU at 0 is 0.
SLOPES: Mapping[type[Layer], Callable[[Any, Array], Array]] = {
    ReLU: lambda _, x: np.where(x > 0, 1.0, 0.0),
    LeakyReLU: lambda layer, x: np.where(x > 0, 1.0, layer.negative_slope),
    RReLU: lambda layer, x: np.where(x > 0, 1.0, layer.below),
    ReLU6: corners(0, 6),
    Hardtanh: lambda layer, x: corners(rounded(layer.min_val), rounded(layer.max_val))(layer, x),
    Hardsigmoid: lambda layer, x: corners(-3, 3)(layer, x) / 6,
    Hardswish: lambda _, x: np.select([x <= -3, x < 3], [0.0, x / 3 + 0.5], 1.0),
    Softshrink: shrunk,
    Hardshrink: shrunk,
    ELU: lambda layer, x: np.where(x > 0, 1.0, layer.alpha * np.exp(x)),
    SELU: lambda _, x: SELU_SCALE * np.where(x > 0, 1.0, SELU_ALPHA * np.exp(x)),
    CELU: lambda layer, x: np.where(x > 0, 1.0, np.exp(x / layer.alpha)),
    GELU: gelu,
    SiLU: lambda _, x: sigmoid(x) * (1 + x * sigmoid(-x)),
    Mish: mish,
    Softplus: softplus,
    Sigmoid: lambda _, x: sigmoid(x) * sigmoid(-x),
    LogSigmoid: lambda _, x: sigmoid(-x),
    Tanh: lambda _, x: 1 - np.tanh(x) ** 2,
    Softsign: lambda _, x: (1 + np.abs(x)) ** -2.0,
    Tanhshrink: lambda _, x: np.tanh(x) ** 2,
}
STRAIGHT = (ReLU, LeakyReLU, PReLU, RReLU, Hardshrink)  # their slope is the gate that was open on the way there
AS_IT_IS = (Identity, AlphaDropout, FeatureAlphaDropout)  # in eval mode nothing is dropped


SAME = Way(
    "dX",
    Message("y is x itself, so dX is dY itself."),
    lambda done, dy, torchs: Replay(done.layer, dy, torchs[INPUT]),
)
OPEN = Way(
    "dX",
    Message(
        "dY goes through the gate that x went through: where the cell of x passed, its dY passes; where it was closed, "
        "nothing comes back, whatever dY says."
    ),
    to_input,
)
SLOPE = Way(
    "dX",
    Message(
        "dX is dY times the slope of the function where x stood. Where the curve is flat, almost nothing comes back."
    ),
    to_input,
)
LEARNED = Way(
    "dW",
    Message(
        "The slope was multiplied with every cell of x that is not above 0, so dW is the sum of dY times those cells."
    ),
    to_slope,
    "weight",
)
