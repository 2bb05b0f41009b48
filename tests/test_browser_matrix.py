"""A convolution as matrices in a real browser: pointing four ways, keys, links, a phone; numbers against torch."""

import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from alone import MatrixAlone
from page_objects import Screen
from playwright.sync_api import Page, expect

from cnnviz.core.columns import copies
from cnnviz.core.layers import Conv
from cnnviz.inputs.patterns import Random
from cnnviz.inputs.typed import Typed
from cnnviz.networks.chain import chain
from cnnviz.scenes.build import ShownMatrix, show
from cnnviz.scenes.request import MatrixView, Request
from cnnviz.scenes.upstream import Ones, Target, Upstream
from cnnviz.scenes.weights import Named

TYPED = Typed(text="1 2 0 1\n0 1 3 1\n2 0 1 0\n1 1 0 2")


ONES = Ones()


def seen(form: str, layer: Conv | None = None, source: Random | Typed = TYPED, dy: Upstream = ONES) -> ShownMatrix:
    kernel = "sobel_x" if layer is None else "random"
    return show(
        Request(chain(layer or Conv(kernel_size=(3, 3))), source, Named(kernel)), MatrixView(form=form, upstream=dy)
    )


@pytest.fixture
def matrix(bare) -> Iterator[MatrixAlone]:
    page, watch = bare
    watch.check()
    yield MatrixAlone(page)
    watch.check()


def number(matrix: MatrixAlone, name: str = "torch") -> float:
    return float(matrix.root.get_by_test_id(name).get_attribute("data-value"))


def test_any_number_of_the_four_says_what_it_goes_with_in_the_others(matrix):
    matrix.open(seen("forward").blob)
    assert "is copied 4 times: columns[4, 0], columns[3, 1], columns[1, 2], columns[0, 3]" in matrix.point(
        "input", 0, 0, 1, 1
    )
    assert "columns[5, 1] = 1 is a copy of input row 1, column 3" in matrix.point("columns", 5, 1)
    said = matrix.point("matrix", 0, 5)
    assert "W[0, 5] = 2 is kernel 0 at row 1, column 2" in said
    assert "It multiplies row 5 of the columns: 4 numbers" in said
    for panel, at in (("product", (0, 3)), ("output", (0, 0, 1, 1))):
        assert "Row 0 of W times column 3 is output row 1, column 1" in matrix.point(panel, *at)
        assert matrix.lit()["shown"] == {"panel": panel, "at": list(at)}


def test_every_output_is_torchs(matrix):
    layer = Conv(2, 4, (3, 2), stride=(1, 2), padding=(1, 1), groups=2)
    shown = seen("forward", layer, Random(size=(4, 5), channels=2))
    matrix.open(shown.blob)
    y = shown.numbers.y
    for f, r, c in ((0, 0, 0), (1, 3, 2), (3, 2, 1)):
        assert "= torch" in matrix.point("output", f, 0, r, c)
        assert number(matrix) == pytest.approx(float(y[f, r, c]))
        assert number(matrix, "value") == pytest.approx(float(y[f, r, c]), rel=1e-4, abs=1e-5)


def test_each_number_of_the_ways_back_is_autograds(matrix):
    layer = Conv(2, 4, (3, 2), padding=(1, 1), padding_mode="reflect", groups=2)
    shown = seen("dW", layer, Random(size=(4, 5), channels=2), Target("0"))
    weight = shown.numbers.torch["weight"].reshape(4, -1)
    matrix.open(shown.blob)
    matrix.press("End")
    for f, k in ((0, 0), (1, 3), (2, 8)):
        assert "= torch" in matrix.point("matrix", f, k)
        assert number(matrix) == pytest.approx(float(weight[f, k % 6]), rel=1e-5)
    assert "= torch" in matrix.point("added", 2, 0)
    assert number(matrix) == pytest.approx(float(shown.numbers.torch["bias"][2]), rel=1e-5)
    assert "is empty: kernel 0 does not read input channel 1" in matrix.point("matrix", 0, 7)
    shown = seen("dX", layer, Random(size=(4, 5), channels=2), Target("0"))
    matrix.open(shown.blob)
    matrix.press("End")
    for c, row, column in ((0, 0, 0), (1, 2, 3), (0, 3, 4)):
        assert "= torch" in matrix.point("input", c, 0, row, column)
        assert number(matrix) == pytest.approx(float(shown.numbers.torch["input"][c, row, column]), rel=1e-5)


def test_what_is_added_up_grows_with_the_playhead_and_written_over_loses_copies(matrix):
    shown = seen("dX")
    matrix.open(shown.blob)
    matrix.press("Home")
    assert "after 1 of 4 copies; torch has" in matrix.point("input", 0, 0, 1, 1)
    data = "(matrix, name) => Array.from(matrix.desk.panels[name][0].data)"
    one = matrix.ask(data, "input")
    matrix.press("End")
    matrix.point("input", 0, 0, 1, 1)
    np.testing.assert_allclose(matrix.ask(data, "input"), shown.numbers.torch["input"].ravel(), atol=1e-5)
    np.testing.assert_array_equal(matrix.ask(data, "overwritten"), shown.numbers.back.overwritten.ravel())
    matrix.press("Home")
    matrix.point("input", 0, 0, 1, 1)
    assert matrix.ask(data, "input") == one
    matrix.press("End")
    assert "with = alone, (W.T @ dY)[0, 3] = −1 is left, the last of 4 copies" in matrix.point(
        "overwritten", 0, 0, 1, 1
    )


