"""Checkpoints: every form in which the recipes save their CNN gives the output of the module it came from."""

import io
import re
from copy import deepcopy
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import values
from test_network import SMALL, Recipe, every_block, last
from torch import nn

from cnnviz.core.layers import BatchNorm, Conv, ReLU
from cnnviz.networks.checkpoint import (
    Checkpoint,
    CheckpointError,
    architecture,
    finite_notes,
    load,
    networks,
    others,
)
from cnnviz.networks.checkpoint.design import MOST_BLOCKS
from cnnviz.networks.checkpoint.parts import MOST_NETWORKS
from cnnviz.networks.code import read_code
from cnnviz.networks.desed import BASELINE, Desed
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import Network
from cnnviz.tensorfile import TensorError

GLU = replace(SMALL, activation="glu", conv_dropout=0.0)
FRAMES, MELS = 12, 64


class CRNN(nn.Module):
    """The recipes' network: the CNN, and what stands behind it."""

    def __init__(self, given: Desed):
        super().__init__()
        self.cnn = Recipe(given)
        self.rnn = nn.GRU(given.nb_filters[-1], 2, bidirectional=True)
        self.dense = nn.Linear(4, 10)


class Task(nn.Module):
    """The recipes' training task: a student, a teacher that follows it, and a mel scale."""

    def __init__(self, given: Desed):
        super().__init__()
        self.sed_student = CRNN(given)
        self.sed_teacher = deepcopy(self.sed_student)
        self.register_buffer("mel_scale", torch.ones(3, 2))


def trained(module: nn.Module, seed: int = 0) -> Any:
    """With weights of its own, and running statistics of two batches."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / 3)
        for recipe in (one for one in module.modules() if isinstance(one, Recipe)):
            for _ in range(2):
                recipe.train()(torch.randn(4, 1, FRAMES, MELS, generator=generator))
    return module.eval()


def output(recipe: Recipe, x: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return recipe(torch.from_numpy(x)[None])[0].numpy()


def saved(value: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(value, stream, **options)
    return stream.getvalue()


def assert_gives(data: bytes, recipe: Recipe, given: Desed, part: str = "") -> None:
    """The file's network, with the settings that it was made with, gives what its module gives."""
    opened = Checkpoint(data, part=part).open()
    x = values((1, FRAMES, MELS))
    done = run_network(given.network, x[None], seed=9, weights=load(opened.weights, given.network))
    np.testing.assert_allclose(last(done), output(recipe, x), rtol=1e-4, atol=1e-5)


# --- every form ---

FILES = {
    "zip": saved,
    "pickles": lambda state: saved(state, _use_new_zipfile_serialization=False),
    "safetensors": lambda state: safetensors.torch.save(dict(state)),
}
PREFIXES = ["", "cnn.", "cnn.cnn.", "module.cnn.cnn.", "model.", "sed_student.cnn.cnn.", "a.b.c."]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_output_is_the_modules_whatever_stands_before_the_keys(file, prefix):
    recipe = trained(Recipe(GLU))
    state = {prefix + key: value for key, value in recipe.cnn.state_dict().items()}
    assert_gives(FILES[file](state), recipe, GLU)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("given", every_block)
def test_the_output_is_the_modules_for_every_kind_of_block(file, given):
    network = trained(CRNN(given))
    assert_gives(FILES[file](network.state_dict()), network.cnn, given)


@pytest.mark.parametrize("around", [
    lambda state: state,
    lambda state: {"state_dict": state, "epoch": 3, "hyper_parameters": {}, "optimizer_states": [{"state": {0: 1}}]},
    lambda state: {"model": {"name": "CRNN", "state_dict": state}},
])  # fmt: skip
def test_the_output_is_the_modules_whatever_is_around_the_keys(around):
    network = trained(CRNN(GLU))
    assert_gives(saved(around(network.state_dict())), network.cnn, GLU)


def test_student_and_teacher_are_told_apart():
    task = trained(Task(GLU))
    data = saved({"state_dict": task.state_dict(), "hyper_parameters": {"net": {"dropout": 0.5}}})
    assert Checkpoint(data).open().parts == ("student", "teacher")
    assert_gives(data, task.sed_student.cnn, GLU, "student")
    assert_gives(data, task.sed_teacher.cnn, GLU, "teacher")
    x = values((1, FRAMES, MELS))
    assert np.abs(output(task.sed_student.cnn, x) - output(task.sed_teacher.cnn, x)).max() > 0.01


