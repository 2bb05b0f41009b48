"""Normalisation against torch and numpy: which cells share statistics, and what becomes of them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import agreed, asked, cases, each, torch_gives, values
from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import BatchNorm, GroupNorm, InstanceNorm, LayerNorm
from cnnviz.core.run import run
from cnnviz.core.trace import steps, trace

every_norm = each("batch_norm", "group_norm", "instance_norm", "layer_norm")
SHAPE = (3, 4, 5, 6)  # examples, channels, rows, columns
ALONE = SHAPE[1:]
ALL = [  # with the axes of SHAPE that share statistics
    (BatchNorm(), (0, 2, 3)),
    (InstanceNorm(), (2, 3)),
    (GroupNorm(), (1, 2, 3)),
    (GroupNorm(num_groups=4), (2, 3)),
    (LayerNorm(), (1, 2, 3)),
    (LayerNorm(normalized_shape=(5, 6)), (2, 3)),
    (LayerNorm(normalized_shape=(6,)), (3,)),
]
all_norms = pytest.mark.parametrize(
    ("layer", "over"),
    [(layer if getattr(layer, "normalized_shape", ()) else agreed(layer, ALONE), over) for layer, over in ALL],
    ids=lambda value: value.code() if hasattr(value, "code") else str(value),
)


def by_hand(done):
    """Every output cell from the tables, shaped as the output."""
    n, channels = done.y.shape[:2]
    cells = [[step.value for c in range(channels) for step in steps(done, c, example)] for example in range(n)]
    return np.array(cells).reshape(done.y.shape)


# --- which cells, which numbers ---


@all_norms
def test_mean_and_variance_are_those_of_the_cells_that_share_them(layer, over):
    done = run(layer, 3 + 2 * values(SHAPE))
    x = done.x.astype(np.float64)
    np.testing.assert_allclose(np.broadcast_to(done.parts["mean"], x.shape)[:], spread(x.mean(over), over), rtol=1e-5)
    np.testing.assert_allclose(np.broadcast_to(done.parts["var"], x.shape)[:], spread(x.var(over), over), rtol=1e-5)


def spread(statistics, over):
    """Statistics laid over all the cells that they are of."""
    return np.broadcast_to(np.expand_dims(statistics, over), SHAPE)


@all_norms
def test_the_cells_that_share_end_with_mean_0_and_variance_1(layer, over):
    y = run(layer, 3 + 2 * values(SHAPE)).y.astype(np.float64)
    np.testing.assert_allclose(y.mean(over), 0, atol=1e-5)
    np.testing.assert_allclose(y.var(over), 1, atol=1e-3)


@all_norms
def test_changing_one_cell_changes_just_the_cells_that_share_statistics_with_it(layer, over):
    x = values(SHAPE)
    changed, cell = x.copy(), (1, 2, 3, 4)
    changed[cell] += 3
    moved = run(layer, changed).y != run(layer, x).y
    expected = np.zeros(SHAPE, bool)
    expected[tuple(slice(None) if axis in over else i for axis, i in enumerate(cell))] = True
    np.testing.assert_array_equal(moved, expected)


def test_two_groups_do_not_share():
    layer, x = GroupNorm(num_groups=2, num_channels=4), values((4, 3, 3))
    changed = x.copy()
    changed[1, 0, 0] += 3
    moved = (run(layer, changed).y != run(layer, x).y).any((0, 2, 3))
    assert moved.tolist() == [True, True, False, False]


@every_norm
@given(data=st.data())
def test_statistics_come_shaped_to_be_looked_up_by_channel_or_group(name, data):
    layer, shape = data.draw(cases(name))
    done = run(layer, values(shape))
    together = layer.channels_together(shape)
    shared = layer.shares()
    expected = (1, shape[0] // together, *(1 if s else n for s, n in zip(shared, shape[1:], strict=True)))
    if not getattr(layer, "own", True):  # running statistics
        expected = (1, shape[0], *[1] * layer.ndim)
    assert done.parts["mean"].shape == done.parts["var"].shape == expected


# --- learned weights ---


@every_norm
@given(data=st.data(), seed=st.integers(0, 99))
def test_weight_and_bias_are_those_of_torch_for_each_channel_or_cell(name, data, seed):
    layer, shape = data.draw(cases(name))
    module = layer.module()
    learned = {key: values(tuple(p.shape), seed + i) for i, (key, p) in enumerate(module.named_parameters())}
    module.load_state_dict({key: torch.from_numpy(value) for key, value in learned.items()}, strict=False)
    n = data.draw(st.integers(1, 3))
    done = run(layer, values((n, *shape), seed), weights=learned)
    theirs = asked(layer, module, torch.from_numpy(done.x)).detach()
    np.testing.assert_allclose(done.y, theirs, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(by_hand(done), done.y, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [(4, 4), (2, 4, 4), (2, 4, 4, 4)])
@pytest.mark.parametrize("last", [1, 2])
def test_layer_norm_over_axes_of_equal_sizes_is_over_all_of_them(shape, last):
    """``nn.LayerNorm(4)`` is not ``nn.LayerNorm((4, 4))``."""
    layer = LayerNorm(normalized_shape=shape[-last:], ndim=len(shape) - 1)
    expected = nn.functional.layer_norm(torch.from_numpy(values(shape)), shape[-last:])
    np.testing.assert_allclose(run(layer, values(shape)).y[0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["weight", "bias"])
@pytest.mark.parametrize("normalized", [(4, 5, 6), (5, 6), (6,)])
def test_operands_of_layer_norm_lie_over_each_example(name, normalized):
    layer, x = LayerNorm(normalized_shape=normalized), values(SHAPE)
    learned = {key: values(normalized, i) for i, key in enumerate(("weight", "bias"))}
    done = run(layer, x, weights=learned)
    expected = np.broadcast_to(learned[name], ALONE)
    np.testing.assert_array_equal(np.broadcast_to(layer.operands(done.state, done.parts)[name], ALONE), expected)


# --- one norm is another ---


@pytest.mark.parametrize("n", [1, 3])
def test_group_norm_with_one_group_is_layer_norm_over_everything(n):
    x = values((n, *ALONE))
    ours = [run(agreed(kind(), ALONE), x).y for kind in (GroupNorm, LayerNorm)]
    np.testing.assert_allclose(*ours, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n", [1, 3])
def test_instance_norm_is_group_norm_with_a_group_for_each_channel(n):
    x = values((n, *ALONE))
    ours = [run(agreed(layer, ALONE), x).y for layer in (InstanceNorm(), GroupNorm(num_groups=4))]
    np.testing.assert_allclose(*ours, rtol=1e-4, atol=1e-5)


def test_of_one_example_batch_norm_in_training_is_instance_norm():
    x = values((4, 5, 6))
    ours = [run(kind(num_features=4), x).y for kind in (BatchNorm, InstanceNorm)]
    np.testing.assert_allclose(*ours, rtol=1e-4, atol=1e-5)


# --- running statistics ---


@given(seed=st.integers(0, 99), momentum=st.floats(0, 1), count=st.integers(1, 6), n=st.integers(1, 3))
def test_running_statistics_follow_torchs_recursion(seed, momentum, count, n):
    x = values((n, 2, 4, 5), seed)
    layer = BatchNorm(num_features=2, momentum=momentum, steps=count)
    parts = run(layer, x).parts
    batch = x.swapaxes(0, 1).reshape(2, -1).astype(np.float64)
    mean, var = np.zeros(2), np.ones(2)
    for step in range(count + 1):
        np.testing.assert_allclose(parts["running_mean"][step], mean, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(parts["running_var"][step], var, rtol=1e-4)
        mean = (1 - momentum) * mean + momentum * batch.mean(1)
        var = (1 - momentum) * var + momentum * batch.var(1, ddof=1)


def test_the_recursion_is_that_of_a_torch_module_fed_several_batches():
    """What the pictures of one batch are told by, held against batches that differ."""
    module, mean, var, m = nn.BatchNorm1d(2, momentum=0.3), np.zeros(2), np.ones(2), 0.3
    for seed in range(5):
        x = 2 + values((6, 2, 4), seed)
        module(torch.from_numpy(x))
        cells = x.swapaxes(0, 1).reshape(2, -1).astype(np.float64)
        mean, var = (1 - m) * mean + m * cells.mean(1), (1 - m) * var + m * cells.var(1, ddof=1)
    np.testing.assert_allclose(module.running_mean, mean, rtol=1e-5)
    np.testing.assert_allclose(module.running_var, var, rtol=1e-5)


def test_running_statistics_that_are_given_are_where_training_goes_on_from():
    given_first = {"running_mean": np.array([5], np.float32), "running_var": np.array([4], np.float32)}
    done = run(BatchNorm(training=False, steps=2, momentum=0.5), values((1, 4, 4)), weights=given_first)
    assert (done.parts["running_mean"][0, 0], done.parts["running_var"][0, 0]) == (5, 4)
    np.testing.assert_allclose(by_hand(done), done.y, rtol=1e-4, atol=1e-5)


FOUR = np.array([[10, 11, 12, 13]], np.float32)


@pytest.mark.parametrize(("momentum", "mean", "var"), [(0.99, 11.385, 1.66), (0.01, 0.115, 0.99 + 0.01 * 5 / 3)])
def test_the_momentum_of_the_desed_block_counts_the_new_and_the_other_way_round_the_old(momentum, mean, var):
    parts = run(BatchNorm(eps=1e-3, momentum=momentum, ndim=1), FOUR).parts
    assert parts["running_mean"][-1, 0] == pytest.approx(mean)
    assert parts["running_var"][-1, 0] == pytest.approx(var)


def test_eval_mode_takes_the_running_statistics():
    done = run(BatchNorm(eps=1e-3, momentum=0.99, training=False, ndim=1), FOUR)
    np.testing.assert_allclose(done.y[0], (FOUR - 11.385) / np.sqrt(1.66 + 1e-3), rtol=1e-4)
    assert (done.parts["mean"].item(), done.parts["var"].item()) == pytest.approx((11.385, 1.66))


def test_with_running_statistics_a_cell_is_read_alone():
    done = run(BatchNorm(training=False, num_features=2), values((2, 4, 4)))
    assert trace(done, 1, (2, 3)).terms.tolist() == [[[done.x[0, 1, 2, 3]]]]


def test_eval_mode_before_any_training_hardly_changes_anything():
    done = run(BatchNorm(training=False, steps=0, num_features=2), values((2, 4, 4)))
    np.testing.assert_allclose(done.y, done.x, rtol=1e-4)


def test_in_training_the_batchs_own_statistics_count_however_many_passes_went_before():
    ours = [run(BatchNorm(num_features=2, steps=steps), values((2, 4, 4))).y for steps in (1, 9)]
    np.testing.assert_array_equal(*ours)


# --- eps ---


@pytest.mark.parametrize("eps", [1e-5, 1e-3, 1.0])
@all_norms
def test_eps_stands_under_the_root(layer, over, eps):
    x = 0.05 * values(SHAPE)
    done = run(replace(layer, eps=eps), x)
    by_formula = (x - x.mean(over, keepdims=True)) / np.sqrt(x.var(over, keepdims=True) + eps)
    np.testing.assert_allclose(done.y, by_formula, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("layer", [GroupNorm(0.0), LayerNorm(0.0, normalized_shape=(1, 3, 3))])
def test_equal_cells_without_eps_are_no_number_by_hand_as_in_torch(layer):
    done = run(layer, np.zeros((1, 3, 3), np.float32))
    np.testing.assert_array_equal(by_hand(done), done.y)
    assert np.isnan(done.y).all()


def test_where_cells_are_too_large_to_add_up_it_is_not_eps_that_is_blamed():
    done = run(LayerNorm(normalized_shape=(1, 4, 4)), np.linspace(3e38, 3.3e38, 16, dtype=np.float32).reshape(1, 4, 4))
    assert np.isnan(done.y).any()
    assert not str(done.notice)


# --- examples ---


@every_norm
@given(data=st.data(), seed=st.integers(0, 99), n=st.integers(2, 3))
def test_of_several_examples_the_output_is_that_of_torch_for_the_whole_batch(name, data, seed, n):
    layer, shape = data.draw(cases(name))
    x = values((n, *shape), seed)
    np.testing.assert_array_equal(run(layer, x).y, torch_gives(layer, x))


@pytest.mark.parametrize("kind", [GroupNorm, InstanceNorm, LayerNorm])
def test_but_for_batch_norm_each_example_is_normalised_as_if_alone(kind):
    layer, x = agreed(kind(), ALONE), values(SHAPE)
    for together, alone in zip(run(layer, x).y, x, strict=True):
        np.testing.assert_allclose(together, run(layer, alone).y[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer", [BatchNorm(), GroupNorm(num_groups=1)], ids=lambda layer: layer.torch_name)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_examples_of_a_single_cell_are_refused_as_torch_refuses_them(layer, n):
    x = values((n, 1, 1, 1))
    try:
        torch_gives(layer, x)
    except ValueError:
        with pytest.raises(GeometryError, match="a single cell"):
            run(layer, x)
    else:
        assert run(layer, x).y.shape == x.shape
