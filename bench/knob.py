"""From a knob to the new picture, against a rerun of an otherwise empty page of Streamlit."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from random import Random
from statistics import median, quantiles

from playwright.sync_api import Browser, Page

from bench.chromium import PAGES, WINDOW
from bench.empty_app import WIDGETS
from bench.table import Figure, Table
from tests.serving import Server, serve

VISITS = 8
VISITS_OF_TEN = 3
CLICKS = 6
TRIES = 2000
PAUSE = 250  # ms between two clicks: the rerun behind the first must be over
MOST = 1.5  # times the empty page
EMPTY = "bench/empty_app.py"
TEN = ";".join([f"Conv2d({'1' if not i else '8'},8,3,padding=1)" for i in range(6)] + ["ReLU()", "MaxPool2d(2)"])
TEN = f"/network?net={TEN};Flatten();Linear(1568,10)&shape=1,28,28&layer={{number}}"  # each layer is a place to begin
MOST_TEN = 300  # ms
MODES = ("zeros", "reflect", "replicate")


@dataclass(frozen=True)
class Knob:
    """A number box, and where its effect is seen."""

    server: Server
    path: str  # each visit starts at another place, so that no picture has been seen before
    label: str
    shown: str
    change: str


@dataclass(frozen=True)
class Turn:
    """One click: milliseconds until the effect is seen, and of the server's processor."""

    wall: float
    cpu: float


def knob(browser: Browser) -> Table:
    """Turn the same kind of knob on all pages, in turns."""
    with ExitStack() as stack:
        app = stack.enter_context(serve(quiet=True))
        ours = Knob(app, "/convolution?padding={padding}&padding_mode={mode}", "stride", ".cnnviz[data-ready]", "scene")
        widgets = widgets_of(browser, ours)
        empty = stack.enter_context(serve(EMPTY, *(f"{k}={n}" for k, n in widgets.items()), quiet=True))
        ten = Knob(app, TEN, "out_channels", ".cnnviz[data-role=list][data-ready]", "scene")
        theirs = Knob(empty, "/?stnumberinput1={number}", "stnumberinput0", "[data-testid=stText]", "text")
        pages = {"convolution page": ours, "empty page": theirs, "network of ten layers": ten}
        found: dict[str, list[list[Turn]]] = {name: [] for name in pages}
        for number in range(VISITS + 1):
            for name, each in list(pages.items())[:: 1 if number % 2 else -1]:  # none is always the one behind another
                if each is not ten or number <= VISITS_OF_TEN:
                    found[name].append(turns(browser, each, number))
    return compared({name: visits[1:] for name, visits in found.items()}, widgets)  # the first ones warm up


def compared(found: dict[str, list[list[Turn]]], widgets: dict[str, int]) -> Table:
    rows: dict[str, list[Figure | None]] = {}
    for name, visits in found.items():
        low, middle, high = quantiles((turn.wall for visit in visits for turn in visit), n=4)
        most = MOST_TEN if "ten" in name else None
        rows[name] = [Figure(middle, most=most), Figure(low), Figure(high), Figure(typical(visits, "cpu"))]
    ours, theirs, _ = found.values()
    rows["ratio"] = [
        Figure(typical(ours, "wall") / typical(theirs, "wall"), 2, most=MOST),
        *(Figure(one, 2) for one in span(ours, theirs, "wall")),
        Figure(typical(ours, "cpu") / typical(theirs, "cpu"), 2, most=MOST),
    ]
    low, high = span(ours, theirs, "cpu")
    have = ", ".join(f"{count} {kind.removeprefix('st')}" for kind, count in widgets.items())
    return Table(
        f"Knob to new picture: {VISITS} visits to each page by turns, of {CLICKS} clicks on a number",
        ("click to paint ms, median", "low", "high", "server CPU ms, median"),
        rows,
        (
            f"The first two pages have {have}. Every picture is a new one, and every list of layers a new network's.",
            "Low and high are quartiles of the clicks; of the ratio, of nine of ten resamplings of visits, for "
            f"the server {low:.2f} and {high:.2f}.",
        ),
    )


def typical(visits: Sequence[Sequence[Turn]], of: str) -> float:
    """The median of all clicks."""
    return float(median(getattr(turn, of) for visit in visits for turn in visit))


def span(ours: Sequence[Sequence[Turn]], theirs: Sequence[Sequence[Turn]], of: str) -> tuple[float, float]:
    """Between what the ratio of medians lies in nine of ten tries, if other visits had been as these."""
    chance = Random(0)

    def again(visits: Sequence[Sequence[Turn]]) -> float:
        return typical(chance.choices(visits, k=len(visits)), of)

    parts = quantiles((again(ours) / again(theirs) for _ in range(TRIES)), n=20)
    return parts[0], parts[-1]


def widgets_of(browser: Browser, each: Knob) -> dict[str, int]:
    """How many widgets of each kind the page has."""
    with visited(browser, each, 0) as page:
        counts = page.evaluate("(kinds) => counted(kinds)", list(WIDGETS))
        return {kind: count for kind, count in zip(WIDGETS, counts, strict=True) if count}


def turns(browser: Browser, each: Knob, number: int) -> list[Turn]:
    """Visit the page and turn its knob a few times."""
    with visited(browser, each, number) as page:
        return list(clicks(page, each))


def clicks(page: Page, each: Knob) -> Iterator[Turn]:
    for _ in range(CLICKS):
        before = cpu_of(each.server.pid)
        wall = page.evaluate("(args) => turn(...args)", [each.label, each.shown, each.change])
        page.wait_for_timeout(PAUSE)
        yield Turn(wall, 1000 * (cpu_of(each.server.pid) - before))


@contextmanager
def visited(browser: Browser, each: Knob, number: int) -> Iterator[Page]:
    """The page, loaded and at rest."""
    context = browser.new_context(viewport=WINDOW)
    context.add_init_script(path=PAGES / "knob.js")
    page = context.new_page()
    mode = MODES[number // 3 % 3]
    page.goto(each.server.url + each.path.format(number=number, padding=number % 3 + 1, mode=mode))
    page.locator(each.shown).wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    plus = page.locator("[data-testid=stNumberInputStepUp]:visible").first
    plus.wait_for()  # it comes once the box knows how wide it is
    page.wait_for_timeout(PAUSE)
    yield page
    context.close()


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has used; only Linux tells, elsewhere this is not a number."""
    try:
        return time.clock_gettime(~pid << 3 | 2)  # as clock_getcpuclockid(3) names the clock of another process
    except (AttributeError, OSError):
        return float("nan")
