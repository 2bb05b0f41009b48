"""Spectrograms from files: each format read exactly, what is guessed, and what strangers send."""

import io
import json
import math
import pickle
import re
import struct
import time
import tracemalloc
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import save as safetensors
from test_sources import assert_code_gives
from test_uploads import npy, npy_header, saved

from cnnviz.inputs import MAX_VALUES, SourceError, read_upload
from cnnviz.inputs.arrays import MAX_MEMBERS, MAX_UNPACKED
from cnnviz.inputs.sound import LogMel
from cnnviz.inputs.spectrogram import Spectrogram, guess_axes, guess_levels, read_plane, read_spectrogram
from cnnviz.inputs.text_table import MAX_LINE, MAX_LINES
from cnnviz.inputs.upload import MAX_BYTES

SCALED = {name: LogMel(sound=name, seconds=2).grid().values[0] for name in ("alarm", "speech", "water")}
DECIBELS = {name: 86 * values - 41 for name, values in SCALED.items()}  # about their own range
MAGNITUDES = {name: 10 ** (values / 20) for name, values in DECIBELS.items()}
SAVED = {"scaled": SCALED, "decibels": DECIBELS, "magnitude": MAGNITUDES}

KNOWN = SCALED["alarm"][:100, :40]  # (frames, mels)
GRID = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)


def npz(packed: bool = False, **arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(stream, **arrays)
    return stream.getvalue()


def torched(found: object) -> bytes:
    stream = io.BytesIO()
    torch.save(found, stream)
    return stream.getvalue()


def tensor(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values))


def text(values: np.ndarray, between: str = ",", point: str = ".", start: str = "", end: str = "\n") -> bytes:
    """Rows of numbers, each as short as tells it from every other float32."""
    lines = [between.join(str(number).replace(".", point) for number in row) for row in values]
    return (start + end.join(lines) + end).encode()


def zipped(name: bytes, packed: bytes, declared: int, method: int = 8, flags: int = 0, times: int = 1) -> bytes:
    """A zip file written by hand, that declares anything; its table names the same member a number of times."""
    facts = struct.pack(
        "<HHHHHIIIHH",
        20,
        flags,
        method,
        0,
        33,
        0 if method else zlib.crc32(packed),
        len(packed),
        declared,
        len(name),
        0,
    )
    local = b"PK\x03\x04" + facts + name + packed
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    count = min(times, 65_535)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(entry) * times, len(local), 0)
    return local + entry * times + b"PK\x05\x06" + end


