"""From a knob to the new picture, against a rerun of an otherwise empty page of Streamlit."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Browser, Page

from bench.chromium import PAGES, WINDOW
from bench.empty_app import WIDGETS
from bench.table import Figure, Table
from tests.serving import Server, serve

ROUNDS = 3
CLICKS = 6
PAUSE = 250  # ms between two clicks: the rerun behind the first must be over
MOST = 1.5  # times the empty page
EMPTY = "bench/empty_app.py"
TEN = ";".join([f"Conv2d({'1' if not i else '8'},8,3,padding=1)" for i in range(6)] + ["ReLU()", "MaxPool2d(2)"])
TEN = f"/network?net={TEN};Flatten();Linear(1568,10)&shape=1,28,28&layer={{}}"  # each layer is a place to begin
MOST_TEN = 300  # ms


@dataclass(frozen=True)
class Knob:
    """A number box, and where its effect is seen."""

    server: Server
    path: str  # each round starts at another place, so that no picture has been seen before
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
        ours = Knob(app, "/convolution?padding={}", "stride", ".cnnviz[data-ready]", "scene")
        widgets = widgets_of(browser, ours)
        empty = stack.enter_context(serve(EMPTY, *(f"{k}={n}" for k, n in widgets.items()), quiet=True))
        ten = Knob(app, TEN, "out_channels", ".cnnviz[data-role=list][data-ready]", "scene")
        theirs = Knob(empty, "/?stnumberinput1={}", "stnumberinput0", "[data-testid=stText]", "text")
        found: dict[str, list[Turn]] = {"convolution page": [], "empty page": [], "network of ten layers": []}
        for number in range(ROUNDS + 1):
            for name, each in zip(found, (ours, theirs, ten), strict=True):
                turned = turns(browser, each, number + 1)
                found[name] += turned if number else []  # the first round warms up
    return compared(found, widgets)


def compared(found: dict[str, list[Turn]], widgets: dict[str, int]) -> Table:
    wall = {name: median(turn.wall for turn in turned) for name, turned in found.items()}
    cpu = {name: median(turn.cpu for turn in turned) for name, turned in found.items()}
    rows: dict[str, list[Figure | None]] = {name: [Figure(wall[name]), Figure(cpu[name])] for name in found}
    ours, theirs, ten = found
    rows[ten][0] = Figure(wall[ten], most=MOST_TEN)
    rows["ratio"] = [Figure(wall[ours] / wall[theirs], 2, most=MOST), Figure(cpu[ours] / cpu[theirs], 2, most=MOST)]
    have = ", ".join(f"{count} {kind.removeprefix('st')}" for kind, count in widgets.items())
    return Table(
        f"Knob to new picture: {ROUNDS} rounds of {CLICKS} clicks on a number",
        ("click to paint ms, median", "server CPU ms, median"),
        rows,
        (f"The first two pages have {have}. Every picture is a new one, and every list of layers a new network's.",),
    )


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
    page.goto(each.server.url + each.path.format(number))
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
