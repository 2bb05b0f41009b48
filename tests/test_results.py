"""A corpus's result on the page of sounds: its numbers are the file's, and what is none is refused in a sentence."""

import re
import shutil
import zipfile
from copy import deepcopy
from dataclasses import replace
from html import unescape
from io import BytesIO
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile
from corpora import make_result
from PIL import Image
from results import zipped
from test_pages import blobs, meta, opened

from cnnviz.networks.desed import Desed
from cnnviz.networks.exciting.spread import STEPS, Spread
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.corpus import CorpusError
from cnnviz.scenes.corpus.columns import CHANNELS_FILE
from cnnviz.scenes.corpus.told import about, checked, corpus, patches, tidy, told
from cnnviz.scenes.corpus.where import Shelved, Zipped
from cnnviz.scenes.exciting import answers_of
from cnnviz.scenes.exciting.excited import Excited, make_patches
from cnnviz.scenes.exciting.results import VARIABLE, Result, names, shelved
from cnnviz.scenes.exciting.shown import Shipped, tells_of
from cnnviz.scenes.forward import run
from cnnviz.scenes.query import from_query
from cnnviz.scenes.weights import Seeded
from cnnviz.web.corpora import link_of, network_of

SMALL = Desed(nb_filters=(4, 4, 4))
OWN = "conv=Conv2d(1,3,3);relu=ReLU();pool=AdaptiveAvgPool2d(1);flat=Flatten();dense=Linear(3,4)"  # of Networks
OWN_ADDRESS = {"net": OWN, "shape": "1, 40, 20", "layer": "1"}
ADDRESS = {"nb_filters": "4,4,4", "stage": "conv1", "channel": "2", "input": "log-mel"}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpora")
    make_result(folder / "lab", 12)
    return folder


@pytest.fixture(scope="module")
def own_shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    make_result(folder / "own", 9, f"network?{urlencode(OWN_ADDRESS)}")
    return folder


@pytest.fixture(scope="module")
def lab(shelf):
    return shelf / "lab"


@pytest.fixture(params=["folder", "zip"])
def result(request, lab) -> Result:
    return Result.opened(Shelved.at(lab) if request.param == "folder" else Zipped("lab.zip", zipped(lab)))


def row_of(lab, stage: str, channel: int) -> dict:
    """What the file itself says of a channel."""
    rows = pq.read_table(lab / CHANNELS_FILE).to_pylist()
    return next(one for one in rows if (one["stage"], one["channel"]) == (stage, channel))


# --- what is shown is what is in the file ---


def test_a_panel_has_the_numbers_pictures_and_sounds_of_the_file(result, lab):
    scene, row = make_patches(result, "conv1", "conv1", 2), row_of(lab, "conv1", 2)
    assert len(row["top"]) == 9
    for j, won in enumerate(row["top"]):
        assert scene.tensors["value.0"][0, j] == np.float32(won["value"])
        (first, end), mels = scene.tensors["box.0"][0, j]
        assert (first + won["window_first"], end + won["window_first"]) == (won["first_frame"], won["end_frame"])
        assert mels.tolist() == [won["first_mel"], won["end_mel"]]
        levels = np.asarray(Image.open(lab / f"patches/{won['patch']}.png"))  # low mels at the bottom
        np.testing.assert_array_equal(scene.tensors["examples"][j, 0].T[::-1], levels)
        samples, _ = soundfile.read(lab / f"patches/{won['patch']}.flac", dtype="int16")
        np.testing.assert_array_equal(scene.tensors[f"samples.{j}"], samples)
        assert scene.meta["clips"]["names"][j].startswith(won["name"])
    for c, one in enumerate(row["classes"]):
        assert scene.meta["classes"][c] == one["label"]
        assert scene.tensors["auc.0"][0, c] == np.float32(one["auc"])
    assert scene.tensors["n.0"].tolist() == [row["n"], *(one["n"] for one in row["classes"])]
    edges = np.array(row["edges"], np.float32)
    for r, counts in enumerate([row["counts"], *(one["counts"] for one in row["classes"])]):
        cells = np.searchsorted(scene.tensors["edge.0"][0, 1:-1], [-np.inf, *edges], side="right")
        wanted = np.bincount(cells, counts, 16) / max(sum(counts), 1)
        np.testing.assert_allclose(scene.tensors["share.0"][0, r] / STEPS, wanted, atol=1 / STEPS)


