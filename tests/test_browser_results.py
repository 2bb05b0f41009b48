"""A corpus's result in a real browser: by its link, on each device, with keys and by touch; and as an upload."""

import os
import re

import pytest
from corpora import make_result
from page_objects import FRAMES
from playwright.sync_api import Page, expect
from results import zipped
from serving import serve
from test_browser_phone import PHONE

from cnnviz.scenes.corpus.where import Shelved
from cnnviz.scenes.exciting.excited import make_patches
from cnnviz.scenes.exciting.results import VARIABLE, Result

ADDRESS = "spectrogram?nb_filters=4,+4,+4&input=log-mel&input_seconds=1&stage=conv1&channel=2"
DEVICES = {"laptop": {}, "phone": PHONE | {"color_scheme": "dark"}}
LISTEN = """() => {
  window.started = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...given) {
    started.push(this.buffer.length);
    return start.apply(this, given);
  };
}"""

OUTSIDE = """(parts) => parts.map((part) => [part.className, part.getBoundingClientRect()])
  .filter(([, { left, right, width }]) => width && (left < -0.5 || right > innerWidth + 0.5))
  .map(([name]) => String(name))"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpora")
    make_result(folder / "lab", 10)
    return folder


@pytest.fixture(scope="module")
def url(shelf):
    with serve(variables=os.environ | {VARIABLE: str(shelf)}) as server:
        yield server.url


@pytest.fixture(scope="module")
def scene(shelf):
    return make_patches(Result.opened(Shelved.at(shelf / "lab")), "conv1", "conv1", 2)


def tiles_of(page: Page):
    """The patches, once the page is at rest."""
    expect(page.get_by_role("heading", name="What channel 2 of conv1 answers to")).to_be_visible()
    return page.get_by_test_id("exciting")


@pytest.mark.parametrize("device", DEVICES)
def test_a_link_shows_patches_that_are_heard_and_how_values_are_spread(device, url, scene, open_tab):
    page = open_tab(**DEVICES[device])
    page.goto(f"{url}/{ADDRESS}&corpus=lab&tells=water")
    tiles = tiles_of(page)
    expect(tiles).to_have_count(9)
    for j in (0, 8):
        expect(tiles.nth(j)).to_contain_text(scene.meta["clips"]["names"][j])
        expect(tiles.nth(j)).to_contain_text(scene.meta["labels"][j])
        box = tiles.nth(j).locator(".boxes i").evaluate("(mark) => [mark.style.left, mark.style.width].map(parseFloat)")
        (first, end), _ = scene.tensors["box.0"][0, j]
        frames = scene.tensors["examples"].shape[2]
        assert box == pytest.approx([100 * max(first, 0) / frames, 100 * (min(end, frames) - max(first, 0)) / frames])
    page.evaluate(LISTEN)
    hear = tiles.nth(4).get_by_role("button", name="Hear it")
    hear.scroll_into_view_if_needed()
    if device == "phone":
        hear.tap()
    else:
        hear.focus()
        page.keyboard.press("Enter")
    page.wait_for_function("started.length")
    assert page.evaluate("started") == [len(scene.tensors["samples.4"])]
    said = page.get_by_test_id("bin")
    page.get_by_test_id("spread").focus()
    page.keyboard.press("Home")
    first = said.inner_text()
    page.keyboard.press("ArrowRight")
    expect(said).not_to_have_text(first)
    page.evaluate(FRAMES)
    assert page.locator(".answers *").evaluate_all(OUTSIDE) == []
    tiles.nth(4).get_by_role("button", name="Open it above").press("Enter")
    expect(page.get_by_text("On stage is a patch of the corpus")).to_be_visible()
    expect(page).to_have_url(re.compile("patch="))
    if device == "laptop":
        page.reload()  # as whoever is sent the link
        expect(page.get_by_text("On stage is a patch of the corpus")).to_be_visible()
        expect(tiles_of(page)).to_have_count(9)


def test_an_upload_is_opened_and_its_network_is_a_press_away(url, shelf, open_tab):
    page = open_tab()
    page.goto(f"{url}/spectrogram?input=log-mel&input_seconds=1&stage=conv1&channel=2&corpora=true")
    file = {"name": "lab.zip", "mimeType": "application/zip", "buffer": zipped(shelf / "lab")}
    page.locator("input[type=file]").set_input_files(files=[file])
    expect(page.get_by_text("another network than the one that is shown")).to_be_visible()
    page.get_by_role("button", name="Open that network").press("Enter")
    expect(tiles_of(page)).to_have_count(9)
    expect(page.get_by_text("another network than the one that is shown")).to_have_count(0)
    broken = {"name": "lab.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04 nothing"}
    page.locator("input[type=file]").set_input_files(files=[broken])
    expect(page.get_by_text("This zip is damaged")).to_be_visible()
    expect(page.get_by_text("conv1, channel 2 of 4")).to_be_visible()
