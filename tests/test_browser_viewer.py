"""The viewer: its cursor runs where the time lies, its values are torch's, and its boxes lie where Python says."""

import re
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import torch
from alone import PlayerAlone, hand, put
from page_objects import Screen, wait_for_part
from playwright.sync_api import Locator, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from test_audio import encoded, tone
from test_browser_phone import PHONE
from test_browser_uploads import HOSTILE, put_file
from test_uploads import npy

from cnnviz.core.run import Run
from cnnviz.inputs.logmel import DESED, RATE
from cnnviz.inputs.samples import Photo
from cnnviz.inputs.sound import LogMel
from cnnviz.inputs.upload import Upload
from cnnviz.networks.desed import BASELINE, HEAD, Desed
from cnnviz.networks.forward import run_network
from cnnviz.networks.receptive_field import INPUT, fields, spans
from cnnviz.scenes.blob import also
from cnnviz.scenes.build import show
from cnnviz.scenes.palette import PALETTE
from cnnviz.scenes.request import Request, StageView
from cnnviz.scenes.weights import Seeded
from cnnviz.web.components.viewer import ROOM

CLIP = LogMel(seconds=1)
LESSON, GATED, EVAL = Desed(training=True), Desed(activation="glu", training=True), Desed()
STEP = DESED.hop_length / RATE  # seconds from frame to frame
PIXEL = 1.0
ONE = "input_seconds=1"
PAGE_AT_CONV = f"{ONE}&stage=conv1&channel=3"
AT_CONV = (Request(LESSON, CLIP), StageView("conv1", 3))
LONG = LogMel(seconds=3)  # long enough to be stopped on the way, however busy the machine is
AT_LENGTH = (Request(LESSON, LONG), StageView("conv1", 3))
AT_POOLING = (Request(BASELINE, CLIP), StageView("pooling1"))  # whose frames are pooled by four

# What all viewers share; and what is started to be heard, and through which filters: the real ones, written down.
WATCH = """async () => {
    window.transport = (await [...window.cnnviz.values()][0]).parts["viewer/sound"].transport;
    if (!window.heard) {
        const start = AudioBufferSourceNode.prototype.start;
        AudioBufferSourceNode.prototype.start = function (...when) {
            window.heard.push({ when, filters: window.filters.splice(0) });
            return start.apply(this, when);
        };
        const Filter = BiquadFilterNode;
        window.BiquadFilterNode = class extends Filter {
            constructor(context, options) {
                super(context, options);
                window.filters.push([options.type, options.frequency]);
            }
        };
    }
    Object.assign(window, { heard: [], filters: [] });
}"""


