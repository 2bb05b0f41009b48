"""Pictures of 16 bits a channel: Pillow keeps the upper 8 of those in colour, so the lower 8 are decoded as well."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.inputs.base import Array

Levels = NDArray[np.uint16]

# Pillow's name of how the pixels lie in the file -> the name under which it takes the lower bytes instead.
LOWER = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
GREY_ALPHA = "LA;16B"  # four bytes a pixel, as four channels of 8 bits have
WHITE = 65_535


def layout(image: Image.Image) -> str:
    """How the pixels of a PNG that is not loaded yet lie in its file, in Pillow's words; empty for other pictures."""
    tiles = getattr(image, "tile", [])
    return str(tiles[0][3]) if image.format == "PNG" and tiles else ""


def is_deep(image: Image.Image) -> bool:
    """Whether it has more than 8 bits a channel."""
    return ";16" in layout(image)


def levels_of(data: bytes, image: Image.Image) -> Levels:
    """Levels of a PNG of 16 bits, shape (rows, columns, 1 to 4 channels), from 0 to 65,535.

    Parameters
    ----------
    image : picture that is opened and not loaded yet
        Of the same data.
    """
    how = layout(image)
    if how == GREY_ALPHA:
        four = loaded_as(image, "RGBA")  # grey, its lower byte, alpha, its lower byte
        return joined(four[..., 0::2], four[..., 1::2])
    if how in LOWER:
        other = Image.open(BytesIO(data), formats=["PNG"])
        return joined(loaded_as(image, how), loaded_as(other, LOWER[how]))
    return np.asarray(image, np.uint16)[..., None]


def loaded_as(image: Image.Image, how: str) -> NDArray[np.uint8]:
    """The pixels, their bytes taken in another way."""
    image.tile = [tile._replace(args=how) for tile in image.tile]  # type: ignore[attr-defined]
    return np.asarray(image)


def joined(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> Levels:
    """Levels of 16 bits from their two bytes."""
    return np.stack([lower, upper], axis=-1).view("<u2")[..., 0].astype(np.uint16)


def on_white(levels: Levels, see_through: object = None) -> Array:
    """Brightness from 0 to 1, (rows, columns, 1 or 3), on white where a picture is transparent.

    Parameters
    ----------
    see_through : int, tuple of int or None
        The colour that a PNG says to be transparent.
    """
    values = levels.astype(np.float32) / np.float32(WHITE)
    if levels.shape[2] in (2, 4):
        alpha = values[..., -1:]
        return np.asarray(values[..., :-1] * alpha + (1 - alpha), np.float32)
    if see_through is not None:
        values[(levels == np.asarray(see_through)).all(axis=2)] = 1
    return values


def grey(values: Array) -> Array:
    """Brightness of colours, (rows, columns, 1), by the weights of ITU-R BT.601 that Pillow has as well."""
    if values.shape[2] == 1:
        return values
    return (values @ np.array([[0.299], [0.587], [0.114]], np.float32)).astype(np.float32)
