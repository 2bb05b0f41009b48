"""Pictures: from a file's bytes to a map of brightness."""

import io
from math import isqrt
from typing import Literal

import numpy as np
from PIL import Image, ImageOps

from cnnviz.sources.base import MAX_VALUES, Array, SourceError

Colour = Literal["grey", "rgb"]

MAX_PIXELS = 4096 * 4096  # that a file may declare; checked before a pixel is decoded
MODES: dict[Colour, str] = {"grey": "L", "rgb": "RGB"}


def decode(data: bytes, kind: str) -> tuple[Image.Image, int]:
    """First frame of a PNG, JPEG or WebP file, and how many frames there are.

    Parameters
    ----------
    kind : "PNG", "JPEG" or "WEBP"
        The only decoder that is tried.

    Raises
    ------
    SourceError
        If the file is damaged, or declares more than `MAX_PIXELS`.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])  # reads the header alone
        width, height = image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise SourceError(f"A {kind} picture of more than {MAX_PIXELS:,} pixels: scale it down first.") from None
    except Exception:  # decoders raise nearly anything for a file that was tampered with
        raise SourceError(f"A {kind} file with a damaged header: save the picture again.") from None
    if width * height > MAX_PIXELS:
        raise SourceError(
            f"A {kind} picture of {height} × {width} pixels, more than {MAX_PIXELS:,}: scale it down first."
        )
    try:
        image.load()
    except Exception:
        raise SourceError(f"A {kind} file that is cut short or damaged: save the picture again.") from None
    return image, getattr(image, "n_frames", 1)


def flatten(image: Image.Image, colour: Colour) -> Image.Image:
    """The right way up, on white where it is transparent, 8 bits per channel, in mode "L" or "RGB"."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow's own conversion would clip at 255
        image = Image.fromarray((np.asarray(image, np.float32) / 257).round().astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert(MODES[colour])


def columns_at(image: Image.Image, rows: int) -> int:
    """Width that keeps the aspect of a picture scaled to `rows`."""
    return max(round(image.width * rows / image.height), 1)


def fit_rows(image: Image.Image) -> int:
    """Most rows to which a picture can be scaled and hold no more than `MAX_VALUES`; 0 if even one row is too wide."""
    most = MAX_VALUES // len(image.getbands())
    rows = isqrt(most * image.height // image.width) + 1
    while rows and rows * columns_at(image, rows) > most:
        rows -= 1
    return rows


def to_values(image: Image.Image, rows: int | None) -> Array:
    """Brightness of a flat picture.

    Parameters
    ----------
    image : picture in mode "L" or "RGB"
    rows : int > 0 or None
        Height to scale to, keeping the aspect; None leaves it as it is.

    Returns
    -------
    float32 array, shape (1 or 3, rows, columns)
        From 0 (black) to 1 (white): the 8-bit level divided by 255.

    Raises
    ------
    SourceError
        If it would hold more than `MAX_VALUES` numbers.
    """
    height = image.height if rows is None else rows
    width = columns_at(image, height)
    bands = len(image.getbands())
    if height * width * bands > MAX_VALUES:
        best = fit_rows(image)
        remedy = f"scale it to {best} rows or fewer" if best else "crop it first"
        count = f"{height} × {width} cells × {bands} channels, more than {MAX_VALUES:,} numbers"
        raise SourceError(f"A picture of {count}: {remedy}.")
    if (width, height) != image.size:
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    levels = np.asarray(image, np.float32).reshape(height, width, bands)
    return np.ascontiguousarray(np.moveaxis(levels, -1, 0) / np.float32(255))  # (channels, rows, columns)
