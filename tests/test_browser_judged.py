"""The tab Judge in a real browser: what a network says of a drawing by mouse, and a wrong example on the stage."""

import re

import numpy as np
import torch
from page_objects import Screen
from playwright.sync_api import expect
from test_browser_training_page import LONG, recipe_of

from cnnviz.inputs.drawn import INK, unpacked
from cnnviz.networks.training import train

WORDS = "steps=60&seed=2"  # of nobody else: whoever asks for a run that was made finds it
JUDGE = f"{WORDS}&train=true&tab=Judge"


def test_a_drawing_by_mouse_has_torchs_scores_and_the_link_keeps_it(screen: Screen):
    page = screen.page
    page.goto(f"{screen.url}/training?{JUDGE}")
    canvas = page.locator("[data-role=sketch] canvas")
    expect(canvas).to_be_visible(timeout=LONG)
    screen.wait_idle()
    canvas.hover()  # which waits until nothing moves it
    box = canvas.bounding_box()
    assert box
    x, unit = box["x"] + 4.5 / 8 * box["width"], box["height"] / 8
    page.mouse.move(x, box["y"] + 1.5 * unit)
    page.mouse.down()
    page.mouse.move(x, box["y"] + 6.5 * unit, steps=5)
    page.mouse.up()
    page.wait_for_url(re.compile("drawn=8x8"))
    screen.wait_idle()
    [text] = re.findall(r"drawn=([^&]+)", page.url)
    levels = unpacked(text)
    assert levels[1:7].any(1).all()
    recipe = recipe_of(WORDS).recipe
    module = recipe.network.module().eval()
    module.load_state_dict({key: torch.tensor(value) for key, value in train(recipe).last.state.items()})
    with torch.no_grad():
        shares = module(torch.from_numpy(levels[None, None] / np.float32(INK))).softmax(1)[0]
    best = int(shares.argmax())
    said = f"Most likely: {best}, {round(100 * float(shares[best]))} %"
    expect(page.locator(".verdict")).to_have_text(said)
    expect(page.locator("[data-role=sketch] li")).to_have_count(10)
    page.reload()
    expect(page.locator(".verdict")).to_have_text(said, timeout=LONG)


def test_a_wrong_example_goes_to_the_stage(screen: Screen):
    page = screen.page
    page.goto(f"{screen.url}/training?{JUDGE}")
    button = page.get_by_role("button", name=re.compile(r"^Example \d+$")).first
    expect(button).to_be_visible(timeout=LONG)
    index = button.inner_text().split()[-1]
    button.click()
    expect(page).to_have_url(re.compile(f"example={index}"))
    expect(page.get_by_role("spinbutton", name="example")).to_have_value(index)
