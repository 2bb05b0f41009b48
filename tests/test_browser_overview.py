"""A whole network at a glance, in a real browser: boxes where Python says, torch's numbers, a server that rests."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from alone import hand, put
from page_objects import FRAMES, Screen
from playwright.sync_api import Locator, Page, expect
from test_answers import panel
from test_browser_phone import PHONE, sticks_out
from torch.nn import functional as F

from cnnviz.core.layers import Conv, Flatten, Linear, MaxPool, ReLU, Shape, Softmax
from cnnviz.core.run import Array
from cnnviz.networks.backward import run_backward
from cnnviz.networks.forward import run_network
from cnnviz.networks.loss import CrossEntropy
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import INPUT, spans
from cnnviz.scenes.blob import also
from cnnviz.scenes.flow_back import Seen, Witness, make_flow_back
from cnnviz.scenes.network import Glance, make_flow
from cnnviz.scenes.palette import PALETTE
from cnnviz.web.components.answers import ROOM as ANSWERS_ROOM
from cnnviz.web.components.overview import ROOM

MODULE = "overview/overview"
NET = Network(
    (
        *(("conv1", Conv(3, 6, (3, 3))), ("relu1", ReLU()), ("pool1", MaxPool((2, 2), (2, 2)))),
        *(("conv2", Conv(6, 8, (3, 3), groups=2)), ("relu2", ReLU()), ("flatten", Flatten())),
        *(("dense1", Linear((8, 5, 4), 50)), ("dense2", Linear((50, 1, 1), 10)), ("softmax", Softmax())),
    )
)
SIGNAL = Network((("conv", Conv(2, 3, 5, 2, ndim=1)), ("relu", ReLU()), ("pool", MaxPool(2, 2, ndim=1))))
VOLUME = Network((("conv", Conv(1, 2, (2, 3, 3), ndim=3)), ("pool", MaxPool((2, 2, 2), (2, 2, 2), ndim=3))))
LARGE = Network((("conv", Conv(1, 3, (3, 3))),))
CASES: dict[str, tuple[Network, Shape]] = {
    "net": (NET, (3, 16, 14)),
    "other": (NET, (3, 16, 14)),  # with other weights
    "short": (Network(NET.stages[:3]), (3, 16, 14)),
    "signal": (SIGNAL, (2, 40)),
    "volume": (VOLUME, (1, 6, 12, 10)),
    "large": (LARGE, (1, 800, 700)),
    "point": (LARGE, (1, 3, 3)),
}
MOST_PIXELS = 1.0  # by which a box may be off


@cache
def values(name: str) -> dict[str, Array]:
    """Torch's output of every stage, and the input."""
    network, shape = CASES[name]
    x = np.random.default_rng(3).uniform(size=shape).astype(np.float32)
    done = run_network(network, x[None], seed=len(name))
    return {
        INPUT: x,
        **{stage: one.y.reshape(s) for (stage, one), s in zip(done.items(), network.shapes(shape), strict=True)},
    }


@cache
def blob(name: str) -> bytes:
    network, shape = CASES[name]
    glance, x = Glance(network, shape), values(name)[INPUT]
    run_network(network, x[None], seed=len(name), full=(), see=glance)
    return make_flow(network, x, "picture" if shape[0] == 3 else "signed", glance).to_bytes()


