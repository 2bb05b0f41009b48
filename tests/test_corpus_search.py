"""What a folder of clips excites, against plain loops through what torch gives; the same whoever did which part."""

import importlib
import itertools
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from corpora import LINK, TABLE, here, make_clips, search_in, stretches
from limits import Limit, held
from sklearn.metrics import roc_auc_score

from cnnviz.cli.corpus.on_ray import OnRay
from cnnviz.cli.corpus.opened import opened
from cnnviz.inputs.events import clip
from cnnviz.inputs.logmel import DESED, RATE, log_mel
from cnnviz.jobs import JobError
from cnnviz.scenes.corpus import CorpusError, in_folder, read_corpus
from cnnviz.scenes.corpus.labels import by_name, by_table, clips_in
from cnnviz.scenes.corpus.reading import Entry, read_clip
from cnnviz.scenes.corpus.told import told
from cnnviz.scenes.corpus.where import Shelved

N = 11


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = make_clips(tmp_path_factory.mktemp("clips"), N)
    (folder / "within").mkdir()
    (folder / "0005.wav").rename(folder / "within" / "0005.wav")
    (folder / "broken.wav").write_bytes(b"RIFF\x10\0\0\0WAVEfmt nothing")
    (folder / "text.wav").write_text("not a sound")
    return folder


@pytest.fixture(scope="module")
def first(clips, tmp_path_factory):
    out = tmp_path_factory.mktemp("first") / "out"
    search_in(clips, out)
    return out


