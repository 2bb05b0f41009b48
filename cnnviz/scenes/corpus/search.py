"""The work on a part of a corpus: a function of frozen values that gives bytes, so that any engine can do it anywhere.

Parts are the same however many do them, each clip is run by itself, on one core; and what was found in them is merged
in their order. So the same clips give the same result to the last bit, whoever did which part when.
"""

import ctypes
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from itertools import groupby
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load, save
from threadpoolctl import threadpool_limits

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, MaxPool, MaxUnpool, Shape
from cnnviz.inputs.audio import LONGEST
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.logmel import Features
from cnnviz.networks.batching import may_share
from cnnviz.networks.exciting import Centres, Edges, Found, Gather, Told, pack_found, unpack_found, worth
from cnnviz.networks.exciting.find import at_work, put_through
from cnnviz.networks.exciting.rising import rising
from cnnviz.networks.forward import check_network
from cnnviz.networks.network import Network
from cnnviz.scenes.corpus.finish import Stretch
from cnnviz.scenes.corpus.patches import names, packed, patch_of
from cnnviz.scenes.corpus.reading import Entry, Heard, read_clip, sets_of
from cnnviz.scenes.corpus.result import Clip, CorpusError, Labelled
from cnnviz.scenes.weights import Seeded

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # as malloc.h of glibc numbers them
TOGETHER = 8  # clips that go through the network as one batch
MOST_CELLS = 2**21  # of all that the widest stage makes of them
MOST_SHAPES = 8  # of clips that wait for others
MOST_FRAMES = 64  # of a clip that say where the bins lie


@dataclass(frozen=True)
class Search:
    """What is done with every clip.

    Attributes
    ----------
    folder : str
        Where the clips are; the same for all who work on them.
    network : Network
        In eval mode.
    shape : (frames, mels), or None
        To which spectrograms are scaled; None leaves them as long as they are.
    channels : int
        Of the network's input, each of which reads the same.
    classes, labels :
        As in `About`.
    k : int
    refused : names and sentences
        Clips that are passed over.
    stretch : float [s]
        How much of a sound is read at a time.
    """

    folder: str
    network: Network
    weights: Seeded
    features: Features
    shape: tuple[int, int] | None = None
    channels: int = 1
    classes: tuple[str, ...] = ()
    labels: str = "none"
    k: int = 9
    refused: tuple[tuple[str, str], ...] = ()
    stretch: float = LONGEST

    def state(self) -> dict[str, Array]:
        """All weights, by key of the `state_dict`."""
        return self.network.state(self.weights.seed) | dict(self.weights.state(self.network))

    def check(self) -> None:
        """Raise `CorpusError` if the network hands more than one tensor from stage to stage."""
        for name, layer in self.network.stages:
            if isinstance(layer, MaxUnpool) or (isinstance(layer, MaxPool) and layer.return_indices):
                raise CorpusError("{name} hands over places of maxima, which no corpus is run through.", name=name)


@dataclass(frozen=True)
class Part:
    """Some of the clips, one after the other.

    Attributes
    ----------
    first : int
        The place of the first among all.
    """

    first: int
    entries: tuple[Entry, ...]


