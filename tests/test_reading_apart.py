"""Strangers' files are decoded in a worker: what breaks it is one plain sentence, and the server lives."""

import io
import os

import numpy as np
import pytest
import soundfile
import torch
from PIL import Image
from test_pages import blobs, opened, scene

from cnnviz.core.layers import Conv
from cnnviz.inputs import SourceError
from cnnviz.inputs.spectrogram import Spectrogram
from cnnviz.inputs.upload import Upload
from cnnviz.networks.checkpoint import Checkpoint, CheckpointError
from cnnviz.networks.network import Network
from cnnviz.tensorfile import TensorError
from cnnviz.tensorfile.apart import PLACE, here, read_apart
from cnnviz.web import pools
from tests import work

NET = Network((("conv", Conv(1, 2)),), "")


@pytest.fixture(autouse=True)
def in_worker(monkeypatch):
    monkeypatch.setattr(PLACE, "reader", pools.read_in_worker)
    monkeypatch.setattr(pools, "MOST_SECONDS", 60.0)
    pools.refused.known.clear()


def png(size=(28, 28)) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.arange(size[0] * size[1], dtype=np.uint8).reshape(size)).save(file, "PNG")
    return file.getvalue()


def wav() -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.sin(np.arange(8000) / 9) / 2, 16_000, format="WAV")
    return file.getvalue()


def weights() -> bytes:
    file = io.BytesIO()
    torch.save(NET.module().state_dict(), file)
    return file.getvalue()


def test_a_file_is_read_in_another_process_that_stays():
    pid, length, main = read_apart(SourceError, work.reader, b"abc")
    assert (length, main) == (3, True)
    assert pid != os.getpid()
    assert read_apart(SourceError, work.reader, b"abcd")[0] == pid


@pytest.mark.parametrize(
    "source",
    [Upload(2, png(), "a.png"), Upload(2, wav(), "a.wav"), Spectrogram(2, png((64, 128)), "a.png")],
    ids=["picture", "sound", "spectrogram"],
)
def test_it_is_read_as_it_is_read_here(source, monkeypatch):
    apart, heard = source.grid(), source.samples()
    monkeypatch.setattr(PLACE, "reader", here)
    beside = source.grid()
    np.testing.assert_array_equal(apart.values, beside.values)
    assert (apart.caption, apart.scale, apart.notices) == (beside.caption, beside.scale, beside.notices)
    np.testing.assert_array_equal(heard, source.samples())


def test_a_checkpoint_is_read_as_it_is_read_here(monkeypatch):
    checkpoint = Checkpoint(weights())
    apart = checkpoint.fit(NET)
    monkeypatch.setattr(PLACE, "reader", here)
    beside = checkpoint.fit(NET)
    assert apart.notes == beside.notes
    assert apart.weights.keys() == beside.weights.keys()
    for name, values in beside.weights.items():
        np.testing.assert_array_equal(apart.weights[name], values)


@pytest.mark.parametrize(
    "spoilt", [b"", b"GIF89a", png()[:60], b"\x80\x02cos\nsystem\n"], ids=["empty", "gif", "cut", "pickle"]
)
def test_a_file_that_is_refused_is_refused_in_the_same_words(spoilt, monkeypatch):
    said = []
    for read in (Upload(2, spoilt).grid, Spectrogram(2, spoilt).grid, Checkpoint(spoilt).open):
        with pytest.raises((SourceError, TensorError, CheckpointError)) as apart:
            read()
        said.append((type(apart.value), str(apart.value)))
    monkeypatch.setattr(PLACE, "reader", here)
    for read in (Upload(2, spoilt).grid, Spectrogram(2, spoilt).grid, Checkpoint(spoilt).open):
        with pytest.raises((SourceError, TensorError, CheckpointError)) as beside:
            read()
        assert said.pop(0) == (type(beside.value), str(beside.value))


@pytest.mark.parametrize(
    ("reader", "words", "seconds"),
    [
        (work.breaking_reader, "broke down on this one", 60.0),
        (work.hungry_reader, "too much memory", 60.0),
        (work.stuck_reader, "too long", 0.5),
    ],
)
def test_a_file_that_breaks_its_reader_is_refused_once_for_all(reader, words, seconds, monkeypatch):
    monkeypatch.setattr(pools, "MOST_SECONDS", seconds)
    for _ in range(2):
        with pytest.raises(SourceError, match=words):
            read_apart(SourceError, reader, b"abc")
        monkeypatch.setattr(pools, "FILES", None)  # nobody reads it a second time
    monkeypatch.undo()
    assert pools.read_in_worker(SourceError, work.reader, b"abc")[1] == 3


def test_an_upload_that_kills_its_reader_leaves_the_page_as_it_was(monkeypatch):
    app = opened("convolution", input="upload")
    app.file_uploader[0].set_value(("a.png", png(), "image/png")).run()
    before = blobs(app)
    monkeypatch.setattr("cnnviz.inputs.upload.read_upload", work.breaking_reader)
    app.file_uploader[0].set_value(("b.png", png((27, 28)), "image/png")).run()
    assert not app.exception
    assert ["broke down on this one" in one.value for one in app.warning] == [True]
    assert [*map(scene, blobs(app))] == [*map(scene, before)]
    monkeypatch.undo()
    app.file_uploader[0].set_value(("c.png", png((26, 28)), "image/png")).run()
    assert not app.warning
    assert blobs(app) != before


def test_where_no_worker_can_be_started_it_says_so_and_knobs_go_on(monkeypatch):
    monkeypatch.setattr(pools, "FILES", pools.Pool(pools.Kind(2**28, modules=("cnnviz.nothing",)), 1))
    app = opened("convolution", input="upload")
    app.file_uploader[0].set_value(("d.png", png((25, 28)), "image/png")).run()
    assert ["cannot be read now. No process can be started" in one.value for one in app.warning] == [True]
    app.selectbox(key="input").set_value("digit").run()
    before = blobs(app)
    app.number_input(key="stride").set_value(2).run()
    assert not app.exception
    assert not app.warning
    assert blobs(app) != before
