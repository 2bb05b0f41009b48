"""Uploads: what is read exactly, and what strangers send."""

import io
import re
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.lib import format as npy_format
from PIL import Image
from test_sources import assert_code_gives

from cnnviz.inputs import MAX_VALUES, SourceError, read_upload
from cnnviz.inputs.base import plain_name
from cnnviz.inputs.picture import MAX_PIXELS
from cnnviz.inputs.upload import MAX_BYTES, Upload

CASES = Path(__file__).parent / "cases"
LOSSLESS = {"PNG": {}, "WEBP": {"lossless": True, "exact": True}}


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def npy(values: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values, **options)
    return stream.getvalue()


def npy_header(shape: object, descr: object = "<f4") -> bytes:
    """A .npy file that declares anything and holds nothing."""
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return npy_format.magic(1, 0) + struct.pack("<H", len(text)) + text


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int, bits: int = 8, kind: int = 0) -> bytes:
    """A PNG that declares a size and holds one byte of pixels."""
    size = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"0")) + chunk(b"IEND", b"")


def levels(rows: int = 5, columns: int = 7, bands: int = 1, seed: int = 0) -> np.ndarray:
    shape = (rows, columns, bands) if bands > 1 else (rows, columns)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


# --- pictures ---


@pytest.mark.parametrize("kind", LOSSLESS)
def test_a_lossless_grey_picture_is_read_exactly(kind):
    grey = levels()
    grid = read_upload(saved(Image.fromarray(grey), kind, **LOSSLESS[kind]), "a.bin", 2)
    np.testing.assert_array_equal(grid.values, grey[None] / np.float32(255))
    assert grid.scale == "picture"


@pytest.mark.parametrize("kind", LOSSLESS)
def test_a_lossless_colour_picture_is_read_exactly_channels_first(kind):
    rgb = levels(bands=3)
    grid = read_upload(saved(Image.fromarray(rgb), kind, **LOSSLESS[kind]), "a", 2, colour="rgb")
    np.testing.assert_array_equal(grid.values, rgb.transpose(2, 0, 1) / np.float32(255))


def test_a_jpeg_is_read_nearly():
    smooth = np.tile(np.arange(0, 160, 10, dtype=np.uint8), (16, 1))
    values = read_upload(saved(Image.fromarray(smooth), "JPEG", quality=95), "a", 2).values
    np.testing.assert_allclose(values[0], smooth / 255, atol=0.02)


@pytest.mark.parametrize("mode", ["1", "P", "CMYK", "LA", "RGBA"])
@pytest.mark.parametrize(("colour", "channels"), [("grey", 1), ("rgb", 3)])
def test_every_mode_becomes_grey_or_rgb(mode, colour, channels):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = Image.new("RGB", (3, 2), "white").convert(mode)
    values = read_upload(saved(image, kind), "a", 2, colour=colour).values
    np.testing.assert_allclose(values, np.ones((channels, 2, 3)), atol=0.02)


def test_what_is_transparent_shows_white():
    black = Image.new("RGBA", (2, 1), (0, 0, 0, 255))
    black.putpixel((1, 0), (0, 0, 0, 0))
    assert read_upload(saved(black), "a", 2).values.tolist() == [[[0, 1]]]


def test_sixteen_bits_are_scaled_not_clipped():
    deep = np.array([[0, 257, 128 * 257, 65535]], np.uint16)
    values = read_upload(saved(Image.fromarray(deep)), "a", 2).values
    np.testing.assert_array_equal(values[0], np.array([[0, 1, 128, 255]], np.uint8) / np.float32(255))


def test_a_picture_taken_sideways_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    grey = levels(2, 3)
    upright = read_upload(saved(Image.fromarray(grey), exif=exif), "a", 2).values[0]
    np.testing.assert_array_equal(upright, np.rot90(grey, -1) / np.float32(255))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_read_and_the_caption_says_so(kind):
    frames = [Image.new("L", (4, 4), shade) for shade in (0, 128, 255)]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], **LOSSLESS[kind])
    grid = read_upload(data, "film", 2)
    assert grid.values.max() == 0
    assert str(grid.caption) == "film, first of 3 frames"


