"""Other sample rates than the baseline's: older recipes, against torch and librosa's filters; the pages' seconds."""

from math import floor

import librosa
import numpy as np
import pytest
import torch
from test_oddities import encoded
from test_sources import assert_code_gives

from cnnviz.inputs import SourceError
from cnnviz.inputs.logmel import RATES, Features, log_mel
from cnnviz.inputs.part import Part
from cnnviz.inputs.sound import LogMel
from cnnviz.inputs.upload import Upload
from cnnviz.scenes.clip import Clip, clip_of

DESED_2019 = Features(rate=44_100, n_fft=2048, hop_length=511, n_mels=64, f_max=22_050)
DESED_2020 = Features(hop_length=255)


def tone(rate: int, hertz: float, seconds: float = 1.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def test_ten_seconds_have_as_many_frames_as_the_older_recipes_say():
    assert log_mel(np.zeros(441_000, np.float32), DESED_2019).shape == (1, 864, 64)
    assert log_mel(np.zeros(160_000, np.float32), DESED_2020).shape == (1, 628, 128)


@pytest.mark.parametrize("rate", RATES)
def test_a_log_mel_at_any_rate_is_that_of_torch_and_librosa(rate):
    features = Features(rate=rate, n_fft=1024, win_length=1024, hop_length=160, n_mels=40, f_max=rate // 2)
    samples = np.random.default_rng(0).normal(scale=0.1, size=rate // 2).astype(np.float32)
    window = torch.hamming_window(1024, periodic=False)
    bins = torch.stft(torch.tensor(samples), 1024, 160, window=window, return_complex=True, pad_mode="reflect").abs()
    filters = librosa.filters.mel(sr=rate, n_fft=1024, n_mels=40, fmax=rate / 2, htk=True, norm=None)
    levels = (20 * np.log10(np.maximum(filters @ bins.numpy(), 1e-5))).clip(-50, 80).T
    expected = (levels - levels.min()) / (levels.max() - levels.min())
    np.testing.assert_allclose(log_mel(samples, features)[0], expected, atol=1e-4)


@pytest.mark.parametrize("rate", RATES)
def test_an_upload_is_brought_to_the_rate_and_keeps_its_pitch(rate):
    features = Features(rate=rate, f_max=rate // 2)
    samples = Upload(data=encoded(tone(32_000, 1000), 32_000), features=features).samples()
    assert len(samples) == pytest.approx(rate, abs=1)
    loudest = np.argmax(np.abs(np.fft.rfft(samples * np.hanning(len(samples))))) * rate / len(samples)
    assert loudest == pytest.approx(1000, abs=2)


def test_what_16_khz_cannot_hold_is_seen_at_44_khz():
    upload = Upload(data=encoded(tone(44_100, 12_000), 44_100), features=DESED_2019)
    loudest = int(upload.grid().values[0, 20:-20].mean(axis=0).argmax())
    assert DESED_2019.edges()[loudest][0] < 12_000 < DESED_2019.edges()[loudest][1]


def test_frames_parts_and_the_viewer_go_by_the_rate():
    upload = Upload(data=encoded(tone(44_100, 440, 2.0), 44_100), features=DESED_2019)
    assert DESED_2019.seconds(100) == pytest.approx(51_100 / 44_100)
    assert DESED_2019.span(100, 100)[1] == pytest.approx((51_100 + 1024) / 44_100)
    assert len(Part(whole=upload, start=0.5, stop=1.5, features=DESED_2019).samples()) == 44_100
    words = clip_of(upload).words()
    assert (words["rate"], words["step"]) == (44_100, 511 / 44_100)
    assert Clip(upload.grid().values, "loud").words()["rate"] == 16_000


@pytest.mark.parametrize("rate", [8_000, 44_100])
def test_a_made_up_sound_is_brought_to_the_rate_and_its_code_gives_the_same(rate):
    made = LogMel(sound="alarm", seconds=1, features=Features(rate=rate, n_mels=40, f_max=4_000))
    assert len(made.samples()) == rate
    assert made.grid().values.shape == (1, 1 + floor(rate / 256), 40)
    assert_code_gives(made.code(), made.grid().values)


def test_a_frequency_that_a_rate_does_not_hold_is_refused_with_the_one_it_does():
    with pytest.raises(
        SourceError, match="f_max is 8000: set it to 4000 or less, 8,000 samples a second hold no higher"
    ):
        Features(rate=8_000)
