"""Networks: any layers in a row against torch's own, the DESED stack against its class, fields by autograd."""

import weakref
from dataclasses import replace
from itertools import pairwise
from math import prod

import numpy as np
import pytest
import torch
from examples import examples
from hypothesis import assume
from hypothesis import given as given_any
from hypothesis import strategies as st
from strategies import agreed, per_axis, values
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    KINDS,
    AvgPool,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dropout,
    Flatten,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool,
    Permute,
    ReLU,
    Softmax,
)
from cnnviz.core.run import BudgetError
from cnnviz.core.settings import knobs
from cnnviz.core.trace import trace
from cnnviz.networks.desed import BASELINE, Desed
from cnnviz.networks.forward import memory, run_network
from cnnviz.networks.network import Network, after
from cnnviz.networks.receptive_field import Field, fields

SMALL = Desed(nb_filters=(6, 4, 8), conv_dropout=0.3)
FRAMES, MELS = 12, 64


class Gate(nn.Module):
    """Both gates of the recipes, written from their formulas."""

    def __init__(self, channels, context):
        super().__init__()
        self.linear = nn.Linear(channels, channels)
        self.context = context

    def forward(self, x):
        mixed = torch.einsum("oc,nchw->nohw", self.linear.weight, x) + self.linear.bias[:, None, None]
        return x * torch.sigmoid(mixed) if self.context else mixed * torch.sigmoid(x)


class Recipe(nn.Module):
    """The CNN of the recipes as lesson A has it."""

    def __init__(self, given: Desed):
        super().__init__()
        self.cnn = nn.Sequential()
        channels = (given.n_in_channel, *given.nb_filters)
        for i, (read, made) in enumerate(pairwise(channels)):
            numbers = given.kernel_size[i], given.stride[i], given.padding[i]
            self.cnn.add_module(f"conv{i}", nn.Conv2d(read, made, *numbers))
            if given.normalization == "batch":
                self.cnn.add_module(f"batchnorm{i}", nn.BatchNorm2d(made, eps=0.001, momentum=0.99))
            elif given.normalization == "layer":
                self.cnn.add_module(f"layernorm{i}", nn.GroupNorm(1, made))
            name, kind = {
                "relu": ("relu", lambda _: nn.ReLU()),
                "leakyrelu": ("relu", lambda _: nn.LeakyReLU(0.2)),
                "glu": ("glu", lambda c: Gate(c, context=False)),
                "cg": ("cg", lambda c: Gate(c, context=True)),
            }[given.activation]
            self.cnn.add_module(f"{name}{i}", kind(made))
            self.cnn.add_module(f"dropout{i}", nn.Dropout(given.conv_dropout))
            self.cnn.add_module(f"pooling{i}", nn.AvgPool2d(given.pooling[i]))

    def forward(self, x):
        return self.cnn(x)


def recipe(given: Desed, seed: int) -> Recipe:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Recipe(given)


def last(done):
    """The network's output, from its stages."""
    return list(done.values())[-1].y[0]


every_block = [
    pytest.param(replace(SMALL, activation=activation, normalization=normalization), id=f"{activation}-{normalization}")
    for activation in ("relu", "leakyrelu", "glu", "cg")
    for normalization in ("batch", "layer", "none")
]


@pytest.mark.parametrize("given", every_block)
def test_the_keys_and_shapes_are_those_of_the_recipe(given):
    ours = {key: value.shape for key, value in given.network.state(0).items()}
    assert ours == {key: tuple(value.shape) for key, value in recipe(given, 0).state_dict().items()}


@pytest.mark.parametrize("given", every_block)
def test_the_same_seed_gives_the_recipes_output(given):
    x = values((1, FRAMES, MELS))
    with torch.no_grad():
        expected = recipe(given, seed=5).eval()(torch.from_numpy(x)[None])[0]
    np.testing.assert_allclose(last(run_network(given.network, x[None], seed=5)), expected, rtol=1e-4, atol=1e-5)


