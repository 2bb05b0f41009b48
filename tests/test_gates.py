"""Activations, gates and dropout: what a cell is multiplied by."""

from dataclasses import replace
from math import prod

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from strategies import VALID, cases, dims, each, values
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.core.cost import measure
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    CELU,
    ELU,
    GELU,
    GLU,
    KINDS,
    SELU,
    Activation,
    AlphaDropout,
    ContextGating,
    Dropout,
    DropoutNd,
    FeatureAlphaDropout,
    HalvingGLU,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    MaskGate,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    RReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softmin,
    Softplus,
    Softshrink,
    Softsign,
    Tanh,
    Tanhshrink,
)
from cnnviz.core.layers.gate import block
from cnnviz.core.run import run
from cnnviz.core.trace import steps, trace
from cnnviz.inputs.batch import Times
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import Network

desed = each("glu", "context_gating")


def sigmoid(x):
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def by_hand(done):
    """Every output cell from the tables, shaped as the output."""
    return np.array([[step.value for step in steps(done, c)] for c in range(done.y.shape[1])]).reshape(done.y.shape[1:])


# --- activations ---

GRID = np.array([0.0, -0.0, 1e-6, -1e-6, 0.5, -0.5, 1, -1, 3, -3, 12, -12, 100, -100, 1e4, -1e4], np.float32)
ACTIVATIONS = [
    *(ReLU(), LeakyReLU(), LeakyReLU(0.0), LeakyReLU(1.0), PReLU(), PReLU(-0.5), ELU(), ELU(0.3)),
    *(GELU(), GELU("tanh"), SiLU(), Sigmoid(), Tanh()),
    *(AlphaDropout(), FeatureAlphaDropout()),
    *(Identity(), ReLU6(), RReLU(), RReLU(-0.5, 0.25), Hardtanh(), Hardtanh(-0.5, 3.0), Hardsigmoid(), Hardswish()),
    *(
        Softshrink(),
        Softshrink(0.0),
        Hardshrink(),
        Hardshrink(-1.0),
        Softplus(),
        Softplus(-2.0, 5.0),
        Softplus(3.0, 1.0),
    ),
    *(Mish(), SELU(), CELU(), CELU(0.3), CELU(-2.0), LogSigmoid(), Softsign(), Tanhshrink()),
]


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=lambda layer: layer.code())
def test_a_function_is_that_of_torch_from_zero_to_large_numbers(layer):
    theirs = layer.module().eval().double()(torch.from_numpy(GRID).double()).detach()
    np.testing.assert_allclose([layer.value(float(x)) for x in GRID], theirs, rtol=1e-12, atol=1e-15)


def test_every_activation_is_in_the_grid():
    kinds = {kind for kind in KINDS.values() if issubclass(kind, Activation)}
    assert kinds == {type(layer) for layer in ACTIVATIONS}


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=lambda layer: layer.code())
def test_where_there_is_a_gate_the_cell_times_its_gate_is_the_value(layer):
    products = ReLU | LeakyReLU | PReLU | RReLU | GELU | SiLU | Mish | Hardswish | Hardshrink
    gated = isinstance(layer, products)  # the others are no product
    for x in map(float, GRID):
        gate = layer.gate(x)
        assert (gate is not None) == gated
        assert gate is None or x * gate == pytest.approx(layer.value(x), rel=1e-12)


def test_numbers_of_a_function_go_to_the_browser_whole_ones_too():
    assert Hardtanh(-2, 0.5).constants() == {"min_val": -2, "max_val": 0.5}
    assert ReLU().constants() == {}


def test_a_cell_on_the_bound_of_a_shrinkage_is_on_the_side_that_torch_takes():
    """0.3 in float32 is a little more than 0.3, and torch compares the two as float32."""
    done = run(Hardshrink(0.3), np.array([0.3, -0.3, 0.31, 0.0], np.float32).reshape(1, 2, 2))
    np.testing.assert_array_equal(by_hand(done), done.y[0])


