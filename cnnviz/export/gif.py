"""GIF, picture by picture: one palette for the whole film, and of each picture only what changed."""

from functools import lru_cache
from struct import pack

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from PIL import Image
from PIL.GifImagePlugin import getdata

from cnnviz.export.film import Picture
from cnnviz.export.look import Look
from cnnviz.export.paint import TINT, WASH
from cnnviz.export.pens import colours, paper

SAME = 255  # the index of what did not change
BITS = 6  # of each colour that choose an index


Colour = tuple[int, int, int]


class Palette:
    """At most 255 colours for a film, and for any other colour the index of the nearest."""

    def __init__(self, wanted: tuple[Colour, ...]):
        distinct = list(dict.fromkeys(wanted))[:SAME]
        self.colours = np.array([*distinct, *distinct[:1] * (SAME + 1 - len(distinct))], np.uint8)
        self.nearest = nearest(self.colours[: len(distinct)])

    def indices(self, pixels: Picture) -> NDArray[np.uint8]:
        """Indices of a picture, shape (rows, columns)."""
        return self.nearest[cubes(pixels)]


def nearest(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Index of the nearest colour, for the middle of every small cube of colours; a colour's own cube is its own."""
    size = 1 << BITS
    steps = (np.arange(size, dtype=np.float32) + 0.5) * (256 / size)
    own = colours.astype(np.float32)
    found = []
    for red in steps:
        plane = np.stack(np.meshgrid([red], steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
        found.append(((own**2).sum(axis=1) - 2 * plane @ own.T).argmin(axis=1))
    table = np.concatenate(found).astype(np.uint8)
    table[cubes(colours[::-1])] = np.arange(len(colours), dtype=np.uint8)[::-1]  # of two in one cube the first
    return table


def cubes(pixels: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Which small cube of colours each pixel lies in."""
    r, g, b = (pixels[..., i].astype(np.uint32) >> np.uint32(8 - BITS) for i in range(3))
    return np.asarray((r << np.uint32(2 * BITS)) | (g << np.uint32(BITS)) | b, np.uint32)


@lru_cache(maxsize=16)
def palette_of(scales: tuple[str, ...], tinted: bool, washed: bool, look: Look) -> Palette:
    """The colours of a film are known: paper and ink, all shades between them, and the scales.

    Parameters
    ----------
    tinted : are cells a pale tint of their colour, as behind bars?
    washed : does a wash lie over some of them, as over the span of a window with gaps?
    """
    plain = [paper(look.dark), look.text, look.halo, look.veil, look.accent, *look.groups(), "#000000", "#ffffff"]
    plain += [look.grey(i / 32) for i in range(33)]
    over = [(TINT, to_rgb(paper(look.dark)))] * tinted + [(1 - WASH, to_rgb(look.text))] * washed
    room = (SAME - len(plain) - 8) // (len(scales) * (1 + len(over)))
    found = [to_rgb(colour) for colour in plain]
    for scale in scales:
        shades = colours(scale, look.dark)(np.linspace(0, 1, room - 1 + room % 2))[:, :3]  # an odd number: zero is one
        found += [tuple(shade) for shade in shades]
        for part, other in over:
            found += [tuple(part * shade + (1 - part) * np.array(other)) for shade in shades]
    return Palette(tuple((round(255 * r), round(255 * g), round(255 * b)) for r, g, b in found))


class Gif:
    """A film that is being written."""

    def __init__(self, size: tuple[int, int], palette: Palette, comment: str):
        self.size, self.palette, self.before = size, palette, np.zeros((0, 0, 3), np.uint8)
        self.shown = np.zeros((0, 0), np.uint8)
        words = comment.encode()[:255]
        self.parts = [
            b"GIF89a" + pack("<HHBBB", *size, 0xF7, 0, 0),  # a palette of 256 colours
            palette.colours.tobytes(),
            b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00",  # again and again
            b"!\xfe" + bytes([len(words)]) + words + b"\x00",
        ]

    @property
    def bytes_so_far(self) -> int:
        return sum(map(len, self.parts))

    def add(self, picture: Picture, centiseconds: int) -> None:
        """The next picture: the smallest rectangle that holds all changes, and in it only these."""
        if not self.before.size:
            self.shown = self.palette.indices(picture)
            self.write(self.shown, (0, 0), centiseconds)
        else:
            new, box = changed(self.before, picture)
            now = self.palette.indices(picture[new])
            drawn = np.full(new.shape, SAME, np.uint8)
            drawn[new] = np.where(now == self.shown[new], np.uint8(SAME), now)
            self.write(drawn[box], (box[1].start, box[0].start), centiseconds)
            self.shown[new] = now
        self.before = picture

    def write(self, indices: NDArray[np.uint8], corner: tuple[int, int], centiseconds: int) -> None:
        image = Image.fromarray(indices)
        image.putpalette(self.palette.colours.tobytes())
        # kept for the next picture, which is drawn over it; SAME lets it through
        self.parts.append(b"!\xf9\x04" + pack("<BHBB", 0b0101, centiseconds, SAME, 0))
        self.parts += getdata(image, corner)

    def finish(self) -> bytes:
        return b"".join([*self.parts, b";"])


def changed(before: Picture, now: Picture) -> tuple[NDArray[np.bool_], tuple[slice, slice]]:
    """Which pixels differ, shape (rows, columns), and the rows and columns round them; one pixel where none does."""
    parts = before != now
    new = parts[..., 0] | parts[..., 1] | parts[..., 2]
    rows, columns = np.flatnonzero(new.any(axis=1)), np.flatnonzero(new.any(axis=0))
    if not len(rows):
        return new, (slice(0, 1), slice(0, 1))
    return new, (slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1))
