"""A nudge: what changes is what the gradient promised, in every place of every layer that is linear."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import cases, each, values

from cnnviz.core.back import go_back, passes
from cnnviz.core.back.nudge import nudge
from cnnviz.core.back.places import index_of, kernels
from cnnviz.core.layers import Conv, ConvTranspose, LPPool, MaxPool
from cnnviz.core.run import run
from cnnviz.web.nudging import place, words

LINEAR = ("conv", "conv_transpose", "linear", "avg_pool", "adaptive_avg_pool", "reflection_pad", "permute")


@each(*LINEAR)
@given(data=st.data(), seed=st.integers(0, 99))
def test_the_change_is_the_promise_wherever_a_linear_layer_is_nudged(name, data, seed):
    layer, shape = data.draw(cases(name))
    done = run(layer, values(shape, seed), seed)
    dy = values(done.y.shape, seed + 1)
    for one in passes(layer):
        if one.of:
            back = go_back(done, dy, one.name, seed)
            at = tuple(data.draw(st.integers(0, n - 1)) for n in back.y.shape[1:])
            found = nudge(done, back, dy, one.name, at, seed, by=0.25)
            assert found.change == pytest.approx(found.promised, rel=1e-3, abs=1e-4)


def test_the_number_that_is_moved_is_the_one_whose_gradient_is_there():
    """Of a grouped layer the maps of dW are laid out by pairs of channels."""
    layers = {Conv(2, 4, 2, groups=2): [(0, 0), (1, 0)], ConvTranspose(2, 4, 2, groups=2): [(0, 0), (0, 1)]}
    for layer, pairs in layers.items():
        done = run(layer, values((2, 3, 3)))
        assert kernels(done, "dW")[:2] == pairs
        assert not kernels(done, "dX")
        for channel, pair in enumerate(pairs):
            assert index_of(done, "dW", (channel, 1, 0)) == (*pair, 1, 0)
        assert index_of(done, "dX", (1, 2, 0)) == (1, 2, 0)
        assert index_of(done, "db", (3, 0, 0)) == (3,)


def test_a_step_that_is_too_large_breaks_the_promise_of_a_maximum():
    x = np.array([[1.0, 1.1]], np.float32)
    done = run(MaxPool(2, ndim=1), x)
    back = go_back(done, np.ones_like(done.y), "dX")
    small, large = (nudge(done, back, np.ones_like(done.y), "dX", (0, 0), by=by) for by in (0.01, 1))
    assert (small.kept, small.change, small.promised) == (True, 0, 0)
    assert (large.kept, large.promised) == (False, 0)
    assert large.change == pytest.approx(0.9)
    assert "keeps its promise" in words(small)
    assert "for small steps alone" in words(large)


def test_a_curve_nearly_keeps_its_promise():
    done = run(LPPool(2, ndim=1), np.array([[3, 4]], np.float32))
    back = go_back(done, np.ones_like(done.y), "dX")
    found = nudge(done, back, np.ones_like(done.y), "dX", (0, 1))
    assert found.promised == pytest.approx(0.008, rel=1e-4)  # 4 / 5, a hundredth of it
    assert found.kept
    assert words(found).startswith("`x[0, 1]` + 0.01: Σ dY · (change of y) = **0.008")


NOWHERE = ["", "1", "1-0-0-0-0", "2-0-0-0", "0-1-0-0", "0-0-4-0", "-1-0-0-0", "0-0-0-1e3", "0-0-0-²"]


@pytest.mark.parametrize("word", NOWHERE)
def test_a_word_of_an_address_that_names_no_cell_is_none(word):
    assert place(word, (2, 4, 5)) is None
