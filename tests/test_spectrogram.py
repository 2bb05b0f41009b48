"""The spectrogram page: what is chosen is what is shown, from any sound, through any network of the recipes."""

from dataclasses import replace
from io import BytesIO
from itertools import product

import numpy as np
import pytest
import soundfile
import torch
from alone import PlayerAlone
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from page_objects import Screen
from playwright.sync_api import expect
from safetensors.numpy import load
from test_pages import blobs, meta, opened

from cnnviz.core.geometry import GeometryError
from cnnviz.inputs.logmel import RATE, Features, log_mel
from cnnviz.inputs.sound import LogMel
from cnnviz.networks.desed import BASELINE, Desed
from cnnviz.networks.forward import run_network
from cnnviz.scenes.build import show
from cnnviz.scenes.query.desed import parsed, spelled
from cnnviz.scenes.request import LayerView, Request

CLIP = LogMel(seconds=1)
STAGES = [
    (name, stage) for name, given in (("lesson", Desed()), ("baseline", BASELINE)) for stage, _ in given.network.stages
]


def maps(app):
    """Tensors and words of what the viewer was given."""
    (blob,) = blobs(app)
    return load(blob), meta(blob)


def assert_runs(app):
    assert not app.exception
    assert not app.warning


def tone(seconds=1.0, rate=RATE):
    t = np.arange(int(seconds * rate)) / rate
    file = BytesIO()
    soundfile.write(file, 0.5 * np.sin(2 * np.pi * 1000 * t), rate, format="WAV")
    return file.getvalue()


# --- stages ---


@examples(0.8)
@given(at=st.sampled_from(STAGES))
def test_every_stage_opens(at):
    name, stage = at
    app = opened("spectrogram", network=name, stage=stage, input_seconds="1")
    assert_runs(app)
    assert maps(app)[1]["stage"] == stage


@pytest.mark.parametrize("stage", ["conv1", "batchnorm1", "cg1", "dropout1", "pooling1"])
def test_every_kind_of_stage_opens_in_the_player_at_its_unit(stage):
    app = opened(
        "spectrogram",
        view="one window",
        activation="cg",
        stage=stage,
        channel="2",
        frame="5",
        mel="3",
        input_seconds="1",
    )
    assert_runs(app)
    assert maps(app)[1]["at"] == {"channel": 2, "cell": [0, 5, 3]}


KINDS = [*product(["relu", "leakyrelu", "glu", "cg"], ["batch", "layer"]), ("glu", "none")]


@pytest.mark.parametrize(("activation", "normalization"), KINDS)
def test_the_maps_are_those_of_the_whole_network(activation, normalization):
    network = Desed(activation=activation, normalization=normalization, training=True)
    app = opened(
        "spectrogram", activation=activation, normalization=normalization, stage="pooling2", channel="9", seed="3",
        input_seconds="1",
    )  # fmt: skip
    done = run_network(network.network, CLIP.grid().values[None], seed=3)["pooling2"]
    tensors, _ = maps(app)
    np.testing.assert_array_equal(tensors["plane.after"], done.y[0, 9])


def test_a_stage_that_the_network_does_not_have_shows_its_first_and_says_so():
    app = opened("spectrogram", stage="glu6", input_seconds="1")
    assert not app.exception
    assert ["stage = glu6, which cannot be set here" in one.value for one in app.warning] == [True]
    assert maps(app)[1]["stage"] == "conv0"


def test_the_table_has_the_published_counts_and_fields():
    app = opened("spectrogram", network="baseline", tab="Stages", input_seconds="10", stage="pooling6")
    table = app.dataframe[0].value
    last = {name: column.iloc[-1] for name, column in table.items()}
    assert (int(table["parameters"].sum()), int(table["MACs"].sum())) == (612_688, 840_077_312)
    assert last["output shape"] == "(1, 128, 156, 1)"
    assert (last["sees frames"], last["sees [ms]"], last["sees mels"]) == ("50", "912", "382")


def test_a_group_norm_sees_the_whole_input():
    app = opened("spectrogram", normalization="layer", tab="Stages", input_seconds="1")
    assert app.dataframe[0].value["sees frames"].iloc[-1] == "whole input"


# --- the network's own settings ---


def test_another_preset_brings_its_own_settings():
    app = opened("spectrogram", input_seconds="1", stage="pooling2")
    app.button_group(key="network").set_value("baseline").run()
    assert_runs(app)
    assert app.selectbox(key="activation").value == "glu"
    assert app.text_input(key="nb_filters").value == "16, 32, 64, 128, 128, 128, 128"
    assert len(maps(app)[1]["stages"]) == 1 + 35


