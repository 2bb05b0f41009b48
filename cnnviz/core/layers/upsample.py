"""Upsampling: every output cell is a blend of the few input cells that lie nearest, with weights that none learns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from math import floor
from typing import Any, ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.axes import axis_latex
from cnnviz.core.geometry import NONE, Axis, GeometryError, Ints, adaptive_axis
from cnnviz.core.layers.base import Extent, Layer
from cnnviz.core.layers.cell import Array, Example, Shape, Step, gather
from cnnviz.core.settings import Size, knob
from cnnviz.text import Message, either

F = np.float32  # in which torch works out where an output cell lies between the input cells
SMOOTH = {1: ("linear",), 2: ("bilinear", "bicubic"), 3: ("trilinear",)}  # modes that know align_corners
MODES = ("nearest", "nearest-exact", "area", *(mode for modes in SMOOTH.values() for mode in modes))
CUBIC = -0.75  # torch's own

Blend = tuple[Axis, Array]  # along one axis: what each output cell reads, and weights (cells of the output, taps)


def places(size: int, made: int, factor: float | None, align: bool, half: bool) -> Array:
    """Where each output cell lies, counted in input cells, as torch has it in float32.

    Parameters
    ----------
    factor : as it was given, or None where the size was
    align : the corners of input and output are the same cells
    half : count from the middles of cells, not from their borders
    """
    cells = np.arange(made, dtype=F)
    if align:
        return cells * F(F(size - 1) / F(made - 1) if made > 1 else 0)
    step = F(1 / factor) if factor else F(size) / F(made)
    return (cells + F(0.5)) * step - F(0.5) if half else cells * step


def nearest(size: int, made: int, factor: float | None, exact: bool, ndim: int) -> Blend:
    """One cell each. Along two axes torch forgets a factor that makes as many cells as before, or twice as many."""
    forgets = ndim == 2 and not exact and made in (size, 2 * size)
    at = places(size, made, None if forgets else factor, False, exact) + F(0.5 * exact)
    start = np.minimum(np.floor(at), size - 1).astype(np.int64)
    return Axis(size, 0, np.arange(size), start, np.zeros(1, np.int64)), np.ones((made, 1))


def linear(size: int, made: int, factor: float | None, align: bool) -> Blend:
    """Two neighbours, the nearer one the more; one alone where the cell lies on it, or at the end."""
    at = np.arange(made, dtype=F) if size == made else np.maximum(places(size, made, factor, align, True), 0)
    start = np.minimum(np.floor(at), size - 1).astype(np.int64)
    part = np.clip(at - start.astype(F), 0, 1).astype(np.float64)
    count = 1 + ((part > 0) & (start < size - 1)).astype(np.int64)
    most = int(count.max())
    weights = np.stack([np.where(count == 2, 1 - part, 1), np.where(count == 2, part, 0)], axis=1)[:, :most]
    ragged = count if count.min() < most else None
    return Axis(size, 0, np.arange(size), start, np.arange(most), count=ragged), weights


def cubic(size: int, made: int, factor: float | None, align: bool) -> Blend:
    """Four neighbours on a cubic curve; the border is repeated beyond the ends.

    References
    ----------
    Keys, "Cubic convolution interpolation for digital image processing", 1981.
    """
    at = places(size, made, factor, align, True)
    first = np.minimum(np.floor(at), size - 1).astype(np.int64)
    t = np.clip(at - first.astype(F), 0, 1).astype(np.float64)
    inner = [((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1 for x in (t, 1 - t)]
    outer = [((CUBIC * x - 5 * CUBIC) * x + 8 * CUBIC) * x - 4 * CUBIC for x in (t + 1, 2 - t)]
    low, high = max(0, 1 - int(first.min())), max(0, int(first.max()) + 3 - size)
    line = np.pad(np.arange(size), (low, high), mode="edge")
    return Axis(size, low, line, first - 1, np.arange(4)), np.stack([outer[0], *inner, outer[1]], axis=1)


def area(size: int, made: int) -> Blend:
    """The mean of a window, as adaptive pooling has it."""
    axis = adaptive_axis(size, made)
    there = axis.source != NONE
    return axis, there / there.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Upsample(Layer):
    """nn.Upsample: more rows and columns from the same map; `size` or `scale_factor` says how many."""

    torch_name: ClassVar[str] = "Upsample"
    dimensioned: ClassVar[bool] = False
    vectors: ClassVar[bool] = False
    rule: ClassVar[str] = "blend"
    out_scale: ClassVar[str] = "same"

    size: Size | None = knob(
        None, 1, 512, Message("cells of the output; if none, scale_factor says"), per_axis=True, optional=True
    )
    scale_factor: Any = knob(
        2.0, 0.1, 8.0, Message("times as many cells; or give a size"), per_axis=True, optional=True, step=0.5
    )
    mode: str = knob("nearest", choices=MODES, help=Message("how neighbours are mixed"))
    align_corners: bool | None = knob(
        None, choices=(None, False, True), help=Message("corners of both maps are the same cells")
    )

    @property
    def factors(self) -> tuple[float | None, ...]:
        given: tuple[float | None, ...] = self.scale_factor or (None,) * self.ndim
        return given

    def sizes(self, shape: Shape) -> Size:
        """Cells of the output along each axis."""
        if self.size:
            return self.size
        return tuple(floor(float(n * f)) for n, f in zip(shape[1:], self.scale_factor, strict=True))

    def blends(self, shape: Shape) -> list[Blend]:
        """What each output cell reads along each axis, and with which weights."""
        self.check(shape)
        align = bool(self.align_corners)
        axes = zip(shape[1:], self.sizes(shape), self.factors, strict=True)
        if self.mode == "area":
            return [area(n, m) for n, m, _ in axes]
        if self.mode.startswith("nearest"):
            return [nearest(*axis, self.mode == "nearest-exact", self.ndim) for axis in axes]
        return [(cubic if self.mode == "bicubic" else linear)(*axis, align) for axis in axes]

    def over(self, ndim: int) -> Layer:
        """Numbers that differ from axis to axis are for so many axes alone."""
        given = {"size": self.size, "scale_factor": self.scale_factor}
        if ndim == self.ndim or any(len(set(one)) > 1 for one in given.values() if one):
            return self
        return replace(self, ndim=ndim, **{name: one and one[:1] * ndim for name, one in given.items()})

    def tables(self, shape: Shape) -> tuple[Ints, ...]:
        """Along each axis, the input cells that count in each output cell; a weight of 0 counts for nothing."""
        return tuple(np.where(weights != 0, axis.source, NONE) for axis, weights in self.blends(shape))

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        return tuple(axis for axis, _ in self.blends(shape))

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return (shape[0], *self.sizes(shape))

    def call(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        """The weights along each axis are kept, too: rows of taps, one for each output cell, in a row."""
        blends = self.blends(tuple(x.shape[1:]))
        kept = {f"blend{3 - self.ndim + i}": torch.from_numpy(w.astype(F).ravel()) for i, (_, w) in enumerate(blends)}
        return {**self.only(module, x, seed), **kept}

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        ones = {f"blend{i}": np.ones(1, F) for i in range(3 - self.ndim)}
        return {**ones, **{name: values for name, values in parts.items() if name.startswith("blend")}}

    def explain(self, done: Example, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> Step:
        window = gather(done.x, axes, (channel, channel + 1), cell, self.pad_value)
        rows = [weights[o] for (_, weights), o in zip(self.blends(done.x.shape), cell, strict=True)]
        weights = reduce(np.multiply.outer, rows)[None]
        return Step(window.values, float((window.values * weights).sum()), weights)

    def extent(self, shape: Shape | None = None) -> tuple[Extent, ...]:
        """Of windows that stand on parts of cells, the longest and their mean step."""
        if shape is None:
            return (None,) * self.ndim
        return tuple(
            (Fraction(axis.n_taps - 1) + Fraction(m - 1, m), Fraction(axis.size, m), Fraction(m - 1, m))
            for axis, m in zip(self.windows(shape), self.sizes(shape), strict=True)
        )

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        sizes = zip(self.axis_names(), shape[1:], self.factors, self.sizes(shape), strict=True)
        return [
            rf"{axis_latex(name)}: \texttt{{size}} = {m}"
            if f is None
            else rf"{axis_latex(name)}: \lfloor {n} \cdot {f:g} \rfloor = {m}"
            for name, n, f, m in sizes
        ]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        self._check_given()
        known = (*MODES[:3], *SMOOTH[self.ndim])
        if self.mode not in known:
            raise GeometryError(
                "mode = {mode!r} is not for {ndim} axes. Use {known}.",
                {"mode": known[3]},
                mode=self.mode,
                ndim=self.ndim,
                known=either(map(repr, known)),
            )
        if self.align_corners is not None and self.mode in MODES[:3]:
            raise GeometryError(
                "mode = {mode!r} has no align_corners. Leave it at None, or use {smooth!r}.",
                {"align_corners": None},
                {"mode": SMOOTH[self.ndim][0]},
                mode=self.mode,
                smooth=SMOOTH[self.ndim][0],
            )
        if min(self.sizes(shape)) < 1:
            raise GeometryError(
                "scale_factor leaves nothing of {shape}. Use 1 or more.",
                {"scale_factor": (1.0,) * self.ndim},
                shape=shape[1:],
            )

    def _check_given(self) -> None:
        if self.size is None and self.scale_factor is None:
            raise GeometryError(
                "Either size or scale_factor says how large the output is. Use scale_factor = 2.",
                {"scale_factor": (2.0,) * self.ndim},
            )
        if self.size is not None and self.scale_factor is not None:
            raise GeometryError(
                "Give size or scale_factor, and not both: they could say two things.",
                {"scale_factor": None},
                {"size": None},
            )


@dataclass(frozen=True)
class UpsamplingNearest(Upsample):
    """nn.UpsamplingNearest2d: nn.Upsample with mode="nearest"."""

    torch_name: ClassVar[str] = "UpsamplingNearest"
    dimensioned: ClassVar[bool] = True
    ndims: ClassVar[tuple[int, ...]] = (2,)

    mode: ClassVar[str] = "nearest"  # type: ignore[misc]
    align_corners: ClassVar[bool | None] = None  # type: ignore[misc]


@dataclass(frozen=True)
class UpsamplingBilinear(Upsample):
    """nn.UpsamplingBilinear2d: nn.Upsample with mode="bilinear" and align_corners=True."""

    torch_name: ClassVar[str] = "UpsamplingBilinear"
    dimensioned: ClassVar[bool] = True
    ndims: ClassVar[tuple[int, ...]] = (2,)

    mode: ClassVar[str] = "bilinear"  # type: ignore[misc]
    align_corners: ClassVar[bool | None] = True  # type: ignore[misc]