def test_a_head_scores_each_class_at_each_frame_as_a_linear_layer_does():
    given = replace(SMALL, pooling=((2, 2), (2, 2), (1, 4)), classes=5, head_mels=MELS // 16)
    net, x = recipe(given, seed=5).eval(), values((1, FRAMES, MELS))
    with torch.random.fork_rng():
        torch.manual_seed(5)
        module = given.module()
    state = {key: value.numpy() for key, value in module.state_dict().items()}
    net.load_state_dict({key: torch.from_numpy(value) for key, value in state.items() if ".head." not in key})
    with torch.no_grad():
        maps = net(torch.from_numpy(x)[None])[0]  # (channels, frames', mels')
        weight, bias = (module.get_parameter(f"cnn.head.{name}") for name in ("weight", "bias"))
        expected = nn.functional.linear(maps.movedim(1, 0).flatten(1), weight.flatten(1), bias)  # (frames', classes)
    made = last(run_network(given, x[None], seed=5))
    assert made.shape == (5, FRAMES // 4, 1)
    np.testing.assert_allclose(made[:, :, 0], expected.T, rtol=1e-4, atol=1e-5)
    assert Desed(head_mels=3).stages == Desed().stages  # no classes, no head


def test_in_training_batch_norm_takes_the_batchs_own_statistics():
    given = replace(SMALL, conv_dropout=0.0, training=True)
    x = values((1, FRAMES, MELS))
    with torch.no_grad():
        expected = recipe(given, seed=5).train()(torch.from_numpy(x)[None])[0]
    np.testing.assert_allclose(last(run_network(given.network, x[None], seed=5)), expected, rtol=1e-4, atol=1e-5)


def test_a_checkpoint_with_running_statistics_gives_its_own_output():
    module = recipe(SMALL, seed=1)
    with torch.no_grad():
        module.train()(torch.randn(4, 1, FRAMES, MELS, generator=torch.Generator().manual_seed(2)))
        x = values((1, FRAMES, MELS))
        expected = module.eval()(torch.from_numpy(x)[None])[0]
    weights = {key: value.numpy() for key, value in module.state_dict().items()}
    np.testing.assert_allclose(last(run_network(SMALL.network, x[None], 9, weights)), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("given", every_block)
def test_a_cell_of_every_stage_is_replayed_by_hand(given):
    for done in run_network(given.network, values((1, FRAMES, MELS))[None]).values():
        cell = tuple(n // 2 for n in done.y.shape[2:])
        assert trace(done, 1, cell).value == pytest.approx(float(done.y[0, 1, *cell]), rel=1e-4, abs=1e-5)


def test_each_stage_reads_what_the_one_before_gave():
    done = list(run_network(SMALL.network, values((1, FRAMES, MELS))[None]).values())
    for first, second in pairwise(done):
        np.testing.assert_array_equal(first.y, second.x)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("given", every_block)
def test_a_stage_alone_is_the_same_as_among_all_the_others(given, training):
    network, x = replace(given, training=training).network, values((1, FRAMES, MELS))
    every, seen = run_network(network, x[None], seed=4), {}
    alone = run_network(
        network, x[None], 4, full={"conv1", "pooling2"}, see=lambda name, done: seen.update({name: done.y[0]})
    )
    assert list(alone) == ["conv1", "pooling2"]
    assert list(seen) == list(every)
    for name, done in every.items():
        np.testing.assert_array_equal(seen[name], done.y[0])
    np.testing.assert_array_equal(alone["conv1"].state["weight"], every["conv1"].state["weight"])


def test_what_all_stages_cost_together_is_limited():
    wide = Desed(nb_filters=(256,) * 6, kernel_size=(3,) * 6, padding=(1,) * 6, stride=(1,) * 6, pooling=((1, 1),) * 6)
    with pytest.raises(BudgetError, match="All stages together take"):
        run_network(wide.network, values((1, 64, 64))[None])


# --- published sizes and counts ---


def shape_of(given: Desed, *shape: int) -> tuple[int, ...]:
    return given.network.shapes(shape)[-1]


def test_the_shapes_are_those_of_the_lesson():
    assert shape_of(Desed(), 1, 626, 128) == (64, 626, 2)
    assert shape_of(Desed(), 1, 128, 862) == (64, 128, 13)
    assert shape_of(BASELINE, 1, 626, 128) == (128, 156, 1)


def test_the_floors_of_the_swapped_axes_are_215_53_and_13():
    names = [name for name, _ in Desed().network.stages]
    shapes = dict(zip(names, Desed().network.shapes((1, 128, 862)), strict=True))
    pooled = [shapes[f"pooling{i}"][2] for i in range(3)]
    assert pooled == [215, 53, 13]


@pytest.mark.parametrize(
    ("given", "parameters", "macs"),
    [
        (Desed(), 74_880, 969_228_288),
        (Desed(activation="glu"), 87_360, 1_399_996_416),
        (Desed(activation="cg"), 87_360, 1_399_996_416),
        (BASELINE, 612_688, 840_077_312),
    ],
)
def test_parameters_and_multiply_adds_are_those_published(given, parameters, macs):
    counts = given.network.measures((1, 626, 128))
    assert (sum(c.parameters for c in counts), sum(c.macs for c in counts)) == (parameters, macs)


@pytest.mark.parametrize("given", every_block)
def test_the_multiply_adds_are_half_of_what_torch_counts(given):
    # the gates of the recipe are einsums here; torch counts those as it counts nn.Linear
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        recipe(given, 0)(torch.zeros(1, 1, FRAMES, MELS))
    assert 2 * sum(c.macs for c in given.network.measures((1, FRAMES, MELS))) == counter.get_total_flops()


# --- receptive fields ---


def test_the_receptive_fields_are_those_published():
    assert fields(Desed().network)[-1] == (Field(7, 1, 3), Field(106, 64, 21))
    assert fields(BASELINE.network)[-1] == (Field(50, 4, 23), Field(382, 128, 127))


def test_a_group_norm_makes_the_field_the_whole_input():
    assert all(field.whole for field in fields(Desed(normalization="layer").network)[-1])
    assert not any(field.whole for field in fields(Desed().network)[-1])


def linear_part(given: Desed) -> nn.Sequential:
    """Convolutions of ones and poolings alone, in double precision: nothing cancels."""
    layers = [layer for _, layer in given.network.stages if isinstance(layer, (Conv, AvgPool))]
    module = nn.Sequential(*(layer.module() for layer in layers)).double()
    for parameter in module.parameters():
        nn.init.ones_(parameter)
    return module


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        (replace(SMALL, kernel_size=(3, 5, 1), padding=(1, 2, 0), stride=(1, 2, 1)), (1, 40, 300)),
        (replace(BASELINE, nb_filters=(1,) * 7), (1, 160, 1024)),
    ],
)
def test_a_unit_in_the_middle_answers_exactly_its_field(given, shape):
    x = torch.zeros(1, *shape, dtype=torch.float64, requires_grad=True)
    y = linear_part(given)(x)
    unit = [n // 2 for n in y.shape[2:]]
    y[0, 0, *unit].backward()
    for axis, (field, u) in enumerate(zip(fields(given.network)[-1], unit, strict=True)):
        read = x.grad[0, 0].any(1 - axis).nonzero()[:, 0]
        first = u * field.jump - field.before
        assert (int(read[0]), int(read[-1])) == (first, first + field.size - 1)


# --- what cannot work ---


def test_a_refusal_names_the_stage():
    network = Network((("first", Conv(1, 4, (3, 3))), ("second", Conv(3, 4, (3, 3)))))
    with pytest.raises(GeometryError, match=r"^second: The input has 4 channels"):
        run_network(network, values((1, 5, 5))[None])


def test_blocks_of_uneven_lengths_are_refused():
    with pytest.raises(GeometryError, match="one entry for each block"):
        _ = replace(SMALL, stride=(1, 1)).network


@pytest.mark.parametrize(("activation", "kind"), [("relu", ReLU), ("leakyrelu", LeakyReLU)])
def test_both_relus_bear_the_same_name(activation, kind):
    assert isinstance(dict(replace(SMALL, activation=activation).network.stages)["relu0"], kind)


# --- any layers in a row ---

EVAL = {
    "batch_norm": {"training": False, "steps": 0},
    "dropout": {"training": False},
    "dropout_nd": {"training": False},
}
# what torch's module takes as (examples, features); nn.BatchNorm1d does as well
FOR_VECTORS = {
    *("relu", "leaky_relu", "prelu", "elu", "gelu", "silu", "sigmoid", "tanh", "softmax", "flatten", "linear"),
    *("glu", "context_gating", "halving_glu", "group_norm", "layer_norm", "dropout"),
    *("identity", "relu6", "rrelu", "selu", "celu", "mish", "hardswish", "softplus", "hardsigmoid", "log_sigmoid"),
    *("unflatten", "alpha_dropout", "feature_alpha_dropout"),
    *("hardtanh", "softsign", "tanhshrink", "softshrink", "hardshrink", "log_softmax", "softmin"),
}


def drawn_layer(draw, name, shape):
    """A layer of this kind with small numbers, told what it has to know of what reaches it."""
    kind, chosen = KINDS[name], dict(EVAL.get(name, {}))
    ndim = len(shape) - 1 if len(shape) - 1 in kind.ndims else kind.ndims[0]
    for field, low, high in [("kernel_size", 1, 3), ("stride", 1, 3), ("padding", 0, 1), ("output_size", 1, 4)]:
        if isinstance(getattr(kind, field, None), int):
            chosen[field] = per_axis(draw, ndim * (1 + knobs(kind)[field].sides), low, high)
    for field in ("upscale_factor", "downscale_factor"):
        if hasattr(kind, field):
            chosen[field] = draw(st.integers(1, 2))
    if name == "permute":
        chosen["dims"] = draw(st.permutations(range(len(shape))).map(tuple))
    if name == "flatten":
        chosen["start_dim"] = draw(st.integers(1, len(shape)))
        chosen["end_dim"] = draw(st.sampled_from([-1, *range(chosen["start_dim"], len(shape) + 1)]))
    for field in ("out_channels", "out_features"):
        if hasattr(kind, field):
            chosen[field] = draw(st.integers(1, 4))
    return agreed(kind(ndim=ndim, **chosen), shape)


@st.composite
def any_network(draw, first=None, kinds=tuple(KINDS), axes=(1, 2, 3)):
    """Up to seven layers of any kind that work in a row, and the shape of an input."""
    ndim = draw(st.sampled_from(axes))
    start = shape = (draw(st.integers(1, 4)), *per_axis(draw, ndim, 3, 12 // ndim))
    layers = []
    for name in [*([first] if first else []), *draw(st.lists(st.sampled_from(kinds), max_size=7))]:
        layer = drawn_layer(draw, name, shape)
        try:
            made = after(layer, shape)
        except GeometryError:
            continue  # the others have to do
        if prod(made) < 10**6:
            layers.append(layer)
            shape = made
    return Network(tuple((f"s{i}", layer) for i, layer in enumerate(layers)), draw(st.sampled_from(["", "net"]))), start


def torch_gives_each(network, x, seed):
    """Every stage's output by the plain `nn.Sequential`, without the batch."""
    y, found = torch.from_numpy(x)[None], []
    with torch.no_grad():
        for module in network.seeded(seed).eval():
            y = module(y.contiguous())  # of volumes LocalResponseNorm takes a view
            found.append(y[0].numpy())
    return found


@given_any(any_network(), st.integers(0, 99))
def test_any_layers_give_what_torchs_sequential_gives(case, seed):
    network, shape = case
    x = values(shape, seed)
    done = run_network(network, x[None], seed)
    assert list(done) == [name for name, _ in network.stages]
    for found, expected in zip(done.values(), torch_gives_each(network, x, seed), strict=True):
        np.testing.assert_allclose(found.y.reshape(expected.shape), expected, rtol=1e-4, atol=1e-5)


@given_any(any_network())
def test_the_shapes_are_those_of_torch(case):
    network, shape = case
    assert network.shapes(shape) == [y.shape for y in torch_gives_each(network, values(shape), 0)]


@given_any(any_network(), st.integers(0, 99))
def test_a_stage_of_any_kind_is_the_same_whether_or_not_it_is_kept(case, seed):
    network, shape = case
    x, seen = values(shape, seed), {}
    run_network(network, x[None], seed, full=(), see=lambda name, done: seen.update({name: done.y[0]}))
    for name, done in run_network(network, x[None], seed).items():
        np.testing.assert_array_equal(seen[name], done.y[0])


@given_any(any_network())
def test_a_cell_of_every_stage_of_any_kind_is_replayed_by_hand(case):
    network, shape = case
    for done in run_network(network, values(shape)[None]).values():
        cell = tuple(n // 2 for n in done.y.shape[2:])
        np.testing.assert_allclose(trace(done, 0, cell).value, done.y[0, 0, *cell], rtol=1e-3, atol=1e-4)


def test_a_response_is_normalised_behind_a_permute_of_volumes():
    network = Network((("turn", Permute(dims=(0, 1, 3, 2), ndim=3)), ("norm", LocalResponseNorm(size=3, ndim=3))))
    x = values((4, 3, 3, 5))
    wanted = nn.LocalResponseNorm(3)(torch.from_numpy(x).permute(0, 1, 3, 2).contiguous()[None])[0]
    np.testing.assert_array_equal(run_network(network, x[None])["norm"].y[0], wanted)


@given_any(any_network())
def test_all_multiply_adds_are_half_of_what_torch_counts(case):
    network, shape = case
    with FlopCounterMode(display=False) as counter:
        torch_gives_each(network, values(shape), 0)
    assert 2 * sum(cost.macs for cost in network.measures(shape)) == counter.get_total_flops()


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("max_unpool", "linear", "unflatten")])
@examples(0.3)
@given_any(data=st.data())
def test_each_kind_can_stand_first(name, data):
    network, shape = data.draw(any_network(first=name, axes=KINDS[name].ndims))
    assume(network.stages and isinstance(network.stages[0][1], KINDS[name]))
    x = values(shape)
    for found, expected in zip(run_network(network, x[None]).values(), torch_gives_each(network, x, 0), strict=True):
        np.testing.assert_allclose(found.y.reshape(expected.shape), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", KINDS)
def test_a_vector_is_read_as_torch_reads_it_or_refused(name):
    layer = agreed(KINDS[name](**EVAL.get(name, {})), (6,))
    x, network = values((6,)), Network((("only", layer),))
    if name not in FOR_VECTORS:
        with pytest.raises(GeometryError, match=r"^only: .*\.$"):
            network.shapes((6,))
        return
    found = run_network(network, x[None], seed=3)["only"].y[0]
    (expected,) = torch_gives_each(network, x, 3)
    np.testing.assert_allclose(found.ravel(), expected.ravel(), rtol=1e-5, atol=1e-6)


CLASSIFIER = Network(
    (
        ("conv", Conv(2, 3, (3, 3))),
        ("flat", Flatten()),
        ("dense", Linear((3, 4, 5), 8)),
        ("norm", BatchNorm(num_features=8, ndim=1, training=False, steps=0)),
        ("relu", ReLU()),
        ("last", Linear((8, 1, 1), 4)),
        ("share", Softmax()),
    ),
    prefix="",
)


def test_behind_flatten_there_are_features_and_no_axes():
    assert CLASSIFIER.shapes((2, 6, 7)) == [(3, 4, 5), (60,), (8,), (8,), (8,), (4,), (4,)]


def test_a_dense_layer_reads_the_maps_in_the_shape_that_it_was_made_for():
    done = run_network(CLASSIFIER, values((2, 6, 7))[None])
    np.testing.assert_array_equal(done["dense"].x[0], done["conv"].y[0])
    assert [done[name].y.shape[1:] for name in ("dense", "norm", "share")] == [(8, 1, 1), (8, 1), (4, 1, 1)]


def test_a_softmax_behind_dense_layers_shares_out_one():
    assert run_network(CLASSIFIER, values((2, 6, 7))[None])["share"].y[0].sum() == pytest.approx(1)


@pytest.mark.parametrize("size", [(60,), (1, 1, 60), (60, 1, 1), (3, 4, 5)])
def test_a_dense_layer_may_be_told_its_cells_in_any_shape(size):
    stages = (("flat", Flatten()), ("dense", Linear(size, 2)))
    expected = run_network(Network((stages[0], ("dense", Linear((3, 4, 5), 2)))), values((3, 4, 5))[None])["dense"].y[0]
    np.testing.assert_array_equal(run_network(Network(stages), values((3, 4, 5))[None])["dense"].y[0], expected)


def test_a_layer_that_works_along_any_axes_need_not_be_told_how_many():
    network = Network((("conv", Conv(1, 2, 3, ndim=1)), ("relu", ReLU()), ("drop", Dropout(training=False))))
    assert network.shapes((1, 9)) == [(2, 7)] * 3
    assert run_network(network, values((1, 9))[None])["relu"].layer.ndim == 1


# --- names and keys ---


@pytest.mark.parametrize("prefix", ["", "cnn"])
def test_the_keys_are_those_of_the_module_with_and_without_a_prefix(prefix):
    network = replace(CLASSIFIER, prefix=prefix)
    assert list(network.state(0)) == list(network.module().state_dict())
    assert ("conv.weight" in network.state(0)) == (not prefix)


@pytest.mark.parametrize("prefix", ["", "cnn"])
def test_weights_are_given_by_the_keys_of_the_state(prefix):
    network, x = replace(CLASSIFIER, prefix=prefix), values((2, 6, 7))
    expected = run_network(network, x[None], seed=5)
    done = run_network(network, x[None], seed=6, weights=network.state(5))
    np.testing.assert_array_equal(done["share"].y[0], expected["share"].y[0])


def test_a_dot_in_a_name_makes_a_sequential_within():
    network = Network((("features.0", Conv(1, 2, (3, 3))), ("features.10.b", ReLU()), ("flat", Flatten())), prefix="")
    assert list(network.state(0)) == ["features.0.weight", "features.0.bias"]
    assert isinstance(network.module().get_submodule("features.10"), nn.Sequential)
    x = values((1, 5, 5))
    np.testing.assert_array_equal(last(run_network(network, x[None], 2)).ravel(), torch_gives_each(network, x, 2)[-1])


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("a", "a"), "2 stages are called 'a'. Give each a name of its own."),
        (("", "a"), "A stage cannot be called ''. Use letters and digits, as in 'conv1'."),
        (("a.", "b"), "A stage cannot be called 'a.'. Use letters and digits, as in 'conv1'."),
        (("training", "a"), "A stage cannot be called 'training'. Use letters and digits, as in 'conv1'."),
        (("forward", "a"), "A stage cannot be called 'forward'. Use letters and digits, as in 'conv1'."),
        (("input", "a"), "A stage cannot be called 'input'. Use letters and digits, as in 'conv1'."),
        (("a", "a.0"), "'a' is a stage, and others lie within it. Give it another name."),
        (
            ("a.0", "b.0", "a.b.0"),
            "Stages whose names begin alike up to a dot must follow one another. Move them together.",
        ),
    ],
)
def test_names_that_torch_cannot_tell_apart_are_refused(names, sentence):
    with pytest.raises(GeometryError) as error:
        Network(tuple((name, ReLU()) for name in names))
    assert str(error.value) == sentence


@pytest.mark.parametrize("prefix", ["a.b", "forward", "training"])
def test_a_prefix_that_torch_does_not_take_is_refused(prefix):
    with pytest.raises(GeometryError, match=f"^The nn.Sequential cannot be called '{prefix}'"):
        Network((), prefix)


def test_a_network_without_layers_gives_nothing():
    assert Network(()).sound((1, 2, 2)) == ([], None)
    assert run_network(Network(()), values((1, 2, 2))[None]) == {}


# --- as far as it goes ---


def test_what_stands_before_a_stage_that_cannot_work_is_told():
    stages = list(CLASSIFIER.stages)
    stages[5] = ("last", Linear((9, 1, 1), 4))
    shapes, error = Network(tuple(stages)).sound((2, 6, 7))
    assert shapes == CLASSIFIER.shapes((2, 6, 7))[:5]
    assert str(error) == "last: The input is (8, 1, 1) and the layer reads (9, 1, 1). Set in_features to 8."
    assert error.fixes == ({"size": (8, 1, 1)},)


def test_a_stage_that_cannot_be_counted_is_told():
    large = Network((("conv", Conv(2, 3, (3, 3))), ("up", ConvTranspose(3, 10**12, (10**4, 10**4)))))
    shapes, error = large.sound((2, 6, 7))
    assert shapes == [(3, 4, 5)]
    assert str(error).startswith("up: nn.ConvTranspose2d(3, 1000000000000, ")


def test_of_a_sound_network_nothing_is_wrong():
    assert CLASSIFIER.sound((2, 6, 7)) == (CLASSIFIER.shapes((2, 6, 7)), None)


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        (
            [Linear((2, 6, 7), 3)],
            "s0: In a network nn.Linear reads a vector, and here are maps (2, 6, 7), of which it would take each row "
            "on its own. Put nn.Flatten before it.",
        ),
        (
            [Flatten(), Conv(84, 3, (3, 3))],
            "s1: nn.Conv2d reads maps, and here is a vector of 84 numbers. Put it before nn.Flatten.",
        ),
        (
            [Flatten(), BatchNorm(num_features=84)],
            "s1: nn.BatchNorm2d reads maps, and here is a vector of 84 numbers. Use nn.BatchNorm1d.",
        ),
        (
            [MaxPool((2, 2), (2, 2), return_indices=True)],
            "s0: nn.MaxPool2d with return_indices gives two tensors, and a network hands on one. Switch it off.",
        ),
    ],
)
def test_what_torch_would_not_run_in_a_row_is_refused(layers, sentence):
    network = Network(tuple((f"s{i}", layer) for i, layer in enumerate(layers)))
    assert str(network.sound((2, 6, 7))[1]) == sentence