def test_blocks_can_be_edited():
    app = opened(
        "spectrogram", nb_filters="8, 12", kernel_size="5, 3", padding="2, 1", stride="1, 2", pooling="2x4, 1",
        input_seconds="1", stage="pooling1",
    )  # fmt: skip
    assert_runs(app)
    edited = Desed(
        nb_filters=(8, 12), kernel_size=(5, 3), padding=(2, 1), stride=(1, 2), pooling=((2, 4), (1, 1)), training=True
    )
    assert [one["shape"] for one in maps(app)[1]["stages"][1:]] == [
        list(shape) for shape in edited.network.shapes((1, 63, 128))
    ]


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("nb_filters", "64, many", "nb_filters holds “many”: type whole numbers from 1 to 512."),
        ("nb_filters", "0", "nb_filters holds “0”: type whole numbers from 1 to 512."),
        ("padding", "-1", "padding holds “-1”: type whole numbers from 0 to 16."),
        ("pooling", "1x2x3", "pooling holds “1x2x3”: type pairs as in 1x4, frames x mels, each from 1 to 16."),
        ("pooling", "", "pooling has 0 entries: type 1 to 32, one for each block."),
        ("stride", "1," * 40, "stride has 40 entries: type 1 to 32, one for each block."),
    ],
)
def test_what_cannot_be_read_as_blocks_gets_one_sentence(field, text, said):
    with pytest.raises(GeometryError) as refused:
        parsed(field, text)
    assert str(refused.value) == said


@pytest.mark.parametrize("preset", [Desed(), BASELINE])
def test_blocks_are_read_as_they_are_spelled(preset):
    for field in ("nb_filters", "kernel_size", "padding", "stride", "pooling"):
        assert parsed(field, spelled(getattr(preset, field))) == getattr(preset, field)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"nb_filters": "64, 64"}, "need one entry for each block"),
        ({"pooling": "1x16, 1x16, 1x16"}, "pooling1: "),
        ({"nb_filters": "512, 512, 512", "input_seconds": "10"}, "MiB and cnnviz stops at"),
    ],
)
def test_a_network_that_cannot_be_gets_one_sentence_and_the_old_one_stays(query, said):
    app = opened("spectrogram", **query)
    assert not app.exception
    assert [said in warning.value for warning in app.warning] == [True]
    assert len(blobs(app)) == 1


# --- sounds ---


@pytest.mark.parametrize("sound", ["alarm", "dishes", "speech", "water", "vacuum", "mixture"])
def test_every_sound_opens(sound):
    app = opened("spectrogram", input_sound=sound, input_seconds="1")
    assert_runs(app)
    np.testing.assert_array_equal(maps(app)[0]["input"], LogMel(sound=sound, seconds=1).grid().values[0])


def test_the_log_mel_is_made_of_its_knobs():
    app = opened("spectrogram", input_seconds="1", mel_hop_length="512", mel_n_mels="64", mel_scale="[-1, 1]")
    assert_runs(app)
    features = Features(hop_length=512, n_mels=64, scale="[-1, 1]")
    np.testing.assert_array_equal(maps(app)[0]["input"], log_mel(CLIP.samples(), features)[0])


def test_one_button_puts_the_log_mel_back():
    app = opened("spectrogram", input_seconds="1", mel_hop_length="512", log_mel="true")
    next(button for button in app.button if button.label == "DESED").click().run()
    assert_runs(app)
    np.testing.assert_array_equal(maps(app)[0]["input"], CLIP.grid().values[0])


def test_a_log_mel_that_cannot_be_gets_one_sentence():
    app = opened("spectrogram", mel_f_min="5000", mel_f_max="4000")
    assert ["f_min is 5000" in warning.value for warning in app.warning] == [True]


def test_a_part_is_analysed_alone():
    app = opened("spectrogram", input_seconds="2", **{"from": "0.5", "to": "1.5"})
    assert_runs(app)
    tensors, _ = maps(app)
    assert (len(tensors["samples"]), len(tensors["input"])) == (RATE, 63)
    next(button for button in app.button if button.label == "Whole sound").click().run()
    assert len(maps(app)[0]["samples"]) == 2 * RATE


def test_an_uploaded_sound_is_heard_and_seen():
    app = opened("spectrogram", input="upload")
    assert ["Choose a file first" in warning.value for warning in app.warning] == [True]
    app.file_uploader[0].set_value(("tone.wav", tone(), "audio/wav")).run()
    assert_runs(app)
    tensors, _ = maps(app)
    assert tensors["input"].shape == (63, 128)
    assert abs(int(tensors["input"][30].argmax()) - 44) <= 1  # 1000 Hz, see facts on HTK centres


def test_an_uploaded_spectrogram_has_seconds_and_no_sound():
    values = CLIP.grid().values[0]
    file = BytesIO()
    np.save(file, values.T)
    app = opened("spectrogram", input="upload")
    app.file_uploader[0].set_value(("mels.npy", file.getvalue(), "application/octet-stream")).run()
    assert_runs(app)
    tensors, words = maps(app)
    np.testing.assert_array_equal(tensors["input"], values)
    assert "samples" not in tensors
    assert words["clip"]["step"] == 256 / RATE


