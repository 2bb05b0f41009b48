"""A page of a scene in two parts: what stands still, and what moves."""

import textwrap
from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.patches import Polygon

from cnnviz.export.cast import Cast, lay_out
from cnnviz.export.charts import make_charts
from cnnviz.export.drawn_stage import Here, Stage
from cnnviz.export.layout import EDGE, Box
from cnnviz.export.lettering import Script, ems, script_of
from cnnviz.export.look import POINT, WIDTH, Look
from cnnviz.export.moving import Moving, group_colour
from cnnviz.export.paint import paint_sheet
from cnnviz.export.panel import Panel
from cnnviz.export.paper import new_paper
from cnnviz.export.sheet import Sheet, make_sheet
from cnnviz.export.titles import lowered, sum_place, tag, write_titles
from cnnviz.export.words import sentence, sum_words
from cnnviz.export.work import Work
from cnnviz.export.worked import Worked, work_out

FREE = "cnnviz, free to reuse"
SENTENCE, FOOT = 58.0, 30.0  # under the panels [units]
LINE = 118  # characters in one of the two lines of the sentence


class Page:
    """A figure for all steps of one cast.

    Parameters
    ----------
    note : str
        Stands in the small line at the foot, after the settings.
    hidden_at : Here or None
        Leave out the numbers that the veil of this step covers; None writes all of them, for steps that uncover them.
    """

    def __init__(self, stage: Stage, cast: Cast, look: Look, note: str = "", hidden_at: Here | None = None):
        self.stage, self.cast, self.look = stage, cast, look
        self.layout = lay_out(stage, cast)
        self.paper = new_paper(EDGE + self.layout.height + SENTENCE + FOOT, look)
        self.figure = self.paper.figure
        self.sheets = {name: self.sheets_of(name, boxes) for name, boxes in self.layout.maps.items()}
        for name, sheets in self.sheets.items():
            script = None if name == "strip" else script_of(sheets, look, stage.meta["ndim"] == 1)
            for i, sheet in enumerate(sheets):
                self.paint(name, sheet, script, hidden_at)
                self.tag(name, sheet, first=i == 0)
        write_titles(self.paper, stage, cast, self.layout)
        work = Work(self.figure, stage, self.layout, look, EDGE, cast.channel)
        self.moving = Moving(self.figure, stage, look, self.sheets, work)
        self.charts = make_charts(self.paper, stage, cast.channel, [lowered(box) for box in self.layout.charts])
        self.begin_words(note)

    def sheets_of(self, name: str, boxes: Sequence[Box]) -> list[Sheet]:
        stage, cast = self.stage, self.cast
        own: dict[str, tuple[Panel | None, Any]] = {
            "input": (stage.input, cast.inputs),
            "gate": (stage.gate, cast.outputs),
            "output": (stage.output, cast.outputs),
            "strip": (stage.gate or stage.output, cast.strip),
        }
        panel, shown = own[name]
        assert panel is not None
        return [make_sheet(self.figure, panel, at, lowered(box)) for at, box in zip(shown, boxes, strict=True)]

    def paint(self, name: str, sheet: Sheet, script: Script | None, hidden_at: Here | None) -> None:
        stage, hidden = self.stage, []
        if hidden_at and stage.veiled and sheet.panel.name == "output":
            hidden = stage.order.hidden(hidden_at.step, sheet.channel % stage.order.turns, sheet.depth)
        ends, bars = stage.limits(sheet.panel.name), stage.meta["ndim"] == 1
        paint_sheet(sheet, ends, self.look, bars, script, hidden)
        if name == "input":
            self.paint_dropped(sheet)

    def tag(self, name: str, sheet: Sheet, first: bool) -> None:
        """A map's own name under it, in the colour of its group."""
        stage, groups = self.stage, int(self.stage.meta["groups"])
        channels = stage.input.channels if name == "input" and not stage.gate else stage.output.channels
        colour = group_colour(self.look, stage.group_of(sheet.channel, channels), groups) if groups > 1 else ""
        self.paper.write(tag(stage, name, sheet, first), sheet.box.x, sheet.box.bottom + 11, 11, colour)

    def paint_dropped(self, sheet: Sheet) -> None:
        """The window that rounding up would add, where torch leaves it out: dashed and crossed, one per axis."""
        dropped, axes = self.stage.meta.get("dropped") or [], self.stage.axes
        if axes is None or self.stage.meta["view"] != "work":
            return
        for i in (1, 2):
            if dropped[i] is None:
                continue
            first = [int(axis.start[0]) + axis.low for axis in axes]
            first[i] = dropped[i] + axes[i].low
            size = [int(axis.offset[-1]) + 1 for axis in axes]
            a, b, c, d = sheet.corners((first[1], first[2], size[1], size[2]))
            how: dict[str, Any] = {"fill": False, "edgecolor": self.look.grey(0.7), "linewidth": 1, "linestyle": "--"}
            limits = sheet.axes.get_xlim(), sheet.axes.get_ylim()
            for shape in ([a, b, c, d], [a, c], [b, d]):
                sheet.axes.add_patch(Polygon(shape, **how, gid="dropped"))
            sheet.axes.set(xlim=limits[0], ylim=limits[1])

    def begin_words(self, note: str) -> None:
        """The foot; and what every step writes anew: its sentence, its number, and the sum under the window."""
        write, text, y = self.paper.write, self.look.text, EDGE + self.layout.height
        write(" · ".join(filter(None, [self.stage.meta["title"], note, FREE])), EDGE, y + SENTENCE + 17, 10)
        self.sentence = write("", EDGE, y + 12, 13, text, va="top", linespacing=1.5)
        self.counter = write("", WIDTH - EDGE, y + SENTENCE + 17, 10, ha="right")
        self.sum = write("", *sum_place(self.layout), 13, text, ha="center", weight="bold")

    def show(self, here: Here) -> list[Artist]:
        """Set the page to a step of its cast; what has to be drawn, in order."""
        worked = work_out(self.stage, here.channel, here.cell)
        self.sentence.set_text(textwrap.fill(sentence(self.stage, here, worked, 2 * LINE - 12), LINE))
        self.counter.set_text(f"step {here.step + 1:,} of {self.stage.order.steps:,}")
        self.show_sum(worked)
        marks = [chart.show(worked) for chart in self.charts]
        return [*self.moving.show(here, worked), *marks, self.sentence, self.counter, self.sum]

    def show_sum(self, worked: Worked) -> None:
        """It may lean into the gaps beside the window, not over them."""
        if "work" not in self.layout.titles:
            return
        words = sum_words(self.stage, worked)
        self.sum.set_text(words)
        self.sum.set_fontsize(min(13.0, (self.layout.titles["work"].w + 40) / (ems(words) + 1)) * POINT)
