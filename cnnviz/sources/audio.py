"""Uploaded sound: decoded in blocks, mixed to one channel at 16 kHz, and held to limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from math import floor

import librosa  # loads its parts, which take seconds, when they are first used
import numpy as np
import soundfile

from cnnviz.sources.base import Array, SourceError
from cnnviz.sources.logmel import RATE

RATES = (1_000, 384_000)  # samples per second that a file may declare
MOST_CHANNELS = 32
LOUDEST = 1_000_000  # full scale is 1; the square of a spectrum must stay within float32
BLOCK = 65_536  # frames decoded at a time: a file may declare hours, and only what is wanted is read


@dataclass(frozen=True)
class Piece:
    """Which part of a sound is read.

    Parameters
    ----------
    start : float >= 0 [s]
        Where it begins; what comes before is passed over, not decoded.
    seconds : float > 0 [s]
        How much is read; a shorter sound stays as short as it is,
    pad : bool
        unless zeros after its end make it as long as was asked for.
    """

    start: float = 0.0
    seconds: float = 10.0
    pad: bool = False


WHOLE = Piece()


def read_audio(data: bytes, kind: str, piece: Piece = WHOLE) -> tuple[Array, str]:
    """A piece of a sound.

    Parameters
    ----------
    data : bytes
        WAV, FLAC, Ogg (Vorbis or Opus), MP3 or AIFF.
    kind : str
        What it is, for the sentences.
    piece : Piece
        How much is read, and from where; the first ten seconds if nothing else is said.

    Returns
    -------
    float32 array, shape (samples,), mono at 16 kHz, finite
    str
        What became of it, in a few words: length, rate, channels, samples that were no numbers.

    Raises
    ------
    SourceError
        One sentence on what is wrong with the file.
    """
    samples, rate, channels = decode(data, kind, piece)
    if not len(samples):
        raise SourceError(no_samples(kind, piece.start))
    note = f"{len(samples) / rate:.3g} s at {rate:,} Hz" + (f" from {piece.start:g} s on" if piece.start else "")
    note += f", mean of {channels} channels" if channels > 1 else ""
    sound = np.abs(samples) <= LOUDEST  # which NaN is not
    odd = int(np.count_nonzero(~sound))
    note += f", {odd:,} samples are NaN, Inf or beyond {LOUDEST:,} and read as 0" if odd else ""
    samples = np.where(sound, samples, 0).astype(np.float32)
    if rate != RATE:
        samples = librosa.resample(samples, orig_sr=rate, target_sr=RATE, res_type="soxr_hq")
    wanted = round(piece.seconds * RATE)
    samples = samples[:wanted]  # resampling may round up
    if piece.pad and len(samples) < wanted:
        samples = np.pad(samples, (0, wanted - len(samples)))
        note += f", padded with zeros to {piece.seconds:g} s"
    return samples.astype(np.float32), note


def decode(data: bytes, kind: str, piece: Piece) -> tuple[Array, int, int]:
    """The piece as the file has it, mixed to one channel; its samples a second, and how many channels there were."""
    try:
        with soundfile.SoundFile(BytesIO(data)) as file:
            check(file, kind)
            skip(file, kind, piece.start)
            blocks = mono(file, round(piece.seconds * file.samplerate))
            return np.concatenate([np.zeros(0, np.float32), *blocks]), file.samplerate, file.channels
    except soundfile.LibsndfileError as error:
        raise SourceError(f"This {kind} sound is damaged or cut off: save it again, or upload another.") from error


def check(file: soundfile.SoundFile, kind: str) -> None:
    """Refuse what is declared beyond the limits, before anything is decoded."""
    low, high = RATES
    if not low <= file.samplerate <= high:
        raise SourceError(f"This {kind} sound has {file.samplerate:,} samples a second: {low:,} to {high:,} are read.")
    if file.channels > MOST_CHANNELS:
        raise SourceError(f"This {kind} sound has {file.channels} channels: at most {MOST_CHANNELS} are read.")


def skip(file: soundfile.SoundFile, kind: str, start: float) -> None:
    """Go to where the piece begins, which must be before the end."""
    frames, rate = file.frames, file.samplerate
    if not frames:
        raise SourceError(no_samples(kind))
    if not start * rate < frames:
        last = floor(100 * (frames - 1) / rate) / 100
        raise SourceError(
            f"This {kind} sound is {frames / rate:.6g} s long and cannot begin at {start:g} s: "
            f"set start to {last:.10g} or less."
        )
    if start:
        try:
            file.seek(min(round(start * rate), frames - 1))
        except soundfile.LibsndfileError as error:  # the file declares more than it holds, or does not say how much
            raise SourceError(no_samples(kind, start)) from error


def no_samples(kind: str, start: float = 0) -> str:
    """The sentence on a piece that has none."""
    if start:
        return f"This {kind} sound is cut off or ends before {start:g} s: set start to less, or save it again."
    return f"This {kind} sound holds no samples: upload one of at least a few milliseconds."


def mono(file: soundfile.SoundFile, frames: int) -> Iterator[Array]:
    """The mean of the channels, block after block, up to so many frames."""
    while frames > 0:
        block = file.read(min(BLOCK, frames), dtype="float32", always_2d=True)
        if not len(block):
            return
        frames -= len(block)
        with np.errstate(invalid="ignore", over="ignore"):
            yield block.mean(axis=1, dtype=np.float32)