@pytest.mark.parametrize(
    ("starts", "labels"),
    [
        (["sed_student.cnn."], [""]),
        (["", "sed_teacher.cnn."], ["first", "teacher"]),
        (["model.state_dict.cnn.", "model_ema.state_dict.cnn."], ["first", "model_ema"]),
        (["", "cnn."], ["first", "cnn"]),
        (["student.a.", "student.b."], ["student.a", "student.b"]),
        (["x.cnn.", "x.model."], ["x.cnn", "x.model"]),
    ],
)
def test_networks_are_named_by_what_tells_them_apart(starts, labels):
    found = {f"{start}conv0.weight": torch.full((1, 1, 1, 1), i) for i, start in enumerate(starts)}
    named = networks(found)
    assert list(named) == labels
    assert [float(weights["cnn.conv0.weight"].item()) for weights in named.values()] == list(range(len(starts)))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int8])
def test_weights_of_any_kind_become_float32(dtype):
    weights = networks({"conv0.weight": torch.ones(2, 1, 3, 3, dtype=dtype)})[""]
    assert weights["cnn.conv0.weight"].dtype == np.float32
    np.testing.assert_array_equal(weights["cnn.conv0.weight"], np.ones((2, 1, 3, 3)))


def test_the_count_of_batches_survives_as_a_scalar():
    opened = Checkpoint(saved(trained(Recipe(GLU)).state_dict())).open()
    assert opened.weights["cnn.batchnorm0.num_batches_tracked"].shape == ()
    done = run_network(GLU.network, values((1, FRAMES, MELS))[None], weights=load(opened.weights, GLU.network))
    assert done["batchnorm0"].state["num_batches_tracked"] == 2


def test_what_is_not_of_the_cnn_is_named_as_not_used():
    state = Task(GLU).state_dict()
    unused = others({"state_dict": state})
    assert len(unused) == 1 + 2 * (8 + 2)  # the mel scale; a GRU of two directions and a dense layer, twice
    assert all(re.search(r"mel_scale|\.rnn\.|\.dense\.", key) for key in unused)
    (note,) = Checkpoint(saved(CRNN(GLU).state_dict())).open().notes
    assert str(note) == "Not used here: rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0 and 7 more."


def test_what_stands_beside_the_blocks_is_not_theirs():
    recipe = trained(Recipe(GLU))
    beside = {"rnn.weight": torch.ones(1), "dense.bias": torch.ones(1)}
    assert_gives(saved(recipe.cnn.state_dict() | beside), recipe, GLU)
    assert others(recipe.cnn.state_dict() | beside) == tuple(beside)


def test_weights_that_are_no_numbers_are_counted_and_stay():
    recipe = trained(Recipe(GLU))
    with torch.no_grad():
        recipe.cnn.conv0.bias[:2] = torch.tensor([float("nan"), float("-inf")])
    opened = Checkpoint(saved(recipe.state_dict())).open()
    total = sum(value.numel() for value in recipe.state_dict().values())
    assert tuple(map(str, opened.notes)) == (f"2 of {total:,} weights are NaN or Inf.",)
    assert np.isnan(load(opened.weights, GLU.network)["cnn.conv0.bias"][0])
    assert finite_notes(networks(trained(Recipe(GLU)).state_dict())[""]) == ()


# --- the architecture ---


def read_off(given: Desed, net: Any = None) -> Any:
    return architecture(networks(Recipe(given).state_dict())[""], None if net is None else {"net": net})


@pytest.mark.parametrize("given", every_block)
def test_names_and_shapes_show_all_but_four_fields(given):
    given = replace(given, kernel_size=(3, 5, 1), padding=(1, 2, 0), n_in_channel=2)
    read = read_off(given)
    relu = given.activation in ("relu", "leakyrelu")
    assert read.unknown == (("activation",) if relu else ()) + ("padding", "stride", "pooling")
    assert read.desed == replace(given, conv_dropout=0.0, activation="relu" if relu else given.activation)
    assert not read.desed.training


def test_the_baselines_filters_have_the_baselines_pooling():
    assert read_off(BASELINE).desed == replace(BASELINE, conv_dropout=0.0)
    assert read_off(replace(BASELINE, nb_filters=(16,) * 7)).desed.pooling == ((1, 4),) * 7


NET = {"stride": [1, 2, 1], "padding": [0, 3, 1], "pooling": [[2, 2], (1, 3), [1, 1]], "activation": "LeakyReLU"}


