"""A clip of a folder as a network reads it, and which classes are heard when."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.layers import Array
from cnnviz.inputs.audio import LONGEST, Piece, read_audio
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.fitted import scaled
from cnnviz.inputs.logmel import Features, log_mel
from cnnviz.inputs.upload import MAX_BYTES, SOUNDS
from cnnviz.scenes.corpus.result import Clip, Labelled
from cnnviz.tensorfile.signatures import Kind, identify
from cnnviz.text import Message


@dataclass(frozen=True)
class Entry:
    """A file of the folder, before it is read.

    Attributes
    ----------
    name : str
        From the folder on, with slashes.
    labels : tuple of str
        Classes that are heard in all of it.
    events : tuple of Labelled
    start : float [s]
        Where the stretch begins that is read of it.
    """

    name: str
    labels: tuple[str, ...] = ()
    events: tuple[Labelled, ...] = ()
    start: float = 0.0


class Heard(NamedTuple):
    """A clip that was read: what there is to say about it, its map (1, frames, mels), and its samples."""

    clip: Clip
    values: Array
    samples: Array


def read_clip(
    folder: Path, entry: Entry, features: Features, shape: tuple[int, int] | None = None, stretch: float = LONGEST
) -> Heard:
    """A stretch of a sound, by itself: its spectrogram ends where it ends, and has a scale of its own.

    Parameters
    ----------
    shape : (frames, mels), or None
        To which its spectrogram is scaled.
    stretch : float [s]
        How much is read at most.

    Raises
    ------
    SourceError
        One sentence on what is wrong with it.
    """
    path = folder / entry.name
    try:
        stat = path.stat()
        if not stat.st_size:
            raise SourceError("The file is empty.")
        data = path if stat.st_size > MAX_BYTES else path.read_bytes()
        kind = identify(data) if isinstance(data, bytes) else kind_of(data, stat.st_mtime_ns)
    except OSError as error:
        raise SourceError("The file cannot be read: {reason}.", reason=error.strerror or "?") from None
    if kind.name not in SOUNDS:
        raise SourceError(kind.refused(Message("a sound")))
    piece = Piece(entry.start, stretch)
    heard = read_audio(data, kind.name, piece, features.rate)
    values = log_mel(heard.samples, features)
    values = values if shape is None else scaled(values, shape)
    seconds = len(heard.samples) / features.rate
    end = entry.start + seconds
    there = (one for one in entry.events if one.onset < end and entry.start < one.offset)
    events = (*(Labelled(label, entry.start, end) for label in entry.labels), *there)
    clip = Clip(entry.name, entry.start, seconds, max(heard.length, seconds), values.shape[1], events)
    return Heard(clip, values, heard.samples)


@lru_cache(maxsize=16)
def kind_of(path: Path, changed: int) -> Kind:
    """What a file is that is too large to be held, by its beginning; asked for each of its stretches, and read once."""
    with path.open("rb") as file:
        return identify(file.read(MAX_BYTES))


def sets_of(heard: Heard, classes: Sequence[str], features: Features, labels: str) -> NDArray[np.int64]:
    """Which classes are there, as a number whose bit *c* stands for class *c*: in all of a clip, or in each frame.

    A class is heard in a frame if it is at its centre.
    """
    bits = {label: np.int64(1) << c for c, label in enumerate(classes)}
    if labels != "events":
        return np.array([sum(bits[label] for label in {one.label for one in heard.clip.events})], np.int64)
    frames = heard.clip.frames
    last = features.seconds(features.frames(len(heard.samples)) - 1)
    centre = heard.clip.start + (np.linspace(0, last, frames) if frames > 1 else np.zeros(1))  # [s]
    found = np.zeros(frames, np.int64)
    for one in heard.clip.events:
        first, end = centre.searchsorted((one.onset, one.offset))
        found[first:end] |= bits[one.label]
    return found