def test_the_whole_layer_as_one_matrix(matrix):
    matrix.open(seen("Toeplitz").blob)
    assert "T[1, 1] = W[0, 0] = −1: it multiplies input row 0, column 1 for output row 0, column 1" in matrix.point(
        "toeplitz", 1, 1
    )
    assert "T[0, 15] is empty" in matrix.point("toeplitz", 0, 15)
    assert "is x[5]. Column 5 of T holds 4 weights" in matrix.point("vector", 0, 5)
    assert "= torch" in matrix.point("result", 2, 0)
    assert "It stands 4 times in T" in matrix.point("matrix", 0, 5)


def test_the_copies_of_each_cell_are_counted_on_the_input(matrix):
    shown = seen("forward", Conv(2, 1, (3, 2), padding=(1, 0)), Random(size=(4, 5), channels=2))
    matrix.open(shown.blob)
    matrix.act("coverage").check()
    counted = matrix.ask("(matrix) => Array.from(matrix.desk.dress('input', matrix.desk.maps.input[1]).panel.data)")
    assert counted == copies(shown.numbers.table, shown.numbers.x.shape)[1].ravel().tolist()
    assert matrix.ask("(matrix) => matrix.opening().look") == {"coverage": "on"}
    matrix.act("coverage").uncheck()


def test_keys_alone_step_turn_walk_and_pin(matrix):
    matrix.open(seen("forward", Conv(1, 3, (3, 3))).blob)
    matrix.press("Home", "ArrowRight", "ArrowDown")
    assert matrix.lit() == {"shown": None, "step": 1, "row": 1}
    expect(matrix.readout).to_contain_text("Row 1 of W times column 1")
    matrix.press_on("Tab")
    assert matrix.lit()["shown"]["panel"] == "input"
    matrix.press_on("Tab")
    assert matrix.lit()["shown"] == {"panel": "columns", "at": [0, 1]}
    matrix.press_on("ArrowDown", "ArrowRight")
    expect(matrix.readout).to_contain_text("columns[1, 2]")
    matrix.press_on("Enter")
    expect(matrix.readout).to_contain_text("pinned")
    matrix.press_on("Escape", "Escape")
    assert matrix.lit()["shown"] is None


def test_a_link_opens_its_step_its_kernel_and_its_pinned_number(screen: Screen):
    screen.page.goto(f"{screen.url}/matrix?out_channels=2&kernel=random&step=3&pin=columns-4-2&look=coverage-on_row-1")
    root = screen.page.locator("[data-role=matrix]")
    expect(root).to_have_attribute("data-ready", re.compile("."))
    expect(root).to_have_attribute("data-step", "2")
    expect(root.get_by_test_id("readout")).to_contain_text("columns[4, 2]")
    assert root.locator(".stage").evaluate("(stage) => stage.player.row") == 1
    expect(root.get_by_label("times copied")).to_be_checked()
    screen.page.get_by_text("See this setting window by window").click()
    expect(screen.page).to_have_url(re.compile("/convolution"))
    expect(screen.page.locator(".st-key-out_channels input")).to_have_value("2")


def test_a_finger_on_a_phone(alone_on: Callable[..., MatrixAlone]):
    page: Page = alone_on(viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce").page
    matrix = MatrixAlone(page).open(seen("forward").blob)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    places = [
        matrix.ask("(matrix, name) => matrix.desk.maps[name][0].port.y", name)
        for name in ("input", "columns", "matrix", "output")
    ]
    assert places == sorted(places)
    x, y = matrix.ask("(matrix) => matrix.locate('columns', [4, 1])")
    page.evaluate("(by) => document.querySelector('main').scrollBy(0, by)", y - 400)
    matrix.settle()
    x, y = matrix.ask("(matrix) => matrix.locate('columns', [4, 1])")
    page.touchscreen.tap(x, y)
    expect(matrix.readout).to_contain_text("columns[4, 1]")
    expect(matrix.readout).to_contain_text("pinned")


def test_the_way_to_the_other_page_keeps_the_pass(screen: Screen):
    screen.page.goto(f"{screen.url}/convolution?pass=dW&dy=cell&dy_rows=1")
    screen.page.get_by_text("See this setting as a product of matrices").click()
    expect(screen.page).to_have_url(re.compile(r"/matrix.*form=dW"))
    expect(screen.page.locator(".st-key-dy_rows input")).to_have_value("1")
    screen.page.get_by_text("See this setting window by window").click()
    expect(screen.page).to_have_url(re.compile(r"/convolution.*pass=dW"))
    expect(screen.page.locator(".st-key-dy_rows input")).to_have_value("1")