class Viewer:
    """The page of spectrograms and one of its viewers."""

    def __init__(self, screen: Screen, which: int = 0):
        self.screen, self.page, self.which = screen, screen.page, which
        self.root = screen.page.locator(".cnnviz").nth(which)
        self.clip = self.root.locator(".clip .picture")
        self.plane = self.root.locator(".plane .picture").last
        self.said = self.root.get_by_test_id("unit")

    def open(self, query: str) -> "Viewer":
        self.page.goto(f"{self.screen.url}/spectrogram?{query}")
        self.ready()
        self.page.evaluate(WATCH)
        return self

    def ready(self, shown: str = "") -> None:
        """Wait for this stage and channel, "conv1.3", or for any."""
        wait_for_part(self.page, ".cnnviz", shown, self.which)

    def ask(self, script: str, given: Any = None) -> Any:
        return self.root.evaluate(f"(root, given) => ({script})(root.viewer, given)", given)

    def wait_until(self, script: str, given: Any = None) -> None:
        handle = self.root.element_handle()
        self.page.wait_for_function(f"([root, given]) => ({script})(root.viewer, given)", arg=[handle, given])

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def time(self) -> float:
        return float(self.page.evaluate("transport.time"))

    def is_playing(self) -> bool:
        return bool(self.page.evaluate("Boolean(transport.playing)"))

    def seek(self, time: float) -> None:
        self.page.evaluate("(time) => transport.seek(time)", time)

    def pass_by(self, time: float) -> None:
        """Wait until the cursor has run beyond this time."""
        self.page.wait_for_function("(time) => transport.time > time", arg=time)

    def look_at(self, kind: str) -> None:
        """Bring maps into view, and wait until they are known to be."""
        self.root.locator(f".{kind}").evaluate("(maps) => maps.scrollIntoView({ block: 'center' })")
        self.wait_until(
            "({ cursors }, kind) => [...cursors.seen].some(({ picture }) => picture.closest(`.${kind}`))", kind
        )

    def tensor(self, name: str) -> np.ndarray:
        shape, data = self.ask("({ scene }, name) => [scene.tensors[name].shape, [...scene.tensors[name].data]]", name)
        return np.array(data, np.float32).reshape(shape)

    def address(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    def addressed(self, **wanted: Any) -> None:
        """Wait until the address says so."""
        for name, value in wanted.items():
            expect(self.page).to_have_url(re.compile(rf"[?&]{name}={value}(&|$)"))
        self.screen.wait_idle()

    # --- places ---

    def spot(self, map_: Locator, share: float, height: float = 0.5) -> tuple[float, float]:
        """Pixel of the window under shares of a map, from the left and from the bottom."""
        map_.scroll_into_view_if_needed()
        box = map_.bounding_box()
        assert box
        return box["x"] + share * box["width"], box["y"] + (1 - height) * box["height"]

    def over(self, unit: tuple[int, int], shape: tuple[int, ...]) -> tuple[float, float]:
        """Pixel of the selected map over the middle of a unit."""
        (frame, mel), (frames, mels) = unit, shape[-2:]
        return self.spot(self.plane, (frame + 0.5) / frames, (mel + 0.5) / mels)

    def drag(self, start: float, stop: float) -> None:
        """Select a part of the input [s]."""
        frames = self.tensor(INPUT).shape[0]
        ends = [self.spot(self.clip, (time / STEP + 0.5) / frames) for time in (start, stop)]
        self.page.mouse.move(*ends[0])
        self.page.mouse.down()
        self.page.mouse.move(*ends[1], steps=4)
        self.page.mouse.up()

    def cursors(self) -> tuple[float, dict[str, list[tuple[str, float, float]]]]:
        """Time, and for each kind of map in view: its stage, where its cursor stands and how wide it is [pixels]."""
        script = """({ cursors }) => {
            const found = { clip: [], strip: [], planes: [], grid: [] };
            for (const { picture, cursor, stage } of cursors.seen) {
                const [box, line] = [picture, cursor].map((one) => one.getBoundingClientRect());
                const kind = Object.keys(found).find((name) => picture.closest(`.${name}`));
                found[kind].push([stage.name, line.left - box.left, box.width]);
            }
            return [transport.time, found];
        }"""
        time, found = self.ask(script)
        return time, found

    def pixels(self, map_: Locator) -> np.ndarray:
        """What is drawn on a map, (frames, mels, red green blue)."""
        script = """(image) => image.decode().then(() => {
            const { naturalWidth: width, naturalHeight: height } = image;
            const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
            context.drawImage(image, 0, 0);
            return [width, height, [...context.getImageData(0, 0, width, height).data]];
        })"""
        width, height, colours = map_.locator("img").evaluate(script)
        return np.array(colours).reshape(height, width, 4)[::-1, :, :3].transpose(1, 0, 2)

    def boxes(self, map_: Locator) -> list[list[float]]:
        """Of each box on a map: from the left, from the bottom, width and height [pixels]."""
        script = """(picture) => {
            const whole = picture.getBoundingClientRect();
            const place = (box) => [box.left - whole.left, whole.bottom - box.bottom, box.width, box.height];
            return [...picture.querySelectorAll(".boxes i")].map((box) => place(box.getBoundingClientRect()));
        }"""
        found: list[list[float]] = map_.evaluate(script)
        return found


class ViewerAlone(Viewer):
    """One or two viewers that no page stands round: at the beginning, still, with nothing selected or pointed at."""

    def open(self, *seen: tuple[Request, StageView], **words: Any) -> "ViewerAlone":  # type: ignore[override]
        self.page.mouse.move(2, 2)
        put(self.page, "viewer/viewer", [(ROOM, also(show(*one).blob, words)) for one in seen])
        self.ready()
        self.page.evaluate(WATCH)
        self.page.evaluate("() => { transport.pause(); transport.seek(0); }")
        return self

    def change(self, seen: tuple[Request, StageView]) -> None:
        """Hand it over again, as the app does after a knob or a change of theme."""
        hand(self.page, "viewer/viewer", show(*seen).blob)


@pytest.fixture
def viewer(alone: PlayerAlone) -> ViewerAlone:
    return ViewerAlone(alone)


@cache
def done(network: Desed, source: Any = CLIP, seed: int = 0) -> dict[str, Run]:
    return run_network(network.network, source.grid().values[None], seed)


# --- time ---


def check_cursors(viewer: Viewer, network: Desed, kind: str = "clip", frames: int = 63) -> None:
    """In every map in view, these among them, the cursor stands where the time lies, by the fields' centres."""
    viewer.look_at(kind)
    time, found = viewer.cursors()
    assert found[kind]
    stages = network.network
    across = {name: field[0] for (name, _), field in zip(stages.stages, fields(stages), strict=True)}
    lengths = dict(zip(across, (shape[1] for shape in stages.shapes((1, frames, 128))), strict=True))
    for name, at, width in (one for maps in found.values() for one in maps):
        unit = time / STEP  # a frame of the input; of a stage the unit that is centred there
        if name != INPUT:
            field = across[name]
            unit = (unit - ((field.size - 1) / 2 - field.before)) / field.jump
        share = (unit + 0.5) / lengths.get(name, frames)
        assert at == pytest.approx(share * width, abs=PIXEL), (name, time)


@pytest.mark.parametrize("time", [0.0, 0.3, 0.62, 1.0])
def test_the_cursor_stands_where_the_time_lies_on_every_map(time, viewer):
    viewer.open(AT_POOLING)
    viewer.seek(time)
    for kind in ("clip", "strip", "planes", "grid"):
        check_cursors(viewer, BASELINE, kind)


def test_a_map_that_is_scrolled_into_view_has_its_cursor_where_the_others_have(viewer):
    viewer.open(AT_POOLING)
    viewer.look_at("clip")
    viewer.seek(0.4)
    viewer.root.locator("[data-stage=pooling6]").scroll_into_view_if_needed()
    viewer.wait_until("({ cursors }) => [...cursors.seen].some(({ stage }) => stage.name === 'pooling6')")
    check_cursors(viewer, BASELINE, "strip")


# Stop when this time has passed: a hand comes too late on a busy machine.
STOP_AT = """(root, time) => {
    const stop = () => [...root.querySelectorAll("button")].find((one) => one.textContent === "■ Stop");
    const look = () => transport.time > time && stop() ? stop().click() : requestAnimationFrame(look);
    look();
}"""


def test_it_runs_with_the_sound_and_stops(viewer):
    viewer.open(AT_LENGTH)
    viewer.look_at("clip")
    viewer.root.evaluate(STOP_AT, 0.3)
    viewer.button("▶ Play").click()
    viewer.pass_by(0.1)
    check_cursors(viewer, LESSON, frames=188)
    viewer.page.wait_for_function("transport.time > 0.3 && !transport.playing")
    expect(viewer.button("▶ Play")).to_be_visible()
    stopped = viewer.time()
    assert 0.3 < stopped < 3
    expect(viewer.root.locator(".time")).to_have_text(f"{stopped:.2f} s of 3.00 s")
    viewer.screen.settle()
    assert viewer.time() == stopped
    check_cursors(viewer, LESSON, frames=188)
    assert viewer.page.evaluate("heard")[0]["when"] == [0, 0, 3]
    viewer.seek(2.8)
    viewer.button("▶ Play").click()
    viewer.page.wait_for_function("transport.time === 3 && !transport.playing")  # at the end it stops by itself
    expect(viewer.button("▶ Play")).to_be_visible()
    assert viewer.page.evaluate("heard")[1]["when"][1] == pytest.approx(2.8)


def test_a_sound_that_ends_before_the_cursor_is_shown_from_its_beginning(viewer):
    viewer.open(AT_LENGTH)
    viewer.seek(2.5)
    viewer.open(AT_CONV)
    assert viewer.root.locator(".time").inner_text() == "0.00 s of 1.00 s"
    check_cursors(viewer, LESSON)


def test_a_click_on_the_input_and_arrow_keys_move_the_cursor_and_space_plays(viewer):
    viewer.open(AT_LENGTH)
    viewer.page.mouse.click(*viewer.spot(viewer.clip, (30 + 0.5) / 188))
    assert viewer.time() == pytest.approx(30 * STEP, abs=STEP / 10)
    check_cursors(viewer, LESSON, frames=188)
    viewer.clip.focus()
    for key, time in (("ArrowRight", 0.58), ("ArrowLeft", 0.48), ("Shift+ArrowRight", 1.48), ("Shift+ArrowLeft", 0.48)):
        viewer.page.keyboard.press(key)
        assert viewer.time() == pytest.approx(time, abs=STEP / 10)
    for _ in range(5):
        viewer.page.keyboard.press("ArrowLeft")
    assert viewer.time() == 0
    viewer.page.keyboard.press(" ")
    viewer.pass_by(0.05)
    viewer.page.keyboard.press(" ")
    assert not viewer.is_playing()


def test_a_selection_is_heard_from_its_start_to_its_end(viewer):
    viewer.open(AT_CONV)
    viewer.drag(0.2, 0.5)
    expect(viewer.root.locator(".part")).to_contain_text("0.20 s to 0.50 s")
    viewer.button("Hear it").click()
    expect(viewer.button("▶ Play")).to_be_visible()
    assert not viewer.is_playing()
    assert viewer.time() == pytest.approx(0.5, abs=STEP / 10)
    (heard,) = viewer.page.evaluate("heard")
    assert heard["when"] == pytest.approx([0, 0.2, 0.3], abs=STEP / 5)
    (left, _, width, _), whole = viewer.boxes(viewer.clip)[0], viewer.clip.bounding_box()
    ends = [(time / STEP + 0.5) / 63 * whole["width"] for time in (0.2, 0.5)]
    assert [left, left + width] == pytest.approx(ends, abs=2 * PIXEL)
    viewer.button("✕").click()
    expect(viewer.root.locator(".part")).to_be_hidden()
    expect(viewer.root.locator(".boxes .selection")).to_have_count(0)


def test_what_a_unit_sees_is_heard_in_its_seconds_and_its_band(viewer):
    viewer.open((Request(LESSON, CLIP), StageView("conv2", 0, (30, 3))))
    found = spans(LESSON.network, (1, 63, 128), "conv2")[INPUT]
    start, stop = DESED.span(*map(int, found[0][30]))
    low, high = DESED.edges()[found[1][3][0], 0], DESED.edges()[found[1][3][1], 1]
    viewer.button("Hear what it sees").click()
    (heard,) = viewer.page.evaluate("heard")
    assert heard["when"] == pytest.approx([0, start, stop - start], abs=1e-4)
    kinds = [("highpass", low)] * 2 + [("lowpass", high)] * 2
    assert [kind for kind, _ in heard["filters"]] == [kind for kind, _ in kinds]
    assert [hertz for _, hertz in heard["filters"]] == pytest.approx([hertz for _, hertz in kinds], rel=1e-5)
    expect(viewer.button("▶ Play")).to_be_visible()
    assert viewer.time() == pytest.approx(stop, abs=1e-4)


def test_the_server_hears_of_a_choice_and_of_nothing_else(viewer):
    viewer.open(AT_CONV)
    viewer.button("▶ Play").click()
    viewer.page.mouse.click(*viewer.spot(viewer.clip, 0.9))
    viewer.drag(0.2, 0.4)
    viewer.button("Hear it").click()
    viewer.page.mouse.move(*viewer.over((20, 10), (63, 32)))
    expect(viewer.said).to_contain_text("conv1[0, 3, 20, 10]")
    viewer.root.get_by_label("sort by").select_option("variance")
    viewer.root.get_by_label("colours by").select_option("layer")
    viewer.button("Fill block by block").click()
    expect(viewer.button("▶ Play")).to_be_visible()
    assert not viewer.screen.told()
    viewer.root.locator(".grid [data-channel='7']").click()
    ((name, said),) = viewer.screen.told()
    assert (name, said["channel"]) == ("picked", 7)


# --- choices ---


def test_stage_and_channel_are_chosen_by_their_pictures(screen):
    viewer = Viewer(screen).open(ONE)
    viewer.root.locator("[data-stage=relu1]").click()
    viewer.ready("relu1.0")
    viewer.addressed(stage="relu1")
    viewer.root.locator(".grid [data-channel='5']").click()
    viewer.ready("relu1.5")
    viewer.addressed(stage="relu1", channel=5)
    pressed = viewer.root.locator("[aria-pressed=true]")
    assert [one.get_attribute("data-focus") for one in pressed.all()] == ["stage relu1", "channel 5"]
    expect(viewer.root.get_by_role("heading", name="relu1, channel 5 of 64")).to_be_visible()
    np.testing.assert_allclose(viewer.tensor("plane.after"), done(LESSON)["relu1"].y[0, 5], rtol=1e-5, atol=1e-6)
    viewer.page.keyboard.press("Shift+Tab")  # the keyboard is still where it was
    assert viewer.root.evaluate("(root) => root.getRootNode().activeElement.dataset.focus") == "channel 4"


def test_a_changed_channel_redraws_the_stage_alone_and_a_click_what_it_moves(screen, told):
    """The first change sends all, for from then on there is a way back; what asks for more draws the knobs."""
    viewer = Viewer(screen).open(f"{ONE}&stage=relu1")
    screen.set("channel", 1)
    viewer.ready("relu1.1")
    screen.wait_idle()
    told.clear()
    screen.set("channel", 2)
    viewer.ready("relu1.2")
    screen.wait_idle()
    assert [message.WhichOneof("type") for message in told].count("new_session") == 1  # one run
    seen = {"bidi_component", "button_group", "markdown"}  # the viewer, the view, and what is said
    assert drawn(told) == seen
    told.clear()
    viewer.root.locator(".grid [data-channel='5']").click()
    viewer.ready("relu1.5")
    expect(screen.knob("channel")).to_have_value("5")  # the box is told
    screen.wait_idle()
    assert [message.WhichOneof("type") for message in told].count("new_session") == 1
    assert drawn(told) == seen | {"selectbox", "number_input"}  # stage; channel, frame and mel
    assert [message.delta.new_element.WhichOneof("type") for message in told].count("number_input") == 3
    told.clear()
    screen.page.locator(".st-key-view button", has_text="attribution").click()
    expect(screen.knob("method")).to_be_visible()
    screen.wait_idle()
    assert "number_input" in drawn(told) and "navigation" not in drawn(told)


def drawn(told: list[ForwardMsg]) -> set[str]:
    """The kinds of elements that were sent; and of what stands round the page."""
    kinds = {str(message.WhichOneof("type")) for message in told} & {"navigation"}
    return kinds.union(str(one.delta.new_element.WhichOneof("type")) for one in told) - {"None"}


def test_a_link_opens_at_its_stage_channel_and_unit(screen):
    viewer = Viewer(screen).open(f"{ONE}&stage=pooling1&channel=9&frame=40&mel=5&seed=3")
    viewer.ready("pooling1.9")
    value = done(LESSON, CLIP, 3)["pooling1"].y[0, 9, 40, 5]
    name, said = viewer.said.inner_text().split(" = ")
    assert name == "pooling1[0, 9, 40, 5]"
    assert number(said) == pytest.approx(float(value), abs=1e-4)


# --- units ---


def number(text: str) -> float:
    """The number that a text begins with, as the sentence writes it."""
    found = re.match(r"[−\d.]+(e[−\d]+)?", text)
    assert found, text
    return float(found[0].rstrip(".").replace("−", "-"))


SENTENCE = re.compile(
    r"(?P<stage>\w+)\[0, (?P<channel>\d+), (?P<frame>\d+), (?P<mel>\d+)\] = (?P<value>\S+)\. It sees "
    r"(?P<start>[\d.]+) s to (?P<stop>[\d.]+) s \((?P<ms>[\d,]+) ms\), (?P<low>[\d.]+ k?Hz) to (?P<high>[\d.]+ k?Hz): "
    r"frames? (?P<f0>\d+)(?: to (?P<f1>\d+))? and mels? (?P<m0>\d+)(?: to (?P<m1>\d+))? of the input"
)


def hertz(words: str) -> float:
    value, unit = words.split()
    return float(value) * (1000 if unit == "kHz" else 1)


def check_unit(viewer: Viewer, run: Run, channel: int, unit: tuple[int, int], stage: str) -> None:
    """The sentence has torch's value, and the field in cells, seconds and hertz."""
    expect(viewer.said).to_contain_text(f"{stage}[0, {channel}, {unit[0]}, {unit[1]}] = ")
    said = SENTENCE.match(viewer.said.inner_text())
    assert said, viewer.said.inner_text()
    assert number(said["value"]) == pytest.approx(float(run.y[0, channel, *unit]), abs=6e-5)
    frames, mels = (
        table[at] for table, at in zip(spans(LESSON.network, (1, 63, 128), stage)[INPUT], unit, strict=True)
    )
    lit = [int(said[key] or said[first]) for key, first in (("f0", "f0"), ("f1", "f0"), ("m0", "m0"), ("m1", "m0"))]
    assert lit == [*frames, *mels]
    start, stop = DESED.span(*map(int, frames))
    assert [float(said["start"]), float(said["stop"])] == pytest.approx([start, stop], abs=0.006)
    assert float(said["ms"].replace(",", "")) == pytest.approx(1000 * (stop - start), abs=0.6)
    band = [DESED.edges()[mels[0], 0], DESED.edges()[mels[1], 1]]
    assert [hertz(said["low"]), hertz(said["high"])] == pytest.approx(band, rel=0.006, abs=0.6)


def check_boxes(viewer: Viewer, stage: str, unit: tuple[int, int], where: list[str]) -> None:
    """The boxes on these maps lie at the shares of the spans, from the left and from the bottom."""
    shapes = dict(zip((name for name, _ in LESSON.network.stages), LESSON.network.shapes((1, 63, 128)), strict=True))
    shapes[INPUT] = (1, 63, 128)
    for name, tables in spans(LESSON.network, (1, 63, 128), stage).items():
        if name not in where:
            continue
        picture = viewer.clip if name == INPUT else viewer.root.locator(f"[data-stage={name}] .picture")
        whole = picture.bounding_box()  # nothing is scrolled: the pointer stays where it is
        (box,) = viewer.boxes(picture)
        (f0, f1), (m0, m1) = (table[at] for table, at in zip(tables, unit, strict=True))
        _, frames, mels = shapes[name]
        left, right = f0 / frames * whole["width"], (f1 + 1) / frames * whole["width"]
        bottom, top = m0 / mels * whole["height"], (m1 + 1) / mels * whole["height"]
        assert box == pytest.approx([left, bottom, max(4, right - left), max(4, top - bottom)], abs=PIXEL), name


@pytest.mark.parametrize("unit", [(20, 10), (0, 0), (62, 31)])
def test_a_unit_under_the_pointer_is_torchs_and_its_boxes_lie_where_it_sees_and_reaches(unit, viewer):
    viewer.open(AT_CONV)
    viewer.page.mouse.move(*viewer.over(unit, (63, 32)))
    check_unit(viewer, done(LESSON)["conv1"], 3, unit, "conv1")
    check_boxes(viewer, "conv1", unit, [INPUT, "conv0", "conv1", "pooling1", "pooling2"])
    kinds = "(root, name) => root.querySelector(`[data-stage=${name}] .boxes i`).className"
    assert [viewer.root.evaluate(kinds, name) for name in ("conv0", "conv1", "pooling2")] == ["unit", "unit", "reach"]


def test_a_clicked_unit_stays_and_the_keys_walk_on_from_it(screen):
    viewer = Viewer(screen).open(PAGE_AT_CONV)
    viewer.page.mouse.click(*viewer.over((20, 10), (63, 32)))
    viewer.addressed(frame=20, mel=10)
    viewer.page.mouse.move(2, 2)
    check_unit(viewer, done(LESSON)["conv1"], 3, (20, 10), "conv1")
    viewer.plane.focus()
    for key, unit in (("ArrowRight", (21, 10)), ("ArrowUp", (21, 11)), ("Shift+ArrowLeft", (11, 11))):
        viewer.page.keyboard.press(key)
        check_unit(viewer, done(LESSON)["conv1"], 3, unit, "conv1")
    viewer.page.keyboard.press("Escape")
    check_unit(viewer, done(LESSON)["conv1"], 3, (20, 10), "conv1")
    viewer.page.keyboard.press("ArrowDown")
    viewer.page.keyboard.press("Enter")
    viewer.addressed(frame=20, mel=9)
    check_unit(viewer, done(LESSON)["conv1"], 3, (20, 9), "conv1")
    viewer.page.keyboard.press("ArrowDown")  # the map was drawn again, and still has the keys
    check_unit(viewer, done(LESSON)["conv1"], 3, (20, 8), "conv1")


def test_stretches_stand_in_the_address_and_one_is_analysed_alone(screen):
    viewer = Viewer(screen).open(PAGE_AT_CONV)
    viewer.root.get_by_label("sort by").select_option("contrast")
    viewer.drag(0.25, 0.5)
    expect(viewer.page).to_have_url(re.compile(r"[?&]marks=0\.\d\d-\d\.\d\d(&|$)"))
    screen.wait_idle()
    expect(viewer.root.locator(".boxes i.selection")).to_have_count(1)
    expect(viewer.root.get_by_label("sort by")).to_have_value("contrast")
    viewer.button("✕").click()
    expect(viewer.page).not_to_have_url(re.compile("marks=0"))
    screen.wait_idle()
    viewer.root.get_by_label("sort by").select_option("index")
    viewer.drag(0.2, 0.6)
    viewer.button("Analyse it alone").click()
    frames = DESED.frames(round(0.4 * RATE))
    viewer.wait_until("({ scene }, frames) => scene.tensors.input.shape[0] === frames", frames)
    start, stop = (float(viewer.address()[name]) for name in ("from", "to"))
    assert (start, stop) == pytest.approx((0.2, 0.6), abs=0.011)
    expect(viewer.root.locator(".time")).to_contain_text(f"of {stop - start:.2f} s")
    expect(viewer.root.locator(".part")).to_be_hidden()
    samples = CLIP.samples()[round(start * RATE) : round(stop * RATE)]
    assert viewer.tensor("samples") == pytest.approx(np.trunc(samples.clip(-1, 1) * 32767), abs=1)


# --- all channels ---


def test_channels_are_sorted_as_numpy_sorts_them(viewer):
    viewer.open(AT_CONV)
    flat = done(LESSON)["conv1"].y[0].reshape(64, -1)
    columns = {"mean": flat.mean(1), "max": flat.max(1), "variance": flat.var(1), "zeros": (flat == 0).mean(1)}
    columns["index"] = -np.arange(64)
    for by, column in columns.items():
        viewer.root.get_by_label("sort by").select_option(by)
        shown = viewer.root.locator(".grid button").evaluate_all("(all) => all.map((one) => +one.dataset.channel)")
        assert sorted(shown) == list(range(64))
        assert (np.diff(column[shown]) <= 1e-6 * np.abs(column).max()).all(), by
        said = viewer.root.locator(".grid button .value").all_text_contents()
        for text, channel in zip(said, shown, strict=True):
            if by == "index":
                assert text == ""
            else:  # as a person reads it, to three digits
                number = float(text.removesuffix(" %").replace("−", "-")) / (100 if by == "zeros" else 1)
                assert number == pytest.approx(column[channel], rel=0.01, abs=0.006 if by == "zeros" else 0.001)


def areas_of(viewer) -> list[float]:
    """The numbers on the cards, in their order."""
    said = viewer.root.locator(".grid button .value").all_text_contents()
    return [float(text) for text in said if text != "–"]


def test_channels_are_sorted_by_how_well_they_tell_a_stretch_from_the_rest_or_another(viewer):
    viewer.open(AT_CONV)
    viewer.root.get_by_label("sort by").select_option("contrast")
    expect(viewer.root.locator(".hint")).to_contain_text("Drag over the sound above")
    viewer.ask("(viewer) => viewer.select([0.25, 0.75])")
    expect(viewer.root.locator(".hint")).to_contain_text("0.25 s to 0.75 s against the rest")
    rest = areas_of(viewer)
    far = [abs(value - 0.5) for value in rest]
    assert len(far) > 32
    assert far == sorted(far, reverse=True)
    assert far[0] > far[-1]
    viewer.root.get_by_role("button", name="Against another").click()
    expect(viewer.root.get_by_test_id("other")).to_contain_text("Drag over the other stretch")
    box = viewer.root.locator(".clip .picture").bounding_box()
    assert box
    viewer.page.mouse.move(box["x"] + 0.05 * box["width"], box["y"] + 20)
    viewer.page.mouse.down()
    viewer.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 20, steps=4)
    viewer.page.mouse.up()
    expect(viewer.root.get_by_test_id("other")).to_contain_text("against 0.")
    expect(viewer.root.locator(".boxes i.other")).to_have_count(1)
    expect(viewer.root.locator(".hint")).to_contain_text("0.25 s to 0.75 s against 0.")
    assert areas_of(viewer) != rest
    ((name, said),) = [one for one in viewer.screen.told() if len(one[1].get("marks", [])) == 2]
    assert name == "picked"
    assert said["marks"][0] == [0.25, 0.75]
    viewer.root.get_by_role("button", name="✕").click()
    assert viewer.ask("(viewer) => [viewer.selection, viewer.other]") == [None, None]
    viewer.root.get_by_label("sort by").select_option("index")


