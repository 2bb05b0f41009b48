"""Pictures: from a file's bytes to a map of brightness, held to limits before a pixel is decoded."""

import io
from dataclasses import dataclass
from math import isqrt
from typing import Literal

import numpy as np
from PIL import Image

from cnnviz.inputs import deep
from cnnviz.inputs.base import MAX_VALUES, Array, SourceError
from cnnviz.text import Message

Colour = Literal["grey", "rgb"]

MAX_PIXELS = 4096 * 4096  # that a file may declare
MAX_DEEP = MAX_PIXELS // 2  # of 16 bits a channel, which take twice the room
MAX_SIDE = 32_768  # columns or rows: each row costs, however short it is
MAX_SCANNED = 16 * MAX_PIXELS  # pixels that the scans of a JPEG go over; an ordinary progressive one has ten scans
SCAN = b"\xff\xda"  # begins a scan, and stands nowhere else in coded pixels
ORIENTATION = 0x0112  # of EXIF
TURNS = {  # how the camera was held -> what makes it upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
COLOURS = Message("colours read as brightness")
MODES: dict[Colour, str] = {"grey": "L", "rgb": "RGB"}


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    Attributes
    ----------
    values : float32 array, shape (1 or 3, rows, columns)
        From 0 (black) to 1 (white): the level divided by 255, or by 65,535.
    notes : tuple of Message
        What was passed over.
    """

    values: Array
    notes: tuple[Message, ...] = ()


def read_picture(data: bytes, kind: str, colour: Colour = "grey", rows: int | None = None) -> Picture:
    """The first frame of a PNG, JPEG or WebP file, upright, on white where it is transparent.

    Parameters
    ----------
    kind : "PNG", "JPEG" or "WEBP"
        The only decoder that is tried.
    rows : int > 0 or None
        Height to scale to, keeping the aspect; None leaves it as it is.

    Raises
    ------
    SourceError
        If the file is damaged, or declares more than is read; before a pixel is decoded.
    """
    image = opened(data, kind)
    check_pixels(image, kind, data)
    late, size = kind == "PNG" and "exif" not in image.info, image.size  # it may stand behind the pixels
    turn, notes = (1, []) if late else orientation(image)
    check_values(size if turn < 5 else size[::-1], len(MODES[colour]), rows)
    try:
        flat, coloured = flatten(data, image, colour, rows)
        frames = getattr(image, "n_frames", 1)
    except Exception:  # decoders raise nearly anything for a file that was tampered with
        raise SourceError("A {kind} file that is cut short or damaged: save the picture again.", kind=kind) from None
    if late:
        turn, notes = orientation(image)
        check_values(size if turn < 5 else size[::-1], len(MODES[colour]), rows)
    upright = [band.transpose(TURNS[turn]) if turn in TURNS else band for band in flat]
    notes += [Message("first of {frames} frames", frames=frames)] * (frames > 1)
    notes += [COLOURS] * (coloured and colour == "grey")
    return Picture(to_values(upright, rows), tuple(notes))


def opened(data: bytes, kind: str) -> Image.Image:
    """The picture as its header has it; no pixel is decoded."""
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
        width, height = image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise SourceError(
            "A {kind} picture of more than {most:,} pixels: scale it down first.", kind=kind, most=MAX_PIXELS
        ) from None
    except Exception:
        raise SourceError("A {kind} file with a damaged header: save the picture again.", kind=kind) from None
    if not width * height:
        raise SourceError("A {kind} file with a damaged header: save the picture again.", kind=kind)
    return image


def check_pixels(image: Image.Image, kind: str, data: bytes) -> None:
    """Refuse what is declared beyond the limits."""
    (width, height), deeper = image.size, deep.is_deep(image)
    most = MAX_DEEP if deeper else MAX_PIXELS
    what = Message("A {kind} picture of {height} × {width} pixels", kind=kind, height=height, width=width)
    if width * height > most and deeper:
        raise SourceError("{what} of 16 bits, more than {most:,}: scale it down first.", what=what, most=most)
    if width * height > most:
        raise SourceError("{what}, more than {most:,}: scale it down first.", what=what, most=most)
    if max(width, height) > MAX_SIDE:
        raise SourceError("{what}, more than {most:,} on a side: crop it first.", what=what, most=MAX_SIDE)
    scans = data.count(SCAN) if kind == "JPEG" else 1
    if scans * width * height > MAX_SCANNED:
        raise SourceError(
            "{what} in {scans:,} scans, which would take long: save it as a plain (baseline) JPEG.",
            what=what,
            scans=scans,
        )


def orientation(image: Image.Image) -> tuple[int, list[Message]]:
    """How the camera was held, 1 if upright, and a note if that cannot be read."""
    try:
        turn = int(image.getexif().get(ORIENTATION, 1))
        return turn if turn in TURNS else 1, []
    except Exception:  # EXIF is a format of its own, and as easily damaged
        return 1, [Message("its EXIF block is damaged and passed over")]


def check_values(size: tuple[int, int], bands: int, rows: int | None) -> None:
    """Refuse a picture that would hold more than `MAX_VALUES` numbers, with the height at which it would not."""
    height = size[1] if rows is None else rows
    width = columns_at(size, height)
    if height * width * bands > MAX_VALUES:
        best = fit_rows(size, bands)
        places = {"height": height, "width": width, "bands": bands, "most": MAX_VALUES}
        if best:
            raise SourceError(
                "A picture of {height} × {width} cells × {bands} channels, more than {most:,} numbers: "
                "scale it to {best} rows or fewer.",
                **places,
                best=best,
            )
        raise SourceError(
            "A picture of {height} × {width} cells × {bands} channels, more than {most:,} numbers: crop it first.",
            **places,
        )


def flatten(data: bytes, image: Image.Image, colour: Colour, rows: int | None) -> tuple[list[Image.Image], bool]:
    """Decode: one band or three, of 8 bits, or of floats from 0 to 1; and whether there are colours in it."""
    if deep.is_deep(image) or image.mode.startswith("I"):
        values = deep.on_white(deep.levels_of(data, image), image.info.get("transparency"))
        coloured = values.shape[2] == 3 and bool(np.ptp(values, axis=2).any())
        wanted = deep.grey(values) if colour == "grey" else np.repeat(values, 3 // values.shape[2], axis=2)
        return [Image.fromarray(np.ascontiguousarray(band)) for band in np.moveaxis(wanted, 2, 0)], coloured
    if rows and image.format == "JPEG":
        image.draft(None, (2 * columns_at(image.size, rows), 2 * rows))  # a half, quarter or eighth, if that is enough
    image.load()
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    coloured = image.mode not in ("1", "L", "LA") and is_coloured(image)
    return list(image.convert(MODES[colour]).split()), coloured


def is_coloured(image: Image.Image) -> bool:
    """Whether red, green and blue differ anywhere."""
    red, *others = image.convert("RGB").split()
    return any(band.tobytes() != red.tobytes() for band in others)


def columns_at(size: tuple[int, int], rows: int) -> int:
    """Width that keeps the aspect of a picture of this width and height, scaled to `rows`."""
    width, height = size
    return max(round(width * rows / height), 1)


def fit_rows(size: tuple[int, int], bands: int) -> int:
    """Most rows to which a picture can be scaled and hold no more than `MAX_VALUES`; 0 if even one row is too wide."""
    most = MAX_VALUES // bands
    rows = min(isqrt(most * size[1] // size[0]) + 1, most)
    while rows and rows * columns_at(size, rows) > most:
        rows -= 1
    return rows


def to_values(bands: list[Image.Image], rows: int | None) -> Array:
    """Brightness of flat bands, (bands, rows, columns), scaled to a height; LANCZOS may not leave 0 to 1."""
    size = bands[0].size
    height = size[1] if rows is None else rows
    wanted = columns_at(size, height), height
    if wanted != size:
        bands = [band.resize(wanted, Image.Resampling.LANCZOS) for band in bands]
    white = np.float32(1 if bands[0].mode == "F" else 255)
    return np.stack([np.asarray(band, np.float32) / white for band in bands]).clip(0, 1)
