"""Firefox and WebKit: load, step, point, upload, a frame, and the page on its own. Run by `make test-browsers`."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asking import request_of
from other_browsers import BROWSERS, Visitor, wait

from cnnviz.core.layers import Conv
from cnnviz.export.html import page
from cnnviz.inputs.patterns import Random
from cnnviz.scenes.build import show
from cnnviz.scenes.request import Request

pytestmark = pytest.mark.skipif("CNNVIZ_OTHER_BROWSERS" not in os.environ, reason="make test-browsers")

HOME, RIGHT = "\ue011", "\ue014"  # WebDriver's codes of keys
FIND = """
const all = [document, ...[...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)];
const root = all.map((one) => one.querySelector(".cnnviz[data-ready]")).find(Boolean);
const player = root?.querySelector(".stage")?.player;
const said = root?.querySelector("[data-testid=readout]")?.textContent ?? "";
"""


@pytest.fixture(scope="module", params=BROWSERS)
def visitor(request) -> Iterator[Visitor]:
    with BROWSERS[request.param]() as browser:
        yield browser


def says(visitor: Visitor, words: str) -> str:
    """Wait until the sentence holds these words."""
    return str(wait(lambda: visitor.ask(f"{FIND} return said.includes(arguments[0]) && said;", words)))


def shows(visitor: Visitor, url: str, title: str) -> None:
    """Open a page, standing still, and wait until this call is on stage."""
    visitor.open(url)
    wait(lambda: visitor.ask(f"{FIND} return root?.dataset.ready === arguments[0];", title))
    visitor.ask(f"{FIND} root.querySelector('.stage').focus(); return 0;")
    visitor.press(HOME)
    says(visitor, "row 0, column 0")


def walks(visitor: Visitor, choice: Request) -> None:
    """A key steps, a pointer explains, and torch agrees."""
    done = show(choice).done
    visitor.press(RIGHT)
    assert f"= torch {done.y[0, 0, 0, 1]:.4g}" in says(visitor, "row 0, column 1").replace("−", "-")
    at: Any = visitor.ask(f"{FIND} root.scrollIntoView(); return player.locate('output', 0, [0, 2, 3]);")
    visitor.point(*at)
    assert f"= torch {done.y[0, 0, 2, 3]:.4g}" in says(visitor, "row 2, column 3").replace("−", "-")
    visitor.point(1, 1)


CHOICE = request_of(Conv(2, 1, 3), Random(size=7, channels=2, seed=3), seed=5)
ADDRESS = "input=random&input_size=7&input_channels=2&input_seed=3&kernel=random&seed=5"


SECOND = """
window.second ??= document.body.appendChild(Object.assign(document.createElement("iframe"), { src: location.href }));
const found = second.contentWindow.performance?.getEntriesByType("resource") ?? [];
const scripts = found.filter(({ name, transferSize }) => transferSize && /^.media.*[^g]$/.test(new URL(name).pathname));
return second.contentWindow.cnnviz && { bytes: scripts.reduce((sum, { transferSize }) => sum + transferSize, 0) };
"""


def test_a_second_load_fetches_no_script(visitor, app_url):
    """First of all, and in a frame: WebKit under automation forgets everything once a page has been left."""
    shows(visitor, f"{app_url}/convolution?{ADDRESS}", CHOICE.layer.code())
    wait(lambda: visitor.ask(SECOND))
    wait(lambda: visitor.ask("return second.contentWindow.cnnviz.values().next().value.then(() => true);"))
    assert visitor.ask(SECOND)["bytes"] == 0


def test_it_loads_steps_and_explains_what_is_pointed_at(visitor, app_url):
    shows(visitor, f"{app_url}/convolution?{ADDRESS}", CHOICE.layer.code())
    walks(visitor, CHOICE)


def test_a_file_is_read(visitor, app_url, tmp_path):
    values = np.arange(3 * 5 * 6, dtype=np.float32).reshape(3, 5, 6)
    np.save(tmp_path / "numbers.npy", values)
    shows(visitor, f"{app_url}/convolution?input=upload&kernel=box", "nn.Conv2d(1, 1, kernel_size=3)")
    wait(
        lambda: visitor.ask("return document.querySelector('input[type=file]') !== null;")
    )  # Streamlit fetches its part
    visitor.choose_file("input[type=file]", tmp_path / "numbers.npy")
    wait(lambda: visitor.ask(f"{FIND} return root?.dataset.ready === 'nn.Conv2d(3, 1, kernel_size=3)';"))
    says(visitor, "= torch")


def test_a_frame_shows_the_sentence_and_no_sidebar(visitor, app_url):
    visitor.resize(800, 450)
    shows(visitor, f"{app_url}/convolution?embed=true&{ADDRESS}", CHOICE.layer.code())
    bottom = visitor.ask(f"{FIND} return root.querySelector('[data-testid=torch]').getBoundingClientRect().bottom;")
    assert 0 < bottom <= 450
    assert not visitor.ask("return document.querySelector('[data-testid=stSidebar][data-collapsed=false]') !== null;")
    visitor.resize(1280, 900)


def test_the_page_on_its_own_plays_from_disk(visitor, tmp_path: Path):
    (tmp_path / "alone.html").write_bytes(page(show(CHOICE).blob, "Alone"))
    shows(visitor, (tmp_path / "alone.html").as_uri(), CHOICE.layer.code())
    walks(visitor, CHOICE)