def test_stretches_of_the_address_are_marked_and_sorted_by(viewer):
    viewer.open(AT_CONV, marks=[[0.5, 1.0], [1.25, 1.5]])
    expect(viewer.root.get_by_label("sort by")).to_have_value("contrast")
    expect(viewer.root.locator(".hint")).to_contain_text("0.50 s to 1.00 s against 1.25 s to 1.50 s")
    expect(viewer.root.locator(".boxes i.selection")).to_have_count(2)


def test_stretches_that_are_let_go_before_the_server_has_answered_leave_the_address(viewer):
    viewer.open(AT_CONV)
    viewer.root.get_by_label("sort by").select_option("contrast")
    viewer.drag(0.25, 0.5)
    viewer.button("✕").click()
    (_, marked), last = viewer.screen.told()
    assert len(marked["marks"]) == 1
    assert last == ["picked", {"marks": []}]


def test_channels_are_sorted_by_how_well_they_tell_a_class(viewer):
    values = np.linspace(0, 1, 64)[::-1].tolist()
    values[7] = None
    viewer.open(AT_CONV, tells={"words": "speech against the rest", "values": values})
    expect(viewer.root.get_by_label("sort by")).to_have_value("tells")
    expect(viewer.root.locator(".hint")).to_contain_text("How often the one excites the channel more than the other")
    shown = viewer.root.locator(".grid button").evaluate_all("(all) => all.map((one) => +one.dataset.channel)")
    assert shown[:2] == [0, 63]
    assert shown[-1] == 7
    said = viewer.root.locator(".grid button .value").all_text_contents()
    assert said[:2] == ["1.00", "0.00"]
    assert said[-1] == "–"


