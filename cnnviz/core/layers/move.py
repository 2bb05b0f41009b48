"""Layers that compute nothing: they put cells elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.axes import axis_latex, counted
from cnnviz.core.geometry import NONE, Axis, GeometryError, Ints
from cnnviz.core.layers.base import Extent, Layer
from cnnviz.core.layers.cell import Array, Example, Shape, Step
from cnnviz.core.layers.max_pool import MaxPool
from cnnviz.core.settings import Size, knob
from cnnviz.text import Message


@dataclass(frozen=True)
class Move(Layer):
    """Each output cell is one input cell, or 0. Axes may change places, so one map tells all, not a table per axis."""

    rule: ClassVar[str] = "move"
    out_scale: ClassVar[str] = "same"

    @property
    def fill(self) -> float:
        """What a cell holds that nothing was put into."""
        return 0.0

    def source(self, shape: Shape) -> Ints:
        """Flat input index that each output cell holds, or `NONE` for a 0; shape of the output. By default in order."""
        return np.arange(prod(shape)).reshape(self.output_shape(shape))

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        """None: see `source`."""
        self.check(shape)
        return ()

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        """The axes of the input are not those of the output, so along them nothing can be said."""
        return (None,) * self.ndim

    def explain(self, done: Example, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> Step:
        index = int(self.source(done.x.shape)[channel, *cell])
        value = self.fill if index == NONE else float(done.x.flat[index])
        return Step(np.array([value]), value, index=index)


@dataclass(frozen=True)
class Placed(Move):
    """A move whose axes stay as they were, so that each has a table of its own."""

    def tables(self, shape: Shape) -> tuple[Ints, ...]:
        """Along each axis, the input cells that an output cell may come from, or `PAD`: (cells of the output, few)."""
        raise NotImplementedError

    def source(self, shape: Shape) -> Ints:
        """Where the channels stay as they were, too."""
        places = np.ix_(np.arange(shape[0]), *(table[:, 0] for table in self.tables(shape)))
        flat = np.ravel_multi_index(tuple(np.maximum(place, 0) for place in places), shape)
        return np.where(np.logical_or.reduce(np.broadcast_arrays(*(place < 0 for place in places))), NONE, flat)


class PermuteModule(nn.Module):
    """``x.permute`` as a module; axis 0, the batch, stays. `LocalResponseNorm` takes no view, so this is none."""

    def __init__(self, *dims: int):
        super().__init__()
        self.dims = dims

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, *(1 + d for d in self.dims)).contiguous()


@dataclass(frozen=True)
class Permute(Move):
    """``x.permute``: the axes in another order; every cell keeps its value.

    Attributes
    ----------
    dims : of the axes after the batch, as they stand in the input
    """

    torch_name: ClassVar[str] = "Permute"
    dimensioned: ClassVar[bool] = False

    dims: Size = (2, 0, 1)  # (rows, columns, channels) -> (channels, rows, columns)

    def module(self) -> nn.Module:
        return PermuteModule(*self.dims)

    def use(self) -> list[str]:
        return [f"y = {self.code()}"]

    def code(self) -> str:
        return f"x.permute(0, {', '.join(str(1 + d) for d in self.dims)})"

    def source(self, shape: Shape) -> Ints:
        self.check(shape)
        return np.arange(prod(shape)).reshape(shape).transpose(self.dims)

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return tuple(shape[d] for d in self.dims)

    def formula(self, shape: Shape) -> list[str]:
        out = self.output_shape(shape)
        return [rf"(1, {', '.join(map(str, shape))}) \to (1, {', '.join(map(str, out))})"]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if sorted(self.dims) != list(range(len(shape))):
            raise GeometryError(
                "dims = {dims} must name each of the {count} axes once. Use {tuple}.",
                {"dims": tuple(reversed(range(len(shape))))},
                dims=self.dims,
                count=len(shape),
                tuple=tuple(reversed(range(len(shape)))),
            )

    def takes(self, shape: Shape) -> Shape:
        if len(shape) == 1:
            raise GeometryError(
                "A vector of {channels:,} numbers has no axes to permute. Put this before nn.Flatten.",
                channels=shape[0],
            )
        return super().takes(shape)


@dataclass(frozen=True)
class MaxUnpool(Move):
    """nn.MaxUnpool1d, nn.MaxUnpool2d, nn.MaxUnpool3d: put each winner of a `MaxPool` back; all other cells become 0.

    Attributes
    ----------
    indices : one per cell of the input, or None
        Where each goes in its own map, counted row after row: what a `MaxPool` with `return_indices` gives. None where
        they are handed over by such a stage before it; see `networks.chain.Chain`.
    size : cells along each axis of the output
    """

    torch_name: ClassVar[str] = "MaxUnpool"

    kernel_size: Size = knob(2, 1, 11, Message("of the pooling that is undone"), per_axis=True)
    stride: Size = knob(2, 1, 8, Message("of the pooling that is undone"), per_axis=True)
    padding: Size = knob(0, 0, 5, Message("of the pooling that is undone"), per_axis=True)
    indices: tuple[int, ...] | None = ()
    size: Size = ()

    @classmethod
    def of(cls, pool: MaxPool, indices: Array | None = None, size: Size = ()) -> "MaxUnpool":
        """The layer that undoes this pooling of maps of this size."""
        undone = cls(pool.kernel_size, pool.stride, pool.padding, indices=None, size=size, ndim=pool.ndim)
        return undone if indices is None else undone.handed(indices)

    def handed(self, indices: Array) -> "MaxUnpool":
        """The same layer, told the places of the winners."""
        return replace(self, indices=tuple(map(int, indices.ravel())))

    def source(self, shape: Shape) -> Ints:
        self.check(shape)
        maps = np.full((shape[0], prod(self.size)), NONE, np.int64)
        places = np.array(self.indices).reshape(shape[0], -1)
        for channel, places_here in enumerate(places):
            maps[channel, places_here] = channel * places.shape[1] + np.arange(places.shape[1])
        return maps.reshape(shape[0], *self.size)

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return (shape[0], *self.size)

    def takes(self, shape: Shape) -> Shape:
        raise GeometryError(
            "{called} needs the places of the winners as well, and a network hands on one tensor. Use "
            "nn.ConvTranspose{ndim}d.",
            called=self.called,
            ndim=self.ndim,
        )

    def use(self) -> list[str]:
        return ["pooled, indices = pool(x)", "y = layer(pooled, indices, output_size=x.shape[2:])"]

    def only(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        if self.indices is None:
            raise GeometryError(
                "Nothing says where the cells of {called} go. Take the indices of an nn.MaxPool.", called=self.called
            )
        indices = torch.tensor(self.indices, device=x.device).reshape(x.shape)
        return {"output": module(x, indices, output_size=self.size)}

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        lines = []
        for name, n, k, s, p, m in self._axes(shape):
            plain = (n - 1) * s - 2 * p + k
            told = "" if plain == m else rf",\ \texttt{{output\_size}} = {m}"
            lines.append(rf"{axis_latex(name)}: ({n}-1)\cdot{s} - 2\cdot{p} + {k} = {plain}{told}")
        return lines

    def _axes(self, shape: Shape) -> list[tuple[str, int, int, int, int, int]]:
        """(name, size, kernel, stride, padding, size of the output) of each axis."""
        numbers = (shape[1:], self.kernel_size, self.stride, self.padding, self.size)
        return list(zip(self.axis_names(), *numbers, strict=True))

    def check(self, shape: Shape) -> None:
        super().check(shape)
        told = prod(shape) if self.indices is None else len(self.indices)
        if told != prod(shape) or len(self.size) != self.ndim:
            raise GeometryError(
                "The input {shape} has {cells} cells and {count} indices say where they go. Take input and indices "
                "from one nn.MaxPool.",
                shape=shape,
                cells=prod(shape),
                count=told,
            )
        for name, n, k, s, p, m in self._axes(shape):
            plain = (n - 1) * s - 2 * p + k
            if not plain - s < m < plain + s:
                raise GeometryError(
                    "From {cells} nn.MaxUnpool makes {plain}, or up to {stride} more or fewer, and the map had "
                    "{made}: it cannot undo a pooling with dilation or with windows left over. Use dilation 1 and a "
                    "smaller stride.",
                    cells=counted(n, name),
                    plain=plain,
                    stride=s - 1,
                    made=m,
                )
        if self.indices and max(self.indices) >= prod(self.size):
            raise GeometryError(
                "Index {indices} lies beyond an output of {cells} cells per map. Take the size from the input of the "
                "nn.MaxPool.",
                indices=max(self.indices),
                cells=prod(self.size),
            )
