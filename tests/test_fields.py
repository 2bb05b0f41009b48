"""What a unit reads of every earlier stage and reaches of every later one, against autograd."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from cnnviz.fields import INPUT, fields, spans
from cnnviz.geometry import GeometryError
from cnnviz.layers import AvgPool, BatchNorm, Conv, GroupNorm
from cnnviz.network import BASELINE, Desed, Network

NORMS = [GroupNorm(num_groups=1, num_channels=2), BatchNorm(num_features=2, training=True, steps=1)]


@st.composite
def networks(draw):
    """A few blocks of convolution and pooling, and an input on which they work."""
    sizes = st.integers(1, 4)
    blocks = draw(st.integers(1, 3))
    pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
    given = Desed(
        kernel_size=tuple(draw(sizes) for _ in range(blocks)),
        padding=tuple(draw(st.integers(0, 2)) for _ in range(blocks)),
        stride=tuple(draw(st.integers(1, 3)) for _ in range(blocks)),
        nb_filters=(1,) * blocks,
        pooling=tuple(draw(pairs) for _ in range(blocks)),
    )
    stages = tuple(stage for stage in given.network.stages if isinstance(stage[1], Conv | AvgPool))
    shape = (1, draw(st.integers(4, 24)), draw(st.integers(4, 24)))
    network = Network(stages)
    try:
        network.shapes(shape)
    except GeometryError:
        assume(False)
    return network, shape


def stages_of(network, x):
    """Every stage's output with weights of one and no bias, in double precision: nothing cancels."""
    found = [x]
    for _, layer in network.stages:
        module = layer.module().double()
        for name, parameter in module.named_parameters():
            nn.init.constant_(parameter, 0 if name == "bias" else 1)
        found.append(module(found[-1]))
        found[-1].retain_grad()
    return found


def reached(gradient, axis):
    """First and last cell with a gradient along an axis; 0 and -1 where there is none."""
    cells = gradient[0, 0].any(1 - axis).nonzero()[:, 0]
    return (int(cells[0]), int(cells[-1])) if len(cells) else (0, -1)


def assert_goes_with(network, x, a, b, unit_of_b):
    """One unit of the later stage b reads of the earlier stage a what the table says."""
    names = [INPUT, *(name for name, _ in network.stages)]
    outs = stages_of(network, x)
    outs[b][0, 0, *unit_of_b].backward()
    table = spans(network, x.shape[1:], names[b])[names[a]]
    for axis, u in enumerate(unit_of_b):
        found = reached(outs[a].grad, axis)
        first, last = map(int, table[axis][u])
        assert (first, last) == found or (first > last and found == (0, -1))


@given(networks(), st.data())
def test_a_unit_reads_what_autograd_says(case, data):
    network, shape = case
    x = torch.ones(1, *shape, dtype=torch.float64, requires_grad=True)
    b = data.draw(st.integers(1, len(network.stages)))
    a = data.draw(st.integers(0, b - 1))
    size = network.shapes(shape)[b - 1][1:]
    unit = [data.draw(st.integers(0, n - 1)) for n in size]
    whole = [reached_by_all(network, x, a, b, unit, axis) for axis in range(2)]
    assume(all(whole))
    assert_goes_with(network, x, a, b, unit)


def reached_by_all(network, x, a, b, unit, axis):
    """Does the unit read anything along the other axis? Without it, autograd sees nothing along this one either."""
    names = [INPUT, *(name for name, _ in network.stages)]
    first, last = spans(network, x.shape[1:], names[b])[names[a]][axis][unit[axis]]
    return first <= last


@given(networks(), st.data())
def test_a_unit_reaches_what_an_impulse_in_its_place_lights(case, data):
    network, shape = case
    names = [INPUT, *(name for name, _ in network.stages)]
    sizes = [shape, *network.shapes(shape)]
    a = data.draw(st.integers(0, len(network.stages) - 1))
    unit = [data.draw(st.integers(0, n - 1)) for n in sizes[a][1:]]
    impulse = torch.zeros(1, *sizes[a], dtype=torch.float64)
    impulse[0, 0, *unit] = 1
    lit = stages_of(Network(network.stages[a:]), impulse.requires_grad_())[1:]
    table = spans(network, shape, names[a])
    for name, out in zip(names[a + 1 :], lit, strict=True):
        for axis, u in enumerate(unit):
            first, last = map(int, table[name][axis][u])
            other = table[name][1 - axis][unit[1 - axis]]
            if other[0] <= other[1]:  # else nothing is lit, along this axis neither
                assert (first, last) == reached(out, axis) or (first > last and not out.any())


def test_the_spans_of_units_in_the_middle_are_as_wide_as_the_field():
    for given_ in (Desed(), BASELINE):
        table = spans(given_.network, (1, 626, 1024), given_.network.stages[-1][0])[INPUT]
        for axis, field in zip(table, fields(given_.network)[-1], strict=True):
            first, last = axis[len(axis) // 2]
            assert last - first + 1 == field.size


@pytest.mark.parametrize("norm", NORMS, ids=["group", "training"])
def test_the_statistics_of_a_norm_widen_the_field_and_leave_the_spans(norm):
    stages = (("conv", Conv(1, 2, (3, 3))), ("norm", norm), ("pool", AvgPool((2, 2), (2, 2))))
    assert all(field.whole for field in fields(Network(stages))[-1])
    plain = spans(Network((stages[0], stages[2])), (1, 9, 12), "pool")
    for axis, table in enumerate(spans(Network(stages), (1, 9, 12), "pool")[INPUT]):
        np.testing.assert_array_equal(table, plain[INPUT][axis])