@given(
    rows=st.integers(1, 40),
    columns=st.integers(1, 40),
    asked=st.integers(1, 60),
    colour=st.sampled_from(["grey", "rgb"]),
)
def test_scaling_gives_the_rows_asked_for_and_keeps_the_aspect(rows, columns, asked, colour):
    data = saved(Image.new("L", (columns, rows)))
    values = read_upload(data, "a", 2, rows=asked, colour=colour).values
    assert values.shape[1:] == (asked, max(1, round(columns * asked / rows)))


def test_a_picture_is_left_as_it_is_unless_rows_are_asked_for():
    assert read_upload(saved(Image.new("L", (7, 5))), "a", 2).values.shape == (1, 5, 7)


@pytest.mark.parametrize(("width", "height"), [(2100, 2000), (4096, 4096), (16_000, 1000)])
@pytest.mark.parametrize("colour", ["grey", "rgb"])
def test_the_advice_for_a_picture_with_too_many_cells_works_and_is_the_best(width, height, colour):
    data = saved(Image.new("L", (width, height)))
    with pytest.raises(SourceError) as error:
        read_upload(data, "a", 2, colour=colour)
    best = int(re.search(r"scale it to (\d+) rows or fewer", str(error.value))[1])
    assert read_upload(data, "a", 2, rows=best, colour=colour).values.size <= MAX_VALUES
    with pytest.raises(SourceError):
        read_upload(data, "a", 2, rows=best + 1, colour=colour)


def test_a_picture_too_wide_at_any_height_is_to_be_cropped():
    with pytest.raises(SourceError, match="crop it first"):
        read_upload(saved(Image.new("L", (MAX_VALUES + 1, 1))), "a", 2)


# --- sixteen bits ---


