"""Questions that set the page up, and code that gives the very output."""

import re

import numpy as np
import pytest
from asking import request_of
from page_objects import Screen, query
from playwright.sync_api import expect

from cnnviz.content.presets import CARDS, CONVOLUTION
from cnnviz.core.layers import Conv, ConvTranspose
from cnnviz.inputs.patterns import Ramp, Random
from cnnviz.inputs.samples import Digit
from cnnviz.inputs.signals import Sine
from cnnviz.scenes.build import show


def titles_of(screen: Screen, queries: list[str]) -> list[str]:
    """Open every address in turn; the torch call of each. An alert is a failure."""
    titles = []
    for words in queries:
        screen.open(words)
        assert screen.alert.count() == 0, f"{words}: {screen.alert.first.inner_text()}"
        expect(screen.badge).to_contain_text("= torch")
        titles.append(screen.root.get_attribute("data-ready"))
    return titles


def test_every_question_opens_its_scene(screen):
    assert all(titles_of(screen, [preset.query for preset in CONVOLUTION]))


def test_every_card_of_a_convolution_opens_its_scene(screen):
    assert all(titles_of(screen, [card.query for card in CARDS if card.page == "convolution"]))


def test_a_questions_link_changes_the_scene_whatever_was_set_before(screen):
    chosen = next(preset for preset in CONVOLUTION if "dilation=2" in preset.query)
    screen.open("stride=3&kernel=box")
    screen.page.get_by_role("button", name="Questions").click()
    links = screen.page.get_by_role("dialog").get_by_text("show", exact=True)
    expect(links).to_have_count(len(CONVOLUTION))
    links.nth(CONVOLUTION.index(chosen)).click()
    expect(screen.root).to_have_attribute("data-ready", "nn.Conv2d(1, 1, kernel_size=3, dilation=2)")
    expect(screen.knob("stride")).to_have_value("1")
    expect(screen.page).to_have_url(re.compile("dilation=2"))
    assert "stride" not in screen.page.url
    expect(screen.page.get_by_text(chosen.question)).to_be_visible()


def test_a_card_opens_its_scene_whatever_was_set_before(screen):
    card = CARDS[0]
    [title] = titles_of(screen, [card.query])
    screen.open("stride=3&kernel=box&dilation=2")
    screen.page.get_by_role("link", name="Home", exact=True).click()
    screen.page.get_by_text(card.title, exact=True).click()
    expect(screen.page.get_by_role("heading", name="Convolution", exact=True)).to_be_visible()
    expect(screen.root).to_have_attribute("data-ready", title)


def test_the_answer_waits_behind_its_button(screen):
    preset = CONVOLUTION[0]
    screen.open(preset.query)
    expect(screen.page.get_by_text(preset.question)).to_be_visible()
    answer = screen.page.get_by_text(preset.answer)
    expect(answer).not_to_be_visible()
    screen.page.get_by_text("answer", exact=True).click()
    expect(answer).to_be_visible()


CODE = {
    "sobel": request_of(Conv(), Digit(), "sobel_x"),
    "random": request_of(
        Conv(4, 6, (3, 2), groups=2, padding=(1, 0)), Random(size=(5, 6), channels=4, seed=3), seed=12
    ),
    "flipped": request_of(Conv(1, 1, 3), Ramp(size=6), "emboss", flipped=True),
    "transposed": request_of(ConvTranspose(2, 2, 3, stride=2, output_padding=1), Ramp(size=3, channels=2), "bank"),
    "1d": request_of(Conv(1, 2, 5, padding="same", ndim=1), Sine(size=20), seed=2),
}


@pytest.mark.parametrize("name", CODE)
def test_the_code_on_the_page_run_as_it_stands_gives_the_output(name, screen):
    screen.open(f"{query(CODE[name])}&tab=Code")
    code = screen.page.get_by_test_id("stCode").locator("code")
    expect(code).to_contain_text("print(y.shape)")
    found: dict[str, object] = {}
    exec(code.inner_text(), found)
    np.testing.assert_allclose(found["y"][0], show(CODE[name]).done.y, rtol=1e-5, atol=1e-6)


def test_the_question_that_is_asked_stands_above_the_stage(screen):
    preset = next(preset for preset in CONVOLUTION if "dilation=2" in preset.query)
    screen.open(preset.query)
    expect(screen.page.get_by_text(preset.question)).to_be_visible()
    screen.open("dilation=3")
    expect(screen.page.get_by_text(preset.question)).to_have_count(0)
