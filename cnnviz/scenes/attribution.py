"""What a number owes to the input's cells, as columns of maps, which the overview draws as it draws stages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.core.axes import AXES, PLACES
from cnnviz.core.geometry import Axis, Ints
from cnnviz.core.layers import Array
from cnnviz.inputs import Grid
from cnnviz.networks.attribution import GradCam, Occluded, Slope
from cnnviz.networks.network import INPUT, Network
from cnnviz.networks.receptive_field import both_ways, spans
from cnnviz.scenes.blob import VERSION, Scene, Tensors
from cnnviz.scenes.network import Columns, colour, laid, small
from cnnviz.scenes.palette import coloured
from cnnviz.text import _

Table = tuple[Ints, Ints]  # back and forth along one axis, as in `networks.receptive_field.Link`


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Attributes
    ----------
    name, says : str
        What it is called, and what it is, in a few words.
    values : float32 array, shape (channels, *axes) or (numbers,)
    source : int
        The column whose cells go with its own.
    tables : by axis, 0 the channels
        How they do, where they are not the same; None where each goes with all.
    sum : dict
        What a cell is made of: ``{"of": column, "by": column or None}`` is a sum over channels, each times a number;
        ``{"product": [column, column]}``; ``{"from": number, "less": column}``.
    over : bool
        Draw it over the input.
    opens : bool
        Is there a player that shows it at work?
    """

    name: str
    says: str
    values: Array
    source: int = 0
    tables: Mapping[int, Table] | None = field(default_factory=dict)
    sum: Mapping[str, Any] = field(default_factory=dict)
    scale: str = "signed"
    over: bool = False
    opens: bool = False


def of_slope(grid: Grid, found: Slope, times_input: bool) -> list[Column]:
    """The gradient by each cell of the input; times the cell, if that is wanted; and the sum over channels."""
    slope = Column("gradient", _("how much the target changes with each cell"), found.dx)
    columns = [first(grid), slope]
    if times_input:
        product = {"product": [0, 1]}
        columns.append(Column("product", _("input times gradient"), found.product, 1, sum=product))
    last = len(columns) - 1
    if len(grid.values) > 1:
        total = columns[last].values.sum(axis=0, keepdims=True)
        columns.append(Column("sum", _("all channels added up"), total, last, across(len(grid.values)), {"of": last}))
        last += 1
    return [*columns, over(columns[-1].values, last)]


def of_cam(grid: Grid, network: Network, stage: str, found: GradCam) -> list[Column]:
    """All terms of a Grad-CAM, its sum, and what is left of it above 0."""
    shape, count = grid.values.shape, len(found.maps)
    seen = {
        axis: both_ways(table[:, 0], table[:, 1], n)
        for axis, (table, n) in enumerate(zip(spans(network, shape, stage)["input"], shape[1:], strict=True), 1)
    }
    channels = np.tile([0, shape[0] - 1], (count, 1)), np.tile([0, count - 1], (shape[0], 1))
    total = {"of": 1, "by": 3}
    return [
        first(grid),
        Column("maps", _("what {stage} gives", stage=stage), found.maps, 0, {0: channels, **seen}),
        Column("gradient", _("of the target by each cell of {stage}", stage=stage), found.gradients, 1),
        Column("weights", _("the mean of each channel's gradient"), found.weights, 2, None, scale="weight"),
        Column("sum", _("each map times its weight, added up"), found.total[None], 1, across(count), total, opens=True),
        Column("ReLU", _("what is above 0 of the sum"), found.map[None], 4, opens=True),
        over(found.map[None], 5, {0: across(1, shape[0])[0], **seen}, "Grad-CAM"),
    ]


def of_windows(grid: Grid, found: Occluded) -> list[Column]:
    """The target with each window hidden, how far it falls, and the mean fall of each cell."""
    shape = grid.values.shape
    windows = {axis: covered(one) for axis, one in enumerate(found.layer.windows(shape), 1)}
    less = {"from": found.score, "less": 1}
    return [
        first(grid),
        Column("hidden", _("the target, one window hidden"), found.scores[None], 0, {**across(shape[0]), **windows}),
        Column("fall", _("how far the target falls"), found.falls[None], 1, sum=less, opens=True),
        over(found.map[None], 0, across(shape[0]), _("mean of the windows that hide a cell")),
    ]


