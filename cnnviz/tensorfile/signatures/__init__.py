"""What a stranger's file is, told by its leading bytes and never by its name; and the way out if it is not read."""

import re
from dataclasses import dataclass
from typing import Literal

from cnnviz.tensorfile.signatures.table import ROWS
from cnnviz.text import Message

HEAD = 4_096  # bytes that are looked at
MOST_TAGS = 8  # ID3 tags in a row that are passed over


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes
    ----------
    name : str
        By which the readers know it; short.
    words : Message
        What it is, to follow "This file is".
    remedy : Message or ""
        What to do instead of uploading it; empty for a kind that is read somewhere.
    """

    name: str
    words: Message
    remedy: Message | Literal[""] = ""

    def refused(self, wanted: Message) -> Message:
        """One sentence that names it, and the way out.

        >>> str(identify(b"GIF89a...").refused(Message("a PNG picture")))
        'This file is a GIF picture: save it as PNG or JPEG.'
        """
        if self.remedy:
            return Message("This file is {kind}: {remedy}.", kind=self.words, remedy=self.remedy)
        return Message("This file is {kind}: upload {wanted}.", kind=self.words, wanted=wanted)


TEXT = Kind("text", Message("text"))
UNKNOWN = Kind("something else", Message("of no kind that is known here"))
MP3 = Kind("MP3", Message("an MP3 sound"))
KINDS = [(Kind(name, words, remedy), re.compile(pattern, re.DOTALL)) for name, words, remedy, pattern in ROWS]

# A frame of MPEG audio: eleven ones, then no reserved version, layer, rate of bits or rate of samples.
BITS = re.escape(bytes(byte for byte in range(0xF0) if byte & 0b1100 != 0b1100))
FRAME = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][" + BITS + rb"]")
ID3 = re.compile(rb"ID3[^\xff]{2}(.)([\x00-\x7f]{4})", re.DOTALL)
ZEROS = re.compile(rb"\x00*")
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")  # what no text holds
WIDE = re.compile(rb"(?:[\t\n\r -~]\x00){4,}")  # UTF-16 without a mark, as far as it is ASCII
MEMBER = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)
NESTED = re.compile(r"\.(wav|flac|mp3|ogg|opus|aiff?|png|jpe?g|webp|csv|ckpt|safetensors)$", re.IGNORECASE)
WAV_INSIDE = re.compile(rb"RIFF....WAVE", re.DOTALL)


def identify(data: bytes) -> Kind:
    """What kind of file it is; the first `HEAD` bytes are enough, unless a sound has longer tags before it.

    >>> str(identify(b"%PDF-1.7 ...").words)
    'a PDF'
    """
    encoding = text_encoding(data)
    if encoding.startswith("utf-16"):
        return matched(data[:HEAD].decode(encoding, "ignore").encode()) or TEXT
    if start := after_tags(data):
        return matched(data[start : start + HEAD]) or MP3
    if FRAME.match(data, zeros_end(data)):
        return MP3
    known = matched(data[:HEAD]) or (TEXT if encoding else wrapped(data[:HEAD]))
    return archive(known, data[:HEAD]) if known.name == "zip or npz" else known


def zeros_end(data: bytes, at: int = 0) -> int:
    """Where the zeros from `at` on end."""
    found = ZEROS.match(data, at)
    return found.end() if found else at


def matched(head: bytes) -> Kind | None:
    """The first kind of the table that these bytes begin like."""
    return next((kind for kind, pattern in KINDS if pattern.match(head)), None)


def text_encoding(data: bytes) -> str:
    """How a text is written; empty for what is no text.

    >>> text_encoding("1;2".encode("utf-16")), text_encoding(b"1;2"), text_encoding(b"RIFF\\0\\0")
    ('utf-16', 'utf-8-sig', '')
    """
    head = data[: HEAD & ~1]
    wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(head[:2], "")
    if wide:
        printed = head[2:].decode(wide, "replace")  # two bytes of sound begin in the same way
        return "utf-16" if "\ufffd" not in printed[:-1] and not CONTROL.search(printed.encode()) else ""
    if WIDE.match(head):
        return "utf-16-le"
    return "" if CONTROL.search(head) else "utf-8-sig"


def after_tags(data: bytes) -> int:
    """Where the file goes on behind ID3 tags and the zeros that some programs leave behind them; 0 without a tag."""
    at = 0
    for _ in range(MOST_TAGS):
        tag = ID3.match(data, at)
        if not tag:
            break
        size = sum(byte << shift for byte, shift in zip(tag[2], (21, 14, 7, 0), strict=True))  # 7 bits of each byte
        at += 10 + size + 10 * bool(tag[1][0] & 0x10)  # a footer is as long as the head
        at = zeros_end(data, at)
    return at


def archive(kind: Kind, head: bytes) -> Kind:
    """A zip, with the first file in it if that is one that could be uploaded."""
    first = MEMBER.match(head)
    name = head[30 : 30 + int.from_bytes(first[1], "little")].decode("utf-8", "replace") if first else ""
    if not NESTED.search(name):
        return kind
    shown = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())[-60:]
    return Kind(kind.name, Message("{kind} with {name} inside", kind=kind.words, name=shown), kind.remedy)


def wrapped(head: bytes) -> Kind:
    """What has no signature of its own, but a sound inside: a form's upload, a MacBinary head."""
    inside = WAV_INSIDE.search(head)
    if not inside:
        return UNKNOWN
    what = Message("a WAV sound behind {count:,} bytes of something else", count=inside.start())
    return Kind("wrapped WAV", what, Message("save it again, so that it begins with RIFF"))
