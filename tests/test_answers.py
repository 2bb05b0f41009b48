"""What excites a channel, as it is sent to a browser and as it is seen there."""

from pathlib import Path

import numpy as np
import pytest
import test_player_helpers as player
from alone import empty, hand, put
from playwright.sync_api import expect
from test_exciting import NETWORK, SHAPE, outputs, some

from cnnviz.core.layers import AvgPool, Conv
from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.inputs.events import UNSEEN
from cnnviz.inputs.events import clip as event_clip
from cnnviz.inputs.logmel import DESED, RATE
from cnnviz.networks.exciting import Answers, edges_of, find, pack, unpack
from cnnviz.networks.network import Network
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.exciting.clips import make_clips
from cnnviz.scenes.exciting.panel import make_panel, stages_of
from cnnviz.scenes.palette import TOP
from cnnviz.web.components.answers import ROOM

HERE = Path(__file__).parent
STATIC = HERE.parent / "static" / "answers"
MODULE = "answers/answers"
CLASSES = ("a", "b", "c")
DATA, STATE = some(40), NETWORK.state(0)
EDGES = edges_of(NETWORK, STATE, DATA)
ANSWERS: dict[str, Answers] = unpack(pack(find(NETWORK, STATE, DATA, EDGES), 3, EDGES))


def panel(stage: str = "conv", channel: int = 0) -> Scene:
    labels = [CLASSES[i] for i in DATA.y]
    return make_panel(NETWORK, DATA.x, labels, CLASSES, ANSWERS, "picture", stage, channel)


@pytest.mark.parametrize("stage", ["conv", "relu", "dense"])
def test_what_is_sent_of_an_example_makes_the_value_that_stands_beside_it(stage):
    """Torch, on the sent example with noise outside the sent box, gives the sent value."""
    scene = panel()
    i = scene.meta["stages"][stage]
    low, high = DATA.x.min(), DATA.x.max()
    x = low + scene.tensors["examples"].astype(np.float32) * (high - low) / TOP
    noise = np.random.default_rng(1).normal(size=SHAPE).astype(np.float32)
    for channel in range(len(scene.tensors[f"value.{i}"])):
        for j, value in enumerate(scene.tensors[f"value.{i}"][channel]):
            example = scene.tensors[f"which.{i}"][channel, j]
            inside = np.zeros(SHAPE[1:], bool)
            inside[tuple(slice(max(a, 0), b) for a, b in scene.tensors[f"box.{i}"][channel, j])] = True
            made = outputs(NETWORK, STATE, np.where(inside, x[example], noise)[None])[stage][0][channel].reshape(-1)
            cell = ANSWERS[stage].best.cell[channel, j]
            assert made[cell] == pytest.approx(value, abs=0.1)  # of levels, each 1/254 of the range
            assert scene.meta["labels"][example] in CLASSES


def test_resting_dropout_hands_on_and_what_moves_cells_has_no_channels():
    found = stages_of(NETWORK, ANSWERS)
    assert found["drop"] == "relu"
    assert "flat" not in found
    assert stages_of(Network((("other", Conv()),)), ANSWERS) == {}


def test_stages_that_do_not_fit_are_left_out(monkeypatch):
    monkeypatch.setattr("cnnviz.scenes.exciting.panel.MOST", SHAPE[1] * SHAPE[2] * 30)
    sent = panel().meta["stages"]
    assert "conv" in sent
    assert "dense" not in sent


@pytest.mark.parametrize("file", sorted((HERE / "answers").glob("*.test.mjs")), ids=lambda file: file.name)
def test_in_node(file, tmp_path):
    player.test_in_node(file, tmp_path)


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_it_fetches_nothing_and_writes_no_markup(path):
    player.test_the_player_fetches_nothing_and_writes_no_markup(path)


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_it_never_derives_a_window_again(path):
    player.test_the_browser_never_derives_a_window_again(path)


@pytest.mark.browser
def test_a_channel_is_shown_with_its_nine_and_its_classes(bare):
    page, watch = bare
    empty(page)  # which knows of no channel that was chosen before
    scene = panel("conv", 2)
    put(page, MODULE, [(ROOM, scene.to_bytes())])
    expect(page.get_by_role("heading", name="What channel 2 of conv answers to")).to_be_visible()
    tiles = page.get_by_test_id("exciting")
    expect(tiles).to_have_count(9)
    which = scene.tensors["which.0"][2]
    expect(tiles.first).to_contain_text(scene.meta["labels"][which[0]])
    assert page.locator(".seen img").first.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 3
    assert page.locator(".whole img").first.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 6
    areas = ANSWERS["conv"].auc[2, :, 0]
    best, area = np.nanargmax(areas), np.nanmax(areas)
    expect(page.locator(".classes li").first).to_contain_text(CLASSES[best])
    expect(page.locator(".classes li").first).to_contain_text(f"{area:.2f}")
    page.get_by_label("stage").select_option("dense")
    page.get_by_label("channel", exact=True).fill("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What channel 4 of dense answers to")).to_be_visible()
    hand(page, MODULE, scene.to_bytes())  # the same network again, on another input
    expect(page.get_by_role("heading", name="What channel 4 of dense answers to")).to_be_visible()
    watch.check()


