"""The way back through a network: every gradient is what autograd gives of torch's own nn.Sequential."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import cases, every_kind
from test_fields import networks
from torch.nn import functional as F

from cnnviz.core import device
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import BatchNorm, Conv, Dropout, Flatten, Linear, MaxPool, MaxUnpool, ReLU, Tanh
from cnnviz.core.run import BudgetError
from cnnviz.core.seed import seeded
from cnnviz.networks import backward
from cnnviz.networks.backward import norm, run_backward
from cnnviz.networks.chain import chain
from cnnviz.networks.desed import Desed
from cnnviz.networks.forward import run_network
from cnnviz.networks.loss import CrossEntropy, Mean, Unit, places
from cnnviz.networks.network import INPUT, MOST_BYTES, Network
from cnnviz.networks.zoo import ZOO, kaiming

TOLERANCE = {"rtol": 1e-5, "atol": 1e-7}


def values(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def net(*layers):
    return Network(tuple((f"s{i}", layer) for i, layer in enumerate(layers)))


SMALL = net(
    Conv(2, 4, (3, 3)),
    BatchNorm(num_features=4, training=False, steps=0),
    Tanh(),
    MaxPool((2, 2), (2, 2)),
    Flatten(),
    Linear((4, 3, 3), 6),
)
X = values((2, 8, 8))


def row_of(network, weights):
    """Torch's own nn.Sequential, in the layers' modes, with weights loaded over its start."""
    row = network.seeded(0)
    row.load_state_dict(
        {key.removeprefix(network.start()): torch.from_numpy(w) for key, w in weights.items()}, strict=False
    )
    for name, layer in network.stages:
        row.get_submodule(name).train(getattr(layer, "training", False))
    return row


def by_autograd(network, x, loss, weights=None):
    """Of plain torch: the loss, the gradient by every stage's output, and by every key of the state_dict."""
    row = row_of(network, weights or {})
    given, made = torch.from_numpy(x)[None].requires_grad_(), {}
    y = given
    for name, _ in network.stages:
        y = made[name] = row.get_submodule(name)(y)
        y.retain_grad()
    value = loss(y)
    value.backward()
    grads = {INPUT: given.grad, **{name: one.grad for name, one in made.items()}}
    return value.item(), grads, {key: p.grad for key, p in row.named_parameters()}


def hold(done, network, found):
    """Are all gradients of a pass those that were found?"""
    value, outputs, parameters = found
    assert done.loss == pytest.approx(value, rel=1e-5)
    assert list(done.stages) == [*[name for name, _ in network.stages][::-1], INPUT]
    for name, one in done.stages.items():
        np.testing.assert_allclose(one.dy.ravel(), outputs[name].numpy().ravel(), **TOLERANCE)
        assert one.dy.shape == one.y.shape
        assert one.norm == pytest.approx(np.linalg.norm(outputs[name].double().numpy()), rel=1e-5)
    mine = {f"{name}.{key}": values for name, one in done.stages.items() for key, values in one.parameters.items()}
    assert mine.keys() == parameters.keys()
    for key, gradient in mine.items():
        np.testing.assert_allclose(gradient, parameters[key].numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["lesson B", "lesson C", "LeNet-5"])
def test_all_gradients_of_a_network_are_autograds(name):
    network, shape = ZOO[name].network, ZOO[name].shape
    x = values(shape, 1)
    done = run_backward(network, x, CrossEntropy(target=3))
    hold(done, network, by_autograd(network, x, lambda y: F.cross_entropy(y, torch.tensor([3]))))


def test_so_they_are_with_weights_of_ones_own():
    state = kaiming(SMALL, 4)
    done = run_backward(SMALL, X, CrossEntropy(target=2), weights=state)
    found = by_autograd(SMALL, X, lambda y: F.cross_entropy(y, torch.tensor([2])), state)
    hold(done, SMALL, found)
    assert found[0] != pytest.approx(run_backward(SMALL, X, CrossEntropy(target=2)).loss)


@given(case=networks(), seed=st.integers(0, 9))
def test_of_any_network_the_mean_flows_back_as_autograd_says(case, seed):
    network, shape = case
    x = values(shape, seed)
    hold(run_backward(network, x, Mean()), network, by_autograd(network, x, torch.mean))


