"""A corpus: what it costs to find what excites each channel, against the plain forward pass on the same log-mels.

That has one clip after the other. The search has a few of one length at a time: it is held against such batches, too.
``python -m bench.corpus [CLIPS]`` prints this table alone. Time of the processor in one process is counted, so that
other programs disturb it less.
"""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
import torch
from safetensors.numpy import load
from threadpoolctl import threadpool_limits

from bench.core import timed
from bench.table import Figure, Table
from cnnviz.cli.corpus.opened import opened
from cnnviz.inputs import events
from cnnviz.inputs.logmel import RATE
from cnnviz.networks.exciting import Edges
from cnnviz.networks.exciting.find import between
from cnnviz.scenes.corpus.labels import by_table, clips_in
from cnnviz.scenes.corpus.reading import Heard
from cnnviz.scenes.corpus.search import Part, Runner, Search, runner, sampled, searched, together

LINKS = {"lesson": "spectrogram?weights=trained", "baseline": "spectrogram?network=baseline"}
CLIPS, ROUNDS = 256, 5
BARE, SEARCH = "forward pass of the same log-mels", "forward pass and search"
BATCHES = "forward pass in the search's batches"
READ, ALL = "decoding, log-mel, forward pass", "decoding, log-mel, forward pass, search"
OF = {BARE: BARE, BATCHES: BARE, SEARCH: BARE, READ: READ, ALL: READ}  # what each is held against


def make_clips(folder: Path, clips: int) -> Path:
    """Clips of one to three seconds, and a table with what is heard in them; the table."""
    rows = ["filename\tonset\toffset\tevent_label"]
    for i in range(clips):
        samples, heard = events.clip(i, 1 + i % 3, 3)
        soundfile.write(folder / f"{i:05}.wav", samples, RATE)
        rows += [f"{i:05}.wav\t{one.onset:.3f}\t{one.offset:.3f}\t{one.kind}" for one in heard]
    table = folder / "events.tsv"
    table.write_text("\n".join(rows) + "\n")
    return table


def corpus(clips: int = CLIPS) -> Table:
    rows: dict[str, list[Figure | None]] = {}
    with TemporaryDirectory() as made:
        folder = Path(made)
        table = make_clips(folder, clips)
        entries, classes, labels = by_table(clips_in(folder), table)
        for name, link in LINKS.items():
            search = replace(opened(link, None, folder)[0], classes=classes, labels=labels)
            times = costs(search, Part(0, tuple(entries)))
            for way, ms in times.items():
                aim = 1.3 if way in (SEARCH, ALL) else None
                together = Figure(ms / times[BATCHES], 2) if way == SEARCH else None
                rows[f"{name}: {way}"] = [Figure(ms, 1), Figure(ms / times[OF[way]], 2, most=aim), together]
    title = f"Corpus: {clips} clips of 1 to 3 s; least of {ROUNDS}, one process"
    return Table(title, ("ms of processor a clip", "× one clip at a time, bare", "× bare in batches"), rows)


def costs(search: Search, part: Part) -> dict[str, float]:
    """Milliseconds of the processor for each clip, one way after the other, several times."""
    few = Part(0, part.entries[:16])
    edges = {stage: between(values) for stage, values in load(sampled(search, few)).items()}
    at = runner(search)
    with threadpool_limits(1):
        given = [*together(at, part, [])]
    alone = [heard for some in given for _, heard in some]
    ways: dict[str, Callable[[], object]] = {
        BARE: lambda: bare(at, ([heard] for heard in alone)),
        BATCHES: lambda: bare(at, ([heard for _, heard in some] for some in given)),
        SEARCH: lambda: gathered(at, edges, given),
        READ: lambda: bare(at, ([heard] for _, _, heard in at.clips(part) if heard)),
        ALL: lambda: searched(search, part, edges),
    }
    found: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, work in ways.items():
            found[way].append(timed(work, time.process_time) / len(part.entries))
    return {way: min(times) for way, times in found.items()}


def bare(at: Runner, batches: Iterable[Sequence[Heard]]) -> None:
    """The network, as an `nn.Sequential` that torch runs, on one batch of clips after the other; nobody looks."""
    with threadpool_limits(1), torch.inference_mode():
        for some in batches:
            at.row(torch.from_numpy(np.stack([heard.values for heard in some])))


def gathered(at: Runner, edges: Edges, given: Sequence[Sequence[tuple[int, Heard]]]) -> None:
    """The same clips, in batches, and all that a search finds in them."""
    gather = at.gather(edges)
    with threadpool_limits(1):
        for some in given:
            at.look(gather, some)
        gather.all()


if __name__ == "__main__":
    print(corpus(*map(int, sys.argv[1:])))
