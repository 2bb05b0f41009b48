"""The page on its own, opened from disk without a network: it plays, points, steps and agrees with torch."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from asking import request_of
from page_objects import Screen, check_sentence, place_words
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Route, expect
from tabs import LAPTOP
from test_browser_phone import PHONE, sticks_out

from cnnviz.core.layers import GLU, Conv, MaxPool
from cnnviz.export.html import page
from cnnviz.inputs.patterns import Ramp, Random
from cnnviz.inputs.sound import LogMel
from cnnviz.networks.desed import Desed
from cnnviz.scenes.build import Shown, show
from cnnviz.scenes.palette import PALETTE
from cnnviz.scenes.request import Request, StageView

SMALL = Desed(nb_filters=(4, 4, 4), pooling=((1, 4),) * 3)
SCENES: dict[str, Shown] = {
    "convolution": show(request_of(Conv(1, 2, 3, stride=2, padding=1), Ramp(size=(6, 7)), seed=3)),
    "pooling": show(request_of(MaxPool(), Random(size=(6, 8), channels=2))),
    "gate": show(request_of(GLU(channels=3), Random(size=(4, 5), channels=3), seed=2)),
    "spectrogram": show(Request(SMALL, LogMel(seconds=1)), StageView("conv0", 2, (10, 20)).window),
}
Opens = Callable[..., Screen]
Tabs = Callable[..., Page]


class Alone(Screen):
    """A page that no server stands behind."""

    def wait_idle(self) -> None:
        """Nothing runs elsewhere."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for each scene, as somebody saved them."""
    made = tmp_path_factory.mktemp("pages")
    for name, shown in SCENES.items():
        (made / f"{name}.html").write_bytes(page(shown.blob, name.title(), "A note"))
    (made / "two.html").write_bytes(page(SCENES["convolution"].blob, "Two", beside=SCENES["pooling"].blob))
    return made


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console and the pages' scripts complain of."""
    return []


