"""A result as files: what is read is what was written, the same bytes each time, and nothing else is read."""

import json
from dataclasses import fields, is_dataclass
from io import BytesIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpora import make_result

from cnnviz.scenes.corpus import CorpusError, in_folder, read_corpus, write_corpus
from cnnviz.scenes.corpus.columns import CHANNELS_FILE, CLIPS_FILE, KEY


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_result(tmp_path_factory.mktemp("result"), clips=7)


def same(one, other):
    """Are two values the same, array by array?"""
    if is_dataclass(one):
        for field in fields(one):
            same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
    else:
        assert one == other


def test_what_is_read_and_written_again_is_the_same_file(folder, tmp_path):
    result = read_corpus(in_folder(folder))
    stages = {name: result.stage(name) for name in result.about.stages}
    write_corpus(tmp_path, result.about, result.clips, stages)
    for name in (CHANNELS_FILE, CLIPS_FILE):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    again = read_corpus(in_folder(tmp_path))
    assert again.about == result.about
    assert again.clips == result.clips
    for name, stage in stages.items():
        same(again.stage(name), stage)


def test_fewer_clips_than_are_kept_leave_places_empty(folder):
    stage = read_corpus(in_folder(folder)).stage("conv0")
    assert (stage.patch[:, :7] >= 0).all()
    assert (stage.patch[:, 7:] == -1).all()
    assert (stage.answers.best.example[:, 7:] == -1).all()


def test_other_programs_read_the_tables(folder):
    table = pq.read_table(folder / CHANNELS_FILE)
    row = table.slice(5, 1).to_pylist()[0]
    assert row["top"][0]["name"] == f"{row['top'][0]['clip']:04}.wav"
    assert sum(row["counts"]) == row["n"]
    assert json.loads(table.schema.metadata[KEY])["link"].startswith("spectrogram")


def test_a_patch_is_what_the_clip_has_there(folder):
    result = read_corpus(in_folder(folder))
    stage = result.stage("conv1")
    first, end = stage.window[0, 0]
    patch = result.patch(stage.patch[0, 0])
    assert patch.levels.shape == (end - first, 128)
    assert abs(len(patch.samples) - (end - first) * 256) < 2048
    with pytest.raises(CorpusError, match="Patch 9999 is missing"):
        result.patch(9999)


def changed(folder, change):
    """The channels' table with another one in its place."""
    table = change(pq.read_table(folder / CHANNELS_FILE))
    file = BytesIO()
    pq.write_table(table, file, row_group_size=4)
    own = in_folder(folder)
    return lambda name: file.getvalue() if name == CHANNELS_FILE else own(name)


def about(table, **changes):
    said = json.loads(table.schema.metadata[KEY]) | changes
    return table.replace_schema_metadata({KEY: json.dumps(said)})


BROKEN = {
    "no numbers": lambda t: t.set_column(3, "lowest", pa.array([None] * len(t), pa.float32())),
    "no bins": lambda t: t.set_column(9, "counts", pa.array([[1]] * len(t), pa.list_(pa.int64()))),
    "another clip": lambda t: t.set_column(
        2,
        "top",
        pa.array([[{**one, "clip": 99} for one in row.as_py()] for row in t["top"]], t.schema.field("top").type),
    ),
    "too many": lambda t: t.set_column(
        2, "top", pa.array([row.as_py() * 2 for row in t["top"]], t.schema.field("top").type)
    ),
    "fewer classes": lambda t: about(t, classes=["alarm"]),
    "another version": lambda t: about(t, version=2),
    "other channels": lambda t: about(t, stages={"conv0": 4}),
    "a number for words": lambda t: about(t, stages=3),
    "another column": lambda t: t.append_column("more", pa.array([0] * len(t))),
    "no words": lambda t: t.replace_schema_metadata({}),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_table_that_was_changed_is_refused_in_one_sentence(folder, how):
    with pytest.raises(CorpusError, match=r"channels\.parquet is damaged, or of another version"):
        read_corpus(changed(folder, BROKEN[how])).stage("conv0")


@pytest.mark.parametrize("name", [CHANNELS_FILE, CLIPS_FILE])
@pytest.mark.parametrize("cut", [0, 10, 200])
def test_a_file_that_is_cut_short_is_refused(folder, name, cut):
    own = in_folder(folder)
    with pytest.raises(CorpusError, match=f"{name} is damaged"):
        read_corpus(lambda one: own(one)[:cut] if one == name else own(one))


def test_another_folder_is_no_result(tmp_path):
    with pytest.raises(CorpusError, match=r"There is no channels\.parquet here"):
        read_corpus(in_folder(tmp_path))
