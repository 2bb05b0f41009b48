"""The whole network at a glance: all maps of every stage, and which cells go with which, as one binary blob.

As in a scene of one layer, whoever draws decides nothing. A stage has axes (channel, depth, row, column), of which a
picture has one slice, a signal one row as well, and a vector is one map whose numbers are slices of one cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.axes import AXES, PLACES
from cnnviz.core.geometry import Ints
from cnnviz.core.layers import Array, Flatten, Layer, Norm, Shape
from cnnviz.core.run import Run
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import INPUT, Link, both_ways, links
from cnnviz.scenes.blob import VERSION, Scene, Tensors
from cnnviz.scenes.palette import coloured, ranges
from cnnviz.scenes.small_maps import Channels, blocked, levels_of
from cnnviz.text import _

EXACT = 2_000_000  # cells of input and all stages together, up to which their numbers go as they are; AlexNet has half
PICTURES = 6_000_000  # bytes of all small pictures together
SIDE, LEAST = 64, 4  # rows and columns of a small picture: no more, and no less if there are too many maps
SLICES = 16  # of a small picture
LONG = 65_536  # numbers of a vector, up to which they go as they are
BARS = 32  # numbers of a vector, up to which each has a bar of its own
SMALLEST, LARGEST = np.iinfo(np.int16).min, np.iinfo(np.int16).max

Four = tuple[int, int, int, int]  # channels, slices, rows, columns


@dataclass(frozen=True, eq=False)
class Flow:
    """What a page draws of a whole network.

    Attributes
    ----------
    device, seconds, notice : str, float [s], str
        Of the whole forward pass; see `cnnviz.core.run.Run`.
    macs : int
        Multiply-adds of all stages.
    memory : int [bytes]
        See `cnnviz.networks.forward.memory`.
    told : str
        What is to be said of all of it.
    """

    blob: bytes
    device: str
    seconds: float
    notice: str
    macs: int
    memory: int
    told: str = ""


def four(shape: Shape) -> Four:
    """The four axes of a stage of this shape, (channels, *axes) or (features,).

    Examples
    --------
    >>> four((6, 28, 28)), four((10,))
    ((6, 1, 28, 28), (1, 10, 1, 1))
    """
    if len(shape) == 1:
        return (1, shape[0], 1, 1)
    depth, rows, columns = (1,) * (4 - len(shape)) + shape[1:]
    return (shape[0], depth, rows, columns)


def blocks_of(size: Four, side: int) -> tuple[int, int, int]:
    """How many slices, rows and columns make one cell of a small picture, of so many rows and columns at most."""
    _, *axes = size
    most = (side * side if axes[1:] == [1, 1] else SLICES, side, side)
    depth, rows, columns = (ceil(n / m) for n, m in zip(axes, most, strict=True))
    return depth, rows, columns


def side_for(sizes: Sequence[Four]) -> int:
    """The largest side of small pictures at which those of all stages stay within `PICTURES`."""

    def weight(side: int) -> int:
        return sum(n[0] * prod(ceil(a / b) for a, b in zip(n[1:], blocks_of(n, side), strict=True)) for n in sizes)

    return next((side for side in range(SIDE, LEAST, -1) if weight(side) <= PICTURES), LEAST)


def states(values: Array, limits: Array) -> list[str]:
    """What `Channels` says of each map, or that it holds no number; of a map of one cell there is nothing to say."""
    found: Sequence[str] = Channels(np.empty(0, np.uint8), limits, limits).states()
    single = values[0].size == 1
    kept = ["" if single else state for state in found]
    return [_("no number") if not np.isfinite(one).any() else state for one, state in zip(values, kept, strict=True)]


class Columns:
    """Takes all maps of some stages: their numbers, or small pictures where these would be too many.

    Parameters
    ----------
    shapes : by the stage's name
    """

    def __init__(self, shapes: dict[str, Shape]) -> None:
        self.shapes = shapes
        self.exact = sum(map(prod, self.shapes.values())) <= EXACT
        self.side = side_for([four(one) for one in self.shapes.values()])
        self.tensors: dict[str, Tensors] = {}
        self.states: dict[str, list[str]] = {}

    def take(self, name: str, values: Array) -> None:
        """Keep what there is to show of a stage's output."""
        values = values.reshape(four(self.shapes[name]))
        limits = ranges(values)
        self.states[name] = states(values, limits)
        if self.is_exact(name):
            self.tensors[name] = {"values": values, "range": limits}
        else:
            small = blocked(values, self.blocks(name))
            self.tensors[name] = {"levels": levels_of(small, limits), "range": limits}

    def is_exact(self, name: str) -> bool:
        """Do the stage's numbers go as they are?"""
        shape = self.shapes[name]
        return self.exact or (len(shape) == 1 and shape[0] <= LONG)

    def blocks(self, name: str) -> tuple[int, int, int]:
        """How many slices, rows and columns make one cell of the stage's picture."""
        return (1, 1, 1) if self.is_exact(name) else blocks_of(four(self.shapes[name]), self.side)


class Glance(Columns):
    """Takes all maps of every stage of a network as they go by."""

    def __init__(self, network: Network, shape: Shape) -> None:
        names = [INPUT, *(name for name, _ in network.stages)]
        super().__init__(dict(zip(names, [shape, *network.shapes(shape)], strict=True)))
        self.device = self.notice = ""

    def __call__(self, name: str, done: Run) -> None:
        self.device, self.notice = done.device, str(done.notice) or self.notice
        self.take(name, done.y[0])


