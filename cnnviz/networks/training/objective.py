"""What is learned: the right class of each example, or the events of each frame. One class each."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import torch
from torch.nn import functional as F

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Shape
from cnnviz.text import Message


@dataclass(frozen=True)
class Objective:
    """A loss, and how right the outputs are.

    Attributes
    ----------
    output : tuple of int
        What the network gives for one example, as torch has it.
    """

    title: ClassVar[Message]
    measure: ClassVar[Message]  # what `accuracy` counts
    loss_name: ClassVar[str]  # in torch.nn.functional
    axes: ClassVar[int]  # of an answer, the classes among them
    events: ClassVar[bool] = False

    output: Shape

    def flat(self, out: torch.Tensor) -> torch.Tensor:
        """Outputs without the axes of one cell that a convolution leaves."""
        return out if len(self.output) == self.axes else out.flatten(self.axes)

    def target(self, y: torch.Tensor) -> torch.Tensor:
        """Labels as the network can answer them."""
        return y

    def loss(self, out: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The mean loss of `flat` outputs, one number."""
        loss: torch.Tensor = getattr(F, self.loss_name)(out, y)
        return loss

    def accuracy(self, out: torch.Tensor, y: torch.Tensor) -> float:
        """How right `flat` outputs are, from 0 to 1."""
        raise NotImplementedError

    def call(self, x: str) -> str:
        """Python for the `flat` outputs of the network."""
        return f"net({x})" if len(self.output) == self.axes else f"net({x}).flatten({self.axes})"


@dataclass(frozen=True)
class Classes(Objective):
    """Cross-entropy: one class for each example; the largest output is the answer."""

    title: ClassVar[Message] = Message("cross-entropy")
    measure: ClassVar[Message] = Message("share of examples whose class is right")
    loss_name: ClassVar[str] = "cross_entropy"
    axes: ClassVar[int] = 1

    def accuracy(self, out: torch.Tensor, y: torch.Tensor) -> float:
        return float((out.argmax(1) == y).double().mean())


@dataclass(frozen=True)
class Events(Objective):
    """Binary cross-entropy of each class in each frame: several may sound at once.

    Where pooling has made fewer frames than the labels have, a frame holds what sounds in any of its own.
    """

    title: ClassVar[Message] = Message("binary cross-entropy per frame")
    measure: ClassVar[Message] = Message("F1 of frames, mean over the classes")
    loss_name: ClassVar[str] = "binary_cross_entropy_with_logits"
    axes: ClassVar[int] = 2
    events: ClassVar[bool] = True

    @property
    def frames(self) -> int:
        return self.output[1]

    def pooled(self, frames: int) -> int:
        """How many frames of the labels one of the outputs spans.

        Raises
        ------
        GeometryError
            If the network's frames are not those of the labels, nor pooled from them.
        """
        span = frames // self.frames
        if not span or frames // span != self.frames:
            raise GeometryError(
                "The labels have {frames:,} frames, and the network gives {made:,}. Pool time by whole numbers, or not "
                "at all.",
                frames=frames,
                made=self.frames,
            )
        return span

    def target(self, y: torch.Tensor) -> torch.Tensor:
        span = self.pooled(y.shape[2])
        return F.max_pool1d(y, span) if span > 1 else y

    def accuracy(self, out: torch.Tensor, y: torch.Tensor) -> float:
        """F1 = 2 TP / (2 TP + FP + FN) of each class that sounds or is heard, over all frames, at chance 0.5."""
        heard, true = out > 0, y >= 0.5
        both = (heard & true).sum((0, 2)).double()
        either = heard.sum((0, 2)) + true.sum((0, 2))
        return float((2 * both / either)[either > 0].mean()) if (either > 0).any() else 1.0

    def target_lines(self, frames: int) -> list[str]:
        """Lines of Python that change ``y`` and ``y_test`` as `target` does."""
        span = self.pooled(frames)
        return [f"y, y_test = F.max_pool1d(y, {span}), F.max_pool1d(y_test, {span})"] if span > 1 else []


def objective(output: Shape, classes: int) -> Objective:
    """What a network with this output learns of so many classes.

    Raises
    ------
    GeometryError
        If it gives not one number for each class, in all or in each frame.
    """
    if output[0] != classes or (len(output) > 2 and prod(output[2:]) > 1):
        raise GeometryError(
            "The network gives {output} and the data has {classes:,} classes. Let its last layer give {classes:,} "
            "numbers.",
            output=output,
            classes=classes,
        )
    return Classes(output) if prod(output[1:]) == 1 else Events(output)
