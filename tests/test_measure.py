"""Counts against torch: its parameters, its flop counter, its answers. Counts in words."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import WINDOWED, answering, asked, batch_of, cases, each, every_kind, torch_gives, values
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.core.cost import Measure, dense_instead, measure, total
from cnnviz.core.geometry import GeometryError, conv_axis, coverage, reach
from cnnviz.core.layers import Conv, ConvTranspose, Linear, MaxPool, ReLU
from cnnviz.text.counts import in_words

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")


@every_kind
@given(data=st.data())
def test_parameters_are_those_of_the_module(name, data):
    layer, shape = data.draw(cases(name))
    assert measure(layer, shape).parameters == sum(p.numel() for p in layer.module().parameters())


@every_kind
@given(data=st.data())
def test_macs_are_half_of_the_flops_that_torch_counts(name, data):
    layer, shape = data.draw(cases(name))
    with FlopCounterMode(display=False) as counter:
        asked(layer, layer.module(), batch_of(layer, values(shape)))
    assert 2 * measure(layer, shape).macs == counter.get_total_flops()


@every_kind
@given(data=st.data())
def test_bytes_are_those_of_the_tensors(name, data):
    layer, shape = data.draw(cases(name))
    x = values(shape)
    measured = measure(layer, shape)
    assert (measured.input_bytes, measured.output_bytes) == (x.nbytes, torch_gives(layer, x).nbytes)


# A blend leaves out what has a weight of 0, and NaN does not; of its weights, see test_layers.py and test_fields.py.
each_that_is_never_0 = each(*(name for name in WINDOWED if not name.startswith("upsampl")))


@each_that_is_never_0
@given(data=st.data())
def test_coverage_counts_the_outputs_that_answer_a_cell(name, data):
    layer, shape = data.draw(cases(name))
    cell = tuple(data.draw(st.integers(0, n - 1)) for n in shape[1:])
    first, _ = layer.channels_read(shape)[0]
    assert coverage(layer.windows(shape))[cell] == answering(layer, shape, first, cell)[0].sum()


@each_that_is_never_0
@given(data=st.data())
def test_reach_lists_the_outputs_that_answer_a_cell(name, data):
    layer, shape = data.draw(cases(name))
    cell = tuple(data.draw(st.integers(0, n - 1)) for n in shape[1:])
    first, _ = layer.channels_read(shape)[0]
    found = np.argwhere(answering(layer, shape, first, cell)[0]).tolist()
    assert [list(out) for out in product(*reach(layer.windows(shape), cell))] == found


@pytest.mark.parametrize(
    ("layer", "parameters"),
    [
        (Conv(128, 64, 3, bias=False), 73_728),
        (Conv(128, 64, 3), 73_792),
        (Conv(3, 96, 11, stride=4), 34_944),  # AlexNet, first layer
        (Conv(96, 256, 5, padding=2, groups=2), 307_456),  # ... second layer, in two towers
        (Conv(1, 6, 5), 156),  # LeNet-5, first layer
        (Conv(32, 32, 3, groups=32, bias=False), 32 * 9),  # depthwise
        (Conv(64, 10, 1), 650),
        (ConvTranspose(16, 8, 4, stride=2), 16 * 8 * 16 + 8),
    ],
)
def test_parameters_of_layers_in_the_books(layer, parameters):
    assert measure(layer, (layer.in_channels, 28, 28)).parameters == parameters


def test_macs_of_the_first_layer_of_alexnet():
    assert measure(Conv(3, 96, 11, stride=4), (3, 227, 227)).macs == 55 * 55 * 96 * 3 * 121


def test_counting_allocates_nothing():
    layer = Conv(1, 1, kernel_size=10**6, padding=10**6)  # its weight alone would take 4 TB
    assert measure(layer, (1, 4, 4)).parameters == 10**12 + 1


def test_more_weights_than_torch_can_count_are_refused_in_a_sentence():
    with pytest.raises(GeometryError, match=r"^nn.Conv2d\(10000000, .* has more weights than torch can count\. Use"):
        measure(Conv(10**7, 10**7, kernel_size=10**4), (10**7, 10**4, 10**4))


def test_stages_in_a_row_cost_what_each_costs_and_one_input():
    costs = [measure(Conv(1, 2, 3), (1, 5, 5)), measure(ReLU(), (2, 3, 3)), measure(Linear((2, 3, 3), 4), (2, 3, 3))]
    assert total(costs) == Measure(20 + 76, 9 * 18 + 72, 4 * 25, 4 * (18 + 18 + 4))
    assert total([]) == Measure(0, 0, 0, 0)


# --- a dense layer instead ---


def test_a_dense_layer_instead_of_the_first_of_alexnet():
    conv = Conv(3, 64, 11, stride=4, padding=2)
    dense = dense_instead(conv, (3, 224, 224))
    assert dense.parameters == 150_528 * 193_600 + 193_600
    assert dense.macs == 150_528 * 193_600
    assert dense.output_bytes == measure(conv, (3, 224, 224)).output_bytes
    assert in_words(dense.parameters) == "about 29 billion"


@pytest.mark.parametrize("bias", [True, False])
def test_a_dense_layer_instead_has_a_bias_if_the_convolution_has_one(bias):
    assert dense_instead(Conv(1, 2, 3, bias=bias), (1, 4, 4)).parameters == 16 * 8 + 8 * bias


def test_a_dense_layer_instead_is_never_smaller():
    for layer, shape in [
        (Conv(2, 3, 3, ndim=1), (2, 9)),
        (Conv(1, 1, 2, ndim=3), (1, 4, 4, 4)),
        (MaxPool(2, 2), (1, 6, 6)),
    ]:
        assert dense_instead(layer, shape).parameters > measure(layer, shape).parameters


# --- counts in words ---


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (7, "7"),
        (99, "99"),
        (100, "about 100"),
        (104, "about 100"),
        (105, "about 110"),
        (994, "about 990"),
        (995, "about 1,000"),
        (1_234, "about 1,200"),
        (9_950, "about 10,000"),
        (119_530, "about 120,000"),
        (994_999, "about 990,000"),
        (995_000, "about 1 million"),
        (1_049_999, "about 1 million"),
        (1_050_000, "about 1.1 million"),
        (61_100_840, "about 61 million"),
        (138_357_544, "about 140 million"),
        (1_135_256_096, "about 1.1 billion"),
        (15_470_264_320, "about 15 billion"),
        (10**15, "about 1,000 trillion"),
        (10**18, "about ten to the power of 18"),
        (7 * 10**120, "about ten to the power of 120"),
    ],
)
def test_a_count_in_words(number, words):
    assert in_words(number) == words


SCALES = {"million": 10**6, "billion": 10**9, "trillion": 10**12}


def said(words):
    """The number that words from 'about 100' on stand for."""
    number, *scale = words.removeprefix("about ").split()
    return round(float(number.replace(",", "")) * SCALES.get("".join(scale), 1))


@given(st.integers(0, 17).flatmap(lambda digits: st.integers(100 * 10 ** max(digits - 3, 0), 10**digits + 100)))
def test_words_are_the_count_with_two_significant_digits(number):
    found = said(in_words(number))
    step = 10 ** (len(str(number)) - 2)
    assert found % step == 0
    assert abs(found - number) <= step / 2


# --- bounds ---


@pytest.mark.parametrize(
    "layer",
    [Conv(1, 1, 1), Conv(1, 1, (1, 3), padding=(0, 1)), MaxPool((1, 2)), ReLU()],
)
def test_reads_of_a_very_long_row_are_counted_within_its_own_size(layer):
    n = 400_000  # n squared would be 149 GiB
    counts = coverage(layer.windows((1, 1, n)))
    assert counts.shape == (1, n)
    assert 0 < counts.min() <= counts.max() <= 3
    assert reach(layer.windows((1, 1, n)), (0, n - 1))[1][-1] in (n - 1, n // 2 - 1)


@given(
    size=st.integers(1, 9),
    kernel=st.integers(1, 4),
    padding=st.integers(0, 3),
    mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
)
def test_a_cell_is_read_by_the_windows_that_torchs_gradient_says(size, kernel, padding, mode):
    assume(size + 2 * padding >= kernel and (padding < size or mode in ("zeros", "replicate")))
    axis = conv_axis(size, kernel, 1, (padding, padding), 1, mode)
    x = torch.ones(1, 1, size, requires_grad=True)
    how = {"zeros": "constant"}.get(mode, mode)
    y = torch.nn.functional.pad(x, (padding, padding), how).unfold(2, kernel, 1).sum(3)[0, 0]
    read = np.array([torch.autograd.grad(one, x, retain_graph=True)[0][0, 0].numpy() > 0 for one in y])  # (out, size)
    np.testing.assert_array_equal(axis.read_counts(), read.sum(0))
    for cell in range(size):
        np.testing.assert_array_equal(axis.readers(cell), np.flatnonzero(read[:, cell]))