@pytest.fixture(scope="module")
def offline(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A tab on any device, with the network off, that tests use one after the other."""
    made: dict[str, Page] = {}

    def one(**device: Any) -> Page:
        name = repr(sorted(device.items()))
        if name not in made:
            context = contexts.enter_context(browser.new_context(**device))
            context.set_offline(True)
            made[name] = context.new_page()
        return made[name]

    with ExitStack() as contexts:
        yield one


@pytest.fixture
def tab(offline: Callable[..., Page], folder: Path, complaints: list[str]) -> Iterator[Tabs]:
    """Open a file with the network off: ``tab("pooling", color_scheme="dark")``. Only files may be asked for."""
    asked: list[str] = []

    def guard(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_() if route.request.url.startswith(folder.as_uri()) else route.abort()

    def failed(error: Error) -> None:
        complaints.append(str(error))

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def opened(name: str, **device: Any) -> Page:
        device = LAPTOP | {"reduced_motion": "reduce"} | device
        page = offline(**device)
        page.emulate_media(reduced_motion=device["reduced_motion"], color_scheme=device.get("color_scheme", "light"))
        page.route("**/*", guard)
        page.on("pageerror", failed)
        page.on("console", said)
        page.goto((folder / f"{name}.html").as_uri())
        pages.callback(leave, page)
        return page

    def leave(page: Page) -> None:
        page.unroute_all()
        page.goto("about:blank")
        page.remove_listener("pageerror", failed)
        page.remove_listener("console", said)

    with ExitStack() as pages:
        yield opened
    assert not complaints, "\n".join(complaints)
    assert {Path(url).name for url in asked if Path(url).suffix != ".html"} == set()
    assert 1 <= len(asked) <= 2, asked  # the file, and a page round it


@pytest.fixture
def opens(tab: Tabs) -> Opens:
    """The same, once its scene is on stage."""

    def opened(name: str, **device: Any) -> Screen:
        screen = Alone(tab(name, **device), "")
        screen.wait_ready()
        return screen

    return opened


def same(found: float, wanted: float) -> None:
    assert found == pytest.approx(wanted, rel=1e-6, abs=1e-7)


# --- what it shows ---


@pytest.mark.parametrize("name", ["convolution", "pooling", "gate"])
def test_every_visited_cell_is_worked_out_beside_torchs_value(opens, name):
    screen, done = opens(name), SCENES[name].done
    exact = 1e-6 if name == "gate" else 1e-9
    check_sentence(screen, done, 0, (0, 0), exact)
    screen.press("ArrowRight")
    check_sentence(screen, done, 0, (0, 1), exact)
    screen.press("ArrowDown")
    check_sentence(screen, done, 0, (1, 1), exact)
    screen.press("PageDown")
    check_sentence(screen, done, 1, (1, 1), exact)
    screen.press("End")
    last = [n - 1 for n in done.y.shape[1:]]
    check_sentence(screen, done, last[0], tuple(last[1:]), exact)


def test_a_spectrogram_opens_turned_at_its_unit_and_steps_upwards(opens):
    screen, done = opens("spectrogram"), SCENES["spectrogram"].done
    for key, (frame, mel) in {"": (10, 20), "ArrowUp": (10, 21), "ArrowRight": (11, 21)}.items():
        screen.press(*filter(None, [key]))
        screen.says(f"channel 2, frame {frame}, mel {mel}:")
        said = screen.read()
        same(said.torch, done.y[0, 2, frame, mel])
        assert said.badge.startswith("✓ = torch")


def test_pointing_at_a_cell_works_it_out(opens):
    screen, done = opens("convolution"), SCENES["convolution"].done
    screen.hover("output", 0, (2, 1))
    check_sentence(screen, done, 0, (2, 1))
    screen.hover("input", 0, (3, 3))
    screen.says(f"input {place_words((3, 3))} = 24 is read by")
    screen.leave()
    check_sentence(screen, done, 0, (0, 0))


def test_pointing_at_a_cell_of_a_spectrogram_works_it_out(opens):
    screen, done = opens("spectrogram"), SCENES["spectrogram"].done
    screen.hover("output", 2, (30, 60))
    screen.says("frame 30, mel 60:")
    same(screen.read().torch, done.y[0, 2, 30, 60])


def test_it_plays_when_it_opens_and_stops_at_a_click(opens):
    screen = opens("pooling", reduced_motion="no-preference")
    expect(screen.root).to_have_attribute("data-playing", "true")
    expect(screen.root).not_to_have_attribute("data-step", "0")
    screen.act("toggle").click()
    expect(screen.root).to_have_attribute("data-playing", "false")


def test_the_controls_step_what_leads_and_what_follows_and_the_help_opens(opens):
    screen = opens("two")
    screen.act("next").click()
    screen.at_step(1)
    screen.follower.at_step(1)
    screen.press("Space")
    expect(screen.root).to_have_attribute("data-playing", "true")
    screen.press("?")
    expect(screen.root.locator(".help")).to_be_visible()


def test_the_slider_of_a_gate_opens_it(opens):
    screen = opens("gate")
    before = screen.picture()
    screen.act("strength").fill("0")
    screen.wait_until("({ stage }) => stage.gating.strength === 0")
    screen.settle()
    assert screen.picture() != before


# --- light, dark, small ---


def has_paper(screen: Screen, colour: str) -> None:
    """Wait until the page and, as the player draws it, zero have this colour: #rrggbb."""
    screen.wait_until(
        """({ stage }, wanted) => {
            const probe = document.createElement("canvas").getContext("2d");
            const hex = (colour) => ((probe.fillStyle = colour), probe.fillStyle);
            const own = getComputedStyle(document.body).backgroundColor;
            return hex(stage.look.background) === wanted && hex(own) === wanted;
        }""",
        colour,
    )
    screen.settle()


ZERO = {theme: stops[2] for theme, stops in PALETTE["signed"].items()}


def test_it_opens_in_the_readers_theme_and_the_switch_changes_it(opens):
    screen = opens("convolution", color_scheme="dark")
    screen.press("ArrowRight")
    screen.page.mouse.click(*screen.locate("output", 0, (1, 1)))
    has_paper(screen, ZERO["dark"])
    for theme in ("light", "dark"):
        before = screen.picture()
        screen.page.locator("#theme").click()
        has_paper(screen, ZERO[theme])
        assert screen.picture() != before
    screen.leave()
    screen.says(f"output channel 0, {place_words((1, 1))}:")  # what was pinned stays so


def test_it_follows_the_system_when_that_changes(opens):
    screen = opens("gate", color_scheme="light")
    has_paper(screen, ZERO["light"])
    screen.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    has_paper(screen, ZERO["dark"])


@pytest.mark.parametrize("dark", [False, True])
def test_a_theme_that_was_chosen_holds_against_the_system(opens, folder, dark):
    (folder / "chosen.html").write_bytes(page(SCENES["pooling"].blob, "Chosen", dark=dark))
    screen = opens("chosen", color_scheme="light" if dark else "dark")
    has_paper(screen, ZERO["dark" if dark else "light"])


@pytest.mark.parametrize("name", SCENES)
def test_nothing_sticks_out_on_a_phone(opens, name):
    assert not sticks_out(opens(name, **PHONE))


def test_long_words_of_strangers_do_not_widen_a_phone(opens, folder):
    words, address = "x" * 300, f"https://example.org/?{'y' * 300}"
    (folder / "long.html").write_bytes(page(SCENES["pooling"].blob, words, words, address=address))
    screen = opens("long", **PHONE)
    assert not sticks_out(screen)
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_tap_pins_a_cell_on_a_phone(opens):
    screen = opens("pooling", **PHONE)
    screen.page.touchscreen.tap(*screen.locate("output", 0, (1, 2)))
    check_sentence(screen, SCENES["pooling"].done, 0, (1, 2))


# --- what it must not do ---


def test_a_strangers_title_is_shown_and_not_run(opens, folder):
    title = "</title></h1><img src=x onerror='document.body.dataset.run=1'><script>document.body.dataset.run=1</script>"
    (folder / "hostile.html").write_bytes(page(SCENES["pooling"].blob, title, title))
    screen = opens("hostile")
    assert screen.page.title() == title
    assert screen.page.locator("h1").text_content() == title
    assert screen.page.evaluate("document.body.dataset.run") is None


ATTEMPTS = {
    "a request": "fetch('data:,x').then(() => 'got in', () => 'kept out')",
    "a module": "import('data:text/javascript,1').then(() => 'got in', () => 'kept out')",
    "a script": """new Promise((done) => {
        const made = document.createElement("script");
        made.textContent = "document.body.dataset.run = 1";
        document.body.append(made);
        done(document.body.dataset.run ? "got in" : "kept out");
    })""",
    "a picture": """new Promise((done) => {
        const made = new Image();
        made.onload = () => done("got in");
        made.onerror = () => done("kept out");
        made.src = "convolution.html";
    })""",
}


def test_the_policy_keeps_out_what_the_page_did_not_bring(opens, complaints):
    screen = opens("pooling")
    for what, attempt in ATTEMPTS.items():
        assert screen.page.evaluate(attempt) == "kept out", what
        screen.wait_until("() => true")  # what the console says has come by now
        assert complaints, what
        assert all("Content Security Policy" in said for said in complaints)
        complaints.clear()


@pytest.mark.parametrize("sandbox", ["", "sandbox=allow-scripts"])
def test_it_lives_in_a_frame_even_one_that_may_only_run_scripts(tab, folder, sandbox):
    frame = f'<!DOCTYPE html><iframe {sandbox} src="pooling.html" width="800" height="560"></iframe>'
    (folder / "round.html").write_text(frame)
    inside = tab("round").frame_locator("iframe")
    expect(inside.locator(".cnnviz")).to_have_attribute("data-ready", SCENES["pooling"].done.layer.code())
    inside.locator(".stage").press("ArrowRight")
    expect(inside.get_by_test_id("readout")).to_contain_text("column 1:")
    expect(inside.get_by_test_id("torch")).to_contain_text("✓ = torch")
    inside.locator("#theme").click()
    expect(inside.locator("html")).to_have_attribute("data-theme", "dark")