def test_channels_are_sorted_by_the_areas_of_the_file(result, lab):
    shown = Excited(result, SMALL)
    first, second = shown.classes[:2]
    rows = [row_of(lab, "conv1", channel)["classes"] for channel in range(4)]
    np.testing.assert_allclose(tells_of(shown, "conv1", first, None), [row[0]["auc"] for row in rows], atol=5e-4)
    np.testing.assert_allclose(
        tells_of(shown, "conv1", first, second), [row[0]["against"][1] for row in rows], atol=5e-4
    )
    assert tells_of(shown, "dropout1", first, None) == tells_of(shown, "relu1", first, None)
    assert shown.panel("nowhere", 0) is None


def test_a_result_is_of_its_network_alone_in_whatever_mode_that_is(result):
    assert result.of(SMALL, Seeded())
    assert result.of(Desed(nb_filters=(4, 4, 4), training=True), Seeded())
    assert not result.of(SMALL, Seeded(1))
    assert not result.of(Desed(), Seeded())
    assert network_of(result)["nb_filters"].replace(" ", "") == "4,4,4"


def test_without_patches_the_numbers_are_there(lab):
    result = Result.opened(Zipped("lab.zip", zipped(lab, patches=False)))
    scene = make_patches(result, "conv0", "conv0", 0)
    assert not [name for name in scene.tensors if name.startswith("samples")]
    assert (scene.tensors["examples"] == 255).all()
    assert len(scene.meta["labels"]) == 9


# --- on this server ---