def test_relu_passes_on_what_is_no_number():
    done = run(ReLU(), np.full((1, 1, 1), np.nan, np.float32))
    assert np.isnan(done.y[0]).all()
    assert np.isnan(by_hand(done)).all()


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (ReLU(), {"gate": {"tensor": "input", "through": "ReLU", "take": "gate"}}),
        (Sigmoid(), None),
        (ELU(), None),
    ],
)
def test_only_a_product_tells_of_signal_and_gate(layer, told):
    assert layer.gating((1, 3, 3)) == told


@given(case=dims.flatmap(VALID["softmax"]), scale=st.sampled_from([1, 30, 1000]))
def test_the_shares_along_an_axis_add_up_to_1(case, scale):
    layer, shape = case
    found = by_hand(run(layer, scale * values(shape)))[None]
    axis = (0 if len(shape) == 2 else 1) if layer.dim is None else layer.dim
    np.testing.assert_allclose(found.sum(axis=axis), 1, rtol=1e-12)


@pytest.mark.parametrize("kind", [Softmax, LogSoftmax, Softmin])
@pytest.mark.parametrize(
    ("dim", "shape"),
    [
        (2, (2, 5)),
        (-1, (3, 2, 4)),
        (-3, (3, 2, 4)),
        (3, (2, 3, 2, 2)),
        (None, (3, 2, 4)),
        (None, (3, 2)),
        (0, (3, 2, 4)),
    ],
)
def test_a_softmax_along_an_axis_is_torchs(kind, dim, shape):
    layer, x = kind(dim=dim, ndim=len(shape) - 1), values(shape)
    module = {Softmax: nn.Softmax, LogSoftmax: nn.LogSoftmax, Softmin: nn.Softmin}[kind](dim=dim)
    wanted = module(torch.from_numpy(x)[None])[0].numpy()
    np.testing.assert_allclose(run(layer, x).y[0], wanted, rtol=1e-6)
    np.testing.assert_allclose(by_hand(run(layer, x)), wanted, rtol=1e-5)


@pytest.mark.parametrize(("dim", "shape"), [(4, (2, 3, 4)), (-5, (2, 3, 4)), (3, (2, 3)), (-4, (2, 3))])
def test_a_softmax_along_an_axis_that_is_not_there_is_refused_with_a_way_out(dim, shape):
    layer = Softmax(dim=dim, ndim=len(shape) - 1)
    with pytest.raises(GeometryError) as refused:
        run(layer, values(shape))
    for fix in refused.value.fixes:
        assert run(replace(layer, **fix), values(shape)).y.shape[1:] == shape


@pytest.mark.parametrize(
    ("dim", "fits"), [(1, True), (-1, True), (None, True), (0, True), (-2, True), (2, False), (-3, False)]
)
def test_a_softmax_of_a_vector_is_over_its_features(dim, fits):
    network = Network((("share", Softmax(dim=dim)),))
    if not fits:
        with pytest.raises(GeometryError, match="vector"):
            network.shapes((5,))
        return
    x = values((5,))
    wanted = nn.Softmax(dim=dim)(torch.from_numpy(x)[None])[0].numpy()
    np.testing.assert_allclose(run_network(network, x[None], 0)["share"].y.ravel(), wanted, rtol=1e-6)


def test_softmax_shares_out_along_the_channels():
    done = run(Softmax(), np.log(np.array([1, 2, 5], np.float32)).reshape(3, 1, 1))
    np.testing.assert_allclose(done.y.ravel(), [1 / 8, 2 / 8, 5 / 8], rtol=1e-6)
    np.testing.assert_allclose(by_hand(done).ravel(), [1 / 8, 2 / 8, 5 / 8], rtol=1e-6)


# --- DESED's gates ---


def mixed(done):
    """``linear(x)`` of each pixel, in double precision."""
    weight, bias = (done.state[f"linear.{name}"].astype(np.float64) for name in ("weight", "bias"))
    return np.einsum("oi,i...->o...", weight, done.x[0].astype(np.float64)) + bias.reshape(
        -1, *[1] * (done.x[0].ndim - 1)
    )


@given(case=dims.flatmap(VALID["glu"]), seed=st.integers(0, 99))
def test_the_glu_of_desed_is_the_mixed_signal_times_a_gate_of_each_cell(case, seed):
    done = run(case[0], values(case[1], seed), seed)
    np.testing.assert_allclose(done.y[0], mixed(done) * sigmoid(done.x[0]), rtol=1e-4, atol=1e-6)


