"""Uploads: a picture, a sound or an array from a stranger, told by its leading bytes and held to limits."""

import hashlib
from dataclasses import dataclass, field
from typing import ClassVar, get_args

import numpy as np

from cnnviz.core.settings import knob
from cnnviz.inputs.arrays import read_text
from cnnviz.inputs.audio import LONGEST, WHOLE, Mix, Piece, read_audio
from cnnviz.inputs.base import Array, Grid, Source, SourceError, plain_name
from cnnviz.inputs.literal import tensor_code
from cnnviz.inputs.logmel import DESED, Features, log_mel
from cnnviz.inputs.npy import SHAPES, read_header, read_npy, type_note
from cnnviz.inputs.oddities import FULL_SCALES, of_levels, of_values
from cnnviz.inputs.picture import COLOURS, Colour, read_picture
from cnnviz.tensorfile.apart import read_apart
from cnnviz.tensorfile.signatures import identify

MAX_BYTES = 20_000_000

PICTURES = ("PNG", "JPEG", "WEBP")
SOUNDS = (
    *("WAV", "RIFX", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC", "Ogg", "Ogg Opus", "MP3"),
    *("NIST", "VOC", "IRCAM", "SVX", "AVR", "PAF", "PVF"),  # older ones that libsndfile reads as well
)
WANTED = (
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
    if not data:
        raise SourceError(f"An empty file: upload {WANTED}.")
    if len(data) > MAX_BYTES:
        raise SourceError(f"A file of {len(data):,} bytes: at most {MAX_BYTES:,} are read.")
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
            f"This {kind} file makes rows and columns: {ndim}-D takes a .npy array of shape {SHAPES[ndim]}."
        )
    if kind in SOUNDS:
        heard = read_audio(data, kind, piece, features.rate)
        values = log_mel(heard.samples, features)
        notices = (*(heard.odd or of_levels(values)), *heard.left)
        return Grid(values, "loud", f"log-mel of {plain_name(name)}, {heard.note}{features.empty_note()}", notices)
    return _picture(data, kind, name, rows, colour)


def _array(values: Array, name: str, note: str) -> Grid:
    odd = int(np.count_nonzero(~np.isfinite(values)))
    notes = [note] * bool(note) + [f"{odd:,} of {values.size:,} numbers are NaN or Inf"] * (odd > 0)
    return Grid(values, "signed", ", ".join([plain_name(name), *notes]), of_values(values))


def _table(data: bytes, ndim: int, name: str) -> tuple[Array, str, str]:
    """A text's numbers, (1, rows, columns), or as signals: a row or a column alone, or a channel in each column."""
    if ndim == 3:
        raise SourceError(f"A text has rows and columns: 3-D takes a .npy array of shape {SHAPES[3]}.")
    try:
        values, note = read_text(data)
    except SourceError as error:
        said = str(error)
        raise SourceError(f"This file is text, read as a table: {said[0].lower()}{said[1:]}") from None
    if ndim == 2:
        return values[None], name, note
    if min(values.shape) == 1:
        return values.reshape(1, -1), name, note
    return np.ascontiguousarray(values.T), name, ", ".join(filter(None, [note, "a channel in each column"]))


def _picture(data: bytes, kind: str, name: str, rows: int | None, colour: Colour) -> Grid:
    picture = read_picture(data, kind, colour, rows)
    notes = [note for note in picture.notes if note != COLOURS]  # the page says itself that it is grey
    return Grid(picture.values, "picture", ", ".join([plain_name(name), *notes]), of_values(picture.values, "cells"))


@dataclass(frozen=True)
class Upload(Source):
    """An uploaded picture, sound or array; see `read_upload`. Two uploads of the same bytes are equal."""

    title: ClassVar[str] = "Upload"

    data: bytes = field(default=b"", repr=False, compare=False)
    name: str = "upload"
    rows: int | None = knob(None, 1, 1024, "height to scale a picture to; empty leaves it as it is")
    colour: Colour = knob("grey", choices=("grey", "rgb"), help="one channel, or red, green and blue")
    seconds: int | None = knob(
        None, 1, LONGEST, f"how much of a sound is read; empty reads all of it, up to {LONGEST} s"
    )
    start: float = knob(0.0, 0.0, 3600.0, "where in the sound that begins [s]", step=0.5)
    pad: bool = knob(False, help="a shorter sound gets zeros after its end, up to `seconds`")
    full_scale: int = knob(1, choices=FULL_SCALES, help="samples are divided by it; 32,768 where floats hold int16")
    mix: Mix = knob("mean", choices=get_args(Mix), help="what of several channels is read")
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