def test_the_way_out_of_a_norm_for_maps_works():
    wrong = BatchNorm(num_features=84, training=False, steps=0)
    error = Network((("flat", Flatten()), ("norm", wrong))).sound((2, 6, 7))[1]
    mended = replace(wrong, **error.fixes[0])
    assert Network((("flat", Flatten()), ("norm", mended))).sound((2, 6, 7))[1] is None


# --- memory ---


def test_memory_is_what_the_input_all_weights_and_all_outputs_take():
    network = Network(
        tuple(stage for stage in CLASSIFIER.stages if stage[0] != "norm")
    )  # its statistics are no weights
    x = values((2, 6, 7))
    done = run_network(network, x[None]).values()
    arrays = [x, *(one.y for one in done), *(tensor for one in done for tensor in one.state.values())]
    assert memory(network, x.shape) == sum(array.nbytes for array in arrays)


WIDE = Network((("flat", Flatten()), ("dense", Linear((1, 100, 100), 2000))))  # 76 MiB of weights


def test_a_stage_with_many_weights_runs_only_where_its_memory_is_allowed():
    x = values((1, 100, 100))
    with pytest.raises(BudgetError, match="76 MiB and cnnviz stops at 64 MiB"):
        run_network(WIDE, x[None])
    done = run_network(WIDE, x[None], budget=memory(WIDE, x.shape), full={"dense"})
    np.testing.assert_allclose(done["dense"].y.ravel(), torch_gives_each(WIDE, x, 0)[-1], rtol=1e-4, atol=1e-5)


