"""Which maps of a scene stand on a page: all where they fit, else those round the step, and the page says so."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.export.drawn_stage import Here, Stage
from cnnviz.export.layout import Layout, Maps, Work, arrange
from cnnviz.export.panel import Panel
from cnnviz.export.words import many_of

MOST_MAPS = 16  # of the input
MOST_DEPTHS = 8
MOST_STRIP = 16  # small maps of the other channels

Shown = tuple[tuple[int, int], ...]  # channel and depth of each map


@dataclass(frozen=True)
class Cast:
    """The maps on a page; two steps with the same cast differ in what moves alone.

    Attributes
    ----------
    inputs, outputs, strip : channel and depth (a place) of each map; `outputs` are also those of a gate
    channel : the output channel that is looked at
    """

    inputs: Shown
    outputs: Shown
    strip: Shown
    channel: int


def cast_of(stage: Stage, here: Here) -> Cast:
    """The maps for one step; at any step there are as many."""
    lit = stage.lit_input(here)
    depths = lit.places[0] if lit else (0,)
    seen = page(depths[0], depths[-1], stage.input.sizes[0], MOST_DEPTHS)
    made = page(here.cell[0], here.cell[0], stage.output.sizes[0], MOST_DEPTHS)
    outputs = tuple((here.channel, depth) for depth in made)
    if stage.gate:
        inputs = outputs
    else:
        first, last = own_channels(stage, here)
        channels = page(first, last, stage.input.channels, max(1, MOST_MAPS // len(seen)))
        inputs = tuple((channel, depth) for channel in channels for depth in seen)
    strip = page(here.channel, here.channel, stage.output.channels, MOST_STRIP)
    small = tuple((channel, here.cell[0]) for channel in strip) if stage.output.channels > 1 else ()
    return Cast(inputs, outputs, small, here.channel)


def own_channels(stage: Stage, here: Here) -> tuple[int, int]:
    """Input channels that the step needs most: first and last."""
    if stage.axes is None:
        source = stage.moved_from(here.channel, here.cell)
        return (source[0], source[0]) if source else (0, 0)
    if stage.meta["view"] == "pair":
        return here.channel, here.channel
    first, end = stage.reads(here.channel)
    return first, end - 1


def page(first: int, last: int, count: int, most: int) -> range:
    """At most so many of `count`, from `first` to `last` or as far as that goes; they turn over like pages.

    >>> page(2, 2, 64, 8), page(9, 9, 64, 8), page(6, 9, 64, 8), page(63, 63, 64, 10)
    (range(0, 8), range(8, 16), range(6, 14), range(54, 64))
    """
    if count <= most:
        return range(count)
    start = first // most * most
    start = first if last >= start + most else start
    start = min(start, count - most)
    return range(start, start + most)


def kept_words(panel: Panel, shown: Shown, names: Sequence[str]) -> str:
    """Which maps of a panel are shown, where not all are.

    Depths are counted without their padding, as the tags of the maps do.
    """
    channels, depths = (sorted(set(part)) for part in zip(*shown, strict=True))
    low = panel.low[0]
    found = [
        some_words("channels", channels, panel.channels) if len(set(channels)) > 1 or panel.name == "strip" else "",
        some_words(many_of(names[0]), [depth - low for depth in depths], panel.sizes[0]),
    ]
    return " · ".join(filter(None, found))


def some_words(name: str, shown: Sequence[int], count: int) -> str:
    return f"{name} {shown[0]} to {shown[-1]} of {count}" if len(shown) < count else ""


def lay_out(stage: Stage, cast: Cast) -> Layout:
    """The page for this cast; as large for every step of the scene."""
    line = stage.meta["ndim"] == 1
    units = len({depth for _, depth in cast.inputs})
    channels = len(cast.inputs) // units
    per_group = stage.input.channels // int(stage.meta["groups"])
    groups = channels // per_group if channels % per_group == 0 and not stage.gate else 1
    across, down = stage.input.drawn
    input = Maps(len(cast.inputs), down, across, units if channels > 1 else 1, groups, line)
    across, down = stage.output.drawn
    row = stage.output.sizes[0] * down == 1 and across > 1  # taller cells are easier to see
    output = Maps(len(cast.outputs), down, across, line=line or row)
    strip = Maps(len(cast.strip), down, across, groups=strip_groups(stage, cast), line=line or row)
    gate = output if stage.gate else None
    laid = arrange(input, output, work_of(stage), gate, strip if cast.strip else None)
    return laid.with_charts(len(stage.meta["charts"]))


def strip_groups(stage: Stage, cast: Cast) -> int:
    per_group = stage.order.turns
    return len(cast.strip) // per_group if cast.strip and len(cast.strip) % per_group == 0 else 1


def work_of(stage: Stage) -> Work | None:
    """The window at work, as it is drawn; None where there is none to show."""
    if stage.meta["view"] != "work" or stage.axes is None:
        return None
    depth, rows, columns = (axis.n_taps for axis in stage.axes)
    first, end = stage.reads(0)
    across, down = (rows, columns) if stage.input.turned else (columns, rows)
    return Work((end - first) * depth, down, across, 3 if stage.meta["weighted"] else 1)
