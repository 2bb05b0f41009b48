"""Turned scenes: rows to the right and columns up, as spectrograms are read; and scenes that say where they open."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from alone import PlayerAlone
from page_objects import Screen, check_sentence, laid
from playwright.sync_api import expect

from cnnviz.core.geometry import reach
from cnnviz.core.layers import GLU, AvgPool, Conv, ConvTranspose, Dropout, Flatten, Layer, MaxPool, Shape
from cnnviz.core.run import Run, run
from cnnviz.scenes.layer import make_scene

LAYERS: dict[str, tuple[Layer, Shape]] = {
    "conv": (Conv(2, 3, (2, 3), stride=(2, 1), padding=(1, 2)), (2, 9, 6)),
    "glu": (GLU(channels=3), (3, 8, 5)),
    "pool": (AvgPool(kernel_size=(1, 4), stride=(1, 4)), (1, 12, 8)),
    "max": (MaxPool(kernel_size=(2, 3), stride=(1, 2), padding=(0, 1)), (1, 14, 5)),
    "steps": (Dropout(), (2, 1, 7, 4)),
    "stamps": (ConvTranspose(1, 1, (2, 3), stride=(1, 2)), (1, 6, 3)),
    "flat": (Flatten(), (1, 6, 4)),
    "sound": (Conv(1, 1, (3, 5), padding=(1, 2)), (1, 626, 128)),
}
OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("conv", {}),
    "named": ("conv", {"turned": True, "axes": ("frame", "mel")}),
    "named-plain": ("conv", {"axes": ("frame", "mel")}),
    "at": ("conv", {"turned": True, "at": (2, 3, 1)}),
    "at-other": ("conv", {"turned": True, "at": (1, 0, 5)}),
    "at-beyond": ("conv", {"turned": True, "at": (9, 99, 99)}),
    "at-again": ("pool", {"turned": True, "at": (2, 3, 1)}),
    "at-stamps": ("stamps", {"turned": True, "at": (0, 6, 4)}),
}


@cache
def done(name: str) -> Run:
    layer, shape = LAYERS[name]
    return run(layer, np.random.default_rng(1).normal(size=shape).astype(np.float32), seed=3)


@cache
def blob(name: str) -> bytes:
    """A layer turned; the convolution as it is, by other names, and opened at a place."""
    if name in LAYERS:
        return make_scene(done(name), turned=True, counts="steps" if name == "steps" else "").to_bytes()
    layer, words = OTHERS[name]
    return make_scene(done(layer), **words).to_bytes()


@pytest.fixture
def show(alone) -> Callable[[str], PlayerAlone]:
    """Show a scene, at its first step and pointing nowhere."""
    return lambda name: alone.open(blob(name))


# --- where things should be, from the maps' outlines alone ---


def spot(screen: Screen, area: str, channel: int, cell: tuple[int, ...], within: tuple[float, float] = (0.5, 0.5)):
    """Pixel of the stage in a cell of a turned map: so much of the cell from its left, so much from its bottom."""
    depth, row, column = [0] * (3 - len(cell)) + list(cell)
    map_of = """({ stage }, [area, channel, depth]) => {
        const map = stage[area].find((one) => one.channel === channel && one.depth === depth + one.panel.low[0]);
        const { port: { x, y, w, h }, panel: { lines, low } } = map;
        return [x, y, w, h, lines[1].length, lines[2].length, low[1], low[2]];
    }"""
    x, y, w, h, rows, columns, above, before = screen.ask(map_of, [area, channel, depth])
    return x + (row + above + within[0]) / rows * w, y + h - (column + before + within[1]) / columns * h


CORNER = """(stage) => {
    stage.scrollIntoViewIfNeeded();
    const { x, y } = stage.getBoundingClientRect();
    return [x, y];
}"""


def point(screen: Screen, area: str, channel: int, cell: tuple[int, ...]) -> None:
    """Hover a cell."""
    left, top = screen.stage.evaluate(CORNER)
    x, y = spot(screen, area, channel, cell)
    screen.page.mouse.move(left + x, top + y)


def pixels(screen: Screen, canvas: str, spots: list[tuple[float, float]]) -> list[tuple[int, ...]]:
    """Colours at some pixels of the stage, as red, green, blue and alpha."""
    script = """({ stage, ui }, [canvas, spots]) => {
        const ctx = ui[canvas].getContext("2d");
        return spots.map((at) => [...ctx.getImageData(...at.map((p) => Math.floor(p * stage.ratio)), 1, 1).data]);
    }"""
    return [tuple(colour) for colour in screen.ask(script, [canvas, spots])]


def is_framed(screen: Screen, area: str, channel: int, rows: range, columns: range) -> bool:
    """Is there a line on all four sides of these cells of a turned map, and none inside?"""
    left, bottom = spot(screen, area, channel, (rows[0], columns[0]), (0, 0))
    right, top = spot(screen, area, channel, (rows[-1], columns[-1]), (1, 1))
    x, y = (left + right) / 2, (top + bottom) / 2
    inside = spot(screen, area, channel, (rows[0], columns[0]), (0.25, 0.25))
    found = pixels(screen, "light", [(left, y), (right, y), (x, top), (x, bottom), inside])
    text = screen.ask("({ stage }) => stage.look.text")
    line = np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)] + [255])
    near = [np.abs(line - colour).max() < 48 for colour in found]
    return near == [True] * 4 + [False]


# --- the maps ---


def cells(name: str) -> list[tuple[int, ...]]:
    """Channel and cell of each output: the corners and some between."""
    every = list(np.ndindex(laid(done(name)).shape))
    return [every[0], every[-1], *every[:: max(1, len(every) // 9)]]


@pytest.mark.parametrize("name", ["conv", "glu", "pool", "max", "steps"])
def test_the_cell_under_the_pointer_is_read_as_torch_has_it(name, show):
    screen, made = show(name), done(name)
    for channel, *cell in cells(name):
        screen.press("Home", *["PageDown"] * channel)
        point(screen, "outputs", channel, tuple(cell))
        check_sentence(screen, made, channel, tuple(cell))


@pytest.mark.parametrize("area", ["inputs", "gates"])
def test_signal_and_gate_are_turned_like_their_product(area, show):
    screen, made = show("glu"), done("glu")
    for _, *cell in cells("glu"):
        point(screen, area, 0, tuple(cell))
        check_sentence(screen, made, 0, tuple(cell), 1e-6)


def test_a_cell_of_the_input_lights_the_outputs_that_read_it(show):
    screen, made = show("conv"), done("conv")
    for channel, *cell in [(0, 0, 0), (1, 8, 5), (0, 3, 4)]:
        point(screen, "inputs", channel, tuple(cell))
        screen.says(f"input channel {channel}, row {cell[0]}, column {cell[1]} = ")
        readers = reach(made.layer.windows(made.shape), tuple(cell))
        lit = screen.ask("(player) => player.lit().output.places")
        assert lit == [[0], *([int(at) for at in found] for found in readers)]
        assert is_framed(screen, "outputs", 0, *(range(found[0], found[-1] + 1) for found in readers))


def test_a_window_is_framed_where_torch_reads(show):
    screen = show("conv")  # 2 x 3 cells, from rows 2 o - 1 and columns o - 2 on
    point(screen, "outputs", 0, (2, 3))
    screen.says("row 2, column 3:")
    assert is_framed(screen, "inputs", 0, range(3, 5), range(1, 4))
    assert not is_framed(screen, "inputs", 0, range(3, 5), range(2, 5))
    assert is_framed(screen, "outputs", 0, range(2, 3), range(3, 4))
    screen = show("pool")
    point(screen, "outputs", 0, (5, 1))
    screen.says("row 5, column 1:")
    assert is_framed(screen, "inputs", 0, range(5, 6), range(4, 8))


def colours(screen: Screen, area: str, shape: Shape, turned: bool) -> dict[tuple[int, ...], tuple[int, ...]]:
    """The colour of each cell of the first channel, beside its number."""
    x, y, w, h, (_, rows, columns), (_, above, before) = screen.ask(
        """({ stage }, area) => {
            const { port: { x, y, w, h }, panel: { lines, low } } = stage[area][0];
            return [x, y, w, h, lines.map((line) => line.length), low];
        }""",
        area,
    )
    every = list(np.ndindex(shape))
    part = [((r + above + 0.2) / rows, (c + before + 0.2) / columns) for r, c in every]
    spots = [(x + r * w, y + h - c * h) if turned else (x + c * w, y + r * h) for r, c in part]
    return dict(zip(every, pixels(screen, "base", spots), strict=True))


@pytest.mark.parametrize(("area", "shape"), [("inputs", (9, 6)), ("outputs", (5, 8))])
def test_every_cell_has_the_colour_that_it_has_unturned(area, shape, show):
    plain = colours(show("plain"), area, shape, turned=False)
    assert colours(show("conv"), area, shape, turned=True) == plain
    assert len(set(plain.values())) > 20


def test_padding_lies_where_torch_puts_it_and_is_no_cell(show):
    screen = show("conv")  # one row before and after, two columns
    wide, high = screen.ask("({ stage }) => [stage.inputs[0].port.w, stage.inputs[0].port.h]")
    assert wide / high == pytest.approx((9 + 2) / (6 + 4))
    playhead = "output channel 0, row 0, column 0:"
    for row, column in [(-1, 3), (9, 3), (3, -1), (3, -2), (3, 6), (3, 7)]:
        point(screen, "inputs", 0, (3, 3))
        screen.says("input channel 0, row 3, column 3 = ")
        point(screen, "inputs", 0, (row, column))
        screen.says(playhead)
    for row, column in [(0, 0), (8, 0), (0, 5), (8, 5)]:
        point(screen, "inputs", 0, (row, column))
        screen.says(f"input channel 0, row {row}, column {column} = ")


def test_what_is_not_computed_yet_is_covered_cell_by_cell_in_torchs_order(show):
    screen = show("conv")
    screen.press("ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp")
    screen.says("row 2, column 2:")
    every = list(np.ndindex(5, 8))
    found = pixels(screen, "light", [spot(screen, "outputs", 0, cell, (0.25, 0.25)) for cell in every])
    covered = [cell for cell, (*_, alpha) in zip(every, found, strict=True) if alpha > 200]
    assert covered == every[every.index((2, 2)) + 1 :]


# --- the middle ---


def test_a_tap_of_the_kernel_is_where_its_cell_of_the_window_is(show):
    screen, made = show("conv"), done("conv")
    x, y, h, size = screen.ask(
        """({ stage }) => {
            const { grids, cell } = stage.layout.work;
            const { x, y, h } = grids.find((grid) => grid.row === 1 && grid.map === 1);
            return [x, y, h, cell];
        }"""
    )
    box = screen.stage.bounding_box()
    for row, column in np.ndindex(2, 3):
        at = (box["x"] + x + (row + 0.5) * size, box["y"] + y + h - (column + 0.5) * size)
        screen.page.mouse.move(*at)
        weight = made.state["weight"][0, 1, row, column]
        screen.says(f"input channel 1, row {row}, column {column} = {weight:.4f}".rstrip("0").replace("-", "−"))
        assert screen.ask("(player) => player.lit().taps") == [[1, 0, row, column]]


def taps(screen: Screen, line: int, turned: bool) -> list[tuple[int, ...]]:
    """Colours of the six cells of what is read, the weights or the products, tap by tap."""
    x, y, h, size = screen.ask(
        """({ stage: { layout: { work: { grids, cell } } } }, line) => {
            const { x, y, h } = grids.find((grid) => grid.row === line && grid.map === 0);
            return [x, y, h, cell];
        }""",
        line,
    )
    part = [((r + 0.15) * size, (c + 0.15) * size) for r, c in np.ndindex(2, 3)]
    return pixels(screen, "light", [(x + r, y + h - c) if turned else (x + c, y + r) for r, c in part])


def test_the_middle_holds_the_same_numbers_as_unturned(show):
    found = {}
    keys = {"plain": ("ArrowDown", "ArrowRight"), "conv": ("ArrowRight", "ArrowUp")}
    for name, (row_on, column_on) in keys.items():
        screen = show(name)
        screen.press(*[row_on, column_on] * 2)
        screen.says("row 2, column 2:")
        found[name] = [taps(screen, line, name == "conv") for line in range(3)]
    assert found["conv"] == found["plain"]
    assert all(len(set(line)) > 3 for line in found["plain"])


# --- keys ---


def test_arrows_move_the_cell_the_way_they_point(show):
    screen = show("conv")
    steps = {"ArrowRight": (1, 0), "ArrowUp": (1, 1), "ArrowLeft": (0, 1), "ArrowDown": (0, 0)}
    before = spot(screen, "outputs", 0, (0, 0))
    for key, cell in steps.items():
        screen.press(key)
        screen.says(f"row {cell[0]}, column {cell[1]}:")
        x, y = spot(screen, "outputs", 0, cell)
        moved = {
            "ArrowRight": x > before[0],
            "ArrowLeft": x < before[0],
            "ArrowUp": y < before[1],
            "ArrowDown": y > before[1],
        }
        assert moved[key]
        before = x, y


def test_up_at_the_top_goes_on_to_the_next_step_and_the_other_edges_hold(show):
    screen = show("conv")
    screen.press(*["ArrowUp"] * 7)
    screen.says("row 0, column 7:")
    screen.press("ArrowUp")
    screen.says("row 1, column 0:")
    screen.press("ArrowDown")
    screen.says("row 0, column 7:")
    screen.press("ArrowLeft")
    screen.says("row 0, column 7:")


def test_the_buttons_of_a_single_step_name_the_keys_that_do_the_same(show):
    for name, keys in {"plain": "←→", "conv": "↓↑", "flat": "←→"}.items():
        screen = show(name)
        for act, key in zip(("back", "next"), keys, strict=True):
            expect(screen.act(act)).to_have_attribute("aria-label", f"Step {'back' if act == 'back' else 'on'} ({key})")


# --- zoom, pan, lens ---


def test_a_zoomed_map_keeps_the_cell_under_the_pointer_and_pans_with_it(show):
    screen, made = show("sound"), done("sound")
    point(screen, "outputs", 0, (400, 30))
    screen.says("row 400, column 30:")
    box = screen.stage.bounding_box()
    x, y = spot(screen, "outputs", 0, (400, 30))
    screen.page.mouse.wheel(0, -1500)
    screen.wait_until("({ stage }) => stage.views.output.zoom > 10")
    screen.says("row 400, column 30:")
    screen.page.mouse.down()
    screen.page.mouse.move(box["x"] + x - 90, box["y"] + y + 50, steps=4)
    screen.page.mouse.up()
    screen.page.mouse.move(box["x"] + x - 91, box["y"] + y + 50)
    check_sentence(screen, made, 0, (400, 30))


def test_a_zoomed_map_follows_the_playhead(show):
    screen = show("sound")
    screen.press(*"+" * 5, "End")
    screen.says("row 625, column 127:")
    right, top, x, y = screen.ask(
        """(player) => {
            const box = player.ui.stage.getBoundingClientRect();
            const { port } = player.stage.outputs[0];
            const [px, py] = player.locate("output", 0, [0, 625, 127]);
            return [port.x + port.w, port.y, px - box.left, py - box.top];
        }"""
    )
    assert right - 20 < x < right
    assert top < y < top + 20


def test_a_spectrogram_uses_the_width_of_the_stage(show):
    screen = show("sound")
    wide, high, stage = screen.ask("({ stage }) => [stage.outputs[0].port.w, stage.outputs[0].port.h, stage.width]")
    assert wide / high == pytest.approx(626 / 128)
    assert wide > 0.7 * stage


def test_on_a_phone_a_spectrogram_is_as_wide_as_the_screen_and_a_tap_reads_it(alone_on):
    device = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    screen = alone_on(**device, reduced_motion="reduce").open(blob("sound"))
    assert screen.ask("({ stage }) => stage.inputs[0].port.w / stage.width") > 0.97
    screen.tap("output", 0, (300, 64))
    screen.says("pinned")
    _, row, column = screen.ask("({ pinned }) => pinned.cell")
    assert abs(row - 300) <= 2
    assert abs(column - 64) <= 2  # a place has half a pixel here
    check_sentence(screen, done("sound"), 0, (row, column))


# --- names ---


def test_axes_of_ones_own_are_called_by_their_names(show):
    screen = show("named")
    screen.press("ArrowRight", "ArrowUp", "ArrowUp")
    screen.says("output channel 0, frame 1, mel 2:")
    point(screen, "inputs", 0, (4, 2))
    screen.says("input channel 0, frame 4, mel 2 = ")
    screen.says("output frame 2, mels 2 to 4.")


def written(screen: Screen) -> list[str]:
    """All words of the still part of the stage."""
    return screen.ask(
        """(player) => {
            const ctx = player.ui.base.getContext("2d");
            const words = [];
            ctx.fillText = (text, ...at) => words.push(text);
            player.repaint();
            delete ctx.fillText;
            return words;
        }"""
    )


@pytest.mark.parametrize(
    ("name", "arrows"),
    [
        ("conv", ["channel 0 · rows → · columns ↑", "rows → · columns ↑"]),
        ("named", ["channel 0 · frames → · mels ↑", "frames → · mels ↑"]),
        ("named-plain", ["channel 0 · frames ↓ · mels →", "frames ↓ · mels →"]),
        ("glu", ["rows → · columns ↑"] * 3),
        ("flat", ["rows → · columns ↑"]),  # the output has neither
        ("plain", []),  # as everybody knows them
    ],
)
def test_under_the_first_map_of_a_panel_stands_which_way_its_axes_run(name, arrows, show):
    assert [text for text in written(show(name)) if "→" in text] == arrows


def test_a_flattened_output_stays_a_row(show):
    screen = show("flat")
    wide, high = screen.ask("({ stage }) => [stage.outputs[0].port.w, stage.outputs[0].port.h]")
    assert wide > 3 * high
    screen.press("ArrowRight", "ArrowRight")
    screen.says("output position 2:")


# --- where a scene opens ---


def test_a_scene_opens_where_it_says_and_stands_still(alone_on):
    screen = alone_on().open(blob("at"))  # a page on which things move
    check_sentence(screen, done("conv"), 2, (3, 1))
    assert not screen.is_playing()
    assert screen.step() == np.ravel_multi_index((2, 3, 1), (3, 5, 8))


def test_a_scene_that_says_nothing_plays_as_ever(alone_on):
    screen = alone_on().open(blob("conv"))
    expect(screen.root).to_have_attribute("data-playing", "true")


def test_another_place_is_gone_to_and_the_same_one_only_once(show):
    screen, made = show("at"), done("conv")
    screen.change(blob("at-other"))
    check_sentence(screen, made, 1, (0, 5))
    screen.press("Space")
    screen.change(blob("at"))
    check_sentence(screen, made, 2, (3, 1))
    expect(screen.root).to_have_attribute("data-playing", "false")
    screen.press("PageUp", "PageUp", "ArrowLeft")
    check_sentence(screen, made, 0, (2, 1))
    screen.change(blob("at-again"))  # another scene, the same place
    check_sentence(screen, done("pool"), 0, (2, 1))
    screen.change(blob("conv"))  # no place
    check_sentence(screen, made, 0, (2, 1))
    screen.change(blob("at-again"))
    check_sentence(screen, done("pool"), 0, (3, 1))


def test_a_place_beyond_the_output_is_pulled_back_inside(show):
    screen = show("conv")
    screen.change(blob("at-beyond"))
    check_sentence(screen, done("conv"), 2, (4, 7))


def test_a_scene_told_by_stamps_shows_the_cell_that_it_is_opened_at(show):
    screen = show("conv")
    screen.change(blob("at-stamps"))
    check_sentence(screen, done("stamps"), 0, (6, 4))


def test_a_zoomed_map_is_moved_to_where_the_scene_opens(show):
    screen = show("conv")
    screen.press(*"+" * 5)
    screen.change(blob("at-other"))
    check_sentence(screen, done("conv"), 1, (0, 5))
    x, y = screen.locate("output", 1, (0, 5))
    screen.page.mouse.move(x, y)
    assert screen.ask("({ hovered }) => hovered?.cell") == [0, 0, 5]
