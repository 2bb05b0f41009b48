"""A page of the app, as a test handles it: addresses, knobs, the player and what it says."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from asking import layer_of
from playwright.sync_api import Locator, Page, TimeoutError, expect

from cnnviz.core.axes import AXES
from cnnviz.core.layers import (
    Adaptive,
    Channels,
    Dropout,
    Flatten,
    Linear,
    MaxUnpool,
    Norm,
    Permute,
    Pool,
)
from cnnviz.core.run import Run
from cnnviz.core.trace import trace
from cnnviz.scenes.layer import NAMES
from cnnviz.scenes.query import to_query
from cnnviz.scenes.request import Request

WAIT = 60_000  # ms; a bound for a busy machine, not an aim
SINGULAR = {"length": "position", "rows": "row", "columns": "column", "examples": "example", "steps": "step"}
PAGES = {
    "convolution": Channels,
    "pooling": (Pool, Adaptive, MaxUnpool),
    "normalisation": (Norm, Dropout),
    "shapes": (Linear, Flatten, Permute),
}

expect.set_options(timeout=WAIT)


def page_of(request: Request) -> str:
    """The page that shows a request, by its name in the address."""
    return next((page for page, kinds in PAGES.items() if isinstance(layer_of(request), kinds)), "gating")


def title_of(request: Request) -> str:
    """The torch call that stands on stage."""
    return layer_of(request).code()


def query(request: Request, **more: str) -> str:
    """The address of a request, without the page; `more` is added or put instead."""
    page = page_of(request)
    alone = {"compare": "false"} if page == "pooling" else {}
    return urlencode(to_query(page, request) | alone | more)


@dataclass(frozen=True)
class Readout:
    """What the sentence says of one output cell, read at one moment."""

    text: str
    value: float
    torch: float
    badge: str


FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# A page that has just been drawn may still push its stage down.
PLACE = """async (stage, cell) => {
    for (let last = "", i = 0; ; i++) {
        if (stage.scrollIntoViewIfNeeded) stage.scrollIntoViewIfNeeded();
        else stage.scrollIntoView({ block: "center" });
        const place = stage.player.locate(...cell);
        if (String(place) === last || i === 99) return place;
        last = String(place);
        await new Promise(requestAnimationFrame);
    }
}"""
# The page may be about to take a new size: first let it.
SCROLL = """async (stage, cell) => {
    const frame = () => new Promise(requestAnimationFrame);
    const place = () => stage.player.locate(...cell);
    const same = (before) => String(before) === String(place());
    const still = async (before) => same(before) || (await frame(), await frame(), still(place()));
    await frame();
    await still(null);
    let part = stage;
    while (!(part.scrollHeight > part.clientHeight + 5 && /auto|scroll/.test(getComputedStyle(part).overflowY)))
        part = part.parentElement ?? part.getRootNode().host;
    part.scrollBy(0, place()[1] - 0.38 * innerHeight);
    await frame();
    await frame(); // a finger meets what is painted
    return place();
}"""

# Asked in each frame. What is expected from outside is soon asked every half second, and each time in vain the whole
# page is written down for a message: together a sixth of the processor that a page takes to open, and half of the time.
# Parts of a page stand in shadow trees; the player alone has no app round it.
READY = """([selector, code, at]) => {
    const trees = [...document.querySelectorAll("*")].flatMap((one) => one.shadowRoot ?? []);
    const found = [document, ...trees].flatMap((tree) => [...tree.querySelectorAll(selector)]);
    const root = found[at ?? 0];
    const app = document.querySelector("[data-testid=stApp]");
    return root && (at !== null || found.length === 1) && (code ? root.dataset.ready === code : root.dataset.ready)
        && root.querySelector("[data-testid=readout]")?.textContent !== ""
        && (!app || app.dataset.testScriptState === "notRunning");
}"""
# Before its first run, too, the app says that none runs.
IDLE = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    return app?.dataset.testScriptState === "notRunning"
        && app.querySelector("[data-testid=stElementContainer]") && !app.querySelector("[data-testid=stSkeleton]");
}"""


def comes(page: Page, script: str, given: Any = None) -> bool:
    """Wait until a function of the page (and one argument) is true; whether it came to be."""
    try:
        page.wait_for_function(script, arg=given)
    except TimeoutError:
        return False
    return True


