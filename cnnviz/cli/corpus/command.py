"""``python -m cnnviz corpus FOLDER --network LINK --out NAME``."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cnnviz.cli.corpus.engines import ENGINES
from cnnviz.cli.corpus.heads import heads
from cnnviz.cli.corpus.opened import opened
from cnnviz.cli.corpus.run import run as go
from cnnviz.core.machine import lacks
from cnnviz.inputs.audio import LONGEST
from cnnviz.scenes.corpus import Corpus
from cnnviz.scenes.corpus.columns import MOST_K
from cnnviz.scenes.corpus.labels import by_name, by_table, clips_in
from cnnviz.scenes.corpus.reading import Entry
from cnnviz.scenes.corpus.stretches import stretched

NAMES, NONE = "names", "none"
MOST_TOLD = 20  # clips that could not be read
MOST_STRETCH = 30  # s
STOPPED = 130  # what a shell takes for Ctrl-C


def arguments(one: ArgumentParser) -> None:
    """What may be said of a corpus."""
    one.add_argument("folder", type=Path, help="of sounds: WAV, FLAC, Ogg, Opus, MP3, AIFF; in folders within it, too")
    one.add_argument("--network", required=True, metavar="LINK", help="an address of Spectrogram or Networks")
    one.add_argument("--out", required=True, type=Path, metavar="NAME", help="a new folder for the result")
    one.add_argument("--weights", type=Path, metavar="FILE", help="a checkpoint, where the link's weights are a file")
    one.add_argument(
        "--labels",
        default=NAMES,
        metavar="TABLE",
        help="a CSV or TSV with filename and event_label, and onset and offset in seconds if it has times; or "
        f"{NAMES} (of folders, or of files up to their number), the default; or {NONE}",
    )
    one.add_argument(
        "--top", type=count(1, MOST_K), default=9, metavar="K", help="patches of each channel, %(default)s"
    )
    one.add_argument(
        "--stretch",
        type=count(1, MOST_STRETCH),
        default=LONGEST,
        metavar="SECONDS",
        help="longer sounds are read in stretches of so many, each by itself, %(default)s",
    )
    one.add_argument("--engine", choices=ENGINES, default="local", help="processes of this machine, or Ray Data")
    cores = os.cpu_count() or 1
    one.add_argument("--processes", type=count(1, 1024), default=cores, help="one for each core, %(default)s here")
    one.set_defaults(run=run)


def count(low: int, high: int) -> Callable[[str], int]:
    """A whole number within limits."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
            raise ArgumentTypeError(f"{text[:20]} is no whole number from {low} to {high}")
        return int(text)

    return read


def run(chosen: Namespace) -> None:
    """Go through the clips, and say what came of it."""
    entries, classes, labels = heard(clips_in(chosen.folder), chosen.labels)
    search, about = opened(chosen.network, chosen.weights, chosen.folder)
    search = replace(search, classes=classes, labels=labels, k=chosen.top, stretch=float(chosen.stretch))
    about = replace(about, classes=classes, labels=labels)
    try:
        with ENGINES[chosen.engine](chosen.processes) as engine:
            entries = stretched(entries, heads(search.folder, entries, engine), search.stretch)
            result = go(search, about, entries, chosen.out, engine, told)
    except OSError as problem:
        if not lacks(problem):
            raise
        sys.exit(f"{chosen.out} cannot be written: {problem.strerror}. Make room; the same command goes on from here.")
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        sys.exit(STOPPED)
    for line in lines(result, chosen.out, search.stretch):
        print(line)


def heard(names: list[str], said: str) -> tuple[list[Entry], tuple[str, ...], str]:
    """The clips with what is heard in them, all classes, and where they come from."""
    if said == NONE:
        return [Entry(name) for name in names], (), NONE
    if said != NAMES:
        return by_table(names, Path(said))
    entries, classes = by_name(names)
    return entries, classes, NAMES if classes else NONE


def told(what: str, done: int, of: int) -> None:
    """How far it is, in one line of a terminal."""
    if sys.stderr.isatty():
        before = "" if what == "search" else "patches of "
        print(f"\r{before}clip {done:,} of {of:,}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def lines(result: Corpus, out: Path, seconds: float = LONGEST) -> list[str]:
    """What was found, and what could not be read."""
    about = result.about
    channels, stages, classes = sum(about.stages.values()), len(about.stages), len(about.classes)
    found = [f"{out}: {about.clips:,} clips, {channels:,} channels of {stages} stages, {classes} classes"]
    refused = [clip for clip in result.clips if clip.refused]
    if refused:
        found.append(f"Not read: {len(refused):,} of {len(result.clips):,} clips.")
        found += [f"  {clip.name}: {clip.refused}" for clip in refused[:MOST_TOLD]]
        found += ["  ..."] * (len(refused) > MOST_TOLD)
    longer = Counter(clip.name for clip in result.clips)
    sounds = sum(stretches > 1 for stretches in longer.values())
    if sounds:
        were = "1 longer sound was" if sounds == 1 else f"{sounds:,} longer sounds were"
        found.append(
            f"{were} read in stretches of {seconds:g} seconds. Each stretch counts as a clip by itself: no unit sees "
            "beyond its ends."
        )
    return found
