"""GIF, picture by picture: one palette for the whole film, and of each picture only what changed."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from struct import pack
from tempfile import TemporaryFile
from typing import IO

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from PIL import Image
from PIL.GifImagePlugin import _write_frame_data

from cnnviz.core.machine import told
from cnnviz.export.changes import Part
from cnnviz.export.film import Frame
from cnnviz.export.look import ExportError, Look
from cnnviz.export.pens import colours, paper
from cnnviz.scenes.blob import Scene

SAME = 255  # the index of what did not change
AHEAD = 2  # pictures that may wait until they are packed
BITS = 6  # of each colour that choose an index
CUBES = 0x010101 * ((1 << BITS) - 1) + 1  # as `cubes` numbers them: most numbers are none
TINT, WASH = 0.22, 0.16  # as in static/drawing: paint.js behind bars, the grid's grey of stage.js over a span
GREY = ("#0f141e", "#ffffff")  # light and dark


Colour = tuple[int, int, int]


class Palette:
    """At most 255 colours for a film, and for any other colour the index of the nearest."""

    def __init__(self, wanted: tuple[Colour, ...]):
        distinct = list(dict.fromkeys(wanted))[:SAME]
        self.colours = np.array([*distinct, *distinct[:1] * (SAME + 1 - len(distinct))], np.uint8)
        self.own = self.colours[: len(distinct)].astype(np.float32)
        self.known = np.full(CUBES, SAME, np.uint8)  # of each small cube of colours; SAME is not known
        backwards = np.arange(len(distinct))[::-1]  # of two in one cube the first stays
        self.known[cubes(packed(self.colours[backwards]))] = backwards

    def indices(self, pixels: NDArray[np.uint32]) -> NDArray[np.uint8]:
        """Indices of pixels, each one number: opacity, blue, green, red."""
        asked = cubes(pixels)
        found = self.known[asked]
        if (found == SAME).any():
            new = np.unique(asked[found == SAME])
            self.known[new] = self.nearest(new)
            found = self.known[asked]
        return found

    def nearest(self, cubes: NDArray[np.uint32]) -> NDArray[np.uint8]:
        """Index of the colour that is nearest to the middle of each cube."""
        parts = [(cubes >> shift) & ((1 << BITS) - 1) for shift in (0, 8, 16)]
        middle = (np.stack(parts, axis=1).astype(np.float32) + 0.5) * (256 >> BITS)
        far = (self.own**2).sum(axis=1) - 2 * middle @ self.own.T
        return np.asarray(far.argmin(axis=1), np.uint8)


def packed(colours: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """
    >>> hex(packed(np.array([[1, 2, 3]], np.uint8))[0])
    '0xff030201'
    """
    r, g, b = (colours[:, i].astype(np.uint32) for i in range(3))
    return np.asarray(r | (g << 8) | (b << 16) | np.uint32(255 << 24))


def cubes(pixels: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Which small cube of colours each pixel lies in: of each colour the upper bits, in a byte of its own."""
    return np.asarray((pixels >> np.uint32(8 - BITS)) & np.uint32(CUBES - 1))


def palette_of(scenes: Sequence[Scene], look: Look) -> Palette:
    """The colours of a film are known: paper and ink, all shades between them, and the scales."""
    metas = [scene.meta for scene in scenes]
    scales = {meta["scales"][name] for meta in metas for name in ("input", "output")}
    scales |= {"gate"} if any(meta["view"] == "gate" for meta in metas) else set()
    scales |= {"weight"} if any(meta["weighted"] for meta in metas) else set()
    return palette(tuple(sorted(scales)), any(meta["ndim"] == 1 for meta in metas), any(map(broken, scenes)), look)


def broken(scene: Scene) -> bool:
    """Are there gaps between the taps of a window?"""
    offsets = [scene.tensors[f"offset{i}"] for i in range(3) if f"offset{i}" in scene.tensors]
    return any(bool((np.diff(np.sort(offset.astype(np.int64))) > 1).any()) for offset in offsets)


