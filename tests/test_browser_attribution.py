"""Attribution in a real browser: sums that are read on screen are torch's, and a link opens them."""

import re
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from alone import PLAYER, put
from page_objects import Screen
from playwright.sync_api import Locator, Page, expect
from test_explain import DIGIT, PHOTO, SOUND, TARGET, WINDOW, given, state

from cnnviz.networks.attribution import GradCam, grad_cam, gradient, occlusion
from cnnviz.networks.loss import Unit
from cnnviz.scenes.build import show
from cnnviz.scenes.request import GRAD_CAM, OCCLUSION, TIMES_INPUT, AttributionView
from cnnviz.web.components.overview import ROOM
from cnnviz.web.components.player import ROOM as STAGE

OVERVIEW = "overview/overview"
CAM = AttributionView(TARGET, GRAD_CAM, "tanh3")


def number(text: str) -> float:
    """A number as the page writes it."""
    return float(text.replace("\u2212", "-").strip("()"))


class Columns:
    """The columns alone, on a page."""

    def __init__(self, page: Page) -> None:
        self.page, self.root = page, page.locator(".cnnviz")
        self.said = self.root.get_by_test_id("unit")

    def open(self, request: Any, view: AttributionView) -> "Columns":
        put(self.page, OVERVIEW, [(ROOM, show(request, view).blob)])
        expect(self.root).to_have_attribute("data-ready", re.compile("."))
        return self

    def map(self, name: str) -> Locator:
        return self.root.locator(f".column[data-stage='{name}'] .picture")

    def point(self, name: str, row: int, column: int) -> str:
        """Point at a cell, and read what is said of it."""
        rows, columns = self.root.evaluate(
            "(root, name) => root.overview.stages.find((one) => one.name === name).size.slice(2)", name
        )
        self.map(name).scroll_into_view_if_needed()
        box = self.map(name).bounding_box()
        assert box
        at = {"x": box["width"] * (column + 0.5) / columns, "y": box["height"] * (row + 0.5) / rows}
        self.map(name).hover(position=at, force=True)
        return self.said.inner_text()


@pytest.fixture
def columns(alone) -> Columns:
    return Columns(alone.page)


@cache
def cam() -> GradCam:
    return grad_cam(*given(DIGIT), TARGET, "tanh3", **state(DIGIT))


def test_a_grad_cams_sum_is_read_term_by_term(columns: Columns) -> None:
    said = columns.open(DIGIT, CAM).point("sum", 4, 6)
    found = re.match(r"sum\[0, 0, 4, 6\] = (.*) = ([\u2212\d.e]+)\. On the input: 14 rows × 14 columns\.", said)
    assert found, said
    terms = cam().weights * cam().maps[:, 4, 6]
    assert number(found[2]) == pytest.approx(terms.sum(), rel=1e-3)
    shown, rest = found[1].split(" + (10 more terms, ")
    products = [np.prod([number(one) for one in term.strip("()").split(" × ")]) for term in shown.split(" + ")]
    largest = sorted(terms, key=abs, reverse=True)
    np.testing.assert_allclose([abs(p) for p in products], np.abs(largest[:6]), rtol=1e-2)
    assert number(rest.rstrip(")")) == pytest.approx(sum(largest[6:]), rel=1e-2)


def test_in_the_player_the_same_sum_has_torchs_tick(alone) -> None:
    request, view = show(DIGIT, CAM).work  # type: ignore[misc]
    put(alone.page, PLAYER, [(STAGE.format(role="alone"), show(request, view).blob)])
    player = Screen(alone.page, "")
    readout = alone.page.locator(".cnnviz").get_by_test_id("readout")
    expect(readout).to_contain_text("= torch")
    conv = torch.nn.functional.conv2d(
        torch.from_numpy(cam().maps)[None], torch.from_numpy(cam().weights)[None, :, None, None]
    )[0, 0]
    alone.page.locator(".cnnviz canvas").first.focus()
    said = readout.inner_text()
    cell = re.search(r"row (\d+), column (\d+)", said)
    value = re.search(r"= torch ([\u2212\d.e]+)", said)
    assert player and cell and value, said
    assert number(value[1]) == pytest.approx(float(conv[int(cell[1]), int(cell[2])]), rel=1e-2, abs=1e-4)


