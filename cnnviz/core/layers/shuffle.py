"""Channels become places and places channels: pixel and channel shuffles; a vector becomes maps."""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, prod
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.axes import axis_latex, counted
from cnnviz.core.geometry import GeometryError, Ints
from cnnviz.core.layers.base import Extent, Layer
from cnnviz.core.layers.cell import Shape
from cnnviz.core.layers.move import Move, Placed
from cnnviz.core.settings import Size, knob
from cnnviz.text import Message


@dataclass(frozen=True)
class PixelShuffle(Placed):
    """nn.PixelShuffle: several channels become one that is larger; each gives every second, third, ... cell."""

    torch_name: ClassVar[str] = "PixelShuffle"
    dimensioned: ClassVar[bool] = False
    ndims: ClassVar[tuple[int, ...]] = (2,)
    vectors: ClassVar[bool] = False

    upscale_factor: int = knob(2, 1, 8, Message("how many times as many rows and columns"))

    def source(self, shape: Shape) -> Ints:
        made, r, (_, rows, columns) = self.output_shape(shape), self.upscale_factor, shape
        parts = np.arange(prod(shape)).reshape(made[0], r, r, rows, columns)
        return parts.transpose(0, 3, 1, 4, 2).reshape(made)

    def tables(self, shape: Shape) -> tuple[Ints, ...]:
        return tuple(np.arange(n)[:, None] // self.upscale_factor for n in self.output_shape(shape)[1:])

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        channels, *sizes = shape
        return (channels // self.upscale_factor**2, *(n * self.upscale_factor for n in sizes))

    def channels_read(self, shape: Shape) -> Ints:
        first = np.arange(self.output_shape(shape)[0]) * self.upscale_factor**2
        return np.stack([first, first + self.upscale_factor**2], axis=1)

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        r = self.upscale_factor
        return ((Fraction(r - 1, r), Fraction(1, r), Fraction(r - 1, r)),) * self.ndim

    def formula(self, shape: Shape) -> list[str]:
        r, made = self.upscale_factor, self.output_shape(shape)
        sizes = zip(self.axis_names(), shape[1:], made[1:], strict=True)
        lines = [rf"{axis_latex(name)}: {n} \cdot {r} = {m}" for name, n, m in sizes]
        return [*lines, rf"{axis_latex('channels')}: {shape[0]} / {r}^2 = {made[0]}"]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        r = self.upscale_factor
        if shape[0] % r**2:
            fits = next(s for s in range(r, 0, -1) if shape[0] % s**2 == 0)
            raise GeometryError(
                "nn.PixelShuffle makes one channel of {factor}^2 = {square}, and {channels} cannot be divided by that. "
                "Use upscale_factor = {fits}, or {more} channels.",
                {"upscale_factor": fits},
                factor=r,
                square=r**2,
                channels=shape[0],
                fits=fits,
                more=-(-shape[0] // r**2) * r**2,
            )


@dataclass(frozen=True)
class PixelUnshuffle(Placed):
    """nn.PixelUnshuffle: every second, third, ... row and column becomes a channel of its own; no cell is lost."""

    torch_name: ClassVar[str] = "PixelUnshuffle"
    dimensioned: ClassVar[bool] = False
    ndims: ClassVar[tuple[int, ...]] = (2,)
    vectors: ClassVar[bool] = False

    downscale_factor: int = knob(2, 1, 8, Message("how many times fewer rows and columns"))

    def source(self, shape: Shape) -> Ints:
        made, r = self.output_shape(shape), self.downscale_factor
        channels, rows, columns = shape[0], *made[1:]
        parts = np.arange(prod(shape)).reshape(channels, rows, r, columns, r)
        return parts.transpose(0, 2, 4, 1, 3).reshape(made)

    def tables(self, shape: Shape) -> tuple[Ints, ...]:
        r = self.downscale_factor
        return tuple(np.arange(n)[:, None] * r + np.arange(r) for n in self.output_shape(shape)[1:])

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        channels, *sizes = shape
        return (channels * self.downscale_factor**2, *(n // self.downscale_factor for n in sizes))

    def channels_read(self, shape: Shape) -> Ints:
        first = np.arange(self.output_shape(shape)[0]) // self.downscale_factor**2
        return np.stack([first, first + 1], axis=1)

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        return ((self.downscale_factor - 1, self.downscale_factor, 0),) * self.ndim

    def formula(self, shape: Shape) -> list[str]:
        r, made = self.downscale_factor, self.output_shape(shape)
        sizes = zip(self.axis_names(), shape[1:], made[1:], strict=True)
        lines = [rf"{axis_latex(name)}: {n} / {r} = {m}" for name, n, m in sizes]
        return [*lines, rf"{axis_latex('channels')}: {shape[0]} \cdot {r}^2 = {made[0]}"]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        r = self.downscale_factor
        for name, n in zip(self.axis_names(), shape[1:], strict=True):
            if n % r:
                fits = next(s for s in range(r, 0, -1) if gcd(*shape[1:]) % s == 0)
                raise GeometryError(
                    "{cells} cannot be divided by downscale_factor = {factor}. Use {fits}.",
                    {"downscale_factor": fits},
                    cells=counted(n, name),
                    factor=r,
                    fits=fits,
                )


@dataclass(frozen=True)
class ChannelShuffle(Placed):
    """nn.ChannelShuffle: channels change places, so that the next grouped convolution sees some of every group."""

    torch_name: ClassVar[str] = "ChannelShuffle"
    dimensioned: ClassVar[bool] = False
    vectors: ClassVar[bool] = False

    groups: int = knob(2, 1, 128, Message("groups whose channels take turns"))

    def origin(self, channels: int) -> Ints:
        """Input channel that each output channel is."""
        return np.arange(channels).reshape(self.groups, -1).T.ravel()

    def source(self, shape: Shape) -> Ints:
        self.check(shape)
        return np.arange(prod(shape)).reshape(shape)[self.origin(shape[0])]

    def tables(self, shape: Shape) -> tuple[Ints, ...]:
        self.check(shape)
        return tuple(np.arange(n)[:, None] for n in shape[1:])

    def channels_read(self, shape: Shape) -> Ints:
        first = self.origin(shape[0])
        return np.stack([first, first + 1], axis=1)

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        return ((0, 1, 0),) * self.ndim

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        order = [*map(str, self.origin(shape[0]))]
        few = order if len(order) <= 12 else [*order[:8], r"\dots", order[-1]]
        return [rf"{axis_latex('channels')}: {', '.join(few)}"]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if shape[0] % self.groups:
            near = min((g for g in range(1, shape[0] + 1) if shape[0] % g == 0), key=lambda g: abs(g - self.groups))
            raise GeometryError(
                "groups = {groups} must divide {channels}. Use groups = {near}.",
                {"groups": near},
                groups=self.groups,
                channels=counted(shape[0], "channels"),
                near=near,
            )


@dataclass(frozen=True)
class Unflatten(Move):
    """nn.Unflatten: a vector becomes maps again, row after row, channel after channel.

    Attributes
    ----------
    unflattened_size : (channels, *axes) of the maps
    """

    torch_name: ClassVar[str] = "Unflatten"
    dimensioned: ClassVar[bool] = False

    dim: ClassVar[int] = 1

    unflattened_size: Size = ()

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return self.unflattened_size

    def torch_shapes(self, shape: Shape, n: int = 1) -> tuple[Shape, Shape]:
        return (n, prod(shape)), (n, *self.output_shape(shape))

    def use(self) -> list[str]:
        return ["y = layer(x.flatten(1))"]

    def only(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        return {"output": module(x.flatten(1))}

    def along(self, shape: Shape) -> Layer:
        return self

    def takes(self, shape: Shape) -> Shape:
        if len(shape) > 1:
            raise GeometryError(
                "In a network nn.Unflatten reads a vector, and here are maps {shape}. Put nn.Flatten before it.",
                shape=shape,
            )
        return super().takes(shape)

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        sizes = r" \cdot ".join(map(str, self.unflattened_size))
        return [rf"{axis_latex('length')}: {prod(shape)} = {sizes}"]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if len(self.unflattened_size) != 1 + self.ndim or prod(self.unflattened_size) != prod(shape):
            vector = (prod(shape), *(1,) * self.ndim)
            raise GeometryError(
                "{cells} numbers do not make maps of {unflattened_size}. Use unflattened_size = {vector}.",
                {"unflattened_size": vector},
                cells=prod(shape),
                unflattened_size=self.unflattened_size,
                vector=vector,
            )
        if max(shape) != prod(shape):
            raise GeometryError(
                "nn.Unflatten reads a vector, and here are maps {shape}. Put nn.Flatten before it.", shape=shape
            )
