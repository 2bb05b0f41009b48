"""What the viewer shows is what torch computed, small and large, and lies where it lies."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load
from test_scene import words

from cnnviz.inputs import SourceError
from cnnviz.inputs.logmel import RATE, Features
from cnnviz.inputs.part import Part
from cnnviz.inputs.patterns import Ramp
from cnnviz.inputs.sound import LogMel
from cnnviz.networks.checkpoint import Checkpoint, CheckpointError
from cnnviz.networks.desed import BASELINE, Desed
from cnnviz.networks.forward import run_network
from cnnviz.networks.receptive_field import spans
from cnnviz.scenes.build import show
from cnnviz.scenes.clip import clip_of
from cnnviz.scenes.palette import TOP
from cnnviz.scenes.request import Request, StageView
from cnnviz.scenes.small_maps import SMALL, STATISTICS, channels_of, levels_of, small_picture
from cnnviz.scenes.weights import Loaded, Seeded

CLIP = LogMel(seconds=1)
SEEDED = Seeded(3)
GATED = Desed(activation="glu", nb_filters=(4, 6, 8))


def shown(stage, network=GATED, channel=1, unit=None, source=CLIP, weights=SEEDED):
    maps = show(Request(network, source, weights), StageView(stage, channel, unit))
    return load(maps.blob), words(maps.blob), maps


def torchs(stage, network=GATED, source=CLIP):
    return run_network(network.network, source.grid().values[None], seed=3)[stage]


# --- small pictures and statistics ---

MAPS = arrays(
    np.float32,
    st.tuples(st.integers(1, 3), st.integers(1, 400), st.integers(1, 150)),
    elements=st.floats(-100, 100, width=32),
    fill=st.sampled_from([0, 1.5]),
)


@given(MAPS)
def test_a_small_picture_holds_the_means_of_blocks(values):
    levels, limits = small_picture(values)
    assert all(n <= most for n, most in zip(levels.shape[1:], SMALL, strict=True))
    rows, columns = (-(-n // most) for n, most in zip(values.shape[1:], SMALL, strict=True))
    low, high = limits.T
    for f, m in [(0, 0), (levels.shape[1] - 1, levels.shape[2] - 1)]:
        block = values[:, f * rows : (f + 1) * rows, m * columns : (m + 1) * columns]
        found = low + (high - low) * levels[:, f, m] / TOP
        np.testing.assert_allclose(found, block.mean((1, 2)), atol=float((high - low).max()) / TOP + 1e-3)


@given(MAPS)
def test_statistics_are_those_of_all_cells(values):
    found = dict(zip(STATISTICS, channels_of(values).statistics.T, strict=True))
    flat = values.reshape(len(values), -1).astype(np.float64)
    expected = {
        "mean": flat.mean(1),
        "min": flat.min(1),
        "max": flat.max(1),
        "variance": flat.var(1),
        "zeros": (flat == 0).mean(1),
    }
    for name, numbers in expected.items():
        np.testing.assert_allclose(found[name], numbers, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("value", "level"), [(0.4, 0), (0.6, 1), (253.6, TOP), (-1, 0), (999, TOP)])
def test_a_value_has_the_nearest_level_that_there_is(value, level):
    assert levels_of(np.array([[value]], np.float32), np.array([[0, TOP]], np.float32)).item() == level


@pytest.mark.filterwarnings("error")
def test_a_map_of_one_value_has_the_lowest_level():
    assert not small_picture(np.full((1, 3, 3), 7, np.float32))[0].any()


def test_what_is_no_number_is_left_out_of_the_statistics_and_marked_in_the_picture():
    values = np.array([[[1, np.nan], [3, np.inf]]], np.float32)
    every = channels_of(values)
    found = dict(zip(STATISTICS, every.statistics[0], strict=True))
    assert (found["mean"], found["min"], found["max"], found["variance"]) == (2, 1, 3, 1)
    assert (every.levels[0] == [[0, TOP + 1], [TOP, TOP + 1]]).all()


def test_dead_and_constant_channels_are_told_apart():
    values = np.stack([np.zeros((3, 3)), np.full((3, 3), 2.0), np.arange(9.0).reshape(3, 3)]).astype(np.float32)
    assert channels_of(values).states() == ["dead", "constant", ""]


def test_percentiles_leave_out_a_hundredth_at_each_end():
    values = np.random.default_rng(0).normal(size=(4, 50, 50)).astype(np.float32)
    np.testing.assert_allclose(channels_of(values).percentiles, np.percentile(values, [1, 99]), atol=0.05)


# --- one channel large ---


@pytest.mark.parametrize("activation", ["glu", "cg"])
def test_a_gate_shows_signal_gate_and_product(activation):
    network = replace(GATED, activation=activation)
    tensors, meta, _ = shown(f"{activation}1", network)
    assert meta["planes"] == ["signal", "gate", "product"]
    assert meta["scales"]["gate"] == "gate"
    signal, gate, product = (tensors[f"plane.{name}"] for name in meta["planes"])
    np.testing.assert_array_equal(product, torchs(f"{activation}1", network).y[0, 1])
    np.testing.assert_allclose(signal * gate, product, rtol=1e-4, atol=1e-6)
    assert 0 < gate.min() < gate.max() < 1


def test_dropout_that_drops_shows_its_mask():
    network = replace(GATED, conv_dropout=0.5, training=True)
    tensors, meta, _ = shown("dropout1", network)
    assert meta["planes"] == ["signal", "gate", "product"]
    assert set(np.unique(tensors["plane.gate"])) == {0, 1}


@pytest.mark.parametrize("stage", ["batchnorm1", "dropout1", "pooling1"])
def test_a_stage_that_keeps_its_channels_shows_before_and_after(stage):
    tensors, meta, _ = shown(stage)
    done = torchs(stage)
    assert meta["planes"] == ["before", "after"]
    np.testing.assert_array_equal(tensors["plane.before"], done.x[0, 1])
    np.testing.assert_array_equal(tensors["plane.after"], done.y[0, 1])


@pytest.mark.parametrize("filters", [(4, 6, 8), (4, 4, 4)])
def test_a_convolution_shows_its_output_and_its_kernel(filters):
    network = replace(GATED, nb_filters=filters)
    tensors, meta, _ = shown("conv1", network)
    assert meta["planes"] == ["output"]
    np.testing.assert_array_equal(tensors["plane.output"], torchs("conv1", network).y[0, 1])
    np.testing.assert_array_equal(tensors["kernel"], torchs("conv1", network).state["weight"][1])


def test_a_norm_over_all_channels_shows_before_and_after():
    assert shown("layernorm1", replace(GATED, normalization="layer"))[1]["planes"] == ["before", "after"]


# --- where things lie ---


@pytest.mark.parametrize("stage", ["conv0", "glu1", "pooling2"])
def test_the_spans_of_every_stage_are_there(stage):
    tensors, meta, _ = shown(stage)
    for name, axes in spans(GATED.network, CLIP.grid().values.shape, stage).items():
        for axis, table in enumerate(axes):
            np.testing.assert_array_equal(tensors[f"span.{name}.{axis}"], table)
    assert [one["name"] for one in meta["stages"]] == ["input", *(name for name, _ in GATED.network.stages)]


@pytest.mark.parametrize("given_", [Desed(), BASELINE], ids=["lesson", "baseline"])
def test_a_unit_is_centred_in_the_middle_of_its_field(given_):
    source = Ramp(ndim=2, size=(160, 1024))  # wide enough for a field that is not cut off
    given_ = replace(given_, nb_filters=(1,) * len(given_.nb_filters))
    for stage in (given_.network.stages[-1][0], "conv1"):
        _, meta, _ = shown(stage, given_, 0, source=source)
        words_of = next(one for one in meta["stages"] if one["name"] == stage)
        tables = spans(given_.network, (1, 160, 1024), stage)["input"]
        for lies, n, table in zip(words_of["lies"], words_of["shape"][1:], tables, strict=True):
            middle = n // 2
            assert middle * lies["jump"] + lies["first"] == table[middle].mean()


def test_each_stage_has_a_picture_of_the_channel_or_of_its_last():
    tensors, meta, _ = shown("conv2", channel=7)
    assert {one["name"]: one["channel"] for one in meta["stages"][1:]}["conv0"] == 3
    levels, _ = small_picture(torchs("glu1").y[0, 5:6])
    np.testing.assert_array_equal(tensors["strip.glu1"], levels[0])


def test_the_axes_are_those_of_the_log_mel():
    features = Features(hop_length=512, n_mels=64)
    source = replace(CLIP, features=features)
    tensors, meta, _ = shown("conv0", source=source)
    assert meta["clip"]["step"] == 512 / RATE
    np.testing.assert_allclose(tensors["seconds"][10], features.span(10, 10))
    np.testing.assert_allclose(tensors["hertz"], features.edges(), rtol=1e-6)
    marks = dict(map(tuple, meta["clip"]["hertz"]))
    below = int(marks[1000])
    assert features.hertz()[below] <= 1000 <= features.hertz()[below + 1]


def test_an_input_that_is_no_sound_has_no_seconds():
    tensors, meta, _ = shown("conv0", source=Ramp(ndim=2, size=(32, 64)))
    assert meta["clip"] == {"step": None, "hertz": [], "rate": RATE}
    assert not {"samples", "seconds", "hertz"} & tensors.keys()


def test_the_sound_that_is_heard_is_the_clip():
    tensors, _, _ = shown("conv0")
    np.testing.assert_allclose(tensors["samples"] / 32767, CLIP.samples(), atol=1 / 32767)


# --- requests ---


def test_channel_and_unit_are_pulled_back_inside():
    _, meta, maps = shown("pooling2", channel=99, unit=(9999, 9999))
    assert (maps.view.channel, maps.view.unit) == (7, (62, 1))
    assert (meta["channel"], meta["unit"]) == (7, [62, 1])


def test_the_window_opens_at_the_unit_of_the_maps():
    opened = show(Request(GATED, CLIP, Seeded(3)), StageView("conv1", 2, (20, 7)).window)
    meta = words(opened.blob)
    assert (meta["turned"], meta["at"]["channel"], meta["at"]["cell"]) == (True, 2, [0, 20, 7])
    np.testing.assert_array_equal(opened.done.y[0], torchs("conv1").y[0])


@pytest.mark.parametrize(("stage", "statistical"), [("conv0", ""), ("glu1", "batchnorm0")])
def test_statistics_that_reach_everywhere_are_named(stage, statistical):
    assert shown(stage, replace(GATED, training=True))[1]["statistical"] == statistical
    assert shown(stage)[1]["statistical"] == ""


# --- parts of a sound ---


def test_a_part_is_cut_out_of_the_samples():
    part = Part(whole=CLIP, start=0.25, stop=0.75)
    np.testing.assert_array_equal(part.samples(), CLIP.samples()[4000:12000])
    assert part.grid().values.shape == (1, 1 + 8000 // 256, 128)
    assert str(part.grid().caption).startswith("0.25 s to 0.75 s of an alarm bell")


@pytest.mark.parametrize(("start", "stop"), [(0.5, 0.5), (2, 3), (0.6, 0.2)])
def test_a_part_with_nothing_in_it_is_refused(start, stop):
    with pytest.raises(SourceError, match="there is nothing of a sound of 1 s"):
        Part(whole=CLIP, start=start, stop=stop).grid()


def test_a_picture_has_no_parts():
    with pytest.raises(SourceError, match="Only a sound has parts"):
        Part(whole=Ramp(ndim=2), start=0, stop=1).grid()


# --- weights of one's own ---


def checkpoint(network):
    state = {key: torch.tensor(value) for key, value in network.network.state(11).items()}
    file = BytesIO()
    torch.save({"state_dict": {f"sed_student.cnn.{key}": value for key, value in state.items()}}, file)
    return Checkpoint(file.getvalue(), "mine.ckpt")


def test_a_checkpoints_weights_are_those_that_are_shown():
    tensors, _, _ = shown("pooling2", weights=Loaded(checkpoint(GATED)))
    expected = run_network(GATED.network, CLIP.grid().values[None], seed=11)["pooling2"].y[0]
    np.testing.assert_array_equal(tensors["plane.after"], expected[1])


def test_a_checkpoint_of_another_network_is_refused_with_names():
    with pytest.raises(CheckpointError, match="do not fit this network"):
        shown("conv0", replace(GATED, nb_filters=(4, 6, 9)), weights=Loaded(checkpoint(GATED)))


def test_a_clip_is_read_once():
    assert clip_of(CLIP).values is clip_of(LogMel(seconds=1)).values