def png16(values: np.ndarray, *more: bytes) -> bytes:
    """A PNG of 16 bits a channel, as its specification has it: rows behind filter 0, big-endian."""
    rows, columns, bands = values.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[bands]
    size = struct.pack(">IIBBBBB", columns, rows, 16, kind, 0, 0, 0)
    body = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    parts = chunk(b"IHDR", size), *more, chunk(b"IDAT", zlib.compress(body)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def levels16(bands: int) -> np.ndarray:
    return np.random.default_rng(bands).integers(0, 65_536, (5, 7, bands), dtype=np.uint16)


def test_sixteen_bits_of_grey_stay_sixteen_bits():
    ramp = np.arange(65_536, dtype=np.uint16).reshape(256, 256, 1)
    values = read_upload(png16(ramp), "a", 2).values
    np.testing.assert_array_equal(values[0], ramp[..., 0] / np.float32(65_535))
    assert len(np.unique(values)) == 65_536


def test_sixteen_bits_of_colour_stay_sixteen_bits():
    rgb = levels16(3)
    values = read_upload(png16(rgb), "a", 2, colour="rgb").values
    np.testing.assert_array_equal(values, np.moveaxis(rgb, 2, 0) / np.float32(65_535))


@pytest.mark.parametrize("bands", [2, 4])
@pytest.mark.parametrize("colour", ["grey", "rgb"])
def test_sixteen_bits_of_alpha_let_white_through(bands, colour):
    levels = levels16(bands).astype(np.float64) / 65_535
    shown = levels[..., :-1] * levels[..., -1:] + 1 - levels[..., -1:]
    shown = np.broadcast_to(shown, (5, 7, 3)) if bands == 2 else shown
    if colour == "grey":
        shown = shown @ np.array([[0.299], [0.587], [0.114]])  # ITU-R BT.601
    values = read_upload(png16(levels16(bands)), "a", 2, colour=colour).values
    np.testing.assert_allclose(values, np.moveaxis(shown, 2, 0), atol=1e-6)


@pytest.mark.parametrize("bands", [1, 3])
def test_the_transparent_colour_of_sixteen_bits_is_white_and_its_neighbour_is_not(bands):
    levels = np.zeros((1, 2, bands), np.uint16)
    levels[0, :, 0] = 0x0101, 0x0102  # alike in their upper bytes
    data = png16(levels, chunk(b"tRNS", levels[0, 0].astype(">u2").tobytes()))
    values = read_upload(data, "a", 2, colour="rgb").values
    assert values[:, 0, 0].tolist() == [1, 1, 1]
    assert values[0, 0, 1] == np.float32(0x0102) / np.float32(65_535)


def test_sixteen_bits_are_turned_and_scaled_like_eight():
    eight = np.repeat(np.repeat(levels(8, 6), 4, axis=0), 4, axis=1)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    deep = read_upload(png16(eight[..., None].astype(np.uint16) * 257, turned), "a", 2, rows=12).values
    flat = read_upload(saved(Image.fromarray(eight), exif=exif), "a", 2, rows=12).values
    assert deep.shape == flat.shape == (1, 12, 16)
    np.testing.assert_allclose(deep, flat, atol=1.5 / 255)


@pytest.mark.parametrize(("file", "expected"), [("p1_grey16.png", 64), ("p5_palette_transparent.png", 4)])
def test_real_pictures_are_read_exactly(file, expected):
    data = (CASES / file).read_bytes()
    image = Image.open(io.BytesIO(data))
    values = read_upload(data, file, 2).values[0]
    if image.mode == "P":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("L")
    np.testing.assert_array_equal(
        values, np.asarray(image) / np.float32(values.dtype.type(65_535 if "16" in file else 255))
    )
    assert len(np.unique(values)) >= min(expected, 2)


# --- what a picture declares ---


def jpeg_of_scans(scans: int, size: int) -> bytes:
    """A progressive JPEG whose last scan begins many times."""
    data = saved(Image.fromarray(levels(size, size)), "JPEG", progressive=True)
    last = data.rfind(b"\xff\xda")
    return data[:last] + data[last : last + 10] * scans + data[last:]


def without_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(image: Image.Image, *_: object) -> None:
        raise AssertionError("a pixel was decoded")

    for module in ("ImageFile.ImageFile", "WebPImagePlugin.WebPImageFile"):
        monkeypatch.setattr(f"PIL.{module}.load", load)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (png_header(1, 16_000_000), "16000000 × 1 pixels, more than 32,768 on a side: crop it first."),
        (png_header(40_000, 2), "2 × 40000 pixels, more than 32,768 on a side"),
        (png_header(4000, 4000), "4000 × 4000 cells × 1 channels, more than 4,000,000 numbers: scale it to 2000 rows"),
        (png_header(4000, 4000, 16, 6), "4000 × 4000 pixels of 16 bits, more than 8,388,608"),
        (jpeg_of_scans(1000, 550), "550 × 550 pixels in 1,00"),
        (saved(Image.new("L", (3000, 2500)), "WEBP"), "scale it to"),
        (saved(Image.new("L", (3000, 2500)), "JPEG"), "scale it to"),
    ],
)
def test_what_is_declared_is_held_against_the_limits_before_a_pixel_is_decoded(data, said, monkeypatch):
    without_decoding(monkeypatch)
    with pytest.raises(SourceError, match=re.escape(said)):
        read_upload(data, "a", 2)


def test_an_ordinary_progressive_jpeg_is_read():
    data = saved(Image.fromarray(levels(900, 900)), "JPEG", progressive=True)
    assert data.count(b"\xff\xda") > 3
    assert read_upload(data, "a", 2).values.shape == (1, 900, 900)


