"""The gating page: values, slopes and gates are torch's; sliders redraw in the browser and ask nobody."""

from math import prod

import numpy as np
import pytest
import torch
from alone import PlayerAlone
from asking import request_of
from page_objects import check_sentence, walk, where
from playwright.sync_api import expect

from cnnviz.core.layers import (
    ELU,
    GELU,
    GLU,
    BatchNorm,
    ContextGating,
    Conv,
    HalvingGLU,
    Layer,
    LeakyReLU,
    MaskGate,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Tanh,
)
from cnnviz.core.run import Run, build
from cnnviz.inputs.patterns import MovingSquare, Ramp, Random
from cnnviz.inputs.samples import Digit
from cnnviz.inputs.signals import Sine
from cnnviz.inputs.sound import LogMel
from cnnviz.scenes.build import show
from cnnviz.scenes.request import Request


def behind(channels: int, maps: int, ndim: int = 2) -> tuple[Layer, ...]:
    """What the page puts before a gate: a convolution that keeps the size, and a batch norm."""
    conv = Conv(channels, maps, (3,) * ndim, padding=(1,) * ndim, padding_mode="replicate", ndim=ndim)
    return conv, BatchNorm(num_features=maps, ndim=ndim)


NOISE = Random(size=(4, 5), channels=2, seed=6)
GATES: dict[str, Request] = {
    "GLU": request_of(GLU(channels=3), Digit(index=1), seed=2, front=behind(1, 3)),
    "GLU-1d": request_of(GLU(channels=4, ndim=1), Sine(size=12), seed=3, front=behind(1, 4, 1)),
    "ContextGating": request_of(ContextGating(channels=3), Digit(index=2), seed=4, front=behind(1, 3)),
    "nn.GLU": request_of(HalvingGLU(), Digit(index=3), seed=5, front=behind(1, 4)),
    "Mask": request_of(MaskGate((4.0, -1.5, 0.0, 2.0, -4.0, 0.5), (2, 3)), Ramp(size=(5, 7), channels=2)),
    "Softmax": request_of(Softmax(), Random(size=4, channels=3, seed=7)),
}
POINTWISE: dict[str, Request] = {
    "ReLU": request_of(ReLU(), NOISE),
    "LeakyReLU": request_of(LeakyReLU(0.3), NOISE),
    "PReLU": request_of(PReLU(-0.5), NOISE),
    "ELU": request_of(ELU(0.7), NOISE),
    "GELU": request_of(GELU(), NOISE),
    "GELU-tanh": request_of(GELU("tanh"), NOISE),
    "SiLU-3d": request_of(SiLU(ndim=3), MovingSquare(size=4), seed=1, front=behind(1, 2, 3)),
    "Sigmoid": request_of(Sigmoid(), NOISE),
    "Tanh": request_of(Tanh(), NOISE),
}
FLOAT32 = 1e-6  # the browser has no erf of its own, and a mask comes in float32
ROUGH = {"Mask", "GELU"}


@pytest.mark.parametrize("name", GATES)
def test_the_sentence_is_pythons_value_and_torchs_at_every_key(name, alone):
    done = show(GATES[name]).done
    alone.open(GATES[name])
    for key, channel, cell in walk(done):
        alone.walk_to(key)
        check_sentence(alone, done, channel, cell, FLOAT32 if name in ROUGH else 1e-9)


def slope(done: Run, channel: int, cell: tuple[int, ...]) -> float:
    """What autograd says of one cell."""
    x = torch.from_numpy(done.x[0].copy())[None].double().requires_grad_()
    build(done.layer, 0, {}).double()(x)[0, channel][cell].backward()
    return float(x.grad[0, channel][cell])


@pytest.mark.parametrize("name", POINTWISE)
def test_a_function_of_one_number_says_its_value_and_its_slope_as_torch_has_them(name, alone):
    done = show(POINTWISE[name]).done
    alone.open(POINTWISE[name])
    shown = alone.readout.get_by_test_id("slope")
    for key, channel, cell in walk(done):
        alone.walk_to(key)
        check_sentence(alone, done, channel, cell, FLOAT32 if name in ROUGH else 1e-9)
        assert float(shown.get_attribute("data-value")) == pytest.approx(slope(done, channel, cell), rel=1e-5, abs=1e-6)


def test_pointing_at_signal_gate_or_product_speaks_of_the_same_pixel(alone):
    done = show(GATES["GLU"]).done
    alone.open(GATES["GLU"])
    for cell, area in {(1, 2): "input", (3, 4): "gate", (5, 1): "output"}.items():
        alone.hover(area, 0, cell)
        check_sentence(alone, done, 0, cell)


# --- strength, threshold, hand ---


def gate(screen: PlayerAlone, strength: str = "1", threshold: str = "0.5", hand: str = "computed") -> None:
    """Put the three where they are wanted."""
    screen.act("strength").fill(strength)
    screen.act("threshold").fill(threshold)
    screen.act("hand").select_option(hand)


def plane(screen: PlayerAlone, name: str) -> np.ndarray:
    """Signal, gate or product of the channel that is looked at, as drawn; flat."""
    return np.array(screen.ask("({ stage }, name) => [...stage.planes[name]]", name))


