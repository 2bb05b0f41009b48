"""A corpus: what it costs to find what excites each channel, against decoding, log-mel and forward pass alone.

``python -m bench.corpus [CLIPS]`` prints this table alone. Time of the processor in one process is counted, so that
other programs disturb it less.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import soundfile
import torch
from safetensors.numpy import load
from threadpoolctl import threadpool_limits

from bench.table import Figure, Table
from cnnviz.cli.corpus.opened import opened
from cnnviz.inputs import events
from cnnviz.inputs.logmel import RATE
from cnnviz.networks.exciting.find import between, outputs
from cnnviz.scenes.corpus.labels import by_table, clips_in
from cnnviz.scenes.corpus.search import Part, Search, runner, sampled, searched

LINKS = {"lesson": "spectrogram?weights=trained", "baseline": "spectrogram?network=baseline"}
CLIPS, ROUNDS = 128, 5
BARE, SEARCH = "decoding, log-mel, forward", "the same, searched"


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
                aim = 1.3 if way == SEARCH else None
                rows[f"{name}: {way}"] = [Figure(ms, 1), Figure(ms / times[BARE], 2, most=aim)]
    title = f"Corpus: {clips} clips of 1 to 3 s; least of {ROUNDS}, one process"
    return Table(title, ("ms of processor a clip", "× bare"), rows)


def costs(search: Search, part: Part) -> dict[str, float]:
    """Milliseconds of the processor for each clip, one way after the other, several times."""
    few = Part(0, part.entries[:16])
    edges = {stage: between(values) for stage, values in load(sampled(search, few)).items()}
    ways = {BARE: lambda: bare(search, part), SEARCH: lambda: searched(search, part, edges)}
    found: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, work in ways.items():
            found[way].append(spent(work) / len(part.entries))
    return {way: min(times) for way, times in found.items()}


def spent(work: Callable[[], object]) -> float:
    """Time of the processor [ms]."""
    begin = time.process_time()
    work()
    return 1000 * (time.process_time() - begin)


def bare(search: Search, part: Part) -> None:
    """Every stage of every clip, and nothing is looked at."""
    at = runner(search)
    with threadpool_limits(1):
        for _, _, heard in at.clips(part):
            if heard:
                for _ in outputs(search.network, at.row, torch.as_tensor(heard.values)[None]):
                    pass


if __name__ == "__main__":
    print(corpus(*map(int, sys.argv[1:])))
