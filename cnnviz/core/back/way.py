"""One backward pass of a layer: what it gives, in words, and the run that gives it; and what torch says."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from numpy.typing import NDArray
from torch import nn

from cnnviz.core.layers import Array, Example, Layer, Shape
from cnnviz.core.run import Run, build
from cnnviz.text import Message

Gradients = Mapping[str, Array]  # by name: INPUT, and the parameters as the module names them
INPUT = "input"


@dataclass(frozen=True)
class Back(Layer):
    """A backward pass of which torch has no module: it has no weights, and what it gives is autograd's.

    Attributes
    ----------
    of : the layer whose pass it is
    """

    dimensioned: ClassVar[bool] = False

    of: Layer

    def module(self) -> nn.Module:
        return nn.Identity()

    def code(self) -> str:
        return self.of.code()

    def axis_names(self) -> tuple[str, ...]:
        return self.of.axis_names()

    def check(self, shape: Shape) -> None:
        """Nothing to refuse: it is made of a pass that ran."""


@dataclass(frozen=True, eq=False)
class Replay:
    """A backward pass as a layer at work: what it reads and holds, and what it has to give.

    Attributes
    ----------
    x, y : float32 arrays, (channels, *axes)
        What is read, as dY; and the gradient as torch's autograd gave it, in the shape of the layer's output.
    state, parts : as of a `Run`
    """

    layer: Layer
    x: Array
    y: Array
    state: Mapping[str, Array] = field(default_factory=dict)
    parts: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """One of the backward passes of a layer.

    Attributes
    ----------
    name : str
        What it gives, as addresses have it: "dX", "dW", "db".
    of : str
        Whose gradient it is: "input", or the parameter as its module names it; empty for a step on the way to one.
    read : str
        What its input is called on stage: "dY" mostly, or "x".
    said : Message
        In a sentence or two, what kind of pass it is.
    replay : (forward pass, dY, what torch says) -> Replay
        Of one example; None if there is one of all of them, `whole`.
    slides : str
        What its kernel is, if not the weights: "dY" or "x".
    code : str
        Lines of Python that give it from ``layer``, ``x`` and ``dY``, where it is a step that no tensor has.
    whole : (forward pass of all examples, dY, what torch says) -> Replay
        Of a batch, with N in front, where examples are mixed or added up.
    check : (forward pass) -> None
        Raises `GeometryError` where torch must not be asked.
    """

    name: str
    said: Message
    replay: Callable[[Example, Array, Gradients], Replay] | None = None
    of: str = INPUT
    read: str = "dY"
    slides: str = ""
    code: str = ""
    whole: Callable[[Run, Array, Gradients], Replay] | None = None
    check: Callable[[Example], None] = lambda done: None


def autograd(done: Run, dy: Array, seed: int = 0) -> tuple[Gradients, float]:
    """What torch's autograd says of a pass that was run: the gradients of ``(dY * y).sum()``, and the seconds it took.

    Parameters
    ----------
    dy : float array, shape of ``done.y``
    seed : int
        That of the run, for a layer that draws at random.
    """
    module = build(done.layer, seed, done.state)
    began = time.perf_counter()
    parameters = dict(module.named_parameters())
    with torch.enable_grad():
        x = torch.from_numpy(done.x).clone().requires_grad_()  # in its own memory's order, by which torch draws
        y = done.layer.only(module, x, seed)["output"]
        loss = (torch.from_numpy(dy).reshape(y.shape) * y).sum()
        found = torch.autograd.grad(loss, [x, *parameters.values()], materialize_grads=True)
    seconds = time.perf_counter() - began
    return {INPUT: found[0].numpy()} | {n: g.numpy() for n, g in zip(parameters, found[1:], strict=True)}, seconds
