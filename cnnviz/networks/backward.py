"""The way back through a network: the gradient of a loss by what every stage gave, and by its parameters."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, Layer, MaxPool, Shape
from cnnviz.core.run import batched, check_input, load, somewhere
from cnnviz.networks.forward import check_network, modules_of, own_weights, told
from cnnviz.networks.loss import Loss
from cnnviz.networks.network import INPUT, Network
from cnnviz.text import Message

ROW = 4096  # numbers whose squares are summed in float32
SAFE = 1e-12, 1e15  # norms whose squares float32 holds, and those of numbers that count in them


@dataclass(frozen=True, eq=False)
class Gradient:
    """What flows back to one stage.

    Attributes
    ----------
    y, dy : float32 arrays of the same shape, (channels, *axes)
        What the stage gave, and the gradient of the loss by it; a vector has axes of one cell besides.
    parameters : float32 arrays by name
        The gradients by the stage's own parameters, as torch's `named_parameters` calls them.
    norm : float
        Of `dy`: the root of the sum of all squares.
    norms : floats by name of the parameter
    """

    y: Array
    dy: Array
    parameters: Mapping[str, Array] = field(default_factory=dict)
    norm: float = 0.0
    norms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Backward:
    """One forward and backward pass.

    Attributes
    ----------
    loss : float
    stages : gradients by name
        Those that are wanted in full; the network's input is called "input".
    device, seconds, notice : as `cnnviz.core.run.Run` has them
    """

    loss: float
    stages: Mapping[str, Gradient]
    device: str
    seconds: float
    notice: Message | str = ""

    def __getitem__(self, stage: str) -> Gradient:
        return self.stages[stage]


@dataclass(eq=False)
class Link:
    """One stage that has run, cut off from the one before: what it read and gave, and its module.

    Attributes
    ----------
    x, y : tensors, shape (1, channels, *axes)
        Torch remembers how the second came about from the first and from the parameters, and nothing before.
    """

    name: str
    module: nn.Module
    x: torch.Tensor
    y: torch.Tensor


def run_backward(
    network: Network,
    x: Array,
    loss: Loss,
    seed: int = 0,
    weights: Mapping[str, Array] | None = None,
    full: Collection[str] | None = None,
    trained: Collection[str] | None = None,
    see: Callable[[str, Gradient], None] | None = None,
    budget: int | None = None,
) -> Backward:
    """One forward pass, and one pass back from a loss: the chain rule, stage by stage, each by torch's autograd.

    What runs is what `run_network` runs: the same modules with the same weights and seeds, stage after stage.

    Parameters
    ----------
    x : floating-point array, shape (channels, *axes), or (features,)
        One example.
    seed, weights, budget : as `run_network` has them
    loss : Loss
        Stages behind the one of which it is made are not run.
    full : names of stages, "input" among them
        Those whose gradients come back; all of them by default.
    trained : names of stages
        Those whose parameters get gradients; all of them by default.
    see : called with the name and the `Gradient` of every stage, from the last one to the input
        Tensors that it keeps are not freed.

    Raises
    ------
    GeometryError
        If a stage cannot work on what reaches it, or the loss cannot be made of what the last one gives.
    BudgetError
        If a stage, or all together, would be larger than cnnviz attempts.
    """
    x, network = check_input(x), loss.network(network)
    _, placed = check_network(network, x.shape, budget)
    shapes = [x.shape, *network.shapes(x.shape)]
    loss.check(shapes[-1])
    check_winners(network, placed)
    names = {INPUT, *(name for name, _ in network.stages)}
    wanted, learning = (names if some is None else set(some) for some in (full, trained))

    def work(where: str) -> tuple[float, dict[str, Gradient], float]:
        began, kept = time.perf_counter(), dict[str, Gradient]()
        chain = passed(network, placed, x, seed, weights or {}, where)
        value, dy = begin(loss, chain[-1].y if chain else torch.from_numpy(x)[None].to(where), shapes[-1])
        for name, gradient in back(chain, x, dy, learning):
            if see:
                see(name, gradient)
            kept |= {name: gradient} if name in wanted else {}
        return value, kept, time.perf_counter() - began

    with torch.enable_grad():
        (value, kept, seconds), device, notice = somewhere(work)
    return Backward(value, kept, device, seconds, notice)


def check_winners(network: Network, placed: list[tuple[Layer, Shape]]) -> None:
    """Raise `GeometryError` if a maximum pooling has a window of padding alone.

    Its winner stands nowhere, and torch's backward pass writes there all the same: outside of the tensor.
    """
    for (name, _), (layer, taken) in zip(network.stages, placed, strict=True):
        if isinstance(layer, MaxPool) and any((axis.source < 0).all(axis=1).any() for axis in layer.windows(taken)):
            raise GeometryError(
                "{name}: A window of {layer} reads padding alone, and no gradient comes back from there. Use less "
                "padding or a smaller dilation.",
                name=name,
                layer=layer.called,
            )


def passed(
    network: Network, placed: list[tuple[Layer, Shape]], x: Array, seed: int, weights: Mapping[str, Array], where: str
) -> list[Link]:
    """All stages, run one after the other; see `cnnviz.networks.forward.run_network`."""
    places: list[Array] = []
    modules = modules_of(network, seed)[::-1]
    chain, y = [], torch.from_numpy(x).to(where)
    for (name, _), (stage, taken) in zip(network.stages, placed, strict=True):
        layer = told(stage, taken, places)
        module = load(layer, modules.pop(), own_weights(network, name, weights)).to(where)
        given = batched(y.detach().reshape(taken)).requires_grad_()
        hands = isinstance(layer, MaxPool) and layer.return_indices
        made = (layer.call if hands else layer.only)(module, given, seed)
        places += [made["indices"].cpu().numpy()] if hands else []
        y = made["output"]
        chain.append(Link(name, module, given, y))
    return chain


def begin(loss: Loss, y: torch.Tensor, shape: Shape) -> tuple[float, torch.Tensor]:
    """The loss of what the last stage gave, and its gradient by that, in the same shape."""
    end = y.detach().reshape(shape).requires_grad_()
    value = loss.of(end)
    (dy,) = torch.autograd.grad(value, end)
    return value.item(), dy.reshape(y.shape)


def back(chain: list[Link], x: Array, dy: torch.Tensor, learning: Collection[str]) -> Iterator[tuple[str, Gradient]]:
    """The gradient of every stage, from the last one to the input; a stage is let go when it has been passed."""
    while chain:
        link = chain.pop()
        parameters = link.module.named_parameters() if link.name in learning else ()
        names, values = zip(("", link.x), *parameters, strict=True)
        found = torch.autograd.grad(link.y, values, dy, allow_unused=True)  # a mask may leave a parameter aside
        made = [torch.zeros_like(v) if g is None else g for v, g in zip(values, found, strict=True)]
        yield link.name, gradient(link.y.detach()[0], dy[0], dict(zip(names[1:], made[1:], strict=True)))
        dy = made[0].reshape(chain[-1].y.shape if chain else (1, *x.shape))
    yield INPUT, gradient(torch.from_numpy(x), dy[0], {})


def gradient(y: torch.Tensor, dy: torch.Tensor, parameters: Mapping[str, torch.Tensor]) -> Gradient:
    """Tensors as arrays, with their norms."""
    arrays = {name: tensor.cpu().numpy() for name, tensor in parameters.items()}
    norms = {name: norm(tensor) for name, tensor in parameters.items()}
    return Gradient(y.cpu().numpy(), dy.cpu().numpy(), arrays, norm(dy), norms)


def norm(tensor: torch.Tensor) -> float:
    """The root of the sum of squares.

    In float32 a sum of millions goes wrong in its third digit, and float64 takes ten times as long: rows are summed in
    float32, and these in float64, as is all where a square may be too small or too large for float32.
    """
    flat = tensor.flatten()
    rows = flat[: len(flat) // ROW * ROW].view(-1, ROW)
    found = torch.cat((torch.linalg.vector_norm(rows, dim=1), flat[rows.numel() :])).cpu().double()
    total = float(torch.linalg.vector_norm(found))
    if SAFE[0] < total < SAFE[1]:
        return total
    return float(torch.linalg.vector_norm(flat.cpu().double()))
