"""What excites one channel of a network in a corpus: patches of clips, to be seen and heard."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.cache import Cache
from cnnviz.inputs.read import key
from cnnviz.networks.exciting import Answers
from cnnviz.networks.exciting.best import NONE
from cnnviz.networks.exciting.patch import Box
from cnnviz.networks.network import Network
from cnnviz.scenes.blob import Scene, Tensors
from cnnviz.scenes.corpus import CorpusError, Patch
from cnnviz.scenes.corpus.told import MOST_FRAMES, Told, patches
from cnnviz.scenes.exciting.clips import tables
from cnnviz.scenes.exciting.panel import looked_at, stages_of
from cnnviz.scenes.exciting.results import Result
from cnnviz.scenes.palette import TOP
from cnnviz.scenes.query.exciting import PATCH, UNIT
from cnnviz.scenes.query.inputs import PART
from cnnviz.tensorfile.apart import read_apart
from cnnviz.text import Message, listed

_blobs: Cache[bytes] = Cache()


@dataclass(frozen=True)
class Excited:
    """A result, of the network that is shown.

    Attributes
    ----------
    staged : bool
        Can the sound of a patch be put on stage?
    """

    result: Result
    network: Network
    staged: bool = True

    @property
    def classes(self) -> tuple[str, ...]:
        return self.result.classes

    @property
    def stages(self) -> dict[str, str]:
        """Those that can be asked, each with the one whose answers are its own."""
        return stages_of(self.network, self.result.about.stages)

    def answers(self, source: str) -> Answers:
        """
        Raises
        ------
        CorpusError
            If it cannot be read.
        """
        return self.result.told(source).answers

    def opens(self, stage: str, channel: int) -> list[dict[str, Any]]:
        """The words that put the sound of each patch on stage."""
        if not self.staged:
            return []
        one = self.result.told(self.stages[stage])
        patch = one.patch[min(channel, len(one.patch) - 1)]
        return [{PATCH.key: str(number)} | dict.fromkeys((*PART, *UNIT)) for number in patch.tolist() if number >= 0]

    def panel(self, stage: str, channel: int) -> bytes | None:
        """What a channel answers to; None of a stage that is not known.

        Raises
        ------
        CorpusError
            If it cannot be read.
        """
        source = self.stages.get(stage)
        if source is None:
            return None
        made = partial(make_patches, self.result, source, stage, channel, self.staged)
        return _blobs.get(key((self.result.where, stage, channel, self.staged)), lambda: made().to_bytes())


def make_patches(result: Result, source: str, stage: str, channel: int, opens: bool = True) -> Scene:
    """The patches that excite one channel most; see `clips.make_clips`.

    Of a patch that is missing, ``examples`` is no number, and there are no ``samples``.

    Parameters
    ----------
    source : str
        The stage that the answers are of; `stage` hands them on, or is the same.
    """
    one, about = result.told(source), result.about
    best = one.answers.best
    channel = min(channel, len(best.value) - 1)
    won = [j for j, clip in enumerate(best.example[channel]) if clip != NONE]
    windows = [(int(first), int(end)) for first, end in one.window[channel, won]]
    mels = about.shape[1] if about.shape else about.features.n_mels
    sizes = tuple((end - first, mels) for first, end in windows)
    numbers = tuple(int(one.patch[channel, j]) for j in won)
    seen = read_apart(CorpusError, patches, result.where, numbers, sizes)
    tensors: Tensors = {f"samples.{j}": patch.samples for j, patch in enumerate(seen) if patch}
    tensors |= tables(one.answers, channel, won, boxes(one, channel, won)) | {"examples": laid(seen, sizes)}
    names = [one.names[channel][j] for j in won]
    meta = {
        **looked_at(stage, channel, "loud"),
        "stages": {stage: 0},
        "classes": list(result.classes),
        "labels": [label(one.kinds[channel][j], about.labels == "events") for j in won],
        "each": "frame" if about.labels == "events" else "clip",
        "clips": {
            "rate": about.features.rate,
            "channels": len(best.value),
            "opens": opens,
            "names": [str(Message("{name}, {time:.2f} s", name=name, time=time)) for name, time in names],
        },
    }
    return Scene(tensors, meta)


def boxes(one: Told, channel: int, won: list[int]) -> list[Box]:
    """What each unit saw, from the patch's own first frame on."""
    starts = one.window[channel, won, 0]
    return [
        ((int(first - start), int(end - start)), (int(low), int(high)))
        for ((first, end), (low, high)), start in zip(one.box[channel, won], starts, strict=True)
    ]


def laid(seen: list[Patch | None], sizes: tuple[tuple[int, int], ...]) -> NDArray[np.uint8]:
    """Patches as one array (k, 1, frames, mels), each from the first frame on; what lies behind it is no number."""
    frames = max((len(patch.levels) for patch in seen if patch), default=1)
    found = np.full((len(seen), 1, min(frames, MOST_FRAMES), sizes[0][1] if sizes else 1), TOP + 1, np.uint8)
    for row, patch in zip(found, seen, strict=True):
        if patch:
            row[0, : len(patch.levels)] = np.minimum(patch.levels, TOP)
    return found


def label(kinds: tuple[str, ...], events: bool) -> str:
    """What is heard in truth; nothing where nobody says."""
    if kinds:
        return str(listed(kinds))
    return str(Message("background")) if events else ""
