"""Long sounds as several stretches, each of which is a clip by itself."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path

from cnnviz.inputs.audio import MOST_FRAMES_A_BYTE, Bounded
from cnnviz.inputs.headers import mended
from cnnviz.inputs.sndfile import sndfile
from cnnviz.inputs.upload import MAX_BYTES
from cnnviz.scenes.corpus.columns import MOST_CLIPS
from cnnviz.scenes.corpus.reading import Entry
from cnnviz.scenes.corpus.result import CorpusError
from cnnviz.tensorfile.signatures import identify

MISSED = 0.5  # s at the end of a sound that make no stretch of their own


def stretched(entries: Sequence[Entry], lengths: Sequence[float], seconds: float) -> list[Entry]:
    """An entry for each stretch of the sounds.

    Parameters
    ----------
    lengths : float [s]
        Of each sound; see `lengths_of`.
    seconds : float [s]
        Of a stretch.

    Raises
    ------
    CorpusError
        If there are too many.
    """
    found = [
        replace(one, start=i * seconds)
        for one, length in zip(entries, lengths, strict=True)
        for i in range(max(1, ceil((length - MISSED) / seconds)))
    ]
    if len(found) > MOST_CLIPS:
        raise CorpusError(
            "{n:,} stretches of {seconds:g} seconds: at most {most:,} are read. Choose a longer --stretch.",
            n=len(found),
            seconds=seconds,
            most=MOST_CLIPS,
        )
    return found


def lengths_of(folder: str, names: Sequence[str]) -> list[float]:
    """How long sounds are [s]; see `length_of`."""
    return [length_of(Path(folder) / name) for name in names]


def length_of(path: Path) -> float:
    """How long a sound is by its head [s]; 0 where that does not say, or is damaged."""
    soundfile = sndfile()
    try:
        size = path.stat().st_size
        try:
            said = soundfile.info(path)
        except soundfile.LibsndfileError:
            if size > MAX_BYTES:
                return 0.0
            data = path.read_bytes()
            said = soundfile.info(Bounded(mended(data, identify(data).name)[0]))
    except (soundfile.LibsndfileError, OSError):
        return 0.0
    return said.frames / said.samplerate if 0 < said.frames < size * MOST_FRAMES_A_BYTE else 0.0
