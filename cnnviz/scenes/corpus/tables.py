"""A result as Parquet: the same values give the same bytes, and what was tampered with is refused."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cnnviz.inputs.logmel import Features
from cnnviz.networks.exciting import Answers, Best
from cnnviz.networks.exciting.find import BINS, MOST_CHANNELS
from cnnviz.scenes.corpus.columns import (
    CHANNELS,
    CHANNELS_FILE,
    CLASS,
    CLIPS,
    CLIPS_FILE,
    KEY,
    MOST_BYTES,
    MOST_CLASSES,
    MOST_CLIPS,
    MOST_K,
    OLDER,
    VERSION,
    WINNER,
)
from cnnviz.scenes.corpus.patches import read_patch
from cnnviz.scenes.corpus.result import About, Clip, Corpus, CorpusError, Files, Labelled, Stage

# --- writing ---


def write_corpus(folder: Path, about: About, clips: Iterable[Clip], stages: Mapping[str, Stage]) -> None:
    """Write both tables into a folder, the same bytes for the same values.

    Parameters
    ----------
    stages : by name, in the order of `About.stages`

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    clips = list(clips)
    rows = [{**asdict(one), "events": [event._asdict() for event in one.events]} for one in clips]
    pq.write_table(pa.Table.from_pylist(rows, CLIPS), folder / CLIPS_FILE, compression="zstd")
    schema = CHANNELS.with_metadata({KEY: json.dumps({"version": VERSION, **asdict(about)}).encode()})
    names = [one.name for one in clips]
    with pq.ParquetWriter(folder / CHANNELS_FILE, schema, compression="zstd") as writer:
        for name, stage in stages.items():
            rows = [channel_row(name, i, stage, about.classes, names) for i in range(len(stage.counts))]
            writer.write_table(pa.Table.from_pylist(rows, schema), row_group_size=len(rows))


def channel_row(name: str, i: int, stage: Stage, classes: tuple[str, ...], clips: list[str]) -> dict[str, Any]:
    """One channel's row."""
    n, mean, variance = stage.means[i].T
    auc, counts = stage.answers.auc[i], stage.counts[i]
    return {
        "stage": name,
        "channel": i,
        "top": list(winners(i, stage, clips)),
        "lowest": stage.range[i, 0],
        "highest": stage.range[i, 1],
        "n": int(n[0]),
        "mean": mean[0],
        "variance": variance[0],
        "edges": stage.edges[i],
        "counts": counts[0],
        "classes": [
            {
                "label": label,
                "n": int(n[c]),
                "mean": mean[c],
                "variance": variance[c],
                "counts": counts[c],
                "auc": auc[c - 1, 0],
                "against": auc[c - 1, 1:],
            }
            for c, label in enumerate(classes, start=1)
        ],
    }


def winners(i: int, stage: Stage, clips: list[str]) -> Iterator[dict[str, Any]]:
    """What excites a channel most; nothing where there were fewer clips."""
    best = stage.answers.best
    for j, clip in enumerate(best.example[i]):
        if stage.patch[i, j] < 0:
            return
        ends, window = stage.box[i, j].ravel(), stage.window[i, j]
        numbers = (best.value[i, j], clip, best.cell[i, j], *ends, *window, stage.patch[i, j], clips[clip])
        yield dict(zip(WINNER, numbers, strict=True))


# --- reading ---


def read_corpus(files: Files) -> Corpus:
    """A result, of which the clips and what was run are read now.

    Parameters
    ----------
    files : a function from a name within the result to bytes

    Raises
    ------
    CorpusError
        If it is none, or is damaged.
    """
    table = opened(files, CHANNELS_FILE, CHANNELS)
    about = about_of(table)
    clips = tuple(clips_of(opened(files, CLIPS_FILE, CLIPS, OLDER)))
    places = {name: i for i, name in enumerate(about.stages)}
    if table.num_row_groups != len(places):
        raise damaged(CHANNELS_FILE)

    def stage(name: str) -> Stage:
        if name not in places:
            raise CorpusError("This result has no stage {name}.", name=name[:60])
        return stage_of(group(table, places[name]), about, about.stages[name], len(clips))

    return Corpus(about, clips, stage, lambda number: read_patch(files, number))


def damaged(name: str) -> CorpusError:
    return CorpusError(
        "{name} is damaged, or of another version of cnnviz. Make it again with python -m cnnviz corpus.", name=name
    )


def opened(files: Files, name: str, *schemas: pa.Schema) -> pq.ParquetFile:
    """A file of ours, with just our columns."""
    try:
        data = files(name)
    except (OSError, KeyError):
        raise CorpusError(
            "There is no {name} here. Choose a folder that python -m cnnviz corpus has written.", name=name
        ) from None
    try:
        file = pq.ParquetFile(BytesIO(data))
        same = any(file.schema_arrow.equals(schema, check_metadata=False) for schema in schemas)
    except (pa.ArrowException, OSError, ValueError):
        raise damaged(name) from None
    if not same or file.metadata.num_rows > MOST_CLIPS:
        raise damaged(name)
    return file


