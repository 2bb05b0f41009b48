"""A convolution as matrices: unfold and fold, torch's own convolution and autograd say what has to come out."""

from math import prod

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from strategies import conv

from cnnviz.core import columns as matrices
from cnnviz.core.geometry import coverage
from cnnviz.core.layers import Conv

CLOSE = {"rtol": 1e-10, "atol": 1e-10}  # float64 sums of at most some hundred products, in another order
cases = st.sampled_from((1, 2, 3)).flatmap(conv)
seeds = st.integers(0, 99)


def numbers(seed: int, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    drawn = np.random.default_rng(seed)
    return [drawn.normal(size=shape) for shape in shapes]


def torchs(layer: Conv, x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> tuple[torch.Tensor, ...]:
    """Torch's output in float64, and what it was made of."""
    module = layer.module().double()
    module.weight.data = torch.from_numpy(weight)
    if layer.bias:
        module.bias.data = torch.from_numpy(bias)
    taken = torch.from_numpy(x).requires_grad_()
    return module(taken[None])[0], taken, module.weight, module.bias


@given(case=cases, seed=seeds)
def test_the_product_of_the_matrices_is_torchs_convolution(case, seed):
    layer, shape = case
    x, weight, bias = numbers(seed, shape, layer.weight_shape(), (layer.out_channels,))
    y, *_ = torchs(layer, x, weight, bias)
    product = matrices.matrix_of(layer, weight) @ matrices.im2col(x, matrices.sources(layer, shape))
    made = (product + bias[:, None] if layer.bias else product).reshape(y.shape)
    np.testing.assert_allclose(made, y.detach().numpy(), **CLOSE)


@given(case=cases, seed=seeds)
def test_the_way_back_is_autograds(case, seed):
    layer, shape = case
    x, weight, bias, dy = numbers(seed, shape, layer.weight_shape(), (layer.out_channels,), layer.output_shape(shape))
    y, *taken = torchs(layer, x, weight, bias)
    y.backward(torch.from_numpy(dy))
    back = matrices.backward(layer, x, weight, dy)
    for ours, theirs in zip((back.input, back.weight, back.bias), taken, strict=True):
        if theirs is not None:  # a layer without a bias
            np.testing.assert_allclose(ours, theirs.grad.numpy(), **CLOSE)


@given(case=cases, seed=seeds)
def test_the_sparse_matrix_takes_the_input_as_it_is(case, seed):
    layer, shape = case
    x, weight = numbers(seed, shape, layer.weight_shape())
    y, *_ = torchs(layer, x, weight, np.zeros(layer.out_channels))
    sparse = matrices.toeplitz(layer, weight, shape)
    assert sparse.shape == (y.numel(), x.size)
    for made in (sparse @ x.ravel(), sparse.dense() @ x.ravel()):
        np.testing.assert_allclose(made, y.detach().numpy().ravel(), **CLOSE)


@st.composite
def zero_padded(draw):
    """What unfold can do: two axes, zeros, the same number on each side."""
    layer, shape = draw(conv(2, ("zeros",)))
    return (layer if isinstance(layer.padding, tuple) else Conv(layer.in_channels, 1, kernel_size=(1, 1))), shape


@given(case=zero_padded(), seed=seeds)
def test_columns_are_those_of_unfold_and_go_back_as_by_fold_cell_by_cell(case, seed):
    layer, shape = case
    how = {
        "kernel_size": layer.kernel_size,
        "stride": layer.stride,
        "padding": layer.padding,
        "dilation": layer.dilation,
    }
    table = matrices.sources(layer, shape)
    x, columns = numbers(seed, shape, table.shape)
    assert np.array_equal(matrices.im2col(x, table), F.unfold(torch.from_numpy(x)[None], **how)[0].numpy())
    back = F.fold(torch.from_numpy(columns)[None], shape[1:], **how)[0].numpy()
    np.testing.assert_allclose(matrices.col2im(columns, table, shape), back, **CLOSE)


@given(case=cases)
def test_copies_are_what_comes_back_of_ones(case):
    layer, shape = case
    table = matrices.sources(layer, shape)
    counted = matrices.copies(table, shape)
    assert np.array_equal(counted, matrices.col2im(np.ones(table.shape), table, shape))
    if layer.padding_mode == "zeros":  # no window reads a cell twice
        assert np.array_equal(counted[0], coverage(layer.windows(shape)))
    assert matrices.memory_factor(table, shape) == table.size / prod(shape)


@given(case=cases, seed=seeds)
def test_groups_leave_all_but_the_blocks_of_the_matrix_empty(case, seed):
    layer, _ = case
    (weight,) = numbers(seed, layer.weight_shape())
    matrix = matrices.matrix_of(layer, weight, empty=np.nan)
    assert np.array_equal(matrices.weight_of(layer, matrix), weight)
    assert np.isnan(matrix).mean() == pytest.approx(1 - 1 / layer.groups)


@given(case=cases, seed=seeds)
def test_written_over_instead_of_added_up_only_the_last_copy_is_left(case, seed):
    layer, shape = case
    table = matrices.sources(layer, shape)
    (columns,) = numbers(seed, table.shape)
    left = np.zeros(prod(shape))
    for p in range(table.shape[1]):  # as a loop over windows has it
        for k in range(table.shape[0]):
            if table[k, p] >= 0:
                left[table[k, p]] = columns[k, p]
    assert np.array_equal(matrices.col2im(columns, table, shape, add=False).ravel(), left)


def test_the_gradient_of_a_batch_is_the_sum_over_its_examples():
    layer = Conv(2, 3, kernel_size=(3, 2), stride=(1, 2), padding=(1, 0))
    x, weight, dy = numbers(0, (4, 2, 5, 6), layer.weight_shape(), (4, *layer.output_shape((2, 5, 6))))
    module = layer.module().double()
    module.weight.data = torch.from_numpy(weight)
    module(torch.from_numpy(x)).backward(torch.from_numpy(dy))
    ours = sum(matrices.backward(layer, one, weight, ask).weight for one, ask in zip(x, dy, strict=True))
    np.testing.assert_allclose(ours, module.weight.grad.numpy(), **CLOSE)