def test_dead_channels_are_marked_in_words(viewer):
    viewer.open((Request(EVAL, CLIP), StageView("relu0")))
    dead = [channel for channel, values in enumerate(done(EVAL)["relu0"].y[0]) if not values.any()]
    assert dead
    marked = viewer.root.locator(".grid button:has(em)")
    assert [int(one.get_attribute("data-channel")) for one in marked.all()] == dead
    expect(marked.first).to_have_accessible_name(f"channel {dead[0]}, dead")
    viewer.root.get_by_label("sort by").select_option("zeros")
    expect(viewer.root.locator(".grid button").first).to_have_accessible_name(f"channel {dead[0]}, dead")
    marked.first.click()
    assert viewer.screen.told() == [["picked", {"channel": dead[0]}]]
    viewer.change((Request(EVAL, CLIP), StageView("relu0", dead[0])))
    expect(viewer.root.locator("dl")).to_contain_text(re.compile(r"this channel is\s*dead"))


def test_a_map_of_one_cell_is_constant(viewer):
    small = Desed(
        kernel_size=(3, 3), padding=(1, 1), stride=(1, 1), nb_filters=(4, 4), pooling=((16, 16), (3, 8)), training=True
    )
    viewer.open((Request(small, CLIP), StageView("pooling1")))
    assert viewer.root.locator(".grid em").all_text_contents() == ["constant"] * 4
    viewer.page.mouse.move(*viewer.spot(viewer.plane, 0.9))
    expect(viewer.said).to_contain_text(re.compile(r"^pooling1\[0, 0, 0, 0\] = .* mels 0 to 127 of the input"))


