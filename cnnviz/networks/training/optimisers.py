"""Optimisers: how the weights follow their gradients. One class each, and one line in `OPTIMISERS`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import torch

from cnnviz.core.geometry import GeometryError
from cnnviz.core.settings import Setting, knob
from cnnviz.networks.training.arguments import call, given
from cnnviz.text import Message

RATE = Message("learning rate: how far one step goes")
DECAY = Message("weight decay: each step also shrinks the weights by this share of themselves, times the rate")
BETAS = Message("how much of the running mean of gradients, and of their squares, each step keeps")
LOSES = Message("L2 penalty: this share of the weights is added to their gradients")


@dataclass(frozen=True)
class Optimiser(Setting):
    """One of torch's optimisers as a frozen value. Fields are spelled as torch spells them."""

    torch_name: ClassVar[str]

    @property
    def rate(self) -> float:
        """The learning rate that it begins with."""
        rate: float = self.lr  # type: ignore[attr-defined]
        return rate

    def make(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        made: torch.optim.Optimizer = getattr(torch.optim, self.torch_name)(parameters, **given(self))
        return made

    def code(self) -> str:
        """The torch call, for the parameters of ``net``."""
        return call(f"torch.optim.{self.torch_name}", "net.parameters()", given(self))

    def check(self) -> None:
        """Raise `GeometryError` unless torch takes these numbers."""
        for name in ("lr", "weight_decay"):
            if not 0 <= (value := getattr(self, name)) < float("inf"):
                raise GeometryError(
                    "{name} = {value:g} is no size of a step. Use 0 or more.",
                    {name: abs(value) if abs(value) < float("inf") else 0.001},
                    name=name,
                    value=value,
                )


@dataclass(frozen=True)
class SGD(Optimiser):
    """torch.optim.SGD: each weight goes against its gradient; with momentum, against a running sum of them."""

    torch_name: ClassVar[str] = "SGD"

    lr: float = knob(0.05, 0.0, 1.0, RATE, step=0.01, format="%.4g")
    momentum: float = knob(0.9, 0.0, 1.0, Message("how much of the last step the next one keeps"), step=0.1)
    weight_decay: float = knob(0.0, 0.0, 0.1, LOSES, step=0.0001, format="%.4g")
    nesterov: bool = knob(False, help=Message("look ahead along the momentum before taking the gradient"))

    def check(self) -> None:
        super().check()
        if not 0 <= self.momentum <= 1:
            raise GeometryError(
                "momentum = {momentum:g} is no share of a step. Use a number from 0 to 1, as in 0.9.",
                {"momentum": 0.9},
                momentum=self.momentum,
            )
        if self.nesterov and not self.momentum:
            raise GeometryError(
                "Nesterov looks ahead along a momentum, and momentum = 0. Use momentum = 0.9, or leave Nesterov off.",
                {"momentum": 0.9},
                {"nesterov": False},
            )


@dataclass(frozen=True)
class Adam(Optimiser):
    """torch.optim.Adam: each weight has a step size of its own, from running means of its gradient and its square.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
    """

    torch_name: ClassVar[str] = "Adam"

    lr: float = knob(0.001, 0.0, 0.1, RATE, step=0.001, format="%.4g")
    betas: tuple[float, float] = knob((0.9, 0.999), 0.0, 1.0, BETAS, shown=False)
    weight_decay: float = knob(0.0, 0.0, 0.1, LOSES, step=0.0001, format="%.4g")

    def check(self) -> None:
        super().check()
        if not all(0 <= beta < 1 for beta in self.betas):
            raise GeometryError(
                "betas = {betas} are no shares to keep. Use numbers from 0 to below 1, as in (0.9, 0.999).",
                {"betas": (0.9, 0.999)},
                betas=self.betas,
            )


@dataclass(frozen=True)
class AdamW(Adam):
    """torch.optim.AdamW: Adam whose weight decay shrinks the weights themselves, past the running means.

    References
    ----------
    Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
    """

    torch_name: ClassVar[str] = "AdamW"

    weight_decay: float = knob(0.01, 0.0, 0.1, DECAY, step=0.001, format="%.4g")


OPTIMISERS: dict[str, type[Optimiser]] = {"sgd": SGD, "adam": Adam, "adamw": AdamW}
