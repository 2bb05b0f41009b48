"""The clips of a folder, and what is heard in them: by their names, or by a table beside them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from csv import Error, reader
from math import inf, isfinite
from operator import itemgetter
from pathlib import Path, PurePosixPath

from cnnviz.scenes.corpus.columns import MOST_CLASSES, MOST_CLIPS
from cnnviz.scenes.corpus.reading import Entry
from cnnviz.scenes.corpus.result import CorpusError, Labelled

ENDINGS = (
    *(".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf"),
    *(".w64", ".rf64", ".nist", ".sph", ".voc", ".iff", ".8svx"),
)
FILENAME = ("filename", "file", "fname", "audio_filename", "path", "clip")
LABEL = ("event_label", "label", "class", "category", "event_labels", "labels")
MOST_ROWS = 5_000_000  # of a table of events
TAIL = re.compile(r"[\W_]*\d[\W\d_]*$")  # a number at the end, and what sets it apart


def clips_in(folder: Path) -> list[str]:
    """The sounds of a folder and of those within it, by name; hidden ones are passed over.

    Raises
    ------
    CorpusError
        If there are none, or too many.
    """
    if not folder.is_dir():
        raise CorpusError("There is no folder {folder}.", folder=folder)
    found = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix.lower() in ENDINGS and path.is_file() and not path.name.startswith(".")
    )
    if not 0 < len(found) <= MOST_CLIPS:
        raise CorpusError(
            "{folder} holds {n:,} sounds: from 1 to {most:,} are read, as .wav, .flac, .ogg, .opus, .mp3 or .aiff.",
            folder=folder,
            n=len(found),
            most=MOST_CLIPS,
        )
    return found


def by_name(names: Sequence[str]) -> tuple[list[Entry], tuple[str, ...]]:
    """Clips with the class that their folder says, or where all lie in one, their name up to its number.

    Names say nothing where all clips, or no two of them, would be of one class, or where there are too many.

    >>> by_name(["dog/1.wav", "dog/2.wav", "cat/1.wav", "cat/x.wav"])[1]
    ('cat', 'dog')
    >>> by_name(["dog_01.wav", "dog_02.wav", "red fox-1.wav", "red fox-2.wav"])[1]
    ('dog', 'red fox')
    >>> by_name(["monday.wav", "tuesday.wav"])[1]
    ()
    """
    for said in (folder_of, start_of):
        labels = [said(name) for name in names]
        classes = Counter(labels)
        if "" not in classes and 2 <= len(classes) <= MOST_CLASSES and min(classes.values()) > 1:
            entries = [Entry(name, (label,)) for name, label in zip(names, labels, strict=True)]
            return entries, tuple(sorted(classes))
    return [Entry(name) for name in names], ()


def folder_of(name: str) -> str:
    """The folder that a clip is in; empty of one at the top."""
    return PurePosixPath(name).parent.name


def start_of(name: str) -> str:
    """A clip's name up to the number that it ends with.

    >>> start_of("a/Speech_street-007.wav"), start_of("12.wav")
    ('Speech_street', '')
    """
    return TAIL.sub("", PurePosixPath(name).stem)


def by_table(names: Sequence[str], table: Path) -> tuple[list[Entry], tuple[str, ...], str]:
    """Clips with what a table says of them, all classes, and "events" where the table has times, else "names".

    Parameters
    ----------
    table : a file with a first line of headings, among them a filename and an event_label, and maybe onset and offset
        [s]; between them are tabs, commas or semicolons, as in DESED's tables. A file without a label has no event.

    Raises
    ------
    CorpusError
        One sentence on what cannot be read.
    """
    rows = rows_of(table)
    first = [word.strip().lower() for word in next(iter(rows), [])]
    file, label = column(first, FILENAME, table), column(first, LABEL, table)
    timed = "onset" in first and "offset" in first
    times = (first.index("onset"), first.index("offset")) if timed else ()
    whole: dict[str, list[str]] = defaultdict(list)
    events: dict[str, list[Labelled]] = defaultdict(list)
    known = {name: name for name in names} | {PurePosixPath(name).name: name for name in names}
    for number, row in enumerate(rows[1:], start=2):
        if not any(word.strip() for word in row):
            continue
        if len(row) <= max(file, label, *times):
            raise CorpusError("Line {n:,} of {table} is cut short.", n=number, table=table.name)
        name, kinds = known.get(row[file].strip()), row[label].strip()
        if name is None or not kinds:
            continue
        if timed:
            events[name].append(Labelled(kinds, *(seconds(row[at], number, table) for at in times)))
        else:
            whole[name] += [one.strip() for one in kinds.split(",")]
    heard = (one.label for each in events.values() for one in each)
    classes = classes_of([*heard, *(one for each in whole.values() for one in each)])
    if not classes:
        raise CorpusError(
            "{table} says nothing of these {n:,} clips: its column {column} holds their names, as in {name}.",
            table=table.name,
            n=len(names),
            column=first[file],
            name=PurePosixPath(names[0]).name,
        )
    entries = [Entry(name, tuple(whole[name]), tuple(sorted(events[name], key=itemgetter(1, 2, 0)))) for name in names]
    return entries, classes, "events" if timed else "names"


def classes_of(labels: Iterable[str]) -> tuple[str, ...]:
    """All classes, in order."""
    found = tuple(sorted(set(labels)))
    if len(found) > MOST_CLASSES:
        raise CorpusError("{n:,} classes: at most {most} are told apart.", n=len(found), most=MOST_CLASSES)
    return found


def rows_of(table: Path) -> list[list[str]]:
    """A table's lines, split at what its first line has most of."""
    try:
        text = table.read_text("utf-8-sig")
    except OSError as error:
        raise CorpusError("{table} cannot be read: {reason}.", table=table, reason=error.strerror or "?") from None
    except UnicodeDecodeError:
        raise CorpusError("{table} is no table: save it as CSV or TSV in UTF-8.", table=table.name) from None
    lines = text.splitlines()
    if not lines or len(lines) > MOST_ROWS:
        raise CorpusError(
            "{table} has {n:,} lines: from 2 to {most:,} are read.", table=table.name, n=len(lines), most=MOST_ROWS
        )
    between = max("\t,;", key=lines[0].count)
    try:
        return list(reader(lines, delimiter=between))
    except Error:
        raise CorpusError("{table} is no table: save it as CSV or TSV in UTF-8.", table=table.name) from None


def column(first: Sequence[str], wanted: Sequence[str], table: Path) -> int:
    """Which column it is, by its heading."""
    found = next((first.index(name) for name in wanted if name in first), None)
    if found is None:
        raise CorpusError(
            "The first line of {table} has no {wanted}: name its columns filename and event_label, and onset and "
            "offset where there are times.",
            table=table.name,
            wanted=wanted[0],
        )
    return found


def seconds(text: str, number: int, table: Path) -> float:
    """A time [s]."""
    try:
        found = float(text)
    except ValueError:
        found = inf
    if not isfinite(found):
        raise CorpusError(
            "Line {n:,} of {table} has no time in “{text}”: write seconds, as in 1.25.",
            n=number,
            table=table.name,
            text=text[:40],
        )
    return found
