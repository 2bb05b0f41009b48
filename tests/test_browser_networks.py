"""Building a network in a real browser: by pointer and by keys, broken and mended, undone, run, and sent as a link."""

import re

import pytest
import torch
from page_objects import Screen, wait_for_part
from playwright.sync_api import expect

from cnnviz.core.layers import Conv, MaxPool, ReLU
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.samples import Digit, Photo
from cnnviz.networks.code import to_json, to_text
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import Network

LAYERS = (Conv(1, 4, (3, 3)), ReLU(), MaxPool((2, 2), (2, 2)))
NET = Network(tuple((str(i), layer) for i, layer in enumerate(LAYERS)), prefix="")
LINK = f"net={to_text(NET)}&shape=1,+8,+8"


def rows(screen: Screen):
    return screen.page.locator("tr[data-at]")


def opened(screen: Screen, words: str = LINK) -> Screen:
    screen.page.goto(f"{screen.url}/network?{words}")
    wait_for_part(screen.page, at=0)
    return screen


def test_a_link_is_a_file_and_rows_that_keys_choose_move_and_remove_and_each_change_is_undone(screen):
    opened(screen, f"{LINK}&tab=Code")
    with screen.page.expect_download() as found:
        screen.page.get_by_role("button", name="network.json").click()
    assert found.value.path().read_text() == to_json(NET)
    expect(rows(screen)).to_have_count(3)
    expect(rows(screen).nth(2)).to_contain_text("nn.MaxPool2d(kernel_size=2, stride=2)")
    expect(rows(screen).nth(2)).to_contain_text("(1, 4, 3, 3)")
    rows(screen).first.focus()
    screen.page.keyboard.press("ArrowDown")
    expect(rows(screen).nth(1)).to_have_attribute("aria-current", "true")
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


# --- from nothing to a picture of everything ---


def add(screen: Screen, kind: str, count: int) -> None:
    """Put a layer behind the chosen one, and wait until there are so many."""
    screen.choose("kind", kind)
    screen.page.locator(".stButton button", has_text="Add").click()  # not by role: while a list is open it has none
    expect(rows(screen)).to_have_count(count)
    screen.wait_idle()


def overview(screen: Screen):
    return screen.page.locator("[data-role=overview]")


def test_a_network_is_built_from_nothing_broken_mended_undone_run_and_entered(screen):
    page = screen.page
    page.goto(f"{screen.url}/network?preset=empty")
    wait_for_part(page, ".cnnviz[data-ready='0.0']")
    for count, kind in enumerate(("conv", "relu", "max_pool"), 1):
        add(screen, kind, count)
    page.goto(f"{screen.url}/network?net={to_text(built())}&shape=1,+28,+28")  # whatever a busy machine clicked beside
    expect(rows(screen).nth(2)).to_contain_text("(1, 1, 13, 13)")
    screen.wait_idle()

    def shaped(words: str) -> None:
        screen.knob("shape").fill(words)
        screen.knob("shape").press("Enter")

    shaped("1, 2, 2")
    expect(rows(screen).first).to_contain_text("window")
    screen.wait_idle()
    page.get_by_role("button", name=re.compile("^Set ")).first.click()
    expect(rows(screen).first.locator("p.error")).to_have_count(0)
    screen.wait_idle()
    page.get_by_role("button", name="Undo").click()
    expect(rows(screen).first.locator("p.error")).to_have_count(1)
    screen.wait_idle()
    shaped("1, 28, 28")
    expect(rows(screen).nth(2)).to_contain_text("(1, 1, 13, 13)")
    screen.wait_idle()

    done = run_network(built(), Fitted(whole=Photo(), shape=(1, 28, 28)).grid().values[None])
    pool = overview(screen).locator(".column[data-stage='2']")
    expect(pool).to_be_visible()
    box = pool.locator(".picture").bounding_box()
    pool.locator(".picture").hover(position={"x": box["width"] * 5.5 / 13, "y": box["height"] * 2.5 / 13})
    said = overview(screen).get_by_test_id("unit")
    expect(said).to_contain_text("2[0, 0, 2, 5]")
    number = float(said.inner_text().split("=")[1].split()[0].rstrip(".").replace("−", "-"))
    assert number == pytest.approx(float(done["2"].y[0, 0, 2, 5]), abs=1e-4)

    pool.get_by_role("button", name="Open").click()
    screen.wait_ready("nn.MaxPool2d(kernel_size=2, stride=2)")
    screen.press("End")
    expect(screen.badge).to_contain_text("✓ = torch")
    assert screen.read().torch == pytest.approx(float(done["2"].y[0, -1, -1, -1]), rel=1e-5, abs=1e-6)

    again = page.url
    page.goto("about:blank")
    page.goto(again)
    screen.wait_ready("nn.MaxPool2d(kernel_size=2, stride=2)")
    expect(rows(screen)).to_have_count(3)


