"""Layers called one after the other, and where their weights come from."""

import pickle

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import GLU, BatchNorm, Conv, ConvTranspose, Linear, MaxPool, MaxUnpool, ReLU
from cnnviz.inputs.kernels import KERNELS
from cnnviz.inputs.samples import Digit
from cnnviz.networks.chain import Chain, chain
from cnnviz.networks.desed import BASELINE
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import Network
from cnnviz.scenes.request import LayerView, Request, StageView
from cnnviz.scenes.weights import Kaiming, Named, Seeded
from tests.strategies import values

POOL = MaxPool(return_indices=True)


def test_an_unpooling_puts_back_the_winners_of_the_pooling_that_it_undoes():
    x = values((2, 5, 6), 3)
    done = run_network(chain(POOL, MaxUnpool.of(POOL)), x[None])
    pooled, places = nn.functional.max_pool2d(torch.from_numpy(x)[None], 2, return_indices=True)
    wanted = nn.functional.max_unpool2d(pooled, places, 2, output_size=(5, 6))[0]
    np.testing.assert_array_equal(done["1"].y[0], wanted)


def test_unpoolings_undo_the_poolings_from_the_last_to_the_first():
    x, wide = values((2, 9, 8), 4), MaxPool(3, 1, return_indices=True)
    done = run_network(chain(wide, POOL, MaxUnpool.of(POOL), MaxUnpool.of(wide)), x[None])
    first, outer = nn.functional.max_pool2d(torch.from_numpy(x)[None], 3, 1, return_indices=True)
    second, inner = nn.functional.max_pool2d(first, 2, return_indices=True)
    back = nn.functional.max_unpool2d(second, inner, 2, output_size=first.shape[2:])
    wanted = nn.functional.max_unpool2d(back, outer, 3, 1, output_size=x.shape[1:])
    np.testing.assert_array_equal(done["3"].y[0], wanted[0])


def test_a_pooling_hands_over_its_winners_where_nothing_of_it_is_kept():
    x = values((2, 4, 6))
    whole, part = (run_network(chain(POOL, MaxUnpool.of(POOL)), x[None], full=full) for full in (None, ["1"]))
    assert list(part) == ["1"]
    np.testing.assert_array_equal(part["1"].y[0], whole["1"].y[0])


def test_what_nothing_pooled_cannot_be_put_back():
    with pytest.raises(GeometryError, match=r"from one nn[.]MaxPool"):
        chain(MaxUnpool.of(MaxPool())).shapes((1, 4, 4))


def test_a_chain_starts_as_torch_starts_the_same_layers_one_after_the_other():
    x = values((2, 6, 5), 7)
    done = run_network(
        chain(Conv(2, 4, 3, padding=1), BatchNorm(num_features=4), ReLU(), Conv(4, 3, 2)), x[None], seed=11
    )
    torch.manual_seed(11)
    layers = [nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 3, 2)]
    with torch.no_grad():
        wanted = nn.Sequential(*layers)(torch.from_numpy(x)[None])[0]
    np.testing.assert_allclose(done["3"].y[0], wanted, rtol=1e-4, atol=1e-5)


def test_a_chain_refuses_with_the_sentence_and_the_ways_out_of_the_layer():
    layer = Conv(3)
    with pytest.raises(GeometryError) as alone:
        layer.check((1, 6, 6))
    with pytest.raises(GeometryError) as chained:
        chain(ReLU(), layer).shapes((1, 6, 6))
    assert (str(chained.value), chained.value.fixes) == (str(alone.value), alone.value.fixes)


def test_a_dense_layer_of_a_chain_reads_maps():
    assert chain(Linear((2, 3, 4), 5)).shapes((2, 3, 4)) == [(5, 1, 1)]


@pytest.mark.parametrize("layer", [Conv(2, 3, 3), ConvTranspose(2, 3, (3, 2), bias=False), Conv(4, 2, 3, groups=2)])
def test_a_turned_kernel_is_the_chosen_one_turned_by_torch(layer):
    network = chain(layer)
    for kernel in ("random", "box", "bank"):
        plain, turned = (Named(kernel, flipped=flipped, seed=5) for flipped in (False, True))
        start = network.state(5) | dict(plain.state(network))
        np.testing.assert_array_equal(
            turned.state(network)["0.weight"], torch.from_numpy(start["0.weight"].copy()).flip(-1, -2)
        )


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_named_kernel_comes_without_a_bias(kernel):
    assert not Named(kernel).state(chain(Conv(1, 2, 3)))["0.bias"].any()


def test_a_name_is_for_convolutions_alone():
    with pytest.raises(GeometryError, match=r"nn[.]ReLU"):
        Named("box").state(chain(ReLU()))


@pytest.mark.parametrize(
    "request_",
    [
        Request(chain(Conv(), GLU(channels=3)), Digit(), Seeded(3)),
        Request(chain(Conv()), Digit(), Named("typed", "1 2 3", flipped=True)),
        Request(BASELINE, Digit(), Kaiming(2)),
        Request(Network((("conv", Conv()),)), Digit()),
    ],
)
def test_a_request_survives_a_pickle_and_stays_the_same_key(request_):
    again = pickle.loads(pickle.dumps(request_))
    assert again == request_
    assert hash(again) == hash(request_)
    assert repr(again) == repr(request_)


def test_a_chain_is_no_network_of_the_same_layers():
    stages = (("0", Conv()),)
    assert Chain(stages, "") != Network(stages, "")


def test_the_window_of_a_stage_stands_at_its_unit():
    assert StageView("conv1", 3, (10, 20)).window == LayerView("conv1", (3, 10, 20), True, ("frame", "mel"))
    assert StageView("conv1").window.at is None