def declared_safetensors(shape: list[int]) -> bytes:
    """A .safetensors file that declares any shape and holds nothing."""
    size = 4 * math.prod(shape)
    head = json.dumps({"mel": {"dtype": "F32", "shape": shape, "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(head)) + head


def deflated(start: bytes, zeros: int) -> bytes:
    """`start` and so many MiB of zeros, packed without ever being unpacked."""
    first, block = zlib.compressobj(9, wbits=-15), zlib.compressobj(9, wbits=-15)
    mebibyte = block.compress(bytes(1 << 20)) + block.flush(zlib.Z_FULL_FLUSH)
    return (
        first.compress(start) + first.flush(zlib.Z_FULL_FLUSH) + mebibyte * zeros + zlib.compressobj(9, 8, -15).flush()
    )


# --- every format ---

FORMATS = {
    "npy": npy,
    "npy of float64, Fortran order": lambda v: npy(np.asfortranarray(v, np.float64)),
    "npy with a channel": lambda v: npy(v[None]),
    "npy with a batch and a channel, Fortran order": lambda v: npy(np.asfortranarray(v[None, None])),
    "npz": lambda v: npz(mel=v),
    "npz, packed": lambda v: npz(True, mel=v),
    "npz, Fortran order": lambda v: npz(mel=np.asfortranarray(v)),
    "npz with other arrays": lambda v: npz(rate=np.array(16000), times=np.arange(5.0), mel=v),
    "npz with words": lambda v: npz(mel=v, names=np.array([["a", "b"]])),
    "tensor": lambda v: torched(tensor(v)),
    "tensor with a channel, turned in memory": lambda v: torched(tensor(v.T).T[None]),
    "tensor of float64 that is trained": lambda v: torched(torch.nn.Parameter(tensor(v).double())),
    "tensors with other things": lambda v: torched({"rate": 16000, "clips": [{"mel": tensor(v)}, torch.zeros(3)]}),
    "safetensors": lambda v: safetensors({"mel": tensor(v)}),
    "safetensors with other arrays": lambda v: safetensors({"mel": tensor(v), "rate": torch.tensor(16000)}),
    "commas": text,
    "commas and spaces": lambda v: text(v, ", "),
    "semicolons": lambda v: text(v, ";"),
    "tabs": lambda v: text(v, "\t"),
    "spaces": lambda v: text(v, "   "),
    "decimal commas between semicolons": lambda v: text(v, ";", ","),
    "decimal commas between tabs": lambda v: text(v, "\t", ","),
    "a comma at the end of each row": lambda v: text(v, end=",\n"),
    "lines as Windows ends them": lambda v: text(v, end="\r\n"),
    "lines as the first Macs ended them": lambda v: text(v, end="\r"),
    "blank lines": lambda v: text(v, end="\n\n"),
    "comments": lambda v: text(v, " ", start="# log-mel, 128 mels\n"),
    "a byte order mark": lambda v: b"\xef\xbb\xbf" + text(v),
    "UTF-16": lambda v: text(v, "\t").decode().encode("utf-16"),
    "quotes": lambda v: b'"' + text(v, '","', end='"\n"')[:-1],
    "a heading of words": lambda v: text(v, start="mel 1,mel 2,mel 3\n"),
    "a heading in another language and encoding": lambda v: "Bänder;2\n".encode("latin-1") + text(v, ";"),
    "a heading of column numbers": lambda v: text(v, start=",".join(map(str, range(v.shape[1]))) + "\n"),
    "savetxt": lambda v: (np.savetxt(stream := io.BytesIO(), v), stream.getvalue())[1],
}


@pytest.mark.parametrize("values", [GRID, GRID.T, GRID[:1], GRID[:, :1]], ids=["map", "turned", "a row", "a column"])
@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_array_that_was_saved(kind, values):
    if "decimal" in kind and values.shape[1] == 1:
        pytest.skip("a comma in a single column is between numbers")
    data = FORMATS[kind](values)
    np.testing.assert_array_equal(read_plane(data)[0], values)
    assert read_plane(data)[0].dtype == np.float32


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if "decimal" not in kind])
def test_every_format_gives_frames_by_mels_whichever_way_it_was_saved(kind):
    for values in (KNOWN, KNOWN.T):
        grid = read_spectrogram(
            FORMATS[kind](values), "a", "frames x mels" if values is KNOWN else "mels x frames", "scaled"
        )
        np.testing.assert_array_equal(grid.values, KNOWN[None])
        assert grid.values.flags.c_contiguous


def test_columns_that_count_are_left_out_and_the_caption_says_so():
    rows = "".join(f"2026-01-0{i},{row}\n" for i, row in enumerate(text(GRID).decode().split(), 1))
    grid = read_spectrogram(f",0,1,2,3\n{rows}".encode(), "a.csv", "frames x mels", "scaled")
    np.testing.assert_array_equal(grid.values[0], GRID)
    assert "line 1 left out as a heading, column 1 left out as a count" in str(grid.caption)


def test_decimal_commas_are_mentioned():
    assert str(read_plane(b"0,5;1\n2,5;3\n")[1]) == "commas read as decimal points"


def test_whole_numbers_that_count_are_no_heading():
    assert read_plane(b"0 1 2\n3 4 5\n")[0].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_picture_has_time_to_the_right_and_the_highest_mel_on_top(kind):
    grey = np.random.default_rng(0).integers(0, 256, (8, 30), np.uint8)
    grid = read_spectrogram(saved(Image.fromarray(grey), kind, lossless=True), "a.png")
    np.testing.assert_array_equal(grid.values[0], grey[::-1].T / np.float32(255))
    assert str(grid.caption) == "a.png, 30 frames × 8 mels, guessed: mels x frames, scaled"


def test_a_jpeg_is_read_nearly():
    smooth = np.tile(np.arange(0, 160, 10, dtype=np.uint8), (16, 1))
    values = read_spectrogram(saved(Image.fromarray(smooth), "JPEG", quality=95), "a", levels="scaled").values
    np.testing.assert_allclose(values[0], smooth.T / 255, atol=0.02)


def test_a_picture_whose_rows_are_frames_is_taken_as_it_lies():
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    grid = read_spectrogram(saved(Image.fromarray(grey)), "a", "frames x mels", "scaled")
    np.testing.assert_array_equal(grid.values[0], grey / np.float32(255))


def test_a_coloured_picture_is_said_to_be_read_as_brightness():
    assert "colours read as brightness" in str(read_spectrogram(saved(Image.new("RGB", (9, 2), "red")), "a").caption)


# --- guesses ---


@pytest.mark.parametrize("name", SCALED)
@pytest.mark.parametrize("kind", SAVED)
@pytest.mark.parametrize("turned", [False, True], ids=["frames x mels", "mels x frames"])
def test_the_log_mels_of_this_project_are_recognised(name, kind, turned):
    values = SAVED[kind][name].T if turned else SAVED[kind][name]
    grid = read_spectrogram(npy(values), "a.npy")
    order = "mels x frames" if turned else "frames x mels"
    assert str(grid.caption) == f"a.npy, 126 frames × 128 mels, guessed: {order}, {kind}"
    np.testing.assert_allclose(grid.values[0], SCALED[name], atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "guess"),
    [
        ((626, 128), ("frames x mels", True)),
        ((128, 862), ("mels x frames", True)),
        ((64, 101), ("mels x frames", True)),
        ((3000, 80), ("frames x mels", True)),
        ((1025, 862), ("mels x frames", True)),
        ((96, 64), ("frames x mels", False)),
        ((64, 256), ("mels x frames", True)),
        ((1000, 50), ("frames x mels", True)),
        ((50, 1000), ("mels x frames", True)),
        ((70, 90), ("frames x mels", False)),
        ((128, 128), ("frames x mels", False)),
        ((1, 1), ("frames x mels", False)),
    ],
)
def test_the_mels_are_the_axis_of_a_usual_length_or_the_much_shorter_one(shape, guess):
    assert guess_axes(shape) == guess


