"""Networks: the DESED stack against its own class, published counts, and receptive fields by autograd."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from strategies import values
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.fields import Field, fields
from cnnviz.geometry import GeometryError
from cnnviz.layers import AvgPool, Conv, LeakyReLU, ReLU
from cnnviz.network import BASELINE, Desed, Network, run_network
from cnnviz.run import BudgetError
from cnnviz.trace import trace

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
            else:
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
    return list(done.values())[-1].y


every_block = [
    pytest.param(replace(SMALL, activation=activation, normalization=normalization), id=f"{activation}-{normalization}")
    for activation in ("relu", "leakyrelu", "glu", "cg")
    for normalization in ("batch", "layer")
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
    np.testing.assert_allclose(last(run_network(given.network, x, seed=5)), expected, rtol=1e-4, atol=1e-5)


def test_in_training_batch_norm_takes_the_batchs_own_statistics():
    given = replace(SMALL, conv_dropout=0.0, training=True)
    x = values((1, FRAMES, MELS))
    with torch.no_grad():
        expected = recipe(given, seed=5).train()(torch.from_numpy(x)[None])[0]
    np.testing.assert_allclose(last(run_network(given.network, x, seed=5)), expected, rtol=1e-4, atol=1e-5)


def test_a_checkpoint_with_running_statistics_gives_its_own_output():
    module = recipe(SMALL, seed=1)
    with torch.no_grad():
        module.train()(torch.randn(4, 1, FRAMES, MELS, generator=torch.Generator().manual_seed(2)))
        x = values((1, FRAMES, MELS))
        expected = module.eval()(torch.from_numpy(x)[None])[0]
    weights = {key: value.numpy() for key, value in module.state_dict().items()}
    np.testing.assert_allclose(last(run_network(SMALL.network, x, 9, weights)), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("given", every_block)
def test_a_cell_of_every_stage_is_replayed_by_hand(given):
    for done in run_network(given.network, values((1, FRAMES, MELS))).values():
        cell = tuple(n // 2 for n in done.y.shape[1:])
        assert trace(done, 1, cell).value == pytest.approx(float(done.y[1, *cell]), rel=1e-4, abs=1e-5)


def test_each_stage_reads_what_the_one_before_gave():
    done = list(run_network(SMALL.network, values((1, FRAMES, MELS))).values())
    for before, after in pairwise(done):
        np.testing.assert_array_equal(before.y, after.x)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("given", every_block)
def test_a_stage_alone_is_the_same_as_among_all_the_others(given, training):
    network, x = replace(given, training=training).network, values((1, FRAMES, MELS))
    every, seen = run_network(network, x, seed=4), {}
    alone = run_network(network, x, 4, full={"conv1", "pooling2"}, see=lambda name, done: seen.update({name: done.y}))
    assert list(alone) == ["conv1", "pooling2"]
    assert list(seen) == list(every)
    for name, done in every.items():
        np.testing.assert_array_equal(seen[name], done.y)
    np.testing.assert_array_equal(alone["conv1"].state["weight"], every["conv1"].state["weight"])


def test_what_all_stages_cost_together_is_limited():
    wide = Desed(nb_filters=(256,) * 6, kernel_size=(3,) * 6, padding=(1,) * 6, stride=(1,) * 6, pooling=((1, 1),) * 6)
    with pytest.raises(BudgetError, match="All stages together take"):
        run_network(wide.network, values((1, 64, 64)))


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
        run_network(network, values((1, 5, 5)))


def test_blocks_of_uneven_lengths_are_refused():
    with pytest.raises(GeometryError, match="one entry for each block"):
        _ = replace(SMALL, stride=(1, 1)).network


@pytest.mark.parametrize(("activation", "kind"), [("relu", ReLU), ("leakyrelu", LeakyReLU)])
def test_both_relus_bear_the_same_name(activation, kind):
    assert isinstance(dict(replace(SMALL, activation=activation).network.stages)["relu0"], kind)
