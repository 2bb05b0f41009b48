"""What a step changes on a page: the veil over what is not computed yet, the windows, the work, the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cnnviz.export.drawn_stage import Here, Lit, Stage
from cnnviz.export.look import POINT, Look
from cnnviz.export.paint import WASH, frame, hatched
from cnnviz.export.sheet import Sheet
from cnnviz.export.work import Work
from cnnviz.export.worked import Worked

OUTLINED = 600  # lit cells up to this number get an outline each


@dataclass(frozen=True, eq=False)
class Outline:
    """Round the places that are lit on one map; in its halo it is seen on every colour."""

    sheet: Sheet
    wash: PolyCollection
    halo: PolyCollection
    line: PolyCollection

    @property
    def artists(self) -> list[Artist]:
        return [self.wash, self.halo, self.line]

    def show(self, lit: Lit | None) -> None:
        """One outline round neighbours; taps with gaps between them get one each, on a faint span."""
        places = lit.places[1:] if lit and self.on(lit) else ((), ())
        rows, columns = places
        if not rows or not columns:
            self.put([], [])
            return
        span = (rows[0], columns[0], rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)
        solid = len(rows) * len(columns) == span[2] * span[3]
        if solid or len(rows) * len(columns) > OUTLINED or min(self.sheet.cell) <= 4:
            self.put([] if solid else [span], [span])
        else:
            self.put([span], [(r, c, 1, 1) for r in rows for c in columns])

    def on(self, lit: Lit) -> bool:
        first, end = lit.channels
        return first <= self.sheet.channel < end and self.sheet.depth in lit.places[0]

    def put(self, span: Sequence[tuple[int, ...]], boxes: Sequence[tuple[int, ...]]) -> None:
        self.wash.set_verts([self.sheet.corners(block) for block in span])
        shapes = [self.sheet.corners(block, least=5.0) for block in boxes]
        self.halo.set_verts(shapes)
        self.line.set_verts(shapes)


def make_outline(sheet: Sheet, colour: str, look: Look, zorder: float = 4) -> Outline:
    wash = PolyCollection([], facecolors=look.text, alpha=WASH, linewidths=0)
    halo = PolyCollection([], facecolors="none", edgecolors=look.halo, linewidths=5 * POINT, clip_on=False)
    line = PolyCollection([], facecolors="none", edgecolors=colour, linewidths=2.5 * POINT, clip_on=False, gid="lit")
    for part in (wash, halo, line):
        part.set_zorder(zorder)
        sheet.axes.add_collection(part, autolim=False)
    return Outline(sheet, wash, halo, line)


class Moving:
    """All artists that move on one page; `show` sets them to a step.

    Attributes
    ----------
    veils : sheet and cover of every map of the output
    inputs, outputs : outlines
    """

    def __init__(self, figure: Figure, stage: Stage, look: Look, sheets: dict[str, list[Sheet]], work: Work):
        self.stage, self.work = stage, work
        made = [*sheets["output"], *sheets.get("strip", [])]
        self.veils = [(sheet, self.veil(sheet, look)) for sheet in made if stage.veiled]
        self.frames = [frame(sheet, look) for sheet, _ in self.veils]  # once more, for a veil may touch them
        for line in self.frames:
            line.set_zorder(3.6)
        self.inputs = [self.outline(sheet, look, stage.input.channels) for sheet in sheets["input"]]
        beside = [*sheets.get("gate", []), *made]
        self.outputs = [self.outline(sheet, look, stage.output.channels) for sheet in beside]
        style: dict[str, Any] = {
            "color": look.accent,
            "linewidth": 1.6,
            "linestyle": (0, (1, 2)),
            "alpha": 0.75,
            "zorder": 4,
        }
        self.link = Line2D([], [], transform=None, **style, gid="link")
        figure.add_artist(self.link)
        self.source = [make_outline(sheet, look.accent, look, 5) for sheet in sheets["input"]]
        self.figure = figure

    @staticmethod
    def veil(sheet: Sheet, look: Look) -> PolyCollection:
        cover = hatched(sheet, [], "///", look.grey(0.16), look.veil)
        cover.set(zorder=3.5, antialiased=False, gid="veil")
        return cover

    def outline(self, sheet: Sheet, look: Look, channels: int) -> Outline:
        groups = int(self.stage.meta["groups"])
        group = self.stage.group_of(sheet.channel, channels)
        return make_outline(sheet, group_colour(look, group, groups), look)

    def show(self, here: Here, worked: Worked) -> list[Artist]:
        """Set all of it to a step; what has to be drawn, in order."""
        stage = self.stage
        for sheet, cover in self.veils:
            blocks = stage.order.hidden(here.step, sheet.channel % stage.order.turns, sheet.depth)
            cover.set_verts([sheet.corners(block) for block in blocks])
        for outline in self.outputs:
            outline.show(self.twin_output(here, outline.sheet))
        for outline in self.inputs:
            outline.show(self.twin_input(here, outline.sheet))
        drawn: list[Artist] = [*(cover for _, cover in self.veils), *self.frames]
        drawn += [artist for outline in (*self.inputs, *self.outputs) for artist in outline.artists]
        if self.work.grids and worked.window is not None:
            drawn += self.work.show(worked)
        return [*drawn, *self.show_source(here, worked)]

    def twin_output(self, here: Here, sheet: Sheet) -> Lit:
        """What the group of this map computes now."""
        group = self.stage.group_of(sheet.channel, self.stage.output.channels)
        return self.stage.lit_output(self.stage.twin(here, group))

    def twin_input(self, here: Here, sheet: Sheet) -> Lit | None:
        """What the group of this map reads now; a signal is lit where its product is."""
        if self.stage.gate:
            return self.stage.lit_output(here)
        if self.stage.axes is None:
            return self.stage.lit_input(here)
        group = self.stage.group_of(sheet.channel, self.stage.input.channels)
        return self.stage.lit_input(self.stage.twin(here, group))

    def show_source(self, here: Here, worked: Worked) -> list[Artist]:
        """The one input cell that an output cell is, with a line to where its value goes."""
        lit = self.stage.one_cell(worked.source) if worked.source and not self.stage.gate else None
        for outline in self.source:
            outline.show(lit)
        self.link.set_data([], [])
        origins = [outline.sheet for outline in self.source if lit and outline.on(lit)]
        targets = [
            outline.sheet
            for outline in self.outputs
            if outline.sheet.panel.name == "output" and outline.on(self.stage.lit_output(here))
        ]
        if lit and origins and targets:
            ends = [(origins[0], lit.places), (targets[0], self.stage.lit_output(here).places)]
            x, y = zip(*(self.pixel(sheet, places[1][0], places[2][0]) for sheet, places in ends), strict=True)
            self.link.set_data(x, y)
        return [artist for outline in self.source for artist in outline.artists] + [self.link]

    @staticmethod
    def pixel(sheet: Sheet, row: int, column: int) -> tuple[float, float]:
        x, y = sheet.axes.transData.transform(sheet.middle(row, column))
        return float(x), float(y)


def group_colour(look: Look, group: int, groups: int) -> str:
    """Its own, as long as there are enough; the maps' tags name the groups as well."""
    colours = look.groups()
    return colours[group] if 1 < groups <= len(colours) else look.text
