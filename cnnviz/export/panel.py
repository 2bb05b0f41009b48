"""A panel is one tensor of a scene: its maps, and what each of their places holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.geometry import NONE, PAD, Axis, Ints
from cnnviz.core.layers import Array
from cnnviz.export.order import Block
from cnnviz.scenes.blob import Scene

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Plane:
    """What the places of one map hold; all arrays have the shape (rows, columns) of torch.

    Attributes
    ----------
    values : the cells and the padding; NaN where nothing is
    kind : 0 for a cell, or `PAD` or `NONE`
    mirrored : padding that repeats a cell
    """

    values: Array
    kind: Ints
    mirrored: Mask

    @property
    def padding(self) -> Mask:
        return np.asarray((self.kind == PAD) | self.mirrored)

    @property
    def missing(self) -> Mask:
        """Cells without a number."""
        return np.asarray((self.kind == 0) & ~np.isfinite(self.values) & ~self.mirrored)


@dataclass(frozen=True, eq=False)
class Panel:
    """One tensor on stage.

    Attributes
    ----------
    take : channel -> array, shape (depth, rows, columns)
    channels : int
    lines : what each place holds along each axis: an index, `PAD` or `NONE`
    low : places before index 0, along each axis
    extent : places from the first cell to the last, along each axis
    pad_value : float
    scale : name of its colours
    turned : are its rows drawn to the right, and its columns upwards?
    """

    name: str
    take: Callable[[int], Array]
    channels: int
    lines: tuple[Ints, Ints, Ints]
    low: tuple[int, ...]
    extent: tuple[int, ...]
    pad_value: float
    scale: str
    turned: bool

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Places along each axis."""
        depth, rows, columns = map(len, self.lines)
        return depth, rows, columns

    @property
    def drawn(self) -> tuple[int, int]:
        """Cells that a map is wide and high as it is drawn."""
        _, rows, columns = self.sizes
        return (rows, columns) if self.turned else (columns, rows)

    def plane(self, channel: int, depth: int) -> Plane:
        """One map; `depth` is a place."""
        cells = np.ix_(self.lines[0][[depth]], *self.lines[1:])
        least = np.minimum(np.minimum(*cells[:2]), cells[2])[0]
        kind = np.where(least == NONE, NONE, np.where(least == PAD, PAD, 0))
        read = self.take(channel)[tuple(np.maximum(index, 0) for index in cells)][0].astype(np.float64)
        values = np.where(kind == NONE, np.nan, np.where(kind == PAD, self.pad_value, read))
        sides = zip(self.low, self.extent, self.sizes, strict=True)
        beyond = [(np.arange(size) < low) | (np.arange(size) >= low + extent) for low, extent, size in sides]
        outside = beyond[0][depth] | beyond[1][:, None] | beyond[2][None, :]
        return Plane(values, kind, outside & (kind == 0))


def make_panel(
    scene: Scene, name: str, axes: Sequence[Axis] | None, take: Callable[[int], Array] | None = None
) -> Panel:
    """A tensor of the scene, laid out on the lines of these axes; without them every place holds its own cell.

    Parameters
    ----------
    take : what gives one channel where it is not the tensor itself
    """
    tensor = scene.tensors["input" if name == "input" and take is None else "output"]
    shape, meta = tensor.shape[1:], scene.meta
    lines = [axis.line for axis in axes] if axes else [np.arange(n) for n in shape]
    low = [axis.low for axis in axes] if axes else [0, 0, 0]
    holes = any((line == NONE).any() for line in lines)  # between the cells of a transposed convolution
    ends = [int(np.flatnonzero(line == n - 1)[-1]) for line, n in zip(lines, shape, strict=True)]
    extent = [end + 1 - at for end, at in zip(ends, low, strict=True)] if holes else list(shape)
    own = meta["axes"] if name == "input" else meta["outAxes"]
    return Panel(
        name,
        take or tensor.__getitem__,
        len(tensor),
        (lines[0], lines[1], lines[2]),
        tuple(low),
        tuple(extent),
        float(meta["padValue"]) if name == "input" and take is None else np.nan,
        meta["scales"][name],
        bool(meta["turned"] and own[1]),
    )


def axes_of(scene: Scene) -> tuple[Axis, Axis, Axis] | None:
    """The scene's tables; None where cells are only moved."""
    tensors = scene.tensors
    if "from" in tensors:
        return None

    def axis(i: int) -> Axis:
        line, start, offset = (tensors[f"{name}{i}"].astype(np.int64) for name in ("line", "start", "offset"))
        size, low = tensors["input"].shape[i + 1], scene.meta["low"][i]
        return Axis(size, low, line, start, offset, tensors.get(f"count{i}"), scene.meta["dropped"][i])

    return axis(0), axis(1), axis(2)


def blocks_of(mask: Mask) -> list[Block]:
    """The true places as few rectangles: runs along a row, joined with equal rows below.

    >>> blocks_of(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], bool))
    [(0, 0, 2, 2), (2, 2, 1, 1)]
    """
    found: list[Block] = []
    row = 0
    while row < len(mask):
        end = row + 1
        while end < len(mask) and (mask[end] == mask[row]).all():
            end += 1
        edges = np.flatnonzero(np.diff(np.concatenate([[False], mask[row], [False]]).astype(np.int8)))
        found += [(row, int(a), end - row, int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        row = end
    return found