def group(file: pq.ParquetFile, i: int, name: str = CHANNELS_FILE) -> pa.Table:
    """One row group."""
    if file.metadata.row_group(i).total_byte_size > MOST_BYTES:
        raise damaged(name)
    try:
        found = file.read_row_group(i, use_threads=False)
        found.validate(full=True)
    except (pa.ArrowException, OSError, ValueError):
        raise damaged(name) from None
    return found


def about_of(file: pq.ParquetFile) -> About:
    """What was run, each field of its own kind."""
    try:
        said = json.loads((file.schema_arrow.metadata or {})[KEY])
        features, shape, stages = Features(**said.pop("features")), said.pop("shape"), said.pop("stages")
        classes = tuple(map(str, said.pop("classes")))
        version, clips, k = (int(said.pop(name)) for name in ("version", "clips", "k"))
        about = About(
            **{name: str(text) for name, text in said.items()},
            features=features,
            shape=shape and (int(shape[0]), int(shape[1])),
            classes=classes,
            stages={str(name): int(channels) for name, channels in stages.items()},
            clips=clips,
            k=k,
        )
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
        raise damaged(CHANNELS_FILE) from None
    sizes = all(0 < channels <= MOST_CHANNELS for channels in about.stages.values())
    if version != VERSION or not sizes or len(classes) > MOST_CLASSES or not 0 < k <= MOST_K:
        raise damaged(CHANNELS_FILE)
    return about


def clips_of(file: pq.ParquetFile) -> Iterator[Clip]:
    """All clips."""
    for i in range(file.num_row_groups):
        for row in group(file, i, CLIPS_FILE).to_pylist():
            try:
                events = tuple(Labelled(**event) for event in row.pop("events"))
                yield Clip(**row, events=events)
            except TypeError:  # where something is missing
                raise damaged(CLIPS_FILE) from None


def stage_of(table: pa.Table, about: About, channels: int, clips: int) -> Stage:
    """One stage, whose arrays have the sizes that they are said to have."""
    try:
        return arrays(table, channels, len(about.classes), about.k, clips)
    except (ValueError, TypeError, IndexError, pa.ArrowException):
        raise damaged(CHANNELS_FILE) from None


def arrays(table: pa.Table, channels: int, classes: int, k: int, clips: int) -> Stage:
    """A row group as arrays; ValueError where they do not fit together."""
    columns = {name: table.column(name).combine_chunks() for name in table.column_names}
    if table.num_rows != channels or any(column.null_count for column in columns.values()):
        raise ValueError
    top, among = columns["top"], columns["classes"]
    counts = np.diff(top.offsets.to_numpy())  # of winners
    if counts.max(initial=0) > k:
        raise ValueError
    there = np.arange(k) < counts[:, None]
    won = {name: filled(column, there) for name, column in zip(WINNER, top.flatten().flatten(), strict=True)}
    by_class = dict(zip(CLASS, among.flatten().flatten(), strict=True))

    def of_all_and_each(name: str, *rest: int) -> Any:
        whole, each = (as_numpy(one[name]) for one in (columns, by_class))
        return np.concatenate([whole.reshape(channels, 1, *rest), each.reshape(channels, classes, *rest)], axis=1)

    if won["clip"].max(initial=0) >= clips or (won["clip"][there] < 0).any():
        raise ValueError
    auc = np.concatenate(
        [as_numpy(by_class["auc"]).reshape(-1, 1), as_numpy(by_class["against"]).reshape(-1, classes)], axis=1
    ) if classes else np.zeros((0, 1), np.float32)  # fmt: skip
    ends = [won[name] for name in ("first_frame", "end_frame", "first_mel", "end_mel")]
    return Stage(
        Answers(Best(won["value"], won["clip"].astype(np.int64), won["cell"]), auc.reshape(channels, classes, -1)),
        box=np.stack(ends, axis=2).reshape(channels, k, 2, 2),
        window=np.stack([won["window_first"], won["window_end"]], axis=2),
        patch=won["patch"],
        edges=as_numpy(columns["edges"]).reshape(channels, BINS - 1),
        range=np.stack([as_numpy(columns["lowest"]), as_numpy(columns["highest"])], axis=1),
        counts=of_all_and_each("counts", BINS),
        means=np.stack([of_all_and_each(name) for name in ("n", "mean", "variance")], axis=2),
    )


def filled(column: pa.Array, there: Any) -> Any:
    """Of each channel k; what is missing is -1, or -inf of values."""
    if pa.types.is_string(column.type):
        return column
    values = as_numpy(column)
    found = np.full(there.shape, -np.inf if values.dtype.kind == "f" else -1, values.dtype)
    found[there] = values
    return found


def as_numpy(column: pa.Array) -> Any:
    """All numbers of a column, those of lists one list after the other; ValueError where any is missing."""
    values = column.flatten() if pa.types.is_list(column.type) else column
    if column.null_count or values.null_count:
        raise ValueError
    return values.to_numpy(zero_copy_only=False)
