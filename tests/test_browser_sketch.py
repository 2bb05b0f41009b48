"""A drawing in a real browser: by mouse, touch and keys, with undo; and on its way through the address to a scene."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from page_objects import Screen
from playwright.sync_api import Page, expect
from tabs import Watch
from test_browser_phone import PHONE

from cnnviz.inputs.drawn import INK, packed

ROOM = 'data-role="sketch"'
CLASSES = ("zero", "one", "two")
Levels = np.ndarray[Any, np.dtype[np.uint8]]


def shown(size: tuple[int, int] = (8, 8), cells: list[int] | None = None, scores: Any = None) -> dict[str, Any]:
    rows, columns = size
    return {"rows": rows, "columns": columns, "cells": cells or [0] * rows * columns, "scores": scores, "words": None}


@pytest.fixture
def page(bare: tuple[Page, Watch]) -> Iterator[Page]:
    """A page on which nothing but a drawing stands."""
    yield bare[0]
    bare[1].check()


def put(page: Page, data: dict[str, Any]) -> None:
    page.evaluate("(room) => clear([room])", ROOM)
    give(page, data)


def give(page: Page, data: dict[str, Any]) -> None:
    page.evaluate("(data) => give('sketch/sketch', 0, data)", data)


def told(page: Page) -> list[Levels]:
    """All drawings that the server was told, (8, 8) each."""
    said = page.evaluate("told")
    assert {name for name, _ in said} <= {"drawn"}
    return [np.array(one["cells"]).reshape(8, 8) for _, one in said]


CELLS = """async (root) => {
    while (!root.sketch) await new Promise(requestAnimationFrame);
    return root.sketch.drawing.cells;
}"""


def drawn_on(page: Page) -> list[int]:
    """What stands on the grid."""
    return list(page.locator("[data-role=sketch]").evaluate(CELLS))


def middle(page: Page, row: int, column: int) -> tuple[float, float]:
    """Where a cell's centre is on the screen."""
    box = page.locator("canvas").bounding_box()
    assert box
    return box["x"] + (column + 0.5) / 8 * box["width"], box["y"] + (row + 0.5) / 8 * box["height"]


def test_a_mouse_draws_a_line_and_the_server_is_told_once(page):
    put(page, shown())
    page.mouse.move(*middle(page, 1, 3))
    page.mouse.down()
    page.mouse.move(*middle(page, 6, 3), steps=3)
    assert told(page) == []  # not before the stroke has ended
    page.mouse.up()
    [drawn] = told(page)
    assert (drawn[1:7, 3] == INK).all()
    assert (drawn[:, [0, 1, 5, 6, 7]] == 0).all()
    page.mouse.move(*middle(page, 6, 7))  # the button is up
    assert len(told(page)) == 1


def test_a_rubber_takes_ink_away_and_undo_brings_it_back(page):
    put(page, shown(cells=[INK] * 64))
    page.get_by_role("button", name="Rubber").click()
    page.mouse.click(*middle(page, 4, 4))
    page.get_by_role("button", name="Undo").click()
    rubbed, back = told(page)
    assert rubbed[4, 4] == 0
    assert (back == INK).all()


def test_clear_can_be_undone(page):
    put(page, shown(cells=[0] * 32 + [INK] * 32))
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Undo").click()
    cleared, back = told(page)
    assert not cleared.any()
    assert back[4:].all()
    page.get_by_role("button", name="Undo").click()  # there is nothing before
    assert len(told(page)) == 2


def test_keys_move_paint_rub_out_and_undo(page):
    put(page, shown())
    page.locator("canvas").focus()
    for key in ("ArrowUp", " ", "ArrowLeft", " ", "Delete", "z"):
        page.keyboard.press(key)
    first, second, third, fourth = told(page)
    assert np.argwhere(first).tolist() == [[3, 4]]
    assert np.argwhere(second).tolist() == [[3, 3], [3, 4]]
    assert np.argwhere(third).tolist() == [[3, 4]]
    assert (fourth == second).all()
    expect(page.locator(".said")).to_have_text("Row 3, column 3: ink 16 of 16.")


def test_keys_stay_on_the_grid_and_tab_leaves_it(page):
    put(page, shown())
    page.locator("canvas").focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    assert np.argwhere(told(page)[0]).tolist() == [[4, 7]]
    page.keyboard.press("Tab")
    expect(page.locator("select")).to_be_focused()


@pytest.fixture
def phone(open_bare: Callable[..., Page]) -> Page:
    return open_bare(**PHONE)


def test_a_finger_draws_and_the_page_does_not_scroll(phone):
    put(phone, shown())
    touch = phone.context.new_cdp_session(phone)
    path = [middle(phone, row, 2) for row in (1, 3, 5)]
    for kind, points in (("touchStart", path[:1]), ("touchMove", path[1:2]), ("touchMove", path[2:]), ("touchEnd", [])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
    [drawn] = told(phone)
    assert (drawn[1:6, 2] == INK).all()
    assert phone.evaluate("document.querySelector('main').scrollTop") == 0
    for button in phone.locator("button").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44


def test_scores_are_bars_with_names_and_the_largest_is_marked(page):
    scores = [{"name": name, "share": share} for name, share in zip(CLASSES, (0.1, 0.65, 0.25), strict=True)]
    put(page, shown(cells=[INK] + [0] * 63, scores=scores))
    expect(page.locator(".verdict")).to_have_text("Most likely: one, 65 %")
    expect(page.locator("li")).to_have_text(["zero10 %", "▸ one65 %", "two25 %"])
    give(page, shown(scores=scores))  # an empty grid is no example
    expect(page.locator(".verdict")).to_have_text("Nothing is drawn yet.")


def test_an_answer_to_an_older_stroke_does_not_undo_a_newer_one(page):
    put(page, shown())
    page.mouse.click(*middle(page, 1, 1))
    page.mouse.click(*middle(page, 5, 5))
    older, newer = told(page)
    give(page, shown(cells=older.ravel().tolist()))
    assert drawn_on(page) == newer.ravel().tolist()
    give(page, shown(cells=newer.ravel().tolist()))
    give(page, shown())  # as by the browser's way back
    assert not any(drawn_on(page))


def test_what_is_drawn_goes_into_the_address_and_is_convolved(screen: Screen):
    page = screen.page
    page.goto(f"{screen.url}/convolution?input=drawn")
    screen.wait_idle()
    sketch = page.locator("[data-role=sketch] canvas")
    sketch.scroll_into_view_if_needed()
    sketch.focus()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press(" ")
    drawn = np.zeros((8, 8), np.uint8)
    drawn[4, 3:5] = INK
    page.wait_for_url(f"**input_cells={packed(drawn)}*")
    screen.wait_idle()
    page.reload()
    expect(screen.readout).not_to_be_empty()
    screen.wait_idle()
    assert drawn_on(page) == drawn.ravel().tolist()
    assert screen.ask("(player) => [...player.scene.tensors.input.data]") == (drawn / INK).ravel().tolist()
