"""Where dY comes from: how much the loss changes with each cell of a layer's output."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, Shape
from cnnviz.core.run import Run
from cnnviz.inputs.literal import tensor_code
from cnnviz.inputs.typed import parse_numbers
from cnnviz.networks.loss import Loss
from cnnviz.text import Message

MOST_TYPED_AXES = 3


class Upstream(Protocol):
    """What comes down to a layer from behind it; a frozen value."""

    def dy(self, done: Run) -> Array:
        """dY for the output of a pass, in its shape.

        Raises
        ------
        GeometryError, SourceError
            If it does not suit this output.
        """

    def code(self, done: Run) -> str:
        """Lines of Python that define ``dY`` of ``y``."""

    def words(self, done: Run) -> Message:
        """What it is, in a few words."""


@dataclass(frozen=True)
class Ones:
    """All ones: the loss is the sum of the output."""

    def dy(self, done: Run) -> Array:
        return np.ones_like(done.y)

    def code(self, done: Run) -> str:
        return "dY = torch.ones_like(y)"

    def words(self, done: Run) -> Message:
        return Message("dY is 1 everywhere: the loss is the sum of y")


def torchs(done: Run) -> Shape:
    """Torch's own shape of the output, with its batch of one: a vector has no axes there."""
    return done.layer.torch_shapes(done.shape)[1]


@dataclass(frozen=True)
class Cell:
    """1 at one cell of the output and 0 elsewhere: the loss is that cell.

    Attributes
    ----------
    channel : int
    cell : one place for each axis, or None for the middle
        Both are pulled back inside the output.
    """

    channel: int = 0
    cell: tuple[int | None, ...] = ()

    def place(self, shape: Shape) -> Shape:
        """Where in an output of this shape."""
        return tuple(min(at, n - 1) for at, n in zip(self.asked(shape), shape, strict=True))

    def asked(self, shape: Shape) -> Shape:
        """The same, which may lie beyond it."""
        given = (*self.cell, *(None,) * len(shape))
        return (
            self.channel,
            *((n - 1) // 2 if at is None else at for at, n in zip(given, shape[1:], strict=False)),
        )

    def dy(self, done: Run) -> Array:
        found = np.zeros_like(done.y)
        found[0, *self.place(done.y.shape[1:])] = 1
        return found

    def code(self, done: Run) -> str:
        shape = done.y.shape[1:]
        place = np.unravel_index(np.ravel_multi_index(self.place(shape), shape), torchs(done))
        return f"dY = torch.zeros_like(y)\ndY[{', '.join(map(str, place))}] = 1"

    def words(self, done: Run) -> Message:
        shape = done.y.shape[1:]
        place, asked = (", ".join(map(str, at)) for at in (self.place(shape), self.asked(shape)))
        if place == asked:
            return Message("dY is 1 at y[{place}] alone: the loss is that cell", place=place)
        return Message(
            "dY is 1 at y[{place}] alone: the loss is that cell, the nearest to [{asked}], which lies beyond the map",
            place=place,
            asked=asked,
        )


@dataclass(frozen=True)
class Target:
    """The difference to a target: the loss is half the sum of its squares.

    Attributes
    ----------
    text : str
        The target as it is typed: one number for all cells, one map for all channels, or all maps.
    """

    text: str = "0"

    def dy(self, done: Run) -> Array:
        difference: Array = done.y - self.values(done.y.shape[1:])
        return difference

    def values(self, shape: Shape) -> Array:
        """The target of an output of this shape."""
        typed = parse_numbers(self.text, min(len(shape) - 1, MOST_TYPED_AXES))
        if typed.size == 1:
            return np.full(shape, typed.flat[0])
        if typed.shape[1:] != shape[1:] or len(typed) not in (1, shape[0]):
            raise GeometryError(
                "The target has {typed} numbers and the output {shape}. Type one number for all cells, one map of "
                "{cells}, or {channels} of them with --- between.",
                typed=typed.shape,
                shape=shape,
                cells=shape[1:],
                channels=shape[0],
            )
        return np.broadcast_to(typed, shape)

    def code(self, done: Run) -> str:
        values = self.values(done.y.shape[1:])
        if (values == values.flat[0]).all():
            return f"target = {values.flat[0]!s}\ndY = y.detach() - target"
        return f"{tensor_code(values.reshape(torchs(done)[1:]), 'target')}\ndY = y.detach() - target"

    def words(self, done: Run) -> Message:
        return Message("dY is y − target: the loss is half the sum of its squares")


@dataclass(frozen=True)
class FromLoss:
    """What a loss of the whole network sends down to a stage of it; see `scenes.backward.dy_of`.

    Attributes
    ----------
    loss : Loss
        Of a stage that it names: the same one or one behind it.
    """

    loss: Loss

    def words(self, done: Run) -> Message:
        return Message("dY comes from the loss of the network, {loss}", loss=self.loss.words(self.loss.stage))