def test_a_stage_is_opened_with_its_real_input_and_one_that_is_not_there_is_not(screen):
    opened(screen, f"{LINK}&input=digit")
    expect(overview(screen)).to_have_attribute("data-ready", re.compile("."))
    for stage in ("input", "nothing", "<b>", 7, None, {"1": 1}, "2"):  # of which one is
        overview(screen).evaluate("({ overview }, stage) => overview.tell(stage)", stage)
    screen.wait_ready("nn.MaxPool2d(kernel_size=2, stride=2)")
    expect(screen.page.get_by_test_id("stException")).to_have_count(0)
    screen.press("End")
    done = run_network(NET, Fitted(whole=Digit(), shape=(1, 8, 8)).grid().values[None])["2"]
    expect(screen.badge).to_contain_text("✓ = torch")
    assert screen.read().torch == pytest.approx(float(done.y[0, -1, -1, -1]), rel=1e-5, abs=1e-6)


def built() -> Network:
    """What was built above, as the page names it."""
    layers = (Conv(1, 1, (3, 3)), ReLU(), MaxPool((2, 2), (2, 2)))
    return Network(tuple((str(i), layer) for i, layer in enumerate(layers)), prefix="")


def test_a_quiz_hides_what_it_asks_and_is_answered(screen):
    opened(screen, f"{LINK}&quiz=shape&layer=1")
    expect(rows(screen).nth(0)).to_contain_text("(1, 4, 6, 6)")
    for row in (1, 2):
        expect(rows(screen).nth(row).locator(".shape")).to_have_text("?")
    field = screen.page.get_by_label("output shape of 1")
    for answer, words in (("4 x 4", "✗ Not yet."), ("4 x 6 x 6", "✓ Right.")):
        field.fill(answer)
        field.press("Enter")
        expect(screen.page.get_by_text(words)).to_be_visible()
    screen.page.get_by_text("show the answer", exact=True).click()
    expect(rows(screen).nth(1).locator(".shape")).to_have_text("(1, 4, 6, 6)")


def test_training_and_eval_differ_in_the_maps(screen):
    opened(screen, "net=Conv2d(1,8,3);Dropout2d(0.5)&shape=1,+12,+12")
    tag = overview(screen).locator(".column[data-stage='1']")
    expect(tag).to_contain_text("eval")
    dead = overview(screen).locator(".grid em")
    tag.locator(".name").click()
    expect(dead).to_have_count(0)
    screen.page.get_by_test_id("stSidebar").get_by_role("radio", name="train").click()
    expect(tag).to_contain_text("train")
    expect(dead.first).to_have_text("dead")
    expect(rows(screen).nth(1)).to_contain_text("train")


def test_the_way_back_finds_the_network_that_the_address_names(screen):
    opened(screen, "preset=LeNet-5")
    expect(rows(screen)).to_have_count(12)
    screen.page.get_by_role("link", name="Gallery", exact=True).click()
    expect(screen.page.get_by_role("heading", name="Gallery")).to_be_visible()
    screen.page.go_back()
    expect(rows(screen)).to_have_count(12)
    expect(rows(screen).first).to_contain_text("nn.Conv2d(1, 6, kernel_size=5)")
    assert "net=" not in screen.page.url


def test_a_layer_opened_from_the_network_in_reverse_is_at_work_on_what_the_loss_sends_down(screen):
    opened(screen, f"{LINK}&view=gradients&seed=4&loss=mean")
    x = torch.from_numpy(Fitted(whole=Photo(), shape=(1, 8, 8)).grid().values)[None]
    row = NET.seeded(4)
    made = row[0](x)
    made.retain_grad()
    row[2](row[1](made)).mean().backward()

    overview(screen).get_by_role("button", name="Open in the player: 1").click()
    expect(screen.page.get_by_text("dX, where dY comes from the loss of the network, mean of 2")).to_be_visible()
    screen.press("End")
    screen.says("dX channel 3, row 5, column 5")
    assert screen.read().torch == pytest.approx(float(made.grad[0, 3, 5, 5]), rel=1e-4, abs=1e-7)

    assert row[0].weight.grad[3, 0, 2, 2] != 0
    screen.page.goto(f"{screen.url}/network?{LINK}&view=gradients&seed=4&loss=mean&layer=0&pass=dW")
    screen.wait_ready("dW · nn.Conv2d(1, 4, kernel_size=6, bias=False)")
    screen.press("End")
    expect(screen.badge).to_contain_text("✓ = torch")
    screen.says("dW kernel 3, channel 0, row 2, column 2")
    assert screen.read().torch == pytest.approx(float(row[0].weight.grad[3, 0, 2, 2]), rel=1e-4)
