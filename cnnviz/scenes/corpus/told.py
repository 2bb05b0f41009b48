"""What is asked of a result, as functions that may read a stranger's file: each gives frozen values."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.exciting import Answers, Spread
from cnnviz.scenes.corpus.columns import CHANNELS_FILE
from cnnviz.scenes.corpus.patches import names
from cnnviz.scenes.corpus.result import About, Clip, Corpus, CorpusError, Patch, Stage
from cnnviz.scenes.corpus.tables import damaged, read_corpus
from cnnviz.scenes.corpus.where import Where

LENGTH = 60  # characters of a name that are shown
MOST_COUNT = 2**48  # values in a bin
MOST_KINDS = 4  # that a label names
MOST_FRAMES = 4096  # of a patch
FAR = 2**15  # frames or mels


@dataclass(frozen=True, eq=False)
class Told:
    """What the channels of a stage answer to, small enough to be kept.

    Attributes
    ----------
    answers : Answers
        With how values are spread.
    box, window, patch : see `Stage`
    kinds, names : by channel, for each winner
        The classes that are heard there, and the clip's name with the second from which on the unit listens.
    """

    answers: Answers
    box: NDArray[np.int32]
    window: NDArray[np.int32]
    patch: NDArray[np.int32]
    kinds: tuple[tuple[tuple[str, ...], ...], ...]
    names: tuple[tuple[tuple[str, float], ...], ...]


@lru_cache(maxsize=2)
def corpus(where: Where) -> Corpus:
    """A result, of which the clips have been read."""
    return read_corpus(where.files())


def about(where: Where) -> About:
    """What was run.

    Raises
    ------
    CorpusError
    """
    return corpus(where).about


def told(where: Where, stage: str) -> Told:
    """What a stage's channels answer to.

    Raises
    ------
    CorpusError
    """
    found = corpus(where)
    one = checked(found.stage(stage))
    spread = Spread.of_counts(one.counts, one.edges)
    answers = Answers(one.answers.best, one.answers.auc, spread)
    won = list(enumerate(one.answers.best.example.tolist()))
    kinds = tuple(tuple(heard(found, clip, one.box[at, j]) for j, clip in enumerate(row)) for at, row in won)
    places = tuple(tuple(place(found, clip, one.box[at, j]) for j, clip in enumerate(row)) for at, row in won)
    return Told(answers, one.box, one.window, one.patch, kinds, places)


def checked(stage: Stage) -> Stage:
    """The same, if its numbers can be what they are said to be."""
    best, auc = stage.answers.best, stage.answers.auc
    areas = auc[~np.isnan(auc)]
    fine = (
        np.isfinite(stage.edges).all()
        and (np.diff(stage.edges, axis=1) >= 0).all()
        and stage.counts.min(initial=0) >= 0
        and stage.counts.max(initial=0) <= MOST_COUNT
        and (stage.counts.sum(axis=2) == stage.counts[:1].sum(axis=2)).all()  # of every channel as many values
        and not np.isnan(best.value).any()
        and ((areas >= 0) & (areas <= 1)).all()
        and all((one > -FAR).all() and (one < FAR).all() for one in (stage.box, stage.window))
    )
    if not fine:
        raise damaged(CHANNELS_FILE)
    return stage


def patches(where: Where, numbers: tuple[int, ...], sizes: tuple[tuple[int, int], ...]) -> list[Patch | None]:
    """Patches by their numbers, each of this many frames and mels; None where there is none like that."""
    found = corpus(where)

    def one(number: int, size: tuple[int, int]) -> Patch | None:
        try:
            patch = found.patch(number)
        except CorpusError:
            return None
        return patch if patch.levels.shape == size and size[0] <= MOST_FRAMES else None

    return [one(number, size) for number, size in zip(numbers, sizes, strict=True)]


def sound(where: Where, number: int) -> bytes:
    """The sound of a patch, as a FLAC file that its reader will not trust.

    Raises
    ------
    CorpusError
        If there is none.
    """
    try:
        return where.files()(names(number)[1])
    except (OSError, KeyError):
        raise CorpusError("This result has no patch {number}.", number=number) from None


# --- words ---


def tidy(text: str) -> str:
    """A stranger's word: short, and every character to be seen."""
    return "".join(one for one in text if one.isprintable())[:LENGTH]


def heard(found: Corpus, clip: int, box: NDArray[np.int32]) -> tuple[str, ...]:
    """What is heard while a unit listens, or in the whole clip where nobody says when."""
    if clip < 0:
        return ()
    begin, stop = seconds(found, found.clips[clip], box)
    there = (one.label for one in found.clips[clip].events if one.onset < stop and begin < one.offset)
    return tuple(dict.fromkeys(map(tidy, there)))[:MOST_KINDS]


def place(found: Corpus, clip: int, box: NDArray[np.int32]) -> tuple[str, float]:
    """A clip's name, and from when on the unit listens [s]."""
    if clip < 0:
        return "", 0.0
    begin, _ = seconds(found, found.clips[clip], box)
    return tidy(found.clips[clip].name.rsplit("/", 1)[-1]), max(found.clips[clip].start, begin)


def seconds(found: Corpus, clip: Clip, box: NDArray[np.int32]) -> tuple[float, float]:
    """From when to when in the file a unit listens [s]."""
    (first, end), _ = box.tolist()
    if found.about.shape:  # scaled to another number of frames
        share = clip.seconds / found.about.shape[0]
        begin, stop = first * share, end * share
    else:
        begin, stop = found.about.features.span(first, max(end - 1, first))
    return clip.start + begin, clip.start + stop
