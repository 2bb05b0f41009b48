"""The sentence under the stage: for every kind of setting, its numbers are Python's and torch's."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from alone import PlayerAlone
from asking import request_of
from page_objects import check_sentence, walk
from playwright.sync_api import expect

from cnnviz.core.layers import Conv, ConvTranspose
from cnnviz.core.layers.conv import MODES
from cnnviz.core.run import Run, build
from cnnviz.inputs.patterns import MovingSquare, Ramp, Random
from cnnviz.inputs.samples import Digit
from cnnviz.inputs.signals import Chirp, Sine
from cnnviz.scenes.build import show
from cnnviz.scenes.request import Request

pytestmark = pytest.mark.filterwarnings("ignore:Using padding=.same.")  # with an even kernel torch pads a copy

WINDOWS: dict[str, Request] = {
    "1d": request_of(Conv(2, 3, 5, stride=2, padding=3, ndim=1), Sine(size=14, channels=2), seed=3),
    "1d-dilated": request_of(Conv(1, 1, 3, dilation=4, padding=2, ndim=1), Chirp(size=20), "sobel_x"),
    "2d": request_of(Conv(), Digit(index=7), "sobel_x"),
    "2d-random-bias": request_of(Conv(3, 2, 3), Random(size=6, channels=3, seed=5), seed=9),
    "2d-no-bias": request_of(Conv(1, 2, 2, bias=False), Digit(index=1), seed=1),
    "2d-flipped": request_of(Conv(1, 1, 3), Digit(index=2), "emboss", flipped=True),
    "2d-many-terms": request_of(Conv(12, 2, 3), Random(size=5, channels=12), seed=2),
    "3d": request_of(
        Conv(2, 2, (2, 3, 1), stride=(1, 2, 1), padding=1, ndim=3), MovingSquare(size=5, channels=2), seed=4
    ),
    "strided": request_of(Conv(1, 1, 3, stride=3, padding=2), Digit(index=3), "gaussian"),
    "dilated": request_of(Conv(1, 2, 3, dilation=2), Digit(index=4), seed=8),
    "grouped": request_of(Conv(4, 6, 3, padding=1, groups=2), Random(size=5, channels=4), seed=6),
    "depthwise": request_of(Conv(3, 3, 3, groups=3), Random(size=6, channels=3), "bank"),
    "per-axis": request_of(
        Conv(1, 1, (3, 2), stride=(2, 1), padding=(1, 3), dilation=(1, 2)), Ramp(size=(6, 7)), "random", seed=7
    ),
    "same-even": request_of(Conv(1, 1, 4, padding="same"), Digit(index=5), seed=4),
    "same-even-dilated": request_of(Conv(1, 1, (4, 2), padding="same", dilation=(1, 3)), Ramp(size=(6, 7)), seed=4),
    **{mode: request_of(Conv(1, 1, 3, padding=3, padding_mode=mode), Digit(index=6), seed=2) for mode in MODES},
    "same-even-circular": request_of(Conv(1, 1, 4, padding="same", padding_mode="circular"), Digit(index=6), seed=2),
}

TRANSPOSED: dict[str, Request] = {
    "1d": request_of(ConvTranspose(2, 1, 4, stride=3, padding=1, ndim=1), Sine(size=6, channels=2), seed=1),
    "2d": request_of(ConvTranspose(1, 2, 3, stride=2), Ramp(size=4), seed=2),
    "3d": request_of(ConvTranspose(1, 1, 2, stride=2, ndim=3), Random(size=3, ndim=3), seed=3),
    "grouped": request_of(ConvTranspose(4, 4, 3, stride=2, groups=2), Random(size=3, channels=4), seed=4),
    "dilated-cropped": request_of(ConvTranspose(1, 1, 3, stride=2, padding=2, dilation=2), Ramp(size=4), seed=5),
    "output-padding": request_of(ConvTranspose(1, 1, (3, 2), stride=3, output_padding=(2, 1)), Ramp(size=3), seed=6),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_the_sentence_is_pythons_sum_and_torchs_value_at_every_key(name, alone):
    done = show(WINDOWS[name]).done
    alone.open(WINDOWS[name])
    for key, channel, cell in walk(done):
        alone.walk_to(key)
        check_sentence(alone, done, channel, cell)


@pytest.mark.parametrize("name", TRANSPOSED)
def test_a_transposed_sentence_told_by_windows_is_torchs_at_every_key(name, alone):
    done = show(TRANSPOSED[name]).done
    alone.open(TRANSPOSED[name])
    alone.act("view").select_option("gather")
    for key, channel, cell in walk(done):
        alone.walk_to(key)
        check_sentence(alone, done, channel, cell)


def painted(done: Run, stamp: int) -> np.ndarray:
    """Torch's output, had the input ended with this cell; NaN where nothing is painted yet, until the last cell is."""
    x = torch.from_numpy(done.x[0].reshape(done.x.shape[1], -1).copy())
    x[:, stamp + 1 :] = 0
    with torch.no_grad():
        y = build(done.layer, 0, done.state)(x.reshape(1, *done.shape))[0].numpy()
    if stamp + 1 < done.x[0, 0].size:
        y[:, painters(done, min, np.inf) > stamp] = np.nan
    return y


def painters(done: Run, which: Callable[..., float], nobody: float) -> np.ndarray:
    """The first or last input cell, in reading order, that paints each output cell."""
    axes = done.layer.windows(done.shape)
    places = [[which(row[row >= 0], default=nobody) for row in axis.source] for axis in axes]
    strides = np.cumprod((1, *done.x.shape[:2:-1]))[::-1]  # of an input cell in reading order
    return sum(np.meshgrid(*[np.array(p) * s for p, s in zip(places, strides, strict=True)], indexing="ij"))


def on_stage(alone: PlayerAlone, channel: int) -> np.ndarray:
    """One channel of the output as it stands drawn, flat."""
    script = """({ stage: { output } }, channel) => {
        const size = output.data.length / output.channels;
        return [...output.data.subarray(channel * size, (channel + 1) * size)];
    }"""
    return np.array(alone.ask(script, channel))


@pytest.mark.parametrize("name", TRANSPOSED)
def test_stamps_grow_into_torchs_output_and_say_what_they_finished(name, alone):
    done = show(TRANSPOSED[name]).done
    turns, cells = done.y.shape[1] // done.layer.groups, done.x[0, 0].size
    alone.open(TRANSPOSED[name])
    for key, turn, stamp in [("Home", 0, 0), ("ArrowRight", 0, 1), ("End", turns - 1, cells - 1)]:
        alone.press(key)
        alone.at_step(turn * cells + stamp)
        expect(alone.badge).to_have_attribute("data-finished", str(finished(done, stamp)))
        expect(alone.badge).to_contain_text("= torch")
        expected = painted(done, stamp)[turn].ravel()
        np.testing.assert_allclose(on_stage(alone, turn), expected, rtol=1e-4, atol=1e-5)


def finished(done: Run, stamp: int) -> int:
    """Output cells that a stamp paints, and no later one."""
    return int((painters(done, max, -np.inf) == stamp).sum())


@pytest.mark.parametrize("name", ["2d", "grouped"])
def test_an_output_cell_of_stamps_says_its_sum(name, alone):
    done = show(TRANSPOSED[name]).done
    alone.open(TRANSPOSED[name])
    alone.hover("output", 0, (1, 2))
    check_sentence(alone, done, 0, (1, 2))
