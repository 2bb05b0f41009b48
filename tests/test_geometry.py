"""Window tables against torch's own unfolding, padding and answers."""

from functools import reduce
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from strategies import answering, cases, conv, conv_transpose, dims, every_windowed

from cnnviz.core.geometry import NONE, PAD, Axis, conv_axis, stamp_axis, transposed_axis
from cnnviz.core.layers import HalvingGLU
from cnnviz.core.layers.conv import MODES
from cnnviz.core.run import run

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")


def columns(axes: tuple[Axis, ...], x: np.ndarray) -> np.ndarray:
    """What every window reads of one map, shape (taps, windows): im2col, from the tables alone."""
    windows = product(*(axis.source for axis in axes))  # each a list of cells per axis
    cells = np.array([[x[tap] if min(tap) >= 0 else 0 for tap in product(*window)] for window in windows])
    return cells.T


@pytest.mark.parametrize("mode", MODES)
@given(data=st.data())
def test_windows_read_what_torch_pads_and_unfolds(mode, data):
    layer, (_, *size) = data.draw(conv(2, (mode,)))
    x = 1 + torch.arange(float(np.prod(size))).reshape(1, 1, *size)
    (top, bottom), (left, right) = layer.pads()
    padded = F.pad(x, (left, right, top, bottom), mode="constant" if mode == "zeros" else mode)
    unfolded = F.unfold(padded, layer.kernel_size, layer.dilation, stride=layer.stride)[0]  # (taps, windows)
    np.testing.assert_array_equal(columns(layer.windows((layer.in_channels, *size)), x[0, 0].numpy()), unfolded)


@given(case=dims.flatmap(conv))
def test_a_tap_is_drawn_where_stride_dilation_and_padding_put_it(case):
    layer, shape = case
    for axis, s, d, (low, _) in zip(layer.windows(shape), layer.stride, layer.dilation, layer.pads(), strict=True):
        for (o, t), position in np.ndenumerate(axis.position):
            assert position == o * s + t * d - low


@given(case=dims.flatmap(conv))
def test_a_tap_inside_the_input_reads_the_cell_it_is_drawn_on(case):
    layer, shape = case
    for axis in layer.windows(shape):
        inside = (axis.position >= 0) & (axis.position < axis.size)
        np.testing.assert_array_equal(axis.source[inside], axis.position[inside])


@given(case=dims.flatmap(conv))
def test_a_tap_in_the_padding_reads_a_constant_only_under_zeros(case):
    layer, shape = case
    for axis in layer.windows(shape):
        outside = (axis.position < 0) | (axis.position >= axis.size)
        np.testing.assert_array_equal(axis.source[outside] == PAD, layer.padding_mode == "zeros")


@given(case=dims.flatmap(conv_transpose))
def test_a_transposed_tap_reads_the_input_cell_that_stands_on_its_place(case):
    layer, shape = case
    for axis, s, d, p in zip(layer.windows(shape), layer.stride, layer.dilation, layer.padding, strict=True):
        for (o, t), cell in np.ndenumerate(axis.source):
            place = o + p - t * d
            between = place % s and 0 < place < (axis.size - 1) * s
            beyond = place < 0 or place > (axis.size - 1) * s
            assert cell == (PAD if beyond else NONE if between else place // s)


@every_windowed
@given(data=st.data())
def test_every_tap_that_exists_lies_on_the_line(name, data):
    layer, shape = data.draw(cases(name))
    for axis in layer.windows(shape):
        exists = np.arange(axis.n_taps) < (axis.n_taps if axis.count is None else axis.count[:, None])
        place = (axis.position + axis.low)[np.broadcast_to(exists, axis.position.shape)]
        assert place.min() >= 0
        assert place.max() < len(axis.line)


@every_windowed
@given(data=st.data())
def test_the_readers_of_a_cell_are_those_that_torch_shows(name, data):
    layer, shape = data.draw(cases(name))
    channel, *cell = (data.draw(st.integers(0, n - 1)) for n in shape)
    by_table = reduce(
        np.multiply.outer,
        [np.isin(np.arange(axis.n_out), axis.readers(i)) for axis, i in zip(layer.windows(shape), cell, strict=True)],
    )
    first, last = layer.channels_read(shape).T
    # nn.GLU reads two channels of its range, the ends
    read = (
        (first == channel) | (last - 1 == channel)
        if isinstance(layer, HalvingGLU)
        else (first <= channel) & (channel < last)
    )
    wanted = np.multiply.outer(read, by_table)
    if layer.rule == "blend":  # a tap may weigh nothing, so what does answer to a single 1 is what must be in the table
        alone = np.zeros(shape, np.float32)
        alone[channel, *cell] = 1
        assert not ((np.abs(run(layer, alone).y[0]) > 1e-6) & ~wanted).any()  # torch leaves crumbs of rounding
    else:
        np.testing.assert_array_equal(answering(layer, shape, channel, cell), wanted)


# --- single tables, to read ---


@pytest.mark.parametrize(
    ("mode", "first", "last"),
    [
        ("zeros", [PAD, PAD, 0], [3, PAD, PAD]),
        ("reflect", [2, 1, 0], [3, 2, 1]),
        ("replicate", [0, 0, 0], [3, 3, 3]),
        ("circular", [2, 3, 0], [3, 0, 1]),
    ],
)
def test_the_ends_under_each_padding_mode(mode, first, last):
    source = conv_axis(4, kernel=3, padding=(2, 2), mode=mode).source
    assert source[0].tolist() == first
    assert source[-1].tolist() == last


def test_stamps_are_the_table_of_the_convolution_that_runs_the_other_way():
    assert stamp_axis(3, kernel=3, stride=2).source.tolist() == conv_axis(7, kernel=3, stride=2).source.tolist()


def test_a_stamp_that_is_cropped_paints_nothing_there():
    assert stamp_axis(2, kernel=3, stride=2, padding=1).source.tolist() == [[PAD, 0, 1], [1, 2, PAD]]


def test_more_padding_than_kernel_crops_whole_stamps():
    assert transposed_axis(3, kernel=1, stride=2, padding=2).source.tolist() == [[1]]