def test_what_weights_cannot_show_is_read_from_the_settings():
    given = replace(
        SMALL,
        activation="leakyrelu",
        stride=(1, 2, 1),
        padding=(0, 3, 1),
        pooling=((2, 2), (1, 3), (1, 1)),
        conv_dropout=0.0,
    )
    network = trained(CRNN(given))
    data = saved({"state_dict": network.state_dict(), "hyper_parameters": {"net": NET}})
    read = Checkpoint(data).open().architecture
    assert (read.desed, read.unknown, read.notes) == (given, (), ())
    assert_gives(data, network.cnn, read.desed)


@pytest.mark.parametrize(
    "wrong",
    [
        {"stride": [1, 1]},
        {"stride": [1, 1, 0]},
        {"stride": [1, 1, 17]},
        {"stride": [1, 1, True]},
        {"stride": [1, 1, 1.0]},
        {"stride": 1},
        {"stride": "111"},
        {"padding": [1, 1, -1]},
        {"padding": [1, 1, 10**12]},
        {"padding": [1, 1, None]},
        {"pooling": [1, 4, 1]},
        {"pooling": [[1, 4, 1]] * 3},
        {"pooling": [[1, 4], [1, 4], [1, 0]]},
        {"pooling": [[1, [4]]] * 3},
        {"activation": "glu"},
        {"activation": "swish"},
        {"activation": ["relu"]},
    ],
)
def test_a_setting_that_makes_no_sense_is_asked_for(wrong):
    (name,) = wrong
    read = read_off(SMALL, NET | wrong)
    assert read.unknown == (name,)
    assert getattr(read.desed, name) == getattr(read_off(SMALL).desed, name)
    assert tuple(map(str, read.notes)) == (f"The checkpoint's own setting of {name} makes no sense here.",)
    data = saved({"state_dict": Recipe(SMALL).state_dict(), "hyper_parameters": {"net": NET | wrong}})
    assert Checkpoint(data).open().notes == read.notes


@pytest.mark.parametrize("said", [None, 5, [], {"net": 5}, {"net": [NET]}, {5: NET}, {"net": {5: 6}}])
def test_settings_of_another_form_say_nothing(said):
    weights = networks(Recipe(SMALL).state_dict())[""]
    assert architecture(weights, said) == architecture(weights)


def test_a_setting_does_not_overrule_the_weights():
    read = read_off(GLU, NET | {"nb_filters": [1, 1, 1], "kernel_size": [5, 5, 5], "activation": "relu"})
    assert (read.desed.activation, read.desed.nb_filters, read.desed.kernel_size) == ("glu", GLU.nb_filters, (3, 3, 3))


@pytest.mark.parametrize(
    ("net", "share"),
    [
        ({"dropout": 0.5}, 0.5),
        ({"conv_dropout": 0.2}, 0.2),
        ({"dropout": 0}, 0.0),
        ({"dropout": 0.5, "conv_dropout": 0.1}, 0.5),
        ({}, 0.0),
    ],
)
def test_the_dropout_of_a_recipe_is_taken(net, share):
    opened = Checkpoint(saved({"state_dict": CRNN(GLU).state_dict(), "hyper_parameters": {"net": net}})).open()
    assert opened.architecture.desed.conv_dropout == share
    dropouts = [layer for name, layer in opened.architecture.desed.network.stages if name.startswith("dropout")]
    assert [layer.p for layer in dropouts] == [share] * len(GLU.nb_filters)


@pytest.mark.parametrize("wrong", [-0.1, 1, 17, "0.5", None, [0.5], True, float("nan")])
def test_a_dropout_that_makes_no_sense_is_said(wrong):
    file = {"state_dict": Task(GLU).state_dict(), "hyper_parameters": {"net": {"dropout": wrong}}}
    read = Checkpoint(saved(file)).open().architecture
    assert read.desed.conv_dropout == 0
    assert tuple(map(str, read.notes)) == ("The checkpoint's own setting of dropout makes no sense here.",)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 20) | st.floats() | st.text(max_size=3) | st.just("relu"),
    lambda inner: st.lists(inner, min_size=2, max_size=3),
    max_leaves=9,
)


@given(net=st.dictionaries(st.sampled_from(list(NET)), plain))
def test_any_settings_give_a_network_that_the_weights_fit(net):
    weights = networks(Recipe(SMALL).state_dict())[""]
    assert load(weights, architecture(weights, {"net": net}).desed.network) is weights


# --- what does not fit ---