class Overview:
    """A page with an overview alone."""

    def __init__(self, page: Page) -> None:
        self.screen, self.page = Screen(page, ""), page
        self.root = page.locator(".cnnviz")
        self.said = self.root.get_by_test_id("unit")

    def open(self, name: str) -> "Overview":
        self.name = name
        self.page.mouse.move(2, 2)
        put(self.page, MODULE, [(ROOM, blob(name))])
        return self.ready()

    def ready(self, shown: str = "") -> "Overview":
        expect(self.root).to_have_attribute("data-ready", shown or re.compile("."))
        return self

    def change(self, name: str) -> None:
        """Another network comes, as when a knob has changed."""
        hand(self.page, MODULE, blob(name))
        self.page.evaluate(FRAMES)
        self.name = name

    def told(self) -> list[Any]:
        """What was told to the server."""
        return list(self.page.evaluate("told"))

    def ask(self, script: str, given: Any = None) -> Any:
        return self.root.evaluate(f"(root, given) => ({script})(root.overview, given)", given)

    def column(self, stage: str) -> Locator:
        return self.root.locator(f".column[data-stage='{stage}']")

    def map(self, stage: str) -> Locator:
        return self.column(stage).locator(".picture")

    def tile(self, channel: int | str) -> Locator:
        return self.root.locator(f".grid [data-channel='{channel}']")

    def spot(self, map_: Locator, x: float, y: float) -> tuple[float, float]:
        """Pixel of the window under shares of a map from the left and from the top."""
        map_.evaluate("(map) => map.scrollIntoView({ block: 'center' })")  # not below the sentence
        box = map_.bounding_box()
        assert box
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def over(self, stage: str, cell: tuple[int, ...], where: Locator | None = None) -> tuple[float, float]:
        """Pixel of a stage's map over the middle of a cell, (row, column)."""
        rows, columns = values(self.name)[stage].shape[-2:]
        row, column = cell
        return self.spot(where or self.map(stage), (column + 0.5) / columns, (row + 0.5) / rows)

    def hover(self, stage: str, cell: tuple[int, ...]) -> None:
        self.page.mouse.move(*self.over(stage, cell))

    def boxes(self, map_: Locator) -> list[tuple[str, list[float]]]:
        """Kind of each box on a map, and where it lies: left, top, width and height [pixels]."""
        script = """(picture) => {
            const whole = picture.getBoundingClientRect();
            return [...picture.querySelectorAll(".boxes i")].map((box) => {
                const { left, top, width, height } = box.getBoundingClientRect();
                return [box.className, [left - whole.left, top - whole.top, width, height]];
            });
        }"""
        return [(kind, place) for kind, place in map_.evaluate(script)]

    def pixels(self, stage: str) -> np.ndarray:
        """What is drawn on a map, (rows, columns, red green blue)."""
        script = """(image) => image.decode().then(() => {
            const { naturalWidth: width, naturalHeight: height } = image;
            const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
            context.drawImage(image, 0, 0);
            return [width, height, [...context.getImageData(0, 0, width, height).data]];
        })"""
        width, height, colours = self.map(stage).locator("img").evaluate(script)
        return np.array(colours).reshape(height, width, 4)[..., :3]

    def slide(self, name: str, value: int) -> None:
        self.root.locator(f"input[name={name}]").fill(str(value))

    def veiled(self) -> list[str]:
        """Stages of which nothing is computed yet."""
        script = "(columns) => columns.map((one) => one.dataset.stage)"
        return list(self.root.locator(".column.later").evaluate_all(script))

    def number(self) -> float:
        """What the sentence gives for the unit's number."""
        found = re.search(r"= (?:about )?(\S+?)\.?(?: |$)", self.said.inner_text())
        assert found
        return float(found[1].replace("−", "-"))


@pytest.fixture
def look(alone, open_bare) -> Callable[..., Overview]:
    """An overview on any device, still unless it is asked to move: ``look("net", color_scheme="dark")``."""

    def one(name: str, **device: Any) -> Overview:
        page = open_bare(**{"reduced_motion": "reduce"} | device) if device else alone.page
        return Overview(page).open(name)

    return one


# --- one unit ---


def check_boxes(shown: Overview, stage: str, cell: tuple[int, ...]) -> None:
    """On every map with rows and columns the box lies where `spans` says, solid before the stage and dashed behind."""
    network, shape = CASES[shown.name]
    names = [INPUT, *(name for name, _ in network.stages)]
    for other, tables in spans(network, shape, stage).items():
        if len(tables) != 2:
            continue
        [(kind, place)] = shown.boxes(shown.map(other))
        whole = shown.map(other).bounding_box()
        assert whole
        sizes = values(shown.name)[other].shape[-2:]
        ends = [[int(end) for end in table[at]] for table, at in zip(tables, cell, strict=True)]
        room = whole["height"], whole["width"]
        starts = [first / n * size for (first, _), n, size in zip(ends, sizes, room, strict=True)]
        lengths = [(last - first + 1) / n * size for (first, last), n, size in zip(ends, sizes, room, strict=True)]
        if min(lengths) > 8:  # else it is drawn larger
            assert place == pytest.approx([starts[1], starts[0], lengths[1], lengths[0]], abs=MOST_PIXELS), other
        assert kind.split()[0] == ("reach" if names.index(other) > names.index(stage) else "unit")