@pytest.fixture
def glu(alone) -> tuple[PlayerAlone, np.ndarray, np.ndarray, np.ndarray]:
    """A GLU untouched: the page; and signal, gate and product of channel 0 as torch has them, flat."""
    done = show(GATES["GLU"]).done
    alone.open(GATES["GLU"])
    signal, opened = done.parts["signal"][0, 0].ravel(), torch.sigmoid(torch.from_numpy(done.x[0, 0])).numpy().ravel()
    return alone, signal, opened, done.y[0, 0].ravel()


def test_a_gate_at_full_strength_is_torchs(glu):
    screen, signal, opened, y = glu
    np.testing.assert_allclose(plane(screen, "input"), signal, rtol=1e-6)
    np.testing.assert_allclose(plane(screen, "gate"), opened, rtol=1e-6)
    np.testing.assert_array_equal(plane(screen, "output"), y)


def test_a_gate_without_strength_is_open_and_the_signal_passes(glu):
    screen, signal, _, _ = glu
    before = screen.picture()
    gate(screen, strength="0")
    np.testing.assert_array_equal(plane(screen, "gate"), np.ones_like(signal))
    np.testing.assert_array_equal(plane(screen, "output"), signal)
    assert screen.picture() != before


def test_a_gate_of_half_strength_is_half_way_open(glu):
    screen, signal, opened, y = glu
    gate(screen, strength="0.5")
    np.testing.assert_allclose(plane(screen, "gate"), (1 + opened) / 2, rtol=1e-5)
    np.testing.assert_allclose(plane(screen, "output"), (signal + y) / 2, rtol=1e-4, atol=1e-6)


def test_a_gate_turned_down_and_up_again_is_torchs(glu):
    screen, _, _, y = glu
    before = screen.picture()
    gate(screen, strength="0.2")
    gate(screen, strength="1")
    np.testing.assert_array_equal(plane(screen, "output"), y)
    assert screen.picture() == before


def test_the_sentence_keeps_torchs_value_and_says_what_is_drawn(glu):
    screen, signal, _, y = glu
    told = screen.readout.get_by_test_id("forced")
    expect(told).to_have_count(0)
    gate(screen, strength="0")
    expect(told).to_contain_text("drawn: gate 1, product ")
    product = told.inner_text().split("product ")[1].replace("−", "-")
    assert float(product) == pytest.approx(float(signal[0]), rel=1e-3)
    assert screen.read().torch == pytest.approx(float(y[0]), rel=1e-6)


@pytest.mark.parametrize("threshold", ["0.3", "0.62"])
def test_the_threshold_says_which_gates_count_as_closed(threshold, glu):
    screen, _, opened, _ = glu
    before = screen.picture()
    gate(screen, threshold=threshold)
    count = screen.ask("({ stage }) => stage.gating.below(stage.planes.gate)")
    assert count == int((opened < float(threshold)).sum())
    assert screen.picture() != before


def test_the_threshold_changes_no_product(glu):
    screen, _, _, y = glu
    gate(screen, threshold="0.9")
    np.testing.assert_array_equal(plane(screen, "output"), y)


def test_a_gate_opened_by_hand_lets_the_signal_pass(glu):
    screen, signal, _, _ = glu
    gate(screen, hand="open")
    np.testing.assert_array_equal(plane(screen, "output"), signal)


def test_a_gate_closed_by_hand_lets_nothing_pass(glu):
    screen, signal, _, _ = glu
    gate(screen, hand="closed")
    assert not plane(screen, "output").any()
    assert screen.ask("({ stage }) => stage.gating.below(stage.planes.gate)") == signal.size


def test_a_gate_closed_by_hand_at_half_strength_lets_half_pass(glu):
    screen, signal, _, _ = glu
    gate(screen, strength="0.5", hand="closed")
    np.testing.assert_allclose(plane(screen, "output"), signal / 2, rtol=1e-6)


def test_the_strength_runs_by_itself_from_open_to_torchs(glu):
    screen, _, _, y = glu
    screen.act("sweep").click()
    screen.wait_until("({ stage }) => stage.gating.strength < 0.5")
    screen.wait_until("({ stage }) => stage.gating.strength === 1")
    expect(screen.act("strength")).to_have_value("1")
    np.testing.assert_array_equal(plane(screen, "output"), y)


def test_arrow_keys_move_a_slider_and_not_the_playhead(glu):
    screen, _, opened, _ = glu
    slider = screen.act("strength")
    slider.focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowRight", " "):
        screen.page.keyboard.press(key)
    expect(slider).to_have_value("0.98")
    np.testing.assert_allclose(plane(screen, "gate"), 1 + 0.98 * (opened - 1), rtol=1e-5)
    expect(screen.root).to_have_attribute("data-playing", "false")
    screen.at_step(0)


# --- channels ---


