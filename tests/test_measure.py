"""Counts against torch: its parameters, its flop counter, its answers."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import answering, asked, batch_of, cases, every_kind, every_windowed, torch_gives, values
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.layers import Conv, ConvTranspose
from cnnviz.measure import coverage, measure, reach

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


@every_windowed
@given(data=st.data())
def test_coverage_counts_the_outputs_that_answer_a_cell(name, data):
    layer, shape = data.draw(cases(name))
    cell = tuple(data.draw(st.integers(0, n - 1)) for n in shape[1:])
    first, _ = layer.channels_read(shape)[0]
    assert coverage(layer.windows(shape))[cell] == answering(layer, shape, first, cell)[0].sum()


@every_windowed
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