@pytest.mark.parametrize(("stage", "cell"), [("pool1", (3, 2)), ("conv1", (0, 11)), ("relu2", (4, 0))])
def test_a_unit_of_any_stage_shows_what_it_sees_and_what_it_reaches(look, stage, cell):
    shown = look("net")
    shown.hover(stage, cell)
    row, column = cell
    expect(shown.said).to_contain_text(f"{stage}[0, 0, {row}, {column}] = ")
    assert shown.number() == pytest.approx(float(values("net")[stage][0, row, column]), abs=6e-5)
    check_boxes(shown, stage, cell)


def test_the_sentence_says_rows_columns_and_from_where_on_everything_is_reached(look):
    shown = look("net")
    shown.hover("pool1", (3, 2))
    expect(shown.said).to_contain_text(
        "It sees rows 6 to 9 and columns 4 to 7 of the input (4 rows × 4 columns). "
        "It reaches 3 rows × 3 columns of conv2 and everything from dense1 on."
    )


def test_boxes_go_with_the_pointer_and_stay_where_it_clicked(look):
    shown = look("net")
    shown.hover("conv1", (5, 5))
    shown.page.mouse.move(2, 2)
    expect(shown.said).to_contain_text("Point at a cell")
    assert not shown.boxes(shown.map(INPUT))
    shown.page.mouse.click(*shown.over("conv1", (5, 5)))
    shown.page.mouse.move(2, 2)
    expect(shown.said).to_contain_text("conv1[0, 0, 5, 5]")
    expect(shown.column("conv1").locator(".name")).to_have_attribute("aria-pressed", "true")
    shown.page.mouse.click(*shown.over("conv1", (5, 5)))
    shown.page.mouse.move(2, 2)
    expect(shown.said).to_contain_text("Point at a cell")


def test_keys_walk_keep_and_let_go(look):
    shown = look("net")
    shown.map("pool1").focus()
    for key, cell in (("ArrowRight", "3, 3"), ("ArrowDown", "4, 3"), ("ArrowLeft", "4, 2"), ("ArrowUp", "3, 2")):
        shown.page.keyboard.press(key)
        expect(shown.said).to_contain_text(f"pool1[0, 0, {cell}]")  # the first key begins in the middle
    shown.page.keyboard.press("Shift+ArrowDown")
    expect(shown.said).to_contain_text("pool1[0, 0, 6, 2]")
    shown.page.keyboard.press("Enter")
    shown.map("conv1").focus()
    expect(shown.said).to_contain_text("pool1[0, 0, 6, 2]")
    shown.page.keyboard.press("Escape")
    expect(shown.said).to_contain_text("Point at a cell")


def test_a_unit_of_a_vector_is_its_bar_or_its_cell(look):
    shown = look("net")
    shown.root.locator("[data-stage=softmax] [data-feature='3']").hover()
    expect(shown.said).to_contain_text("softmax[0, 3] = ")
    assert shown.number() == pytest.approx(float(values("net")["softmax"][3]), abs=6e-5)
    expect(shown.said).to_contain_text("It sees all of the input (16 rows × 14 columns).")
    assert [kind for kind, _ in shown.boxes(shown.map("dense2"))] == ["unit"]  # it reads all ten
    across = 8  # of 50 numbers
    shown.page.mouse.move(*shown.spot(shown.map("dense1"), (5 + 0.5) / across, (2 + 0.5) / 7))
    expect(shown.said).to_contain_text(f"dense1[0, {2 * across + 5}] = ")
    assert shown.number() == pytest.approx(float(values("net")["dense1"][21]), abs=6e-5)
    shown.page.mouse.move(*shown.spot(shown.map("dense1"), 0.99, 0.99))  # behind the last
    expect(shown.said).to_contain_text("Point at a cell")


def test_the_bars_say_torchs_numbers_and_mark_the_largest(look):
    shown = look("net")
    numbers = [float(text.replace("−", "-")) for text in shown.column("softmax").locator("output").all_inner_texts()]
    np.testing.assert_allclose(numbers, values("net")["softmax"], atol=6e-4)
    expect(shown.column("softmax").locator(".largest")).to_have_attribute(
        "data-feature", str(values("net")["softmax"].argmax())
    )


