"""Log-mel spectrograms: every feature worked out by hand, and the clips made to be seen as such."""

import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from math import log

import librosa
import numpy as np
import pytest
import torch
from examples import examples
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cnnviz.core.settings import knobs
from cnnviz.inputs import MAX_VALUES, SourceError
from cnnviz.inputs.logmel import (
    DESED,
    MOST_MELS,
    RATE,
    Features,
    decibels,
    log_mel,
    spectrum,
)
from cnnviz.inputs.sound import SOUNDS, LogMel

pytestmark = pytest.mark.filterwarnings("ignore:Empty filters detected")  # ours to count, see empty_mels


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


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=0.1, size=samples).astype(np.float32)


@st.composite
def any_features(draw: st.DrawFn, most_mels: int = 200) -> Features:
    """Features that are possible, whichever they are."""
    n_fft = draw(st.sampled_from(knobs(Features)["n_fft"].choices))
    f_max = draw(st.integers(1, 8000))
    return Features(
        n_fft=n_fft,
        win_length=draw(st.integers(32, n_fft)),
        hop_length=draw(st.integers(32, 2048)),
        n_mels=draw(st.integers(1, most_mels)),
        f_min=draw(st.integers(0, f_max - 1)),
        f_max=f_max,
        power=draw(st.sampled_from([1, 2])),
        mel_scale=draw(st.sampled_from(["htk", "slaney"])),
        norm=draw(st.sampled_from(["none", "slaney"])),
        scale=draw(st.sampled_from(["[0, 1]", "[-1, 1]"])),
    )


# --- by hand, from the formulas ---


def corners_by_hand(f: Features) -> np.ndarray:
    """(mels + 2,) [Hz]; HTK: 2595 log10(1 + Hz / 700); Slaney: a line up to 1000 Hz, then 27 steps for each 6.4."""
    if f.mel_scale == "htk":
        low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (f.f_min, f.f_max))
        return 700 * (10 ** (np.linspace(low, high, f.n_mels + 2) / 2595) - 1)
    low, high = (
        hertz * 3 / 200 if hertz < 1000 else 15 + 27 * log(hertz / 1000) / log(6.4) for hertz in (f.f_min, f.f_max)
    )
    mels = np.linspace(low, high, f.n_mels + 2)
    return np.where(mels < 15, mels * 200 / 3, 1000 * 6.4 ** ((mels - 15) / 27))


