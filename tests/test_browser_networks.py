"""Building a network in a real browser: by pointer and by keys, broken and mended, undone, run, and sent as a link."""

import pytest
from page_objects import Screen
from playwright.sync_api import expect

from cnnviz.layers import Conv, MaxPool, ReLU
from cnnviz.network import Network, run_network
from cnnviz.nncode import to_text
from cnnviz.sources.fitted import Fitted
from cnnviz.sources.samples import Digit

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LAYERS = (Conv(1, 4, (3, 3)), ReLU(), MaxPool((2, 2), (2, 2)))
NET = Network(tuple((str(i), layer) for i, layer in enumerate(LAYERS)), prefix="")
LINK = f"net={to_text(NET)}&shape=1,+8,+8"


def rows(screen: Screen):
    return screen.page.locator("tr[data-at]")


def opened(screen: Screen, words: str = LINK) -> Screen:
    screen.page.goto(f"{screen.url}/network?{words}")
    expect(screen.page.locator(".cnnviz[data-ready]").first).to_be_visible()
    screen.wait_idle()
    return screen


def test_a_link_opens_the_network_that_it_holds(screen):
    opened(screen)
    expect(rows(screen)).to_have_count(3)
    expect(rows(screen).nth(2)).to_contain_text("nn.MaxPool2d(kernel_size=2, stride=2)")
    expect(rows(screen).nth(2)).to_contain_text("(1, 4, 3, 3)")


def test_rows_are_chosen_moved_and_removed_by_keys_and_each_change_is_undone(screen):
    opened(screen)
    rows(screen).first.focus()
    screen.page.keyboard.press("ArrowDown")
    expect(rows(screen).nth(1)).to_have_attribute("aria-selected", "true")
    expect(rows(screen).nth(1)).to_be_focused()
    screen.page.keyboard.press("Alt+ArrowDown")
    expect(rows(screen).nth(2)).to_contain_text("nn.ReLU()")
    expect(rows(screen).nth(2)).to_be_focused()
    screen.page.keyboard.press("Delete")
    expect(rows(screen)).to_have_count(2)
    for count, last in ((3, "nn.ReLU()"), (3, "nn.MaxPool2d")):
        screen.page.get_by_role("button", name="Undo").click()
        expect(rows(screen)).to_have_count(count)
        expect(rows(screen).nth(2)).to_contain_text(last)


def test_a_layer_that_breaks_the_network_is_marked_and_can_be_taken_out(screen):
    opened(screen, f"net={to_text(NET)}&shape=1,+3,+3&layer=2")
    broken = rows(screen).nth(2)
    expect(broken).to_contain_text("window")
    expect(rows(screen).nth(1)).to_contain_text("(1, 4, 1, 1)")
    broken.get_by_role("button", name="Remove").click()
    expect(rows(screen)).to_have_count(2)
    expect(screen.page.locator("p.error")).to_have_count(0)


def test_a_layer_is_entered_with_its_real_input(screen):
    opened(screen, f"{LINK}&layer=2&tab=Run&input=digit")
    screen.wait_ready("nn.MaxPool2d(kernel_size=2, stride=2)")
    screen.press("End")
    done = run_network(NET, Fitted(whole=Digit(), shape=(1, 8, 8)).grid().values)["2"]
    expect(screen.badge).to_contain_text("✓ = torch")
    assert screen.read().torch == pytest.approx(float(done.y[-1, -1, -1]), rel=1e-5, abs=1e-6)


def test_the_quiz_hides_what_it_asks(screen):
    opened(screen, f"{LINK}&quiz=shape&layer=1")
    expect(rows(screen).nth(0)).to_contain_text("(1, 4, 6, 6)")
    for row in (1, 2):
        expect(rows(screen).nth(row).locator(".shape")).to_have_text("?")


def test_nothing_sticks_out_on_a_phone(open_page, app_url):
    phone = opened(Screen(open_page(**PHONE), app_url))
    width, room = phone.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= room