def test_a_shape_that_does_not_tell_is_said_not_to():
    assert "guessed: frames x mels (the shape does not tell), decibels" in str(
        read_spectrogram(npy(GRID * 9), "a").caption
    )


LOUD = MAGNITUDES["alarm"]


@pytest.mark.parametrize(
    ("values", "guess"),
    [
        (DECIBELS["water"] - 80, "decibels"),
        (DECIBELS["water"] + 41, "decibels"),
        (np.log(LOUD + 1e-5), "decibels"),
        (DECIBELS["speech"] / 30, "decibels"),
        (LOUD**2, "magnitude"),
        (LOUD / LOUD.max(), "magnitude"),
        (LOUD / 1e4, "magnitude"),
        (SCALED["alarm"][:9, :9], "scaled"),
        (2 * SCALED["alarm"] - 1, "scaled"),
        (np.eye(20), "scaled"),
        (np.zeros((3, 4)), "scaled"),
        (np.full((3, 4), -50), "decibels"),
        (np.full((3, 4), 7), "decibels"),
        (np.array([[np.nan, 0, 1, -np.inf, np.inf]]), "scaled"),
    ],
)
def test_the_range_tells_decibels_magnitudes_and_what_was_scaled(values, guess):
    assert guess_levels(values.astype(np.float32)) == guess


def test_what_the_person_says_wins_over_every_guess():
    grid = read_spectrogram(npy(DECIBELS["alarm"].T), "a.npy", "frames x mels", "scaled")
    np.testing.assert_array_equal(grid.values[0], DECIBELS["alarm"].T)
    assert str(grid.caption) == "a.npy, 128 frames × 126 mels, as told: frames x mels, scaled"
    half = read_spectrogram(npy(DECIBELS["alarm"]), "a.npy", levels="magnitude")
    np.testing.assert_allclose(half.values[0] * (20 * np.log10(45) + 50), clamped(DECIBELS["alarm"]), atol=1e-4)
    assert str(half.caption).endswith("guessed: frames x mels; as told: magnitude")