def test_results_are_offered_by_name_and_nothing_else_is(shelf, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert names() == {}
    monkeypatch.setenv(VARIABLE, str(shelf / "nowhere"))
    assert names() == {}
    (shelf / "empty").mkdir(exist_ok=True)
    (shelf / "a file").write_text("")
    monkeypatch.setenv(VARIABLE, str(shelf))
    assert list(names()) == ["lab"]
    for name in ("../lab", "lab/..", "", ".", "nothing"):
        with pytest.raises(CorpusError, match="This server has no result"):
            shelved(name)


def test_a_result_that_takes_anothers_place_is_another_one(lab, tmp_path):
    shutil.copytree(lab, tmp_path / "one")
    first = Shelved.at(tmp_path / "one")
    make_result(tmp_path / "one", 5)
    assert Shelved.at(tmp_path / "one") != first
    assert Result.opened(Shelved.at(tmp_path / "one")).about.clips == 5
    with pytest.raises(CorpusError, match="There is no result in gone any more"):
        Shelved.at(tmp_path / "gone")


# --- from strangers ---


def archive(**members: bytes) -> bytes:
    found = BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as one:
        for name, data in members.items():
            one.writestr(name, data)
    return found.getvalue()


HOSTILE = {
    "nothing": (b"", "This file is"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), "This file is a PNG picture"),
    "one table": (b"PAR1" + bytes(40), "This is one table of a result: upload a zip"),
    "half a zip": (archive(**{"channels.parquet": b"x" * 999})[:60], "This zip is damaged"),
    "another zip": (archive(**{"notes.txt": b"x"}), "This zip holds 0 files channels.parquet, not one"),
    "two results": (archive(**{"a/channels.parquet": b"", "b/channels.parquet": b""}), "holds 2 files"),
    "no clips": (archive(**{"channels.parquet": b"PAR1"}), "channels.parquet is damaged"),
    "a bomb": (archive(**{"channels.parquet": bytes(129 * 2**20)}), "has 135,266,304 bytes: at most 134,217,728"),
    "too large": (b"PK\x03\x04" + bytes(20_000_000), "A file of 20,000,004 bytes: at most 20,000,000 are read"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_result_gets_one_sentence(name):
    data, sentence = HOSTILE[name]
    with pytest.raises(CorpusError, match=sentence):
        about(Zipped("a.zip", data))


def test_a_zip_that_hides_how_large_a_table_is_is_stopped_as_well():
    data = archive(**{"channels.parquet": bytes(129 * 2**20)})
    size = (129 * 2**20).to_bytes(4, "little")
    with pytest.raises(CorpusError):
        about(Zipped("a.zip", data.replace(size, (1000).to_bytes(4, "little"))))


def test_what_leads_out_of_the_zip_is_never_read(lab, tmp_path):
    members = {f"../../{path.name}": path.read_bytes() for path in lab.glob("*.parquet")}
    members |= {"/etc/passwd": b"root", "../../patches/../../../secret.png": b"x"}
    before = sorted(tmp_path.parent.iterdir())
    where = Zipped("a.zip", archive(**members))
    assert about(where).clips == 12  # read where it lies; nothing is unpacked
    assert patches(where, (0, -1, 10**9), ((1, 1),) * 3) == [None] * 3
    assert sorted(tmp_path.parent.iterdir()) == before


BAD = {
    "edges that are none": lambda one: one.edges.__setitem__((0, 3), np.nan),
    "edges that go back": lambda one: one.edges.__setitem__((0, 0), 1e9),
    "fewer than no values": lambda one: one.counts.__setitem__((0, 0, 0), -1),
    "values beyond all": lambda one: one.counts.__setitem__((slice(None), 0, 0), 2**62),
    "channels of other sizes": lambda one: one.counts.__setitem__((0, 0, 0), 10**6),
    "a value that is none": lambda one: one.answers.best.value.__setitem__((0, 0), np.nan),
    "an area above one": lambda one: one.answers.auc.__setitem__((0, 0, 0), 1.5),
    "a box from far away": lambda one: one.box.__setitem__((0, 0, 0, 0), -(2**31)),
    "a window without end": lambda one: one.window.__setitem__((0, 0, 1), 2**31 - 1),
}


@pytest.mark.parametrize("name", BAD)
def test_numbers_that_cannot_be_are_refused(name, lab):
    stage = deepcopy(corpus(Shelved.at(lab)).stage("conv0"))
    checked(stage)
    BAD[name](stage)
    with pytest.raises(CorpusError, match=r"channels\.parquet is damaged"):
        checked(stage)


def test_names_are_short_and_can_be_seen():
    assert tidy("a\0b\u202e" + "c" * 100) == "ab" + "c" * 58


def test_the_widest_values_have_bars():
    edges = np.full((1, 63), 3.4e38, np.float32)
    edges[0, :30] = -3.4e38
    spread = Spread.of_counts(np.ones((1, 1, 64), np.int64), edges)
    assert np.isfinite(spread.ends(np.array([np.inf], np.float32))).all()


# --- on the page ---


def shown(app) -> dict:
    return meta(blobs(app)[-1])


def test_a_link_with_its_name_shows_a_result_and_sorts_by_its_classes(shelf, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(shelf))
    first = told(Shelved.at(shelf / "lab"), "conv1")
    app = opened("spectrogram", corpus="lab", tells="water", **ADDRESS)
    assert not app.exception
    assert shown(app)["clips"]["names"][0].endswith(f"{first.names[2][0][1]:.2f} s")
    values = meta(blobs(app)[-2])["tells"]["values"]
    water = about(Shelved.at(shelf / "lab")).classes.index("water")
    np.testing.assert_allclose(values, first.answers.auc[:, water, 0], atol=5e-4)
    assert "12 clips of 5 classes" in " ".join(one.value for one in app.caption)


def test_a_patch_is_put_on_stage_and_its_sound_is_the_files(shelf, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(shelf))
    number = row_of(shelf / "lab", "conv1", 2)["top"][3]["patch"]
    app = opened("spectrogram", corpus="lab", patch=str(number), **ADDRESS)
    assert not app.exception
    samples, _ = soundfile.read(shelf / f"lab/patches/{number}.flac", dtype="int16")
    np.testing.assert_allclose(Scene.from_bytes(blobs(app)[-2]).tensors["samples"], samples, atol=1)
    whole = Excited(Result.opened(Shelved.at(shelf / "lab")), SMALL)
    assert whole.opens("conv1", 2)[3]["patch"] == str(number)
    next(one for one in app.button if one.label == "Back to the chosen sound").click().run()
    assert not app.exception
    assert len(Scene.from_bytes(blobs(app)[-2]).tensors["samples"]) != len(samples)
    for wrong in ("99999", "x", "-1", "9" * 5000):
        app = opened("spectrogram", corpus="lab", patch=wrong, **ADDRESS)
        assert not app.exception
        assert app.warning


def test_a_clip_of_weights_that_ship_opens_at_the_unit_that_it_excites():
    known = Shipped("desed-relu")
    best = answers_of("desed-relu")["relu1"].best
    words = known.opens("dropout1", 3)[2]
    said = {key: str(word) for key, word in words.items() if word not in (None, "")}
    request, _ = from_query("spectrogram", said | {"weights": "trained"}).made.make()
    passed = run(request, {"relu1"})
    value = passed["relu1"].y[0, 3, words["frame"], words["mel"]]
    assert value == pytest.approx(float(best.value[3, 2]), rel=1e-4)
    assert known.opens("relu1", 999) == known.opens("relu1", 63)


def test_another_network_is_said_and_a_button_opens_the_right_one(shelf, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(shelf))
    app = opened("spectrogram", corpus="lab", stage="conv1", input="log-mel", input_seconds="1")
    assert "another network" in app.info[0].value
    assert "clips" not in shown(app)
    next(one for one in app.button if one.label == "Open that network").click().run()
    assert not app.exception
    assert not app.info
    assert shown(app)["clips"]["names"]
    assert app.query_params["nb_filters"] in ("4, 4, 4", ["4, 4, 4"])


def test_a_result_of_any_network_opens_on_the_page_that_has_it(own_shelf, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(own_shelf))
    app = opened("network", corpus="own", channel="2", tells="water", **OWN_ADDRESS)
    assert not app.exception
    row, panel = row_of(own_shelf / "own", "relu", 2), Scene.from_bytes(blobs(app)[-1])
    assert panel.meta["stage"] == "relu"
    assert not panel.meta["clips"]["opens"]  # this page has no place for a sound
    np.testing.assert_array_equal(panel.tensors["value.0"][0], [np.float32(one["value"]) for one in row["top"]])
    np.testing.assert_array_equal(panel.tensors["auc.0"][0], [np.float32(one["auc"]) for one in row["classes"]])
    for j, won in enumerate(row["top"]):
        levels = np.asarray(Image.open(own_shelf / f"own/patches/{won['patch']}.png"))  # of as many mels as it reads
        np.testing.assert_array_equal(panel.tensors["examples"][j, 0].T[::-1], levels)
        samples, _ = soundfile.read(own_shelf / f"own/patches/{won['patch']}.flac", dtype="int16")
        np.testing.assert_array_equal(panel.tensors[f"samples.{j}"], samples)
    maps = next(meta(blob) for blob in blobs(app) if b'\\"tells\\"' in blob)
    assert maps["tells"]["stages"].keys() == {"conv", "relu", "pool", "dense"}
    app = opened("network", corpus="own", **OWN_ADDRESS | {"layer": "3"})
    assert "The corpus says nothing of flat" in " ".join(one.value for one in app.caption)


@pytest.mark.parametrize("page", ["spectrogram", "network"])
def test_a_link_leads_from_another_network_to_that_of_any_result(page, own_shelf, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(own_shelf))
    app = opened(page, corpus="own", input="log-mel")
    assert not app.exception
    assert "another network" in app.info[0].value
    link = next(one.proto.body for one in app.get("html") if "Open that network" in one.proto.body)
    where = urlsplit(unescape(re.search('href="([^"]*)"', link)[1]))
    assert (where.path, dict(parse_qsl(where.query))) == ("network", OWN_ADDRESS | {"corpus": "own"})


def test_a_result_whose_link_opens_no_network_says_what_to_do(own_shelf):
    result = Result.opened(Shelved.at(own_shelf / "own"))
    assert link_of(result).params == OWN_ADDRESS | {"corpus": "own"}
    for link in ("network?seed=1", "network?nosuch=1", "convolution?stride=2", "nowhere"):
        assert link_of(replace(result, about=replace(result.about, link=link))) is None


def test_who_builds_networks_where_no_results_are_is_not_asked_for_one(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert not opened("network", **OWN_ADDRESS).get("file_uploader")
    assert opened("network", corpora="true", **OWN_ADDRESS).get("file_uploader")


def test_a_name_that_is_not_here_is_said(shelf, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(shelf))
    app = opened("spectrogram", corpus="gone", **ADDRESS)
    assert "corpus = gone, which cannot be set here" in " ".join(one.value for one in app.warning)
    monkeypatch.delenv(VARIABLE)
    app = opened("spectrogram", corpus="gone", **ADDRESS)
    assert "corpus = gone, which cannot be set here" in " ".join(one.value for one in app.warning)


def test_an_upload_is_opened_and_one_that_is_none_leaves_the_page_as_it_is(lab):
    app = opened("spectrogram", **ADDRESS)
    before = blobs(app)
    upload = app.get("file_uploader")[-1]
    upload.set_value(("lab.zip", zipped(lab), "application/zip")).run(timeout=60)
    assert not app.exception
    assert shown(app)["clips"]["names"]
    app.get("file_uploader")[-1].set_value(("x.zip", b"PK\x03\x04 nothing", "application/zip")).run(timeout=60)
    assert not app.exception
    assert "This zip is damaged" in app.warning[0].value
    assert blobs(app) == before


def test_a_stage_that_is_damaged_is_said_below_maps_that_stay(lab):
    data = zipped(lab, method=zipfile.ZIP_STORED)
    start = data.index(b"PAR1")
    broken = data[: start + 40] + bytes(2000) + data[start + 2040 :]  # within the first pages, beyond a sum of bytes
    app = opened("spectrogram", **ADDRESS | {"stage": "conv0"})
    app.get("file_uploader")[-1].set_value(("lab.zip", broken, "application/zip")).run(timeout=60)
    assert not app.exception
    assert "damaged" in " ".join(one.value for one in app.warning)
    assert Scene.from_bytes(blobs(app)[-1]).meta["stage"] == "conv0"