def test_input_times_gradient_says_both(columns: Columns) -> None:
    target = Unit(at=(2,))
    columns.open(PHOTO, AttributionView(target, TIMES_INPUT))
    said = columns.point("product", 10, 20)
    found = re.match(r"product\[0, 0, 10, 20\] = ([\d.]+) × \(?([\u2212\d.e]+)\)? = ([\u2212\d.e]+)\.", said)
    assert found, said
    made = gradient(*given(PHOTO), target, **state(PHOTO))
    expected = made.x[0, 10, 20], made.dx[0, 10, 20], made.product[0, 10, 20]
    np.testing.assert_allclose([number(one) for one in found.groups()], expected, rtol=1e-2, atol=1e-4)


def test_a_cell_of_an_occlusion_shows_its_window_on_the_input(columns: Columns) -> None:
    columns.open(DIGIT, AttributionView(TARGET, OCCLUSION, window=WINDOW))
    said = columns.point("fall", 2, 3)
    made = occlusion(*given(DIGIT), TARGET, WINDOW, **state(DIGIT))
    found = re.match(r"fall\[0, 0, 2, 3\] = ([\u2212\d.e]+) − \(?([\u2212\d.e]+)\)? = ([\u2212\d.e]+)\.", said)
    assert found, said
    expected = made.score, made.scores[2, 3], made.falls[2, 3]
    np.testing.assert_allclose([number(one) for one in found.groups()], expected, rtol=1e-2, atol=1e-4)
    box = columns.map("input").locator(".boxes i").evaluate("(i) => [i.style.left, i.style.width].map(parseFloat)")
    assert box == pytest.approx([100 * 12 / 32, 100 * 5 / 32], abs=0.1)


def test_a_spectrograms_cell_is_named_as_torch_counts(columns: Columns) -> None:
    target = Unit(at=(1, 5, 2), stage="pooling0")
    columns.open(SOUND, AttributionView(target, turned=True))
    made = gradient(*given(SOUND), target, **state(SOUND))
    *_, mels = made.dx.shape
    said = columns.point("gradient", mels - 1 - 9, 5)
    found = re.match(r"gradient\[0, 0, 5, 9\] = ([\u2212\d.e]+)\.", said)
    assert found, said
    assert number(found[1]) == pytest.approx(made.dx[0, 5, 9], rel=1e-2, abs=1e-4)


def test_the_map_lies_over_the_input(columns: Columns) -> None:
    columns.open(DIGIT, CAM)
    over = columns.map("over the input")
    expect(over.locator("img")).to_have_count(2)
    under, above = over.locator("img").all()
    assert under.get_attribute("src") == columns.map("input").locator("img").get_attribute("src")
    assert above.evaluate("(img) => getComputedStyle(img).opacity") < "1"


def test_by_keyboard_a_cell_is_walked_to_and_kept(columns: Columns) -> None:
    columns.open(DIGIT, CAM)
    columns.map("ReLU").focus()
    columns.page.keyboard.press("ArrowLeft")
    columns.page.keyboard.press("ArrowLeft")
    columns.page.keyboard.press("Enter")
    expect(columns.said).to_contain_text("ReLU[0, 0, 5, 4] = ")


@pytest.mark.browser
def test_a_link_opens_the_sum_at_work(screen) -> None:
    link = "preset=LeNet-5&view=attribution&method=Grad-CAM&cam=conv3&unit=7&show=at work"
    screen.page.goto(f"{screen.url}/network?{link}")
    readout = screen.page.get_by_test_id("readout")
    expect(readout).to_contain_text("= torch")
    expect(screen.page.get_by_text("The target, output[0, 7], is")).to_be_visible()
