"""Uploads: a picture, a sound or an array from a stranger, told by its leading bytes and held to limits."""

import hashlib
from dataclasses import dataclass, field
from typing import ClassVar, get_args

import numpy as np

from cnnviz.core.settings import knob
from cnnviz.inputs.audio import LONGEST, WHOLE, Mix, Piece, read_audio
from cnnviz.inputs.base import Array, Grid, Source, SourceError, check_size, plain_name
from cnnviz.inputs.literal import tensor_code
from cnnviz.inputs.logmel import DESED, Features, log_mel
from cnnviz.inputs.npy import SHAPES, read_header, read_npy, type_note
from cnnviz.inputs.oddities import FULL_SCALES, of_levels, of_values
from cnnviz.inputs.picture import COLOURS, Colour, read_picture
from cnnviz.inputs.text_table import read_text
from cnnviz.tensorfile.apart import read_apart
from cnnviz.tensorfile.signatures import identify
from cnnviz.text import Message, listed

MAX_BYTES = 20_000_000

PICTURES = ("PNG", "JPEG", "WEBP")
SOUNDS = (
    *("WAV", "RIFX", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC", "Ogg", "Ogg Opus", "MP3"),
    *("NIST", "VOC", "IRCAM", "SVX", "AVR", "PAF", "PVF"),  # older ones that libsndfile reads as well
)
WANTED = Message(
    "a PNG, JPEG or WebP picture, a WAV, FLAC, Ogg, Opus, MP3, AIFF, AU, CAF or W64 sound, a .npy array or a CSV table"
)


def read_upload(
    data: bytes,
    name: str,
    ndim: int,
    rows: int | None = None,
    colour: Colour = "grey",
    piece: Piece = WHOLE,
    features: Features = DESED,
) -> Grid:
    """An uploaded picture, sound or array as an input map.

    Parameters
    ----------
    data : bytes
        The file: PNG, JPEG, WebP, WAV, FLAC, Ogg (Vorbis or Opus), MP3, AIFF or .npy.
    name : str
        As the browser sent it; only for the caption.
    ndim : 1, 2 or 3
        Axes besides the channels; a picture and a sound need 2.
    rows : int > 0 or None
        Height to scale a picture to; None leaves it as it is.
    colour : "grey" or "rgb"
        Channels of a picture: one or three.
    piece : Piece
        How much of a sound is read, and from where.
    features : Features
        How the sound becomes a spectrogram.

    Returns
    -------
    Grid
        A picture from 0 to 1; the log-mel spectrogram of a sound, see `log_mel`; an array as it is, NaN and Inf counted
        in the caption.

    Raises
    ------
    SourceError
        One sentence on what the file is and what was expected.
    """
    check_size(data, MAX_BYTES, WANTED)
    told = identify(data)
    kind = told.name
    if kind == "npy":
        return _array(read_npy(data, ndim), name, type_note(read_header(data)[2]))
    if kind == "text":
        return _array(*_table(data, ndim, name))
    if kind not in PICTURES + SOUNDS:
        raise SourceError(told.refused(WANTED))
    if ndim != 2:
        raise SourceError(
            "This {kind} file makes rows and columns: {ndim}-D takes a .npy array of shape {shapes}.",
            kind=kind,
            ndim=ndim,
            shapes=SHAPES[ndim],
        )
    if kind in SOUNDS:
        heard = read_audio(data, kind, piece, features.rate)
        values = log_mel(heard.samples, features)
        notices = (*(heard.odd or of_levels(values)), *heard.left)
        what = Message("log-mel of {name}", name=plain_name(name))
        return Grid(values, "loud", listed((what, heard.note, *features.empty_notes())), notices)
    return _picture(data, kind, name, rows, colour)


def _array(values: Array, name: str, note: Message) -> Grid:
    odd = int(np.count_nonzero(~np.isfinite(values)))
    notes = [*([note] if note else []), *not_finite(odd, values.size)]
    return Grid(values, "signed", listed([plain_name(name), *notes]), of_values(values))


def not_finite(odd: int, total: int) -> tuple[Message, ...]:
    """How many numbers are none, if any is."""
    return (Message("{odd:,} of {total:,} numbers are NaN or Inf", odd=odd, total=total),) if odd else ()


def _table(data: bytes, ndim: int, name: str) -> tuple[Array, str, Message]:
    """A text's numbers, (1, rows, columns), or as signals: a row or a column alone, or a channel in each column."""
    if ndim == 3:
        raise SourceError("A text has rows and columns: 3-D takes a .npy array of shape {shapes}.", shapes=SHAPES[3])
    try:
        values, note = read_text(data)
    except SourceError as error:
        raise SourceError("This file is text, read as a table: {sentence}", sentence=error.message) from None
    if ndim == 2:
        return values[None], name, note
    if min(values.shape) == 1:
        return values.reshape(1, -1), name, note
    return (
        np.ascontiguousarray(values.T),
        name,
        listed([*([note] if note else []), Message("a channel in each column")]),
    )


def _picture(data: bytes, kind: str, name: str, rows: int | None, colour: Colour) -> Grid:
    picture = read_picture(data, kind, colour, rows)
    notes = [note for note in picture.notes if note != COLOURS]  # the page says itself that it is grey
    return Grid(picture.values, "picture", listed([plain_name(name), *notes]), of_values(picture.values))


@dataclass(frozen=True)
class Upload(Source):
    """An uploaded picture, sound or array; see `read_upload`. Two uploads of the same bytes are equal."""

    title: ClassVar[Message] = Message("Upload")

    data: bytes = field(default=b"", repr=False, compare=False)
    name: str = "upload"
    rows: int | None = knob(None, 1, 1024, Message("height to scale a picture to; empty leaves it as it is"))
    colour: Colour = knob("grey", choices=("grey", "rgb"), help=Message("one channel, or red, green and blue"))
    seconds: int | None = knob(
        None, 1, LONGEST, Message("how much of a sound is read; empty reads all of it, up to {most} s", most=LONGEST)
    )
    start: float = knob(0.0, 0.0, 3600.0, Message("where in the sound that begins [s]"), step=0.5)
    pad: bool = knob(False, help=Message("a shorter sound gets zeros after its end, up to `seconds`"))
    full_scale: int = knob(
        1, choices=FULL_SCALES, help=Message("samples are divided by it; 32,768 where floats hold int16")
    )
    mix: Mix = knob("mean", choices=get_args(Mix), help=Message("what of several channels is read"))
    features: Features = DESED
    digest: str = field(init=False, default="")  # sha256 of the data, which stands for it in == and hash()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "digest", hashlib.sha256(self.data).hexdigest())

    @property
    def piece(self) -> Piece:
        """Which part of a sound is read."""
        return Piece(self.start, self.seconds or LONGEST, self.pad, self.full_scale, self.mix)

    def grid(self) -> Grid:
        how = self.ndim, self.rows, self.colour, self.piece, self.features
        return read_apart(SourceError, read_upload, self.data, self.name, *how)

    def samples(self) -> Array | None:
        kind = identify(self.data).name
        if kind not in SOUNDS:
            return None
        return read_apart(SourceError, read_audio, self.data, kind, self.piece, self.features.rate).samples

    def code(self) -> str:
        return tensor_code(self.grid().values)
