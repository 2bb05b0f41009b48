"""Heads of sound files that do not tell the truth: a recorder died before it wrote a size, zeros stand behind a tag."""

import re
import struct
from typing import Literal

from cnnviz.tensorfile.signatures import FRAME, after_tags, zeros_end
from cnnviz.text import Message

MOST_CHUNKS = 1_000  # before the samples
MOST_SCANNED = 65_536  # bytes in which the first frame of an MP3 is looked for
NAME = re.compile(rb"[ -~]{4}")
TO_THE_END = Message("its header gives no size, read to the end of the file")

# kbit/s by layer, for MPEG-1 and for what came later (ISO/IEC 11172-3, 2.4.2.3; 13818-3, 2.4.2.3)
LAYER3, LAYER2 = "32 40 48 56 64 80 96 112 128 160 192 224 256 320", "32 48 56 64 80 96 112 128 160 192 224 256 320 384"
LATER = "8 16 24 32 40 48 56 64 80 96 112 128 144 160"
CODINGS = {
    0x50: "MP2",
    0x55: "MP3",
    0xFF: "AAC",
    0x160: "WMA",
    0x161: "WMA",
    0x162: "WMA",
    0x2000: "AC-3",
    0x2001: "DTS",
}
RATES = (44_100, 48_000, 32_000)


def mended(data: bytes, kind: str) -> tuple[bytes, Message | None]:
    """The file as libsndfile can read it, and what was mended in it; as it is, and None, where nothing had to be.

    Parameters
    ----------
    kind : str
        As `identify` names it.
    """
    start = after_tags(data)
    if kind == "MP3":
        return data[mpeg_start(data, start) :], None
    data = data[start:]
    size = {"WAV": riff_size, "RIFX": riff_size, "RF64": rf64_size, "AU": au_size, "CAF": caf_size}.get(kind)
    found = size(data) if size else None
    if not found:
        return data, None
    at, written = found
    return data[:at] + written + data[at + len(written) :], TO_THE_END


def coding(data: bytes, kind: str) -> str:
    """How the samples of a WAV are coded, if in a way that is not read in one; empty otherwise."""
    if kind not in ("WAV", "RIFX", "RF64"):
        return ""
    order: Literal["big", "little"] = "big" if kind == "RIFX" else "little"
    at = find_chunk(data, b"fmt ", ">" if kind == "RIFX" else "<")
    return "" if at is None else CODINGS.get(int.from_bytes(data[at + 8 : at + 10], order), "")


Written = tuple[int, bytes] | None  # where a size stands, and what it should be; None if it is right, or unknown


def riff_size(data: bytes) -> Written:
    """WAV and RIFX: a size of 0 before samples."""
    order = ">" if data.startswith(b"RIFX") else "<"
    at = find_chunk(data, b"data", order)
    if at is None or data[at + 4 : at + 8] != bytes(4) or only_chunks(data, at + 8, order):
        return None
    return at + 4, struct.pack(f"{order}I", min(len(data) - at - 8, 2**32 - 1))


def rf64_size(data: bytes) -> Written:
    """RF64: the size stands in a chunk of its own (EBU Tech 3306), 8 bytes into what "ds64" holds."""
    sizes, at = find_chunk(data, b"ds64", "<"), find_chunk(data, b"data", "<")
    if sizes is None or at is None or data[sizes + 16 : sizes + 24] != bytes(8):
        return None
    return sizes + 16, struct.pack("<Q", len(data) - at - 8)


def au_size(data: bytes) -> Written:
    """AU: 0 where all ones stand for "unknown"."""
    return (8, b"\xff" * 4) if data[8:12] == bytes(4) else None


def caf_size(data: bytes) -> Written:
    """CAF: 0, or -1 for "unknown", which libsndfile does not take; 4 bytes of edits come before the samples."""
    at = 8
    for _ in range(MOST_CHUNKS):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 12], "big", signed=True)
        if name == b"data" and size in (0, -1) and len(data) > at + 16:
            return at + 4, struct.pack(">q", len(data) - at - 12)
        if not NAME.fullmatch(name) or size < 0:
            return None
        at += 12 + size
    return None


def find_chunk(data: bytes, wanted: bytes, order: str) -> int | None:
    """Where a chunk of a RIFF file begins."""
    at = 12
    for _ in range(MOST_CHUNKS):
        if data[at : at + 4] == wanted:
            return at
        if not NAME.fullmatch(data, at, at + 4) or len(data) < at + 8:
            return None
        (size,) = struct.unpack_from(f"{order}I", data, at + 4)
        at += 8 + size + size % 2
    return None


def only_chunks(data: bytes, at: int, order: str) -> bool:
    """Whether nothing but whole chunks follow: then there really are no samples."""
    for _ in range(MOST_CHUNKS):
        if len(data) - at < 8:
            return at >= len(data)
        if not NAME.fullmatch(data, at, at + 4):
            return False
        (size,) = struct.unpack_from(f"{order}I", data, at + 4)
        at += 8 + size + size % 2
    return False


def mpeg_start(data: bytes, start: int) -> int:
    """Where the first frame is: behind tags and zeros, or where two frames follow each other."""
    start = zeros_end(data, start)
    if FRAME.match(data, start):
        return start
    found = FRAME.finditer(data, start, start + MOST_SCANNED)
    follows = (at.start() for at in found if FRAME.match(data, at.start() + frame_length(at[0] + b"\0")))
    return next(follows, start)


def frame_length(head: bytes) -> int:
    """Bytes of a frame of MPEG audio, layers II and III; 1 where its head does not say."""
    first, layer3 = (head[1] >> 3 & 3) == 3, (head[1] >> 1 & 3) == 1  # MPEG-1? layer III?
    kilobits = [0, *map(int, (LATER if not first else LAYER3 if layer3 else LAYER2).split())][head[2] >> 4]
    rate = RATES[head[2] >> 2 & 3] >> {3: 0, 2: 1}.get(head[1] >> 3 & 3, 2)
    samples = 576 if layer3 and not first else 1152
    return samples * kilobits * 125 // rate + (head[2] >> 1 & 1) or 1
