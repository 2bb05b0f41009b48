"""Log-mel spectrograms: the features of the DESED baseline step by step, and the clips made to be seen as such."""

import itertools
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from cnnviz.sources.logmel import HOP, RATE, WINDOW, decibels, log_mel, magnitudes, mel_filters
from cnnviz.sources.sound import SOUNDS, LogMel


@pytest.fixture(params=SOUNDS)
def values(request: pytest.FixtureRequest) -> np.ndarray:
    """A second of each sound, (frames, mels)."""
    return LogMel(sound=request.param, seconds=1).grid().values[0]


@pytest.fixture
def threads() -> Iterator[None]:
    """Let a test change the number of threads."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(0).normal(scale=0.1, size=samples).astype(np.float32)


def tip(triangle: np.ndarray) -> float:
    """Frequency [Hz] where the line through the last two bins of the falling side reaches 1."""
    last = np.flatnonzero(triangle)[-2:]
    high, low = triangle[last]
    return float((last[0] - (1 - high) / (high - low)) * RATE / WINDOW)


# --- the features ---


@pytest.mark.parametrize(("samples", "frames"), [(160_000, 626), (220_500, 862), (16_000, 63)])
def test_there_is_a_frame_for_each_hop_and_one_more(samples, frames):
    assert log_mel(noise(samples)).shape == (1, frames, 128)


@pytest.mark.parametrize("samples", [0, 1, 1024, 1025])
def test_a_short_clip_is_as_long_as_mirrored_ends_need(samples):
    assert log_mel(noise(samples)).shape == (1, 5, 128)


def test_the_spectrum_agrees_with_frames_cut_by_hand():
    samples = noise(5000)
    mirrored = np.pad(samples.astype(np.float64), WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(mirrored, WINDOW)[::HOP]  # (frames, window)
    by_hand = np.abs(np.fft.rfft(frames * np.hamming(WINDOW)))  # numpy's window is symmetric
    np.testing.assert_allclose(magnitudes(samples), by_hand.T, atol=2e-5)


@pytest.mark.parametrize(("mel", "hertz"), [(0, 13.809), (31, 607.924), (63, 1743.806), (127, 7831.696)])
def test_mels_are_centred_where_htk_has_them(mel, hertz):
    assert tip(mel_filters()[mel]) == pytest.approx(hertz, abs=5e-4)


def test_between_the_first_and_the_last_centre_the_filters_add_up_to_one():
    between = slice(2, 1003)  # 15.6 to 7828 Hz
    np.testing.assert_allclose(mel_filters().sum(axis=0)[between], 1)


@pytest.mark.parametrize(("magnitude", "level"), [(0, -50), (0.1, -20), (1, 0), (10, 20), (1e9, 80)])
def test_decibels_are_of_a_magnitude_and_kept_in_bounds(magnitude, level):
    assert decibels(np.array([[magnitude]]), np.array([[1.0]])) == pytest.approx(level)


def test_columns_are_mels_from_low_to_high():
    tone = np.sin(2 * np.pi * 1743.806 * np.arange(RATE) / RATE)
    assert set(log_mel(tone)[0, 4:-4].argmax(axis=1)) == {63}  # the ends hear a mirrored tone, too


def test_rows_are_frames_centred_on_their_hop():
    click = np.zeros(RATE)
    click[20 * HOP] = 1
    assert set(log_mel(click)[0].argmax(axis=0)) == {20}


def test_every_clip_reaches_from_zero_to_one(values):
    assert (values.min(), values.max()) == (0, 1)


def test_silence_is_all_zero():
    np.testing.assert_array_equal(log_mel(np.zeros(RATE)), np.zeros((1, 63, 128)))


@pytest.mark.usefixtures("threads")
def test_the_numbers_do_not_depend_on_the_number_of_threads():
    maps = []
    for count in (1, 2):
        torch.set_num_threads(count)
        maps.append(log_mel(noise(RATE)))
    np.testing.assert_array_equal(*maps)


# --- the clips ---


@pytest.mark.parametrize("sound", SOUNDS)
def test_a_clip_is_the_same_every_time(sound):
    once, again = (LogMel(sound=sound).grid().values for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_sounds_can_be_told_apart():
    maps = [LogMel(sound=sound, seconds=1).grid().values for sound in SOUNDS]
    assert all(abs(a - b).mean() > 0.1 for a, b in itertools.combinations(maps, 2))


def test_a_sound_is_heard_in_the_middle_half_of_its_clip(values):
    before, during, after = values[:12], values[20:44], values[52:]
    assert during.mean() > max(before.mean(), after.mean()) + 0.1


def test_what_is_heard_is_said():
    grid = LogMel().grid()
    assert (grid.caption, grid.scale) == ("an alarm bell, 2 s, 126 frames × 128 mels", "picture")


@pytest.mark.parametrize("seconds", [1, 3, 10])
@pytest.mark.parametrize("sound", SOUNDS)
def test_the_code_of_a_clip_gives_its_spectrogram_bit_for_bit(sound, seconds):
    source = LogMel(sound=sound, seconds=seconds)
    space: dict[str, torch.Tensor] = {}
    exec(source.code(), space)
    np.testing.assert_array_equal(space["x"].numpy(), source.grid().values[None])


def test_the_code_needs_nothing_of_ours():
    imports = [line for line in LogMel().code().splitlines() if "import" in line]
    assert imports == ["import librosa", "import numpy as np", "import torch"]


def test_librosa_loads_its_parts_when_they_are_needed():
    code = "import sys, cnnviz.sources; sys.exit('numba' in sys.modules or 'librosa.filters' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