def test_colours_by_layer_make_all_but_the_strongest_channel_paler(viewer):
    viewer.open(AT_CONV)
    strongest, other = np.abs(done(LESSON)["conv1"].y[0]).max((1, 2)).argsort()[[-1, 0]].tolist()
    maps = [viewer.root.locator(f".grid [data-channel='{channel}']") for channel in (strongest, other)]
    before = [viewer.pixels(one) for one in maps]
    viewer.root.get_by_label("colours by").select_option("layer")
    after = [viewer.pixels(one) for one in maps]
    viewer.root.get_by_label("colours by").select_option("channel")
    assert np.abs(after[0] - before[0]).max() <= 4  # a level
    assert after[1].mean() > before[1].mean() + 10  # on a light page zero is white
    np.testing.assert_array_equal(viewer.pixels(maps[1]), before[1])


# --- gates ---


def ink(name: str, share: np.ndarray) -> np.ndarray:
    """The colour at a share of a light palette."""
    stops = np.array([[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in PALETTE[name]["light"]])
    places = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(share, places, stops[:, part]) for part in range(3)], axis=-1)


def test_a_gate_shows_signal_gate_and_product_and_they_are_torchs(viewer):
    viewer.open((Request(GATED, CLIP), StageView("glu1", 2)))
    assert viewer.root.locator(".plane header b").all_inner_texts() == ["signal", "gate", "product"]
    signal, gate, product = (viewer.tensor(f"plane.{name}") for name in ("signal", "gate", "product"))
    np.testing.assert_allclose(signal * gate, product, atol=1e-5)
    run = done(GATED)["glu1"]
    np.testing.assert_allclose(product, run.y[0, 2], atol=1e-5)
    np.testing.assert_allclose(gate, 1 / (1 + np.exp(-run.x[0, 2])), atol=1e-5)
    most = np.abs(product).max()
    wanted = [("gate", gate), ("signed", (product + most) / (2 * most))]
    for (name, share), plane in zip(wanted, viewer.root.locator(".plane").all()[1:], strict=True):
        assert np.abs(viewer.pixels(plane) - ink(name, share)).max() <= 4, name  # half of a level of 254


