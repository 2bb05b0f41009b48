"""One number made of a network's output, whose gradients flow back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch.nn import functional as F

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Shape
from cnnviz.networks.network import Network
from cnnviz.text import Message, _


@dataclass(frozen=True)
class Loss:
    """One number made of what a stage gives.

    Attributes
    ----------
    stage : str
        Whose output it is made of; empty for the last one.
    """

    title: ClassVar[Message]  # among others, for whoever chooses

    stage: str = field(default="", kw_only=True)

    def network(self, network: Network) -> Network:
        """The part of a network that it depends on."""
        return network.upto(self.stage) if self.stage else network

    def of(self, y: torch.Tensor) -> torch.Tensor:
        """The number, of an output without its batch: (channels, *axes), or (features,)."""
        raise NotImplementedError

    def check(self, shape: Shape) -> None:
        """Raise `GeometryError` unless it can be made of an output of this shape."""

    def words(self, stage: str) -> str:
        """What it is, of the stage that is called so."""
        raise NotImplementedError


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """``F.cross_entropy`` of one class: minus the logarithm of the share that a softmax gives it.

    Of maps, it is the mean over all cells, each of which shall be of this class.
    """

    title: ClassVar[Message] = Message("cross-entropy of a class")

    target: int = 0

    def of(self, y: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(y[None], torch.full((1, *y.shape[1:]), self.target, device=y.device))

    def check(self, shape: Shape) -> None:
        check_index(self.target, shape[0])

    def words(self, stage: str) -> str:
        return _("cross-entropy of class {target} in {stage}", target=self.target, stage=stage)


@dataclass(frozen=True)
class Unit(Loss):
    """One number of an output; along an axis of which no place is given, the mean.

    Attributes
    ----------
    at : tuple of int or None
        Channel and cell, or the number of a vector. Axes that are left out at the end have none, so that
        ``Unit((3,))`` is class 3 of a vector, and the mean of channel 3 of maps.
    """

    title: ClassVar[Message] = Message("one unit")

    at: tuple[int | None, ...] = ()

    def of(self, y: torch.Tensor) -> torch.Tensor:
        return y[tuple(slice(None) if one is None else one for one in self.at)].mean()

    def check(self, shape: Shape) -> None:
        if len(self.at) > len(shape):
            raise GeometryError(
                "A unit of {shape} has {axes} indices, and here are {given}. Leave some out.",
                shape=shape,
                axes=len(shape),
                given=len(self.at),
            )
        for one, cells in zip(self.at, shape, strict=False):
            if one is not None:
                check_index(one, cells)

    def words(self, stage: str) -> str:
        places = self.at
        if not places or all(one is None for one in places):
            return _("mean of {stage}", stage=stage)
        index = ", ".join(":" if one is None else str(one) for one in places)
        return f"{stage}[0, {index}]"


@dataclass(frozen=True)
class Mean(Unit):
    """The mean of all that comes out."""

    title: ClassVar[Message] = Message("mean of all outputs")


LOSSES: dict[str, type[Loss]] = {"cross-entropy": CrossEntropy, "mean": Mean, "unit": Unit}


def check_index(index: int, count: int) -> None:
    """Raise `GeometryError` unless there is such a one among so many."""
    if not 0 <= index < count:
        raise GeometryError(
            "There are {count:,}, from 0 to {last}, and {index} is none of them. Choose one of these.",
            count=count,
            last=count - 1,
            index=index,
        )


def places(at: Sequence[int | None], shape: Shape) -> tuple[int | None, ...]:
    """The same places, one for each axis of a shape: pulled back inside, and none where none is given."""
    padded = (*at, *(None,) * len(shape))
    return tuple(None if one is None else min(one, n - 1) for one, n in zip(padded, shape, strict=False))
