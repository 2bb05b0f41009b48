"""Pooling against torch: places of winners, divisors, windows left out, and the way back."""

import re
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import ceil, floor, inf

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from strategies import cases, each, refusal, torch_gives, values

from cnnviz.core.geometry import NONE, PAD, adaptive_axis, pool_axis, pool_size
from cnnviz.core.layers import AdaptiveMaxPool, AvgPool, LPPool, MaxPool, MaxUnpool
from cnnviz.core.run import run
from cnnviz.core.trace import steps, trace

NAN = float("nan")
every_max = each("max_pool", "adaptive_max_pool")


def places(layer, x):
    """Where torch finds each winner, and by hand; -1 where a dilated window misses every cell."""
    y, theirs = replace(layer, return_indices=True).module()(torch.from_numpy(x)[None])
    done = run(layer, x)
    ours = [[-1 if step.index is None else step.index for step in steps(done, c)] for c in range(len(x))]
    return torch.where(y == -inf, -1, theirs).flatten(2)[0].tolist(), ours


# --- winners ---


@every_max
@given(data=st.data(), seed=st.integers(0, 99))
def test_the_winner_stands_where_torch_finds_it(name, data, seed):
    layer, shape = data.draw(cases(name))
    theirs, ours = places(layer, values(shape, seed))
    assert ours == theirs


@every_max
@given(data=st.data(), seed=st.integers(0, 99))
def test_of_equal_cells_the_first_in_reading_order_wins(name, data, seed):
    layer, shape = data.draw(cases(name))
    theirs, ours = places(layer, (values(shape, seed) > 0).astype(np.float32))
    assert ours == theirs


@every_max
@given(data=st.data(), seed=st.integers(0, 99))
def test_what_is_no_number_wins_where_torch_lets_it(name, data, seed):
    layer, shape = data.draw(cases(name))
    x = values(shape, seed)
    x[x > 0.5] = NAN
    theirs, ours = places(layer, x)
    assert ours == theirs


@every_max
@given(data=st.data())
def test_a_run_keeps_the_places_whether_or_not_torch_is_asked_to_return_them(name, data):
    layer, shape = data.draw(cases(name))
    with_indices, without = (run(replace(layer, return_indices=asked), values(shape)) for asked in (True, False))
    np.testing.assert_array_equal(with_indices.parts["indices"], without.parts["indices"])


@pytest.mark.parametrize("layer", [MaxPool(4, ndim=1), AdaptiveMaxPool(1, ndim=1)])
@pytest.mark.parametrize(("x", "index"), [([0, 3, 3, 1], 1), ([0, NAN, 3, 1], 1), ([0, NAN, NAN, 9], 2)])
def test_ties_and_what_is_no_number_in_four_cells(layer, x, index):
    assert trace(run(layer, np.array([x], np.float32)), 0, (0,)).index == index


def test_a_maximum_is_padded_with_less_than_any_number():
    step = trace(run(MaxPool(3, 1, 1), np.full((1, 4, 4), -5, np.float32)), 0, (0, 0))
    assert step.value == -5
    assert step.terms[0].tolist() == [[-inf] * 3, [-inf, -5, -5], [-inf, -5, -5]]


def test_a_dilated_window_that_misses_every_cell_has_no_winner():
    done = run(MaxPool(2, 1, 1, dilation=2, ndim=1), np.ones((1, 1), np.float32))
    step = trace(done, 0, (0,))
    assert (step.value, step.index, done.y[0].tolist()) == (-inf, None, [[-inf]])


# --- divisors ---


@pytest.mark.parametrize(
    ("settings", "divisor"), [({}, 9), ({"count_include_pad": False}, 4), ({"divisor_override": 5}, 5)]
)
def test_the_corner_of_a_padded_mean_is_divided_by(settings, divisor):
    done = run(AvgPool(3, 1, 1, **settings), np.ones((1, 4, 4), np.float32))
    step = trace(done, 0, (0, 0))
    assert done.y[0, 0, 0, 0] == pytest.approx(4 / divisor)
    assert np.unique(step.weights).tolist() == [0, 1 / divisor]