@given(case=dims.flatmap(VALID["context_gating"]), seed=st.integers(0, 99))
def test_the_context_gating_of_desed_is_the_signal_times_a_mixed_gate(case, seed):
    done = run(case[0], values(case[1], seed), seed)
    np.testing.assert_allclose(done.y[0], done.x[0] * sigmoid(mixed(done)), rtol=1e-4, atol=1e-6)


@desed
@given(data=st.data())
def test_the_products_of_a_pixel_and_the_bias_add_up_to_what_the_linear_makes(name, data):
    layer, shape = data.draw(cases(name))
    channel, *cell = (data.draw(st.integers(0, n - 1)) for n in shape)
    done = run(layer, values(shape))
    step = trace(done, channel, cell)
    assert (step.terms * step.weights).sum() + step.bias == pytest.approx(mixed(done)[channel, *cell])


def signal_and_gate(layer, done):
    """What the layer says to show as signal and as gate, each shaped as the output."""
    told = layer.gating(done.shape)
    tensors = {"input": done.x[0], **done.example().parts}
    through = {None: lambda x: x, "Sigmoid": sigmoid, "ReLU": lambda x: x > 0}

    def shown(side):
        first = side.get("first", 0)
        part = tensors[side.get("tensor", "input")][first : first + done.y.shape[1]]
        return through[side.get("through")](part)

    return shown(told.get("signal", {})), shown(told["gate"])


@each("glu", "context_gating", "halving_glu", "mask_gate", "relu")
@given(data=st.data(), seed=st.integers(0, 99))
def test_signal_and_gate_as_told_multiply_to_the_output(name, data, seed):
    layer, shape = data.draw(cases(name))
    done = run(layer, values(shape, seed), seed)
    signal, gate = signal_and_gate(layer, done)
    np.testing.assert_allclose(signal * gate, done.y[0], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("layer", "mixes"), [(GLU(channels=2), "signal"), (ContextGating(channels=2), "gate")])
def test_a_gate_says_which_side_the_linear_makes(layer, mixes):
    assert layer.gating((2, 3, 3))["mixes"] == mixes


@pytest.mark.parametrize("kind", [GLU, ContextGating])
def test_a_gate_of_desed_costs_one_product_for_each_pair_of_channels_and_cell(kind):
    layer, shape = kind(channels=5), (5, 6, 7)
    with FlopCounterMode(display=False) as counter:
        layer.module()(torch.zeros(1, *shape))
    assert layer.macs(shape) == 5 * 5 * 6 * 7 == counter.get_total_flops() / 2


@pytest.mark.parametrize("kind", [GLU, ContextGating])
def test_gates_cost_the_desed_block_what_the_books_say(kind):
    """Filters 64, pooling (1, 4) thrice: a gate stands before each pooling. 87,360 - 74,880 parameters."""
    gates = [measure(kind(channels=64), (64, 626, mels)) for mels in (128, 32, 8)]
    assert sum(gate.parameters for gate in gates) == 87_360 - 74_880
    assert sum(gate.macs for gate in gates) == 1_399_996_416 - 969_228_288


@pytest.mark.parametrize(
    ("kind", "gated"),
    [(GLU, lambda x, lin: lin * torch.sigmoid(x)), (ContextGating, lambda x, lin: x * torch.sigmoid(lin))],
)
def test_the_baseline_of_desed_spells_its_gate_so(kind, gated):
    """The channels last for nn.Linear, and back."""
    done = run(kind(channels=3), values((3, 4, 5)), seed=1)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(1)
        x = torch.from_numpy(done.x[0])[None]
        expected = gated(x, nn.Linear(3, 3)(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))
    np.testing.assert_allclose(done.y[0], expected[0], rtol=1e-6, atol=1e-7)


# --- other gates ---


@given(case=dims.flatmap(VALID["halving_glu"]), seed=st.integers(0, 99))
def test_torchs_glu_gates_the_first_half_of_the_channels_by_the_second(case, seed):
    done = run(case[0], values(case[1], seed))
    signal, gate = np.split(done.x[0].astype(np.float64), 2)
    np.testing.assert_allclose(by_hand(done), signal * sigmoid(gate), rtol=1e-12)