def reads_nothing(layer, shape):
    """Does a window of a maximum pooling read padding alone?"""
    return np.isneginf(run_network(chain(layer), np.zeros((1, *shape), np.float32))["0"].y).any()


@given(data=st.data())
def test_a_maximum_without_a_winner_is_refused_and_no_other(data):
    """Torch's own backward pass would write outside of the tensor."""
    layer, shape = data.draw(cases("max_pool"))
    if not reads_nothing(layer, shape):
        run_backward(chain(layer), values(shape), Mean())
        return
    with pytest.raises(GeometryError, match="reads padding alone"):
        run_backward(chain(layer), values(shape), Mean())


def test_a_window_that_reads_padding_alone_is_refused_with_the_way_out():
    pool = MaxPool((2, 2), (1, 1), (1, 1), dilation=(6, 6))
    with pytest.raises(GeometryError) as error:
        run_backward(net(ReLU(), pool), values((1, 5, 5)), Mean())
    assert str(error.value) == (
        "s1: A window of nn.MaxPool2d reads padding alone, and no gradient comes back from there. Use less padding or "
        "a smaller dilation."
    )
    for mended in (replace(pool, padding=(0, 0), dilation=(1, 1)), replace(pool, dilation=(3, 3))):
        assert run_backward(net(ReLU(), mended), values((1, 5, 5)), Mean()).loss


@every_kind
@given(data=st.data())
def test_every_kind_of_layer_hands_its_gradient_back(name, data):
    layer, shape = data.draw(cases(name))
    x = values(shape)
    network = chain(layer)
    assume(not (name == "max_pool" and reads_nothing(layer, shape)))
    done = run_backward(network, x, Mean(), seed=3)
    forth = run_network(network, x[None], 3)["0"]
    np.testing.assert_array_equal(done["0"].y, forth.y[0])
    with seeded(3):
        module = layer.module()
    module.train(getattr(layer, "training", False))
    given = torch.from_numpy(x).requires_grad_()
    y = layer.call(module, given[None], 3)["output"]
    y.mean().backward()
    expected = np.zeros_like(x) if given.grad is None else given.grad.numpy()
    np.testing.assert_allclose(done[INPUT].dy, expected, **TOLERANCE)


def test_the_values_are_those_of_the_forward_pass():
    network = Desed(
        activation="glu",
        nb_filters=(4, 6),
        kernel_size=(3, 3),
        padding=(1, 1),
        stride=(1, 1),
        pooling=((1, 4), (1, 4)),
        training=True,
    )
    x = values((1, 20, 32))
    forth = run_network(network, x[None], seed=5)
    back = run_backward(network, x, Mean(), seed=5)
    for name, done in forth.items():
        np.testing.assert_array_equal(back[name].y, done.y[0])


@pytest.mark.parametrize(
    ("loss", "of"),
    [
        (CrossEntropy(target=5), lambda y: -F.log_softmax(y[0], 0)[5]),
        (Mean(), lambda y: y.mean()),
        (Unit(at=(4,)), lambda y: y[0, 4]),
        (Unit(at=(3, None, 1), stage="s3"), lambda y: y[0, 3, :, 1].mean()),
        (Unit(at=(1,), stage="s3"), lambda y: y[0, 1].mean()),
        (CrossEntropy(target=2, stage="s3"), lambda y: -F.log_softmax(y[0], 0)[2].mean()),
    ],
    ids=["class", "mean", "unit", "row", "channel", "maps"],
)
def test_any_loss_is_what_it_says(loss, of):
    network = loss.network(SMALL)
    hold(run_backward(SMALL, X, loss), network, by_autograd(network, X, of))


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (CrossEntropy(target=6), "There are 6, from 0 to 5, and 6 is none of them. Choose one of these."),
        (Unit(at=(-1,)), "There are 6, from 0 to 5, and -1 is none of them. Choose one of these."),
        (Unit(at=(0, 3), stage="s3"), "There are 3, from 0 to 2, and 3 is none of them. Choose one of these."),
        (Unit(at=(0, 0)), "A unit of (6,) has 1 indices, and here are 2. Leave some out."),
    ],
    ids=str,
)
def test_a_unit_that_is_not_there_is_refused(loss, message):
    with pytest.raises(GeometryError) as error:
        run_backward(SMALL, X, loss)
    assert str(error.value) == message


