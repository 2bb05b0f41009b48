"""nn.Flatten: cells in a row."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import torch
from torch import nn

from cnnviz.core.axes import axis_latex
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers.cell import Shape
from cnnviz.core.layers.move import Move
from cnnviz.core.settings import knob
from cnnviz.text import Message


@dataclass(frozen=True)
class Flatten(Move):
    """nn.Flatten: row after row, channel after channel; of some axes alone, the others stay.

    Attributes
    ----------
    start_dim, end_dim : the first and the last axis that become one
        As torch counts them: the batch is 0, the channels are 1, and -1 is the last.
    """

    torch_name: ClassVar[str] = "Flatten"
    dimensioned: ClassVar[bool] = False

    start_dim: int = knob(
        1, -4, 4, Message("first axis that is flattened: 1 are the channels, 2 is the axis behind them")
    )
    end_dim: int = knob(-1, -4, 4, Message("last axis that is flattened: -1 is the last of all"))

    def span(self, axes: int) -> tuple[int, int]:
        """First and last of the flattened axes, the batch being 0, where so many axes are behind the channels."""
        first, last = (dim + (2 + axes) * (dim < 0) for dim in (self.start_dim, self.end_dim))
        return first, last

    def is_whole(self, axes: int) -> bool:
        """Is nothing left but features?"""
        return self.span(axes) == (1, 1 + axes)

    def axes_behind(self, axes: int) -> int:
        """How many of so many axes there are afterwards; 0 behind a vector."""
        first, last = self.span(axes)
        return axes - (last - first)

    def axes_before(self, behind: int) -> int:
        """How many axes there were before, where so many are left; 2 if that cannot be."""
        return next((n for n in (2, 3, 1) if self.axes_behind(n) == behind and not self.is_whole(n)), 2)

    def made(self, shape: Shape) -> Shape:
        """Shape of the output as torch has it, without the batch."""
        self.check(shape)
        first, last = self.span(len(shape) - 1)
        return (*shape[: first - 1], prod(shape[first - 1 : last]), *shape[last:])

    def output_shape(self, shape: Shape) -> Shape:
        made = self.made(shape)
        channels, *axes = made if len(made) > 1 else (1, *made)  # a vector lies along the last axis
        return (channels, *(1,) * (len(shape) - 1 - len(axes)), *axes)

    def out_axis_names(self) -> tuple[str, ...]:
        names, (first, last) = self.axis_names(), self.span(self.ndim)
        if self.is_whole(self.ndim):
            return ("length",)
        if first == last:
            return names
        return (*names[: max(first - 2, 0)], *("length",) * (first > 1), *names[max(last - 1, 0) :])

    def torch_shapes(self, shape: Shape, n: int = 1) -> tuple[Shape, Shape]:
        return (n, *shape), (n, *self.made(shape))

    def only(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        return {"output": module(x).reshape(len(x), *self.output_shape(tuple(x.shape[1:])))}

    def formula(self, shape: Shape) -> list[str]:
        made, (first, last) = self.made(shape), self.span(len(shape) - 1)
        sizes = r" \cdot ".join(map(str, shape[first - 1 : last]))
        if len(made) == 1:
            return [rf"{axis_latex('length')}: {sizes} = {prod(shape)}"]
        told = ", ".join([*map(str, shape[: first - 1]), sizes, *map(str, shape[last:])])
        return [rf"(1, {', '.join(map(str, shape))}) \to (1, {told}) = (1, {', '.join(map(str, made))})"]

    def takes(self, shape: Shape) -> Shape:
        if len(shape) == 1 and self.span(0) != (1, 1):
            raise GeometryError(
                "Here is a vector of {channels:,} numbers, which {layer} cannot flatten. Use nn.Flatten(), or leave it "
                "out.",
                {"start_dim": 1, "end_dim": -1},
                channels=shape[0],
                layer=self.code(),
            )
        return super().takes(shape)

    def check(self, shape: Shape) -> None:
        super().check(shape)
        (first, last), most = self.span(len(shape) - 1), len(shape)
        if first == 0:
            raise GeometryError(
                "start_dim = {start_dim} is the batch, and would put its examples in a row, too. Use start_dim = 1.",
                {"start_dim": 1},
                start_dim=self.start_dim,
            )
        for name, dim, low, good in (("start_dim", first, 1, 1), ("end_dim", last, first, -1)):
            if not low <= dim <= most:
                raise GeometryError(
                    "{name} = {given} is no axis from {low} to {most} of (1, {map}). Use {name} = {good}.",
                    {name: good},
                    name=name,
                    given=getattr(self, name),
                    low=low,
                    most=most,
                    map=", ".join(map(str, shape)),
                    good=good,
                )
