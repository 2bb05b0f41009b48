"""Uploaded sound: decoded in blocks, mixed to one channel, brought to one rate, and held to limits."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_CUR, SEEK_END, SEEK_SET, BytesIO
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import librosa  # loads its parts, which take seconds, when they are first used
import numpy as np

from cnnviz.inputs.base import Array, Notice, SourceError
from cnnviz.inputs.headers import coding, mended
from cnnviz.inputs.logmel import RATE
from cnnviz.inputs.loudness import Loudness
from cnnviz.inputs.oddities import of_samples
from cnnviz.inputs.sndfile import sndfile
from cnnviz.text import Message, listed

if TYPE_CHECKING:
    from soundfile import SoundFile

RATES = (1_000, 384_000)  # samples per second that a file may declare
MOST_CHANNELS = 32
LOUDEST = 1_000_000  # full scale is 1; the square of a spectrum must stay within float32
MOST_FRAMES_A_BYTE = 20_000  # FLAC packs silence like this; who declares more does not know how much there is
BLOCK = 65_536  # frames decoded at a time: a file may declare hours, and only what is wanted is read


LONGEST = 10  # seconds that are read at most

Mix = Literal["mean", "first", "second"]


@dataclass(frozen=True)
class Piece:
    """Which part of a sound is read, and how.

    Parameters
    ----------
    start : float >= 0 [s]
        Where it begins; what comes before is passed over, not decoded.
    seconds : float > 0 [s]
        How much is read; a shorter sound stays as short as it is,
    pad : bool
        unless zeros after its end make it as long as was asked for.
    full_scale : int
        What counts as 1: samples are divided by it.
    mix : "mean", "first" or "second"
        What becomes of several channels.
    """

    start: float = 0.0
    seconds: float = LONGEST
    pad: bool = False
    full_scale: int = 1
    mix: Mix = "mean"


WHOLE = Piece()


class Heard(NamedTuple):
    """A piece of a sound.

    Attributes
    ----------
    samples : float32 array, shape (samples,), mono, finite
    note : Message
        What became of it, in a few words: length, rate, channels, samples that were no numbers.
    odd : tuple of Notice
        What is odd about its samples.
    left : tuple of Notice
        What was not read, and how to read it.
    length : float [s]
        Of the whole file, or of what is read where the file does not say.
    """

    samples: Array
    note: Message
    odd: tuple[Notice, ...]
    left: tuple[Notice, ...]
    length: float


@dataclass(frozen=True, eq=False)
class Decoded:
    """A piece as the file has it, of one channel; `length` is that of the whole file [s]."""

    samples: Array
    rate: int
    loud: Loudness
    length: float


def read_audio(data: bytes | Path, kind: str, piece: Piece = WHOLE, wanted_rate: int = RATE) -> Heard:
    """A piece of a sound.

    Parameters
    ----------
    data : bytes, or a path of a file that is too large to be held
        Of a kind in `SOUNDS`.
    kind : str
        What it is, for the sentences.
    piece : Piece
        How much is read, and from where; the first ten seconds if nothing else is said.
    wanted_rate : int [samples a second]
        To which the sound is brought.

    Raises
    ------
    SourceError
        One sentence on what is wrong with the file.
    """
    data, mended_note = mended(data, kind) if isinstance(data, bytes) else (data, None)
    found = decode(data, kind, piece)
    samples, rate = found.samples, found.rate
    if not len(samples):
        raise SourceError(no_samples(kind, piece.start))
    notes = [length_words(len(samples) / rate, rate, piece.start)]
    notes += [mixed_words(piece.mix, found.loud.channels)] * (found.loud.channels > 1)
    notes += [Message("divided by {scale:,}", scale=piece.full_scale)] * (piece.full_scale != 1)
    notes += [mended_note] if mended_note else []
    sound = np.abs(samples) <= LOUDEST  # which NaN is not
    none = int(np.count_nonzero(~sound))
    if none:
        notes.append(Message("{odd:,} samples are NaN, Inf or beyond {most:,} and read as 0", odd=none, most=LOUDEST))
    left = left_out(piece, len(samples) / rate, found.length)
    samples = np.where(sound, samples, 0).astype(np.float32)
    if rate != wanted_rate:
        samples = librosa.resample(samples, orig_sr=rate, target_sr=wanted_rate, res_type="soxr_hq")
    wanted = round(piece.seconds * wanted_rate)
    samples = samples[:wanted]  # resampling may round up
    if piece.pad and len(samples) < wanted:
        samples = np.pad(samples, (0, wanted - len(samples)))
        notes.append(Message("padded with zeros to {seconds:g} s", seconds=piece.seconds))
    odd = of_samples(found.loud, piece.full_scale)
    return Heard(samples.astype(np.float32), listed(notes), odd, left, found.length)


def length_words(seconds: float, rate: int, start: float) -> Message:
    """How much is read, and from where on."""
    places = {"seconds": seconds, "rate": rate}
    if start:
        return Message("{seconds:.3g} s at {rate:,} Hz from {start:g} s on", **places, start=start)
    return Message("{seconds:.3g} s at {rate:,} Hz", **places)


def mixed_words(mix: Mix, channels: int) -> Message:
    """What became of several channels.

    >>> str(mixed_words("mean", 2)), str(mixed_words("second", 2))
    ('mean of 2 channels', 'second of 2 channels')
    """
    made = {
        "mean": Message("mean of {channels} channels", channels=channels),
        "first": Message("first of {channels} channels", channels=channels),
        "second": Message("second of {channels} channels", channels=channels),
    }
    return made[mix]


def left_out(piece: Piece, taken: float, length: float) -> tuple[Notice, ...]:
    """What of the sound was not read, and how to read it: all of it, or what comes next."""
    end = piece.start + taken
    if piece.pad or length - taken < 0.05:
        return ()
    times = {"length": length, "start": piece.start, "end": end}
    if length <= LONGEST:
        said = Message("Of {length:.4g} s, {start:.4g} s to {end:.4g} s are read.", **times)
        return (Notice(said, ((Message("Read all of it"), {"start": 0.0, "seconds": None}),)),)
    later = float(ceil(end * 2 - 1e-6) / 2)  # the box goes by half seconds
    fixes: list[tuple[Message, dict[str, Any]]] = []
    fixes += [(Message("Read {seconds} s", seconds=LONGEST), {"seconds": None})] * (piece.seconds < LONGEST)
    fixes += [(Message("Go on at {start:g} s", start=later), {"start": later})] * (length - end > 0.5)
    fixes += [(Message("Back to the beginning"), {"start": 0.0})] * (piece.start > 0)
    said = Message(
        "Of {length:.4g} s, {start:.4g} s to {end:.4g} s are read, and at most {most} s at a time.",
        **times,
        most=LONGEST,
    )
    return (Notice(said, tuple(fixes)),)


class Bounded(BytesIO):
    """Bytes that libsndfile may ask for at any place: before the first it stands at the first, and nothing is raised.

    It cannot hear of an error, which would be printed on the server, with all that leads to it.
    """

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        start = {SEEK_CUR: self.tell(), SEEK_END: len(self.getbuffer())}.get(whence, 0)
        return super().seek(min(max(0, start + offset), sys.maxsize))


def decode(data: bytes | Path, kind: str, piece: Piece) -> Decoded:
    """The piece as the file has it, mixed to one channel and divided by its full scale."""
    soundfile = sndfile()
    try:
        with soundfile.SoundFile(Bounded(data) if isinstance(data, bytes) else data) as file:
            check(file, kind)
            skip(file, kind, piece.start)
            loud = Loudness(file.channels)
            blocks = list(mono(file, round(piece.seconds * file.samplerate), piece, loud))
            rate, frames = file.samplerate, file.frames
    except soundfile.LibsndfileError as error:
        raise SourceError(not_decoded(data if isinstance(data, bytes) else b"", kind)) from error
    samples = np.concatenate([np.zeros(0, np.float32), *blocks])
    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    declared = frames if frames < size * MOST_FRAMES_A_BYTE else 0  # or the file does not know
    return Decoded(samples, rate, loud, max(declared / rate, len(samples) / rate))


def not_decoded(data: bytes, kind: str) -> Message:
    """The sentence on what libsndfile refuses."""
    if coded := coding(data, kind):
        return Message(
            "This {kind} file holds {coded}, which is not read in it: save it as plain PCM of 16 bits, or as FLAC.",
            kind=kind,
            coded=coded,
        )
    return Message("This {kind} sound is damaged or cut off: save it again, or upload another.", kind=kind)


def check(file: "SoundFile", kind: str) -> None:
    """Refuse what is declared beyond the limits, before anything is decoded."""
    low, high = RATES
    if not low <= file.samplerate <= high:
        raise SourceError(
            "This {kind} sound has {samplerate:,} samples a second: {low:,} to {high:,} are read.",
            kind=kind,
            samplerate=file.samplerate,
            low=low,
            high=high,
        )
    if file.channels > MOST_CHANNELS:
        raise SourceError(
            "This {kind} sound has {channels} channels: at most {most} are read.",
            kind=kind,
            channels=file.channels,
            most=MOST_CHANNELS,
        )


def skip(file: "SoundFile", kind: str, start: float) -> None:
    """Go to where the piece begins, which must be before the end."""
    frames, rate = file.frames, file.samplerate
    if not frames:
        raise SourceError(no_samples(kind))
    if not start * rate < frames:
        last = floor(100 * (frames - 1) / rate) / 100
        raise SourceError(
            "This {kind} sound is {length:.6g} s long and cannot begin at {start:g} s: set start to {last:.10g} or "
            "less.",
            kind=kind,
            length=frames / rate,
            start=start,
            last=last,
        )
    if start:
        try:
            file.seek(min(round(start * rate), frames - 1))
        except sndfile().LibsndfileError as error:  # the file declares more than it holds, or does not say how much
            raise SourceError(no_samples(kind, start)) from error


def no_samples(kind: str, start: float = 0) -> Message:
    """The sentence on a piece that has none."""
    if start:
        return Message(
            "This {kind} sound is cut off or ends before {start:g} s: set start to less, or save it again.",
            kind=kind,
            start=start,
        )
    return Message("This {kind} sound holds no samples: upload one of at least a few milliseconds.", kind=kind)


def mono(file: "SoundFile", frames: int, piece: Piece, loud: Loudness) -> Iterator[Array]:
    """One channel, block after block, up to so many frames."""
    while frames > 0:
        block = file.read(min(BLOCK, frames), dtype="float32", always_2d=True)
        if not len(block):
            return
        frames -= len(block)
        with np.errstate(invalid="ignore", over="ignore"):
            block = block / np.float32(piece.full_scale)
            mixed = block.mean(axis=1, dtype=np.float32) if piece.mix == "mean" else one_of(block, piece.mix)
        loud.take(block, mixed)
        yield mixed


def one_of(block: Array, mix: Mix) -> Array:
    """The first or second channel; the last where there are fewer."""
    return block[:, min(("first", "second").index(mix), block.shape[1] - 1)]
