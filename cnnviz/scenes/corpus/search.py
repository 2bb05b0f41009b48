"""The work on a part of a corpus: a function of frozen values that gives bytes, so that any engine can do it anywhere.

Parts are the same however many do them, each clip is run by itself, on one core; and what was found in them is merged
in their order. So the same clips give the same result to the last bit, whoever did which part when.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load, save
from threadpoolctl import threadpool_limits
from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, MaxPool, MaxUnpool
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.logmel import Features
from cnnviz.networks.exciting import Edges, Found, Gather, Told, pack_found, unpack_found, worth
from cnnviz.networks.exciting.find import at_work, outputs
from cnnviz.networks.forward import check_network
from cnnviz.networks.network import Network
from cnnviz.scenes.corpus.finish import Stretch
from cnnviz.scenes.corpus.patches import names, packed, patch_of
from cnnviz.scenes.corpus.reading import Entry, Heard, read_clip, sets_of
from cnnviz.scenes.corpus.result import Clip, CorpusError, Labelled
from cnnviz.scenes.weights import Seeded

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

    def state(self) -> dict[str, Array]:
        """All weights, by key of the `state_dict`."""
        return self.network.state(self.weights.seed) | dict(self.weights.state(self.network))

    def check(self) -> None:
        """Raise `CorpusError` if the network hands more than one tensor from stage to stage."""
        for name, layer in self.network.stages:
            if isinstance(layer, MaxUnpool) or (isinstance(layer, MaxPool) and layer.return_indices):
                raise CorpusError("{name} hands over places of maxima, which no corpus is run through.", name=name)


@lru_cache(maxsize=1)
def ready(network: Network, weights: Seeded) -> nn.Module:
    """The network with its weights; a worker does one part after another."""
    return at_work(network, network.state(weights.seed) | dict(weights.state(network)))


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


def read(search: Search, entry: Entry) -> Heard:
    """A clip that the network can read.

    Raises
    ------
    SourceError, GeometryError
        Why it cannot.
    """
    if sentence := dict(search.refused).get(entry.name):
        raise SourceError("{sentence}", sentence=sentence)
    heard = read_clip(Path(search.folder), entry, search.features, search.shape)
    values = np.resize(heard.values, (search.channels, *heard.values.shape[1:]))
    check_network(search.network, values.shape, search.network.budget)
    return heard._replace(values=values)


def heard_in(search: Search, part: Part) -> Iterator[tuple[int, Clip, Heard | None]]:
    """The clips of a part, each with its place; what cannot be read has a sentence instead."""
    for place, entry in enumerate(part.entries, part.first):
        try:
            heard = read(search, entry)
        except (SourceError, GeometryError) as problem:
            yield place, Clip(entry.name, refused=str(problem)), None
        else:
            yield place, heard.clip, heard


def stages(search: Search, heard: Heard) -> Iterator[tuple[str, torch.Tensor]]:
    """What each stage that is `worth` it makes of a clip, (channels, *axes)."""
    wanted = worth_of(search.network, heard.values.shape)
    row = ready(search.network, search.weights)
    for name, maps in outputs(search.network, row, torch.as_tensor(heard.values)[None]):
        if name in wanted:
            yield name, maps[0]


@lru_cache(maxsize=256)
def worth_of(network: Network, shape: tuple[int, ...]) -> frozenset[str]:
    return frozenset(worth(network, shape))


# --- the three kinds of work ---


def sampled(search: Search, part: Part) -> bytes:
    """Some values of each channel, which say where the bins lie: arrays (channels, N) by stage."""
    found: dict[str, list[Array]] = {}
    with threadpool_limits(1):
        for place, _, heard in heard_in(search, part):
            if heard:
                sets = sets_of(heard, search.classes, search.features, search.labels)
                for stage, maps in stages(search, heard):
                    values = Told.of(place, maps, sets).values
                    n = values.shape[1]
                    some = values if n <= MOST_FRAMES else values[:, np.arange(MOST_FRAMES) * n // MOST_FRAMES]
                    found.setdefault(stage, []).append(some)
    return save({stage: np.concatenate(parts, axis=1) for stage, parts in found.items()})


def searched(search: Search, part: Part, edges: Edges) -> bytes:
    """What excites each channel in some of the clips; see `unpacked`."""
    gather, clips = Gather(search.network, edges, search.k), []
    with threadpool_limits(1):
        for place, clip, heard in heard_in(search, part):
            clips.append(clip)
            if heard:
                sets = sets_of(heard, search.classes, search.features, search.labels)
                for stage, maps in stages(search, heard):
                    gather.take(place, heard.values.shape, stage, maps, sets)
        arrays = pack_found(gather.all())
    return zlib.compress(save(arrays, {"clips": json.dumps([asdict(clip) for clip in clips])}), 1)


def unpacked(data: bytes) -> tuple[list[Clip], dict[str, Found]]:
    """What `searched` found.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        plain = zlib.decompress(data)
        length = int.from_bytes(plain[:8], "little")
        rows = json.loads(json.loads(plain[8 : 8 + length])["__metadata__"]["clips"])
        return [clip_of(row) for row in rows], unpack_found(load(plain))
    except Exception:  # zlib, json, safetensors and numpy each have errors of their own
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
    found: list[tuple[str, bytes]] = []
    with threadpool_limits(1):
        for entry, stretches in zip(wanted.entries, wanted.stretches, strict=True):
            heard = read(search, entry)
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
