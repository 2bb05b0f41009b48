"""What can be seen and heard of the winners, as files that anything opens: a grey PNG and a FLAC for each."""

from io import BytesIO
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.core.layers import Array
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.logmel import Features
from cnnviz.inputs.sndfile import MISSING, sndfile
from cnnviz.scenes.corpus.result import CorpusError, Files, Patch
from cnnviz.scenes.palette import TOP

FULL = np.iinfo(np.int16).max
MOST_CELLS = 4_000_000  # of a picture that is read
MOST_SAMPLES = 48_000 * 31  # of the longest stretch, and a little


def names(number: int) -> tuple[str, str]:
    """Where the picture and the sound of a patch are."""
    return f"patches/{number}.png", f"patches/{number}.flac"


def patch_of(values: Array, samples: Array, first: int, end: int, features: Features) -> Patch:
    """Some frames of a clip.

    Parameters
    ----------
    values : float32 array, shape (1, frames, mels)
        Within `Features.scale`; of as many frames as the samples give, or scaled to another number of them.
    samples : float32 array, shape (samples,), at `Features.rate`
    """
    low = -1 if features.scale == "[-1, 1]" else 0
    levels = np.rint((values[0, first:end] - low) / (1 - low) * TOP).clip(0, TOP).astype(np.uint8)
    share = features.frames(len(samples)) / values.shape[1]
    frames = floor(first * share), max(floor(first * share), ceil(end * share) - 1)
    begin, stop = (round(one * features.rate) for one in features.span(*frames))
    return Patch(levels, (samples[begin:stop].clip(-1, 1) * FULL).astype(np.int16))


def packed(patch: Patch, rate: int) -> tuple[bytes, bytes]:
    """Picture and sound as files; low mels are at the bottom."""
    picture, sound = BytesIO(), BytesIO()
    Image.fromarray(np.ascontiguousarray(patch.levels.T[::-1])).save(picture, "PNG")
    sndfile().write(sound, patch.samples, rate, format="FLAC", subtype="PCM_16")
    return picture.getvalue(), sound.getvalue()


def read_patch(files: Files, number: int) -> Patch:
    """What `packed` made, of a result.

    Raises
    ------
    CorpusError
        If there is none, it is damaged, or no sound can be read here.
    """
    try:
        sndfile()
    except SourceError as problem:
        raise CorpusError(MISSING) from problem
    try:
        picture, sound = (files(name) for name in names(number))
        return Patch(read_levels(picture), read_samples(sound))
    except (OSError, KeyError, ValueError, RuntimeError, SyntaxError, Image.DecompressionBombError):
        raise CorpusError(
            "Patch {number} is missing or damaged. Make the result again with python -m cnnviz corpus.", number=number
        ) from None


def read_levels(data: bytes) -> NDArray[np.uint8]:
    with Image.open(BytesIO(data), formats=["PNG"]) as picture:
        if picture.mode != "L" or picture.width * picture.height > MOST_CELLS:
            raise ValueError
        return np.ascontiguousarray(np.asarray(picture)[::-1].T)


def read_samples(data: bytes) -> NDArray[np.int16]:
    with sndfile().SoundFile(BytesIO(data)) as file:
        if file.channels != 1 or file.format != "FLAC":
            raise ValueError
        found: NDArray[np.int16] = file.read(MOST_SAMPLES, dtype="int16")
        return found
