"""Uploaded sound: real files in every format, and what strangers send."""

import io
import re
import struct
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from cnnviz.inputs import SourceError
from cnnviz.inputs.audio import MOST_CHANNELS, Piece, read_audio
from cnnviz.inputs.logmel import RATE, Features, log_mel
from cnnviz.inputs.upload import Upload, read_upload
from cnnviz.tensorfile.signatures import identify

FORMATS = {  # kind -> format and subtype of soundfile
    "WAV": ("WAV", "FLOAT"),
    "FLAC": ("FLAC", "PCM_16"),
    "Ogg": ("OGG", "VORBIS"),
    "Ogg Opus": ("OGG", "OPUS"),
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


def long_noise(kind: str, seconds: int = 20) -> tuple[bytes, int]:
    """A file of noise whose every second is another, and its samples a second."""
    rate = 48_000 if kind == "Ogg Opus" else RATE
    noise = np.random.default_rng(0).normal(scale=0.1, size=seconds * rate).astype(np.float32)
    return encoded(noise, rate, kind), rate


def main_frequency(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE / len(samples))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_sound_is_told_by_its_leading_bytes(kind):
    rate = 48_000 if kind == "Ogg Opus" else RATE
    assert identify(encoded(tone(rate=rate), rate, kind)).name == kind


@pytest.mark.parametrize("kind", FORMATS)
def test_a_tone_keeps_its_pitch_and_its_length_in_every_format(kind):
    rate = 48_000 if kind == "Ogg Opus" else RATE
    samples, _, *_ = read_audio(encoded(tone(2.0, rate), rate, kind), kind)
    assert len(samples) == pytest.approx(2 * RATE, abs=0.15 * RATE)  # MP3 pads its ends
    assert main_frequency(samples[2000:-4000]) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 192_000])
def test_another_rate_is_brought_to_16_khz(rate):
    samples, note, *_ = read_audio(encoded(tone(1.0, rate), rate), "WAV")
    assert len(samples) == RATE
    assert main_frequency(samples) == pytest.approx(440, abs=2)
    assert f"{rate:,} Hz" in str(note)


def test_a_lossless_file_at_16_khz_is_read_exactly():
    samples, _, *_ = read_audio(encoded(tone()), "WAV")
    np.testing.assert_array_equal(samples, tone())


def test_channels_are_averaged():
    both = np.stack([tone(), -0.5 * tone()], axis=1)
    samples, note, *_ = read_audio(encoded(both), "WAV")
    np.testing.assert_allclose(samples, both.mean(axis=1), atol=1e-7)
    assert "mean of 2 channels" in str(note)


def test_no_more_is_read_than_was_asked_for():
    samples, _, *_ = read_audio(encoded(tone(15.0)), "WAV")
    np.testing.assert_array_equal(samples, tone(15.0)[: 10 * RATE])


def test_ten_seconds_give_626_frames():
    grid = read_upload(encoded(tone(12.0)), "clip.wav", ndim=2)
    assert grid.values.shape == (1, 626, 128)


def test_an_uploaded_sound_is_its_log_mel_spectrogram():
    grid = read_upload(encoded(tone()), "clip.wav", ndim=2)
    np.testing.assert_array_equal(grid.values, log_mel(tone()))
    assert str(grid.caption) == "log-mel of clip.wav, 1 s at 16,000 Hz"


def test_fewer_seconds_give_fewer_frames():
    upload = Upload(data=encoded(tone(5.0)), name="clip.wav", seconds=2)
    assert upload.grid().values.shape == (1, 126, 128)


def test_a_tone_lights_its_own_mel_and_no_other():
    mels = read_upload(encoded(tone(hertz=1743.806)), "clip.wav", ndim=2).values[0, 20:40].mean(axis=0)
    assert int(np.argmax(mels)) == 63  # whose centre that is


# --- a piece ---


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("start", [0.5, 7, 18.25])
def test_a_piece_is_what_stands_there_in_the_whole(kind, start):
    data, rate = long_noise(kind)
    whole, _ = soundfile.read(io.BytesIO(data), dtype="float32")
    first = int(start * rate)
    piece, _, *_ = read_audio(data, kind, Piece(start, 1))
    if rate == RATE:  # Opus is brought to another rate, which hears beyond its ends
        np.testing.assert_allclose(piece, whole[first : first + rate], atol=1e-6)
    alone, _, *_ = read_audio(encoded(whole[first : first + rate], rate), "WAV")
    np.testing.assert_allclose(piece, alone, atol=1e-6)


