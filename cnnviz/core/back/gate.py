"""Back through gates: to the signal as far as the gate was open, to the gate as far as there was a signal."""

from dataclasses import replace

import numpy as np
import torch

from cnnviz.core.back import conv
from cnnviz.core.back.pointwise import sigmoid, through
from cnnviz.core.back.way import INPUT, Gradients, Replay, Way
from cnnviz.core.layers import GLU, Array, Conv, Dropout, Example, HalvingGLU, Identity, Layer, LinearGate, MaskGate
from cnnviz.text import Message


def ways(layer: Layer) -> tuple[Way, ...]:
    """To the two sides of a gate, then to x through both, and to the weights of an nn.Linear."""
    if isinstance(layer, HalvingGLU):
        return (*apart("signal, gate = x.detach().chunk(2, 1)\n"), HALVES)
    if isinstance(layer, GLU):
        return (*apart(f"{MIXED}signal, gate = mixed.detach(), x.detach()\n"), BOTH, WEIGHT, BIAS)
    return (*apart(f"{MIXED}signal, gate = x.detach(), mixed.detach()\n"), BOTH_MIXED, WEIGHT, BIAS)


def apart(sides: str) -> tuple[Way, Way]:
    """To both sides, as if neither were made of the other; `sides` are lines of Python that define them."""
    asked = "dsignal, dgate = torch.autograd.grad(signal * torch.sigmoid(gate), (signal, gate), dY)"
    code = f"{sides}signal.requires_grad_(), gate.requires_grad_()\n{asked}"
    return replace(TO_SIGNAL, code=code), replace(TO_GATE, code=code)


MIXED = "mixed = layer.linear(x.movedim(1, -1)).movedim(-1, 1)\n"


def same_mask(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """The layer itself: a mask that does not hang on x."""
    assert isinstance(done.layer, Dropout | MaskGate)
    return Replay(done.layer, dy, torchs[INPUT], done.state, done.parts)


def sides(done: Example) -> tuple[Array, Array]:
    """What the gate multiplies, and what opens it, before the sigmoid."""
    if isinstance(done.layer, HalvingGLU):
        signal, gate = np.split(done.x.astype(np.float64), 2)
        return signal, gate
    assert isinstance(done.layer, LinearGate)
    x, weight = done.x.astype(np.float64), done.state["linear.weight"].astype(np.float64)
    bias = done.state["linear.bias"].reshape(-1, *(1,) * (x.ndim - 1))
    mixed = np.tensordot(weight, x, 1) + bias
    return (mixed, x) if isinstance(done.layer, GLU) else (x, mixed)


def parted(done: Example, dy: Array) -> tuple[Array, Array]:
    """What torch's autograd says of the two sides, as if neither were made of the other."""
    signal, before = (torch.from_numpy(side.astype(np.float32)).requires_grad_() for side in sides(done))
    with torch.enable_grad():
        (signal * torch.sigmoid(before)).backward(torch.from_numpy(dy))  # type: ignore[no-untyped-call]
    assert signal.grad is not None and before.grad is not None
    return signal.grad.numpy(), before.grad.numpy()


def to_mixed(done: Example, dy: Array) -> Array:
    """What comes back to the output of the nn.Linear."""
    signal, gate = parted(done, dy)
    return signal if isinstance(done.layer, GLU) else gate


def to_signal(done: Example, dy: Array, torchs: Gradients) -> Replay:
    _, before = sides(done)
    return through(done, dy, sigmoid(before), parted(done, dy)[0])


def to_gate(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """To what opens the gate, before the sigmoid."""
    signal, before = sides(done)
    return through(done, dy, signal * sigmoid(before) * sigmoid(-before), parted(done, dy)[1])


def of_halves(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dX of nn.GLU, whose sides are the halves of the channels."""
    return Replay(Identity(ndim=done.layer.ndim), np.concatenate(parted(done, dy)), torchs[INPUT])


def of_both(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dX: what reached x itself, and what reached the mix, back through the nn.Linear; one convolution reads both."""
    assert isinstance(done.layer, LinearGate)
    n, ones = done.layer.channels, (1,) * done.layer.ndim
    layer = Conv(2 * n, n, ones, bias=False, ndim=done.layer.ndim)
    weight = np.concatenate([done.state["linear.weight"].T, np.eye(n)], axis=1).astype(np.float32)
    signal, gate = parted(done, dy)
    both = np.concatenate([signal, gate] if isinstance(done.layer, GLU) else [gate, signal])
    return Replay(layer, both, torchs[INPUT], {"weight": weight.reshape(n, 2 * n, *ones)})


def to_weight(done: Example, dy: Array, torchs: Gradients) -> Replay:
    """dW of the nn.Linear: of a convolution whose window is one cell."""
    assert isinstance(done.layer, LinearGate)
    n, ones = done.layer.channels, (1,) * done.layer.ndim
    like = Conv(n, n, ones, ndim=done.layer.ndim)
    slid = conv.correlate(like, done.x, to_mixed(done, dy), ((0, 0),) * done.layer.ndim)
    return Replay(slid.layer, slid.x, conv.by_pairs(torchs["linear.weight"].reshape(n, n, *ones), 1), slid.state)


def to_bias(done: Example, dy: Array, torchs: Gradients) -> Replay:
    return conv.to_bias(done, to_mixed(done, dy), {"bias": torchs["linear.bias"]})


KEPT = Way(
    "dX",
    Message(
        "The backward pass of dropout is dropout with the same mask: what was dropped gets nothing, what was kept is "
        "scaled as before."
    ),
    same_mask,
)
MASKED = Way(
    "dX",
    Message("The mask was given, not computed from x, so dY goes through the same gate once more."),
    same_mask,
)
HALVES = Way(
    "dX",
    Message(
        "The first half of the channels were the signals and the second half the gates, so dX is dsignal and dgate, "
        "one behind the other."
    ),
    of_halves,
    read="dsignal + dgate",
)
TO_SIGNAL = Way(
    "dsignal",
    Message("To the signal: dY goes through the gate once more. Where it was closed nothing is learned."),
    to_signal,
    of="",
)
TO_GATE = Way(
    "dgate",
    Message(
        "To what opens the gate, before its sigmoid: dY times the signal times the slope of the sigmoid, σ·(1 − σ). It "
        "is small where the gate stood wide open or shut."
    ),
    to_gate,
    of="",
)
BOTH = Way(
    "dX",
    Message(
        "x was both: mixed by the nn.Linear into the signal, and the gate itself. So dX is the transposed matrix times "
        "dsignal, plus dgate."
    ),
    of_both,
    read="dsignal + dgate",
)
BOTH_MIXED = Way(
    "dX",
    Message(
        "x was both: the signal itself, and mixed by the nn.Linear into the gate. So dX is the transposed matrix times "
        "dgate, plus dsignal."
    ),
    of_both,
    read="dgate + dsignal",
)
WEIGHT = Way(
    "dW",
    Message(
        "dW of the nn.Linear: each weight gets the sum over all pixels of the channel that it was multiplied with, "
        "times what came back to the channel that it was for."
    ),
    to_weight,
    "linear.weight",
    read="x",
)
BIAS = Way(
    "db",
    Message("The bias was added at every pixel, so db is the sum of all that came back to its channel there."),
    to_bias,
    "linear.bias",
)