def wait_for_part(page: Page, selector: str = ".cnnviz", code: str = "", at: int | None = None) -> None:
    """Wait for a part that shows this (anything, if not given), has written its sentence, and waits for nothing.

    It must be the only one that is found, or, if not, the one `at` this place among them.
    """
    if not comes(page, READY, [selector, code, at]):  # say what is there instead
        root = page.locator(selector)
        root = root if at is None else root.nth(at)
        expect(root).to_have_attribute("data-ready", code or re.compile("."))
        expect(root.get_by_test_id("readout")).not_to_be_empty()
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


# Fewer messages than if each part were waited for, where tests read hundreds of sentences.
READ = """async (root, [words, most]) => {
    for (const began = performance.now(); performance.now() - began < most; await new Promise(requestAnimationFrame)) {
        const [value, torch] = ["value", "torch"].map((id) => root.querySelector(`[data-testid=${id}]`));
        const seen = value && torch?.getClientRects().length && root.textContent.replace(/\\s+/g, " ").includes(words);
        if (seen) return [root.textContent, value.dataset.value, torch.dataset.value, torch.textContent];
    }
    return null;
}"""


class Screen:
    """A page and one of its players: the only one, or of two the one that leads; `follower` is the other."""

    def __init__(
        self,
        page: Page,
        url: str,
        role: str = ":not([data-role=follows], [data-role=list], [data-role=overview], [data-role=training])",
    ):
        self.page, self.url, self.role = page, url, role
        self.root = page.locator(f".cnnviz{role}")
        self.stage = self.root.locator(".stage")
        self.readout = self.root.get_by_test_id("readout")
        self.badge = self.root.get_by_test_id("torch")
        self.alert = page.get_by_test_id("stAlert")
        page.set_default_timeout(WAIT)

    @property
    def follower(self) -> "Screen":
        """The same page, with the player that follows."""
        return Screen(self.page, self.url, "[data-role=follows]")

    # --- the page ---

    def open(self, address: Request | str = "", path: str = "/convolution", **more: str) -> "Screen":
        """Go to an address and wait until its scene is on stage; a request must be on stage as Python spells it.

        A request opens its own page; `more` is added to its address.
        """
        if isinstance(address, Request):
            self.page.goto(f"{self.url}/{page_of(address)}?{query(address, **more)}")
            self.wait_ready(title_of(address))
        else:
            self.page.goto(f"{self.url}{path}?{address}")
            self.wait_ready()
        return self

    def open_elsewhere(self, link: str) -> None:
        """Open a link as somebody does who has it from here: nothing is left of this visit."""
        self.page.goto("about:blank")
        self.page.goto(link)
        self.wait_ready()

    def wait_ready(self, code: str = "") -> None:
        """Wait for a player that shows this torch call (any, if not given) and has written its sentence."""
        wait_for_part(self.page, f".cnnviz{self.role}", code)

    def wait_idle(self) -> None:
        """Wait until the script has run to its end."""
        if not comes(self.page, IDLE):
            expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
            expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)

    def knob(self, key: str) -> Locator:
        """The input of a widget, by its name in the address."""
        return self.page.locator(f".st-key-{key} input")

    def set(self, key: str, value: float) -> None:
        """Type a number into a number box."""
        self.knob(key).fill(str(value))
        self.knob(key).press("Enter")

    def choose(self, key: str, option: str) -> None:
        """Choose from a select box; its list closes when the sidebar scrolls or is redrawn, so it is asked again."""
        entry = self.page.get_by_role("option", name=option, exact=True)
        for patience in (1_000, 3_000, WAIT):
            self.wait_idle()
            self.knob(key).press("ArrowDown")
            try:
                return entry.click(timeout=patience)
            except TimeoutError:
                continue
        raise AssertionError(f"{key} does not offer {option}.")

    def switch(self, key: str) -> None:
        self.page.locator(f".st-key-{key} label").first.click()

    # --- the player ---

    def press(self, *keys: str) -> None:
        self.stage.focus()
        self.press_on(*keys)

    def walk_to(self, key: str) -> None:
        """Press a key that leads to another cell: its sentence is waited for when it is read."""
        self.stage.press(key)

    def press_on(self, *keys: str) -> None:
        """Press keys wherever the focus is, and let what they do be drawn."""
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def settle(self) -> None:
        """Let the page draw, and write what it says."""
        self.page.evaluate(FRAMES)

    def act(self, name: str) -> Locator:
        """One of the player's controls."""
        return self.root.locator(f"[data-act={name}]")

    def ask(self, script: str, given: Any = None) -> Any:
        """Evaluate a function of the player (and one argument)."""
        return self.stage.evaluate(f"(stage, given) => ({script})(stage.player, given)", given)

    def wait_until(self, script: str, given: Any = None) -> None:
        """Wait until a function of the player (and one argument) is true."""
        handle = self.stage.element_handle()
        self.page.wait_for_function(f"([stage, given]) => ({script})(stage.player, given)", arg=[handle, given])

    def step(self) -> int:
        return int(self.root.get_attribute("data-step") or 0)

    def is_playing(self) -> bool:
        return self.root.get_attribute("data-playing") == "true"

    def at_step(self, step: int) -> None:
        expect(self.root).to_have_attribute("data-step", str(step))

    def pause(self) -> None:
        """Back to the first step, standing still."""
        self.press("Home")
        expect(self.root).to_have_attribute("data-playing", "false")
        self.at_step(0)

    def locate(self, area: str, channel: int, cell: tuple[int, ...]) -> tuple[float, float]:
        """Pixel of a cell's middle, in the window, once it stands still; the stage is brought into view first."""
        x, y = self.stage.evaluate(PLACE, [area, channel, [0] * (3 - len(cell)) + list(cell)])
        return x, y

    def tap(self, area: str, channel: int, cell: tuple[int, ...]) -> float:
        """Tap a cell, scrolled into the upper half of the screen: a stage may be taller. Returns its height there."""
        at = [0] * (3 - len(cell)) + list(cell)
        x, y = self.stage.evaluate(SCROLL, [area, channel, at])
        self.page.touchscreen.tap(x, y)
        return float(y)

    def hover(self, area: str, channel: int, cell: tuple[int, ...]) -> None:
        self.page.mouse.move(*self.locate(area, channel, cell))

    def outlined(self, area: str, line: str = "") -> Set[tuple[int, ...]]:
        """Cells of a panel with a line on all four sides: (channel, depth, row, column).

        The line has their group's colour, or the one with this name in the stage's look.
        """
        script = """({ stage, ui }, [area, own]) => {
            const ctx = ui.light.getContext("2d");
            const probe = document.createElement("canvas").getContext("2d");
            const numbers = (colour) => {
                probe.fillStyle = colour; // however it is written, it is read as #rrggbb
                return [1, 3, 5].map((at) => parseInt(probe.fillStyle.slice(at, at + 2), 16));
            };
            const found = [];
            for (const { port, panel, channel, depth } of stage[area]) {
                const group = stage.groupOf(channel, panel.channels);
                const grouped = stage.scene.meta.groups > 1 ? stage.colours.groups[group] : stage.look.text;
                const line = numbers(own ? stage.look[own] : grouped);
                const lined = (x, y) => {  // within a pixel of where the line should be
                    const [px, py] = [x, y].map((at) => Math.round(at * stage.ratio) - 1);
                    const { data } = ctx.getImageData(px, py, 3, 3);
                    const near = (at) => line.every((part, i) => Math.abs(part - data[at + i]) < 48);
                    const like = (at) => data[at + 3] > 230 && near(at);
                    return [0, 4, 8, 12, 16, 20, 24, 28, 32].some(like);
                };
                for (let r = 0; r < port.rows; r++)
                    for (let c = 0; c < port.columns; c++) {
                        const [x, y] = [port.x + (c - port.left) * port.sx, port.y + (r - port.top) * port.sy];
                        const [mx, my] = [x + port.sx / 2, y + port.sy / 2];
                        const edges = [[mx, y], [mx, y + port.sy], [x, my], [x + port.sx, my]];
                        if (edges.every(([ex, ey]) => lined(ex, ey))) found.push([channel, depth, r, c]);
                    }
            }
            return found;
        }"""
        return {tuple(cell) for cell in self.ask(script, [area, line])}

    def picture(self) -> str:
        """The still part of the stage, as an image."""
        return str(self.ask("({ ui }) => ui.base.toDataURL()"))

    def leave(self) -> None:
        """Take the pointer off the stage."""
        self.page.mouse.move(2, 2)

    def read(self, words: str = "") -> Readout:
        """The sentence of an output cell, all of it from one moment, once it holds these words."""
        found = self.readout.evaluate(READ, [words, WAIT / 3])
        if found is None:  # say what stands there instead
            self.says(words)
            expect(self.badge).to_be_visible()
            found = self.readout.evaluate(READ, ["", WAIT])
        return Readout(found[0], float(found[1]), float(found[2]), found[3])

    def says(self, text: str) -> None:
        """Wait until the sentence holds these words."""
        expect(self.readout).to_contain_text(text)