# --- two at once ---


OTHERS = {
    "setting": Request(Desed(activation="relu", training=True), LONG, Seeded(4)),
    "sound": Request(LESSON, LogMel(seconds=3, sound="speech")),
}


@pytest.mark.parametrize("what", OTHERS)
def test_two_viewers_have_one_cursor(what, viewer):
    other = OTHERS[what]
    viewer.open((Request(LESSON, LONG), StageView("conv0")), (other, StageView("conv0")))
    both = [viewer, ViewerAlone(viewer.screen, 1)]
    both[1].ready("conv0.0")
    both[1].page.mouse.click(*both[1].spot(both[1].clip, (30 + 0.5) / 188))
    for one in both:
        check_cursors(one, LESSON, frames=188)
    both[1].button("▶ Play").click()
    for one in both:
        expect(one.button("■ Stop")).to_be_visible()
    both[0].button("■ Stop").click()
    assert viewer.time() > 30 * STEP - 0.01
    for one in both:
        check_cursors(one, LESSON, frames=188)
        expect(one.root.locator(".time")).to_have_text(f"{viewer.time():.2f} s of 3.00 s")
    theirs = done(LESSON, other.input, other.weights.seed)["conv0"].y[0, 0]
    np.testing.assert_allclose(both[1].tensor("plane.output"), theirs, rtol=1e-5, atol=1e-5)