def test_a_budget_that_is_too_small_is_refused_with_both_numbers():
    with pytest.raises(BudgetError) as error:
        run_network(WIDE, values((1, 100, 100))[None], budget=70 * 2**20)
    assert str(error.value) == (
        "Input, weights and all outputs take 76 MiB and 70 MiB are allowed. Use a smaller input, or fewer filters."
    )


def test_a_budget_does_not_allow_more_multiply_adds():
    wide = Network((("conv", Conv(128, 128, (11, 11), padding=(5, 5))),))
    with pytest.raises(BudgetError, match="multiply-adds"):
        run_network(wide, values((128, 100, 100))[None], budget=2**30)


def test_a_module_is_let_go_when_it_has_been_used():
    """Else all weights would be held twice, once in the modules and once in what is kept."""
    alive = []

    def see(name, done):
        alive.append(sum(one() is not None for one in modules))

    network, modules = Network(tuple((f"s{i}", Conv(1, 1, (1, 1))) for i in range(4))), []
    make = Conv.module

    def watched(layer):
        module = make(layer)
        modules.append(weakref.ref(module))
        return module

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Conv, "module", watched)
        network.measures((1, 2, 2))  # counting makes modules as well, once
        modules.clear()
        run_network(network, values((1, 2, 2))[None], see=see)
    assert alive == [3, 2, 1, 0]
