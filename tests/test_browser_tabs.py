"""Questions and cards that set the page up, whatever was set before."""

import re

from playwright.sync_api import expect

from cnnviz.content.presets import CARDS, CONVOLUTION


def test_a_question_and_a_card_open_their_scenes_whatever_was_set_before(screen):
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
    expect(screen.page.get_by_text(str(chosen.question))).to_be_visible()

    card = CARDS[0]
    assert card.query == "padding=1&kernel=bank&out_channels=4"
    screen.page.get_by_role("link", name="Home", exact=True).click()
    screen.page.get_by_text(str(card.title), exact=True).click()
    expect(screen.page.get_by_role("heading", name="Convolution", exact=True)).to_be_visible()
    expect(screen.root).to_have_attribute("data-ready", "nn.Conv2d(1, 4, kernel_size=3, padding=1)")


def test_the_answer_waits_behind_its_button(screen):
    preset = CONVOLUTION[0]
    screen.open(preset.query)
    expect(screen.page.get_by_text(str(preset.question))).to_be_visible()
    answer = screen.page.get_by_text(str(preset.answer))
    expect(answer).not_to_be_visible()
    screen.page.get_by_text("answer", exact=True).click()
    expect(answer).to_be_visible()