@pytest.mark.parametrize(
    ("settings", "divisors"),
    [({}, [3, 3, 2]), ({"count_include_pad": False}, [2, 3, 1]), ({"divisor_override": 7}, [7, 7, 7])],
)
def test_what_ceil_mode_adds_beyond_the_padding_is_never_counted(settings, divisors):
    """Of 4 cells with padding 1, the last window reads a cell, a place of padding, and a place that does not exist."""
    layer = AvgPool((3, 1), (2, 1), (1, 0), ceil_mode=True, **settings)
    done = run(layer, np.ones((1, 4, 1), np.float32))
    assert layer.windows((1, 4, 1))[0].source.tolist() == [[PAD, 0, 1], [1, 2, 3], [3, PAD, NONE]]
    assert [layer.divisor(np.array(kind)) for kind in ([PAD, 0, 0], [0, 0, 0], [0, PAD, NONE])] == divisors
    np.testing.assert_allclose(done.y.ravel(), np.array([2, 3, 1]) / divisors, rtol=1e-6)


# --- sizes, and the window that ceil_mode leaves out ---

SMALL = [
    (n, k, s, p, d, rounded_up)
    for n, k, s, d, rounded_up in product(range(1, 7), range(1, 5), range(1, 5), range(1, 4), (False, True))
    for p in range(k // 2 + 1)
]


def pooled_length(n, k, s, p, d, rounded_up):
    """Torch's own, or 0 where it refuses."""
    try:
        return F.max_pool1d(torch.zeros(1, 1, n), k, s, p, d, rounded_up).shape[2]
    except RuntimeError:
        return 0


def test_the_size_is_that_of_torch_for_all_small_numbers():
    assert [max(pool_size(*numbers), 0) for numbers in SMALL] == [pooled_length(*numbers) for numbers in SMALL]


def test_what_is_dropped_is_the_window_by_which_torch_falls_short_of_the_ceiling():
    for n, k, s, p, d, rounded_up in SMALL:
        windows = pooled_length(n, k, s, p, d, rounded_up)
        if windows and rounded_up:
            last = ceil(Fraction(n + 2 * p - d * (k - 1) - 1, s))  # its number, counted from 0
            expected = last * s - p if last == windows else None
            assert pool_axis(n, k, s, p, d, rounded_up).dropped == expected


def test_the_line_reaches_as_far_as_the_window_that_is_dropped():
    axis = pool_axis(4, 2, 3, padding=1, ceil_mode=True)
    assert (axis.start.tolist(), axis.dropped) == ([-1, 2], 5)
    assert axis.line.tolist() == [PAD, 0, 1, 2, 3, PAD, NONE, NONE]


def test_nothing_is_dropped_without_ceil_mode():
    assert pool_axis(4, 2, 3, padding=1).dropped is None


@given(case=cases("max_pool"))
def test_the_ratio_that_the_formula_rounds_gives_the_size_it_ends_in(case):
    layer, shape = case
    up = layer.ceil_mode
    for line in layer.formula(shape):
        side, ratio, less, end = re.search(r"= \\l(floor|ceil) ([\d/-]+) \\r\1 \+ 1( - 1_.*?)? = (\d+)$", line).groups()
        assert side == ("ceil" if up else "floor")
        assert (ceil if up else floor)(Fraction(ratio)) + 1 - bool(less) == int(end)


# --- adaptive windows ---


def test_adaptive_windows_read_the_cells_that_torch_averages():
    for n, m in product(range(1, 10), repeat=2):
        answers = F.adaptive_avg_pool1d(torch.eye(n)[:, None], m)[:, 0]  # a single 1 in each place: (cells, windows)
        read = [np.isin(np.arange(m), adaptive_axis(n, m).readers(cell)) for cell in range(n)]
        np.testing.assert_array_equal(read, answers > 0, err_msg=f"{n} to {m}")


def test_adaptive_windows_read_their_cells_in_one_piece():
    for n, m in product(range(1, 10), repeat=2):
        for taps in adaptive_axis(n, m).source:
            there = taps[taps != NONE]
            assert there.tolist() == list(range(there[0], there[0] + len(there)))


def test_windows_of_the_same_length_are_told_without_counts():
    assert adaptive_axis(6, 3).count is None
    assert adaptive_axis(5, 3).count.tolist() == [2, 3, 2]


# --- powers ---


@pytest.mark.parametrize(("power", "value"), [(1.0, 7), (2.0, 5), (16.0, 4.0025)])
def test_lp_pooling_goes_from_the_sum_to_the_maximum(power, value):
    done = run(LPPool(norm_type=power, ndim=1), np.array([[3, 4]], np.float32))
    assert trace(done, 0, (0,)).value == pytest.approx(value, abs=1e-4)
    assert done.y[0, 0, 0] == pytest.approx(value, abs=1e-4)


@given(seed=st.integers(0, 99), power=st.floats(1, 8))
def test_any_power_of_positive_cells_is_that_of_torch(seed, power):
    done = run(LPPool((3, 2), norm_type=power, ceil_mode=True), 0.5 + np.abs(values((1, 5, 5), seed)))
    np.testing.assert_allclose([step.value for step in steps(done, 0)], done.y.ravel(), rtol=1e-4)


def test_a_power_window_cut_short_counts_its_missing_cells_as_average():
    done = run(LPPool(norm_type=1.0, ceil_mode=True, ndim=1), np.array([[1, 1, 1, 1, 3]], np.float32))
    assert done.y[0].tolist() == [[2, 2, 6]]  # not 3
    assert [step.value for step in steps(done, 0)] == [2, 2, 6]


# --- back again ---


@pytest.mark.parametrize("pool", [MaxPool(2), MaxPool(3, 2, 1), MaxPool(3, 1)], ids=["apart", "padded", "overlapping"])
@pytest.mark.parametrize("sizes", [(7,), (6, 7), (4, 4, 5)])
def test_unpooling_puts_each_winner_back_and_leaves_zeros(pool, sizes):
    x = values((2, *sizes))
    pool = replace(
        pool, ndim=len(sizes), **{n: getattr(pool, n)[0] for n in ("kernel_size", "stride", "padding", "dilation")}
    )
    pooled = run(pool, x)
    winners = np.zeros(x.shape, bool)
    for channel in (0, 1):
        winners[channel].flat[[step.index for step in steps(pooled, channel)]] = True
    back = run(MaxUnpool.of(pool, pooled.parts["indices"], sizes), pooled.y)
    np.testing.assert_array_equal(back.y[0], np.where(winners, x, 0))


def test_a_cell_that_several_windows_chose_is_filled_once_by_the_last():
    layer = MaxUnpool(2, 1, indices=(1, 1, 3), size=(4,), ndim=1)
    assert layer.source((1, 3)).tolist() == [[NONE, 1, NONE, 2]]
    np.testing.assert_array_equal(torch_gives(layer, np.array([[5, 6, 7]], np.float32))[0], [[0, 6, 0, 7]])


@pytest.mark.parametrize(
    ("layer", "shape", "sentence"),
    [
        (
            MaxUnpool(indices=(0, 2), size=(2, 4)),
            (1, 2, 2),
            "The input (1, 2, 2) has 4 cells and 2 indices say where they go. "
            "Take input and indices from one nn.MaxPool.",
        ),
        (
            MaxUnpool(2, 2, indices=(0, 2), size=(9,), ndim=1),
            (1, 2),
            "From 2 cells of length nn.MaxUnpool makes 4, or up to 1 more or fewer, and the map had 9: "
            "it cannot undo a pooling with dilation or with windows left over. Use dilation 1 and a smaller stride.",
        ),
        (
            MaxUnpool(2, 2, indices=(0, 5), size=(4,), ndim=1),
            (1, 2),
            "Index 5 lies beyond an output of 4 cells per map. Take the size from the input of the nn.MaxPool.",
        ),
    ],
)
def test_what_cannot_be_put_back_is_refused(layer, shape, sentence):
    assert str(refusal(layer, shape)) == sentence


@pytest.mark.parametrize("size", range(1, 8))
def test_unpooling_makes_the_sizes_that_torch_lets_it(size):
    layer = MaxUnpool(2, 3, indices=(0, 0), size=(size,), ndim=1)
    try:
        torch_gives(layer, np.zeros((1, 2), np.float32))
        allowed = True
    except ValueError:
        allowed = False
    assert (refusal(layer, (1, 2)) is None) == allowed
