"""One run through a corpus: where the bins lie, what excites each channel, part by part, and the winners' patches."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from cnnviz.cli.corpus.engines import Engine
from cnnviz.cli.corpus.folder import Kept
from cnnviz.core.layers import Array
from cnnviz.jobs import JobError
from cnnviz.networks.exciting import Found, merged
from cnnviz.networks.exciting.find import between
from cnnviz.scenes.corpus import About, Clip, Corpus, CorpusError, in_folder, read_corpus, write_corpus
from cnnviz.scenes.corpus.finish import finished
from cnnviz.scenes.corpus.patches import names
from cnnviz.scenes.corpus.reading import Entry
from cnnviz.scenes.corpus.search import (
    MOST_CELLS,
    TOGETHER,
    Part,
    Search,
    cut,
    parts,
    sampled,
    searched,
    unpacked,
    wanted,
)

PART = 256  # clips
SAMPLE = 64  # clips, evenly spread, that say where the bins lie
FEW = 8  # clips of a part of these, and of winners
EDGES = "edges.safetensors"

Say = Callable[[str, int, int], None]  # what is done, how many clips of it, and of how many


def run(
    search: Search, about: About, entries: Sequence[Entry], out: Path, engine: Engine, say: Say, size: int = PART
) -> Corpus:
    """Go through all clips, or go on where a run was stopped.

    Parameters
    ----------
    search, about :
        With their classes and labels.
    say : called with what is done, and how far it is
    size : int > 0
        Clips of a part.

    Raises
    ------
    CorpusError
        If no clip can be read.
    OSError
        If the folder cannot be written.
    """
    kept = Kept(out, key_of(search, about, entries, size))
    edges = edges_of(search, entries, kept, engine)
    clips, found = find(search, parts(entries, size), edges, kept, engine, say)
    shapes = [(search.channels, clip.frames, (search.shape or (0, search.features.n_mels))[1]) for clip in clips]
    stages, stretches = finished(search.network, shapes, found, edges, len(search.classes), search.features)
    show(search, entries, stretches, kept, engine, say)
    channels = {name: len(stage.counts) for name, stage in stages.items()}
    read = sum(not clip.refused for clip in clips)
    write_corpus(kept.here, replace(about, stages=channels, clips=read, k=search.k), clips, stages)
    kept.finish()
    return read_corpus(in_folder(out))


def key_of(search: Search, about: About, entries: Sequence[Entry], size: int) -> str:
    """Of all that a part depends on: clips with sizes and times, network, weights, how they are heard and batched."""
    told = [asdict(about), search.folder, search.k, search.stretch, size, SAMPLE, TOGETHER, MOST_CELLS]
    files = [(Path(search.folder) / one.name).stat() for one in entries]
    rows = [(asdict(one), file.st_size, file.st_mtime_ns) for one, file in zip(entries, files, strict=True)]
    return hashlib.sha256(json.dumps([told, rows]).encode()).hexdigest()[:16]


def edges_of(search: Search, entries: Sequence[Entry], kept: Kept, engine: Engine) -> dict[str, Array]:
    """Where the bins of each channel lie, by some clips that are evenly spread over all."""
    if data := kept.read(EDGES):
        return load(data)
    n = len(entries)
    sample = [entries[i * n // min(n, SAMPLE)] for i in range(min(n, SAMPLE))]
    few = parts(sample, FEW)
    given = dict(engine(sampled, search, few))
    found: dict[str, list[Array]] = {}
    for i in range(len(few)):
        for stage, values in ({} if isinstance(given[i], JobError) else load(given[i])).items():
            found.setdefault(stage, []).append(values)
    if not found:
        [(_, told)] = engine(searched, search, [Part(0, few[0].entries[:1])], {})
        why = told if isinstance(told, JobError) else unpacked(told)[0][0].refused
        raise CorpusError("None of {n:,} clips can be read. {name}: {why}", n=len(sample), name=sample[0].name, why=why)
    edges = {stage: np.ascontiguousarray(between(np.concatenate(some, axis=1))) for stage, some in found.items()}
    kept.keep(EDGES, save(edges))
    return edges


def find(
    search: Search, all_parts: Sequence[Part], edges: dict[str, Array], kept: Kept, engine: Engine, say: Say
) -> tuple[list[Clip], dict[str, Found]]:
    """What excites each channel in all clips: parts that are not kept yet are searched, and all merged in order."""
    files = [f"part-{i:06}.bin" for i in range(len(all_parts))]
    todo = [i for i, file in enumerate(files) if not kept.has([file])]
    of = sum(len(part.entries) for part in all_parts)
    done = of - sum(len(all_parts[i].entries) for i in todo)
    say("search", done, of)
    for place, data in engine(searched, search, [all_parts[i] for i in todo], edges):
        part = all_parts[todo[place]]
        kept.keep(files[todo[place]], mended(search, part, edges, engine) if isinstance(data, JobError) else data)
        done += len(part.entries)
        say("search", done, of)
    clips: list[Clip] = []
    found: dict[str, Found] = {}
    for file in files:
        own, some = unpacked(kept.read(file) or b"")
        clips += own
        found = merged([found, some]) if found and some else found or some
    return clips, found


def mended(search: Search, part: Part, edges: dict[str, Array], engine: Engine) -> bytes:
    """A part that a clip has brought to an end, without that clip: each is tried alone."""
    alone = [Part(part.first + i, (one,)) for i, one in enumerate(part.entries)]
    tried = dict(engine(searched, search, alone, edges))
    bad = tuple((part.entries[i].name, str(end)) for i, end in sorted(tried.items()) if isinstance(end, JobError))
    without = replace(search, refused=search.refused + bad)
    [(_, data)] = engine(searched, without, [part], edges)
    if isinstance(data, JobError):
        raise data
    return bytes(data)


def show(
    search: Search, entries: Sequence[Entry], stretches: Sequence[Any], kept: Kept, engine: Engine, say: Say
) -> None:
    """Patches of the winners that are not kept yet."""
    every = wanted(entries, stretches, FEW)
    files = [[file for of in one.stretches for number, *_ in of for file in names(number)] for one in every]
    todo = [one for one, own in zip(every, files, strict=True) if not kept.has(own)]
    done = sum(len(one.entries) for one in every) - sum(len(one.entries) for one in todo)
    of = sum(len(one.entries) for one in every)
    for place, given in engine(cut, search, todo):
        if isinstance(given, JobError):
            raise given
        for name, data in given:
            kept.keep(name, data)
        done += len(todo[place].entries)
        say("cut", done, of)