def clamped(magnitude: np.ndarray) -> np.ndarray:
    """Decibels above -50, of magnitudes that reach down to 0 and up to 45."""
    return 20 * np.log10(np.maximum(magnitude, 1e-5)).clip(-2.5, 4) + 50


def test_a_spectrogram_is_coloured_as_those_of_sounds_are():
    assert Spectrogram(data=npy(GRID)).grid().scale == LogMel().grid().scale


def test_a_map_without_differences_is_all_quiet():
    assert not read_spectrogram(npy(np.full((3, 4), -50)), "a").values.any()


@pytest.mark.parametrize("kind", ["decibels", "magnitude", "scaled"])
def test_nan_and_inf_are_masked_counted_and_left_out_of_the_range(kind):
    values = np.array([[0, np.nan, 1], [-np.inf, 0.5, np.inf]])
    grid = read_spectrogram(npy(values), "a", "mels x frames", kind)
    np.testing.assert_array_equal(np.isfinite(grid.values[0]), np.isfinite(values).T)
    assert np.isnan(grid.values).sum() == 3
    assert grid.values[0, 0, 0] == 0
    assert grid.values[0, 2, 0] == 1
    assert str(grid.caption).endswith("3 of 6 numbers are NaN or Inf")


# --- what strangers send ---

