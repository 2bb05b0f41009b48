"""A phone held upright: everything fits, and fingers do what the pointer does."""

import re

import pytest
from alone import PlayerAlone
from asking import request_of, undoing
from page_objects import Screen, place_words
from playwright.sync_api import expect

from cnnviz.core.layers import (
    GLU,
    AdaptiveAvgPool,
    Conv,
    ConvTranspose,
    DropoutNd,
    Flatten,
    Linear,
    MaxPool,
    Permute,
    Softmax,
)
from cnnviz.inputs.patterns import MovingSquare, Random
from cnnviz.inputs.samples import Digit, Photo
from cnnviz.inputs.signals import Sine

PLAIN = request_of(Conv(), Digit(), "sobel_x")
GATE = request_of(GLU(channels=2), Random(size=(16, 8), channels=2))
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture
def phone(open_tab, app_url) -> Screen:
    return Screen(open_tab(**PHONE, reduced_motion="reduce"), app_url)


def sticks_out(screen: Screen) -> list[str]:
    """What is wider than the window: the page itself, or a part of a player."""
    script = """(roots) => {
        const found = [];
        const page = document.documentElement.scrollWidth;
        if (page > innerWidth) found.push(`page ${page}`);
        for (const part of roots.flatMap((root) => [root, ...root.querySelectorAll("*")])) {
            const { left, right, width } = part.getBoundingClientRect();
            const out = left < -0.5 || right > innerWidth + 0.5;
            const scrolled = part.closest("math"); // in a line of its own, which a finger moves
            if (width && out && !scrolled) found.push(`${part.tagName} ${part.className} ${left} ${right}`);
        }
        return found;
    }"""
    return screen.page.locator(".cnnviz").evaluate_all(script)


SCENES = {
    "default": PLAIN,
    "many maps": request_of(Conv(4, 6), Random(channels=4)),
    "transposed": request_of(ConvTranspose(stride=2), Digit(), "box"),
    "1d": request_of(Conv(ndim=1, kernel_size=3), Sine()),
    "3d": request_of(Conv(ndim=3, kernel_size=3), MovingSquare()),
    "photo": request_of(Conv(3, 1), Photo(colour="rgb"), "box"),
    "grouped": request_of(Conv(4, 4, groups=2), Random(size=6, channels=4)),
    "unpooled": undoing(MaxPool(), Random(size=5, channels=2)),
    "adaptive": request_of(AdaptiveAvgPool(output_size=3, ndim=1), Sine()),
    "softmax": request_of(Softmax(ndim=1), Sine(channels=3)),
    "dense": request_of(Linear(size=(1, 8, 8), out_features=10), Digit()),
    "permuted": request_of(Permute((1, 2, 0)), Photo(colour="rgb", rows=16)),
    "flattened": request_of(Flatten(), Digit()),
    "dropped": request_of(DropoutNd(), Random(channels=4)),
    "unpooled 3d": undoing(MaxPool(ndim=3), MovingSquare()),
    "gate of many": request_of(GLU(channels=8), Random(size=8, channels=8)),
}


@pytest.fixture
def held(alone_on) -> PlayerAlone:
    """The player alone, on a phone."""
    return alone_on(**PHONE, reduced_motion="reduce")


OTHERS = {  # what stands round the player
    "convolution": "input=random&input_channels=4&out_channels=6&kernel=random",
    "matrix": "form=dX&input=digit",
    "pooling": "",
    "gating": "layer=ReLU&compare=SiLU",
    "normalisation": "tab=Running+statistics",
    "shapes": "layer=Linear",
    "spectrogram": "view=one+window&input_seconds=1&stage=relu1&tab=Stages",
}


def test_nothing_sticks_out_of_the_player(held):
    for name, scene in SCENES.items():
        held.open(scene)
        assert not sticks_out(held), name


@pytest.mark.parametrize("page", OTHERS)
def test_nothing_sticks_out_of_a_page(page, phone):
    phone.open(OTHERS[page], path=f"/{page}")
    assert not sticks_out(phone)


def test_the_list_of_layers_fits(phone):
    phone.page.goto(f"{phone.url}/network?preset=VGG16")
    layers = phone.page.locator("[data-role=list]")
    expect(layers).to_have_attribute("data-ready", re.compile(r"\d"))
    expect(layers.get_by_role("button", name="+1: duplicate")).to_be_in_viewport()
    assert layers.locator(".scroll").evaluate("({ scrollWidth, clientWidth }) => scrollWidth - clientWidth") == 0
    assert not sticks_out(phone)


def test_the_home_page_fits(phone):
    phone.open(path="/")
    assert not sticks_out(phone)


def test_a_tap_pins_a_cell_and_another_lets_go(held):
    held.open(PLAIN)
    for expected in ((2, 3), (0, 0)):
        held.tap("output", 0, (2, 3))
        held.says(f"output {place_words(expected)}:")


def test_the_transport_works_by_tap(held):
    held.open(PLAIN)
    held.act("next").tap()
    held.at_step(1)
    held.act("last").tap()
    held.at_step(35)
    held.act("toggle").tap()
    expect(held.root).to_have_attribute("data-playing", "true")


def test_the_sliders_of_a_gate_are_large_enough_for_a_finger(held):
    held.open(GATE)
    heights = held.root.locator(".slider input").evaluate_all(
        "(sliders) => sliders.map((slider) => slider.offsetHeight)"
    )
    assert len(heights) == 2
    assert min(heights) >= 44


def test_a_slider_of_a_gate_works_by_tap(held):
    held.open(GATE)
    slider = held.act("strength")
    box = slider.bounding_box()
    slider.tap(position={"x": box["width"] * 0.25, "y": box["height"] / 2})
    held.wait_until("({ stage }) => Math.abs(stage.gating.strength - 0.25) < 0.1")


def test_the_buttons_are_large_enough_for_a_finger(held):
    held.open(PLAIN)
    sizes = held.page.locator(".transport button").evaluate_all(
        "(buttons) => buttons.map((button) => Math.min(button.offsetWidth, button.offsetHeight))"
    )
    assert min(sizes) >= 44