def test_a_jpeg_is_decoded_no_larger_than_twice_what_is_asked_for(monkeypatch):
    loaded = []
    plain = Image.Image.convert
    monkeypatch.setattr(Image.Image, "convert", lambda image, *a: (loaded.append(image.size), plain(image, *a))[1])
    smooth = np.add.outer(np.arange(1600), np.arange(1600)) // 13
    values = read_upload(saved(Image.fromarray(smooth.astype(np.uint8)), "JPEG"), "a", 2, rows=100).values
    assert max(loaded) == (200, 200)
    np.testing.assert_allclose(values[0], smooth[8::16, 8::16] / 255, atol=0.02)


BROKEN_EXIF = [
    b"",
    b"MM",
    b"II*\0\xff\xff\xff\xff",
    b"MM\0*\0\0\0\x08\xff\xff" + bytes(20),
    b"\0" * 40,
    b"Exif\0\0junk",
]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("exif", BROKEN_EXIF)
@pytest.mark.parametrize("late", [False, True])
def test_a_broken_exif_block_does_not_stop_a_picture(exif, late):
    grey = levels(4, 4)
    data = saved(Image.fromarray(grey))
    at = data.index(b"IEND") - 4 if late else data.index(b"IDAT") - 4
    for block in (chunk(b"eXIf", exif), chunk(b"tEXt", b"Raw profile type exif\0\nexif\n  9\nzz" + exif)):
        grid = read_upload(data[:at] + block + data[at:], "a", 2)
        np.testing.assert_array_equal(grid.values, grey[None] / np.float32(255))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize("exif", BROKEN_EXIF[1:])
def test_a_broken_exif_block_does_not_stop_other_kinds_of_picture(kind, exif):
    data = saved(Image.fromarray(levels(4, 4)), kind, exif=b"Exif\0\0" + exif)
    assert read_upload(data, "a", 2).values.shape == (1, 4, 4)


def test_a_broken_exif_block_is_said():
    data = saved(Image.fromarray(levels(4, 4)), exif=b"Exif\0\0MMjunkjunk")
    assert str(read_upload(data, "a.png", 2).caption) == "a.png, its EXIF block is damaged and passed over"


def test_a_png_that_unpacks_to_more_than_it_declares_is_read_no_further():
    body = zlib.compress(bytes(1_000_000))
    size = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    assert read_upload(data, "a", 2).values.shape == (1, 4, 4)


# --- arrays ---

kinds = st.sampled_from(["<f4", ">f4", "<f8", ">f8", "<f2", "<i2", ">i8", "|u1", "|b1"])
shapes = st.integers(1, 3).flatmap(lambda ndim: st.tuples(*[st.integers(1, 4)] * ndim))


@given(data=st.data(), shape=shapes, order=st.sampled_from("CF"))
def test_an_array_of_any_number_type_byte_order_and_layout_is_read(data, shape, order):
    values = data.draw(arrays(data.draw(kinds), shape))
    grid = read_upload(npy(np.asarray(values, order=order)), "a", len(shape))
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(grid.values, values[None].astype(np.float32))
    assert grid.values.dtype == np.float32
    assert grid.values.flags.c_contiguous


@pytest.mark.parametrize(
    ("shape", "ndim", "expected"),
    [
        ((9,), 1, (1, 9)),
        ((2, 9), 1, (2, 9)),
        ((1, 2, 9), 1, (2, 9)),
        ((8, 9), 2, (1, 8, 9)),
        ((16, 8, 9), 2, (16, 8, 9)),
        ((8, 9, 3), 2, (3, 8, 9)),
        ((3, 9, 3), 2, (3, 9, 3)),
        ((1, 8, 9, 3), 2, (3, 8, 9)),
        ((5, 8, 9), 3, (1, 5, 8, 9)),
        ((2, 5, 8, 3), 3, (2, 5, 8, 3)),
    ],
)
def test_channels_come_first_whichever_way_an_array_is_saved(shape, ndim, expected):
    assert read_upload(npy(np.zeros(shape)), "a", ndim).values.shape == expected