MAP = np.zeros((40, 50), np.float32)
PACKED = npz(True, a=GRID)
HEADER = npy_header("(100, 100)")
BAD = {
    "empty": (b"", "An empty file"),
    "too many bytes": (bytes(MAX_BYTES + 1), "A file of 20,000,001 bytes"),
    "sound": (b"RIFF\x24\x00\x00\x00WAVEfmt ", "This file is a WAV sound: upload a .npy"),
    "gif": (saved(Image.new("L", (2, 2)), "GIF"), "This file is a GIF picture"),
    "unknown bytes": (b"\x00\x01\x02\x03", "This file is of no kind that is known here"),
    "text that is no numbers": (b"Dear all,\nthe meeting is on Monday.\n", "Line 2 holds “the”, which is not a number"),
    "a word alone": (b"hello", "A text without numbers"),
    "quotes alone": (b'"\n""\n', "A text without numbers"),
    "spaces alone": (b"  \n\n ", "A text without numbers"),
    "a number that is none": (b"1 2\n3 4_000\n", "Line 2 holds “4_000”, which is not a number"),
    "a first number that is none": (b"1.2.3 2\n3 4\n", "Line 1 holds “1.2.3”"),
    "a column that counts alone": (b"frame\n1\n2\n", "A text without numbers"),
    "an empty cell": (b"1,2,3\n4,,6\n", "Line 2 holds an empty cell"),
    "ragged rows": (b"# two\n1 2\n3 4\n\n5 6 7\n", "Line 5 has 3 numbers, those before have 2"),
    "decimal commas between spaces": (b"0,5 0,7\n0,1 0,2\n", "Line 1 holds “5 0”"),
    "both decimal marks": (b"0,5;1\n1.234;2\n", "Line 2: decimals have a comma here and a point there"),
    "complex text": (b"(1+2j) (3+4j)\n", "Line 1 holds “(1+2j)”"),
    "control characters in text": (b"1 2\n3 \x1b[31m\x80\n" + b"x" * 5000, "This file is of no kind"),
    "a line of 10 MB": (b"1," * 5_000_000, f"Line 1 has more than {MAX_LINE:,} characters"),
    "a line of 10 MB without numbers": (b"x" * 10_000_000, f"Line 1 has more than {MAX_LINE:,} characters"),
    "twenty million lines": (b"\n" * MAX_BYTES, f"A text of more than {MAX_LINES:,} lines"),
    "too many numbers as text": ((b"1 " * 400_000 + b"\n") * 11, f"A text of more than {MAX_VALUES:,} numbers"),
    "one axis": (npy(np.zeros(9)), "An array of shape (9,): a spectrogram has two axes"),
    "three channels": (npy(np.zeros((3, 8, 9))), "An array of shape (3, 8, 9)"),
    "a batch of two": (npy(np.zeros((2, 1, 8, 9))), "An array of shape (2, 1, 8, 9)"),
    "five axes": (npy(np.zeros((1, 1, 1, 8, 9))), "An array of shape (1, 1, 1, 8, 9)"),
    "no frames": (npy(np.zeros((0, 128))), "shape (0, 128), which holds no numbers"),
    "a single number": (npy(np.array(3.0)), "An array of shape ()"),
    "nothing finite": (npy(np.full((3, 4), np.nan)), "All 12 numbers are NaN or Inf"),
    "npy of objects": (npy(np.array([[{}, 1]], dtype=object), allow_pickle=True), "object values"),
    "npy of records": (npy(np.zeros((4, 4), [("a", "f4"), ("b", "i4")])), "structured records"),
    "npy of complex numbers": (npy(np.zeros((4, 4), complex)), "complex128 values"),
    "npy of words": (npy(np.array([["a", "b"]])), "str32 values"),
    "npy cut short": (npy(MAP)[:-1], "declares 8,000 bytes of numbers and has 7,999"),
    "npy magic alone": (b"\x93NUMPY", "damaged header"),
    "npy of 10^12": (npy_header("(1000000, 1000000)"), "1,000,000,000,000 numbers"),
    "npy of 10^8000": (npy_header(f"({'9' * 4000}, {'9' * 4000})"), "damaged header"),
    "npy of a thousand axes": (npy_header(f"({'9, ' * 1000})"), "damaged header"),
    "npy of sixty axes": (npy(np.zeros((1,) * 60)), "An array of 60 axes"),
    "npz of objects": (npz(a=np.array([[{}, 1]], dtype=object)), "object values"),
    "npz of records": (npz(a=np.zeros((4, 4), [("a", "f4")])), "structured records"),
    "npz of complex numbers": (npz(a=np.zeros((4, 4), complex)), "complex128 values"),
    "npz of three channels": (npz(a=np.zeros((3, 8, 9))), "An array of shape (3, 8, 9)"),
    "npz without arrays": (npz(), "A file without an array"),
    "npz of two maps": (npz(a=GRID, b=GRID.T), "A file of 2 arrays, 2 of them with two axes: save one alone, out of a"),
    "npz of lists": (
        npz(a=np.zeros(3), b=np.zeros(4)),
        "none of them with two axes: save one alone, out of a of shape (3,), b of",
    ),
    "npz of nine maps": (npz(**{f"m{i}": GRID for i in range(9)}), "m3 of shape (5, 4), m4 of shape (5, 4) and 4 more"),
    "npz cut short": (PACKED[:-40], "cut short or damaged"),
    "npz with a broken middle": (PACKED[:60] + bytes(40) + PACKED[100:], "cut short or damaged"),
    "tensors of two maps": (torched({"a": tensor(GRID), "b": tensor(GRID.T)}), "alone, out of a of shape (5, 4), b of"),
    "no tensors": (torched({"rate": 16000}), "A file without an array"),
    "tensor of three channels": (torched(torch.zeros(3, 8, 9)), "An array of shape (3, 8, 9)"),
    "tensor of complex numbers": (
        torched(torch.zeros(4, 4, dtype=torch.complex64)),
        "torch.ComplexFloatStorage",
    ),
    "tensor without numbers": (torched(torch.zeros(0, 128)), "A tensor of shape (0, 128), 0 numbers"),
    "tensor of too many numbers": (torched(torch.zeros(2001, 2000, dtype=torch.uint8)), "4,002,000 numbers"),
    "tensor of one number, 10^12 times": (torched(torch.zeros(1).expand(10**6, 10**6)), "it reaches 4,000,000,000,000"),
    "sparse tensor": (torched(torch.eye(3).to_sparse()), "_rebuild_sparse_tensor"),
    "tensors cut short": (torched(tensor(MAP))[:-300], "torch file is damaged or cut off"),
    "pickle of a function": (pickle.dumps(print), "wants to run or build builtins.print"),
    "safetensors cut short": (safetensors({"mel": tensor(MAP)})[:-1], "safetensors file is damaged"),
    "safetensors of 10^12": (declared_safetensors([1_000_000, 1_000_000]), "safetensors file is damaged"),
    "zip signature alone": (b"PK\x03\x04....", "cut short or damaged"),
    "zip of a zip": (zipped(b"inner.npz", PACKED, len(PACKED), method=0), "A file without an array"),
    "zip of words": (zipped(b"../../home/a.txt", b"hello", 5, method=0), "A file without an array"),
    "zip of encrypted numbers": (zipped(b"a.npy", npy(MAP), len(npy(MAP)), method=0, flags=1), "with a password"),
    "zip packed by lzma": (zipped(b"a.npy", npy(MAP), len(npy(MAP)), method=14), "in an unusual way"),
    "zip of many members": (zipped(b"a.npy", b"", 0, times=200_000), f"more than {MAX_MEMBERS} files"),
    "npz of 10^12": (
        zipped(b"a.npy", npy_header("(1000000, 1000000)"), 88, 0),
        "1,000,000,000,000 numbers",
    ),
    "npz whose header declares less": (zipped(b"a.npy", npy_header("(3, 4)"), 200, 0), "declares 48 bytes of numbers"),
    "npz that holds less than all declare": (
        zipped(b"a.npy", deflated(HEADER, 0), len(HEADER) + 40_000),
        "cut short or damaged",
    ),
    "1 MB that holds 1 GB": (
        zipped(b"a.npy", deflated(npy_header("(16384, 16384)"), 1024), (1 << 30) + 80),
        f"declares 1,073,741,904 bytes unpacked: at most {MAX_UNPACKED:,} are read",
    ),
    "1 MB that holds 1 GB and does not say so": (
        zipped(b"a.npy", deflated(npy_header("(16384, 16384)"), 1024), 60_000_000),
        "268,435,456 numbers: at most 4,000,000 are read",
    ),
    "1 kB that declares 60 MB": (zipped(b"a.npy", deflated(npy(MAP), 0), 60_000_000), "60,000,000 bytes packed into"),
}
BOMBS = [case for case in BAD if re.search(r"10 MB|10\^12|1 GB|60 MB|million|many", case)]


