"""Spectrograms that were computed elsewhere: which axis holds the mels, and what the numbers are, guessed or told."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import ClassVar, Literal, get_args

import numpy as np

from cnnviz.core.settings import knob
from cnnviz.inputs.arrays import read_npz, read_stream, read_torch
from cnnviz.inputs.base import Array, Grid, Source, SourceError, check_size, plain_name
from cnnviz.inputs.literal import tensor_code
from cnnviz.inputs.logmel import DESED, Features, stretch
from cnnviz.inputs.oddities import of_levels, of_values
from cnnviz.inputs.picture import read_picture
from cnnviz.inputs.text_table import read_text
from cnnviz.inputs.upload import MAX_BYTES, PICTURES, not_finite
from cnnviz.tensorfile import kind_of
from cnnviz.tensorfile.apart import read_apart
from cnnviz.tensorfile.signatures import identify
from cnnviz.text import Message, listed

Guess = Literal["guess"]
Axes = Literal["frames x mels", "mels x frames"]
Levels = Literal["decibels", "magnitude", "scaled"]

WANTED = Message("a .npy, .npz, .csv, .pt or .safetensors array, or a PNG, JPEG or WebP picture")

# Bands that people choose, and bins of a spectrum, half a window of samples and one.
BANDS = {20, 23, 24, 26, 32, 40, 48, 60, 64, 80, 96, 100, 120, 128, 160, 192, 201, 229, 256, 257, 513, 1025}
LONGER = 4  # times as many frames as mels make a shape clear
TAIL = 10  # times the median: as loud is the loudest magnitude, and no level in decibels or from 0 to 1


def guess_axes(shape: tuple[int, int]) -> tuple[Axes, bool]:
    """Which axis holds the mels, and whether that is clear.

    Of two lengths, one in `BANDS` is the mels if the other is not. If both are or neither is, the mels are the
    axis that is `LONGER` times shorter than the other: most clips have more frames than mels. Otherwise the shape
    does not tell, and it is taken as it is.

    >>> guess_axes((626, 128)), guess_axes((80, 1000)), guess_axes((128, 128))
    (('frames x mels', True), ('mels x frames', True), ('frames x mels', False))
    """
    rows, columns = shape
    if (rows in BANDS) != (columns in BANDS):
        return ("mels x frames" if rows in BANDS else "frames x mels"), True
    if columns >= LONGER * rows:
        return "mels x frames", True
    return "frames x mels", rows >= LONGER * columns


def guess_levels(values: Array) -> Levels:
    """What the numbers are, by their range; of no use without a finite one.

    Below -1 only a logarithm reaches: decibels. A maximum far above the median is a magnitude's, since sound is
    quiet in most places and a logarithm would have levelled that; unless the range is 0 to 1 to the bit, as somebody
    has scaled it. What else stays within -1 and 1 was scaled, and what does not is decibels above some floor.
    """
    finite = values[np.isfinite(values)]
    low, high = finite.min(), finite.max()
    if low < -1:
        return "decibels"
    if low >= 0 and (low, high) != (0, 1) and high > TAIL * np.median(finite):
        return "magnitude"
    return "scaled" if high <= 1 else "decibels"


def rescaled(values: Array, levels: Levels, scale: str = "[0, 1]") -> Array:
    """The values as a network expects them, NaN where they are no finite numbers; those that are scaled as they are.

    Decibels are stretched from the quietest to the loudest. Magnitudes are turned into decibels first, kept within -50
    and 80, as `log_mel` does.
    """
    finite = np.isfinite(values)
    known = values[finite].astype(np.float64)  # (finite cells,)
    if levels == "magnitude":
        known = (20 * np.log10(np.maximum(known, 1e-5))).clip(-50, 80)
    done = np.full(values.shape, np.nan, np.float32)
    done[finite] = known if levels == "scaled" else stretch(known, scale)
    return done


def read_spectrogram(
    data: bytes,
    name: str,
    axes: Axes | Guess = "guess",
    levels: Levels | Guess = "guess",
    scale: str = "[0, 1]",
) -> Grid:
    """A spectrogram that somebody saved, as an input map.

    Parameters
    ----------
    data : bytes
        The file, told by its leading bytes; see `read_plane`.
    name : str
        As the browser sent it; only for the caption.
    axes : "guess", "frames x mels" or "mels x frames"
        What rows and columns are, see `guess_axes`. A picture that is guessed has time to the right. Where a
        picture's rows are mels, the highest is on top.
    levels : "guess", "decibels", "magnitude" or "scaled"
        What the numbers are, see `guess_levels` and `rescaled`.
    scale : "[0, 1]" or "[-1, 1]"
        Where decibels are stretched to.

    Returns
    -------
    Grid
        Values (1, frames, mels) within `scale`, or as they are if they were scaled; NaN and Inf are NaN. The caption
        says what was guessed, passed over and counted.

    Raises
    ------
    SourceError
        One sentence on what the file is and what was expected.
    """
    values, note = read_plane(data)
    odd = int(np.count_nonzero(~np.isfinite(values)))
    if odd == values.size:
        raise SourceError("All {odd:,} numbers are NaN or Inf: save the spectrogram again.", odd=odd)
    picture = identify(data).name in PICTURES
    likely: Axes
    likely, clear = ("mels x frames", True) if picture else guess_axes(values.shape)
    order: Axes = likely if axes == "guess" else axes
    kind = guess_levels(values) if levels == "guess" else levels
    if order == "mels x frames":
        values = (values[::-1] if picture else values).T
    frames, mels = values.shape
    doubtful = axes == "guess" and not clear
    said = [plain_name(name), *([note] if note else [])]
    said.append(Message("{frames:,} frames × {mels:,} mels", frames=frames, mels=mels))
    said.append(decided({AXES[order, doubtful]: axes, LEVELS[kind]: levels}))
    said += not_finite(odd, values.size)
    drawn = rescaled(values, kind, scale)
    cut = of_levels(drawn[np.isfinite(drawn)]) if kind == "magnitude" else ()
    return Grid(drawn[None], "loud", listed(said), of_values(values) or cut)


AXES: dict[tuple[Axes, bool], Message] = {  # and whether the shape does not tell
    ("frames x mels", False): Message("frames x mels"),
    ("mels x frames", False): Message("mels x frames"),
    ("frames x mels", True): Message("frames x mels (the shape does not tell)"),
    ("mels x frames", True): Message("mels x frames (the shape does not tell)"),
}
LEVELS: dict[Levels, Message] = {
    "decibels": Message("decibels"),
    "magnitude": Message("magnitude"),
    "scaled": Message("scaled"),
}


def decided(asked: Mapping[Message, str]) -> Message:
    """Words for what was decided, from what each was asked to be.

    >>> str(decided({AXES["mels x frames", False]: "guess", LEVELS["decibels"]: "decibels"}))
    'guessed: mels x frames; as told: decibels'
    """
    guessed = listed([words for words, how in asked.items() if how == "guess"])
    told = listed([words for words, how in asked.items() if how != "guess"])
    if not told:
        return Message("guessed: {guessed}", guessed=guessed)
    if not guessed:
        return Message("as told: {told}", told=told)
    return Message("guessed: {guessed}; as told: {told}", guessed=guessed, told=told)


def read_plane(data: bytes) -> tuple[Array, Message]:
    """The map in a file, told by its leading bytes.

    Parameters
    ----------
    data : bytes
        A .npy array of shape (a, b), (1, a, b) or (1, 1, a, b); a .npz, .pt or .safetensors file with one such array;
        text with a row of numbers on each line, see `read_text`; a picture, read as brightness.

    Returns
    -------
    float32 array, shape (rows, columns), at least one of each
        As it lies in the file; NaN and Inf stay. A picture is from 0 (black) to 1 (white).
    Message
        What was passed over or taken for granted; false if nothing was.

    Raises
    ------
    SourceError
        One sentence on what the file is and what was expected. What is declared is checked before it is unpacked.
    """
    check_size(data, MAX_BYTES, WANTED)
    if holds_tensors(data):
        return read_torch(data)
    told = identify(data)
    if told.name == "npy":
        return read_stream(BytesIO(data), len(data))
    if told.name in PICTURES:
        return read_brightness(data, told.name)
    if told.name == "text":
        return read_text(data)
    if told.name in ("npz", "zip or npz"):
        return read_npz(data)
    raise SourceError(told.refused(WANTED))


def holds_tensors(data: bytes) -> bool:
    """Whether it is a file of tensors; a zip is one if it has the file that each zip of torch's has."""
    kind = kind_of(data)
    return kind == "safetensors" or (kind == "torch" and (data[:2] != b"PK" or b"/data.pkl" in data))