def test_channels_that_come_last_keep_their_numbers():
    values = np.arange(5 * 6 * 3).reshape(5, 6, 3)
    np.testing.assert_array_equal(read_upload(npy(values), "a", 2).values, values.transpose(2, 0, 1))


def test_nan_and_inf_stay_and_are_counted_in_the_caption():
    grid = read_upload(npy(np.array([1, np.nan, -np.inf, 1e300, 0])), "x.npy", 1)
    np.testing.assert_array_equal(grid.values, np.array([[1, np.nan, -np.inf, np.inf, 0]], np.float32))
    assert str(grid.caption) == "x.npy, 3 of 5 numbers are NaN or Inf"


# --- what strangers send ---

PICTURE = saved(Image.fromarray(levels(40, 40)))
JPEG = saved(Image.fromarray(levels(40, 40)), "JPEG")
ARRAY = npy(np.arange(100.0))
BAD = {
    "empty": (b"", 2, "An empty file"),
    "text named png": (b"hello, this is no picture", 2, "This file is text"),
    "unknown bytes": (b"\x00\x01\x02\x03", 2, "This file is of no kind that is known here"),
    "gif": (saved(Image.new("L", (2, 2)), "GIF"), 2, "This file is a GIF picture: save it as PNG or JPEG"),
    "npz": (b"PK\x03\x04....", 2, "This file is a zip archive: unpack it"),
    "too many bytes": (PICTURE + bytes(MAX_BYTES), 2, "A file of 20,00"),
    "picture as a signal": (PICTURE, 1, "1-D takes a .npy array of shape (length) or (channels, length)"),
    "picture as a volume": (JPEG, 3, "3-D takes a .npy array of shape (depth, rows, columns)"),
    "header of 20000 x 20000": (png_header(20_000, 20_000), 2, f"more than {MAX_PIXELS:,} pixels"),
    "header of 10000 x 10000": (png_header(10_000, 10_000), 2, "10000 × 10000 pixels"),
    "header of 4097 x 4096": (png_header(4097, 4096), 2, "4096 × 4097 pixels"),
    "header of 0 x 4": (png_header(0, 4), 2, "damaged"),
    "png of one byte": (png_header(40, 40), 2, "cut short or damaged"),
    "png cut short": (PICTURE[: len(PICTURE) // 2], 2, "cut short or damaged"),
    "png signature alone": (PICTURE[:8], 2, "damaged header"),
    "jpeg cut short": (JPEG[: len(JPEG) // 2], 2, "cut short or damaged"),
    "webp cut short": (saved(Image.fromarray(levels(40, 40)), "WEBP")[:60], 2, "damaged"),
    "objects": (npy(np.array([{}, 1], dtype=object), allow_pickle=True), 1, "object values"),
    "complex": (npy(np.zeros(4, complex)), 1, "complex128 values"),
    "dates": (npy(np.zeros(4, "datetime64[s]")), 1, "datetime64[s] values"),
    "strings": (npy(np.array(["a", "b"])), 1, "str32 values"),
    "records": (npy(np.zeros(4, [("a", "f4"), ("b", "i4")])), 1, "structured records"),
    "array cut short": (ARRAY[:-1], 1, "declares 800 bytes of numbers and has 799"),
    "array with a tail": (ARRAY + b"\x00", 1, "declares 800 bytes of numbers and has 801"),
    "array without numbers": (npy(np.zeros((3, 0))), 2, "shape (3, 0)"),
    "negative shape": (npy_header("(-4,)"), 1, "shape (-4,)"),
    "a trillion declared": (npy_header("(1000000, 1000000)"), 2, "1,000,000,000,000 numbers"),
    "more declared than present": (npy_header("(1000, 1000)"), 2, "declares 4,000,000 bytes of numbers and has 0"),
    "shape of words": (npy_header("('a',)"), 1, "damaged header"),
    "dtype of nonsense": (npy_header("(4,)", "wat"), 1, "damaged header"),
    "header of brackets": (npy_format.magic(1, 0) + struct.pack("<H", 9000) + b"(" * 9000, 1, "damaged header"),
    "npy magic alone": (ARRAY[:6], 1, "damaged header"),
    "npy of the future": (b"\x93NUMPY\x09\x00" + ARRAY[8:], 1, "damaged header"),
    "a single number": (npy(np.array(3.0)), 1, "shape ()"),
    "too few axes": (npy(np.zeros(4)), 2, "2-D takes (rows, columns)"),
    "too many axes": (npy(np.zeros((1, 1, 2, 3, 4))), 2, "2-D takes (rows, columns)"),
    "a batch of two": (npy(np.zeros((2, 3, 8, 8))), 2, "shape (2, 3, 8, 8)"),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_used_gets_one_plain_sentence(case):
    data, ndim, words = BAD[case]
    with pytest.raises(SourceError) as error:
        read_upload(data, "/home/someone/cat.png", ndim)
    sentence = str(error.value)
    assert words in sentence
    assert sentence.endswith(".")
    assert ". " not in sentence.replace(".npy ", "")
    assert not re.search(r"/home|cat\.png|Error|Traceback|<|0x|\n", sentence)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__ or error.value.__context__ is None


@given(start=st.sampled_from([PICTURE, JPEG, ARRAY]), at=st.integers(0, 400), junk=st.binary(max_size=8))
@pytest.mark.filterwarnings("ignore")  # decoders grumble at what was tampered with
def test_a_file_that_was_tampered_with_is_read_or_refused(start, at, junk):
    data = start[:at] + junk + start[at + len(junk) :]
    for ndim in (1, 2):
        try:
            assert read_upload(data, "a", ndim).values.dtype == np.float32
        except SourceError as error:
            assert str(error).endswith(".")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("cat.png", "cat.png"),
        ("/home/me/cat.png", "cat.png"),
        (r"C:\me\cat.png", "cat.png"),
        ("a\x00b\n.png", "ab.png"),
        ("", "upload"),
        ("x" * 100, "x" * 60),
    ],
)
def test_the_caption_has_the_name_without_folders_or_control_characters(name, plain):
    assert plain_name(name) == plain
    assert str(read_upload(PICTURE, name, 2).caption) == plain


# --- as a source ---


def test_uploads_are_told_apart_by_their_content():
    one, other = Upload(data=PICTURE), Upload(data=JPEG)
    assert one == Upload(data=bytes(bytearray(PICTURE)))
    assert hash(one) == hash(Upload(data=PICTURE))
    assert one != other
    assert one != replace(one, rows=8)
    assert replace(one, data=JPEG) == other


def test_an_upload_does_not_print_its_content():
    assert "IHDR" not in repr(Upload(data=PICTURE))
    assert len(repr(Upload(data=PICTURE))) < 500


@pytest.mark.parametrize(
    "upload",
    [
        Upload(data=PICTURE, rows=8),
        Upload(data=PICTURE, colour="rgb"),
        Upload(data=npy(np.array([[1, np.nan], [-0.0, np.inf]]))),
        Upload(ndim=1, data=ARRAY),
    ],
)
def test_the_code_of_an_upload_defines_its_grid_bit_for_bit(upload):
    assert_code_gives(upload.code(), upload.grid().values)


def test_code_for_a_large_upload_loads_the_numbers_from_a_file(tmp_path, monkeypatch):
    upload = Upload(data=saved(Image.fromarray(levels(300, 400, 3))), colour="rgb")
    monkeypatch.chdir(tmp_path)
    np.save("input.npy", upload.grid().values)
    assert_code_gives(upload.code(), upload.grid().values)
