"""Small corpora: folders of clips that we make ourselves, and what they excite in a network."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import soundfile

from cnnviz.cli.corpus.heads import heads
from cnnviz.cli.corpus.opened import opened
from cnnviz.cli.corpus.run import run
from cnnviz.inputs.audio import LONGEST
from cnnviz.inputs.events import clip
from cnnviz.inputs.logmel import RATE
from cnnviz.scenes.corpus.labels import by_table, clips_in
from cnnviz.scenes.corpus.stretches import stretched

LINK = "spectrogram?nb_filters=4,+4,+4"  # random weights, five stages in each of three blocks
TABLE = "events.tsv"


def make_clips(folder: Path, clips: int) -> Path:
    """Clips of one to three seconds, and a table with what is heard in them, as DESED has it."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["filename\tonset\toffset\tevent_label"]
    for i in range(clips):
        samples, heard = clip(i, 1 + i % 3, 3)
        soundfile.write(folder / f"{i:04}.wav", samples, RATE)
        rows += [f"{i:04}.wav\t{one.onset:.3f}\t{one.offset:.3f}\t{one.kind}" for one in heard]
    (folder / TABLE).write_text("\n".join(rows) + "\n")
    return folder


def make_result(folder: Path, clips: int = 12, link: str = LINK) -> Path:
    """The result of so many clips, as ``python -m cnnviz corpus`` writes it."""
    with TemporaryDirectory() as made:
        search_in(make_clips(Path(made), clips), folder, link)
    return folder


def search_in(clips: Path, out: Path, link: str = LINK, engine=None, size: int = 64, stretch: float = LONGEST) -> None:
    """Search a folder that has a table, in this process; longer sounds in stretches of so many seconds."""
    entries, classes, labels = by_table(clips_in(clips), clips / TABLE)
    search, about = opened(link, None, clips)
    heard = {"classes": classes, "labels": labels}
    search, about = replace(search, **heard, stretch=stretch), replace(about, **heard)
    run(search, about, stretches(clips, entries, stretch), out, engine or here, lambda *_: None, size)


def stretches(folder: Path, entries, seconds: float, engine=None):
    """An entry for each stretch of sounds whose heads an engine reads."""
    return stretched(entries, heads(str(folder), entries, engine or here), seconds)


def here(work, search, items, *more):
    """An engine that does one part after the other."""
    return ((place, work(search, item, *more)) for place, item in enumerate(items))