def read_brightness(data: bytes, kind: str) -> tuple[Array, Message]:
    """A picture's brightness, shape (rows, columns), from 0 to 1, and what became of its frames and colours."""
    picture = read_picture(data, kind)
    return picture.values[0], listed(picture.notes)


@dataclass(frozen=True)
class Spectrogram(Source):
    """A spectrogram that somebody saved; see `read_spectrogram`. Two of the same bytes are equal."""

    title: ClassVar[Message] = Message("Spectrogram file")
    ndims: ClassVar[tuple[int, ...]] = (2,)

    data: bytes = field(default=b"", repr=False, compare=False)
    name: str = "spectrogram"
    axes: Axes | Guess = knob("guess", choices=("guess", *get_args(Axes)), help=Message("what rows and columns are"))
    levels: Levels | Guess = knob("guess", choices=("guess", *get_args(Levels)), help=Message("what the numbers are"))
    features: Features = DESED  # what its frames and mels are taken for, and the scale that they are stretched to
    digest: str = field(init=False, default="")  # sha256 of the data, which stands for it in == and hash()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "digest", hashlib.sha256(self.data).hexdigest())

    def grid(self) -> Grid:
        how = self.axes, self.levels, self.features.scale
        return read_apart(SourceError, read_spectrogram, self.data, self.name, *how)

    def code(self) -> str:
        return tensor_code(self.grid().values)
