"""Sound events: a clip is all in its seed, its labels say what is really heard, and where."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from test_sources import assert_code_gives

from cnnviz.inputs import event_clip
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.inputs.event_clip import EventClip
from cnnviz.inputs.events import HEARD, RATE, UNSEEN, active, background, clip, played
from cnnviz.inputs.logmel import Features, log_mel

SEEDS = range(12)


def power(samples: np.ndarray) -> float:
    """Of a piece, in dB of full scale."""
    return 10 * np.log10(np.mean(np.square(samples, dtype=np.float64)))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clip_is_all_in_its_seed(seed):
    samples, events = clip(seed)
    again, told = clip(seed)
    assert samples.tobytes() == again.tobytes()
    assert events == told
    assert samples.tobytes() != clip(seed + UNSEEN)[0].tobytes()
    assert samples.shape == (5 * RATE,)
    assert 0.01 < abs(samples).max() < 1


@pytest.mark.parametrize("seconds", [1, 10])
@pytest.mark.parametrize("seed", SEEDS)
def test_events_lie_within_the_clip_and_none_over_another_of_its_kind(seed, seconds):
    _, events = clip(seed, seconds, most=8)
    assert 1 <= len(events) <= 8
    assert [event.onset for event in events] == sorted(event.onset for event in events)
    for event in events:
        assert event.kind in HEARD
        assert 0 <= event.onset < event.offset <= seconds
        assert -12 <= event.level <= 0
    for one, other in combinations(events, 2):
        assert one.kind != other.kind or one.offset < other.onset


@pytest.mark.parametrize("seed", SEEDS)
def test_where_something_is_heard_the_clip_is_much_louder_than_its_background(seed):
    """Of the labels at every sample: all that is heard stands out by 6 dB at least, and nothing else does."""
    samples, events = clip(seed)
    heard = active(events, len(samples), 1 / RATE).any(axis=0)
    told = sum(event.offset - event.onset for event in events)  # longer than what is heard where two overlap
    assert heard.mean() <= told / 5 + 1e-4
    if not heard.all():
        assert power(samples[~heard]) < -44
    for event in events:
        piece = samples[round(event.onset * RATE) : round(event.offset * RATE)]
        assert power(piece) > -45 + 6


@pytest.mark.parametrize("seed", SEEDS)
def test_an_event_is_as_loud_as_it_says_where_it_is_heard_alone(seed):
    _, (event, *more) = clip(seed, most=1)
    assert more == []
    samples, _ = clip(seed, most=1)
    piece = samples[round(event.onset * RATE) : round(event.offset * RATE)]
    assert power(piece) == pytest.approx(20 * np.log10(0.05) + event.level, abs=0.3)


@pytest.mark.parametrize("kind", HEARD)
def test_two_events_of_a_kind_differ_and_both_fade_in_and_out(kind):
    one, other = (played(HEARD[kind], RATE, np.random.default_rng(seed)) for seed in (0, 1))
    assert not np.array_equal(one, other)
    for piece in (one, other):
        assert piece[0] == piece[-1] == 0
        assert power(piece) == pytest.approx(20 * np.log10(0.05), abs=1e-6)
        assert max(abs(piece[:100])) < max(abs(piece))  # 100 samples are 6 of 20 ms


def test_events_of_a_kind_are_heard_at_other_pitches():
    """The lowest partial of a bell is 880 or 660 Hz, played 0.8 to 1.25 times as fast."""
    loudest = []
    for seed in range(20):
        piece = played(HEARD["alarm"], RATE, np.random.default_rng(seed))
        bins = abs(np.fft.rfft(piece))[400:1200]
        loudest.append(400 + int(bins.argmax()))
    assert len(set(loudest)) > 10
    assert 0.78 * 660 < min(loudest) < 620
    assert 950 < max(loudest) < 1.27 * 880


def test_backgrounds_are_white_or_weaker_the_higher():
    slopes, levels = [], []
    for seed in range(20):
        noise = background(RATE, np.random.default_rng(seed))
        bins = np.abs(np.fft.rfft(noise)) ** 2
        slopes.append(10 * np.log10(bins[100:500].mean() / bins[6000:].mean()))
        levels.append(power(noise))
    assert min(slopes) < 5
    assert max(slopes) > 15
    assert -65 <= min(levels) < -60
    assert -50 < max(levels) <= -45


def test_a_frame_is_active_where_its_middle_is_heard():
    events = [("water", 0.25, 0.5, 0.0), ("alarm", 0.0, 0.15, 0.0)]
    heard = active(events, 6, 0.1)
    kinds = list(HEARD)
    assert heard[kinds.index("water")].tolist() == [0, 0, 1, 1, 1, 0]  # 0.25 belongs to it
    assert heard[kinds.index("alarm")].tolist() == [1, 0, 0, 0, 0, 0]  # 0.15 does not
    assert heard.sum() == 4


SMALL = SoundEvents(clips=6, tested=3, seconds=2)


def test_examples_are_the_clips_of_their_seeds_with_their_labels():
    split = SMALL.split()
    assert split.train.x.shape == (6, 1, 126, 128)
    assert split.train.y.shape == (6, 5, 31)
    for seed, x, y in [(4, split.train.x[4], split.train.y[4]), (UNSEEN + 1, split.test.x[1], split.test.y[1])]:
        samples, events = clip(seed, 2)
        np.testing.assert_array_equal(x, log_mel(samples))
        np.testing.assert_array_equal(y, active(events, 31, 4 * 256 / RATE))
        assert set(y.flatten()) <= {0, 1}


def test_frames_with_events_are_brighter_than_those_without():
    """The labels lie where the spectrogram is loud: they are not shifted against it."""
    data = SoundEvents(clips=20, tested=1, seconds=5, pooling=1, most=1)
    split = data.split()
    right, late = [], []
    for (x,), y in zip(split.train.x, split.train.y, strict=True):
        heard = y.any(axis=0)
        if heard.any() and not heard.all():
            loud = x.mean(axis=1)
            right.append(loud[heard].mean() - loud[~heard].mean())
            late.append(loud[np.roll(heard, 60)].mean() - loud[np.roll(~heard, 60)].mean())
    assert np.mean(right) > 0.15
    assert np.mean(right) > 1.5 * np.mean(late)


def test_every_class_has_its_share_of_the_frames():
    y = SoundEvents(clips=60, tested=1, seconds=2, most=2).split().train.y
    share = y.mean(axis=(0, 2))
    assert share.min() > 0.12
    assert share.max() < 0.35


def test_too_many_clips_are_refused_and_the_number_named_is_enough():
    with pytest.raises(SourceError) as error:
        SoundEvents(clips=2000, tested=500, seconds=10)
    assert str(error.value) == (
        "2,500 clips of 10 s take 771 MiB: at most 512 are kept, choose 1,658 clips or fewer in all."
    )
    assert SoundEvents(clips=1658 - 500, tested=500, seconds=10).shape == (1, 626, 128)


def test_labels_need_a_frame():
    with pytest.raises(SourceError, match="pooling is 64 and a clip has 63 frames: set it to 63 or less"):
        SoundEvents(seconds=1, pooling=64)
    assert SoundEvents(seconds=1, pooling=63).labels == 1


# --- a clip as an input ---


def test_an_input_says_which_events_are_in_it():
    source = EventClip(number=3, unseen=False)
    samples, events = clip(3)
    np.testing.assert_array_equal(source.samples(), samples)
    assert source.events == events
    assert str(source.grid().caption) == "an alarm bell, a speech-like buzz, 5 s, 313 frames × 128 mels"
    np.testing.assert_array_equal(source.grid().values, log_mel(samples))


def test_events_are_found_once_whoever_asks(monkeypatch):
    made = []
    monkeypatch.setattr(event_clip.events, "clip", lambda *args: made.append(args) or clip(*args))
    event_clip.events_of.cache_clear()
    assert EventClip(number=5).events == EventClip(number=5).events == clip(UNSEEN + 5, 5, 4)[1]
    assert len(made) == 1


def test_an_unseen_clip_is_one_of_those_to_test_on():
    x = SoundEvents(clips=1, tested=3).split().test.x
    np.testing.assert_array_equal(EventClip(number=2).grid().values, x[2])


def test_a_clip_at_another_rate_is_as_long_and_its_code_says_the_same():
    features = Features(rate=32_000, n_mels=64, n_fft=1024, win_length=1024)
    source = replace(EventClip(seconds=2), features=features)
    assert len(source.samples()) == 64_000
    assert_code_gives(source.code(), source.grid().values)