def test_a_map_that_is_not_among_those_of_a_group_is_told_apart(look):
    shown = look("net")
    shown.slide("channel", 4)
    shown.root.locator("[data-look='4']").click()
    shown.tile(0).click()
    shown.hover("conv2", (2, 2))
    expect(shown.said).to_contain_text("conv2[0, 0, 2, 2]")
    expect(shown.column("pool1").locator(".which")).to_have_text("goes with channels 0 to 2")
    assert [kind for kind, _ in shown.boxes(shown.map("pool1"))] == ["unit apart"]


def test_a_unit_of_a_picture_in_the_grid_is_that_of_its_channel(look):
    shown = look("net")
    shown.root.locator("[data-look='3']").click()
    shown.ready("10.pool1")
    picture = shown.tile(5).locator(".picture")
    picture.hover()  # waits until it stands still
    shown.page.mouse.move(*shown.over("pool1", (6, 1), picture))
    expect(shown.said).to_contain_text("pool1[0, 5, 6, 1]")
    assert shown.number() == pytest.approx(float(values("net")["pool1"][5, 6, 1]), abs=6e-5)
    assert len(shown.boxes(picture)) == 1
    assert not shown.boxes(shown.tile(4).locator(".picture"))


@pytest.mark.parametrize(
    ("name", "share", "unit"),
    [("signal", (4.5 / 18, 0.5), "conv[0, 0, 4]"), ("volume", (0.5 / 3, 0.75), "conv[0, 0, 3, 5, 4]")],
)
def test_signals_and_volumes_have_their_own_axes(look, name, share, unit):
    shown = look(name)
    shown.page.mouse.move(*shown.spot(shown.map("conv"), *share))
    expect(shown.said).to_contain_text(f"{unit} = ")
    at = tuple(int(i) for i in re.findall(r"\d+", unit)[1:])
    assert shown.number() == pytest.approx(float(values(name)["conv"][at]), abs=6e-5)


def test_each_slice_that_is_seen_has_a_box(look):
    shown = look("volume")
    shown.page.mouse.move(*shown.spot(shown.map("conv"), 0.5 / 3, 0.75))
    expect(shown.said).to_contain_text("slices 3 to 4, rows 5 to 7 and columns 4 to 6 of the input")
    assert len(shown.boxes(shown.map(INPUT))) == 2