def refusal(data: bytes) -> SourceError:
    with pytest.raises(SourceError) as error:
        read_spectrogram(data, "/home/someone/mel.npy")
    return error.value


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_used_gets_one_plain_sentence(case):
    data, words = BAD[case]
    start = time.process_time()
    error = refusal(data)
    assert time.process_time() - start < 5  # the slowest, four million numbers as text, takes less than one
    sentence = str(error)
    assert words in sentence
    assert sentence.endswith(".")
    assert ". " not in re.sub(r"\.npy |\.npz |\. Nothing was run", "", sentence)
    assert not re.search(r"/home|mel\.npy|Error|Traceback|<|0x|\n", sentence)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_is_refused_within_a_fixed_memory(case):
    data, _ = BAD[case]
    tracemalloc.start()
    refusal(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * 2**20


def test_numbers_are_unpacked_block_after_block():
    data = npz(True, a=np.zeros((1000, 2000)))  # 16 MB, of which 8 MB are kept
    tracemalloc.start()
    assert read_plane(data)[0].shape == (1000, 2000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 11 * 2**20


def test_a_long_silence_is_no_bomb():
    assert read_spectrogram(npz(True, a=np.zeros((30_000, 128))), "a").values.shape == (1, 30_000, 128)


@pytest.mark.parametrize("name", ["mel.png", "mel.pt", "mel.exe", "mel"])
def test_the_bytes_tell_the_format_and_not_the_name(name):
    grid = read_spectrogram(npy(KNOWN), name, levels="scaled")
    np.testing.assert_array_equal(grid.values[0], KNOWN)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.uint8, torch.int64, torch.bool])
def test_a_tensor_of_any_number_type_is_read(dtype):
    numbers = torch.eye(3, 4).to(dtype)
    np.testing.assert_array_equal(read_plane(torched(numbers))[0], np.eye(3, 4))
    np.testing.assert_array_equal(read_plane(safetensors({"mel": numbers}))[0], np.eye(3, 4))


def test_a_safetensors_header_whose_length_spells_pk_is_no_zip():
    short = safetensors({"mel": tensor(GRID)}, {"note": ""})
    padding = int.from_bytes(b"PK", "little") - int.from_bytes(short[:8], "little")
    long = safetensors({"mel": tensor(GRID)}, {"note": "." * padding})
    assert long.startswith(b"PK")
    np.testing.assert_array_equal(read_plane(long)[0], GRID)