def test_a_step_of_torchs_glu_shows_its_two_cells_and_none_between():
    x = np.arange(6, dtype=np.float32).reshape(6, 1, 1)
    assert trace(run(HalvingGLU(), x), 1, (0, 0)).terms.tolist() == [1, 4]


def test_the_glus_differ_in_the_channels_that_come_out():
    assert GLU(channels=4).output_shape((4, 3, 3)) == (4, 3, 3)
    assert HalvingGLU().output_shape((4, 3, 3)) == (2, 3, 3)


def test_a_mask_is_stretched_as_torch_stretches_it():
    for cells in range(1, 80):
        for blocks in range(1, cells + 1):
            stretched = F.interpolate(torch.arange(float(blocks))[None, None], cells, mode="nearest").ravel()
            assert [block(cell, blocks, cells) for cell in range(cells)] == stretched.tolist()


def test_a_mask_lies_the_same_over_every_channel():
    layer = MaskGate((-9.0, 0.0, 9.0), (1, 3))
    done = run(layer, np.ones((2, 2, 6), np.float32))
    row = sigmoid(np.array([-9, -9, 0, 0, 9, 9]))
    np.testing.assert_allclose(done.y[0], np.broadcast_to(row, (2, 2, 6)), rtol=1e-5)
    np.testing.assert_allclose(by_hand(done), np.broadcast_to(row, (2, 2, 6)), rtol=1e-5)


# --- dropout ---

dropouts = each("dropout", "dropout_nd")


@dropouts
@given(data=st.data(), seed=st.integers(0, 99))
def test_the_mask_explains_what_dropout_did(name, data, seed):
    layer, shape = data.draw(cases(name))
    done = run(layer, values(shape, seed), seed)
    expected = done.x[0] * done.parts["gate"][0] / ((1 - layer.p if layer.training else 1) or 1)  # p = 1 leaves nothing
    np.testing.assert_allclose(done.y[0], expected, rtol=1e-5)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_the_mask_drops_about_as_many_cells_as_it_should(p):
    mask = run(Dropout(p), values((4, 100, 100))).parts["gate"][0]
    assert set(np.unique(mask)) <= {0, 1}
    assert (mask == 0).mean() == pytest.approx(p, abs=0.01)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_the_mean_stays_about_what_it_was(p):
    assert run(Dropout(p), np.ones((4, 100, 100), np.float32)).y[0].mean() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("sizes", [(9,), (4, 5), (3, 3, 3)])
def test_whole_channels_are_dropped(sizes):
    mask = run(DropoutNd(0.5, ndim=len(sizes)), values((64, *sizes))).parts["gate"].reshape(64, prod(sizes))
    assert (mask == mask[:, :1]).all()
    assert 0 < mask[:, 0].mean() < 1


@pytest.mark.parametrize("kind", [Dropout, DropoutNd])
def test_in_eval_mode_dropout_does_nothing(kind):
    done = run(kind(0.9, training=False), values((4, 5, 6)))
    np.testing.assert_array_equal(done.y[0], done.x[0])
    assert done.parts["gate"].all()


def test_the_same_seed_drops_the_same_cells_of_any_input():
    masks = [run(Dropout(), values((2, 9, 9), of), seed=7).parts["gate"] for of in (0, 1)]
    np.testing.assert_array_equal(*masks)


def test_each_step_drops_other_cells_of_the_same_input():
    mask = run(Dropout(), Times(3).of(np.ones((2, 9, 9), np.float32))).parts["gate"]
    assert (mask[0] != mask[1]).any()
    assert (mask[1] != mask[2]).any()


def test_another_seed_drops_other_cells():
    masks = [run(Dropout(), values((2, 9, 9)), seed).parts["gate"] for seed in (0, 1)]
    assert (masks[0] != masks[1]).any()


def test_a_cell_that_was_0_counts_as_kept_where_the_mask_kept_it():
    zeros, ones = (run(Dropout(), np.full((2, 9, 9), x, np.float32)).parts["gate"] for x in (0, 1))
    np.testing.assert_array_equal(zeros, ones)


def test_drawing_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    run(Dropout(), values((2, 9, 9)), seed=3)
    assert torch.equal(torch.get_rng_state(), before)
