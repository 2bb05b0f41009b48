"""What is known of a stage without a look at its maps is, to the last bit, what a look would have found."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.core.layers import GLU, BatchNorm, Conv, Dropout, ReLU
from cnnviz.networks.exciting.rising import rises, rising, through
from cnnviz.networks.network import Network


@given(
    channels=st.integers(1, 40),
    frames=st.integers(1, 40),
    length=st.integers(1, 40),
    last=st.booleans(),
    kind=st.sampled_from(["norm", "relu", "leaky"]),
    seed=st.integers(0, 99),
)
def test_peaks_go_through_as_their_maps_do(channels, frames, length, last, kind, seed):
    torch.manual_seed(seed)
    norm = nn.BatchNorm2d(channels).eval()
    for values in (norm.running_var, norm.weight.data):
        values.uniform_(0.01, 3)
    norm.running_mean.normal_()
    norm.bias.data.normal_()
    module = {"norm": norm, "relu": nn.ReLU(), "leaky": nn.LeakyReLU(0.1)}[kind]
    assert rises(module)
    x = 5 * torch.randn(1, channels, frames, length)
    maps = x.contiguous(memory_format=torch.channels_last) if last else x
    with torch.inference_mode():
        wanted = module(maps)[0].amax(dim=2).numpy()
    np.testing.assert_array_equal(through(module, x[0].amax(dim=2).numpy()), wanted)


def test_no_value_stays_none():
    assert through(nn.ReLU(), np.array([[-np.inf, -1, 2]], np.float32)).tolist() == [[-np.inf, 0, 2]]


@pytest.mark.parametrize("weight", [-1.0, 0.0, float("nan")])
def test_a_norm_that_turns_one_channel_round_does_not_rise(weight):
    norm = nn.BatchNorm2d(3).eval()
    assert rises(norm)
    norm.weight.data[1] = weight
    assert not rises(norm)
    assert not rises(nn.BatchNorm2d(3))  # while it trains
    assert not rises(nn.BatchNorm2d(3, track_running_stats=False).eval())


def test_rows_begin_at_a_stage_that_is_looked_at():
    stages = (
        ("conv", Conv(1, 2, (3, 3))),
        ("norm", BatchNorm(num_features=2, training=False, steps=0)),
        ("relu", ReLU()),
        ("drop", Dropout(0.5, training=False)),
        ("again", ReLU()),
        ("gate", GLU(channels=2)),
        ("last", ReLU()),
    )
    network = Network(stages)
    modules = [*network.module().eval().get_submodule(network.prefix).children()]
    found = rising(network, modules)
    assert {first: [*some] for first, some in found.items()} == {"conv": ["norm", "relu"], "gate": ["last"]}
