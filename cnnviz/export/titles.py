"""The names on a page: of panels with torch's shapes, and of maps."""

from collections.abc import Sequence

from cnnviz.export.cast import Cast, kept_words
from cnnviz.export.drawn_stage import Stage
from cnnviz.export.layout import EDGE, Box, Layout
from cnnviz.export.paper import LEGEND, Paper
from cnnviz.export.sheet import Sheet
from cnnviz.export.words import many_of, one_of


def write_titles(paper: Paper, stage: Stage, cast: Cast, layout: Layout) -> None:
    """Every panel's name, and its colours."""
    meta = stage.meta
    crossed = "crossed: left out" if any(start is not None for start in meta.get("dropped") or []) else ""
    read = [
        meta["shapes"]["input"],
        meta["padding"],
        crossed,
        "" if stage.gate else kept_words(stage.input, cast.inputs, meta["axes"]),
    ]
    made = [meta["shapes"]["output"], kept_words(stage.output, cast.outputs, meta["outAxes"])]
    for name, notes in (("input", read), ("gate", [counted_words(stage, cast)]), ("output", made)):
        if name in layout.titles:
            write_title(paper, stage, cast, name, notes, layout.titles[name])
    if "work" in layout.titles:
        write_work(paper, stage, layout)
    if "strip" in layout.titles:
        box = layout.titles["strip"]
        paper.write(strip_words(stage, cast), box.x, EDGE + box.y + 8, 11)


def write_title(paper: Paper, stage: Stage, cast: Cast, name: str, notes: Sequence[str], box: Box) -> None:
    called = stage.meta["names"].get(name, name)
    if stage.output.channels > 1 and (name != "input" or stage.gate):
        called += f" · channel {cast.channel}"
    paper.name(called, " · ".join(filter(None, notes)), lowered(box))
    scale = {"input": stage.input.scale, "gate": "gate", "output": stage.output.scale}[name]
    paper.legend(box.x + box.w, EDGE + box.y + 10, scale, stage.limits(name))


def lowered(box: Box) -> Box:
    """A place of the layout as a place of the page, which has an edge."""
    return Box(box.x, box.y + EDGE, box.w, box.h)


def counted_words(stage: Stage, cast: Cast) -> str:
    """How much of the mask lies below one half, or was dropped, in the channel that is looked at."""
    if not stage.gate:
        return ""
    below = (stage.gate.take(cast.channel) < 0.5).mean()
    return f"{100 * below:.3g} % {'dropped' if stage.meta['rule'] == 'drop' else 'below 0.50'}"


def strip_words(stage: Stage, cast: Cast) -> str:
    """What the small maps are."""
    what = f"{stage.meta['names'].get('gate', 'gate')}s" if stage.gate else "maps"
    count, shown = stage.output.channels, cast.strip
    some = "all channels" if len(shown) == count else f"channels {shown[0][0]} to {shown[-1][0]} of {count}"
    return f"{what} of {some}"


def write_work(paper: Paper, stage: Stage, layout: Layout) -> None:
    """The name of the window at work, × and = between its grids, and the colours of the weights."""
    assert stage.axes is not None
    box, grids, weighted = layout.titles["work"], layout.grids, stage.meta["weighted"]
    what = "window × weights" if stage.meta["rule"] == "blend" else "window × kernel"
    first, end = stage.reads(0)
    shown, maps = len({grid.map for grid in grids}), (end - first) * stage.axes[0].n_taps
    taps = " × ".join(str(axis.n_taps) for axis in stage.axes[3 - stage.meta["ndim"] :])
    turned = "turned round" if stage.meta["flipped"] or "stamp" in stage.meta else ""
    some = f"{shown} of {maps} maps" if shown else "too large to write out"
    note = ", ".join(filter(None, [taps, turned, some if shown < maps else ""]))
    paper.name(what if weighted else "window", note, lowered(box))
    for grid in grids:
        own, upright = lowered(grid.box), layout.upright
        x, y = (own.x + own.w / 2, own.y - 13) if upright else (own.x - 13, own.y + own.h / 2)
        paper.write(["", "×", "="][grid.row], x, y, 17, paper.look.text, ha="center", weight="bold")
    if weighted and grids:
        x, y = sum_place(layout)
        right, height = (x + LEGEND / 2, y + 21) if layout.upright else (box.x + box.w, EDGE + box.y + 10)
        paper.legend(right, height, "weight", stage.limits("weight"))


def sum_place(layout: Layout) -> tuple[float, float]:
    """Where the line under the window stands."""
    title = layout.titles.get("work", Box(0, 0, 0, 0))
    low = max((grid.box.bottom for grid in layout.grids), default=title.bottom)
    return title.x + title.w / 2, EDGE + low + 15


def tag(stage: Stage, name: str, sheet: Sheet, first: bool) -> str:
    """A map's own name, as long as its width allows; of several maps the first says which way its axes run."""
    return next((way for way in tags(stage, name, sheet, first) if len(way) * 6.6 <= sheet.box.w), "")


def tags(stage: Stage, name: str, sheet: Sheet, first: bool) -> list[str]:
    """Ways to name a map, the longest first."""
    meta, panel = stage.meta, sheet.panel
    if name == "strip":
        return [f"{sheet.channel}"]
    words = []
    if name == "input" and not stage.gate:
        if meta["groups"] > 1:
            words.append(f"group {stage.group_of(sheet.channel, panel.channels)}")
        if panel.channels > 1:
            words.append(f"channel {sheet.channel}")
    axes = meta["axes" if name == "input" else "outAxes"]
    if panel.sizes[0] > 1:
        inside = panel.lines[0][sheet.depth] >= 0
        words.append(f"{one_of(axes[0])} {sheet.depth - panel.low[0]}" if inside else "padding")
    few = [f"{word[0]} {word.split()[-1]}" for word in words]
    ways = [" · ".join(words), " · ".join(few), f"{sheet.channel}" if words else ""]
    if first and meta["arrows"] and axes[1] and axes[2]:
        signs = ("→", "↑") if panel.turned else ("↓", "→")
        arrows = [f"{many_of(axis)} {sign}" for axis, sign in zip(axes[1:], signs, strict=True)]
        ways.insert(0, " · ".join([*words, *arrows]))
    return ways
