"""The dense layer: every output reads the whole input; a convolution whose window is as large as what it reads."""

from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.geometry import Axis, GeometryError, Ints, whole_axis
from cnnviz.core.layers.base import Extent, Layer
from cnnviz.core.layers.cell import Array, Shape
from cnnviz.core.layers.conv import Dot
from cnnviz.core.settings import Size, knob
from cnnviz.text import Message, _


@dataclass(frozen=True)
class Linear(Dot):
    """nn.Linear on the flattened input: each output feature has one weight for every input cell.

    Attributes
    ----------
    size : shape of the input, (channels, *axes)
    """

    torch_name: ClassVar[str] = "Linear"
    dimensioned: ClassVar[bool] = False

    size: Size = ()
    out_features: int = knob(4, 1, 128, Message("numbers that come out"))
    bias: bool = knob(True, help=Message("one number per output, added to every sum"))

    @property
    def in_features(self) -> int:
        return prod(self.size)

    def use(self) -> list[str]:
        return ["y = layer(x.flatten(1))"]

    def only(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        return {"output": module(x.flatten(1)).reshape(len(x), -1, *(1,) * self.ndim)}

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        self.check(shape)
        return tuple(whole_axis(n, 1) for n in shape[1:])

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return (self.out_features, *(1,) * self.ndim)

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        return (None,) * self.ndim

    def along(self, shape: Shape) -> Layer:
        """For a vector that is as long as it has to be, whatever shape was given for it."""
        as_before = len(self.size) == 1 + self.ndim or shape != (self.in_features,)
        return self if as_before else replace(self, size=super().takes(shape))

    def takes(self, shape: Shape) -> Shape:
        """A vector in the shape that the layer was made for; maps have to be flattened before."""
        if len(shape) > 1:
            raise GeometryError(
                "In a network nn.Linear reads a vector, and here are maps {shape}, of which it would take each row on "
                "its own. Put nn.Flatten before it.",
                shape=shape,
            )
        return self.size if shape == (self.in_features,) else super().takes(shape)

    def out_axis_names(self) -> tuple[str, ...]:
        return ()

    def torch_shapes(self, shape: Shape, n: int = 1) -> tuple[Shape, Shape]:
        return (n, *shape), (n, self.out_features)

    def channels_read(self, shape: Shape) -> Ints:
        return np.tile([0, shape[0]], (self.out_features, 1))

    def taps(self, weight: Array) -> Array:
        """Torch's weight (out_features, in_features) as (out_features, channels, *axes)."""
        return weight.reshape(self.out_features, *self.size)

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        cells = r"\cdot ".join(map(str, shape))
        return [rf"\text{{{_('weights')}}}: {cells} \cdot {self.out_features} = {self.in_features * self.out_features}"]

    def macs(self, shape: Shape) -> int:
        self.check(shape)
        return self.in_features * self.out_features

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if tuple(shape) != self.size:
            raise GeometryError(
                "The input is {shape} and the layer reads {size}. Set in_features to {cells}.",
                {"size": tuple(shape)},
                shape=shape,
                size=self.size,
                cells=prod(shape),
            )
