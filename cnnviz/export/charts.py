"""Charts under the maps: the curve of a function, or how often each value occurs; with a mark at the step's cell."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D

from cnnviz.core.layers import Array
from cnnviz.export.drawn_stage import Stage, function_at
from cnnviz.export.layout import Box
from cnnviz.export.numbers import brief
from cnnviz.export.paper import Paper
from cnnviz.export.pens import colours
from cnnviz.export.sheet import add_axes
from cnnviz.export.worked import Worked
from cnnviz.scenes.palette import limits

BINS = 48
POINTS = 161  # of a curve

Ends = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart; its mark moves."""

    name: str
    axes: Axes
    mark: Line2D

    def show(self, worked: Worked) -> Artist:
        """Mark the cell of a step, inside the chart."""
        facts, value = worked.facts, worked.value
        if self.name == "curve":
            self.mark.set_data([facts["x"]], [value])
            return self.mark
        at = {"input": facts.get("signal", facts.get("x", np.nan)), "gate": facts.get("gate", np.nan)}.get(
            self.name, value
        )
        low, high = self.axes.get_xlim()
        at = float(np.clip(at, low, high))
        self.mark.set_data([at, at], self.axes.get_ylim())
        return self.mark


def make_charts(paper: Paper, stage: Stage, channel: int, boxes: list[Box]) -> list[Chart]:
    """Those that the scene asks for, of the channel that is looked at."""
    return [
        curve(paper, stage, channel, box) if name == "curve" else histogram(paper, stage, name, channel, box)
        for name, box in zip(stage.meta["charts"], boxes, strict=True)
    ]


def values_of(stage: Stage, name: str, channel: int) -> Array:
    """The finite numbers of one channel."""
    panel = {"input": stage.input, "gate": stage.gate, "output": stage.output}[name]
    assert panel is not None
    values = panel.take(channel).astype(np.float64).ravel()
    return values[np.isfinite(values)]


def ends_of(stage: Stage, name: str, channel: int) -> Ends:
    """Lowest and highest value; before and after are drawn on one scale."""
    if name == "gate" or stage.meta["scales"][name] == "gate":
        return 0, 1
    both = ["input", "output"] if stage.meta["charts"] == ["input", "output"] else [name]
    values = np.concatenate([values_of(stage, one, channel) for one in both])
    if not values.size or values.min() == values.max():
        middle = float(values[0]) if values.size else 0.0
        return middle - 0.5, middle + 0.5
    return float(values.min()), float(values.max())


def histogram(paper: Paper, stage: Stage, name: str, channel: int, box: Box) -> Chart:
    """How often each value occurs, in the colours of the maps."""
    values, (low, high) = values_of(stage, name, channel), ends_of(stage, name, channel)
    counts, edges = np.histogram(values.clip(low, high), BINS, (low, high))
    most = max(1, int(counts.max()))
    axes = framed(paper, box, (low, high), (0, most * 1.06))
    real = np.flatnonzero(counts)
    wide = edges[1] - edges[0]
    least = most * 0.02  # a single cell can be seen
    bars = [(edges[i], max(counts[i], least)) for i in real]
    shapes = [[(x, 0), (x + wide * 0.94, 0), (x + wide * 0.94, y), (x, y)] for x, y in bars]
    shades = colours(stage.meta["scales"][name], paper.look.dark)(
        Normalize(*stage.limits(name))(edges[real] + wide / 2)
    )
    style: dict[str, Any] = {"facecolors": shades, "edgecolors": paper.look.grey(0.45), "linewidths": 0.4}
    axes.add_collection(PolyCollection(shapes, **style, gid="bars"), autolim=False)
    called = stage.meta["names"].get(name, name)
    own = f", channel {channel}" if stage.output.channels > 1 else ""
    told = "".join(
        f", {what} {brief(tidy(of), 4)}" for what, of in (("mean", mean(values)), ("variance", spread(values)))
    )
    entitle(paper, box, f"{called}{own}: {told[2:]}", (low, high))
    return Chart(name, axes, mark(axes, paper, linewidth=1.6))


def mean(values: Array) -> float:
    return float(values.mean()) if values.size else 0.0


def spread(values: Array) -> float:
    return float(values.var()) if values.size else 0.0


def tidy(value: float) -> float:
    """What is left of a zero by rounding is told as zero."""
    return 0.0 if abs(value) < 1e-6 else value


def curve(paper: Paper, stage: Stage, channel: int, box: Box) -> Chart:
    """The function over the values of the input."""
    low, high = limits("signed", values_of(stage, "input", channel))
    xs = np.linspace(low, high, POINTS)
    function = function_at(stage.scene, channel)
    ys = np.array([function.value(float(x)) for x in xs])
    room = 0.06 * (ys.max() - ys.min() or 1)
    axes = framed(paper, box, (low, high), (min(0, ys.min()) - room, max(0, ys.max()) + room))
    grey: dict[str, Any] = {"color": paper.look.grey(0.45), "linewidth": 0.7}
    axes.plot([low, high], [0, 0], **grey)
    axes.plot([0, 0], axes.get_ylim(), **grey)
    axes.plot(xs, ys, color=paper.look.text, linewidth=1.5, gid="curve")
    entitle(paper, box, stage.meta["function"], (low, high))
    return Chart("curve", axes, mark(axes, paper, marker="o", markersize=7))


def framed(paper: Paper, box: Box, across: Ends, up: Ends) -> Axes:
    axes = add_axes(paper.figure, box, 1, 1, up=True)
    axes.set(xlim=across, ylim=up)
    (x0, x1), (y0, y1) = across, up
    axes.plot([x0, x1, x1, x0, x0], [y0, y0, y1, y1, y0], color=paper.look.grey(0.3), linewidth=0.8, clip_on=False)
    return axes


def mark(axes: Axes, paper: Paper, **how: Any) -> Line2D:
    (line,) = axes.plot([], [], color=paper.look.accent, zorder=4, gid="mark", **how)
    return line


def entitle(paper: Paper, box: Box, words: str, ends: Ends) -> None:
    """Its name above, and the numbers of both ends below."""
    paper.write(words, box.x, box.y - 9, 11)
    for value, x, side in ((ends[0], box.x, "left"), (ends[1], box.x + box.w, "right")):
        paper.write(brief(value), x, box.bottom + 9, 10, ha=side)
