"""Uploaded sound: decoded in blocks, mixed to one channel at 16 kHz, and held to limits."""

from collections.abc import Iterator
from io import BytesIO

import librosa  # loads its parts, which take seconds, when they are first used
import numpy as np
import soundfile

from cnnviz.sources.base import Array, SourceError
from cnnviz.sources.logmel import RATE

RATES = (1_000, 384_000)  # samples per second that a file may declare
MOST_CHANNELS = 32
BLOCK = 65_536  # frames decoded at a time: a file may declare hours, and only what is wanted is read


def read_audio(data: bytes, kind: str, seconds: float) -> tuple[Array, str]:
    """The first seconds of a sound.

    Parameters
    ----------
    data : bytes
        WAV, FLAC, Ogg (Vorbis or Opus), MP3 or AIFF.
    kind : str
        What it is, for the sentences.
    seconds : float > 0
        How much is read; a shorter sound stays as short as it is.

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
    try:
        with soundfile.SoundFile(BytesIO(data)) as file:
            check(file, kind)
            samples = np.concatenate([np.zeros(0, np.float32), *mono(file, int(seconds * file.samplerate))])
            rate, channels = file.samplerate, file.channels
    except soundfile.LibsndfileError as error:
        raise SourceError(f"This {kind} sound is damaged or cut off: save it again, or upload another.") from error
    if not len(samples):
        raise SourceError(f"This {kind} sound holds no samples: upload one of at least a few milliseconds.")
    odd = int(np.count_nonzero(~np.isfinite(samples)))
    samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    note = f"{len(samples) / rate:.3g} s at {rate:,} Hz" + (f", mean of {channels} channels" if channels > 1 else "")
    note += f", {odd:,} samples are NaN or Inf and read as 0" if odd else ""
    if rate != RATE:
        samples = librosa.resample(samples, orig_sr=rate, target_sr=RATE, res_type="soxr_hq")
    return samples.astype(np.float32), note


def check(file: soundfile.SoundFile, kind: str) -> None:
    """Refuse what is declared beyond the limits, before anything is decoded."""
    low, high = RATES
    if not low <= file.samplerate <= high:
        raise SourceError(f"This {kind} sound has {file.samplerate:,} samples a second: {low:,} to {high:,} are read.")
    if file.channels > MOST_CHANNELS:
        raise SourceError(f"This {kind} sound has {file.channels} channels: at most {MOST_CHANNELS} are read.")


def mono(file: soundfile.SoundFile, frames: int) -> Iterator[Array]:
    """The mean of the channels, block after block, up to so many frames."""
    while frames > 0:
        block = file.read(min(BLOCK, frames), dtype="float32", always_2d=True)
        if not len(block):
            return
        frames -= len(block)
        with np.errstate(invalid="ignore", over="ignore"):
            yield block.mean(axis=1, dtype=np.float32)
