"""Uploaded sound: real files in every format, and what strangers send."""

import io
import struct

import numpy as np
import pytest
import soundfile

from cnnviz.sources import SourceError
from cnnviz.sources.audio import MOST_CHANNELS, read_audio
from cnnviz.sources.logmel import RATE, log_mel
from cnnviz.sources.upload import Upload, identify, read_upload

FORMATS = {  # kind -> format and subtype of soundfile
    "WAV": ("WAV", "FLOAT"),
    "FLAC": ("FLAC", "PCM_16"),
    "Ogg": ("OGG", "VORBIS"),
    "Ogg opus": ("OGG", "OPUS"),
    "MP3": ("MP3", "MPEG_LAYER_III"),
    "AIFF": ("AIFF", "PCM_16"),
}


def tone(seconds: float = 1.0, rate: int = RATE, hertz: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def encoded(samples: np.ndarray, rate: int = RATE, kind: str = "WAV") -> bytes:
    stream = io.BytesIO()
    name, subtype = FORMATS[kind]
    soundfile.write(stream, samples, rate, format=name, subtype=subtype)
    return stream.getvalue()


def wav_header(rate: int = RATE, channels: int = 1, declared: int = 4) -> bytes:
    """A WAV file that declares anything and holds two samples."""
    frame = 2 * channels
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * frame, frame, 16)
    body = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", declared) + b"\0\0\1\0"
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def main_frequency(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE / len(samples))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_sound_is_told_by_its_leading_bytes(kind):
    rate = 48_000 if kind == "Ogg opus" else RATE
    assert identify(encoded(tone(rate=rate), rate, kind)) == kind.split()[0]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_tone_keeps_its_pitch_and_its_length_in_every_format(kind):
    rate = 48_000 if kind == "Ogg opus" else RATE
    samples, _ = read_audio(encoded(tone(2.0, rate), rate, kind), kind, 10)
    assert len(samples) == pytest.approx(2 * RATE, abs=0.15 * RATE)  # MP3 pads its ends
    assert main_frequency(samples[2000:-4000]) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 192_000])
def test_another_rate_is_brought_to_16_khz(rate):
    samples, note = read_audio(encoded(tone(1.0, rate), rate), "WAV", 10)
    assert len(samples) == RATE
    assert main_frequency(samples) == pytest.approx(440, abs=2)
    assert f"{rate:,} Hz" in note


def test_a_lossless_file_at_16_khz_is_read_exactly():
    samples, _ = read_audio(encoded(tone()), "WAV", 10)
    np.testing.assert_array_equal(samples, tone())


def test_channels_are_averaged():
    both = np.stack([tone(), -0.5 * tone()], axis=1)
    samples, note = read_audio(encoded(both), "WAV", 10)
    np.testing.assert_allclose(samples, both.mean(axis=1), atol=1e-7)
    assert "mean of 2 channels" in note


def test_no_more_is_read_than_was_asked_for():
    samples, _ = read_audio(encoded(tone(15.0)), "WAV", 10)
    np.testing.assert_array_equal(samples, tone(15.0)[: 10 * RATE])


def test_ten_seconds_give_626_frames():
    grid = read_upload(encoded(tone(12.0)), "clip.wav", ndim=2)
    assert grid.values.shape == (1, 626, 128)


def test_an_uploaded_sound_is_its_log_mel_spectrogram():
    grid = read_upload(encoded(tone()), "clip.wav", ndim=2)
    np.testing.assert_array_equal(grid.values, log_mel(tone()))
    assert grid.caption == "log-mel of clip.wav, 1 s at 16,000 Hz"


def test_fewer_seconds_give_fewer_frames():
    upload = Upload(data=encoded(tone(5.0)), name="clip.wav", seconds=2)
    assert upload.grid().values.shape == (1, 126, 128)


def test_a_tone_lights_its_own_mel_and_no_other():
    mels = read_upload(encoded(tone(hertz=1743.806)), "clip.wav", ndim=2).values[0, 20:40].mean(axis=0)
    assert int(np.argmax(mels)) == 63  # whose centre that is


# --- what strangers send ---


@pytest.mark.parametrize("samples", [1, 160])
def test_a_very_short_sound_is_padded_and_shown(samples):
    assert read_upload(encoded(tone()[:samples]), "click.wav", ndim=2).values.shape == (1, 5, 128)


def test_silence_is_a_constant_map():
    assert not read_upload(encoded(np.zeros(RATE, np.float32)), "quiet.wav", ndim=2).values.any()


def test_samples_that_are_no_numbers_are_counted_and_silent():
    odd = tone()
    odd[100:103] = [np.nan, np.inf, -np.inf]
    grid = read_upload(encoded(odd), "odd.wav", ndim=2)
    assert np.isfinite(grid.values).all()
    assert "3 samples are NaN or Inf and read as 0" in grid.caption


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (wav_header(rate=400_000), "This WAV sound has 400,000 samples a second: 1,000 to 384,000 are read."),
        (wav_header(rate=10), "This WAV sound has 10 samples a second: 1,000 to 384,000 are read."),
        (wav_header(channels=40), f"This WAV sound has 40 channels: at most {MOST_CHANNELS} are read."),
        (encoded(np.zeros(0, np.float32)), "This WAV sound holds no samples"),
        (encoded(tone(), kind="FLAC")[:40], "This FLAC sound is damaged or cut off"),
        (b"OggS" + bytes(100), "This Ogg sound is damaged or cut off"),
        (b"ID3" + bytes(100), "This MP3 sound is damaged or cut off"),
        (b"RIFF\x10\0\0\0WAVE", "This WAV sound is damaged or cut off"),
        (b"RIFF\x10\0\0\0AVI LIST", "This file is RIFF video: upload a PNG"),
    ],
)
def test_a_bad_sound_gets_one_plain_sentence(data, said):
    with pytest.raises(SourceError) as caught:
        read_upload(data, "../../etc/clip.wav", ndim=2)
    assert str(caught.value).startswith(said)
    assert "etc" not in str(caught.value)


def test_a_file_that_declares_hours_is_read_no_further_than_it_goes():
    samples, _ = read_audio(wav_header(declared=2**31 - 10), "WAV", 10)
    assert len(samples) <= 4


def test_ten_minutes_of_silence_in_a_few_bytes_cost_ten_seconds():
    data = encoded(np.zeros(600 * RATE, np.float32), kind="FLAC")
    assert len(data) < 200_000
    assert len(read_audio(data, "FLAC", 10)[0]) == 10 * RATE


@pytest.mark.parametrize("ndim", [1, 3])
def test_a_sound_makes_rows_and_columns(ndim):
    with pytest.raises(SourceError, match=f"A WAV file makes rows and columns: {ndim}-D takes a .npy array"):
        read_upload(encoded(tone()), "clip.wav", ndim)
