"""The largest number of cells that any unit sees, against autograd, where steps are no whole cells."""

from math import prod
from pathlib import Path

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import AdaptiveAvgPool, AvgPool, Conv, ConvTranspose
from cnnviz.networks.code import read_code
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import fields

CASES = Path(__file__).parent / "cases"
LONG = 160  # cells, so that some units are far from both borders


def seen(network: Network, size: int) -> list[int]:
    """After each stage, the most cells from the first to the last that autograd gives any unit of a 1-D network."""
    x = torch.ones(1, 1, size, dtype=torch.float64)
    found = []
    modules = [layer.module().double() for _, layer in network.stages]
    for module in modules:
        for name, parameter in module.named_parameters():
            nn.init.constant_(parameter, 0 if name == "bias" else 1)
    for i in range(len(modules)):
        row = nn.Sequential(*modules[: i + 1])
        slopes = torch.autograd.functional.jacobian(row, x, vectorize=True)[0, 0, :, 0, 0]  # (units, cells)
        cells = [unit.nonzero()[:, 0] for unit in slopes]
        found.append(max((int(one[-1] - one[0]) + 1 for one in cells if len(one)), default=0))
    return found


def sizes(network: Network, size: int) -> list[int]:
    return [field.size for (field,) in fields(network, (1, size))]


one = st.integers(1, 4)
convs = st.builds(lambda k, s, p, d: Conv(1, 1, k, s, p, d, ndim=1), one, st.integers(1, 3), st.integers(0, 2), one)
pools = st.builds(lambda k, s: AvgPool(k, s, 0, ndim=1), one, one)
ups = st.builds(
    lambda k, s, p, d: ConvTranspose(1, 1, k, s, p, d, ndim=1), one, one, st.integers(0, 2), st.integers(1, 3)
)


@st.composite
def networks(draw):
    """A few layers, at least one of them transposed, which do not shrink the input to a few units."""
    layers = draw(st.lists(st.one_of(convs, pools, ups), min_size=1, max_size=3))
    layers.insert(draw(st.integers(0, len(layers))), draw(ups))
    assume(prod(layer.stride[0] for layer in layers if not isinstance(layer, ConvTranspose)) <= 8)
    assume(prod(layer.stride[0] for layer in layers if isinstance(layer, ConvTranspose)) <= 12)
    return Network(tuple((f"layer{i}", layer) for i, layer in enumerate(layers)))


@given(networks())
def test_no_unit_sees_more_and_some_unit_sees_as_many(network):
    assert sizes(network, LONG) == seen(network, LONG)


@given(st.integers(2, 9), st.integers(10, 60), st.integers(1, 4), st.integers(1, 3))
def test_of_uneven_windows_the_longest_counts(m, n, kernel, stride):
    network = Network((("pool", AdaptiveAvgPool(m, ndim=1)), ("conv", Conv(1, 1, kernel, stride, ndim=1))))
    try:
        network.shapes((1, n))
    except GeometryError:
        assume(False)
    pooled, after = sizes(network, n)
    assert pooled == seen(network, n)[0]
    assert (
        after >= seen(network, n)[1]
    )  # where there are so few units, the longest row of windows may not be among them
    assert after - seen(network, n)[1] <= kernel


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ((CASES / "n9_encoder_decoder.txt").read_text(), [3, 4, 8, 8, 10]),
        (
            "nn.Sequential(nn.Conv2d(1, 1, 3, stride=2, padding=1), nn.ConvTranspose2d(1, 1, 4, stride=2, padding=1))",
            [3, 5],
        ),
        ("nn.Sequential(nn.AdaptiveAvgPool2d(3))", [12]),
        ("nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.PixelShuffle(2), nn.Conv2d(1, 1, 3, padding=1))", [3, 3, 4]),
        (
            "nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(4, 4, 3), nn.PixelShuffle(2), nn.Conv2d(1, 1, 2))",
            [2, 6, 6, 8],
        ),
        ("nn.Sequential(nn.Upsample(scale_factor=2, mode='bilinear'), nn.Conv2d(1, 1, 3, padding=1))", [2, 3]),
        ("nn.Sequential(nn.Conv2d(1, 1, 3, 2, 1), nn.Upsample(scale_factor=1.5), nn.Conv2d(1, 1, 3))", [3, 3, 7]),
        ("nn.Sequential(nn.Upsample(size=(13, 13)), nn.Conv2d(1, 1, 3, padding=1))", [1, 6]),
        ("nn.Sequential(nn.ZeroPad2d(2), nn.Conv2d(1, 1, 5, stride=2))", [1, 5]),
        ("nn.Sequential(nn.AvgPool2d(2), nn.ConvTranspose2d(1, 1, 5, stride=3, dilation=2))", [2, 6]),
    ],
)
def test_pasted_networks_see_what_autograd_says(code, expected):
    network = read_code(code)
    found = fields(network, (1, 32, 32))
    assert [[axis.size for axis in one] for one in found] == [[size, size] for size in expected]
    x = torch.ones(1, 1, 32, 32, dtype=torch.float64, requires_grad=True)
    row = nn.Sequential(*(layer.module().double() for _, layer in network.stages))
    for parameter in row.parameters():
        nn.init.constant_(parameter, 1)
    for module in [one for one in row if isinstance(one, nn.MaxPool2d)]:
        row[[*row].index(module)] = nn.AvgPool2d(module.kernel_size)
    most = 0
    for i in range(row(x).shape[2]):
        (slopes,) = torch.autograd.grad(row(x)[0, 0, i].sum(), x)
        rows = slopes[0, 0].any(1).nonzero()[:, 0]
        most = max(most, int(rows[-1] - rows[0]) + 1 if len(rows) else 0)
    assert most == expected[-1]


def test_dilated_convolutions_keep_the_published_field():
    network = read_code((CASES / "n13_dilated_1d.txt").read_text())
    assert sizes(network, 100)[-1] == 25
    convolutions = Network(tuple(stage for stage in network.stages if isinstance(stage[1], Conv)))
    assert sizes(convolutions, 100) == seen(convolutions, 100)


def test_transposed_layers_keep_their_multiply_adds():
    codes = (CASES / "n14_transposed_macs.txt").read_text().splitlines()
    for code, shape, macs in zip(codes, [(3, 2, 2), (4, 8, 8), (6, 8, 8)], [48, 2304, 3072], strict=True):
        assert read_code(code).measures(shape)[0].macs == macs


def test_very_many_units_that_differ_are_bounded_and_fast():
    up = Network(tuple((f"up{i}", ConvTranspose(1, 1, 64, 63, 0, ndim=1)) for i in range(20)))
    found = [field.size for (field,) in fields(up)]
    assert found[0] == 2
    assert all(2 <= size <= 3 for size in found)