def first(grid: Grid) -> Column:
    return Column(INPUT, "", grid.values, scale=grid.scale)


def over(values: Array, source: int, tables: Mapping[int, Table] | None = None, says: str = "") -> Column:
    """A map that is drawn over the input."""
    return Column("over the input", says or _("the map, laid over the input"), values, source, tables or {}, over=True)


def across(channels: int, made: int = 1) -> dict[int, Table]:
    """One channel goes with all."""
    return {0: (np.tile([0, channels - 1], (made, 1)), np.tile([0, made - 1], (channels, 1)))}


def covered(axis: Axis) -> Table:
    """The cells that each window hides along one axis, and by which each cell is hidden."""
    last = np.minimum(axis.start + axis.n_taps, axis.size) - 1
    return both_ways(axis.start, last, axis.size)


def make_attribution(columns: Sequence[Column], grid: Grid, turned: bool, told: str) -> Scene:
    """The scene of some columns.

    Parameters
    ----------
    turned : bool
        Frames run to the right and mels upwards: maps are handed over as they are drawn, and the browser names cells by
        torch's own indices.
    told : str
        What the target is, and its value.
    """
    turned = turned and grid.values.ndim == 3
    drawn = {one.name: upright(one.values) if turned else one.values for one in columns}
    found = Columns({name: values.shape for name, values in drawn.items()})
    tensors: Tensors = {}
    stages = []
    for i, one in enumerate(columns):
        found.take(one.name, drawn[one.name])
        tensors |= {f"{what}.{i}": tensor for what, tensor in found.tensors[one.name].items()}
        tensors |= tables_of(one, columns[one.source], i, turned)
        stages.append(words_of(one, found, i, turned))
    used = {one.scale for one in columns}
    meta = {
        "version": VERSION,
        "stages": stages,
        "colour": colour(grid.values, grid.scale),
        **coloured(used),
        "explains": told,
    }
    return Scene(tensors, meta)


def words_of(one: Column, found: Columns, i: int, turned: bool) -> dict[str, Any]:
    """What there is to say of a column."""
    shape = found.shapes[one.name]
    words = {
        "name": one.name,
        "code": one.says,
        "says": one.says,
        "mode": "",
        "shape": str(tuple(one.values.shape)),
        "scale": one.scale,
        "statistical": "",
        "states": [state if one.name == "maps" or state == _("no number") else "" for state in found.states[one.name]],
        "exact": found.is_exact(one.name),
        "from": one.source,
        "way": "" if not i else "all" if one.tables is None else "tables",
        "sum": dict(one.sum),
        "over": one.over,
        "opens": one.opens,
        "turned": turned and len(shape) == 3,
        **laid(shape, found.blocks(one.name)),
    }
    if turned and len(shape) == 3:
        words["axes"] = ["frame", "mel"]
    elif len(shape) > 1:
        words["axes"] = [PLACES[name] for name in AXES[len(shape) - 1]]
    return words


def upright(values: Array) -> Array:
    """(channels, frames, mels) as it is drawn: (channels, mels from the highest down, frames)."""
    return np.ascontiguousarray(values.swapaxes(1, 2)[:, ::-1]) if values.ndim == 3 else values


def tables_of(one: Column, before: Column, i: int, turned: bool) -> Tensors:
    """How cells of a column go with those of its source, on the four axes that the overview knows."""
    tensors: Tensors = {}
    ndim = one.values.ndim - 1
    for axis, pair in (one.tables or {}).items():
        place, both = axis and axis + 3 - ndim, pair
        if turned and ndim == 2 and axis:
            place = 5 - place  # frames are columns, and mels rows
            sizes = before.values.shape[axis], one.values.shape[axis]
            both = (turn(pair[0], sizes[0]), turn(pair[1], sizes[1])) if axis == 2 else pair
        for way, table in zip(("back", "forth"), both, strict=True):
            tensors[f"{way}.{i}.{place}"] = small(np.ascontiguousarray(table))
    return tensors


def turn(table: Ints, size: int) -> Ints:
    """The same pairs of first and last, with both axes counted from the other end; there are `size` cells to go to."""
    first, last = table[::-1].T
    return np.stack([size - 1 - last, size - 1 - first], axis=1)
