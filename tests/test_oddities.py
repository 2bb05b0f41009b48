"""What is odd about an input is said, with a way out that works; what is ordinary gets no word."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from cnnviz.inputs.audio import LONGEST, Piece, read_audio
from cnnviz.inputs.headers import TO_THE_END
from cnnviz.inputs.logmel import RATE, Features
from cnnviz.inputs.part import Part
from cnnviz.inputs.sound import SOUNDS, LogMel
from cnnviz.inputs.spectrogram import Spectrogram
from cnnviz.inputs.upload import Upload
from cnnviz.tensorfile.signatures import identify

CASES = Path(__file__).parent / "cases"
NOISE = np.random.default_rng(0).normal(scale=0.1, size=RATE).astype(np.float32)


def encoded(samples: np.ndarray, rate: int = RATE, name: str = "WAV", subtype: str = "FLOAT", **more: str) -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, samples, rate, format=name, subtype=subtype, **more)
    return stream.getvalue()


def said(source: Upload) -> str:
    return " ".join(str(notice.sentence) for notice in source.grid().notices)


def fixed(source: Upload, button: str) -> Upload:
    """The source after a press on the only button that begins so."""
    fixes = [fix for notice in source.grid().notices for fix in notice.fixes]
    [changes] = [change for words, change in fixes if str(words).startswith(button)]
    return Upload(**{"data": source.data, "seconds": source.seconds, "start": source.start, **changes})


def npy(values: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


# --- what is ordinary ---


@pytest.mark.parametrize("sound", SOUNDS)
def test_the_made_up_sounds_are_not_odd(sound):
    assert LogMel(sound=sound).grid().notices == ()


@pytest.mark.parametrize("loud", [1e-3, 0.1, 1, 2])
def test_noise_of_ordinary_loudness_is_not_odd(loud):
    assert said(Upload(data=encoded(NOISE / np.abs(NOISE).max() * loud))) == ""


# --- full scale ---


def test_the_case_of_floats_in_the_range_of_int16_is_said_and_divided():
    upload = Upload(data=(CASES / "a6_float_int16_range_noise.wav").read_bytes())
    assert said(upload).startswith("Samples reach 13,308.7 and full scale is 1: the log-mel cuts off")
    assert np.ptp(upload.grid().values) == 0  # which would be taken for silence
    mended = fixed(upload, "Divide by 32,768")
    plain = Upload(data=(CASES / "a6_same_noise_unit_range.wav").read_bytes())
    np.testing.assert_allclose(mended.grid().values, plain.grid().values, atol=1e-4)
    assert said(mended) == said(plain) == ""
    assert "divided by 32,768" in str(mended.grid().caption)


@pytest.mark.parametrize(("full", "said_scale"), [(2**15, "32,768"), (2**23, "8,388,608"), (2**31, "2,147,483,648")])
def test_floats_in_the_range_of_any_integers_are_divided_by_it(full, said_scale):
    unit = NOISE / np.abs(NOISE).max()
    mended = fixed(Upload(data=encoded(unit * full)), f"Divide by {said_scale}")
    np.testing.assert_allclose(mended.samples(), unit, atol=1e-6)
    assert said(mended) == ""


def test_what_no_integer_holds_is_said_without_a_button():
    [notice] = Upload(data=encoded(NOISE * 1e12)).grid().notices
    assert "scale them before you save them" in str(notice.sentence)
    assert notice.fixes == ()


def test_a_sound_that_was_divided_for_no_reason_is_said_and_undone():
    wrong = Upload(data=encoded(NOISE), full_scale=32_768)
    assert "what is drawn is rounding noise" in said(wrong)
    np.testing.assert_array_equal(fixed(wrong, "Do not divide").samples(), NOISE)


# --- nothing there ---


def test_silence_is_said():
    assert said(Upload(data=encoded(np.zeros(RATE, np.float32)))).startswith("Every sample is 0: this is silence")


def test_the_last_bit_of_sixteen_is_rounding():
    dither = np.random.default_rng(0).integers(-1, 2, RATE).astype(np.int16)
    assert "no more than the last bit of 16" in said(Upload(data=encoded(dither, subtype="PCM_16")))


@pytest.mark.parametrize("rest", [0, 1e-5])
def test_channels_that_cancel_are_said_and_one_can_be_heard(rest):
    both = np.stack([NOISE, -NOISE * np.float32(1 - rest)], axis=1)
    upload = Upload(data=encoded(both))
    assert said(upload).startswith("The 2 channels cancel each other")
    for button, expected in (("Listen to the first", both[:, 0]), ("Listen to the second", both[:, 1])):
        one = fixed(upload, button)
        np.testing.assert_array_equal(one.samples(), expected)
        assert said(one) == ""


def test_a_silent_part_and_a_band_without_sound_are_said():
    half = Upload(data=encoded(np.concatenate([NOISE, np.zeros(RATE, np.float32)])))
    assert half.grid().notices == ()
    [notice] = Part(whole=half, start=1.3, stop=1.8).grid().notices
    assert "All levels are the same" in str(notice.sentence)
    assert Part(whole=half, start=0.2, stop=0.8).grid().notices == ()


def test_levels_that_are_cut_off_are_counted():
    loud = encoded(NOISE / np.abs(NOISE).max() * 3.9)  # summed over a thousand frequencies it is beyond 80 dB
    assert "are the same, below -50 dB or above 80 dB" in said(Upload(data=loud, features=Features(n_mels=1)))
    assert "48\xa0% of the cells are cut off" in said(Upload(data=loud, features=Features(n_mels=2)))


# --- maps that are constant, or nothing but rounding ---


@pytest.mark.parametrize("value", [0, 3, -1e6, 1e-30])
def test_a_constant_array_is_said_on_both_pages(value):
    data = npy(np.full((9, 9), value, np.float32))
    for source in (Upload(data=data), Spectrogram(data=data)):
        assert "a constant map, in which nothing can be seen" in said(source)


@pytest.mark.parametrize("level", [0.1, 1, 1e5])
def test_an_array_of_rounding_alone_is_said(level):
    values = (np.full((9, 9), level) * (1 + np.random.default_rng(0).normal(scale=3e-8, size=(9, 9)))).astype(
        np.float32
    )
    for source in (Upload(data=npy(values)), Spectrogram(data=npy(values))):
        assert "which is rounding alone" in said(source)


@pytest.mark.parametrize("values", [np.eye(9), 1000 + np.eye(9), np.array([[1.0]]), np.array([[np.nan, 1, 2]])])
def test_an_array_with_something_in_it_is_not_odd(values):
    assert said(Upload(data=npy(values))) == ""


def test_a_picture_of_one_colour_is_said():
    stream = io.BytesIO()
    Image.new("L", (4, 4), 51).save(stream, "PNG")
    assert said(Upload(data=stream.getvalue())).startswith("All 16 numbers are 0.2: a constant map")


def test_magnitudes_beyond_the_limit_of_levels_are_said():
    values = np.abs(np.random.default_rng(0).normal(size=(64, 40))) + 1
    assert "All levels are the same" in said(Spectrogram(data=npy(values * 1e8), levels="magnitude"))
    assert said(Spectrogram(data=npy(values), levels="magnitude")) == ""


# --- what was left out ---


def test_a_sound_is_read_whole_unless_it_is_too_long():
    for seconds in (3, LONGEST):
        upload = Upload(data=encoded(np.resize(NOISE, seconds * RATE)))
        assert len(upload.samples()) == seconds * RATE
        assert said(upload) == ""


def test_a_part_says_what_was_taken_and_offers_all_of_it():
    upload = Upload(data=encoded(np.resize(NOISE, 5 * RATE)), seconds=2, start=1)
    assert said(upload) == "Of 5 s, 1 s to 3 s are read."
    assert len(fixed(upload, "Read all of it").samples()) == 5 * RATE


def test_of_a_long_sound_what_was_taken_is_said_and_what_comes_next_is_offered():
    upload = Upload(data=encoded(np.resize(NOISE, 24 * RATE), name="FLAC", subtype="PCM_16"))
    starts = [0.0]
    while any("Go on" in str(words) for notice in upload.grid().notices for words, _ in notice.fixes):
        assert said(upload).startswith(f"Of 24 s, {starts[-1]:g} s to {starts[-1] + 10:g} s are read, and at most 10 s")
        upload = fixed(upload, "Go on")
        starts.append(upload.start)
    assert starts == [0, 10, 20]
    assert len(upload.samples()) == 4 * RATE
    assert fixed(upload, "Back to the beginning").start == 0


# --- heads that do not tell the truth ---


def without_size(data: bytes, at: int, width: int = 4) -> bytes:
    return data[:at] + bytes(width) + data[at + width :]


def endings(name: str, **more: str) -> tuple[bytes, int]:
    """A file of 16 bits, and where its size stands."""
    data = encoded(NOISE, name=name, subtype="PCM_16", **more)
    return data, {"AU": 8, "RF64": data.find(b"ds64") + 16}.get(name, data.find(b"data") + 4)


@pytest.mark.parametrize(
    ("name", "more", "width"),
    [("WAV", {}, 4), ("WAV", {"endian": "BIG"}, 4), ("AU", {}, 4), ("CAF", {}, 8), ("RF64", {}, 8)],
)
def test_a_recorder_that_wrote_no_size_is_read_to_the_end(name, more, width):
    data, at = endings(name, **more)
    plain, note, *_ = read_audio(data, identify(data).name)
    assert str(TO_THE_END) not in str(note)
    broken = without_size(data, at, width)
    samples, note, *_ = read_audio(broken, identify(broken).name)
    np.testing.assert_array_equal(samples, plain)
    assert str(note).endswith(str(TO_THE_END))


def test_a_size_of_all_ones_in_caf_is_unknown_too():
    data, at = endings("CAF")
    samples = read_audio(data[:at] + b"\xff" * 8 + data[at + 8 :], "CAF").samples
    assert len(samples) == RATE


def test_a_wav_without_samples_but_with_words_behind_them_holds_none():
    words = b"LIST" + struct.pack("<I", 10) + b"INFOISFT\0\0"
    empty = encoded(np.zeros(0, np.float32))
    with pytest.raises(ValueError, match="holds no samples"):
        read_audio(empty + words, "WAV")


@pytest.mark.parametrize(
    ("file", "samples"),
    [
        ("a1_data_size_zero.wav", 8000),
        ("a7_extensible_20_in_24.wav", 8000),
        ("a9_list_of_zeros.wav", 8000),
        ("a10_int32_max_sizes.wav", 8000),
        ("a11_id3_then_padding.mp3", 8000),
    ],
)
def test_real_sounds_are_read_to_their_end(file, samples):
    data = (CASES / file).read_bytes()
    heard = read_audio(data, identify(data).name)
    assert len(heard.samples) == samples
    assert heard.odd == heard.left == ()
    assert (str(TO_THE_END) in str(heard.note)) == (file == "a1_data_size_zero.wav")


def tag(size: int) -> bytes:
    return b"ID3\x03\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)


@pytest.mark.parametrize(
    "before",
    [
        tag(0),
        tag(300),
        tag(300) + bytes(5000),
        tag(9) + tag(200) + bytes(3),
        bytes(700),
        tag(20) + b"\xff\xfbjunk\xff" * 40,
    ],
)
def test_the_first_frame_of_an_mp3_is_looked_for_behind_what_stands_before_it(before):
    data = encoded(NOISE, name="MP3", subtype="MPEG_LAYER_III")
    plain = read_audio(data, "MP3").samples
    assert identify(before + data).name == "MP3"
    np.testing.assert_array_equal(read_audio(before + data, "MP3").samples, plain)


@pytest.mark.parametrize(("name", "subtype"), [("FLAC", "PCM_16"), ("WAV", "PCM_16"), ("AIFF", "PCM_16")])
def test_a_tag_before_another_kind_of_sound_is_passed_over(name, subtype):
    data = encoded(NOISE, name=name, subtype=subtype)
    assert identify(tag(100) + data).name == name
    np.testing.assert_array_equal(read_audio(tag(100) + data, name).samples, read_audio(data, name).samples)


@pytest.mark.parametrize("kind", ["AU", "CAF", "W64", "RF64", "NIST", "VOC", "IRCAM", "SVX", "AVR", "PAF", "PVF"])
def test_formats_of_libsndfile_are_read(kind):
    data = encoded(NOISE, name=kind, subtype="PCM_16")
    samples = Upload(data=data).samples()
    np.testing.assert_allclose(samples[: len(NOISE)], NOISE, atol=2 / 32_768)


def test_a_wav_that_is_coded_in_another_way_is_not_called_damaged():
    data = bytearray(encoded(NOISE, subtype="PCM_16"))
    data[data.index(b"fmt ") + 8] = 0x55  # MP3, in a WAV
    with pytest.raises(ValueError, match="This WAV file holds MP3, which is not read in it: save it as plain PCM"):
        read_audio(bytes(data), "WAV")


def test_a_piece_of_one_channel_says_so():
    both = np.stack([NOISE, 2 * NOISE], axis=1)
    assert "second of 2 channels" in str(read_audio(encoded(both), "WAV", Piece(mix="second")).note)