def make_flow(network: Network, values: Array, scale: str, glance: Glance) -> Scene:
    """All maps of a network on one input.

    Parameters
    ----------
    values : float32 array, shape (channels, *axes) or (features,)
        The input.
    scale : "signed", "picture" or another name in the palette
        How it is coloured.
    glance : Glance
        What it saw of all stages.

    Returns
    -------
    Scene
        Of stage *i*, 0 being the input: ``values.i`` as float32, or ``levels.i`` as 8-bit levels of blocks of cells,
        (channels, slices, rows, columns); ``range.i`` (channels, 2). How its cells go with those of the stage before:
        ``back.i.axis`` and ``forth.i.axis`` as in `networks.receptive_field.Link`, where they are not simply the same;
        ``cells.i`` (features, 4) of a vector that is a map's cells in a row.
    """
    glance.take(INPUT, values)
    shapes = list(glance.shapes.values())
    tensors: Tensors = {}
    ways = [""]  # of the input, which nothing comes before
    for i, name in enumerate(glance.shapes):
        tensors |= {f"{what}.{i}": tensor for what, tensor in glance.tensors[name].items()}
    steps = zip(network.placed(values.shape), links(network, values.shape), strict=True)
    for i, ((layer, taken), link) in enumerate(steps, 1):
        way, found = linked(layer, taken, link, *shapes[i - 1 : i + 1])
        ways.append(way)
        tensors |= {name.format(i): small(table) for name, table in found.items()}
    stages = [told | {"way": way} for told, way in zip(words(network, glance, scale), ways, strict=True)]
    used = {stage["scale"] for stage in stages}
    meta = {
        "version": VERSION,
        "stages": stages,
        "colour": colour(values, scale),
        **coloured(used),
    }
    return Scene(tensors, meta)


def linked(layer: Layer, taken: Shape, link: Link | None, before: Shape, made: Shape) -> tuple[str, dict[str, Ints]]:
    """How cells of a stage go with those of the stage before, and the tables that say so, by name.

    It is "tables", one back and one forth for each of the four axes that is not simply kept; "cells", where the stage
    is the other's cells in a row; or "all", where each may go with all.
    """
    read, wide = four(before), four(made)
    if isinstance(layer, Flatten) and len(made) == 1:
        return "cells", {"cells.{}": np.stack(np.unravel_index(np.arange(wide[1]), read), axis=1)}
    if link is None:
        return "all", {}
    channels = channel_tables(layer, taken)
    if len(before) == 1:
        axes = {1: channels}
    else:
        pairs = zip(link.back, link.forth, strict=True)
        axes = {0: channels, **dict(enumerate(pairs, 5 - len(before)))}
    kept = np.arange(max(*read, *wide))[:, None]
    return "tables", {
        f"{way}.{{}}.{axis}": table
        for axis, both in axes.items()
        if read[axis] != wide[axis] or not all((table == kept[: len(table)]).all() for table in both)
        for way, table in zip(("back", "forth"), both, strict=True)
    }


def channel_tables(layer: Layer, taken: Shape) -> tuple[Ints, Ints]:
    """Which channels each channel reads, and by which it is read; the statistics of a normalisation are left out."""
    if isinstance(layer, Norm):
        own = np.tile(np.arange(taken[0])[:, None], 2)
        return own, own
    first, behind = layer.channels_read(taken).T
    return both_ways(first, behind - 1, taken[0])


def small(table: Ints) -> NDArray[Any]:
    """The same numbers in the smallest integers that hold them."""
    fits = table.size == 0 or (table.min() >= SMALLEST and table.max() <= LARGEST)
    return table.astype(np.int16 if fits else np.int32)


def words(network: Network, glance: Glance, scale: str) -> list[dict[str, Any]]:
    """What there is to say of the input and each stage: names, shapes, modes, colours, and how it is laid out."""
    layers = [None, *(layer for _, layer in network.stages)]
    found, statistical = [], ""
    for (name, shape), layer in zip(glance.shapes.items(), layers, strict=True):
        if layer and layer.out_scale != "same":
            scale = layer.out_scale
        if isinstance(layer, Norm) and None in layer.extent():
            statistical = statistical or name
        found.append(
            {
                "name": name,
                "code": layer.code() if layer else "",
                "mode": mode(layer),
                "shape": str((1, *shape)),
                "scale": scale,
                "statistical": statistical,
                "states": glance.states[name],
                "exact": glance.is_exact(name),
                **laid(shape, glance.blocks(name)),
            }
        )
    return found


def mode(layer: Layer | None) -> str:
    """What torch calls the state of a layer that works otherwise while it is trained; empty of all others."""
    training = getattr(layer, "training", None)
    return "" if training is None else "train" if training else "eval"


def laid(shape: Shape, blocks: tuple[int, int, int]) -> dict[str, Any]:
    """How the cells of a map lie in its picture: `across` slices beside each other, and as many rows as that takes."""
    size = four(shape)
    slices = ceil(size[1] / blocks[0])
    vector = len(shape) == 1
    bars = vector and size[1] <= BARS
    return {
        "size": size,
        "blocks": blocks,
        "across": 1 if bars else ceil(slices**0.5),
        "axes": ["number"] if vector else [PLACES[name] for name in AXES[len(shape) - 1]],
        "vector": vector,
        "bars": bars,
    }


def colour(values: Array, scale: str) -> list[float] | None:
    """The darkest and lightest value of an input whose channels are red, green and blue; None of any other."""
    if scale != "picture" or values.ndim != 3 or len(values) != 3:
        return None
    limits = ranges(values)
    return [min(0.0, float(limits.min())), max(1.0, float(limits.max()))]