def place_words(cell: tuple[int, ...], axes: tuple[str, ...] = ()) -> str:
    """ "row 2, column 3", as the sentence names a cell; `axes` as a layer names them, if there are not one to three."""
    words = [SINGULAR.get(name, name) for name in axes or AXES[len(cell)]]
    return ", ".join(f"{word} {at}" for word, at in zip(words, cell[-len(words) :] if words else (), strict=True))


# --- one output cell after the other ---

Visit = tuple[str, int, tuple[int, ...]]  # a key, and the output channel and cell that it leads to


def walk(done: Run) -> Iterator[Visit]:
    """Keys that visit both ends, both neighbours, the lines beside them and the next channels."""
    channels, *shape = laid(done).shape
    turns = channels // getattr(done.layer, "groups", 1)  # groups take their turns together; keys start in the first
    cells = list(np.ndindex(*shape))
    second, beside = cells[:2][-1], cells[-2:][0]  # where there is one cell, it is both
    yield "Home", 0, cells[0]
    if len(cells) > 1:
        yield "ArrowRight", 0, second
    if len(shape) > 1 and second[-2] + 1 < shape[-2]:
        yield "ArrowDown", 0, (*second[:-2], second[-2] + 1, second[-1])
        yield "ArrowUp", 0, second
    yield "End", turns - 1, cells[-1]
    if len(cells) > 1:
        yield "ArrowLeft", turns - 1, beside
    if turns > 1:
        yield "PageUp", turns - 2, beside
    if channels > turns:
        yield "End", turns - 1, cells[-1]
        yield "PageDown", turns, cells[-1]  # on into the second group