# --- uploads ---


def test_a_sound_and_an_array_of_ones_own_are_shown_and_heard_and_a_bad_file_is_not(screen):
    viewer = Viewer(screen).open("input=upload")
    data = encoded(tone(0.5), kind="FLAC")
    put_file(screen, "tone.flac", data)
    values = Upload(data=data, name="tone.flac").grid().values
    viewer.wait_until("({ scene }, frames) => scene.tensors.input.shape[0] === frames", values.shape[1])
    np.testing.assert_allclose(viewer.tensor(INPUT), values[0], atol=1e-6)
    runs(viewer)
    viewer.root.locator("[data-stage=relu0]").click()
    viewer.ready("relu0.0")
    levels = np.random.default_rng(2).uniform(-50, 30, (40, 128)).astype(np.float32)  # decibels
    put_file(screen, "levels.npy", npy(levels))
    viewer.wait_until("({ scene }) => scene.tensors.input.shape[0] === 40")
    wanted = (levels - levels.min()) / (levels.max() - levels.min())
    np.testing.assert_allclose(viewer.tensor(INPUT), wanted, atol=1e-5)
    assert not viewer.ask("({ scene }) => 'samples' in scene.tensors")
    runs(viewer)
    viewer.root.locator("[data-stage=relu1]").click()
    viewer.ready("relu1.0")
    put_file(screen, "text.png", HOSTILE["text.png"][0])
    expect(screen.alert).to_have_count(1)
    screen.wait_idle()
    assert len(screen.alert.inner_text().splitlines()) <= 3
    expect(screen.page.get_by_test_id("stException")).to_have_count(0)
    np.testing.assert_allclose(viewer.tensor(INPUT), wanted, atol=1e-5)


def runs(viewer: Viewer) -> None:
    """The cursor runs on this input, to its end."""
    viewer.seek(0)
    viewer.button("▶ Play").click()
    viewer.pass_by(0.1)
    expect(viewer.button("▶ Play")).to_be_visible()
    assert viewer.time() == viewer.ask("({ sound }) => sound.length")


