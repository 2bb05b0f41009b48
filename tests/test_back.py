"""The way back: every backward pass, replayed by hand, against torch's autograd in double precision."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import Numbers, any_setting, cases, each, values

from cnnviz.core.back import FAMILIES, go_back, passes, way
from cnnviz.core.back.conv import padding_before
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    GLU,
    KINDS,
    Activation,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dropout,
    HalvingGLU,
    Layer,
    Linear,
    LinearGate,
    LPPool,
    MaxPool,
    MaxUnpool,
    Shape,
    Upsample,
)
from cnnviz.core.run import BudgetError, Run, run
from cnnviz.core.trace import steps
from cnnviz.text.formula import formula

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

THERE = sorted(KINDS)

# How far a sum of float32 numbers may lie from autograd in double precision.
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


def test_every_kind_of_layer_has_backward_passes():
    assert FAMILIES.keys() == set(KINDS.values())


@each(*KINDS)
@given(data=st.data())
def test_a_layer_has_passes_whatever_its_settings_for_pages_ask_before_it_works(name, data):
    assert passes(data.draw(any_setting(name)))


def doubled(layer: Layer, done: Run) -> torch.nn.Module:
    """The layer's module in double precision, with the weights of the run."""
    module = layer.module()
    module.load_state_dict({name: torch.from_numpy(value) for name, value in done.state.items()})
    return module.double().train(getattr(layer, "training", False))


def gradients(layer: Layer, done: Run, x: torch.Tensor, dy: Numbers, seed: int) -> dict[str, Numbers]:
    """Autograd in double precision: of x (channels, *axes), of every parameter by its name, of the sides of a gate."""
    if isinstance(layer, Dropout):  # which would draw another mask in double precision
        return {"dX": dy * done.parts["gate"] * layer.scale}
    module, x = doubled(layer, done), x[None].clone().requires_grad_()
    y = layer.only(module, x, seed)["output"]
    (y * torch.from_numpy(dy).double().reshape(y.shape)).sum().backward()
    sides = sides_by_torch(done, dy) if isinstance(layer, LinearGate | HalvingGLU) else {}
    return {"dX": x.grad[0].numpy(), **{name: p.grad.numpy() for name, p in module.named_parameters()}, **sides}


def whose(layer: Layer, name: str) -> str:
    """By which name `gradients` has that of a pass."""
    of = way(layer, name).of
    return name if of in ("", "input") else of


def padded_by_torch(done: Run, dy: Numbers, seed: int) -> Numbers:
    """The gradient of the padded input of a convolution."""
    pad, x = padding_before(done.layer), torch.from_numpy(done.x[0]).double()
    padded = pad.module()(x[None])[0]
    return gradients(replace(done.layer, padding=0, padding_mode="zeros"), done, padded, dy, seed)["dX"]


def sides_by_torch(done: Run, dy: Numbers) -> dict[str, Numbers]:
    """The gradients of both sides of a gate, as if its nn.Linear were not there."""
    x = torch.from_numpy(done.x).double()
    if isinstance(done.layer, HalvingGLU):
        signal, gate = (half.clone() for half in x.chunk(2, 1))
    else:
        mixed = doubled(done.layer, done).linear(x.movedim(1, -1)).movedim(-1, 1).detach()
        signal, gate = (mixed, x) if isinstance(done.layer, GLU) else (x, mixed)
    sides = signal.requires_grad_(), gate.requires_grad_()
    found = torch.autograd.grad(signal * torch.sigmoid(gate), sides, torch.from_numpy(dy).double())
    return {name: one[0].numpy() for name, one in zip(("dsignal", "dgate"), found, strict=True)}