def laid(done: Run) -> np.ndarray:
    """The output as it stands on stage: several examples or steps along an axis before the others."""
    return done.y.swapaxes(0, 1) if len(done.y) > 1 else done.y[0]


def where(done: Run, channel: int, cell: tuple[int, ...]) -> str:
    """How the sentence names an output cell: "output channel 1, row 2, column 3:"."""
    layer = done.layer
    name = (NAMES.get(layer.torch_name) or NAMES.get(layer.rule, {})).get("output", "output")
    place = [f"channel {channel}"] if done.y.shape[1] > 1 else []
    names = layer.out_axis_names()
    if len(done.y) > 1:
        names = ("steps" if isinstance(layer, Dropout) else "examples", *names)
    return f"{name} {', '.join([*place, *([place_words(cell, names)] if names else [])])}:"


def check_sentence(screen: Screen, done: Run, channel: int, cell: tuple[int, ...], exact: float = 1e-9) -> None:
    """The sentence speaks of this output cell; its value is Python's, its badge torch's.

    `exact` is how near the two values by hand must be; where both start from torch's own float32 statistics, or from a
    function that the browser does not have, that is float32.
    """
    said = screen.read(where(done, channel, cell))
    n, own = (cell[0], cell[1:]) if len(done.y) > 1 else (0, cell)
    step = trace(done, channel, own, example=n)
    assert said.value == pytest.approx(step.value, rel=exact, abs=exact, nan_ok=True)
    assert said.torch == pytest.approx(float(done.y[n, channel, *own]), rel=1e-6, abs=1e-7, nan_ok=True)
    assert said.badge.startswith("✓ = torch")