@pytest.mark.parametrize("stage", ["conv", "relu", "dense"])
def test_the_shares_that_are_sent_are_those_of_what_torch_gives(stage):
    scene = panel()
    i = scene.meta["stages"][stage]
    maps = outputs(NETWORK, STATE, DATA.x)[stage]
    peaks = maps.reshape(*maps.shape[:2], -1).max(axis=2)
    edge, share = scene.tensors[f"edge.{i}"], scene.tensors[f"share.{i}"] / scene.meta["shares"]
    assert scene.tensors[f"n.{i}"].tolist() == [40, *np.bincount(DATA.y, minlength=3)]
    for channel, own in enumerate(edge):
        assert (np.diff(own) >= 0).all()
        for row, values in enumerate([peaks, *(peaks[DATA.y == one] for one in range(3))]):
            place = np.searchsorted(own[1:-1], values[:, channel], side="right")
            wanted = np.bincount(place, minlength=len(own) - 1) / len(values)
            np.testing.assert_allclose(share[channel, row], wanted, atol=1 / scene.meta["shares"])
        assert (np.diff(own)[share[channel, 0] > 0] > 0).all()  # so that each bar has an area


@pytest.mark.browser
def test_how_values_are_spread_is_read_by_keys_and_of_each_class(bare):
    page, watch = bare
    empty(page)
    scene = panel("conv", 1)
    put(page, MODULE, [(ROOM, scene.to_bytes())])
    share, edge = scene.tensors["share.0"][1] / scene.meta["shares"], scene.tensors["edge.0"][1]
    picture, said = page.get_by_test_id("spread"), page.get_by_test_id("bin")
    expect(picture.locator("rect.all")).to_have_count(int((share[0] > 0).sum()))
    best = int(np.nanargmax(ANSWERS["conv"].auc[1, :, 0]))
    other = (best + 1) % 3
    picture.focus()
    page.keyboard.press("End")
    expect(said).to_contain_text(f"and above: {share[0, -1]:.1%}".replace("%", " %").replace(".0 ", " "))
    expect(said).to_contain_text(f"of those of {CLASSES[best]}")
    expect(page.get_by_text("all 40 examples")).to_be_visible()
    page.get_by_role("button", name=f"{CLASSES[other]}, AUC").press("Enter")
    expect(page.get_by_role("button", name=f"{CLASSES[other]}, AUC")).to_be_focused()
    expect(page.get_by_role("button", name=f"{CLASSES[other]}, AUC")).to_have_attribute("aria-pressed", "true")
    expect(said).to_contain_text(f"of those of {CLASSES[other]}")
    box = picture.bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + 40)
    first = int(np.nonzero(np.diff(edge) > 0)[0][0])
    assert picture.get_attribute("aria-valuenow") == "0"
    shown = f"{share[0, first]:.1%}".replace("%", " %").replace(".0 ", " ")
    expect(said).to_contain_text(f"{shown} of all values")
    page.get_by_label("channel", exact=True).fill("3")
    page.keyboard.press("Enter")
    expect(said).to_contain_text(f"of those of {CLASSES[other]}")  # the class stays
    watch.check()


SOUND = Network((("conv", Conv(1, 3, (3, 3), padding=(1, 1))), ("pool", AvgPool((2, 4), (2, 4)))))
EVENTS = SoundEvents(clips=1, tested=12, seconds=2)


@pytest.fixture(scope="module")
def kept() -> dict[str, Answers]:
    return some_clips()


def some_clips() -> dict[str, Answers]:
    split = EVENTS.split()
    state = SOUND.state(0)
    edges = edges_of(SOUND, state, split.test)
    return unpack(pack(find(SOUND, state, split.test, edges), len(split.classes), edges))


def clips(kept: dict[str, Answers], stage: str = "pool", channel: int = 1) -> Scene:
    return make_clips(SOUND, EVENTS, kept[stage], stage, stage, channel, EVENTS.shape)


def test_a_clip_is_cut_where_it_excites_and_is_what_is_heard_there(kept):
    scene, best = clips(kept), kept["pool"].best
    test = EVENTS.split().test
    for j in range(9):
        part = scene.tensors["examples"][j, 0].astype(float)
        (first, end), mels = scene.tensors["box.0"][0, j]
        whole = test.x[best.example[1, j], 0]
        cell = np.unravel_index(best.cell[1, j], (whole.shape[0] // 2, whole.shape[1] // 4))
        start = 2 * cell[0] - 1 - first  # of the part, in the clip: the unit sees 4 frames from one before its own on
        assert end - first == 4
        assert mels.tolist() == [4 * cell[1] - 1, 4 * cell[1] + 5]
        low, high = (np.percentile(part, p) for p in (0, 100))
        assert np.corrcoef(part.ravel(), whole[start : start + len(part)].ravel())[0, 1] > 0.999
        assert low < high
        samples, events = event_clip(UNSEEN + int(best.example[1, j]), 2, EVENTS.most)
        begin, stop = DESED.span(int(start), int(start) + len(part) - 1)
        heard = samples[round(begin * RATE) : round(stop * RATE)]
        np.testing.assert_allclose(scene.tensors[f"samples.{j}"] / 32767, heard.clip(-1, 1), atol=1e-4)
        a, b = DESED.span(2 * int(cell[0]) - 1, 2 * int(cell[0]) + 2)
        true = {event.kind for event in events if event.onset < b and event.offset > a}
        assert set(scene.meta["labels"][j].split(", ")) == (true or {"background"})


@pytest.mark.browser
def test_a_clip_is_heard_by_a_button(bare, kept):
    page, watch = bare
    scene = clips(kept)
    put(page, MODULE, [(ROOM, scene.to_bytes())])
    tiles = page.get_by_test_id("exciting")
    expect(tiles).to_have_count(9)
    page.evaluate("""() => {
      window.started = [];
      const start = AudioBufferSourceNode.prototype.start;
      AudioBufferSourceNode.prototype.start = function (...given) {
        started.push(this.buffer.length);
        return start.apply(this, given);
      };
    }""")
    tiles.nth(2).get_by_role("button", name="Hear it").click()
    assert page.evaluate("started") == [len(scene.tensors["samples.2"])]
    watch.check()
