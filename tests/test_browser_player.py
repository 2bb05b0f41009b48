"""The player: what it lights, what its keys do, how it keeps groups in step, and that it never asks the server."""

from math import prod
from typing import Any

import numpy as np
import pytest
from alone import PlayerAlone
from asking import request_of
from page_objects import place_words
from playwright.sync_api import expect

from cnnviz.core.geometry import Axis, reach
from cnnviz.core.layers import Conv
from cnnviz.core.run import Run
from cnnviz.inputs.patterns import Ramp, Random
from cnnviz.inputs.samples import Digit
from cnnviz.scenes.build import show

PLAIN = request_of(Conv(), Digit(), "sobel_x")
WIDE = request_of(Conv(1, 1, 3, stride=2, padding=2, dilation=2), Ramp(size=(8, 9)), seed=3)  # padded, strided, dilated
GROUPS = request_of(Conv(4, 6, 2, dilation=2, groups=2), Random(size=5, channels=4), seed=1)


def tables(done: Run) -> tuple[Axis, ...]:
    return done.layer.windows(done.shape)


def three(places: Any) -> list[list[int]]:
    """Places along the axes, with axes of one place put in front, up to three."""
    lists = [sorted({int(at) for at in found}) for found in places]
    return [[0]] * (3 - len(lists)) + lists


# --- hover ---


@pytest.fixture
def hovered(alone) -> tuple[PlayerAlone, Run]:
    """A padded, strided, dilated scene with the playhead on its last cell."""
    done = show(WIDE).done
    alone.open(WIDE)
    alone.press("End")
    alone.says(f"output {place_words((3, 4))}:")
    return alone, done


def test_hovering_an_output_cell_lights_its_window(hovered):
    screen, done = hovered
    cell = (1, 2)
    screen.hover("output", 0, cell)
    screen.says(f"output {place_words(cell)}:")
    lit = screen.ask("(player) => player.lit()")
    window = three(axis.position[o] + axis.low for axis, o in zip(tables(done), cell, strict=True))
    assert lit["input"] == {"channels": [0, 1], "places": window}
    assert lit["output"] == {"channels": [0, 1], "places": three([[at] for at in cell])}
    assert screen.read().torch == pytest.approx(float(done.y[0, 0, *cell]))
    assert screen.outlined("inputs") == {(0, 0, r, c) for r in window[1] for c in window[2]}


def test_hovering_an_input_cell_lights_every_output_that_reads_it(hovered):
    screen, done = hovered
    cell = (4, 6)
    readers = reach(tables(done), cell)
    screen.hover("input", 0, cell)
    screen.says(f"input {place_words(cell)} = {int(done.x[0, 0, *cell])} is read by {prod(map(len, readers))} windows")
    lit = screen.ask("(player) => player.lit()")
    assert lit["output"] == {"channels": [0, 1], "places": three(readers)}
    own = [np.flatnonzero(axis.line == at) for axis, at in zip(tables(done), cell, strict=True)]
    assert lit["input"] == {"channels": [0, 1], "places": three(own)}


def test_hovering_a_tap_of_the_kernel_lights_every_place_that_it_visits(hovered):
    screen, done = hovered
    tap = (0, 2)
    x, y = screen.ask(
        """({ stage, ui }, [row, column]) => {
            const { grids, cell } = stage.layout.work;
            const grid = grids.find((g) => g.row === 1 && g.map === 0);
            const box = ui.stage.getBoundingClientRect();
            return [box.left + grid.x + (column + 0.5) * cell, box.top + grid.y + (row + 0.5) * cell];
        }""",
        list(tap),
    )
    screen.page.mouse.move(x, y)
    visited = three(axis.position[:, t] + axis.low for axis, t in zip(tables(done), tap, strict=True))
    screen.says(f"{place_words(tap)} = ")
    screen.says(f"{prod(map(len, visited))} places of the input")
    lit = screen.ask("(player) => player.lit()")
    assert lit["input"] == {"channels": [0, 1], "places": visited}
    assert lit["taps"] == [[0, 0, *tap]]


def test_taking_the_pointer_away_goes_back_to_the_playhead(hovered):
    screen, _ = hovered
    screen.hover("input", 0, (0, 0))
    screen.says("is read by")
    screen.leave()
    screen.says(f"output {place_words((3, 4))}:")


def test_a_click_pins_a_cell_until_escape(hovered):
    screen, _ = hovered
    screen.page.mouse.click(*screen.locate("output", 0, (0, 1)))
    screen.leave()
    screen.says(f"output {place_words((0, 1))}:")
    screen.press("Escape")
    screen.says(f"output {place_words((3, 4))}:")


def test_a_second_click_lets_go(hovered):
    screen, _ = hovered
    for _ in range(2):
        screen.page.mouse.click(*screen.locate("output", 0, (0, 1)))
    screen.leave()
    screen.says(f"output {place_words((3, 4))}:")


# --- keys ---


def test_space_plays_and_pauses(alone):
    alone.open(PLAIN)
    for playing in ("true", "false"):
        alone.press("Space")
        expect(alone.root).to_have_attribute("data-playing", playing)


def test_arrows_go_on_to_the_next_row_at_the_end_of_one(alone):
    alone.open(PLAIN)
    alone.press("ArrowDown", "ArrowLeft")
    alone.says(f"output {place_words((0, 5))}:")
    alone.press("ArrowRight")
    alone.says(f"output {place_words((1, 0))}:")


def test_home_and_end_go_to_the_first_and_last_step(alone):
    alone.open(request_of(Conv(1, 2), Digit(), "sobel_x"))
    alone.press("End")
    alone.at_step(71)
    alone.says(f"output channel 1, {place_words((5, 5))}:")
    alone.press("Home")
    alone.at_step(0)