def changed(**changes: Any) -> dict[str, torch.Tensor]:
    """A sound network's state with some keys changed, or left out for None; ``_`` is written for the dot."""
    state = dict(Recipe(GLU).cnn.state_dict()) | {key.replace("_", ".", 1): value for key, value in changes.items()}
    return {key: value for key, value in state.items() if value is not None}


def load_refusal(state: dict[str, torch.Tensor]) -> str:
    weights = networks(state)[""]
    with pytest.raises(CheckpointError) as caught:
        load(weights, architecture(weights).desed.network)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"conv1_bias": None}, "cnn.conv1.bias are missing"),
        ({"batchnorm0_weight": None}, "cnn.batchnorm0.weight are missing"),
        ({"conv1_extra": torch.ones(1)}, "cnn.conv1.extra have no place"),
        ({"cg0_linear.bias": torch.ones(1)}, "cnn.cg0.linear.bias have no place"),
        ({"conv0_bias": torch.ones(7)}, "cnn.conv0.bias (7,) ≠ (6,) have another shape"),
        ({"conv1_weight": torch.ones(4, 5, 3, 3)}, "cnn.conv1.weight (4, 5, 3, 3) ≠ (4, 6, 3, 3) have another shape"),
        ({"conv1_weight": None}, "have no place"),
    ],
)
def test_weights_that_do_not_fit_are_named(changes, sentence):
    assert sentence in load_refusal(changed(**changes))


def test_few_names_are_told():
    told = load_refusal({key: value for key, value in changed().items() if "bias" not in key and "running" not in key})
    assert "cnn.conv0.bias, cnn.batchnorm0.bias, cnn.batchnorm0.running_mean and 12 more are missing" in told


def test_other_settings_than_the_weights_are_refused():
    weights = networks(changed())[""]
    with pytest.raises(CheckpointError, match=r"cnn\.conv0\.weight \(6, 1, 3, 3\) ≠ \(6, 1, 5, 5\)"):
        load(weights, replace(GLU, kernel_size=(5, 3, 3)).network)


def test_a_gate_that_would_need_10_to_the_12_weights_is_refused_without_memory():
    weights = networks({"conv0.weight": torch.ones(10**6, 1, 1, 1), "glu0.linear.weight": torch.ones(1, 1)})[""]
    with pytest.raises(CheckpointError, match=r"glu0\.linear\.weight \(1, 1\) ≠ \(1000000, 1000000\)"):
        load(weights, architecture(weights).desed.network)


@pytest.mark.parametrize("shape", [(4,), (4, 1, 3), (4, 1, 3, 5), (0, 1, 3, 3), (4, 1, 0, 0), (2, 1, 3, 3, 3)])
def test_a_convolution_of_another_shape_is_refused(shape):
    weights = networks({"conv0.weight": torch.ones(shape)})[""]
    with pytest.raises(CheckpointError, match=re.escape(str(shape))):
        architecture(weights)


def test_many_blocks_and_many_networks_are_refused():
    one = torch.ones(1, 1, 1, 1)
    with pytest.raises(CheckpointError, match=f"{MOST_BLOCKS + 1} blocks"):
        architecture(networks({f"conv{i}.weight": one for i in range(MOST_BLOCKS + 1)})[""])
    with pytest.raises(CheckpointError, match=f"{MOST_NETWORKS + 1} networks"):
        networks({f"{i}.conv0.weight": one for i in range(MOST_NETWORKS + 1)})


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({}, "no tensors under names"),
        (torch.ones(2), "no tensors under names"),
        ([{"conv0.weight": torch.ones(1, 1, 1, 1)}], "no tensors under names"),
        ({5: {"conv0.weight": torch.ones(1, 1, 1, 1)}}, "no tensors under names"),
        ({5: torch.ones(1)}, "no tensors under names"),
        ({"conv0.weight": [[1.0]]}, "no tensors under names"),
        ({"fc.weight": torch.ones(1), "xconv0.weight": torch.ones(1)}, "it has fc.weight, xconv0.weight"),
        ({"a\x00\n" * 99: torch.ones(1)}, f"it has {'a' * 20}."),
    ],
)
def test_a_file_without_a_network_is_told_what_it_has(found, sentence):
    with pytest.raises(CheckpointError, match="no network of the recipes") as caught:
        networks(found)
    assert sentence in str(caught.value)


def test_a_part_that_is_not_there_is_refused():
    with pytest.raises(CheckpointError, match="no part nobody: choose student, teacher"):
        Checkpoint(saved(Task(GLU).state_dict()), part="nobody").open()


def test_a_file_that_is_no_checkpoint_is_refused():
    with pytest.raises(TensorError, match="empty file"):
        Checkpoint().open()