def test_indices_go_from_the_pooling_to_the_unpooling():
    network = chain(MaxPool((2, 2), (2, 2), return_indices=True), MaxUnpool((2, 2), (2, 2), indices=None))
    x = values((1, 4, 4))
    found = run_backward(network, x, Unit(at=(0, 1)))[INPUT].dy
    y, indices = F.max_pool2d(given := torch.from_numpy(x).requires_grad_(), 2, return_indices=True)
    F.max_unpool2d(y, indices, 2)[0, 1].mean().backward()
    np.testing.assert_array_equal(found, given.grad.numpy())


def test_only_what_is_wanted_comes_back_and_a_witness_sees_all_from_the_last_to_the_first():
    seen = []
    done = run_backward(SMALL, X, Mean(), full={"s0"}, see=lambda name, one: seen.append((name, one.norm)))
    assert list(done.stages) == ["s0"]
    whole = run_backward(SMALL, X, Mean())
    assert seen == [(name, one.norm) for name, one in whole.stages.items()]
    assert [name for name, _ in seen] == ["s5", "s4", "s3", "s2", "s1", "s0", INPUT]


def test_two_passes_of_a_network_that_draws_draw_the_same():
    network = net(Conv(2, 8, (3, 3)), Dropout(0.5, training=True), ReLU())
    first, second = (run_backward(network, X, Mean(), seed=1) for _ in range(2))
    np.testing.assert_array_equal(first["s0"].dy, second["s0"].dy)
    assert (first["s0"].dy == 0).any()
    other = run_backward(network, X, Mean(), seed=2)
    assert not np.array_equal(first["s0"].dy == 0, other["s0"].dy == 0)


def test_a_network_without_a_stage_hands_the_loss_to_its_input():
    done = run_backward(Network(()), X, Unit(at=(1, 2, 3)))
    assert done.loss == X[1, 2, 3]
    assert np.flatnonzero(done[INPUT].dy).tolist() == [64 + 2 * 8 + 3]


def test_a_pass_that_is_too_large_is_refused_before_anything_runs():
    with pytest.raises(BudgetError):
        run_backward(ZOO["VGG16"].network, np.zeros((3, 448, 448), np.float32), Mean(stage="pool5"), budget=MOST_BYTES)


def test_a_full_device_falls_back_to_the_cpu_and_says_so(monkeypatch):
    expected, real = run_backward(SMALL, X, Mean()), backward.passed

    def full(*args):
        if args[-1] == "cuda":
            raise torch.OutOfMemoryError("Tried to allocate 9 GiB")
        return real(*args)

    monkeypatch.setattr(device, "pick", lambda: "cuda")
    monkeypatch.setattr(backward, "passed", full)
    done = run_backward(SMALL, X, Mean())
    np.testing.assert_array_equal(done[INPUT].dy, expected[INPUT].dy)
    assert (done.device, str(done.notice)) == ("cpu", "The cuda device ran out of memory, so this ran on the CPU.")


@pytest.mark.parametrize("scale", [1e-30, 1e-20, 1, 1e20, 1e30])
@pytest.mark.parametrize("count", [1, 7, 100_001])
def test_a_norm_neither_vanishes_nor_overflows(scale, count):
    numbers = torch.from_numpy(values((count,))) * scale
    assert norm(numbers) == pytest.approx(np.linalg.norm(numbers.double().numpy()), rel=1e-6)


def test_of_a_gradient_that_is_0_or_none_the_norm_says_so():
    assert norm(torch.zeros(3)) == 0
    assert np.isnan(norm(torch.tensor([1, torch.nan])))
    assert norm(torch.tensor([1, torch.inf])) == np.inf


@pytest.mark.parametrize("layers", [2, 20])
def test_a_deep_network_of_tanh_lets_its_gradient_vanish(layers):
    network = net(*[one for _ in range(layers) for one in (Conv(1, 1, (3, 3), padding=(1, 1)), Tanh())])
    done = run_backward(network, values((1, 9, 9)), Mean())
    assert (done["s0"].norm < 1e-6) == (layers == 20)


@pytest.mark.parametrize(
    ("at", "shape", "expected"),
    [((7,), (3,), (2,)), ((1, None), (3, 4, 5), (1, None, None)), ((1, 2, 3), (3,), (1,)), ((5, 5), (2, 2), (1, 1))],
)
def test_places_are_pulled_back_inside(at, shape, expected):
    assert places(at, shape) == expected