def test_names_in_a_zip_are_shown_without_folders():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("../../etc/mel.npy", npy(GRID))
        file.writestr("a/b/c/rate.npy", npy(np.array(16000)))
    assert str(read_plane(stream.getvalue())[1]) == "array mel of 2"


STARTS = [npy(GRID), npz(a=GRID), npz(True, a=GRID, b=np.arange(3)), text(GRID), saved(Image.new("L", (9, 7), 5))]
STARTS += [torched(tensor(GRID)), safetensors({"mel": tensor(GRID)})]


@given(start=st.sampled_from(STARTS), where=st.floats(0, 1), junk=st.binary(max_size=8), cut=st.booleans())
@pytest.mark.filterwarnings("ignore")  # decoders grumble at what was tampered with
def test_a_file_that_was_tampered_with_is_read_or_refused(start, where, junk, cut):
    at = int(where * len(start))
    read_or_refused(start[:at] + junk + (b"" if cut else start[at + len(junk) :]))


@given(data=st.binary(max_size=300) | st.text('0123456789.,; \t\n-e#anif"_', max_size=99).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    read_or_refused(data)


def read_or_refused(data: bytes) -> None:
    try:
        values = read_spectrogram(data, "a").values
    except SourceError as error:
        assert str(error).endswith(".")
    else:
        assert values.dtype == np.float32
        assert values.ndim == 3
        assert values.size


# --- as a source ---


def test_spectrograms_are_told_apart_by_their_content_and_by_what_they_are_said_to_be():
    one, other = Spectrogram(data=npy(GRID)), Spectrogram(data=npy(GRID.T))
    assert one == Spectrogram(data=bytes(bytearray(npy(GRID))))
    assert hash(one) == hash(Spectrogram(data=npy(GRID)))
    assert one != other
    assert one != replace(one, axes="mels x frames")
    assert one != replace(one, levels="scaled")
    assert replace(one, data=npy(GRID.T)) == other
    assert "NUMPY" not in repr(one)


def test_a_spectrogram_comes_with_two_axes_and_known_choices():
    with pytest.raises(SourceError, match="comes with 2 axes, not 3"):
        Spectrogram(ndim=3)
    with pytest.raises(SourceError, match="choose from guess, frames x mels, mels x frames"):
        Spectrogram(axes="sideways")


@pytest.mark.parametrize("values", [GRID, KNOWN.T, np.array([[1, np.nan, 3]]), SCALED["water"]])
def test_the_code_of_a_spectrogram_defines_its_grid_bit_for_bit(values, tmp_path, monkeypatch):
    source = Spectrogram(data=npy(values))
    monkeypatch.chdir(tmp_path)
    np.save("input.npy", source.grid().values)
    assert_code_gives(source.code(), source.grid().values)


# --- tables as spreadsheets save them, on both pages ---

WANTED = np.array([[0.5, -1.25, 3], [1000, 0, 2.5]], np.float32)
TABLES = {
    "Excel's Unicode text": "0,5\t-1,25\t3\r\n1000\t0\t2,5\r\n".encode("utf-16"),
    "the same, big-endian": b"\xfe\xff" + "0,5\t-1,25\t3\n1000\t0\t2,5\n".encode("utf-16-be"),
    "the same without a mark": "0.5\t-1.25\t3\n1000\t0\t2.5\n".encode("utf-16-le"),
    "CSV": b"0.5,-1.25,3\r\n1000,0,2.5\r\n",
    "CSV with a heading in UTF-8 with a mark": "\ufeffTonhöhe,b,c\n0.5,-1.25,3\n1000,0,2.5\n".encode(),
    "CSV where commas are decimal": b"0,5;-1,25;3\n1000;0;2,5\n",
    "quoted decimal commas between commas": b'"0,5","-1,25","3"\n"1000","0","2,5"\n',
    "some cells quoted": b'"0,5","-1,25",3\n1000,0,"2,5"\n',
    "quoted points": b'"0.5","-1.25","3"\n"1000","0","2.5"\n',
    "a first line that names the separator": b"sep=;\n0,5;-1,25;3\n1000;0;2,5\n",
    "empty cells and rows at the end": b"0.5,-1.25,3,,\n1000,0,2.5,,\n,,,,\n",
    "spaces between thousands, a real minus": "0,5;\u22121,25;3\n1\u202f000;0;2,5\n".encode(),
    "no-break spaces in Windows' own code page": "0,5;-1,25;3\n1000;0;2,5\n".encode("cp1252"),
    "a column that counts, with its unit": b"Time (s),a,b,c\n0,0.5,-1.25,3\n1,1000,0,2.5\n",
    "pandas with its index": b"Unnamed: 0,a,b,c\n0,0.5,-1.25,3\n1,1000,0,2.5\n",
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_a_table_as_a_spreadsheet_saves_it_is_read_on_both_pages(table):
    np.testing.assert_array_equal(read_plane(TABLES[table])[0], WANTED)
    np.testing.assert_array_equal(read_upload(TABLES[table], "a.csv", 2).values, WANTED[None])


def test_a_table_is_a_signal_or_a_channel_in_each_column():
    for text in (b"1,2,3\n", b"1\n2\n3\n", b"time;x\n0;1\n1;2\n2;3\n"):
        assert read_upload(text, "a", 1).values.tolist() == [[1, 2, 3]]
    grid = read_upload(b"left,right\n1,10\n2,20\n3,30\n", "a.csv", 1)
    assert grid.values.tolist() == [[1, 2, 3], [10, 20, 30]]
    assert str(grid.caption) == "a.csv, line 1 left out as a heading, a channel in each column"
    with pytest.raises(SourceError, match=r"3-D takes a \.npy array"):
        read_upload(b"1,2\n", "a", 3)


def test_prose_is_refused_as_text_that_holds_no_table():
    for text in (b"hello, this is no picture\nnor is this, really\n", "hello; there\nyou; two\n".encode("utf-16")):
        with pytest.raises(SourceError, match=r"^This file is text, read as a table: Line 2 holds “"):
            read_upload(text, "a.txt", 2)


# --- bfloat16 ---


def bfloat16_npy(values: np.ndarray, order: str = "C") -> bytes:
    """What numpy saves of an array of ml_dtypes' bfloat16; torch rounds."""
    bits = torch.from_numpy(np.ascontiguousarray(values)).to(torch.bfloat16).view(torch.int16).numpy()
    stream = io.BytesIO()
    np.save(stream, np.asarray(bits, order=order).view("V2"))
    return stream.getvalue()


@pytest.mark.parametrize("order", ["C", "F"])
def test_bfloat16_is_read_as_numpy_saves_it(order):
    values = np.random.default_rng(0).normal(size=(9, 40)).astype(np.float32)
    wanted = torch.from_numpy(values).to(torch.bfloat16).float().numpy()
    data = bfloat16_npy(values, order)
    packed = io.BytesIO()
    np.savez(packed, mel=np.load(io.BytesIO(data)), other=np.zeros(3))
    for sent in (data, packed.getvalue()):
        found, note = read_plane(sent)
        np.testing.assert_array_equal(found, wanted)
        assert "read as bfloat16" in str(note)
    grid = read_upload(data, "a.npy", 2)
    np.testing.assert_array_equal(grid.values, wanted[None])
    assert str(grid.caption) == "a.npy, two bytes a number read as bfloat16"


def test_the_case_of_bfloat16_is_read():
    data = (Path(__file__).parent / "cases" / "p3_bfloat16.npy").read_bytes()
    bits = np.load(io.BytesIO(data)).view(np.int16)
    wanted = torch.from_numpy(bits.copy()).view(torch.bfloat16).float().numpy()
    np.testing.assert_array_equal(read_plane(data)[0], wanted)
    assert np.isfinite(wanted).all()


def test_bytes_without_a_type_are_not_called_records():
    stream = io.BytesIO()
    np.save(stream, np.zeros((4, 4), "V1"))
    with pytest.raises(SourceError, match=r"numbers of 1 bytes whose type numpy did not write down \(float8\?\)"):
        read_upload(stream.getvalue(), "a", 2)