def test_where_a_piece_begins_is_said():
    grid = Upload(data=encoded(tone(5.0)), name="clip.wav", start=1.5, seconds=2).grid()
    assert str(grid.caption) == "log-mel of clip.wav, 2 s at 16,000 Hz from 1.5 s on"
    assert grid.values.shape == (1, 126, 128)


def test_a_piece_at_the_end_is_as_short_as_what_is_left():
    samples, _, *_ = read_audio(encoded(tone(3.0)), "WAV", Piece(2.5, 2))
    np.testing.assert_array_equal(samples, tone(3.0)[-RATE // 2 :])


def test_a_piece_that_ends_early_is_padded_with_zeros_where_that_is_asked_for():
    upload = Upload(data=encoded(tone(3.0)), name="clip.wav", start=2, seconds=4, pad=True)
    samples = upload.samples()
    np.testing.assert_array_equal(samples, np.pad(tone(3.0)[2 * RATE :], (0, 3 * RATE)))
    np.testing.assert_array_equal(upload.grid().values, log_mel(samples))
    assert str(upload.grid().caption).endswith("1 s at 16,000 Hz from 2 s on, padded with zeros to 4 s")


def test_a_piece_that_is_long_enough_is_not_padded():
    plain = Upload(data=encoded(tone(3.0)), seconds=3)
    np.testing.assert_array_equal(replace(plain, pad=True).samples(), plain.samples())
    assert "padded" not in str(replace(plain, pad=True).grid().caption)


@pytest.mark.parametrize("rate", [7_402, 8_000, 11_025, 44_100, 192_000, 384_000])
@pytest.mark.parametrize("pad", [False, True])
def test_ten_seconds_are_ten_seconds_at_any_rate(rate, pad):
    samples, _, *_ = read_audio(encoded(tone(10.0, rate), rate), "WAV", Piece(pad=pad))
    assert len(samples) == 10 * RATE


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("start", [20, 20.001, 3600, 1e300, float("inf"), float("nan")])
def test_a_piece_beyond_the_end_is_refused_with_the_length_and_a_start_that_works(kind, start):
    data, _ = long_noise(kind)
    said = rf"This {kind} sound is 20(\.\d+)? s long and cannot begin at .+ s: set start to [\d.]+ or less\."
    with pytest.raises(SourceError) as error:
        read_audio(data, kind, Piece(start))
    assert re.fullmatch(said, str(error.value))
    latest = float(re.search(r"start to ([\d.]+) or", str(error.value))[1])
    assert latest > 19.9
    assert len(read_audio(data, kind, Piece(latest))[0])


@pytest.mark.parametrize("samples", [1, 7, 160, 12_345])
@pytest.mark.parametrize("rate", [1_000, 44_100])
def test_the_latest_start_that_is_named_works_for_short_sounds_too(samples, rate):
    data = encoded(np.ones(samples, np.float32), rate)
    with pytest.raises(SourceError) as error:
        read_audio(data, "WAV", Piece(samples / rate))
    latest = float(re.search(r"start to ([\d.]+) or", str(error.value))[1])
    assert len(read_audio(data, "WAV", Piece(latest))[0])


def test_a_start_within_the_last_sample_reads_that_sample():
    samples, _, *_ = read_audio(encoded(tone()), "WAV", Piece((RATE - 0.4) / RATE))
    np.testing.assert_array_equal(samples, tone()[-1:])


@pytest.mark.parametrize("kind", FORMATS)
def test_a_piece_beyond_where_a_file_is_cut_off_gets_one_sentence(kind):
    data, _ = long_noise(kind)
    with pytest.raises(SourceError, match=r"set start to|save it again") as error:
        read_audio(data[: len(data) // 2], kind, Piece(18, 1))
    assert str(error.value).startswith(f"This {kind} sound ")
    assert len(read_audio(data[: len(data) // 2], kind, Piece(1, 1))[0]) == RATE


def test_a_flac_file_that_does_not_say_how_long_it_is_can_be_read_from_anywhere():
    data = bytearray(long_noise("FLAC", 3)[0])
    data[21] &= 0xF0  # the last 36 bits of its first block count the samples; 0 is unknown
    data[22:26] = bytes(4)
    assert len(read_audio(bytes(data), "FLAC", Piece(1, 1))[0]) == RATE
    with pytest.raises(SourceError, match="cut off or ends before 5 s: set start to less, or save it again"):
        read_audio(bytes(data), "FLAC", Piece(5, 1))


@pytest.mark.parametrize("start", [0, 590])
def test_ten_minutes_of_silence_cost_a_piece(start):
    data = encoded(np.zeros(600 * RATE, np.float32), kind="FLAC")  # 38 MB once decoded
    tracemalloc.start()
    samples, _, *_ = read_audio(data, "FLAC", Piece(start, 1))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(samples) == RATE
    assert peak < len(data) + 2_000_000


def test_what_comes_before_a_piece_is_not_decoded(monkeypatch):
    read: list[int] = []
    plain = soundfile.SoundFile.read

    def counted(file: soundfile.SoundFile, frames: int, **options: object) -> np.ndarray:
        read.append(frames)
        return plain(file, frames, **options)

    monkeypatch.setattr(soundfile.SoundFile, "read", counted)
    read_audio(long_noise("FLAC")[0], "FLAC", Piece(15, 2))
    assert sum(read) == 2 * RATE


# --- features ---


def test_an_upload_has_its_features():
    features = Features(n_fft=512, win_length=400, hop_length=160, n_mels=40, power=2, scale="[-1, 1]")
    upload = Upload(data=encoded(tone()), features=features)
    np.testing.assert_array_equal(upload.grid().values, log_mel(tone(), features))
    assert upload != replace(upload, features=Features())
    assert repr(upload) != repr(replace(upload, features=Features()))  # which is what a cache goes by


@pytest.mark.filterwarnings("ignore:Empty filters detected")
def test_empty_mels_are_said():
    upload = Upload(data=encoded(tone()), name="clip.wav", features=Features(n_fft=256, win_length=256))
    assert str(upload.grid().caption) == "log-mel of clip.wav, 1 s at 16,000 Hz, 14 of 128 mels empty"


def test_an_upload_of_too_many_frames_and_mels_is_refused():
    with pytest.raises(SourceError, match=r"set hop_length to \d+ or more"):
        Upload(data=encoded(tone(20.0)), seconds=20, features=Features(hop_length=32, n_mels=512)).grid()


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
    assert "3 samples are NaN, Inf or beyond 1,000,000 and read as 0" in str(grid.caption)


@pytest.mark.parametrize("rate", [8_000, RATE])
@pytest.mark.parametrize("loud", [1e6, 1e19, 1e30, 3e38])
@pytest.mark.parametrize("power", [1, 2])
def test_no_sample_is_too_loud_for_the_spectrum(rate, loud, power):
    data = encoded(2 * tone(rate=rate) * np.float32(loud), rate)
    assert np.isfinite(read_upload(data, "loud.wav", 2, features=Features(power=power)).values).all()


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "Ogg", "Ogg Opus", "AIFF"])  # MP3 has two at most
@pytest.mark.parametrize("rate", [8_000, 48_000])
def test_eight_channels_of_a_hundredth_of_a_second_are_read(kind, rate):
    data = encoded(np.repeat(tone(0.01, rate)[:, None], 8, axis=1), rate, kind)
    grid = read_upload(data, "click", ndim=2)
    assert grid.values.shape[2] == 128
    assert np.isfinite(grid.values).all()
    assert "mean of 8 channels" in str(grid.caption)


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
        (b"RIFF\x10\0\0\0AVI LIST", "This file is an AVI movie: save its sound as WAV"),
    ],
)
def test_a_bad_sound_gets_one_plain_sentence(data, said):
    with pytest.raises(SourceError) as caught:
        read_upload(data, "../../etc/clip.wav", ndim=2)
    assert str(caught.value).startswith(said)
    assert "etc" not in str(caught.value)


def test_a_file_that_declares_hours_is_read_no_further_than_it_goes():
    samples, _, *_ = read_audio(wav_header(declared=2**31 - 10), "WAV")
    assert len(samples) <= 4


def test_ten_minutes_of_silence_in_a_few_bytes_cost_ten_seconds():
    data = encoded(np.zeros(600 * RATE, np.float32), kind="FLAC")
    assert len(data) < 200_000
    assert len(read_audio(data, "FLAC")[0]) == 10 * RATE


@pytest.mark.parametrize("ndim", [1, 3])
def test_a_sound_makes_rows_and_columns(ndim):
    with pytest.raises(SourceError, match=f"This WAV file makes rows and columns: {ndim}-D takes a .npy array"):
        read_upload(encoded(tone()), "clip.wav", ndim)
