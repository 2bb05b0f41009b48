"""What an address asks of a network is bounded from shapes alone, before anything is made of it."""

import tracemalloc

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_case
from test_pages import opened

from cnnviz.core.cost import reads, table_cells, taps
from cnnviz.core.layers import AdaptiveMaxPool, AvgPool, Conv, ConvTranspose, Flatten, Linear, LPPool, MaxPool, ReLU
from cnnviz.core.run import BudgetError, check_budget
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.patterns import Random
from cnnviz.inputs.samples import Photo
from cnnviz.networks.desed import Desed
from cnnviz.networks.forward import check_network
from cnnviz.networks.network import MOST_BYTES, Network
from cnnviz.networks.receptive_field import fields, printed
from cnnviz.scenes.build import show
from cnnviz.scenes.request import LayerView, NetworkView, Request
from cnnviz.scenes.weights import Kaiming

WAY_OUT = r"(?=.*Use ).*"


def alone(layer) -> Network:
    return Network((("0", layer),))


def wide(kind, **more) -> tuple[Network, tuple[int, ...]]:
    return alone(kind(kernel_size=2048, stride=1, **more)), (1, 4096, 4096)


TOO_MUCH = {
    "an input of 2^28 cells": (alone(ReLU()), (4096, 4096, 16), "2,048 MiB"),
    "an input of 2^48 cells": (alone(ReLU(ndim=3)), (4096, 4096, 4096, 4096), "MiB"),
    "an average": (*wide(AvgPool, padding=0), "read 17,609,370,107,904 cells"),
    "a maximum": (*wide(MaxPool, padding=0), "read 17,609,370,107,904 cells"),
    "a power mean": (*wide(LPPool), "read 17,609,370,107,904 cells"),
    "a table": (alone(ConvTranspose(1, 1, 4096, 4096, ndim=1)), (1, 4096), "table of 68,719,476,736 cells"),
    "weights": (Network((("0", Flatten()), ("1", Linear((1, 8, 8), 10_000_000)))), (1, 8, 8), "MiB"),
    "adaptive": (alone(AdaptiveMaxPool(4096)), (64, 4096, 4096), "MiB"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
@pytest.mark.parametrize("view", [LayerView(), NetworkView()])
def test_what_is_too_much_is_said_with_numbers_before_anything_is_made(name, view):
    network, shape, words = TOO_MUCH[name]
    source = Fitted(ndim=len(shape) - 1, whole=Photo(), shape=shape)
    request = Request(network, source, Kaiming())
    tracemalloc.start()
    with pytest.raises(BudgetError, match=words + WAY_OUT):
        show(request, view)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**22


def test_the_way_out_of_a_wide_pooling_works():
    network, shape = alone(AvgPool(2048, 2048, 0)), (1, 4096, 4096)
    check_network(network, shape, MOST_BYTES)
    with pytest.raises(BudgetError, match="read"):
        check_budget(AvgPool(1000, 1, 0), (1, 2050, 2050))


def test_the_weights_of_many_blocks_are_bounded_together():
    blocks = 24
    many = Desed(1, "relu", 0.0, (7,) * blocks, (3,) * blocks, (1,) * blocks, (512,) * blocks, ((1, 1),) * blocks)
    with pytest.raises(BudgetError, match="weights of all stages"):
        check_network(many.network, (1, 2, 2))


@examples(1)
@given(case=any_case)
def test_what_is_counted_is_what_the_tables_hold(case):
    layer, shape = case[0], case[1] if isinstance(case[1], tuple) else case[1].shape
    axes = layer.windows(shape)
    most = taps(layer, shape)
    if most:
        assert all(axis.n_taps <= n for axis, n in zip(axes, most, strict=True))
        assert table_cells(layer, shape) >= max(axis.source.size for axis in axes)
        assert reads(layer, shape) >= len(layer.channels_read(shape)) * np.prod([axis.source.size for axis in axes])


# --- printed, however large ---


def test_a_field_that_no_float_holds_is_printed():
    strides = Network(tuple((str(i), Conv(1, 1, 1, 4096, 2048)) for i in range(100)))
    seen = fields(strides)[-1]
    assert printed(seen[0].jump) == "1e+361"
    uneven = Network((("up", ConvTranspose(1, 1, 3, 3)), *strides.stages))
    assert printed(fields(uneven)[-1][0].jump).startswith("1e+36")


@given(number=st.integers(0, 10**400) | st.floats(0, 1e9))
def test_any_size_is_printed_shortly(number):
    assert len(printed(number)) < 20
    assert float(printed(number)) == pytest.approx(number, rel=1) if number < 1e300 else True


FAR = ";".join(["Conv2d(1,1,1,stride=4096,padding=2048)"] * 100)
HOSTILE = [
    {"net": f"ConvTranspose2d(1,1,3,stride=3);{FAR}", "shape": "1, 8, 8", "quiz": "field"},
    {"net": "ReLU()", "shape": "4096, 4096, 16"},
    {"net": "MaxPool2d(4096,stride=1,padding=2048)", "shape": "1, 2048, 2048"},
    {"net": "ReLU()", "shape": "1, 9, 9, 9", "input": "upload"},
    {"net": "Linear(64,10000000)", "shape": "1, 8, 8", "weights": "kaiming"},
    {"net": "Conv2d(4096,10000000,1000);" * 2 + "ReLU()", "shape": "4096, 4096, 4096"},
]


@pytest.mark.parametrize("query", HOSTILE, ids=str)
def test_a_hostile_network_leaves_a_page_with_a_sentence(query):
    app = opened("network", **query)
    assert not app.exception
    assert not [button for button in app.button if button.label == "Run it"]


def test_an_input_of_many_channels_is_scaled_before_its_maps_are_repeated():
    tracemalloc.start()
    grid = Fitted(whole=Random(size=64, channels=3), shape=(4096, 2, 2)).grid()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**24
    np.testing.assert_array_equal(grid.values[:3], grid.values[3:6])
    assert grid.values.shape == (4096, 2, 2)