class Runner:
    """A network at work on clips."""

    def __init__(self, search: Search):
        self.search, self.row = search, at_work(search.network, search.state())
        self.stages = search.network.inside(self.row)
        self.rising = rising(search.network, [module for _, module in self.stages])
        self.centres = Centres(search.network)
        self.refused = dict(search.refused)
        self.wanted: dict[Shape, frozenset[str]] = {}  # stages that are `worth` it, by the shape of the input

    def read(self, entry: Entry) -> Heard:
        """A clip that the network can read.

        Raises
        ------
        SourceError, GeometryError
            Why it cannot.
        """
        search = self.search
        if entry.name in self.refused:
            raise SourceError("{sentence}", sentence=self.refused[entry.name])
        heard = read_clip(Path(search.folder), entry, search.features, search.shape, search.stretch)
        values = np.resize(heard.values, (search.channels, *heard.values.shape[1:]))
        if values.shape not in self.wanted:
            check_network(search.network, values.shape, search.network.budget)
            self.wanted[values.shape] = frozenset(worth(search.network, values.shape))
        return heard._replace(values=values)

    def clips(self, part: Part) -> Iterator[tuple[int, Clip, Heard | None]]:
        """The clips of a part, each with its place; what cannot be read has a sentence instead."""
        for place, entry in enumerate(part.entries, part.first):
            try:
                heard = self.read(entry)
            except (SourceError, GeometryError) as problem:
                yield place, Clip(entry.name, entry.start, refused=str(problem)), None
            else:
                yield place, heard.clip, heard

    def each(self, heard: Sequence[Heard], see: Callable[[str, torch.Tensor], None]) -> None:
        """Show what each stage makes of clips of one shape, (N, channels, *axes), to somebody."""
        x = torch.from_numpy(np.stack([one.values for one in heard]))
        put_through(self.stages, x, self.wanted[x.shape[1:]], see)

    def look(self, gather: Gather, some: Sequence[tuple[int, Heard]]) -> None:
        """Gather what clips of one shape, each with its place, excite."""
        places, heard = zip(*some, strict=True)
        sets = np.stack([self.sets(one) for one in heard])
        self.each(heard, partial(gather.take, places, heard[0].values.shape, sets))

    def at_once(self, shape: Shape) -> int:
        """How many clips of this shape go together: calls cost less so, until their maps are many."""
        if not may_share(self.search.network):
            return 1
        widest = max(map(prod, self.search.network.shapes(shape)))
        return max(1, min(TOGETHER, MOST_CELLS // widest))

    def gather(self, edges: Edges) -> Gather:
        """Which remembers what excites each channel."""
        return Gather(self.centres, edges, self.search.k, self.rising)

    def sets(self, heard: Heard) -> NDArray[np.int64]:
        """Which classes are there; see `sets_of`."""
        return sets_of(heard, self.search.classes, self.search.features, self.search.labels)


@lru_cache(maxsize=1)
def runner(search: Search) -> Runner:
    """A worker does one part after another with the same."""
    keep_freed()
    return Runner(search)


def keep_freed() -> None:
    """Keep what a stage's maps leave free for those of the next: to be handed pages anew takes a third of a run."""
    with suppress(OSError, AttributeError):  # another system's library has none
        libc = ctypes.CDLL(None)
        libc.mallopt(TRIM_THRESHOLD, 2**30)
        libc.mallopt(MMAP_THRESHOLD, 2**25)  # the most that there can be


# --- the three kinds of work ---


def sampled(search: Search, part: Part) -> bytes:
    """Some values of each channel, which say where the bins lie: arrays (channels, N) by stage."""
    found: dict[str, list[Array]] = {}
    at = runner(search)
    with threadpool_limits(1):
        for _, _, heard in at.clips(part):
            if heard:
                at.each([heard], partial(few_of, found, at.sets(heard)[None]))
    return save({stage: np.concatenate(parts, axis=1) for stage, parts in found.items()})


def few_of(found: dict[str, list[Array]], sets: NDArray[np.int64], stage: str, maps: torch.Tensor) -> None:
    """Remember some values of a stage."""
    values = Told.of([0], maps, sets).values
    n = values.shape[1]
    few = values if n <= MOST_FRAMES else values[:, np.arange(MOST_FRAMES) * n // MOST_FRAMES]
    found.setdefault(stage, []).append(few)


def searched(search: Search, part: Part, edges: Edges) -> bytes:
    """What excites each channel in some of the clips; see `unpacked`."""
    at, clips = runner(search), list[Clip]()
    gather = at.gather(edges)
    with threadpool_limits(1):
        for some in together(at, part, clips):
            at.look(gather, some)
        arrays = pack_found(gather.all())
    return save(arrays, {"clips": json.dumps([asdict(clip) for clip in clips])})


def together(at: Runner, part: Part, clips: list[Clip]) -> Iterator[list[tuple[int, Heard]]]:
    """The clips of a part that can be read, a few of one shape at a time, each with its place; `clips` gets all."""
    waiting: dict[Shape, list[tuple[int, Heard]]] = {}
    for place, clip, heard in at.clips(part):
        clips.append(clip)
        if not heard:
            continue
        shape = heard.values.shape
        waiting.setdefault(shape, []).append((place, heard))
        if len(waiting[shape]) >= at.at_once(shape):
            yield waiting.pop(shape)
        elif len(waiting) > MOST_SHAPES:  # the one that waits longest
            yield waiting.pop(next(iter(waiting)))
    yield from waiting.values()


def unpacked(data: bytes) -> tuple[list[Clip], dict[str, Found]]:
    """What `searched` found.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        length = int.from_bytes(data[:8], "little")
        rows = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["clips"])
        return [clip_of(row) for row in rows], unpack_found(load(data))
    except Exception:  # json, safetensors and numpy each have errors of their own
        raise ValueError from None


def clip_of(row: dict[str, Any]) -> Clip:
    return Clip(**row | {"events": tuple(Labelled(*one) for one in row["events"])})


@dataclass(frozen=True)
class Wanted:
    """Patches of some clips: the numbers and stretches of each, in the order of the clips."""

    entries: tuple[Entry, ...]
    stretches: tuple[tuple[tuple[int, int, int], ...], ...]


def cut(search: Search, wanted: Wanted) -> list[tuple[str, bytes]]:
    """Patches, as files by name."""
    at, found = runner(search), list[tuple[str, bytes]]()
    with threadpool_limits(1):
        for entry, stretches in zip(wanted.entries, wanted.stretches, strict=True):
            heard = at.read(entry)
            for number, first, end in stretches:
                patch = patch_of(heard.values, heard.samples, first, end, search.features)
                found += zip(names(number), packed(patch, search.features.rate), strict=True)
    return found


# --- into parts ---


def parts(entries: Sequence[Entry], size: int) -> list[Part]:
    """All clips, so many in each part."""
    return [Part(first, tuple(entries[first : first + size])) for first in range(0, len(entries), size)]


def wanted(entries: Sequence[Entry], stretches: Sequence[Stretch], size: int) -> list[Wanted]:
    """All patches, those of so many clips in each part."""
    numbered = sorted((clip, (number, first, end)) for number, (clip, first, end) in enumerate(stretches))
    each = [(entries[clip], tuple(rest for _, rest in of)) for clip, of in groupby(numbered, key=lambda one: one[0])]
    some = [each[i : i + size] for i in range(0, len(each), size)]
    return [Wanted(tuple(one for one, _ in few), tuple(rest for _, rest in few)) for few in some]