def test_a_recording_is_an_upload():
    app = opened("spectrogram", input="microphone")
    assert ["Nothing is recorded yet" in warning.value for warning in app.warning] == [True]
    app.get("audio_input")[0].set_value(("recording.wav", tone(0.5), "audio/wav")).run()
    assert_runs(app)
    assert maps(app)[0]["input"].shape == (32, 128)


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"RIFF\x00\x00\x00\x00WAVEjunk", b"\x80\x04\x95", b"PK\x03\x04"])
def test_a_file_of_another_kind_gets_one_sentence_and_the_old_picture_stays(data):
    app = opened("spectrogram", input="upload")
    app.file_uploader[0].set_value(("thing.wav", data, "audio/wav")).run()
    assert not app.exception
    assert len(app.warning) == 1
    assert "Traceback" not in app.warning[0].value
    assert maps(app)[1]["stage"] == "conv0"


def test_a_picture_in_colour_gets_one_sentence():
    app = opened("spectrogram", input="photo", input_colour="rgb")
    assert [warning.value for warning in app.warning] == [
        "The network reads one channel, and this input has 3. Choose a sound, or a grey picture."
    ]
    assert len(blobs(app)) == 1


# --- weights of one's own ---

SMALL = Desed(nb_filters=(4, 6, 8), activation="cg")


def saved(given=SMALL):
    """A checkpoint with a student and a teacher, as the recipes' Lightning module saves it."""
    state = {
        f"sed_{part}.cnn.{key}": torch.tensor(value)
        for seed, part in enumerate(("student", "teacher"))
        for key, value in given.network.state(seed).items()
    }
    file = BytesIO()
    torch.save({"state_dict": state}, file)
    return file.getvalue()


def with_checkpoint(data, **query):
    app = opened("spectrogram", network="checkpoint", input_seconds="1", stage="pooling2", **query)
    return app.file_uploader[0].set_value(("mine.ckpt", data, "application/octet-stream")).run()


@pytest.mark.parametrize(("part", "seed"), [("student", 0), ("teacher", 1)])
def test_a_checkpoint_is_shown_with_its_own_weights(part, seed):
    app = with_checkpoint(saved(), part=part)
    assert_runs(app)
    done = run_network(SMALL.network, CLIP.grid().values[None], seed=seed)["pooling2"]
    np.testing.assert_array_equal(maps(app)[0]["plane.after"], done.y[0, 0])
    assert any(f"weights of mine.ckpt, {part}" in caption.value for caption in app.caption)


def test_what_a_checkpoint_does_not_say_is_asked():
    app = with_checkpoint(saved())
    assert {field.key for field in app.text_input} == {"padding", "stride", "pooling"}
    app.text_input(key="pooling").set_value("2x2, 2x2, 2x2").run()
    assert_runs(app)
    pooled = replace(SMALL, pooling=((2, 2),) * 3)
    done = run_network(pooled.network, CLIP.grid().values[None], seed=0)["pooling2"]
    np.testing.assert_array_equal(maps(app)[0]["plane.after"], done.y[0, 0])


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04junk", saved()[:500], b"\x80\x04cos\nsystem\n."])
def test_a_file_that_is_no_checkpoint_gets_one_sentence_and_the_old_picture_stays(data):
    app = with_checkpoint(data)
    assert not app.exception
    assert len(app.warning) == 1
    assert len(blobs(app)) == 1


# --- two at once ---


@pytest.mark.parametrize(("what", "more"), [("sound", {"b_sound": "water"}), ("setting", {"b_activation": "glu"})])
@pytest.mark.parametrize("view", ["all channels", "one window"])
def test_two_are_compared_at_the_same_place(what, more, view):
    app = opened("spectrogram", compare=what, stage="relu1", channel="4", input_seconds="1", view=view, **more)
    assert_runs(app)
    first, second = blobs(app)
    assert first != second
    if view == "all channels":
        assert (meta(first)["channel"], meta(second)["channel"]) == (4, 4)
        assert meta(second)["stage"] == ("glu1" if what == "setting" else "relu1")


# --- in the browser ---


@pytest.mark.parametrize("stage", ["conv1", "batchnorm1", "cg1", "dropout0", "pooling1"])
def test_a_unit_of_a_stage_is_torchs_in_the_browser(stage, alone: PlayerAlone):
    network = Desed(activation="cg", training=True)
    shown = show(Request(network, CLIP), LayerView(stage))
    done = shown.done
    alone.open(shown.blob)
    alone.wait_ready(done.layer.code())
    alone.press("End")
    expect(alone.badge).to_contain_text("✓ = torch")
    assert alone.read().torch == pytest.approx(float(done.y[0, -1, -1, -1]), rel=1e-5, abs=1e-6)


def test_a_unit_that_was_chosen_among_the_maps_is_worked_out_in_its_window(screen: Screen):
    done = show(Request(Desed(training=True), CLIP), LayerView("conv1")).done
    screen.open("view=one+window&stage=conv1&channel=5&frame=20&mel=10&input_seconds=1", path="/spectrogram")
    screen.wait_ready(done.layer.code())
    expect(screen.badge).to_contain_text("✓ = torch")
    assert screen.read().torch == pytest.approx(float(done.y[0, 5, 20, 10]), rel=1e-5, abs=1e-6)
