"""What a unit reads of every earlier stage and reaches of every later one, against autograd."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    AdaptiveAvgPool,
    AvgPool,
    BatchNorm,
    ChannelShuffle,
    CircularPad,
    ConstantPad,
    Conv,
    ConvTranspose,
    Flatten,
    GroupNorm,
    Linear,
    Permute,
    PixelShuffle,
    PixelUnshuffle,
    ReflectionPad,
    ReLU,
    ReplicationPad,
    Softmax,
    Upsample,
    ZeroPad,
)
from cnnviz.networks.desed import BASELINE, Desed
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import INPUT, Field, fields, spans
from cnnviz.networks.table import rows

NORMS = [GroupNorm(num_groups=1, num_channels=2), BatchNorm(num_features=2, training=True, steps=1)]


@st.composite
def networks(draw, holes=False):
    """A few blocks of convolution and pooling with other layers between, and an input on which they work."""
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
    stages = [stage for stage in given.network.stages if isinstance(stage[1], Conv | AvgPool)]
    for i, layer in enumerate(draw(st.lists(st.one_of(transposed(holes), adaptive()), max_size=2))):
        stages.insert(draw(st.integers(0, len(stages))), (f"other{i}", layer))
    # a window that reads padding alone, beside cells that are skipped: these count as read, and too much is seen
    skips = any(s > k for s, k in zip(given.stride, given.kernel_size, strict=True))
    assume(not (skips and any(p >= k for p, k in zip(given.padding, given.kernel_size, strict=True))))
    shape = (1, draw(st.integers(4, 24)), draw(st.integers(4, 24)))
    network = Network(tuple(stages))
    try:
        network.shapes(shape)
    except GeometryError:
        assume(False)
    return network, shape


def transposed(holes):
    """Kernels shorter than the stride leave holes: cells that read nothing."""
    one = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2)).filter(lambda n: holes or n[0] >= n[1])
    return st.tuples(one, one).map(lambda axes: ConvTranspose(1, 1, *zip(*axes, strict=True)))


def adaptive():
    return st.tuples(st.integers(1, 6), st.integers(1, 6)).map(AdaptiveAvgPool)


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


@given(networks(holes=True), st.data())
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


MOVED = {
    "mirror": ((ReflectionPad((2, 1, 3, 0)), Conv(1, 1, (3, 2)), Conv(1, 1, (2, 2), (2, 1))), (1, 5, 6)),
    "mirror, cropped": ((ReflectionPad((-1, 2, 2, -2)), Conv(1, 1, (2, 2))), (1, 6, 5)),
    "border": ((ReplicationPad((2, 1, 3, 2)), Conv(1, 1, (3, 3)), AvgPool()), (1, 4, 5)),
    "round": ((CircularPad((2, 3, 1, 0)), Conv(1, 1, (2, 3)), Conv(1, 1, (2, 2))), (1, 5, 5)),
    "round, cropped": ((CircularPad((-1, 3, 2, -1)), Conv(1, 1, (2, 2))), (1, 6, 6)),
    "zeros": ((ZeroPad((2, -1, 1, 3)), Conv(1, 1, (3, 2)), ConstantPad((0, 1, 2, 0)), AvgPool()), (1, 6, 5)),
    "larger": ((Conv(1, 4, (3, 3)), PixelShuffle(), Conv(1, 1, (3, 2))), (1, 6, 7)),
    "smaller": ((PixelUnshuffle(), Conv(4, 1, (2, 3))), (1, 6, 8)),
    "both": ((Conv(1, 9, (2, 2)), PixelShuffle(3), PixelUnshuffle(2), Conv(4, 1, (2, 1))), (1, 5, 5)),
    "nearest": ((Conv(1, 1, (2, 3)), Upsample(scale_factor=(2.0, 1.5)), Conv(1, 1, (3, 2))), (1, 5, 6)),
    "bilinear": ((Upsample(mode="bilinear"), Conv(1, 1, (3, 3))), (1, 4, 5)),
    "corners": ((Upsample(mode="bilinear", align_corners=True, size=(7, 4), scale_factor=None), AvgPool()), (1, 4, 6)),
    "bicubic": ((Conv(1, 1, (2, 2)), Upsample(mode="bicubic", size=(9, 7), scale_factor=None)), (1, 7, 6)),
    "area": ((Upsample(mode="area", size=(3, 4), scale_factor=None), Conv(1, 1, (2, 1))), (1, 7, 6)),
    "channels": ((Conv(1, 4, (3, 3)), ChannelShuffle(2), Conv(4, 2, (2, 2), groups=2)), (1, 5, 6)),
}


@pytest.mark.parametrize("name", MOVED)
def test_every_unit_behind_moved_cells_reads_and_reaches_what_autograd_says(name):
    layers, shape = MOVED[name]
    network = Network(tuple((f"s{i}", layer) for i, layer in enumerate(layers)))
    last = f"s{len(layers) - 1}"
    x = torch.ones(1, *shape, dtype=torch.float64, requires_grad=True)
    y = stages_of(network, x)[-1][0].sum(0)
    reads = [torch.autograd.grad(y[*unit], x, retain_graph=True)[0][0, 0] != 0 for unit in np.ndindex(*y.shape)]
    reads = torch.stack(reads).reshape(*y.shape, *shape[1:]).numpy()  # (rows, columns of y, rows, columns of x)
    back, forth = spans(network, shape, last)[INPUT], spans(network, shape, INPUT)[last]
    for axis in range(2):
        seen = reads.any(axis=(1 - axis, 3 - axis))  # (units, cells) along the axis
        for unit, cells in enumerate(seen):
            assert_ends(back[axis][unit], cells)
        for cell, units in enumerate(seen.T):
            assert_ends(forth[axis][cell], units)


def assert_ends(found, lit):
    first, last = map(int, found)
    places = np.flatnonzero(lit)
    assert (first, last) == (places[0], places[-1]) if len(places) else first > last


def test_the_field_behind_a_pixel_shuffle_is_that_of_a_transposed_convolution_without_overlap():
    for behind in (1, 2, 3, 5):
        pair = [(Conv(1, 4, (3, 3)), PixelShuffle()), (Conv(1, 4, (3, 3)), ConvTranspose(4, 1, (2, 2), (2, 2)))]
        stages = [(*two, Conv(1, 1, (behind, behind))) for two in pair]
        ours, theirs = (fields(Network(tuple((f"s{i}", one) for i, one in enumerate(s))))[-1] for s in stages)
        assert ours == theirs


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


@given(networks(holes=True))
def test_no_unit_reads_beyond_its_field(case):
    network, shape = case
    table, evenly = network.placed(shape), spans(network, shape, network.stages[-1][0])[INPUT]
    assume(not any(isinstance(one, AdaptiveAvgPool) and not divides(one, taken) for one, taken in table))
    for field, axis in zip(fields(network, shape)[-1], evenly, strict=True):
        for u, (first, last) in enumerate(axis):
            start = u * field.jump - field.before
            assert first > last or field.whole or first > start - 1e-9
            assert last - first + 1 <= field.size or field.whole or leaves_holes(network)


def leaves_holes(network):
    """Are there cells that read nothing? Spans may then reach further than any unit does; see `spans`."""
    stamps = [layer for _, layer in network.stages if isinstance(layer, ConvTranspose)]
    return any(kernel < stride for one in stamps for kernel, stride in zip(one.kernel_size, one.stride, strict=True))


def divides(layer, taken):
    """Are the windows equally long?"""
    return all(n % m == 0 for n, m in zip(taken[1:], layer.output_size, strict=True))


# --- layers that mix everything ---


@pytest.mark.parametrize("layer", [Flatten(), Permute(), Linear((1, 2, 2), 3), AdaptiveAvgPool((1, 1))])
def test_a_layer_that_mixes_the_axes_reaches_along_all_of_them(layer):
    assert layer.extent() == (None, None)


DENSE = Network(
    (
        ("conv", Conv(1, 2, (3, 3), (2, 2))),  # of 8 columns it leaves the last unread
        ("flat", Flatten()),
        ("dense", Linear((2, 4, 3), 5)),
        ("relu", ReLU()),
        ("last", Linear((5, 1, 1), 3)),
        ("share", Softmax()),
    )
)


def test_behind_flatten_every_unit_depends_on_the_whole_input():
    assert [all(field.whole for field in one) for one in fields(DENSE)] == [False] + [True] * 5
    assert fields(DENSE) == fields(DENSE, (1, 9, 8))
    assert all(len(one) == 2 for one in fields(DENSE))


def test_a_dense_unit_reads_every_cell_that_any_map_reads():
    x = torch.ones(1, 1, 9, 8, dtype=torch.float64, requires_grad=True)
    stages_of(Network(DENSE.stages[:-1]), x)[-1][0, 1].backward()
    table = spans(DENSE, (1, 9, 8), "last")
    assert [axis.tolist() for axis in table[INPUT]] == [[list(reached(x.grad, axis))] for axis in range(2)]
    assert [axis.tolist() for axis in table[INPUT]] == [[[0, 8]], [[0, 6]]]
    assert [axis.tolist() for axis in table["conv"]] == [[[0, 3]], [[0, 2]]]


def test_stages_of_vectors_have_no_axes():
    for name in ("conv", "flat", "relu", "share"):
        table = spans(DENSE, (1, 9, 8), name)
        assert all(table[one] == () for one in ("flat", "dense", "relu", "last", "share"))
        assert len(table["conv"]) == len(table[INPUT]) == 2


def test_a_permutation_leaves_nothing_to_say_along_the_axes():
    network = Network((("conv", Conv(1, 2, (3, 3))), ("turn", Permute((0, 2, 1)))))
    assert all(field.whole for field in fields(network)[-1])
    table = spans(network, (1, 5, 9), "turn")  # 7 rows and 3 columns
    assert [axis.shape for axis in table[INPUT]] == [(7, 2), (3, 2)]
    assert [axis.tolist()[0] for axis in table[INPUT]] == [[0, 4], [0, 8]]


def test_a_softmax_over_the_channels_stays_at_its_pixel():
    network = Network((("conv", Conv(1, 2, (3, 3))), ("share", Softmax())))
    assert fields(network)[-1] == fields(network)[0]


@pytest.mark.parametrize("shape", [None, (1, 6, 7)])
def test_a_softmax_along_an_axis_sees_all_of_that_axis(shape):
    network = Network((("conv", Conv(1, 2, (3, 3))), ("share", Softmax(dim=-1)), ("more", Conv(2, 1, (1, 3)))))
    assert [[axis.whole for axis in one] for one in fields(network, shape)] == [
        [False] * 2,
        [False, True],
        [False, True],
    ]


@pytest.mark.parametrize("dim", [1, 2, -1])
def test_a_unit_behind_a_softmax_reads_what_autograd_says(dim):
    network = Network((("conv", Conv(1, 2, (3, 3), (2, 2))), ("share", Softmax(dim=dim))))
    module = network.seeded(0).double()
    moving = torch.rand(1, 1, 9, 8, dtype=torch.float64, requires_grad=True)
    module(moving)[0, 0, 2, 1].backward()
    table = spans(network, (1, 9, 8), "share")[INPUT]
    assert [tuple(map(int, axis[u])) for axis, u in zip(table, (2, 1), strict=True)] == [
        reached(moving.grad, i) for i in (0, 1)
    ]


@pytest.mark.parametrize("shape", [None, (1, 12, 8)])
def test_global_pooling_sees_the_whole_input(shape):
    network = Network((("conv", Conv(1, 2, (3, 3))), ("pool", AdaptiveAvgPool((1, 1)))))
    assert all(field.whole for field in fields(network, shape)[-1])


def test_axes_are_those_of_the_first_layer_that_has_some():
    network = Network((("relu", ReLU()), ("conv", Conv(1, 2, 3, ndim=1)), ("share", Softmax())))
    assert fields(network) == fields(network, (1, 9)) == [(Field(),), (Field(3),), (Field(3),)]


def test_adaptive_pooling_with_even_windows_is_an_ordinary_one_if_the_shape_is_known():
    adapted = Network((("conv", Conv(1, 2, (3, 3))), ("pool", AdaptiveAvgPool((5, 2)))))
    plain = Network((("conv", Conv(1, 2, (3, 3))), ("pool", AvgPool((2, 3), (2, 3)))))
    assert fields(adapted, (1, 12, 8)) == fields(plain)
    assert all(field.whole for field in fields(adapted)[-1])


def test_uneven_windows_of_adaptive_pooling_have_the_field_of_the_longest():
    (field,) = fields(Network((("pool", AdaptiveAvgPool(4, ndim=1)),)), (1, 10))[-1]
    assert (field.size, field.jump, field.whole) == (3, 2.5, False)


def test_units_behind_a_transposed_convolution_lie_closer_together():
    network = Network((("up", ConvTranspose(1, 1, (4, 3), (2, 3), (1, 0))), ("conv", Conv(1, 1, (3, 3)))))
    rows, columns = fields(network)[0]
    assert (rows.size, rows.jump, rows.before) == (2, 0.5, 1)
    assert (columns.size, columns.jump) == (1, pytest.approx(1 / 3))
    assert [axis.size for axis in fields(network)[1]] == [3, 2]


def test_jumps_are_whole_numbers_again_where_a_stride_undoes_them():
    network = Network((("up", ConvTranspose(1, 1, (3, 3), (3, 3))), ("down", Conv(1, 1, (3, 3), (3, 3)))))
    assert all(type(axis.jump) is int and axis.jump == 1 for axis in fields(network)[1])


def test_a_network_that_begins_with_a_vector_has_no_fields():
    network = Network((("relu", ReLU()), ("dense", Linear((4, 1, 1), 3)), ("share", Softmax())))
    assert fields(network, (4,)) == [(), (), ()]
    assert spans(network, (4,), "dense") == {INPUT: (), "relu": (), "dense": (), "share": ()}


# --- rows of a table ---


def test_the_rows_tell_names_shapes_costs_and_fields():
    found = rows(DENSE, (1, 9, 8))
    assert [(row.name, row.layer, row.shape) for row in found[:3]] == [
        ("conv", "nn.Conv2d(1, 2, kernel_size=3, stride=2)", (2, 4, 3)),
        ("flat", "nn.Flatten()", (24,)),
        ("dense", "nn.Linear(24, 5)", (5,)),
    ]
    assert [row.cost for row in found] == DENSE.measures((1, 9, 8))
    assert [row.field for row in found] == fields(DENSE)


def test_the_rows_end_before_a_stage_that_cannot_work():
    broken = Network((*DENSE.stages[:2], ("dense", Linear((7, 1, 1), 5)), *DENSE.stages[3:]))
    assert rows(broken, (1, 9, 8)) == rows(DENSE, (1, 9, 8))[:2]
    assert rows(broken, (2, 9, 8)) == []