def test_a_picture_has_frames_and_mels_on_its_axes_and_its_cursor_runs_silently(viewer):
    viewer.open((Request(LESSON, Photo()), StageView("pooling0")))
    _, frames, mels = viewer.ask("({ stages }) => stages.input.shape")
    assert viewer.root.locator(".clip .axis").all_inner_texts() == [
        f"frame 0\nframe {frames - 1}",
        f"mel 0\nmel {mels - 1}",
    ]
    runs(viewer)
    viewer.page.mouse.move(*viewer.spot(viewer.plane, 0.5))
    sees = re.compile(r"= \S+ It sees frames? \d+( to \d+)? and mels? \d+( to \d+)? of the input")
    expect(viewer.said).to_contain_text(sees)
    expect(viewer.button("Hear what it sees")).to_be_hidden()


# --- devices ---


def test_on_a_phone_in_the_dark_nothing_sticks_out_and_fingers_choose(open_tab, app_url):
    viewer = Viewer(Screen(open_tab(**PHONE, color_scheme="dark"), app_url)).open(f"{ONE}&activation=glu&stage=glu0")
    assert viewer.ask("({ dark }) => dark")
    assert not viewer.root.evaluate(STICKS_OUT)
    assert viewer.root.evaluate(APART) > 12
    viewer.page.touchscreen.tap(*viewer.spot(viewer.clip, (40 + 0.5) / 63))
    viewer.page.wait_for_function("transport.time > 0")
    assert viewer.time() == pytest.approx(40 * STEP, abs=STEP / 3)
    thumbnail = viewer.root.locator(".grid [data-channel='6']")
    thumbnail.tap()
    viewer.ready("glu0.6")
    viewer.addressed(channel=6)
    viewer.page.touchscreen.tap(*viewer.over((31, 64), (63, 128)))
    viewer.addressed(frame=31, mel=64)
    viewer.root.evaluate("(root) => root.addEventListener('animationstart', () => (root.fills = true))")
    viewer.button("Fill block by block").tap()
    viewer.wait_until("({ root }) => root.fills")  # this phone has nothing against motion


# Pixels between two numbers along the time that stand nearest to one another.
APART = """(root) => Math.min(...[...root.querySelectorAll(".axis.across")].flatMap((axis) => {
    const boxes = [...axis.children].map((mark) => mark.getBoundingClientRect());
    return boxes.slice(1).map((box, i) => box.left - boxes[i].right);
}))"""

# What is wider than the window; the strip may be scrolled, and what lies on a map is cut off at its ends.
STICKS_OUT = """(root) => {
    const parts = [...root.querySelectorAll("*")].filter((part) => !part.parentElement.closest(".strip, .picture"));
    const found = parts.filter((part) => {
        const { left, right, width } = part.getBoundingClientRect();
        return width && (left < -0.5 || right > innerWidth + 0.5);
    });
    const page = document.documentElement.scrollWidth > innerWidth ? ["page"] : [];
    return [...page, ...found.map((part) => part.className)];
}"""
FILLING = "(strip) => strip.getAnimations({ subtree: true }).length"


def test_with_less_motion_the_maps_fill_at_once(viewer):
    viewer.open(AT_CONV)  # whose browser asks for less motion
    viewer.button("Fill block by block").click()
    assert viewer.root.locator(".strip.filling").evaluate(FILLING) == 0


def test_another_theme_draws_the_maps_anew(viewer):
    viewer.open(AT_CONV)
    first = viewer.root.locator(".grid [data-channel='0']")
    light = viewer.pixels(first)
    for theme, dark in (("dark", True), ("light", False)):
        viewer.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        viewer.change(AT_CONV)
        assert viewer.ask("({ dark }) => dark") is dark
        assert np.array_equal(viewer.pixels(first), light) is not dark


# --- what it hears ---

HEARING = Desed(nb_filters=(4, 5, 6), pooling=((1, 4), (2, 4), (2, 4)), classes=3, head_mels=2)
AT_HEARING = (Request(HEARING, CLIP, Seeded(4)), StageView("conv1", 3))


def test_what_it_hears_is_torchs_sigmoid_of_the_head_at_the_cursor(viewer):
    viewer.open(AT_HEARING)
    likely = torch.sigmoid(torch.from_numpy(done(HEARING, seed=4)[HEAD].y[0, :, :, 0].copy())).numpy()
    np.testing.assert_allclose(viewer.tensor("belief"), likely, rtol=1e-5)
    rows = viewer.root.locator(".belief .row")
    expect(rows).to_have_count(3)
    for time in (0.0, 0.4, 1.0):
        viewer.seek(time)
        frame = min(likely.shape[1] - 1, int((time / STEP - 1.5) / 4 + 0.5))  # four frames of the input to each
        shown = [float(text) for text in rows.locator(".number").all_inner_texts()]
        np.testing.assert_allclose(shown, likely[:, max(0, frame)], atol=0.006)
    for row in range(3):
        drawn = rows.nth(row).locator("path").get_attribute("d")
        heights = [1 - float(height) for height in re.findall(r"V([\d.]+)H", drawn or "")]
        np.testing.assert_allclose(heights, likely[row], atol=1e-4)


def test_the_cursor_runs_over_what_it_hears_and_without_a_head_nothing_is_there(viewer):
    viewer.open(AT_HEARING)
    viewer.look_at("belief")
    viewer.seek(0.5)
    where = """({ cursors }) => [...cursors.seen].filter(({ picture }) => picture.closest(".belief"))
        .map(({ picture, cursor }) => {
            const [box, line] = [picture, cursor].map((one) => one.getBoundingClientRect());
            return (line.left - box.left) / box.width;
        })"""
    found = viewer.ask(where)
    frames = HEARING.shapes((1, 63, 128))[-1][1]
    assert found == pytest.approx([((0.5 / STEP - 1.5) / 4 + 0.5) / frames] * 3, abs=0.005)
    viewer.open(AT_CONV)
    expect(viewer.root.locator(".belief")).to_be_hidden()