def test_brackets_change_the_speed_and_stop_at_both_ends(alone):
    alone.open(PLAIN)
    alone.press("]", "]")
    expect(alone.act("speed")).to_have_value("5")
    alone.press(*"]" * 9)
    expect(alone.act("speed")).to_have_value("50")
    alone.press(*"[" * 12)
    expect(alone.act("speed")).to_have_value("0.25")


def test_page_down_and_up_change_the_channel_and_keep_the_cell(alone):
    alone.open(request_of(Conv(1, 3), Digit(), "bank"))
    alone.press("ArrowDown", "PageDown", "PageDown", "PageDown")
    alone.says(f"output channel 2, {place_words((1, 0))}:")
    alone.press("PageUp")
    alone.says(f"output channel 1, {place_words((1, 0))}:")


def test_the_question_mark_shows_the_keys(alone):
    alone.open(PLAIN)
    expect(alone.page.locator(".help")).to_be_hidden()
    alone.press("?")
    expect(alone.page.locator(".help")).to_contain_text("play or pause")
    alone.press("?")
    expect(alone.page.locator(".help")).to_be_hidden()


def test_streamlits_own_keys_are_silent_inside_the_player(screen, sent):
    screen.open()
    sent.clear()
    screen.press("r", "c", "R", "?")
    expect(screen.page.locator(".help")).to_be_visible()
    expect(screen.page.get_by_role("dialog")).to_have_count(0)
    assert not sent


def test_only_a_knob_asks_the_server(screen, sent):
    screen.open("out_channels=2&kernel=bank")
    sent.clear()
    screen.press("Space")
    expect(screen.root).not_to_have_attribute("data-step", "0")
    screen.act("toggle").click()
    screen.press("End", "ArrowUp", "PageUp", "]")
    screen.act("scrub").fill("20")
    screen.at_step(20)
    screen.hover("input", 0, (3, 3))
    screen.says("is read by")
    screen.page.mouse.click(*screen.locate("output", 0, (1, 1)))
    screen.says(f"output channel 0, {place_words((1, 1))}:")
    for name in ("coverage", "serpentine"):
        screen.act(name).click()
    screen.act("scale").select_option("map")
    assert not sent
    screen.set("stride", 2)
    screen.wait_ready("nn.Conv2d(1, 2, kernel_size=3, stride=2)")
    assert sent  # the counter counts


# --- the transport ---


def test_the_buttons_step(alone):
    alone.open(PLAIN)
    for name, step in {"next": 1, "last": 35, "back": 34, "first": 0}.items():
        alone.act(name).click()
        alone.at_step(step)


def test_it_plays_to_the_end_and_from_the_start_again(alone):
    alone.open(request_of(Conv(stride=4), Digit(), "sobel_x"))  # 2 x 2 outputs
    alone.act("speed").select_option("5")
    alone.act("toggle").click()
    expect(alone.root).to_have_attribute("data-playing", "false")
    alone.at_step(3)
    alone.act("toggle").click()
    expect(alone.root).to_have_attribute("data-playing", "true")


def test_a_window_that_stands_still_is_not_drawn_again(alone):
    """At the slowest speed it stands for two seconds before it moves on."""
    alone.open(PLAIN)
    alone.act("speed").select_option("0.25")
    alone.act("toggle").click()
    expect(alone.root).to_have_attribute("data-playing", "true")
    for _ in range(9):  # a busy machine may take these two seconds for ten frames
        alone.settle()
        step = alone.step()
        counts = alone.root.evaluate(FRAMES_AND_DRAWINGS, 10)
        if alone.step() == step:
            break
    assert counts == [10, 0]


FRAMES_AND_DRAWINGS = """async (root, frames) => {
  const { player } = root.querySelector(".stage");
  const counts = [0, 0];
  const { frame } = player;
  player.frame = (now) => (counts[0]++, frame.call(player, now));
  const ctx = player.ui.light.getContext("2d");
  ctx.clearRect = function (...box) { counts[1]++; CanvasRenderingContext2D.prototype.clearRect.apply(this, box); };
  for (let i = 0; i < frames; i++) await new Promise(requestAnimationFrame);
  delete player.frame;
  delete ctx.clearRect;
  return counts;
}"""


# --- groups ---


def test_groups_slide_their_windows_in_step(alone):
    alone.open(GROUPS)
    alone.press("ArrowDown", "ArrowRight")
    alone.says(f"output channel 0, {place_words((1, 1))}:")
    window = [(r, c) for r in (1, 3) for c in (1, 3)]
    assert alone.outlined("inputs") == {(channel, 0, r, c) for channel in range(4) for r, c in window}
    assert alone.outlined("strip") == {(channel, 0, 1, 1) for channel in (0, 3)}  # the first of each group


def test_a_grouped_output_cell_lights_only_its_own_group(alone):
    alone.open(GROUPS)
    alone.press("PageDown", "PageDown", "PageDown")
    alone.says("output channel 3,")
    alone.hover("output", 3, (0, 0))
    assert alone.ask("(player) => player.lit().input.channels") == [2, 4]


def test_the_scrub_has_a_tick_for_every_channel_of_a_group(alone):
    alone.open(GROUPS)
    expect(alone.page.locator(".ticks span")).to_have_count(3)


def test_a_click_on_the_strip_shows_that_channel(alone):
    alone.open(GROUPS)
    x, y = alone.ask(
        """({ stage, ui }) => {
            const { port } = stage.strip[4];
            const box = ui.stage.getBoundingClientRect();
            return [box.left + port.x + port.w / 2, box.top + port.y + port.h / 2];
        }"""
    )
    alone.page.mouse.click(x, y)
    alone.leave()
    alone.says("output channel 4,")