# --- weights of any network ---

ANY = Network((("conv", Conv(1, 3)), ("norm", BatchNorm(num_features=3)), ("head.0", ReLU())), prefix="net")
BARE = Network((("0", Conv(1, 3)), ("1", Conv(3, 2))), prefix="")


@pytest.mark.parametrize("network", [ANY, BARE], ids=["named", "numbered"])
@pytest.mark.parametrize("start", ["", "module.", "model.student.", "state_dict/", "state_dict/net."])
def test_weights_are_found_wherever_in_the_file_they_are(network, start):
    outer, inner = start.rpartition("/")[::2]
    bare = {key.removeprefix(network.start()): value for key, value in network.seeded(5).state_dict().items()}
    found = {inner + key: value for key, value in bare.items()}
    file = {outer: found, "epoch": 3, "optimizer": {"lr": torch.ones(1)}} if outer else found
    given = Checkpoint(saved(file)).fit(network).weights
    assert given.keys() == network.state(5).keys()
    for key, value in network.state(5).items():
        np.testing.assert_array_equal(given[key], value)


def test_of_several_starts_the_one_with_most_of_the_keys_is_taken():
    keys = {f"whole.{key}": value for key, value in BARE.seeded(5).state_dict().items()}
    beside = {"before.0.weight": torch.ones(1), **keys, "behind.0.weight": torch.ones(1)}
    assert Checkpoint(saved(beside)).fit(BARE).weights.keys() == BARE.state(5).keys()


def test_the_networks_own_keys_are_found_with_their_prefix():
    given = Checkpoint(saved(ANY.module().state_dict())).fit(ANY).weights
    assert given.keys() == ANY.state(0).keys()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda keys: keys.pop("0.weight"), "0.weight are missing"),
        (lambda keys: keys.update({"2.weight": torch.ones(1)}), "2.weight have no place"),
        (lambda keys: keys.update({"1.bias": torch.ones(9)}), r"1.bias \(9,\) ≠ \(2,\) have another shape"),
    ],
)
def test_weights_of_any_network_that_do_not_fit_are_named(change, sentence):
    keys = dict(BARE.seeded(0).state_dict())
    change(keys)
    with pytest.raises(CheckpointError, match=sentence):
        Checkpoint(saved(keys)).fit(BARE)


LAYERS = {
    "BatchNorm2d(2, affine=False)": nn.BatchNorm2d(2, affine=False),
    "BatchNorm2d(2, track_running_stats=False)": nn.BatchNorm2d(2, track_running_stats=False),
    "InstanceNorm2d(2, affine=True)": nn.InstanceNorm2d(2, affine=True),
    "GroupNorm(1, 2, affine=False)": nn.GroupNorm(1, 2, affine=False),
    "PReLU(2)": nn.PReLU(2),
}


@pytest.mark.parametrize("code", LAYERS)
def test_a_layer_has_the_keys_that_torch_gives_it(code):
    state = nn.Sequential(nn.Conv2d(1, 2, 3), LAYERS[code]).state_dict()
    network = read_code(f"nn.Sequential(nn.Conv2d(1, 2, 3), nn.{code})")
    given = Checkpoint(saved(state)).fit(network).weights
    assert given.keys() == {network.start() + key for key in state}


def test_a_file_with_none_of_the_keys_is_told_what_it_has():
    with pytest.raises(CheckpointError, match=r"none of the network's keys, such as net\.conv\.weight: it has other"):
        Checkpoint(saved({"other": torch.ones(1)})).fit(ANY)


def test_a_network_without_weights_takes_none():
    with pytest.raises(CheckpointError, match="has no weights"):
        Checkpoint(saved({"a": torch.ones(1)})).fit(Network((("relu", ReLU()),)))


# --- as a key of a cache ---


def test_checkpoints_of_the_same_bytes_are_equal():
    data = saved({"a": 1})
    one, same, other = (Checkpoint(data), Checkpoint(bytes(bytearray(data))), Checkpoint(data + b" "))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != replace(one, part="teacher")


def test_the_digest_stands_for_the_data():
    assert [one.name for one in fields(Checkpoint) if one.compare] == ["name", "part", "digest"]


def test_the_repr_bears_the_digest_and_not_the_data():
    one, other = Checkpoint(b"\x80" * 1000), Checkpoint(b"\x81" * 1000)
    assert repr(one) != repr(other)
    assert one.digest in repr(one)
    assert len(repr(one)) < 200