def triangles_by_hand(f: Features) -> np.ndarray:
    """(mels, frequencies); an area of 1 Hz is a height of 2 / (upper - lower)."""
    hertz = np.arange(f.n_fft // 2 + 1) * RATE / f.n_fft
    lower, centre, upper = (corners_by_hand(f)[i : i + f.n_mels, None] for i in range(3))
    height = np.minimum((hertz - lower) / (centre - lower), (upper - hertz) / (upper - centre)).clip(min=0)
    return height * 2 / (upper - lower) if f.norm == "slaney" else height


def levels_by_hand(samples: np.ndarray, f: Features) -> np.ndarray:
    """(frames, mels) [dB]."""
    long = np.pad(samples.astype(np.float64), (0, max(0, f.n_fft // 2 + 1 - len(samples))))
    mirrored = np.pad(long, f.n_fft // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(mirrored, f.n_fft)[:: f.hop_length]
    window = np.zeros(f.n_fft)
    left = (f.n_fft - f.win_length) // 2
    window[left : left + f.win_length] = np.hamming(f.win_length)  # numpy's is symmetric
    bands = np.abs(np.fft.rfft(frames * window)) ** f.power @ triangles_by_hand(f).T
    levels = 20 * np.log10(np.maximum(bands, 1e-5)) if f.power == 1 else 10 * np.log10(np.maximum(bands, 1e-10))
    return levels.clip(-50, 80)


@examples(4)
@given(f=any_features(), length=st.integers(0, 9000), seed=st.integers(0, 99))
def test_any_features_agree_with_those_worked_out_by_hand(f, length, seed):
    samples = noise(length, seed)
    levels = levels_by_hand(samples, f)
    low, high = levels.min(), levels.max()
    assume(high - low > 1 or high == low)  # else the stretch magnifies what float32 rounds
    share = (levels - low) / (high - low or 1)
    expected = 2 * share - 1 if f.scale == "[-1, 1]" else share
    np.testing.assert_allclose(log_mel(samples, f)[0], expected, atol=0.02 / (high - low or 1))


@pytest.mark.parametrize(
    "f",
    [
        DESED,
        Features(power=2),
        Features(norm="slaney"),
        Features(mel_scale="slaney", n_mels=64),
        Features(n_fft=4096, win_length=401, hop_length=160, f_min=50, f_max=7600),
    ],
)
def test_levels_agree_with_those_worked_out_by_hand_to_a_thousandth_of_a_decibel(f):
    samples = noise(RATE)
    bins = spectrum(samples, f.n_fft, f.win_length, f.hop_length, f.power)
    np.testing.assert_allclose(decibels(bins, f.filters(), f.power), levels_by_hand(samples, f), atol=1e-3)


def test_the_features_of_desed_are_those_of_its_recipe_bit_for_bit():
    samples = noise(3 * RATE)
    window = torch.hamming_window(2048, periodic=False)
    magnitudes = torch.stft(torch.tensor(samples), 2048, 256, window=window, return_complex=True).abs().numpy()
    filters = librosa.filters.mel(sr=16_000, n_fft=2048, n_mels=128, htk=True, norm=None, dtype=np.float64)
    levels = (20 * np.log10(np.maximum(magnitudes.T @ filters.T, 1e-5))).clip(-50, 80)
    recipe = (levels - levels.min()) / (levels.max() - levels.min())
    np.testing.assert_array_equal(log_mel(samples)[0], recipe.astype(np.float32))


def test_the_window_and_the_hop_are_those_of_desed():
    assert (DESED.hop_length, DESED.win_length) == (256, 2048)
    assert Features() == DESED


# --- frames ---


@pytest.mark.parametrize(("samples", "frames"), [(160_000, 626), (220_500, 862), (16_000, 63)])
def test_there_is_a_frame_for_each_hop_and_one_more(samples, frames):
    assert log_mel(noise(samples)).shape == (1, frames, 128)
    assert DESED.frames(samples) == frames


@pytest.mark.parametrize("samples", [0, 1, 1024, 1025])
def test_a_short_clip_is_as_long_as_mirrored_ends_need(samples):
    assert log_mel(noise(samples)).shape == (1, 5, 128)


def test_a_padded_clip_is_counted_to_its_last_sample():
    exact = Features(n_fft=256, win_length=256, hop_length=129, n_mels=10)  # half an FFT and one sample
    assert log_mel(noise(128), exact).shape == (1, exact.frames(128), 10) == (1, 2, 10)


@given(f=any_features(), samples=st.integers(0, 9000))
def test_frames_are_counted_before_they_are_made(f, samples):
    assert log_mel(noise(samples), f).shape == (1, f.frames(samples), f.n_mels)


def test_a_frame_is_centred_a_hop_after_the_one_before():
    assert [DESED.seconds(frame) for frame in (0, 1, 625)] == [0, 0.016, 10]


@given(f=any_features(most_mels=1), first=st.integers(0, 400), more=st.integers(0, 3), beyond=st.integers(1, 500))
def test_a_span_holds_all_that_its_frames_read_and_no_more(f, first, more, beyond):
    start, stop = (round(RATE * seconds) for seconds in f.span(first, first + more))
    assume(start > f.n_fft)  # where no frame reads a mirrored end
    inside = noise(stop + f.n_fft + beyond)
    outside = inside.copy()
    outside[:start] += 1
    outside[stop:] += 1
    frames = slice(first, first + more + 1)
    read, same = (spectrum(x, f.n_fft, f.win_length, f.hop_length, 1)[:, frames] for x in (inside, outside))
    np.testing.assert_array_equal(read, same)
    for edge, frame in ((start, 0), (stop - 1, -1)):
        changed = inside.copy()
        changed[edge] += 1
        other = spectrum(changed, f.n_fft, f.win_length, f.hop_length, 1)[:, frames]
        assert not np.array_equal(read[:, frame], other[:, frame])


def test_a_span_begins_with_the_sound():
    assert DESED.span(0, 0) == (0, 0.064)
    assert DESED.span(10, 12) == pytest.approx((0.096, 0.256))


# --- mels ---


@pytest.mark.parametrize(("mel", "hertz"), [(0, 13.809), (31, 607.924), (63, 1743.806), (127, 7831.696)])
def test_mels_are_centred_where_htk_has_them(mel, hertz):
    assert DESED.hertz()[mel] == pytest.approx(hertz, abs=5e-4)


def test_between_the_first_and_the_last_centre_the_filters_add_up_to_one():
    between = slice(2, 1003)  # 15.6 to 7828 Hz
    np.testing.assert_allclose(DESED.filters().sum(axis=0)[between], 1)


@given(f=any_features())
def test_filters_are_triangles_between_their_edges(f):
    np.testing.assert_allclose(f.filters(), triangles_by_hand(f), atol=1e-8)
    np.testing.assert_allclose(f.hertz(), corners_by_hand(f)[1:-1], atol=1e-6)
    np.testing.assert_allclose(f.edges(), np.stack([corners_by_hand(f)[:-2], corners_by_hand(f)[2:]], 1), atol=1e-6)


@example(f=Features(n_fft=256, win_length=256, n_mels=31, f_max=1000, mel_scale="slaney"))  # edges on frequencies
@given(f=any_features())
def test_a_mel_is_empty_where_no_frequency_of_the_fft_lies_between_its_edges(f):
    hertz = np.arange(f.n_fft // 2 + 1) * RATE / f.n_fft
    empty = [not ((hertz > low + 1e-6) & (hertz < high - 1e-6)).any() for low, high in f.edges()]
    assert f.empty_mels() == sum(empty)
    assert [*map(str, f.empty_notes())] == [f"{sum(empty)} of {f.n_mels} mels empty"] * any(empty)


@pytest.mark.parametrize(("n_fft", "empty"), [(256, 14), (512, 1), (1024, 0), (2048, 0)])
def test_a_short_fft_leaves_mels_empty(n_fft, empty):
    assert Features(n_fft=n_fft, win_length=n_fft).empty_mels() == empty


def test_an_empty_mel_is_said_and_quiet():
    short = Features(n_fft=256, win_length=256)
    grid = LogMel(features=short).grid()
    assert str(grid.caption) == "an alarm bell, 2 s, 126 frames × 128 mels, 14 of 128 mels empty"
    assert not grid.values[0, :, short.filters().max(axis=1) == 0].any()


def test_the_features_say_what_they_mean():
    assert str(DESED.words()) == (
        "a frame every 16 ms, window 128 ms, frequency resolution 7.81 Hz, mels 14.1 to 165 Hz apart"
    )
    narrow = Features(n_fft=256, win_length=100, hop_length=32, n_mels=1)
    assert str(narrow.words()) == "a frame every 2 ms, window 6.25 ms, frequency resolution 62.5 Hz"


# --- levels ---


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize(("magnitude", "level"), [(0, -50), (0.1, -20), (1, 0), (10, 20), (1e9, 80)])
def test_decibels_are_of_a_magnitude_and_kept_in_bounds(magnitude, level, power):
    assert decibels(np.array([[magnitude**power]]), np.array([[1.0]]), power) == pytest.approx(level)


def test_columns_are_mels_from_low_to_high():
    tone = np.sin(2 * np.pi * 1743.806 * np.arange(RATE) / RATE)
    assert set(log_mel(tone)[0, 4:-4].argmax(axis=1)) == {63}  # the ends hear a mirrored tone, too


def test_rows_are_frames_centred_on_their_hop():
    click = np.zeros(RATE)
    click[20 * DESED.hop_length] = 1
    assert set(log_mel(click)[0].argmax(axis=0)) == {20}


def test_every_clip_reaches_from_zero_to_one(values):
    assert (values.min(), values.max()) == (0, 1)


def test_a_clip_reaches_from_minus_one_to_one_where_that_is_asked_for():
    both = log_mel(noise(RATE), Features(scale="[-1, 1]"))
    assert (both.min(), both.max()) == (-1, 1)
    np.testing.assert_allclose(both, 2 * log_mel(noise(RATE)) - 1, atol=1e-6)


@pytest.mark.parametrize(("scale", "quiet"), [("[0, 1]", 0), ("[-1, 1]", -1)])
@pytest.mark.parametrize("power", [1, 2])
def test_silence_is_all_quietest(scale, quiet, power):
    silence = log_mel(np.zeros(RATE), Features(scale=scale, power=power))
    np.testing.assert_array_equal(silence, np.full((1, 63, 128), quiet))


@pytest.mark.usefixtures("threads")
def test_the_numbers_do_not_depend_on_the_number_of_threads():
    maps = []
    for count in (1, 2):
        torch.set_num_threads(count)
        maps.append(log_mel(noise(RATE)))
    np.testing.assert_array_equal(*maps)


# --- what cannot be ---


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"n_fft": 1000}, "n_fft is 1000: choose from 256, 512, 1024, 2048, 4096."),
        ({"power": 3}, "power is 3: choose from 1, 2."),
        ({"mel_scale": "bark"}, "mel_scale is bark: choose from htk, slaney."),
        ({"norm": None}, "norm is None: choose from none, slaney."),
        ({"scale": "[0, 2]"}, "scale is [0, 2]: choose from [0, 1], [-1, 1]."),
        ({"win_length": 31}, "win_length is 31: it is at least 32."),
        ({"hop_length": 0}, "hop_length is 0: it is at least 32."),
        ({"n_mels": 0}, "n_mels is 0: it is at least 1."),
        ({"f_min": -1}, "f_min is -1: it is at least 0."),
        ({"n_mels": 513}, "n_mels is 513: set it to 512 or less, more are not shown."),
        (
            {"n_fft": 1024},
            "win_length is 2048: set it to 1024 or less, a window does not reach beyond n_fft, which is 1024.",
        ),
        (
            {"f_max": 8001},
            "f_max is 8001: set it to 8000 or less, 16,000 samples a second hold no higher frequency.",
        ),
        ({"f_min": 8000}, "f_min is 8000: set it to 7999 or less, the triangles end at f_max, which is 8000."),
        (
            {"f_min": 4000, "f_max": 3000},
            "f_min is 4000: set it to 2999 or less, the triangles end at f_max, which is 3000.",
        ),
    ],
)
def test_features_that_cannot_be_are_refused_with_a_way_out_that_works(chosen, sentence):
    with pytest.raises(SourceError) as error:
        Features(**chosen)
    assert str(error.value) == sentence
    name = sentence.split()[0]
    if advice := re.search(r"set it to (\d+)|at least (\d+)", sentence):
        assert Features(**chosen | {name: int(advice[1] or advice[2])})
    else:
        for choice in knobs(Features)[name].choices:
            assert Features(**chosen | {name: choice, "win_length": 32})


@pytest.mark.parametrize("mels", [1, 128, MOST_MELS])
@pytest.mark.parametrize("more", [0, 1, 31, 1000])
def test_a_spectrogram_too_large_names_the_least_hop_that_makes_it_fit(mels, more):
    tight = Features(hop_length=32, n_mels=mels)
    samples = 32 * (MAX_VALUES // mels) + more
    with pytest.raises(SourceError, match=f"{tight.frames(samples):,} frames × {mels} mels are .* numbers") as error:
        tight.check(samples)
    least = int(re.search(r"set hop_length to (\d+) or more", str(error.value))[1])
    replace(tight, hop_length=least).check(samples)
    with pytest.raises(SourceError, match="at most 4,000,000 are shown"):
        replace(tight, hop_length=least - 1).check(samples)


def test_a_clip_that_is_too_long_is_refused_before_it_is_made():
    with pytest.raises(SourceError, match="set hop_length to"):
        LogMel(seconds=10**9)
    with pytest.raises(SourceError, match="set hop_length to"):
        log_mel(np.zeros(32 * 40_000), Features(hop_length=32))


# --- the clips ---


@pytest.mark.parametrize("sound", SOUNDS)
def test_a_clip_is_the_same_every_time(sound):
    once, again = (LogMel(sound=sound).grid().values for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_sounds_can_be_told_apart():
    maps = {sound: LogMel(sound=sound, seconds=1).grid().values for sound in SOUNDS}
    for one, other in itertools.combinations(maps, 2):
        least = 0.07 if "mixture" in (one, other) else 0.1  # which has other sounds in it
        assert abs(maps[one] - maps[other]).mean() > least


@pytest.mark.parametrize("seconds", [1, 2, 10])
@pytest.mark.parametrize("sound", SOUNDS)
def test_a_clip_can_be_heard_and_is_not_clipped(sound, seconds):
    samples = LogMel(sound=sound, seconds=seconds).samples()
    assert 0.2 < abs(samples).max() < 1
    assert np.sqrt((samples**2).mean()) > 0.03


def test_a_sound_is_heard_in_the_middle_half_of_its_clip(values):
    before, during, after = values[:12], values[20:44], values[52:]
    assert during.mean() > max(before.mean(), after.mean()) + 0.1


def test_a_vacuum_cleaner_hums_at_a_hundred_hertz_and_its_harmonics():
    fine = Features(n_fft=4096, win_length=4096, n_mels=256, f_max=1000)
    loud = LogMel(sound="vacuum", features=fine).grid().values[0, 40:86].mean(axis=0)
    at = lambda hertz: loud[abs(fine.hertz() - hertz).argmin()]  # noqa: E731
    assert all(at(100 * n) > at(100 * n + 50) + 0.1 for n in (1, 2, 3, 4))


def test_dishes_are_struck_and_a_vacuum_cleaner_goes_on():
    def crest(sound: str) -> float:  # peak over root mean square
        samples = LogMel(sound=sound).samples()
        return float(abs(samples).max() / np.sqrt((samples**2).mean()))

    assert crest("dishes") > 8
    assert crest("vacuum") < 4


@pytest.mark.parametrize("part", ["speech", "alarm"])
def test_a_mixture_holds_its_parts(part):
    mixture, alone = (LogMel(sound=sound).samples() for sound in ("mixture", part))
    assert np.corrcoef(mixture, alone)[0, 1] > 0.3


def test_what_is_heard_is_said():
    grid = LogMel().grid()
    assert (str(grid.caption), grid.scale) == ("an alarm bell, 2 s, 126 frames × 128 mels", "loud")


def values_of_code(source: LogMel) -> np.ndarray:
    """What the lines of a clip make when they are run, with nothing imported."""
    space: dict[str, torch.Tensor] = {}
    exec(source.code(), space)
    return space["x"].numpy()


@pytest.mark.parametrize("seconds", [1, 3, 10])
@pytest.mark.parametrize("sound", SOUNDS)
def test_the_code_of_a_clip_gives_its_spectrogram_bit_for_bit(sound, seconds):
    source = LogMel(sound=sound, seconds=seconds)
    np.testing.assert_array_equal(values_of_code(source), source.grid().values[None])


@examples(1)
@given(sound=st.sampled_from(list(SOUNDS)), f=any_features())
def test_the_code_of_a_clip_has_its_features(sound, f):
    source = LogMel(sound=sound, seconds=1, features=f)
    np.testing.assert_array_equal(values_of_code(source), source.grid().values[None])
    assert all(f"\n{name} = {value!r}\n" in source.code() for name, value in asdict(f).items())


def test_clips_of_other_features_are_other_clips():
    assert LogMel(features=Features(power=2)) != LogMel()
    assert repr(LogMel(features=Features(power=2))) != repr(LogMel())  # which is what a cache goes by


def test_the_code_needs_nothing_of_ours():
    imports = [line for line in LogMel().code().splitlines() if "import" in line]
    assert imports == ["import librosa", "import numpy as np", "import torch"]


def test_librosa_loads_its_parts_when_they_are_needed():
    code = "import sys, cnnviz.inputs; sys.exit('numba' in sys.modules or 'librosa.filters' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
