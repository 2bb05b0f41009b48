"""Other hands and screens: keys alone, phones, projectors, ears; the sentence is there for all of them."""

from pathlib import Path

import pytest
from asking import request_of
from page_objects import Screen
from playwright.sync_api import expect

from cnnviz.core.layers import GLU, Conv, ReLU, SiLU
from cnnviz.inputs.patterns import Random
from cnnviz.inputs.samples import Digit

SMALL = {"portrait": (360, 640), "landscape": (844, 390), "400 %": (320, 256)}
CONTRAST = Path(__file__).with_name("contrast.js").read_text().split("\n", 1)[1]
GATE = "maps=2&input_rows=16&input_columns=16"


def focused(screen: Screen) -> str:
    """The panel that keys walk; empty for anything else."""
    return screen.stage.evaluate("(stage) => stage.getRootNode().activeElement?.dataset.panel ?? ''")


def test_keys_alone_explain_an_input_cell_and_a_weight_and_leave_again(alone):
    screen = alone.open(request_of(Conv(), Random(size=6), seed=3))
    screen.press("Tab", "Home", "ArrowRight", "ArrowDown")
    assert focused(screen) == "input"
    screen.says("input row 1, column 1 =")
    screen.says("is read by 4 windows")  # a corner's inner neighbour, of a kernel of 3 without padding
    screen.press_on("Enter", "Tab", "End")
    assert focused(screen) == "kernel"
    screen.says("row 2, column 2 =")
    screen.says("multiplies 16 places")
    screen.press_on("Escape", "Escape")  # lets go of the pinned cell, then leaves the panel
    assert focused(screen) == ""
    screen.says("output row 0, column 0")
    screen.press_on("Tab", "Tab", "Tab")
    assert screen.stage.evaluate("(stage) => stage.getRootNode().activeElement.dataset.act") == "first"


TAPPED = {
    "convolution": request_of(Conv(), Digit(), "sobel_x"),
    "gate": request_of(GLU(channels=2), Random(size=16, channels=2)),
}


@pytest.mark.parametrize("name", TAPPED)
def test_after_a_tap_the_sentence_is_in_sight_and_knobs_leave_half_the_screen(name, alone_on):
    phone = alone_on(has_touch=True, is_mobile=True, reduced_motion="reduce").open(TAPPED[name])
    for held, (width, height) in SMALL.items():
        phone.page.set_viewport_size({"width": width, "height": height})
        phone.press("Escape")
        y = phone.tap("output", 0, (2, 2))
        phone.says("pinned")
        phone.says("row 2, column 2")
        box, knobs = phone.readout.bounding_box(), phone.root.locator(".transport").bounding_box()
        assert box["y"] > y, f"{held}: the sentence covers the cell"
        assert box["y"] + box["height"] <= height + 1, f"{held}: the sentence ends below the screen"
        taken = min(height, knobs["y"] + knobs["height"]) - max(0, knobs["y"])
        assert taken < height / 2, f"{held}: the knobs take {taken} of {height} pixels"


def test_a_cell_pinned_in_one_of_two_is_pinned_in_the_other_and_freed_with_it(alone):
    noise = Random(size=16, channels=2)
    screen = alone.open(request_of(ReLU(), noise), request_of(SiLU(), noise))
    screen.page.mouse.click(*screen.locate("output", 0, (3, 5)))
    screen.leave()
    for one in (screen, screen.follower):
        one.says("pinned")
        one.says("row 3, column 5")
    screen.press("Escape")
    for one in (screen, screen.follower):
        expect(one.readout).not_to_contain_text("pinned")


def test_a_full_screen_has_larger_cells_and_a_larger_sentence_and_escape_leaves(alone_on):
    screen = alone_on(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce").open(
        request_of(Conv(), Digit())
    )
    size = (
        "({ stage, scale, ui }) => [stage.inputs[0].port.sx * scale, parseFloat(getComputedStyle(ui.readout).fontSize)]"
    )
    before = screen.ask(size)
    # A frame that may not: the browser refuses, and the player fills the frame instead.
    screen.root.evaluate("(root) => (root.requestFullscreen = () => Promise.reject(new TypeError('not allowed')))")
    screen.press("f")
    screen.wait_until("({ scale }) => scale > 1")
    after = screen.ask(size)
    assert after[0] > 1.2 * before[0]
    assert after[1] > 1.2 * before[1]
    box = screen.root.bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 1920, 1080)
    screen.hover("input", 0, (2, 3))  # the pointer finds cells at their new size
    screen.says("input row 2, column 3 =")
    screen.leave()
    screen.press("Escape", "Escape")
    screen.wait_until("({ scale }) => scale === 1")
    screen.hover("input", 0, (4, 1))
    screen.says("input row 4, column 1 =")


def test_ears_hear_the_sentence_at_rest_and_not_each_that_the_pointer_passes(alone):
    screen = alone.open(request_of(Conv(), Random(size=6)))
    assert screen.ask("({ scene }) => scene.meta.title") in screen.stage.get_by_role("img").get_attribute("aria-label")
    said = screen.root.get_by_test_id("said")
    expect(said).to_contain_text("output row 0, column 0")
    said.evaluate(
        "(said) => { said.heard = []; new MutationObserver(() => said.heard.push(said.textContent))"
        ".observe(said, { childList: true }); }"
    )
    screen.hover("input", 0, (2, 0))
    screen.page.mouse.move(*screen.locate("input", 0, (2, 5)), steps=12)  # past every cell, and at rest on the last
    screen.says("row 2, column 5 =")
    expect(said).to_contain_text("row 2, column 5 =")
    heard = said.evaluate("(said) => said.heard")
    assert len(heard) < 6, heard
    assert screen.readout.get_attribute("aria-live") is None


@pytest.mark.parametrize(
    ("path", "address"), [("/convolution", "tab=Code"), ("/gating", f"layer=ReLU&compare=SiLU&{GATE}")]
)
def test_all_words_have_a_contrast_that_can_be_read(path, address, screen):
    screen.open(address, path=path)
    screen.press("Enter", "?")  # a pinned cell, and the list of keys
    screen.says("pinned")
    for theme in ("light", "dark"):
        screen.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        screen.wait_until(
            "({ stage }, dark) => stage.colours && (stage.look.veil === '#1a1e27') === dark", theme == "dark"
        )
        screen.settle()
        assert screen.page.evaluate(CONTRAST) == []
