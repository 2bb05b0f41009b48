"""The blob of a whole network: its numbers are torch's, and its tables lead from any unit to any stage."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load
from test_fields import networks
from test_run import fail_on_cuda
from test_scene import words

from cnnviz.core.cache import TOGETHER
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    AvgPool,
    BatchNorm,
    Conv,
    Dropout,
    Flatten,
    GroupNorm,
    LayerNorm,
    Linear,
    MaxPool,
    Permute,
    ReLU,
    Sigmoid,
    Softmax,
)
from cnnviz.core.run import BudgetError
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.patterns import Random
from cnnviz.inputs.samples import Digit, Photo
from cnnviz.networks.checkpoint import Checkpoint
from cnnviz.networks.forward import memory, run_network
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import INPUT, links, spans
from cnnviz.networks.zoo import ZOO, LessonB, kaiming
from cnnviz.scenes import network as flow
from cnnviz.scenes.blob import VERSION
from cnnviz.scenes.build import show
from cnnviz.scenes.layer import MOST_MAPS
from cnnviz.scenes.network import Glance, blocks_of, four, make_flow, side_for
from cnnviz.scenes.palette import TOP
from cnnviz.scenes.request import LayerView, NetworkView, Request
from cnnviz.scenes.weights import Kaiming, Loaded, Seeded


def net(*layers):
    return Network(tuple((f"s{i}", layer) for i, layer in enumerate(layers)))


DENSE = net(Conv(2, 4, (3, 3)), ReLU(), MaxPool((2, 2), (2, 2)), Flatten(), Linear((4, 3, 3), 6), Softmax())
SIGNAL = net(Conv(2, 3, 3, ndim=1), ReLU(), Flatten(), Linear((3, 7, 1), 40))
DIGIT = Fitted(whole=Digit(), shape=(1, 28, 28))
VOLUME = net(Conv(1, 3, (2, 2, 2), ndim=3), MaxPool((2, 2, 2), (2, 2, 2), ndim=3))
SHAPES = {"dense": (DENSE, (2, 8, 8)), "signal": (SIGNAL, (2, 9)), "volume": (VOLUME, (1, 5, 6, 7))}


def values(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def made(network, x, scale="signed"):
    """Tensors and words of a network's blob, and torch's output of each stage."""
    glance, seen = Glance(network, x.shape), {INPUT: x}

    def see(name, done):
        glance(name, done)
        seen[name] = done.y[0].copy()

    run_network(network, x[None], full=(), see=see)
    blob = make_flow(network, x, scale, glance).to_bytes()
    return load(blob), words(blob), seen


# --- numbers ---


@pytest.mark.parametrize("case", SHAPES)
def test_the_numbers_are_torchs(case):
    network, shape = SHAPES[case]
    tensors, meta, seen = made(network, values(shape))
    for i, (name, y) in enumerate(seen.items()):
        assert meta["stages"][i]["name"] == name
        assert meta["stages"][i]["exact"]
        np.testing.assert_array_equal(tensors[f"values.{i}"].ravel(), y.ravel())
        assert tensors[f"values.{i}"].shape == tuple(meta["stages"][i]["size"])
        assert f"levels.{i}" not in tensors


@pytest.mark.parametrize("case", SHAPES)
def test_where_numbers_would_be_too_many_levels_hold_the_means_of_blocks(case, monkeypatch):
    monkeypatch.setattr(flow, "EXACT", 0)
    monkeypatch.setattr(flow, "SIDE", 5)
    monkeypatch.setattr(flow, "SLICES", 2)
    network, shape = SHAPES[case]
    tensors, meta, seen = made(network, values(shape))
    for i, (stage, y) in enumerate(zip(meta["stages"], seen.values(), strict=True)):
        if stage["vector"]:  # a vector is never long
            np.testing.assert_array_equal(tensors[f"values.{i}"].ravel(), y.ravel())
            continue
        levels, limits = tensors[f"levels.{i}"], tensors[f"range.{i}"]
        whole = y.reshape(stage["size"])
        assert max(levels.shape[2:]) <= 5
        low, high = (limits[:, end, None, None, None] for end in (0, 1))
        found = low + (high - low) * levels / TOP
        for at in (0, -1):
            first = [0 if at == 0 else (n - 1) // b * b for n, b in zip(whole.shape[1:], stage["blocks"], strict=True)]
            block = whole[:, *(slice(a, a + b) for a, b in zip(first, stage["blocks"], strict=True))]
            gap = np.abs(found[:, at, at, at] - block.mean((1, 2, 3)))
            assert (gap <= (high - low).ravel() / TOP + 1e-6).all()


def test_a_vector_that_is_too_long_is_a_small_picture(monkeypatch):
    monkeypatch.setattr(flow, "EXACT", 0)
    monkeypatch.setattr(flow, "LONG", 100)
    monkeypatch.setattr(flow, "SIDE", 8)
    tensors, meta, seen = made(net(Flatten()), values((2, 10, 12)))
    assert meta["stages"][1]["blocks"] == [4, 1, 1]
    assert meta["stages"][1]["across"] == 8
    low, high = tensors["range.1"][0]
    assert abs(low + (high - low) * tensors["levels.1"][0, 1, 0, 0] / TOP - seen["s0"].ravel()[4:8].mean()) < 0.02


def test_dead_constant_and_broken_maps_are_told_apart():
    x = np.stack([np.zeros((3, 3)), np.full((3, 3), 2), np.full((3, 3), np.nan), np.eye(3)]).astype(np.float32)
    tensors, meta, _ = made(net(ReLU()), x)
    assert meta["stages"][0]["states"] == ["dead", "constant", "no number", ""]
    assert np.isfinite(tensors["range.0"]).all()


def test_of_maps_of_one_cell_nothing_is_said_unless_it_is_no_number():
    x = np.array([0, 2, np.nan], np.float32).reshape(3, 1, 1)
    assert made(net(ReLU()), x)[1]["stages"][0]["states"] == ["", "", "no number"]


def test_cells_that_are_no_number_are_marked_in_levels(monkeypatch):
    monkeypatch.setattr(flow, "EXACT", 0)
    x = np.array([[[1, np.nan], [3, np.inf]]], np.float32)
    tensors, _, _ = made(net(ReLU()), x)
    assert tensors["levels.0"].ravel().tolist() == [0, TOP + 1, TOP, TOP + 1]


# --- size ---


@pytest.mark.parametrize("name", ZOO)
def test_small_pictures_stay_within_their_bytes(name):
    preset = ZOO[name]
    sizes = [four(shape) for shape in (preset.shape, *preset.network.shapes(preset.shape))]
    side = side_for(sizes)
    small = [[-(-n // b) for n, b in zip(size[1:], blocks_of(size, side), strict=True)] for size in sizes]
    assert sum(size[0] * np.prod(one) for size, one in zip(sizes, small, strict=True)) <= flow.PICTURES
    assert all(max(one[1:]) <= side for one in small)


def test_the_side_is_as_large_as_it_may_be(monkeypatch):
    sizes = [(10, 1, 60, 60)]
    assert side_for(sizes) == 64
    monkeypatch.setattr(flow, "PICTURES", 10 * 30 * 30)
    assert side_for(sizes) == 59  # blocks of two, as down to a side of 30
    monkeypatch.setattr(flow, "PICTURES", 1)
    assert side_for(sizes) == flow.LEAST


# --- which cells go with which ---


def chained(tensors, meta, i, j, axis, cell):
    """First and last cell of stage j that go with a cell of stage i along an axis, by looking up; None for none."""
    span = [cell, cell]
    for k in range(i, j, -1) if j < i else range(i + 1, j + 1):
        way, before = meta["stages"][k]["way"], meta["stages"][k - (j < i)]
        if way == "all":
            span = [0, before["size"][axis] - 1]
            continue
        table = tensors.get(f"{'back' if j < i else 'forth'}.{k}.{axis}")
        if table is not None:
            span = [int(table[span[0], 0]), int(table[span[1], 1])]
        if span[0] > span[1]:
            return None
    return span


@given(networks(holes=True), st.booleans(), st.data())
def test_chained_tables_are_the_spans_of_every_pair_of_stages(case, turned, data):
    network, shape = case
    if turned:
        at = data.draw(st.integers(0, len(network.stages)))
        (_, *size) = [shape, *network.shapes(shape)][at]
        if size[0] == size[1]:  # so that the layers behind still work
            stages = [*network.stages[:at], ("turn", Permute((0, 2, 1))), *network.stages[at:]]
            network = Network(tuple(stages))
    tensors, meta, _ = made(network, np.ones(shape, np.float32))
    names = [stage["name"] for stage in meta["stages"]]
    for i, name in enumerate(names):
        for other, tables in spans(network, shape, name).items():
            for axis, table in enumerate(tables, 2):
                for cell, (first, last) in enumerate(table):
                    found = chained(tensors, meta, i, names.index(other), axis, cell)
                    between = meta["stages"][min(i, names.index(other)) + 1 : max(i, names.index(other)) + 1]
                    if found is None and any(stage["way"] == "all" for stage in between):
                        continue  # a unit that nothing reads reaches nothing, whatever comes behind
                    assert found == ([first, last] if first <= last else None)


def test_links_are_none_where_cells_lose_their_places():
    assert [link is None for link in links(DENSE, (2, 8, 8))] == [False, False, False, True, True, False]


def test_channels_go_with_the_channels_of_their_group():
    tensors, _, _ = made(net(Conv(4, 6, (1, 1), groups=2)), values((4, 3, 3)))
    assert tensors["back.1.0"].tolist() == [[0, 1]] * 3 + [[2, 3]] * 3
    assert tensors["forth.1.0"].tolist() == [[0, 2]] * 2 + [[3, 5]] * 2


def test_what_is_simply_kept_has_no_table():
    tensors, meta, _ = made(net(Conv(2, 2, (3, 3)), ReLU(), GroupNorm(num_groups=1, num_channels=2)), values((2, 6, 7)))
    assert meta["stages"][2]["way"] == meta["stages"][3]["way"] == "tables"
    assert {name for name in tensors if name.startswith("back")} == {"back.1.0", "back.1.2", "back.1.3"}


def test_of_a_vector_a_function_reads_its_own_number_and_a_softmax_all():
    network = net(Linear((4, 1, 1), 5), ReLU(), Softmax())
    tensors, meta, _ = made(network, values((4,)))
    assert [stage["way"] for stage in meta["stages"]] == ["", "all", "tables", "tables"]
    assert not any(name.startswith(("back.2", "forth.2")) for name in tensors)
    assert tensors["back.3.1"].tolist() == tensors["forth.3.1"].tolist() == [[0, 4]] * 5


@pytest.mark.parametrize("shape", [(3, 4, 5), (3, 4), (2, 3, 4, 2), (7,)])
def test_a_flattened_number_is_the_cell_that_is_named(shape):
    x = values(shape)
    tensors, meta, _ = made(net(Flatten()), x)
    assert meta["stages"][1]["way"] == "cells"
    before = x.reshape(four(shape))
    found = [before[*cell] for cell in tensors["cells.1"].tolist()]
    np.testing.assert_array_equal(found, tensors["values.1"].ravel())


def test_indices_beyond_sixteen_bits_are_kept():
    tensors, _, _ = made(net(Flatten(), ReLU(), Softmax()), values((1, 200, 200)))
    assert tensors["back.3.1"][0].tolist() == [0, 39_999]


# --- words ---


def test_every_stage_is_told_as_torch_has_it():
    _, meta, _ = made(DENSE, values((2, 8, 8)))
    told = [(stage["name"], stage["shape"], stage["vector"], stage["bars"]) for stage in meta["stages"]]
    assert told[:3] == [
        (INPUT, "(1, 2, 8, 8)", False, False),
        ("s0", "(1, 4, 6, 6)", False, False),
        ("s1", "(1, 4, 6, 6)", False, False),
    ]
    assert told[4:] == [("s3", "(1, 36)", True, False), ("s4", "(1, 6)", True, True), ("s5", "(1, 6)", True, True)]
    assert meta["version"] == VERSION
    assert meta["stages"][1]["code"] == "nn.Conv2d(2, 4, kernel_size=3)"


@pytest.mark.parametrize(
    ("case", "axes", "across"),
    [("dense", ["row", "column"], 1), ("signal", ["position"], 1), ("volume", ["slice", "row", "column"], 3)],
)
def test_axes_have_names_and_slices_lie_side_by_side(case, axes, across):
    network, shape = SHAPES[case]
    first = made(network, values(shape))[1]["stages"][0]
    assert (first["axes"], first["across"]) == (axes, across)


def test_a_long_vector_is_wrapped_into_rows_and_a_short_one_has_bars():
    _, meta, _ = made(SIGNAL, values((2, 9)))
    assert [(stage["size"][1], stage["across"], stage["bars"]) for stage in meta["stages"][3:]] == [
        (21, 1, True),
        (40, 7, False),
    ]


def test_colours_go_on_through_layers_that_keep_them():
    network = net(AvgPool((2, 2), (2, 2)), Conv(3, 2, (1, 1)), Sigmoid(), Dropout(0.5, training=False))
    _, meta, _ = made(network, values((3, 4, 4)), "picture")
    assert [stage["scale"] for stage in meta["stages"]] == ["picture", "picture", "signed", "gate", "gate"]
    assert set(meta["palette"]) == {"picture", "signed", "gate"}
    assert meta["diverging"] == ["signed"]


@pytest.mark.parametrize(
    ("shape", "scale", "wanted"),
    [
        ((3, 4, 4), "picture", True),
        ((1, 4, 4), "picture", False),
        ((3, 4, 4), "signed", False),
        ((3, 4), "picture", False),
    ],
)
def test_only_a_picture_of_three_channels_is_in_colour(shape, scale, wanted):
    network = net(ReLU())
    _, meta, _ = made(network, np.abs(values(shape)) / 9, scale)
    assert meta["colour"] == ([0, 1] if wanted else None)


def test_modes_are_named_where_they_matter():
    layers = (Conv(1, 2, (1, 1)), BatchNorm(num_features=2, training=True, steps=1), Dropout(0.5, training=False))
    _, meta, _ = made(net(*layers), values((1, 4, 4)))
    assert [stage["mode"] for stage in meta["stages"]] == ["", "", "train", "eval"]


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        (GroupNorm(num_groups=1, num_channels=2), "s1"),
        (BatchNorm(num_features=2, training=True, steps=1), "s1"),
        (LayerNorm(normalized_shape=(2, 4, 4)), "s1"),
        (BatchNorm(num_features=2, training=False, steps=0), ""),
        (Softmax(), ""),
    ],
)
def test_statistics_that_see_the_whole_input_are_named(layer, wanted):
    _, meta, _ = made(net(Conv(1, 2, (1, 1)), layer, Flatten(), Linear((2, 4, 4), 3)), values((1, 4, 4)))
    assert [stage["statistical"] for stage in meta["stages"]] == ["", "", wanted, wanted, wanted]


def test_of_several_statistics_the_first_is_named():
    norm = GroupNorm(num_groups=1, num_channels=2)
    _, meta, _ = made(net(norm, ReLU(), norm), values((2, 4, 4)))
    assert [stage["statistical"] for stage in meta["stages"]] == ["", "s0", "s0", "s0"]


# --- from a request ---


def test_a_request_is_run_once_as_a_whole():
    request = Request(LessonB().network, DIGIT, Seeded(2))
    shown = show(request, NetworkView())
    done = run_network(request.network, DIGIT.grid().values[None], 2)
    tensors = load(shown.blob)
    for i, one in enumerate(done.values(), 1):
        np.testing.assert_array_equal(tensors[f"values.{i}"].ravel(), one.y.ravel())
    assert shown.macs == 3_939_136
    assert shown.memory == memory(request.network, (1, 28, 28))
    assert shown.device == done["linear_11"].device
    assert shown.seconds > 0


def test_the_request_says_with_which_weights_it_starts():
    network = LessonB().network
    done = run_network(network, DIGIT.grid().values[None], 2, Kaiming(2).state(network))
    shown = [load(show(Request(network, DIGIT, weights), NetworkView()).blob) for weights in (Kaiming(2), Seeded(2))]
    np.testing.assert_array_equal(shown[0]["values.12"].ravel(), done["linear_11"].y.ravel())
    assert (shown[0]["values.12"] != shown[1]["values.12"]).any()


def test_weights_that_begin_as_in_the_lesson_are_of_the_requests_seed():
    given = Kaiming(2).state(LessonB().network)
    for key, value in kaiming(LessonB().network, 2).items():
        np.testing.assert_array_equal(given[key], value)


def test_a_checkpoint_is_loaded_over_torchs_start():
    network, file = net(Conv(1, 2, (3, 3))), BytesIO()
    torch.save(network.seeded(7).state_dict(), file)
    loaded = Loaded(Checkpoint(file.getvalue())).state(network)
    for key, value in network.state(7).items():
        np.testing.assert_array_equal(loaded[key], value)


@pytest.mark.parametrize("view", [NetworkView(), LayerView()])
def test_a_network_that_needs_too_much_memory_is_refused(view, monkeypatch):
    monkeypatch.setattr(Network, "budget", 1)
    with pytest.raises(BudgetError):
        show(Request(net(ReLU()), DIGIT), view)


@pytest.mark.parametrize("view", [NetworkView(), LayerView()])
def test_a_full_device_is_told_of_a_network_as_well(view, monkeypatch):
    fail_on_cuda(monkeypatch, torch.OutOfMemoryError("Tried to allocate 9 GiB"))
    TOGETHER.forget()
    assert (
        show(Request(net(ReLU()), DIGIT), view).notice == "The cuda device ran out of memory, so this ran on the CPU."
    )


def test_only_the_first_stage_reads_the_colours_of_the_picture():
    request = Request(net(Conv(3, 3, (1, 1)), ReLU()), Fitted(whole=Photo(), shape=(3, 8, 8)))
    assert words(show(request, NetworkView()).blob)["stages"][0]["scale"] == "picture"
    scales = [words(show(request, LayerView(stage)).blob)["scales"]["input"] for stage in ("s0", "s1")]
    assert scales == ["picture", "signed"]


def test_a_stage_with_more_maps_than_there_is_room_for_is_refused_and_those_before_it_are_not():
    request = Request(net(ReLU(), Conv(1, MOST_MAPS + 1, (1, 1))), Random(size=(4, 4)))
    assert show(request, LayerView("s0")).done.y.shape[1:] == (1, 4, 4)
    with pytest.raises(BudgetError, match="the stage has room for"):
        show(request, LayerView("s1"))


def test_a_dense_layer_costs_what_all_its_outputs_cost():
    request = Request(net(Flatten(), Linear((768, 1, 1), 600)), Fitted(whole=Photo(), shape=(3, 16, 16)))
    assert show(request, LayerView("s1")).cost.macs == 768 * 600


def test_training_and_eval_differ():
    network = LessonB(use_batchnorm=True).network
    trained = LessonB(use_batchnorm=True, training=True).network
    both = [load(show(Request(one, DIGIT), NetworkView()).blob) for one in (network, trained)]
    names = [name for name, _ in network.stages]
    same = [np.array_equal(both[0][f"values.{i}"], both[1][f"values.{i}"]) for i in range(len(names) + 1)]
    assert same[: names.index("batchnorm2d_01") + 1] == [True, True]
    assert not any(same[2:])


def test_a_network_without_stages_shows_its_input():
    shown = show(Request(Network(()), DIGIT), NetworkView())
    assert [stage["name"] for stage in words(shown.blob)["stages"]] == [INPUT]


def test_what_does_not_fit_is_said_by_name():
    with pytest.raises(GeometryError, match=r"^s0: "):
        show(Request(net(Conv(1, 2, (9, 9))), Random(size=(4, 4))), NetworkView())


def test_the_input_is_not_changed():
    x = values((2, 8, 8))
    before = torch.tensor(x)
    made(replace(DENSE), x)
    np.testing.assert_array_equal(before, x)