def test_a_number_that_is_not_there_is_given_as_about(look):
    shown = look("large")
    shown.page.mouse.move(*shown.spot(shown.map("conv"), 0.5, 0.5))
    expect(shown.said).to_contain_text("= about ")
    expect(shown.said).to_contain_text("(the mean of 13 × 11 cells)")
    y = values("large")["conv"][0]
    row, column = (int(i) for i in re.findall(r"\[0, 0, (\d+), (\d+)\]", shown.said.inner_text())[0])
    block = y[row // 13 * 13 : row // 13 * 13 + 13, column // 11 * 11 : column // 11 * 11 + 11]
    assert shown.number() == pytest.approx(float(block.mean()), abs=float(np.ptp(y)) / 254 + 1e-4)


# --- channels and colours ---


def expected(y: np.ndarray, low: float, high: float, name: str = "signed", theme: str = "light") -> np.ndarray:
    """A map in the palette's colours, between these limits."""
    stops = [[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in PALETTE[name][theme]]
    shares = np.clip((y - low) / (high - low), 0, 1) * (len(stops) - 1)
    channels = [np.interp(shares, range(len(stops)), [stop[i] for stop in stops]) for i in range(3)]
    return np.stack(channels, axis=-1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_maps_are_painted_in_the_colours_of_torchs_numbers(look, theme):
    shown = look("net", color_scheme=theme)
    shown.slide("channel", 3)
    y = values("net")["conv1"]
    most = float(np.abs(y[3]).max())
    np.testing.assert_allclose(shown.pixels("conv1"), expected(y[3], -most, most, theme=theme), atol=3)
    shown.root.get_by_label("colours by").select_option("layer")
    most = float(np.abs(y).max())
    np.testing.assert_allclose(shown.pixels("conv1"), expected(y[3], -most, most, theme=theme), atol=3)
    expect(shown.column("conv1").locator(".number").last).to_have_text(re.compile(rf"^{most:.3g}"[:4]))


def test_a_map_of_one_cell_is_painted_too(look):
    y = values("point")["conv"]
    most = float(np.abs(y[0]).max())
    np.testing.assert_allclose(look("point").pixels("conv"), expected(y[0], -most, most), atol=3)


def test_a_picture_is_in_colour_and_its_channels_can_be_looked_at(look):
    shown = look("net")
    x = values("net")[INPUT]
    np.testing.assert_allclose(shown.pixels(INPUT), x.transpose(1, 2, 0) * 255, atol=2)
    shown.hover(INPUT, (4, 5))
    expect(shown.said).to_contain_text("input[0, :, 4, 5] = ")
    shown.root.locator("[data-look='0']").click()
    shown.tile(1).click()
    grey = expected(x[1], float(x[1].min()), float(x[1].max()), "picture")
    np.testing.assert_allclose(shown.pixels(INPUT), grey, atol=3)
    shown.tile("colour").click()
    np.testing.assert_allclose(shown.pixels(INPUT), x.transpose(1, 2, 0) * 255, atol=2)


def test_a_channel_is_shown_of_every_stage_that_has_it_and_the_last_of_the_others(look):
    shown = look("net")
    shown.root.locator("input[name=channel]").focus()
    for _ in range(7):
        shown.page.keyboard.press("ArrowRight")
    expect(shown.root.get_by_test_id("channel")).to_have_text("7 of 8")
    for stage, words in (("conv1", "channel 5 of 6"), ("conv2", "channel 7 of 8")):
        expect(shown.column(stage).locator(".which")).to_contain_text(words)
    shown.tile(2).click()
    shown.page.mouse.move(2, 2)  # a cell that is pointed at says instead which maps go with it
    expect(shown.column("conv1").locator(".which")).to_contain_text("channel 2 of 6")
    expect(shown.tile(2)).to_have_attribute("aria-pressed", "true")
    expect(shown.column("relu1").locator(".which")).to_contain_text("channel 5 of 6")


# --- filling ---


def test_what_is_not_computed_yet_is_veiled_and_says_nothing(look):
    shown = look("net")
    assert shown.veiled() == []
    shown.slide("computed", 3)
    expect(shown.root.get_by_test_id("computed")).to_have_text("up to pool1, 3 of 9 stages")
    assert shown.veiled() == ["conv2", "relu2", "flatten", "dense1", "dense2", "softmax"]
    shown.hover("conv2", (2, 2))
    expect(shown.said).to_have_text("conv2 is not computed yet.")
    shown.hover("pool1", (2, 2))
    expect(shown.said).to_contain_text("pool1[0, 0, 2, 2] = ")
    check_boxes(shown, "pool1", (2, 2))  # what it will reach is told


def test_the_maps_fill_from_the_input_to_the_last_stage(look):
    shown = look("short", reduced_motion="no-preference")
    shown.root.get_by_role("button", name="▶ Run it through").click()
    expect(shown.column("pool1")).to_have_class(re.compile("later"))
    heights = "(veils) => veils.map((veil) => veil.style.top)"
    shown.page.wait_for_function(
        "(root) => [...root.querySelectorAll('.veil')].some((veil) => /[1-9]/.test(veil.style.top) && !veil.hidden)",
        arg=shown.root.element_handle(),
    )
    shares = [float(top.rstrip("%")) for top in shown.root.locator(".veil").evaluate_all(heights)]
    assert shares == sorted(shares, reverse=True)
    assert sum(0 < share < 100 for share in shares) <= 1  # one layer at a time
    expect(shown.root.get_by_role("button", name="▶ Run it through")).to_be_visible()
    assert shown.veiled() == []


# --- the server ---


def test_the_server_hears_of_a_stage_to_open_and_of_nothing_else(look):
    shown = look("net")
    shown.hover("conv1", (3, 3))
    shown.page.mouse.click(*shown.over("pool1", (3, 3)))
    shown.slide("computed", 4)
    shown.slide("computed", 9)
    shown.slide("channel", 2)
    shown.tile(1).click()
    shown.root.locator("[data-look='5']").click()
    shown.root.get_by_label("colours by").select_option("layer")
    shown.slide("computed", 8)  # all but the last
    shown.root.get_by_role("button", name="▶ Run it through").click()
    expect(shown.root.get_by_role("button", name="▶ Run it through")).to_be_visible()
    assert not shown.told()
    shown.root.get_by_role("button", name="Open in the player: pool1").click()
    assert shown.told() == [["picked", {"stage": "pool1"}]]


def test_what_was_chosen_stays_when_other_numbers_come(look):
    shown = look("net")
    shown.slide("computed", 6)
    shown.slide("channel", 3)
    shown.page.mouse.click(*shown.over("pool1", (3, 2)))
    shown.page.mouse.move(2, 2)
    shown.change("other")
    expect(shown.said).to_contain_text("pool1[0, 3, 3, 2] = ")
    assert shown.number() == pytest.approx(float(values("other")["pool1"][3, 3, 2]), abs=6e-5)
    assert shown.veiled() == ["dense1", "dense2", "softmax"]
    expect(shown.root.get_by_test_id("channel")).to_have_text("3 of 8")
    shown.change("short")
    expect(shown.said).to_contain_text("pool1[0, 3, 3, 2] = ")
    shown.change("signal")  # it has no such stage
    expect(shown.said).to_contain_text("Point at a cell")
    assert shown.veiled() == []


# --- a phone ---


def test_on_a_phone_two_stages_lie_beside_each_other_and_nothing_sticks_out(look):
    shown = look("net", **PHONE)
    assert not sticks_out(shown.screen)
    lefts = shown.root.locator(".column").evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().left)")
    assert len(set(lefts)) == 2
    assert lefts[:2] * 5 == lefts


def test_a_tap_keeps_a_unit(look):
    shown = look("net", **PHONE)
    shown.page.touchscreen.tap(*shown.over("conv1", (5, 5)))
    expect(shown.said).to_contain_text("conv1[0, 0, 5, 5] = ")
    shown.page.touchscreen.tap(*shown.over("relu1", (9, 2)))
    expect(shown.said).to_contain_text("relu1[0, 0, 9, 2] = ")
    expect(shown.said).to_be_in_viewport()


def test_the_sentence_stays_in_sight(look):
    shown = look("net", viewport={"width": 700, "height": 500})
    for stage in ("conv1", "softmax"):
        shown.column(stage).scroll_into_view_if_needed()
        expect(shown.said).to_be_in_viewport(ratio=1)


# --- in reverse ---


@cache
def blob_back(name: str) -> bytes:
    network, shape = CASES[name]
    witness = Witness(Glance(network, shape))
    done = run_backward(network, values(name)[INPUT], CrossEntropy(target=3), len(name), full=(), see=witness)
    seen = Seen(witness.glance, witness.dx, witness.norms, witness.weights, done)
    return make_flow_back(network, CrossEntropy(target=3), seen).to_bytes()


@pytest.fixture
def reverse(alone) -> Overview:
    overview = Overview(alone.page)
    overview.name = "net"
    put(overview.page, MODULE, [(ROOM, blob_back("net"))])
    return overview.ready()


def gradients() -> dict[str, Array]:
    """Of plain torch, by stage."""
    row = NET.seeded(3)
    made = {INPUT: torch.from_numpy(values("net")[INPUT])[None].requires_grad_()}
    y = made[INPUT]
    for name, _ in NET.stages:
        y = made[name] = row.get_submodule(name)(y)
        y.retain_grad()
    F.cross_entropy(y, torch.tensor([3])).backward()
    return {name: one.grad[0].numpy() for name, one in made.items()}


def test_in_reverse_every_norm_on_screen_is_torchs(reverse: Overview) -> None:
    for stage, gradient in gradients().items():
        said = reverse.column(stage).get_by_test_id("norm").inner_text()
        shown = float(re.findall(r"norm ([\d.e−]+)", said)[0].replace("−", "-"))
        assert shown == pytest.approx(np.linalg.norm(gradient), rel=6e-2, abs=6e-4), said
    wide = "(bars) => bars.map((bar) => parseFloat(bar.style.width))"
    bars = reverse.root.locator(".norm i").evaluate_all(wide)
    norms = [np.linalg.norm(one) for one in gradients().values()]
    assert np.argsort(bars).tolist() == np.argsort(norms).tolist()


def test_in_reverse_a_cell_says_how_much_the_loss_changes_with_it(reverse: Overview) -> None:
    reverse.map("conv1").focus()
    reverse.page.keyboard.press("ArrowRight")
    reverse.page.keyboard.press("Enter")
    said = reverse.said.inner_text()
    found = re.match(r"∂loss/∂conv1\[0, (\d+), (\d+), (\d+)\] = ([−\d.e]+)\.", said)
    assert found, said
    at = tuple(map(int, found.groups()[:3]))
    assert float(found[4].replace("−", "-")) == pytest.approx(gradients()["conv1"][at], rel=1e-3, abs=1e-4)


def test_in_reverse_the_slider_goes_from_the_last_layer_to_the_first(reverse: Overview) -> None:
    computed = reverse.root.get_by_test_id("computed")
    expect(computed).to_have_text(f"back through all {len(NET.stages)} stages")
    slider = reverse.root.locator("input[name=computed]")
    slider.focus()
    slider.press("End")
    expect(computed).to_have_text("back to softmax")
    expect(reverse.column("conv1")).to_have_class(re.compile("later"))
    expect(reverse.column("softmax")).not_to_have_class(re.compile("later"))
    slider.press("ArrowLeft")
    expect(computed).to_have_text("back to dense2")


def test_in_reverse_all_stages_may_share_one_scale(reverse: Overview) -> None:
    reverse.root.locator("select[name=scale]").select_option("all")
    ends = {reverse.column(stage).locator(".scale .number").last.inner_text() for stage in ("conv1", "relu2", INPUT)}
    assert len(ends) == 1
    reverse.root.locator("select[name=scale]").select_option("layer")
    ends = {reverse.column(stage).locator(".scale .number").last.inner_text() for stage in ("conv1", "relu2", INPUT)}
    assert len(ends) == 3


def test_a_network_forward_again_has_no_norms(reverse: Overview) -> None:
    reverse.change("net")
    expect(reverse.root.get_by_test_id("norm")).to_have_count(0)
    expect(reverse.root.locator(".ends")).to_be_hidden()


def test_channels_are_sorted_by_how_well_they_tell_a_class(look):
    overview = look("net")
    values_ = [0.5, 0.75, 0.125, None, 0.625, 0.25]
    told = {"words": "cat from dog", "stages": {"conv1": values_}}
    put(overview.page, MODULE, [(ROOM, also(blob("net"), {"tells": told}))])
    overview.ready()
    shown = overview.root.locator(".grid button").evaluate_all("(all) => all.map((one) => one.dataset.channel)")
    assert shown == ["2", "1", "5", "4", "0", "3"]  # the farthest from chance first
    assert overview.root.locator(".grid .value").all_text_contents() == ["0.13", "0.75", "0.25", "0.63", "0.50", "–"]
    expect(overview.root.get_by_test_id("sorted")).to_contain_text("Sorted by how well they tell cat from dog")
    overview.ask("(overview) => overview.look(4)")  # of which nothing is told
    assert overview.root.locator(".grid button").first.get_attribute("data-channel") == "0"
    expect(overview.root.get_by_test_id("sorted")).to_be_empty()


def test_what_a_channel_answers_to_follows_the_overview(look):
    overview = look("net")
    rooms = [(ROOM, blob("net")), (ANSWERS_ROOM, panel().to_bytes())]
    overview.page.evaluate("(rooms) => clear(rooms)", [room for room, _ in rooms])
    hand(overview.page, MODULE, rooms[0][1], 0)
    hand(overview.page, "answers/answers", rooms[1][1], 1)
    answers = overview.page.locator(".cnnviz[data-role=answers]")
    title = answers.get_by_role("heading", level=3)
    expect(title).to_have_text("What channel 0 of conv answers to")  # the overview looks at a stage that it has not
    alone = overview.page.locator(".cnnviz[data-role=overview]")
    alone.evaluate(
        "(root) => { root.overview.stages[1].name = 'relu'; root.overview.looked = 'relu'; root.overview.choose(3); }"
    )
    expect(title).to_have_text("What channel 3 of relu answers to")
    alone.evaluate("(root) => root.overview.leaf(1)")
    expect(title).to_have_text("What channel 1 of relu answers to")
    assert overview.told() == []