@lru_cache(maxsize=4)  # each holds 4 MB
def palette(scales: tuple[str, ...], tinted: bool, washed: bool, look: Look) -> Palette:
    """
    Parameters
    ----------
    tinted : are cells a pale tint of their colour, as behind bars?
    washed : does a wash lie over some of them, as over the span of a window with gaps?
    """
    plain = [paper(look.dark), look.text, look.halo, look.veil, look.accent, *look.groups(), "#000000", "#ffffff"]
    plain += [look.grey(i / 32) for i in range(33)]
    over = [(TINT, to_rgb(paper(look.dark)))] * tinted + [(1 - WASH, to_rgb(GREY[look.dark]))] * washed
    room = (SAME - len(plain) - 8) // (len(scales) * (1 + len(over)))
    found = [to_rgb(colour) for colour in plain]
    for scale in scales:
        shades = colours(scale, look.dark)(np.linspace(0, 1, room - 1 + room % 2))[:, :3]  # an odd number: zero is one
        found += [tuple(shade) for shade in shades]
        for part, other in over:
            found += [tuple(part * shade + (1 - part) * np.array(other)) for shade in shades]
    return Palette(tuple((round(255 * r), round(255 * g), round(255 * b)) for r, g, b in found))


@dataclass(frozen=True, eq=False)
class Patch:
    """New indices in a rectangle, SAME where nothing is new; and its first row and column."""

    indices: NDArray[np.uint8]
    row: int
    column: int

    @property
    def low(self) -> int:
        return self.row + len(self.indices)

    @property
    def right(self) -> int:
        return self.column + len(self.indices[0])


NOTHING = Patch(np.full((1, 1), SAME, np.uint8), 0, 0)


class Gif:
    """A film that is being written, by a thread of its own: pictures are drawn while those before them are packed."""

    def __init__(self, file: IO[bytes], writer: Executor, size: tuple[int, int], palette: Palette, comment: str):
        self.file, self.writer = file, writer
        self.waiting: deque[Future[None]] = deque()
        self.palette, self.shown = palette, np.full(size[::-1], SAME, np.uint8)
        words = comment.encode()[:255]
        parts = [
            b"GIF89a" + pack("<HHBBB", *size, 0xF7, 0, 0),  # a palette of 256 colours
            palette.colours.tobytes(),
            b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00",  # again and again
            b"!\xfe" + bytes([len(words)]) + words + b"\x00",
        ]
        self.file.write(b"".join(parts))

    @property
    def bytes_so_far(self) -> int:
        self.wait(0)
        return self.file.tell()

    def add(self, frame: Frame, centiseconds: int) -> None:
        """The next picture: the smallest rectangle that holds all changes, and in it only these."""
        patches = [patch for part in frame.parts for patch in self.patches(frame.pixels[part], part)] or [NOTHING]
        top, left = min(patch.row for patch in patches), min(patch.column for patch in patches)
        low, right = max(patch.low for patch in patches), max(patch.right for patch in patches)
        drawn = np.full((low - top, right - left), SAME, np.uint8)
        for patch in patches:
            drawn[patch.row - top : patch.low - top, patch.column - left : patch.right - left] = patch.indices
        self.waiting.append(self.writer.submit(self.write, drawn, (left, top), centiseconds))
        self.wait(AHEAD)

    def patches(self, pixels: NDArray[np.uint32], part: Part) -> Iterator[Patch]:
        """What is new in a part, if anything is."""
        now, shown = self.palette.indices(pixels), self.shown[part]
        new = now != shown
        rows, columns = (np.flatnonzero(new.any(axis=axis)) for axis in (1, 0))
        if not len(rows):
            return
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        drawn = np.where(new[box], now[box], np.uint8(SAME))
        shown[:] = now
        yield Patch(drawn, part[0].start + int(rows[0]), part[1].start + int(columns[0]))

    def wait(self, most: int) -> None:
        """Until no more pictures than so many are to be written."""
        while len(self.waiting) > most:
            self.waiting.popleft().result()

    def write(self, indices: NDArray[np.uint8], corner: tuple[int, int], centiseconds: int) -> None:
        # kept for the next picture, which is drawn over it; SAME lets it through
        self.file.write(b"!\xf9\x04" + pack("<BHBB", 0b0101, centiseconds, SAME, 0))
        # what getdata of Pillow does, too: into a file that the system knows, it packs while other threads go on
        _write_frame_data(self.file, Image.fromarray(indices), corner, {})

    def finish(self) -> bytes:
        self.wait(0)
        self.file.write(b";")
        self.file.seek(0)
        return self.file.read()


@contextmanager
def gif(size: tuple[int, int], palette: Palette, comment: str) -> Iterator[Gif]:
    """A film whose file and thread are gone afterwards, however it ends."""
    with told(ExportError, (OSError,)), TemporaryFile(buffering=0) as file, ThreadPoolExecutor(1) as writer:
        yield Gif(file, writer, size, palette, comment)