def strip(screen: PlayerAlone, channel: int) -> tuple[float, float]:
    """Pixel in the middle of a channel's small picture."""
    screen.stage.scroll_into_view_if_needed()
    x, y = screen.ask(
        """({ stage, ui }, channel) => {
            const { port } = stage.strip.find((map) => map.channel === channel);
            const box = ui.stage.getBoundingClientRect();
            return [box.left + port.x + port.w / 2, box.top + port.y + port.h / 2];
        }""",
        channel,
    )
    return x, y


def test_a_click_on_a_small_picture_shows_that_channel(glu):
    screen, *_ = glu
    done = show(GATES["GLU"]).done
    screen.page.mouse.click(*strip(screen, 2))
    screen.leave()
    check_sentence(screen, done, 2, (0, 0))
    np.testing.assert_array_equal(plane(screen, "output"), done.y[0, 2].ravel())


def test_page_down_shows_the_next_channel_at_the_same_cell(glu):
    screen, *_ = glu
    done = show(GATES["GLU"]).done
    screen.press("ArrowDown", "ArrowRight", "PageDown")
    check_sentence(screen, done, 1, (1, 1))
    np.testing.assert_array_equal(plane(screen, "output"), done.y[0, 1].ravel())


def test_space_plays_and_pauses(glu):
    screen, *_ = glu
    for playing in ("true", "false"):
        screen.press("Space")
        expect(screen.root).to_have_attribute("data-playing", playing)


# --- two gates ---

PAIR = request_of(ReLU(), Digit(index=4), seed=8, front=behind(1, 3))
BESIDE = request_of(LeakyReLU(), Digit(index=4), seed=8, front=behind(1, 3))


@pytest.fixture
def pair(alone) -> tuple[PlayerAlone, PlayerAlone]:
    alone.open(PAIR, BESIDE)
    return alone, alone.follower


def test_two_gates_share_a_playhead_and_each_says_its_own_value(pair):
    leader, follower = pair
    steps = [("ArrowDown", 0, (1, 0)), ("PageDown", 1, (1, 0)), ("End", 2, (7, 7))]
    for key, channel, cell in steps:
        leader.press(key)
        for screen, choice in zip(pair, (PAIR, BESIDE), strict=True):
            check_sentence(screen, show(choice).done, channel, cell)
    assert leader.step() == follower.step() == prod((3, 8, 8)) - 1


def test_two_gates_have_a_strength_each(pair):
    leader, follower = pair
    leader.press("End")
    gate(follower, strength="0")
    done = show(PAIR).done
    np.testing.assert_array_equal(plane(leader, "output"), done.y[0, 2].ravel())
    np.testing.assert_array_equal(plane(follower, "output"), done.x[0, 2].ravel())


def test_a_gate_that_halves_the_channels_follows_as_far_as_it_has_them(alone):
    choice, beside = (
        request_of(gate, Digit(index=1), seed=2, front=behind(1, 4)) for gate in (GLU(channels=4), HalvingGLU())
    )
    alone.open(choice, beside)
    for key, channel, theirs in [("PageDown", 1, 1), ("End", 3, 1)]:
        alone.press(key)
        cell = (0, 0) if key == "PageDown" else (7, 7)
        check_sentence(alone, show(choice).done, channel, cell)
        check_sentence(alone.follower, show(beside).done, theirs, cell)


def test_a_gate_that_halves_the_channels_stays_at_the_leaders_pixel(alone):
    choice, beside = (
        request_of(gate, Digit(index=1), seed=2, front=behind(1, 4)) for gate in (GLU(channels=4), HalvingGLU())
    )
    alone.open(choice, beside)
    alone.press("ArrowRight", "PageDown", "PageDown", "PageDown")
    check_sentence(alone, show(choice).done, 3, (0, 1))
    check_sentence(alone.follower, show(beside).done, 1, (0, 1))


def test_a_gate_with_fewer_channels_leads_one_with_more(alone):
    choice = GATES["nn.GLU"]
    beside = request_of(ContextGating(channels=4), Digit(index=3), seed=5, front=behind(1, 4))
    alone.open(choice, beside)
    alone.press("End")
    check_sentence(alone, show(choice).done, 1, (7, 7))
    check_sentence(alone.follower, show(beside).done, 1, (7, 7))


# --- sound, and the server ---


def test_a_log_mel_spectrogram_goes_through_a_gate(alone):
    choice = request_of(ContextGating(channels=2), LogMel(sound="water", seconds=1), seed=1, front=behind(1, 2))
    done = show(choice).done
    alone.open(choice)
    alone.hover("gate", 0, (20, 60))
    check_sentence(alone, done, 0, (20, 60))


def test_gating_asks_the_server_for_nothing(alone):
    alone.open(PAIR, BESIDE)
    for player in (alone, alone.follower):
        for strength in ("0", "0.4", "1"):
            gate(player, strength=strength)
        gate(player, threshold="0.2", hand="open")
        gate(player, hand="closed")
    alone.press("ArrowRight", "PageDown", "End", "Home", "]")
    alone.page.mouse.click(*strip(alone, 1))
    alone.hover("gate", 1, (2, 2))
    alone.says(where(show(PAIR).done, 1, (2, 2)))
    assert not alone.told()
