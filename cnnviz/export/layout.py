"""Where everything stands on a page, in units: numbers in, boxes out. It is as wide as always, as high as it needs.

After static/drawing/layout.js and fit.js: panels side by side or, where maps are lines or wide, one above the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

from cnnviz.export.look import WIDTH

EDGE = 24.0  # round a page
TITLE = 40.0  # a panel's name and its legend
TAG = 18.0  # a map's own name, under it
GAP, GROUP_GAP = 10.0, 20.0  # between two maps, and more between two groups of them
SIDE = 30.0  # between two panels
TALL = 380.0  # that panels side by side may be
LARGEST_CELL, WORK_CELL = 64.0, 44.0
LEAST_WORK = 24.0  # a cell of the window whose number can be read
SIGN = 26.0  # room of × and =
SUM = 46.0  # the line under a window, and the colours of its weights
WIDE = 2.6  # times as wide as high: two such maps are larger one above the other than side by side
STRIP = 74.0  # small maps under the large ones
CHART = 84.0


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    w: float
    h: float

    @property
    def bottom(self) -> float:
        return self.y + self.h


@dataclass(frozen=True)
class Maps:
    """So many equal maps of one panel, `rows` x `columns` as they are drawn.

    Attributes
    ----------
    unit : maps that belong together in one row
    groups : of channels
    line : are they one row high, so that cells may be taller than wide?
    """

    count: int
    rows: int
    columns: int
    unit: int = 1
    groups: int = 1
    line: bool = False

    @property
    def wide(self) -> bool:
        return self.columns > WIDE * self.rows


@dataclass(frozen=True)
class Work:
    """The window at work: `maps` planes of `rows` x `columns` taps, in `lines` grids each, 1 or 3."""

    maps: int
    rows: int
    columns: int
    lines: int


@dataclass(frozen=True)
class Grid:
    """A small grid in the middle; `row` is 0, 1 or 2 for read, weight, product."""

    box: Box
    row: int
    map: int


@dataclass(frozen=True)
class Layout:
    """A page.

    Attributes
    ----------
    titles : where the name of each panel stands, over its maps
    maps : one box per map of "input", "gate", "output" and "strip"
    grids, upright : of the window at work, and whether its grids stand one above the other
    height : of all panels and charts
    charts : side by side under the panels
    """

    titles: Mapping[str, Box]
    maps: Mapping[str, list[Box]]
    grids: list[Grid]
    upright: bool
    height: float
    charts: tuple[Box, ...] = ()

    def with_charts(self, count: int) -> "Layout":
        """The same with so many charts under it."""
        if not count:
            return self
        w = (WIDTH - 2 * EDGE - (count - 1) * SIDE) / count
        top = self.height + TITLE * 0.75
        boxes = tuple(Box(EDGE + i * (w + SIDE), top, w, CHART) for i in range(count))
        return replace(self, charts=boxes, height=top + CHART + TAG + GAP)


def fit(box: Box, what: Maps, tight: float = 1.0) -> list[Box]:
    """Equal maps in a box, as large as they get; `tight` is the part of all gaps that is left without room."""
    gap, group_gap, tag = GAP * tight, GROUP_GAP * tight, TAG * tight
    per_group = what.count // what.groups
    best = (0.0, 0, 0.0)
    for across in range(1, what.count + 1):
        if across % what.unit and what.unit % across:
            continue
        down = ceil(what.count / across)
        w = (box.w - (across - 1) * gap - cuts(what, across) * group_gap) / across
        h = (box.h - (down - 1) * gap) / down - tag
        cell = min(w / what.columns, w / what.columns if what.line else h / what.rows)
        if cell > best[0] + 1e-9 and h > 4 * tight:
            best = (cell, across, h)
    if not best[1]:
        return fit(box, what, tight / 2)
    cell, across, h = best
    cell = whole(min(cell, LARGEST_CELL * (2 if what.line else 1)))
    w, tall = cell * what.columns, min(h, 96.0) if what.line else cell * what.rows
    slots = []
    for i in range(what.count):
        row, column = divmod(i, across)
        before = sum(1 for k in range(row * across + 1, i + 1) if k % per_group == 0) if what.groups > 1 else 0
        slots.append(Box(box.x + column * (w + gap) + before * group_gap, box.y + row * (tall + tag + gap), w, tall))
    spare = max(0.0, box.w - (max(slot.x + slot.w for slot in slots) - box.x)) / 2 if what.count == 1 else 0.0
    return [Box(round(slot.x + spare), slot.y, slot.w, slot.h) for slot in slots]


def whole(cell: float) -> float:
    """Cells of whole units leave no seams; small ones may not shrink so much."""
    return float(int(cell)) if cell >= 6 else cell


def cuts(what: Maps, across: int) -> int:
    """Gaps between groups in the row that has the most of them."""
    per_group = what.count // what.groups
    firsts = range(0, what.count, across)
    return max((min(first + across, what.count) - 1) // per_group - first // per_group for first in firsts)


def fit_work(box: Box, work: Work, upright: bool) -> list[Grid]:
    """Grids for as many planes as can be read, at least one; none where a tap would have less than a unit."""

    def room(shown: int) -> float:
        across, down = (shown, work.lines) if upright else (work.lines, shown)
        between, below = (8.0, SIGN) if upright else (SIGN, 8.0)
        w = (box.w - (across - 1) * between) / (across * work.columns)
        h = (box.h - (down - 1) * below) / (down * work.rows)
        return min(w, h, WORK_CELL)

    if room(1) < 1:
        return []
    shown = max([1, *(n for n in range(1, work.maps + 1) if room(n) >= LEAST_WORK)])
    cell = whole(room(shown))
    w, h = cell * work.columns, cell * work.rows
    step_x, step_y = (w + 8, h + SIGN) if upright else (w + SIGN, h + 8)
    left = round(box.x + max(0.0, box.w - (shown if upright else work.lines) * step_x + step_x - w) / 2)
    places = [(row, i, *((i, row) if upright else (row, i))) for i in range(shown) for row in range(work.lines)]
    return [Grid(Box(left + x * step_x, box.y + y * step_y, w, h), row, i) for row, i, x, y in places]


def arrange(input: Maps, output: Maps, work: Work | None, gate: Maps | None, strip: Maps | None) -> Layout:
    """All panels: input, middle and output side by side, or one above the other."""
    if input.line or output.line or (input.wide and gate):
        return stacked(input, output, work, gate, strip)
    beside = abreast(input, output, work, gate, strip)
    if not input.wide:
        return beside
    below = aligned(input, output, work, strip)
    return max(beside, below, key=lambda layout: min(layout.maps[name][0].w for name in ("input", "output")))


def abreast(input: Maps, output: Maps, work: Work | None, gate: Maps | None, strip: Maps | None) -> Layout:
    """Side by side; small maps of the other channels stand under the output."""
    inner = WIDTH - 2 * EDGE
    middle = (inner - 2 * SIDE) / 3 if gate else work_width(work) if work else 0.0
    side = (inner - middle - SIDE * (2 if middle else 1)) / 2
    xs = {"input": (EDGE, side), "output": (WIDTH - EDGE - side, side)}
    if middle:
        xs["gate" if gate else "work"] = (EDGE + side + SIDE, middle)
    beneath = STRIP + TITLE if strip else 0.0
    maps = {
        "input": fit(Box(EDGE, TITLE, side, TALL), input),
        "output": fit(Box(xs["output"][0], TITLE, side, TALL - beneath), output),
    }
    if gate:
        maps["gate"] = fit(Box(xs["gate"][0], TITLE, middle, TALL - beneath), gate)
    grids = fit_work(Box(xs["work"][0], TITLE, middle, TALL - SUM), work, upright=True) if work else []
    titles = {name: Box(x, 0, w, TITLE) for name, (x, w) in xs.items()}
    if strip:
        low = max(bottom(maps[name]) for name in maps if name != "input" or gate) + GAP
        x, w = (EDGE, inner) if gate else xs["output"]
        titles["strip"] = Box(x, low, w, TITLE / 2)
        maps["strip"] = fit(Box(x, low + TITLE / 2, w, STRIP), strip)
    return finish(titles, maps, grids, upright=True)


def work_width(work: Work) -> float:
    return max(130.0, min(min(work.maps, 3) * (work.columns * WORK_CELL + 8), (WIDTH - 2 * EDGE) * 0.28))


def aligned(input: Maps, output: Maps, work: Work | None, strip: Maps | None) -> Layout:
    """Wide maps: output under input, so that their columns can be compared; the window beside both."""
    middle = work_width(work) if work else 0.0
    w = WIDTH - 2 * EDGE - (middle + SIDE if middle else 0.0)
    maps = {"input": fit(Box(EDGE, TITLE, w, TALL), input)}
    y = bottom(maps["input"]) + GAP
    maps["output"] = fit(Box(EDGE, y + TITLE, w, TALL), output)
    titles = {"input": Box(EDGE, 0, w, TITLE), "output": Box(EDGE, y, w, TITLE)}
    grids = []
    if work:
        titles["work"] = Box(EDGE + w + SIDE, 0, middle, TITLE)
        tall = max(bottom(maps["output"]), 300.0) - TITLE - SUM
        grids = fit_work(Box(EDGE + w + SIDE, TITLE, middle, tall), work, upright=True)
    if strip:
        low = bottom(maps["output"]) + GAP
        titles["strip"] = Box(EDGE, low, w, TITLE / 2)
        maps["strip"] = fit(Box(EDGE, low + TITLE / 2, w, STRIP), strip)
    return finish(titles, maps, grids, upright=True)


def stacked(input: Maps, output: Maps, work: Work | None, gate: Maps | None, strip: Maps | None) -> Layout:
    """One above the other."""
    inner, y = WIDTH - 2 * EDGE, 0.0
    titles: dict[str, Box] = {}
    maps: dict[str, list[Box]] = {}
    grids: list[Grid] = []
    bands = (("input", input), ("work", work), ("gate", gate), ("output", output), ("strip", strip))
    for name, what in bands:
        if what is None:
            continue
        title = TITLE / 2 if name == "strip" else TITLE
        titles[name] = Box(EDGE, y, inner, title)
        if isinstance(what, Work):
            tall = min(min(what.maps, 3) * (what.rows * WORK_CELL + 8), 200.0)
            grids = fit_work(Box(EDGE, y + title, inner, tall), what, upright=False)
            y = max([y + title, *(grid.box.bottom for grid in grids)]) + SUM / 2
        else:
            maps[name] = fit(Box(EDGE, y + title, inner, band_height(what, name == "strip")), what)
            y = bottom(maps[name]) + GAP
    return finish(titles, maps, grids, upright=False)


def band_height(what: Maps, small: bool) -> float:
    """Height that maps want where they have the whole width."""
    if what.line:
        tall = 18.0 if small else 96.0 if what.count == 1 else 56.0 if what.count < 5 else 36.0
        return what.count * (tall + TAG + GAP)
    return STRIP if small else 230.0


def bottom(boxes: list[Box]) -> float:
    return max(box.bottom for box in boxes) + TAG


def finish(titles: Mapping[str, Box], maps: Mapping[str, list[Box]], grids: list[Grid], upright: bool) -> Layout:
    """How high all of it is."""
    work = max((grid.box.bottom for grid in grids), default=0.0) + (SUM if grids else 0.0)
    return Layout(titles, maps, grids, upright, max(work, *(bottom(boxes) for boxes in maps.values())))
