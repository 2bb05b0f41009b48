"""A network while it learns, in a real browser: playhead, keys, layers, two recipes, a phone; numbers against torch."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from alone import TrainingAlone
from playwright.sync_api import expect
from taught import recipe
from test_training_scene import RECIPES, example, history, made

from cnnviz.networks.training import Adam, Budget, train
from cnnviz.scenes.blob import also
from cnnviz.scenes.training import make_training

NUMBER = re.compile(r"= (−?\d[\d.]*(?:e−?\d+)?)\.$")


@pytest.fixture
def watched(bare) -> Iterator[TrainingAlone]:
    page, watch = bare
    watch.check()
    yield TrainingAlone(page)
    asked = watch.requests[:]
    watch.check()
    assert not asked, asked


def place(watched: TrainingAlone) -> int:
    """The step of training."""
    return int(watched.root.get_attribute("data-step") or -1)


def read(text: str) -> float:
    found = NUMBER.search(text)
    assert found, text
    return float(found[1].replace("−", "-"))


def test_any_number_of_a_kernel_is_the_moments_own(watched):
    watched.open(made("plain").to_bytes())
    for key, m in (("Home", 0), ("ArrowRight", 1), ("End", -1)):
        watched.press(key)
        moment = history("plain").moments[m]
        assert place(watched) == moment.step
        for f, r, c in ((0, 0, 0), (3, 2, 1), (1, 0, 2)):
            said = watched.point("kernel", 0, f, 0, r, c)
            assert f"Step {moment.step}: net.s0.weight[{f}, 0, {r}, {c}] = " in said
            assert read(said) == pytest.approx(float(moment.state["net.s0.weight"][f, 0, r, c]), abs=6e-5)
            said = watched.point("gradient", 0, f, 0, r, c)
            assert read(said) == pytest.approx(float(moment.gradient["net.s0.weight"][f, 0, r, c]), abs=6e-5)
    said = watched.point("map", 0, 2, 0, 4, 5)
    assert "map 2 of s0, row 4, column 5" in said


def test_what_is_painted_is_the_moments_kernel(watched):
    """Of the canvas itself: the greener a cell, the larger its weight."""
    watched.open(made("plain").to_bytes())
    watched.press("End")
    weight = history("plain").last.state["net.s0.weight"][:, 0].reshape(4, 9)
    colours = watched.ask(
        """(watching, n) => Array.from({ length: n }, (_, i) => {
          const { x, y, w, h } = watching.board.panel("kernel", 0).tiles.slots[Math.floor(i / 9)];
          const [row, column] = [Math.floor((i % 9) / 3), i % 3];
          const { ratio } = watching.board;
          const at = [x + (column + 0.5) * w / 3, y + (row + 0.5) * h / 3].map((one) => one * ratio);
          return [...watching.ui.light.getContext("2d").getImageData(...at, 1, 1).data];
        })""",
        36,
    )
    greenness = np.array([g - r for r, g, *_ in colours])
    order = np.argsort(weight.ravel())
    assert greenness[order[-1]] > 20 > greenness[order[len(order) // 2]] - 20
    assert greenness[order[0]] < 0
    assert np.corrcoef(greenness, weight.ravel())[0, 1] > 0.85


def test_the_sentence_says_the_moments_numbers(watched):
    watched.open(made("sgd").to_bytes())
    watched.press("End")
    last = history("sgd").last
    text = watched.readout.inner_text()
    assert "Step 20" in text
    assert f"right {100 * last.accuracy_test:.1f}".rstrip("0").rstrip(".") in text
    assert "learning rate" in text
    classes = RECIPES["sgd"].data.classes
    scores = made("sgd").tensors["scores.0"][-1]
    assert f"It says {classes[scores.argmax()]}" in text
    mark = "✓ right" if scores.argmax() == example("sgd")[1] else "✗ it is"
    assert mark in text


def test_keys_alone_step_look_at_layers_walk_and_pin(watched):
    watched.open(made("plain").to_bytes())
    watched.press("Home", "ArrowRight", "ArrowRight")
    assert place(watched) == 2
    watched.press("ArrowDown")
    assert watched.root.get_attribute("data-layer") == "1"
    expect(watched.root.locator(".layers [aria-pressed=true]")).to_have_text("s4")
    watched.press("PageUp")
    assert watched.root.get_attribute("data-layer") == "0"
    watched.press_on("Tab", "ArrowRight", "ArrowDown", "PageDown")
    assert "net.s0.weight[1, 0, 1, 1]" in watched.readout.inner_text()
    watched.press_on("Enter")
    expect(watched.readout).to_contain_text("pinned")
    watched.press_on("Escape", "Escape")
    expect(watched.readout).to_contain_text("loss")
    assert watched.ask("(watching) => watching.cursor") is None


def test_the_step_is_announced_once_it_stands(watched):
    watched.open(made("plain").to_bytes())
    watched.press("End")
    expect(watched.root.get_by_test_id("said")).to_contain_text("Step 20: loss")


def test_a_click_on_a_curve_moves_the_playhead_there(watched):
    watched.open(made("plain").to_bytes())
    watched.press("Home")
    box = watched.stage.bounding_box()
    chart = watched.ask("(watching) => watching.board.layout.charts.accuracy")
    assert box
    y = box["y"] + chart["y"] + 20
    watched.page.mouse.click(box["x"] + chart["x"] + chart["w"] - 2, y)
    watched.at_step(20)
    watched.page.mouse.move(box["x"] + chart["x"] + chart["w"] - 2, y)
    watched.page.mouse.down()
    watched.page.mouse.move(box["x"] + chart["x"] + chart["w"] / 2, y, steps=4)
    watched.page.mouse.up()
    watched.settle()
    assert 1 < place(watched) < 10


def test_two_recipes_have_one_playhead_and_a_line_each(watched):
    watched.open(made("plain", "sgd").to_bytes())
    watched.press("End")
    lines = watched.readout.locator(".line")
    expect(lines).to_have_count(2)
    assert [text[0] for text in lines.all_inner_texts()] == ["A", "B"]
    for r, name in enumerate(("plain", "sgd")):
        weight = history(name).last.state["net.s0.weight"]
        said = watched.point("kernel", r, 1, 0, 2, 2)
        assert read(said) == pytest.approx(float(weight[1, 0, 2, 2]), abs=6e-5)
    pens = watched.ask("(watching) => [0, 1].map((r) => watching.board.pen(r))")
    assert pens[0]["dash"] != pens[1]["dash"]
    assert pens[0]["colour"] != pens[1]["colour"]


def test_a_training_that_goes_on_is_followed_until_somebody_moves_the_playhead(watched):
    parts = [replace(train(RECIPES["plain"], budget=Budget(steps=n)), ended=None) for n in (3, 5, 8)]
    first, second, third = (make_training([one], *example("plain")).to_bytes() for one in parts)
    watched.open(first)
    assert place(watched) == 3
    watched.change(second)
    assert place(watched) == 5
    watched.press("ArrowLeft")
    at = place(watched)
    assert at < 5
    watched.change(third)
    assert place(watched) == at


def test_a_link_opens_it_and_buttons_tell_where_it_stands(watched):
    watched.open(also(made("plain").to_bytes(), {"opens": {"step": 4, "stage": "s4"}}))
    assert place(watched) == 4
    assert watched.root.get_attribute("data-layer") == "1"
    watched.act("open").click()
    watched.act("share").click()
    assert watched.told() == [
        ["opened", {"recipe": 0, "stage": "s4", "step": 4}],
        ["shared", {"step": 4, "stage": "s4"}],
    ]


def test_events_and_signals_are_drawn(watched):
    for name in ("events", "line", "dense", "up"):
        watched.open(made(name).to_bytes())
        watched.press("End")
        assert place(watched) == 20
        assert watched.ask("(watching) => watching.board.panels.length") == 3
    watched.open(made("events").to_bytes())
    watched.press("Home")
    box, stage = watched.ask("(watching) => watching.board.layout.bands[0].scores"), watched.stage.bounding_box()
    assert stage
    watched.page.mouse.move(stage["x"] + box["x"] + box["w"] * 0.6, stage["y"] + box["y"] + box["h"] * 0.3)
    share = made("events").tensors["shares.0"][0, 0, 2]
    watched.says(f"a in frame 2: {100 * share:.2f}".rstrip("0").rstrip("."))


def test_it_plays_to_the_end_and_glides_between(open_bare):
    watched = TrainingAlone(open_bare())
    one = train(replace(recipe(optimiser=Adam(0.01)), steps=30))
    watched.open(make_training([one], *example("norm")).to_bytes())
    expect(watched.root).to_have_attribute("data-playing", "true")
    watched.wait_until("(watching) => watching.move.part > 0.2 && watching.move.part < 0.8")
    watched.ask("(watching) => { watching.clock.speed = 10; }")
    expect(watched.root).to_have_attribute("data-step", "30")
    expect(watched.root).to_have_attribute("data-playing", "false")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_is_one_below_the_other(open_bare, scheme):
    watched = TrainingAlone(open_bare(viewport={"width": 390, "height": 800}, color_scheme=scheme))
    watched.open(made("plain", "sgd").to_bytes())
    layout = watched.ask("(watching) => watching.board.layout")
    assert layout["narrow"]
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    watched.act("first").click()
    watched.act("next").click()
    watched.at_step(1)
    assert "net.s0.weight[2, 0, 1, 1]" in watched.point("kernel", 0, 2, 0, 1, 1)
