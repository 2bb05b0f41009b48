"""The numbers of the lessons that this app grew from, and the settings that people get wrong."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.signal import convolve, correlate
from strategies import values

from cnnviz.core.geometry import NONE, PAD, coverage
from cnnviz.core.layers import Conv, ConvTranspose
from cnnviz.core.run import run
from cnnviz.core.trace import trace
from cnnviz.inputs.kernels import flip

# --- sizes ---


@pytest.mark.parametrize(
    ("layer", "shape", "output"),
    [
        (Conv(), (1, 7, 7), (1, 5, 5)),
        (Conv(stride=2), (1, 7, 7), (1, 3, 3)),
        (Conv(padding=1), (1, 4, 4), (1, 4, 4)),
        (Conv(3, 1, 5), (3, 32, 32), (1, 28, 28)),  # one kernel of 5 x 5 x 3 makes one map
        (Conv(3, 6, 5), (3, 32, 32), (6, 28, 28)),  # many kernels, many maps
        (Conv(10, 1, 5), (10, 128, 128), (1, 124, 124)),
        (Conv(3, 32, 3), (3, 32, 32), (32, 30, 30)),
        (Conv(32, 64, 4), (32, 15, 15), (64, 12, 12)),
        (Conv(1, 64, 3, padding=1), (1, 626, 128), (64, 626, 128)),  # (k - 1) / 2 keeps the size
        (Conv(1, 1, 3, ndim=1), (1, 9), (1, 7)),
        (Conv(1, 1, 3, ndim=3), (1, 9, 8, 7), (1, 7, 6, 5)),
        (ConvTranspose(1, 1, 4, stride=2, padding=1), (1, 16, 16), (1, 32, 32)),
    ],
)
def test_output_sizes_of_the_lessons(layer, shape, output):
    assert run(layer, np.zeros(shape, np.float32)).y.shape[1:] == output


@pytest.mark.parametrize(
    ("layer", "shape", "padded"),
    [(Conv(3, padding=3), (3, 4, 4), [10, 10]), (Conv(padding=1), (1, 4, 4), [6, 6]), (Conv(), (1, 7, 7), [7, 7])],
)
def test_the_input_with_its_padding_is_as_long_as_the_line(layer, shape, padded):
    assert [len(axis.line) for axis in layer.windows(shape)] == padded


def test_a_kernel_has_as_many_channels_as_the_input():
    assert Conv(10, 1, 5).weight_shape() == (1, 10, 5, 5)


# --- what a window reads ---


def test_dilation_2_looks_two_cells_away():
    (axis,) = Conv(dilation=2, ndim=1).windows((1, 9))
    assert axis.source[0].tolist() == [0, 2, 4]


def test_dilation_leaves_gaps_and_does_not_blur():
    cells = np.zeros((1, 9), np.float32)
    cells[0, 3] = 1  # between the taps 2 and 4 of the window that starts at 2
    assert trace(run(Conv(dilation=2, ndim=1), cells), 0, (2,)).terms.tolist() == [[0, 0, 0]]


def test_same_padding_of_an_even_kernel_puts_the_extra_zero_right_and_below():
    for axis in Conv(kernel_size=4, padding="same").windows((1, 6, 6)):
        assert axis.line.tolist() == [PAD, 0, 1, 2, 3, 4, 5, PAD, PAD]


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "unread"), [(7, 3, 2, 0), (8, 3, 2, 1), (10, 5, 4, 1), (12, 5, 4, 3)]
)
def test_floor_leaves_rows_unread(size, kernel, stride, unread):
    counts = coverage(Conv(kernel_size=kernel, stride=stride).windows((1, size, size)))
    assert (counts.sum(axis=1) == 0).sum() == unread


def test_the_rows_that_floor_cuts_off_do_not_change_the_output():
    x = values((1, 8, 8))
    changed = x.copy()
    changed[:, 7] += 100
    np.testing.assert_array_equal(run(Conv(stride=2), changed).y[0], run(Conv(stride=2), x).y[0])


def test_a_stride_larger_than_the_kernel_skips_cells():
    assert coverage(Conv(kernel_size=2, stride=3, ndim=1).windows((1, 8))).tolist() == [1, 1, 0, 1, 1, 0, 1, 1]


def test_a_1x1_convolution_mixes_channels_only():
    x, layer = values((3, 4, 5)), Conv(3, 2, 1)
    done = run(layer, x)
    mixed = np.einsum("oi,ihw->ohw", done.state["weight"][:, :, 0, 0], x) + done.state["bias"][:, None, None]
    np.testing.assert_allclose(done.y[0], mixed, rtol=1e-4, atol=1e-5)
    assert (coverage(layer.windows(x.shape)) == 1).all()


# --- arithmetic ---


def test_a_convolution_in_a_network_is_a_cross_correlation():
    x, weight = values((1, 9, 8)), values((1, 1, 3, 4), seed=1)
    y = run(Conv(kernel_size=(3, 4), bias=False), x, weights={"weight": weight}).y[0, 0]
    np.testing.assert_allclose(y, correlate(x[0], weight[0, 0], "valid"), rtol=1e-4, atol=1e-5)


def test_turning_the_kernel_round_makes_it_a_true_convolution():
    x, weight = values((1, 9, 8)), values((1, 1, 3, 4), seed=1)
    y = run(Conv(kernel_size=(3, 4), bias=False), x, weights={"weight": flip(weight)}).y[0, 0]
    np.testing.assert_allclose(y, convolve(x[0], weight[0, 0], "valid"), rtol=1e-4, atol=1e-5)


def test_two_groups_are_two_convolutions_side_by_side():
    x = values((4, 7, 7))
    both = run(Conv(4, 6, groups=2), x)
    for group in (0, 1):
        own = {name: tensor[3 * group : 3 * group + 3] for name, tensor in both.state.items()}
        alone = run(Conv(2, 3), x[2 * group : 2 * group + 2], weights=own).y[0]
        np.testing.assert_allclose(both.y[0, 3 * group : 3 * group + 3], alone, rtol=1e-4, atol=1e-5)


def test_depthwise_is_one_group_for_each_channel():
    assert Conv(5, 5, groups=5).channels_read((5, 9, 9)).tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]


def test_columns_of_receptive_fields_turn_a_convolution_into_one_matrix_product():
    """As written by hand in lesson E: pad, cut windows, W (F, C*kh*kw) @ columns (C*kh*kw, out_h*out_w) + b."""
    done = run(Conv(3, 4, (3, 2), stride=(2, 1), padding=1), values((3, 6, 5)))
    padded = np.pad(done.x[0], ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 2), axis=(1, 2))[:, ::2]  # (C, out_h, out_w, kh, kw)
    columns = windows.transpose(0, 3, 4, 1, 2).reshape(3 * 3 * 2, -1)
    by_hand = done.state["weight"].reshape(4, -1) @ columns + done.state["bias"][:, None]
    np.testing.assert_allclose(done.y[0], by_hand.reshape(done.y.shape[1:]), rtol=1e-4, atol=1e-5)


# --- transposed convolution ---


def test_output_padding_adds_output_and_no_zeros():
    (plain,) = ConvTranspose(stride=2, ndim=1).windows((1, 4))
    (longer,) = ConvTranspose(stride=2, output_padding=1, ndim=1).windows((1, 4))
    assert longer.n_out == plain.n_out + 1
    np.testing.assert_array_equal(longer.source[:-1], plain.source)


def test_output_padding_changes_no_number_that_was_there():
    x = values((1, 4, 4))
    longer = run(ConvTranspose(stride=2, output_padding=1), x).y[0]
    np.testing.assert_array_equal(longer[:, :-1, :-1], run(ConvTranspose(stride=2), x).y[0])


@pytest.mark.parametrize(
    ("kernel", "stride", "even"), [(4, 2, True), (3, 3, True), (6, 3, True), (3, 2, False), (5, 3, False)]
)
def test_a_kernel_that_the_stride_does_not_divide_makes_a_checkerboard(kernel, stride, even):
    (axis,) = ConvTranspose(kernel_size=kernel, stride=stride, ndim=1).windows((1, 8))
    overlaps = (axis.source >= 0).sum(axis=1)[kernel:-kernel]  # away from the ends
    assert (overlaps.min() == overlaps.max()) == even


def test_a_transposed_convolution_reads_holes_between_the_cells():
    (axis,) = ConvTranspose(stride=3, ndim=1).windows((1, 3))
    inside = axis.line[axis.low : axis.low + 7]
    assert inside.tolist() == [0, NONE, NONE, 1, NONE, NONE, 2]


def test_neighbouring_windows_of_stride_1_share_all_but_one_tap():
    (axis,) = Conv(ndim=1, kernel_size=4).windows((1, 9))
    assert all(set(a[1:]) == set(b[:-1]) for a, b in pairwise(axis.source.tolist()))