@pytest.fixture(scope="module")
def alone(clips, tmp_path_factory):
    """The same with each clip by itself, of which torch makes the same to the last bit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnnviz.scenes.corpus.search.TOGETHER", 1)
        out = tmp_path_factory.mktemp("alone") / "out"
        search_in(clips, out)
    return out


@pytest.fixture(scope="module")
def maps(clips, first):
    """Of every clip that was read, by its place: its log-mel, and what plain torch makes of it at every stage."""
    search, _ = opened(LINK, None, clips)
    module = search.network.module()
    module.load_state_dict({key: torch.as_tensor(value) for key, value in search.state().items()})
    row = module.eval().get_submodule(search.network.prefix)
    found = {}
    for place, one in enumerate(read_corpus(in_folder(first)).clips):
        if not one.refused:
            samples, _ = soundfile.read(clips / one.name, dtype="float32")
            x, made = log_mel(samples), {}
            with torch.no_grad():
                out = torch.as_tensor(x)[None]
                for name, module in row.named_children():
                    out = module(out)
                    made[name] = out[0].numpy()
            found[place] = x, made
    return found


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def peaks(maps, stage):
    """The largest value of each channel in every frame of all clips."""
    return np.concatenate([made[stage].max(axis=2) for _, made in maps.values()], axis=1)


def heard(first, maps, stage, kind):
    """Is a class heard at the centre of each of these frames? A frame of these stages is one of the spectrogram."""
    result = read_corpus(in_folder(first))
    found = []
    for place, (_, made) in maps.items():
        centre = np.arange(made[stage].shape[1]) * 256 / RATE
        events = [one for one in result.clips[place].events if one.label == kind]
        found.append(np.any([(one.onset <= centre) & (centre < one.offset) for one in events] or [centre < 0], axis=0))
    return np.concatenate(found)


STAGES = ["conv0", "relu1", "pooling2"]


@pytest.mark.parametrize("stage", STAGES)
def test_the_best_are_those_of_a_plain_loop(alone, maps, stage):
    best = read_corpus(in_folder(alone)).stage(stage).answers.best
    for channel in range(4):
        rows = sorted(
            (-float(made[stage][channel].max()), place, int(made[stage][channel].argmax()))
            for place, (_, made) in maps.items()
        )[:9]
        np.testing.assert_array_equal(best.value[channel], [-value for value, *_ in rows])
        n = sum(value != 0 for value, *_ in rows)  # of a unit that is dead, nobody can say what excites it
        assert best.example[channel, :n].tolist() == [place for _, place, _ in rows[:n]]
        assert best.cell[channel, :n].tolist() == [cell for *_, cell in rows[:n]]


@pytest.mark.parametrize("stage", STAGES)
def test_a_distribution_is_numpys(alone, maps, stage):
    found, result = read_corpus(in_folder(alone)).stage(stage), read_corpus(in_folder(alone))
    values = peaks(maps, stage)
    np.testing.assert_array_equal(found.range, np.stack([values.min(axis=1), values.max(axis=1)], axis=1))
    for c, kind in enumerate([None, *result.about.classes]):
        there = np.ones(values.shape[1], bool) if kind is None else heard(alone, maps, stage, kind)
        for channel in range(4):
            mine = values[channel, there].astype(np.float64)
            wide = np.concatenate([[-np.inf], np.unique(found.edges[channel]), [np.inf]])
            counts, _ = np.histogram(mine, wide)
            kept = found.counts[channel, c]
            ends = np.flatnonzero(
                np.diff(found.edges[channel], append=np.inf) > 0
            )  # equal edges have empty bins between
            np.testing.assert_array_equal(np.diff(kept.cumsum()[ends], prepend=0), counts[:-1])
            assert kept.sum() == len(mine) == found.means[channel, c, 0]
            if len(mine):
                np.testing.assert_allclose(found.means[channel, c, 1:], [mine.mean(), mine.var()], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("stage", STAGES)
def test_classes_are_told_apart_as_by_scikit_learn(alone, maps, stage):
    result = read_corpus(in_folder(alone))
    found, values = result.stage(stage), peaks(maps, stage)
    on = {kind: heard(alone, maps, stage, kind) for kind in result.about.classes}
    for channel in range(4):
        binned = np.searchsorted(found.edges[channel], values[channel], side="right")
        for c, kind in enumerate(result.about.classes):
            wanted = roc_auc_score(on[kind], binned)
            assert found.answers.auc[channel, c, 0] == pytest.approx(wanted, abs=1e-6)
            assert abs(roc_auc_score(on[kind], values[channel]) - wanted) < 0.02  # bins cost little
            other = result.about.classes[c - 1]
            either = on[kind] ^ on[other]
            wanted = roc_auc_score(on[kind][either], binned[either])
            assert found.answers.auc[channel, c, 1 + (c - 1) % len(on)] == pytest.approx(wanted, abs=1e-6)


def test_clips_that_go_together_excite_what_they_do_alone(first, alone):
    one, other = read_corpus(in_folder(first)), read_corpus(in_folder(alone))
    assert one.clips == other.clips
    for name in one.about.stages:
        a, b = one.stage(name), other.stage(name)
        np.testing.assert_allclose(a.answers.best.value, b.answers.best.value, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(a.means, b.means, rtol=1e-5, atol=1e-6)
        assert np.abs(a.counts - b.counts).sum() <= 0.01 * b.counts.sum()  # a value next to an edge may cross it


def test_a_patch_is_a_part_of_the_clip_round_what_the_unit_saw(clips, first, maps):
    result = read_corpus(in_folder(first))
    for stage in STAGES:
        found = result.stage(stage)
        for channel, j in itertools.product(range(4), range(3)):
            place = found.answers.best.example[channel, j]
            begin, end = found.window[channel, j]
            patch, (x, _) = result.patch(found.patch[channel, j]), maps[place]
            np.testing.assert_array_equal(patch.levels, np.rint(x[0, begin:end] * 254).astype(np.uint8))
            (seen, stop), _ = found.box[channel, j]
            assert max(seen, 0) >= begin
            assert min(stop, x.shape[1]) <= end
            samples, _ = soundfile.read(clips / result.clips[place].name, dtype="int16")
            start = max(0, begin * 256 - 1024)
            np.testing.assert_allclose(patch.samples, samples[start : start + len(patch.samples)], atol=1)


def test_what_cannot_be_read_has_one_sentence_and_stops_nothing(first):
    result = read_corpus(in_folder(first))
    refused = {clip.name: clip.refused for clip in result.clips if clip.refused}
    assert refused == {
        "broken.wav": "This WAV sound is damaged or cut off: save it again, or upload another.",
        "text.wav": "This file is text: upload a sound.",
    }
    assert result.about.clips == N
    assert result.clips[-1].name == "within/0005.wav"
    assert [event.label for event in result.clips[-1].events] == [one.kind for one in clip(5, 3, 3)[1]]


def backwards(work, search, items, *more):
    return reversed([*here(work, search, items, *more)])


def test_parts_may_be_done_in_any_order(clips, tmp_path):
    search_in(clips, tmp_path / "forwards", size=3)
    search_in(clips, tmp_path / "backwards", engine=backwards, size=3)
    assert files(tmp_path / "forwards") == files(tmp_path / "backwards")


@pytest.mark.parametrize("parts", [1, 3, 5, 7])
def test_a_run_that_was_stopped_goes_on_to_the_same(clips, tmp_path, parts):
    search_in(clips, tmp_path / "whole", size=4)
    done = []

    def stopping(work, search, items, *more):
        for one in here(work, search, items, *more):
            if len(done) == parts:
                raise KeyboardInterrupt
            done.append(work.__name__)
            yield one

    def counting(work, search, items, *more):
        done.extend(work.__name__ for _ in items)
        return here(work, search, items, *more)

    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        search_in(clips, out, engine=stopping, size=4)
    with pytest.raises(CorpusError, match=r"There is no channels\.parquet"):
        read_corpus(in_folder(out))
    before = len(done)
    search_in(clips, out, engine=counting, size=4)
    assert files(out) == files(tmp_path / "whole")
    again = before - done[:before].count("sampled") if parts < 3 else before  # where the bins lie is kept at its end
    assert done[again:].count("searched") + done[:again].count("searched") == 4


def test_a_clip_that_ends_its_worker_costs_itself_alone(clips, tmp_path):
    def dying(work, search, items, *more):
        for place, item in enumerate(items):
            passed = dict(search.refused)
            bad = work.__name__ != "cut" and any(
                one.name == "0003.wav" and one.name not in passed for one in item.entries
            )
            yield place, JobError("It died.", "crash") if bad else work(search, item, *more)

    search_in(clips, tmp_path / "out", engine=dying, size=4)
    result = read_corpus(in_folder(tmp_path / "out"))
    assert {clip.name for clip in result.clips if clip.refused} == {"0003.wav", "broken.wav", "text.wav"}
    assert result.clips[3].refused == "It died."
    assert 3 not in result.stage("conv0").answers.best.example


def test_another_corpus_or_network_uses_nothing_of_the_one_before(clips, first, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        search_in(clips, out, LINK + "&seed=1", engine=stopped_at_the_end)
    search_in(clips, out)
    assert files(out) == files(first)


def test_parts_of_other_batches_are_searched_again(clips, tmp_path):
    """Their last bits may differ."""
    done = []

    def counting(work, search, items, *more):
        done.extend(work.__name__ for _ in items)
        return here(work, search, items, *more)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("cnnviz.cli.corpus.run.TOGETHER", 1)
        search_in(clips, tmp_path / "out", engine=stopped_at_the_end)
    search_in(clips, tmp_path / "out", engine=counting)
    assert done.count("searched") == 1


def stopped_at_the_end(work, search, items, *more):
    if work.__name__ == "cut":
        raise KeyboardInterrupt
    return here(work, search, items, *more)


def test_a_network_that_reads_one_size_gets_spectrograms_of_that_size(clips, tmp_path):
    net = "conv=Conv2d(2,3,3);pool=AdaptiveAvgPool2d(1);flat=Flatten();dense=Linear(3,4)"
    search_in(clips, tmp_path / "out", f"network?net={net}&shape=2,+40,+20".replace(";", "%3B").replace("=C", "%3DC"))
    result = read_corpus(in_folder(tmp_path / "out"))
    assert result.about.shape == (40, 20)
    assert result.stage("dense").box[0, 0].tolist() == [[0, 40], [0, 20]]
    assert {clip.frames for clip in result.clips} == {0, 40}
    best = result.stage("conv").answers.best
    assert best.cell.max() < 38 * 18
    patch = result.patch(result.stage("dense").patch[0, 0])
    assert patch.levels.shape == (40, 20)
    assert len(patch.samples) == result.clips[result.stage("dense").answers.best.example[0, 0]].seconds * RATE


@pytest.mark.skipif("CNNVIZ_DEPLOY" not in os.environ, reason="make test-deploy: starts Ray")
def test_ray_finds_the_same(clips, first, tmp_path):
    done = command(clips, tmp_path / "out", "--engine", "ray", "--processes", 1)
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "out") == files(first)


@pytest.mark.skipif("CNNVIZ_DEPLOY" not in os.environ, reason="make test-deploy: starts a cluster")
def test_a_cluster_of_two_finds_the_same(clips, first, tmp_path, monkeypatch):
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    cluster_utils = importlib.import_module("ray.cluster_utils")
    node = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args={"include_dashboard": False, **node})
    try:
        cluster.add_node(**node)
        monkeypatch.setenv("RAY_ADDRESS", cluster.address)
        done = command(clips, tmp_path / "out", "--engine", "ray")
    finally:
        cluster.shutdown()
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "out") == files(first)


def command(clips, out, *more):
    line = [sys.executable, "-m", "cnnviz", "corpus", clips, "--network", LINK, "--out", out, "--labels", clips / TABLE]
    return subprocess.run(
        [str(word) for word in (*line, *more)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        check=False,
    )


def test_a_folder_that_holds_something_else_is_left_alone(clips, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CorpusError, match="holds something else already"):
        search_in(clips, tmp_path)
    assert files(tmp_path) == {"thesis.txt": b"mine"}


# --- long sounds ---


STRETCH = 3


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """7 seconds of hum, with a whistle from 4.0 to 4.5 s, in a file of its own and among short ones."""
    folder = tmp_path_factory.mktemp("long")
    times = np.arange(7 * RATE) / RATE
    samples = np.random.default_rng(0).normal(0, 0.001, len(times)) + 0.01 * np.sin(2 * np.pi * 60 * times)
    samples += np.where((times >= 4) & (times < 4.5), 0.9 * np.sin(2 * np.pi * 3000 * times), 0)
    soundfile.write(folder / "long.wav", samples, RATE)
    soundfile.write(folder / "short.wav", samples[: 2 * RATE], RATE)
    (folder / "text.wav").write_text("not a sound")
    (folder / TABLE).write_text("filename\tonset\toffset\tevent_label\nlong.wav\t4\t4.5\twhistle\n")
    return folder


@pytest.fixture(scope="module")
def found(long, tmp_path_factory):
    out = tmp_path_factory.mktemp("found") / "out"
    search_in(long, out, stretch=STRETCH)
    return out


def test_the_command_finds_the_same_by_processes_and_says_what(long, found, tmp_path):
    done = command(long, tmp_path / "out", "--stretch", STRETCH, "--processes", 2)
    assert done.returncode == 0, done.stderr
    assert "4 clips, 48 channels of 12 stages, 1 classes" in done.stdout
    assert "Not read: 1 of 5 clips." in done.stdout
    assert "text.wav: This file is text" in done.stdout
    assert "1 longer sound was read in stretches of 3 seconds" in done.stdout
    assert files(tmp_path / "out") == files(found)


def test_a_long_sound_is_read_to_its_end_and_what_excites_has_its_time(found):
    result = read_corpus(in_folder(found))
    assert [(one.name, one.start, one.seconds) for one in result.clips if not one.refused] == [
        ("long.wav", 0, 3), ("long.wav", 3, 3), ("long.wav", 6, 1), ("short.wav", 0, 2),
    ]  # fmt: skip
    assert [len(one.events) for one in result.clips] == [0, 1, 0, 0, 0]
    stage = told(Shelved.at(found), "relu0")
    channel = next(i for i, kinds in enumerate(stage.kinds) if kinds[0] == ("whistle",))
    name, time = stage.names[channel][0]
    assert name == "long.wav"
    assert 3.7 < time < 4.5
    assert stage.answers.best.example[channel, 0] == 1  # the second stretch
    patch = result.patch(stage.patch[channel, 0])  # what is heard of it is the whistle
    spectrum = np.abs(np.fft.rfft(patch.samples))
    assert spectrum.argmax() * RATE / len(patch.samples) == pytest.approx(3000, abs=10)


@pytest.mark.parametrize("stretch", [STRETCH, 30])
def test_a_stretch_is_what_a_file_cut_out_there_would_be(long, stretch):
    samples, _ = soundfile.read(long / "long.wav", dtype="float32")
    for entry in stretches(long, [Entry("long.wav")], stretch):
        begin = round(entry.start * RATE)
        cut = samples[begin : begin + stretch * RATE]
        heard = read_clip(long, entry, DESED, stretch=stretch)
        np.testing.assert_array_equal(heard.samples, cut)
        np.testing.assert_array_equal(heard.values, log_mel(cut))


def test_a_little_at_the_end_is_no_stretch_and_what_has_no_length_is_one(tmp_path):
    for name, seconds in (("a.wav", 10.4), ("b.wav", 10.6), ("c.wav", 0.1)):
        soundfile.write(tmp_path / name, np.zeros(int(seconds * RATE)), RATE)
    (tmp_path / "d.wav").write_text("no sound")
    found = stretches(tmp_path, [Entry(f"{name}.wav") for name in "abcd"], 10)
    assert [(one.name[0], one.start) for one in found] == [("a", 0), ("b", 0), ("b", 10), ("c", 0), ("d", 0)]


def test_a_head_that_ends_its_reader_costs_that_sound_alone(long):
    def dying(work, folder, items):
        for place, names in enumerate(items):
            yield place, JobError("It died.", "crash") if "short.wav" in names else work(folder, names)

    found = stretches(long, [Entry("long.wav"), Entry("short.wav")], 1, dying)
    assert [(one.name, one.start) for one in found] == [*(("long.wav", i) for i in range(7)), ("short.wav", 0)]


def test_of_an_hour_no_more_is_in_memory_than_a_stretch(tmp_path):
    with soundfile.SoundFile(tmp_path / "hour.wav", "w", RATE, 1) as file:
        for _ in range(60):
            file.write(np.zeros(60 * RATE, np.int16))
    entries = stretches(tmp_path, [Entry("hour.wav")], 10)
    assert len(entries) == 360
    read_clip(tmp_path, entries[0], DESED)  # what is loaded at first use
    with held(Limit(30, 60)):  # of a file of 115 MB
        for entry in (entries[0], entries[180], entries[-1]):
            assert read_clip(tmp_path, entry, DESED).clip.seconds == 10


# --- what is heard ---


def table(folder, text):
    path = folder / "table.csv"
    path.write_text(text)
    return path


def test_classes_of_a_table_without_times_are_of_whole_clips(tmp_path):
    entries, classes, labels = by_table(
        ["a.wav", "b.wav", "c.wav"], table(tmp_path, "file,label\na.wav,x\nb.wav,y\nb.wav,x\n")
    )
    assert (classes, labels) == (("x", "y"), "names")
    assert [entry.labels for entry in entries] == [("x",), ("y", "x"), ()]


def test_a_clip_without_an_event_has_none(tmp_path):
    text = "filename\tonset\toffset\tevent_label\na.wav\t0.5\t1\tx\nb.wav\t\t\t\nother.wav\t1\t2\tz\n"
    entries, classes, labels = by_table(["a.wav", "b.wav"], table(tmp_path, text))
    assert (classes, labels) == (("x",), "events")
    assert [len(entry.events) for entry in entries] == [1, 0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has 0 lines"),
        ("name,what\na.wav,x\n", "has no filename"),
        ("filename,what\na.wav,x\n", "has no event_label"),
        ("filename,label\nz.wav,x\n", "says nothing of these 1 clips"),
        ("filename,label,onset,offset\na.wav,x,one,2\n", "Line 2 of table.csv has no time in “one”"),
        ("filename,label,onset,offset\na.wav,x,nan,2\n", "Line 2 of table.csv has no time in “nan”"),
        ("filename,label,onset,offset\na.wav,x\n", "Line 2 of table.csv is cut short"),
        ("filename,label\n" + "".join(f"a.wav,{i}\n" for i in range(64)), "64 classes: at most 63"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_one_sentence(tmp_path, text, sentence):
    with pytest.raises(CorpusError, match=sentence):
        by_table(["a.wav"], table(tmp_path, text))


def test_names_that_are_all_different_say_nothing():
    entries, classes = by_name([f"Y{i:x}jT8_{i}0.000.wav" for i in range(70)])
    assert classes == ()
    assert all(entry.labels == () for entry in entries)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("convolution?stride=2", "The page convolution has no network"),
        ("network?preset=lesson+B&nosuch=1", "does not open as it is"),
        ("spectrogram?network=checkpoint", "Choose a checkpoint first"),
        ("network?net=conv%3DConv1d(1,2,3)&shape=1,+30", "reads 1 axes|has frames and mels"),
    ],
)
def test_a_link_without_such_a_network_is_refused(tmp_path, link, sentence):
    with pytest.raises(ValueError, match=sentence):
        opened(link, None, tmp_path)


def test_without_ray_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setitem(sys.modules, "ray.data", None)
    with pytest.raises(CorpusError, match=r"Ray is not installed\. Run pip install -r requirements-ray\.txt"), OnRay(1):
        pass


def test_a_folder_without_sounds_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="holds 0 sounds"):
        clips_in(tmp_path)
    with pytest.raises(CorpusError, match="There is no folder"):
        clips_in(tmp_path / "none")


def test_a_corpus_of_which_nothing_can_be_read_says_why(tmp_path):
    (tmp_path / "a.wav").write_text("no")
    (tmp_path / TABLE).write_text("filename,label\na.wav,x\n")
    with pytest.raises(CorpusError, match=r"None of 1 clips can be read\. a\.wav: This file is text"):
        search_in(tmp_path, tmp_path / "out")


def test_a_trained_network_is_searched_in_eval_mode(clips):
    search, about = opened("spectrogram?weights=trained", None, clips)
    assert not any(getattr(layer, "training", False) for _, layer in search.network.stages)
    assert about.link == "spectrogram?weights=trained"
    assert replace(search, k=3) != search