def pair_by_pair(grad: Numbers, layer: Conv | ConvTranspose) -> Numbers:
    """A gradient of torch's weight as the maps of a pass: of each channel that is slid over, with all of its pairs."""
    there, many = layer.out_channels // layer.groups, layer.in_channels // layer.groups
    found = []
    if isinstance(layer, ConvTranspose):  # (in, out / groups, *taps), told by output channels
        for o in range(layer.out_channels):
            found += [grad[o // there * many + i, o % there] for i in range(many)]
        return np.array(found)
    for i in range(layer.in_channels):  # (out, in / groups, *taps), told by input channels
        found += [grad[i // many * there + o, i % many] for o in range(there)]
    return np.array(found)


def expected(done: Run, dy: Numbers, name: str, seed: int = 0) -> Numbers:
    """What torch says, in the shape in which the pass gives it."""
    if name == "dX_padded":
        return padded_by_torch(done, dy, seed)
    found = gradients(done.layer, done, torch.from_numpy(done.x[0]).double(), dy, seed)[whose(done.layer, name)]
    if name == "dW" and isinstance(done.layer, Linear):
        return found.reshape(-1, *done.shape).swapaxes(0, 1)  # (in channels, out, *axes)
    if name == "dW" and isinstance(done.layer, Conv | ConvTranspose):
        return pair_by_pair(found, done.layer)
    return found.T if name == "dW" and isinstance(done.layer, LinearGate) else found  # (in channels, out)


def by_hand(back: Run) -> Numbers:
    """Every cell of a pass worked out from its tables."""
    return np.array([[step.value for step in steps(back, channel)] for channel in range(back.y.shape[1])])


def may_go_back(done: Run) -> bool:
    """Has torch gradients? It has none where a window has no winner, or a cell no power."""
    try:
        for one in passes(done.layer):
            one.check(done.example())
    except GeometryError:
        return False
    return True


def tried(layer: Layer, shape: Shape, seed: int = 0) -> Run:
    """A forward pass that has a way back."""
    done = run(layer, values(shape, seed), seed)
    assume(may_go_back(done))
    return done


@each(*THERE)
@given(data=st.data(), seed=st.integers(0, 99))
def test_replaying_every_backward_pass_gives_what_autograd_gives(name, data, seed):
    layer, shape = data.draw(cases(name))
    done = tried(layer, shape, seed)
    dy = values(done.y.shape, seed + 1)
    for one in passes(layer):
        back, torchs = go_back(done, dy, one.name, seed), expected(done, dy, one.name, seed)
        replayed = by_hand(back)
        np.testing.assert_allclose(replayed.ravel(), torchs.ravel(), **CLOSE, err_msg=one.name)
        np.testing.assert_allclose(back.y.ravel(), torchs.ravel(), **CLOSE, err_msg=one.name)


@each("max_pool", "adaptive_max_pool")
@given(data=st.data(), seed=st.integers(0, 99))
def test_of_equal_cells_the_one_wins_that_wins_for_torch(name, data, seed):
    layer, shape = data.draw(cases(name))
    tried(layer, shape, seed)
    done = run(layer, np.sign(values(shape, seed)), seed)
    dy = values(done.y.shape, seed + 1)
    np.testing.assert_allclose(
        by_hand(go_back(done, dy, "dX")).ravel(), expected(done, dy, "dX").ravel(), **CLOSE, err_msg=layer.code()
    )


NORMS = ("batch_norm", "group_norm", "instance_norm", "layer_norm")


@each(*NORMS)
@given(data=st.data(), seed=st.integers(0, 99), n=st.integers(1, 3))
def test_a_norm_of_several_examples_goes_back_to_all_of_them_with_its_weights(name, data, seed, n):
    layer, shape = data.draw(cases(name))
    first = run(layer, values((n, *shape), seed)).state
    learned = {key: values(first[key].shape, 5) for key in ("weight", "bias") if key in first}
    done = run(layer, values((n, *shape), seed), seed, learned)
    dy = values(done.y.shape, seed + 1)
    module, x = doubled(layer, done), torch.from_numpy(done.x).double().requires_grad_()
    (layer.only(module, x, seed)["output"] * torch.from_numpy(dy)).sum().backward()
    back = go_back(done, dy, "dX", seed)
    np.testing.assert_allclose(every_example(back).ravel(), x.grad.numpy().ravel(), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(back.y.ravel(), x.grad.numpy().ravel(), rtol=1e-4, atol=1e-4)
    for one in passes(layer)[1:]:
        back, torchs = go_back(done, dy, one.name, seed), module.get_parameter(one.of).grad.numpy()
        np.testing.assert_allclose(by_hand(back).ravel(), torchs.ravel(), rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(back.y.ravel(), torchs.ravel(), rtol=1e-4, atol=1e-4)
        assert back.layer.torch_shapes(back.shape)[0] == done.x.shape


def test_weights_of_several_examples_are_refused_where_one_scene_holds_one():
    done = run(Conv(), values((2, 1, 5, 5)))
    with pytest.raises(GeometryError, match="Choose 1 example, or dX"):
        go_back(done, done.y, "dW")


def every_example(back: Run) -> Numbers:
    """Every cell of a pass of a batch worked out from its tables."""
    n, channels = back.y.shape[:2]
    return np.array([[[step.value for step in steps(back, c, one)] for c in range(channels)] for one in range(n)])


@given(seed=st.integers(0, 99), n=st.integers(1, 3), p=st.floats(0, 0.9))
def test_each_step_of_dropout_goes_back_through_its_own_mask(seed, n, p):
    done = run(Dropout(p), values((n, 2, 3, 4), seed), seed)
    dy = values(done.y.shape, seed + 1)
    back = go_back(done, dy, "dX", seed)
    np.testing.assert_allclose(back.y, dy * (done.y != 0) * done.layer.scale, rtol=1e-5)
    np.testing.assert_allclose(every_example(back).ravel(), back.y.ravel(), **CLOSE)


def test_a_dy_that_is_the_same_everywhere_brings_nothing_back_through_a_batch_norm_in_training():
    x = values((1, 4, 5), 2)
    train, evaluation = (run(BatchNorm(training=training), x) for training in (True, False))
    assert np.abs(go_back(train, np.ones_like(train.y), "dX").y).max() < 1e-5
    assert np.abs(go_back(evaluation, np.ones_like(evaluation.y), "dX").y).min() > 0.5


CORNERS = [name for name, kind in KINDS.items() if issubclass(kind, Activation)]


@each(*CORNERS)
@given(data=st.data(), seed=st.integers(0, 99))
def test_at_a_corner_a_function_has_the_slope_that_torch_takes(name, data, seed):
    layer, shape = data.draw(cases(name))
    marks = [0.0, 1.0, 3.0, 6.0, *(abs(v) for v in layer.constants().values())]
    x = np.array(marks + [-mark for mark in marks], np.float32)
    done = run(layer, np.random.default_rng(seed).choice(x, shape).astype(np.float32))
    dy = values(done.y.shape, seed + 1)
    back = go_back(done, dy, "dX")
    np.testing.assert_allclose(by_hand(back).ravel(), back.y.ravel(), **CLOSE, err_msg=layer.code())


@each(*THERE)
@given(data=st.data())
def test_a_pass_has_the_shape_that_its_layer_says(name, data):
    layer, shape = data.draw(cases(name))
    done = tried(layer, shape)
    for one in passes(layer):
        back = go_back(done, values(done.y.shape), one.name)
        assert back.layer.output_shape(back.shape) == back.y.shape[1:]
        assert all(map(formula, back.layer.formula(back.shape)))  # which pages can draw
        assert tuple(axis.n_out for axis in back.layer.windows(back.shape)) in ((), back.y.shape[2:])
    assert [one.name for one in passes(layer)].count("dX") == 1


@pytest.mark.parametrize("layer", [Conv(groups=1, bias=False), Conv(padding=1, padding_mode="circular"), Conv()])
def test_a_pass_is_there_for_what_the_layer_has(layer):
    assert ("db" in [one.name for one in passes(layer)]) == layer.bias


def test_a_pass_that_is_not_there_is_refused_with_those_that_are():
    done = run(Conv(bias=False), values((1, 5, 5)))
    with pytest.raises(GeometryError, match=r"nn\.Conv2d has no pass db\. It has dX, dW\."):
        go_back(done, done.y, "db")


def test_slopes_of_several_examples_are_refused_rather_than_told_by_the_first():
    done = run(MaxPool(), values((2, 1, 4, 4)))
    with pytest.raises(GeometryError, match=r"nn\.MaxPool2d is drawn of one example"):
        go_back(done, done.y, "dX")


def test_a_cell_that_wins_in_several_windows_gets_all_of_them():
    x = np.zeros((1, 3, 3), np.float32)
    x[0, 1, 1] = 1
    done = run(MaxPool(kernel_size=2, stride=1), x)
    back = go_back(done, np.ones_like(done.y), "dX")
    assert back.y[0].tolist() == [[[0, 0, 0], [0, 4, 0], [0, 0, 0]]]
    assert by_hand(back).tolist() == [[0, 0, 0, 0, 4, 0, 0, 0, 0]]


def test_winners_of_several_windows_all_get_what_stands_at_their_place():
    pool = MaxPool(kernel_size=2, stride=1)
    x = np.zeros((1, 3, 3), np.float32)
    x[0, 1, 1] = 1
    pooled = run(pool, x)
    done = run(MaxUnpool.of(pool, pooled.parts["indices"], (3, 3)), pooled.y)
    dy = values((1, 3, 3))
    back = go_back(done, dy, "dX")
    np.testing.assert_array_equal(back.y[0], np.full((1, 2, 2), dy[0, 1, 1]))
    np.testing.assert_array_equal(by_hand(back).ravel(), back.y.ravel())


@pytest.mark.parametrize("factor", [1.25, 2.1])
@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_a_factor_that_torch_forgets_on_its_way_back_is_forgotten(ndim, factor):
    done = run(Upsample(scale_factor=factor, ndim=ndim), values((1, *(2,) * ndim)))
    dy = values(done.y.shape, 1)
    np.testing.assert_allclose(by_hand(go_back(done, dy, "dX")).ravel(), expected(done, dy, "dX").ravel(), **CLOSE)


@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0])
def test_a_power_mean_of_zeros_has_the_gradient_that_torch_gives(norm_type):
    done = run(LPPool(kernel_size=2, stride=2, norm_type=norm_type), np.zeros((1, 4, 4), np.float32))
    back = go_back(done, np.ones_like(done.y), "dX")
    np.testing.assert_array_equal(by_hand(back).ravel(), back.y.ravel())
    assert not back.y.any()  # though the slope of a root at 0 is infinite


@given(data=st.data(), seed=st.integers(0, 99), norm_type=st.sampled_from([0.5, 1.5, 2.5, -1.0]))
def test_broken_powers_of_positive_cells_have_gradients(data, seed, norm_type):
    layer, shape = data.draw(cases("lp_pool"))
    done = run(replace(layer, norm_type=norm_type), 0.5 + np.abs(values(shape, seed)))
    dy = values(done.y.shape, seed + 1)
    np.testing.assert_allclose(by_hand(go_back(done, dy, "dX")).ravel(), expected(done, dy, "dX").ravel(), **CLOSE)


def test_a_power_that_is_no_number_is_not_asked_of_torch():
    done = run(LPPool(norm_type=1.5), values((1, 4, 4)))
    with pytest.raises(GeometryError, match=r"whose power 0\.5 is no number") as refused:
        go_back(done, done.y, "dX")
    mended = run(replace(done.layer, **refused.value.fixes[0]), done.x)
    assert go_back(mended, mended.y, "dX").y.shape == done.x.shape


def test_a_maximum_of_padding_alone_is_not_asked_of_torch():
    layer = MaxPool(kernel_size=2, stride=1, padding=1, dilation=4)
    done = run(layer, values((1, 3, 3)))
    with pytest.raises(GeometryError, match="padding alone") as refused:
        go_back(done, done.y, "dX")
    mended = run(replace(layer, **refused.value.fixes[0]), done.x)
    assert go_back(mended, mended.y, "dX").y.shape == done.x.shape


@pytest.mark.parametrize("n", [2, 3])
def test_a_bicubic_upsampling_that_keeps_the_size_goes_back_as_torch_has_it(n):
    """Not as its output asks: torch copies dY, though its output is no copy of x."""
    done = run(Upsample(scale_factor=(1.25, 1.25), mode="bicubic"), values((1, n, n)))
    assert not np.array_equal(done.y, done.x)
    dy = values(done.y.shape, 1)
    np.testing.assert_allclose(by_hand(go_back(done, dy, "dX")).ravel(), dy.ravel(), **CLOSE)


def test_a_pass_with_more_slopes_than_a_scene_holds_is_refused():
    done = run(MaxPool(kernel_size=8, stride=1), values((1, 300, 300)))
    with pytest.raises(BudgetError, match=r"Use a smaller input or smaller windows"):
        go_back(done, done.y, "dX")
