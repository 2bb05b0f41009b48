"""Every layer in `KINDS` against torch: the tables, the arithmetic by hand, the size rule, the code, the refusals."""

import re
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import floor, prod
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
    VALID,
    WINDOWED,
    agreed,
    any_setting,
    any_shape,
    as_ours,
    asked,
    batch_of,
    cases,
    conv_transpose,
    dims,
    each,
    every_kind,
    every_windowed,
    refusal,
    torch_gives,
    values,
)
from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    CELU,
    GELU,
    GLU,
    KINDS,
    AdaptiveAvgPool,
    AvgPool,
    BatchNorm,
    ChannelShuffle,
    CircularPad,
    Conv,
    ConvTranspose,
    Dropout,
    Flatten,
    GroupNorm,
    HalvingGLU,
    Hardtanh,
    InstanceNorm,
    Layer,
    LayerNorm,
    Linear,
    MaskGate,
    MaxPool,
    Padding,
    Permute,
    PixelShuffle,
    PixelUnshuffle,
    PReLU,
    ReflectionPad,
    ReLU,
    RReLU,
    Shape,
    Softmax,
    Softmax2d,
    Unflatten,
    Upsample,
    ZeroPad,
)
from cnnviz.core.layers.conv import MODES
from cnnviz.core.run import run
from cnnviz.core.trace import steps, trace

pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths"),
    pytest.mark.filterwarnings("ignore:Initializing zero-element tensors"),
    pytest.mark.filterwarnings("ignore:input's size at dim=1 does not match num_features"),
]

SIZED = [
    *("conv", "conv_transpose", "max_pool", "avg_pool", "lp_pool", "adaptive_avg_pool", "adaptive_max_pool"),
    *("max_unpool", "zero_pad", "constant_pad", "reflection_pad", "replication_pad", "circular_pad"),
    *("upsample", "upsampling_nearest", "upsampling_bilinear"),
]  # the others keep the size, or their output has no size to speak of
SUMS = [
    *("conv", "conv_transpose", "avg_pool", "adaptive_avg_pool", "linear"),
    *("upsample", "upsampling_nearest", "upsampling_bilinear"),
    *("dropout", "dropout_nd", "mask_gate"),  # of one product
]  # what the others compute is no sum of products; of DESED's gates, see test_gates.py


def works(layer: Layer, shape: Shape) -> bool:
    """Does torch give anything for an input of this shape?"""
    try:
        y = torch_gives(layer, np.zeros(shape, np.float32))
    except (RuntimeError, ValueError, IndexError, ZeroDivisionError, AssertionError):
        return False
    return y.numel() > 0


# --- what torch computes, rebuilt from the tables ---


def test_every_kind_has_a_strategy():
    assert set(VALID) == set(KINDS)


@every_kind
@given(data=st.data(), seed=st.integers(0, 99))
def test_replaying_every_window_rebuilds_the_output(name, data, seed):
    layer, shape = data.draw(cases(name))
    done = run(layer, values(shape, seed), seed)
    by_hand = [[step.value for step in steps(done, channel)] for channel in range(done.y.shape[1])]
    np.testing.assert_allclose(by_hand, done.y[0].reshape(done.y.shape[1], -1), rtol=1e-4, atol=1e-5)


@each(*sorted(KINDS.keys() - {"max_unpool"}))  # its places are those of one example
@given(data=st.data(), seed=st.integers(0, 99))
def test_of_several_examples_each_cell_is_rebuilt_from_its_own_or_from_all(name, data, seed):
    layer, shape = data.draw(cases(name))
    done = run(layer, values((2, *shape), seed), seed)
    for example in (0, 1):
        by_hand = [[step.value for step in steps(done, c, example)] for c in range(done.y.shape[1])]
        np.testing.assert_allclose(by_hand, done.y[example].reshape(done.y.shape[1], -1), rtol=1e-4, atol=1e-5)


@each("conv", "conv_transpose", "linear", "prelu", "glu", "batch_norm", "group_norm", "layer_norm", "mask_gate")
@given(data=st.data())
def test_what_is_loaded_counts_and_not_what_a_setting_says_of_the_start(name, data):
    layer, shape = data.draw(cases(name))
    first = run(layer, values(shape)).state
    loaded = {key: values(value.shape, 5) ** (2 if "var" in key else 1) for key, value in first.items() if value.ndim}
    done = run(layer, values(shape), weights=loaded)
    by_hand = [[step.value for step in steps(done, channel)] for channel in range(done.y.shape[1])]
    np.testing.assert_allclose(by_hand, done.y[0].reshape(done.y.shape[1], -1), rtol=1e-4, atol=1e-5)


@each(*SUMS)
@given(data=st.data())
def test_the_products_and_the_bias_of_a_step_add_up_to_its_value(name, data):
    layer, shape = data.draw(cases(name))
    channel, *cell = (data.draw(st.integers(0, n - 1)) for n in layer.output_shape(shape))
    step = trace(run(layer, values(shape)), channel, cell)
    assert (step.terms * step.weights).sum() + step.bias == pytest.approx(step.value)


@given(case=dims.flatmap(conv_transpose), seed=st.integers(0, 99))
def test_stamping_every_input_cell_rebuilds_the_output(case, seed):
    layer, shape = case
    done = run(layer, values(shape, seed), seed)
    stamps = layer.stamps(shape)
    weight = done.state["weight"].astype(np.float64)  # (in_channels, out_channels / groups, *kernel_size)
    canvas = np.zeros((layer.out_channels, *(len(axis.line) for axis in stamps)))  # the output before it is cropped
    made = layer.out_channels // layer.groups
    for channel, *cell in product(*map(range, shape)):
        first = channel // (layer.in_channels // layer.groups) * made
        places = np.ix_(*(axis.position[i] + axis.low for axis, i in zip(stamps, cell, strict=True)))
        canvas[first : first + made][(slice(None), *places)] += done.x[0, channel, *cell] * weight[channel]
    kept = canvas[np.ix_(range(layer.out_channels), *(np.flatnonzero(axis.line >= 0) for axis in stamps))]
    bias = done.state.get("bias", np.zeros(layer.out_channels)).reshape(-1, *[1] * layer.ndim)
    np.testing.assert_allclose(kept + bias, done.y[0], rtol=1e-4, atol=1e-5)


@given(case=dims.flatmap(conv_transpose))
def test_stamps_and_windows_tell_of_the_same_readings(case):
    layer, shape = case
    for stamp, window in zip(layer.stamps(shape), layer.windows(shape), strict=True):
        for cell in range(window.size):
            np.testing.assert_array_equal(np.unique(stamp.source[cell][stamp.source[cell] >= 0]), window.readers(cell))


# --- sizes, formula, code ---


@every_kind
@given(data=st.data())
def test_the_shapes_of_input_and_output_are_those_of_torch(name, data):
    layer, shape = data.draw(cases(name))
    x = values(shape)
    assert layer.torch_shapes(shape) == (batch_of(layer, x).shape, torch_gives(layer, x).shape)


@every_kind
@given(data=st.data())
def test_the_output_shape_is_that_of_a_run(name, data):
    layer, shape = data.draw(cases(name))
    assert layer.output_shape(shape) == run(layer, values(shape)).y.shape[1:]


@every_windowed
@given(data=st.data())
def test_there_is_a_window_for_every_output_cell(name, data):
    layer, shape = data.draw(cases(name))
    assert tuple(axis.n_out for axis in layer.windows(shape)) == layer.output_shape(shape)[1:]


@every_kind
@given(data=st.data())
def test_every_output_channel_reads_channels_that_are_there(name, data):
    layer, shape = data.draw(cases(name))
    first, last = layer.channels_read(shape).T
    assert len(first) == layer.output_shape(shape)[0]
    if name in WINDOWED:
        assert ((first >= 0) & (first < last) & (last <= shape[0])).all()


@every_kind
@given(data=st.data())
def test_a_formula_closes_what_it_opens(name, data):
    layer, shape = data.draw(cases(name))
    for line in layer.formula(shape):
        assert line.count("{") == line.count("}")
        assert line.count(r"\left") == line.count(r"\right")


@each(*SIZED)
@given(data=st.data())
def test_the_formula_ends_in_the_output_size(name, data):
    layer, shape = data.draw(cases(name))
    ends = [int(re.search(r"= (\d+)$", line)[1]) for line in layer.formula(shape)]
    assert tuple(ends) == layer.output_shape(shape)[1:]


@given(size=st.integers(10, 10**6), kernel=st.integers(1, 9), stride=st.integers(1, 99))
def test_the_ratio_that_the_formula_floors_gives_the_size_it_ends_in(size, kernel, stride):
    layer = Conv(ndim=1, kernel_size=kernel, stride=stride)
    ratio, end = re.search(r"\\lfloor ([\d/]+) \\rfloor \+ 1 = (\d+)$", layer.formula((1, size))[0]).groups()
    assert floor(Fraction(ratio)) + 1 == int(end)
    assert Fraction(ratio) == Fraction(size - kernel, stride)


def built_from_code(layer: Layer, batch: torch.Tensor) -> Any:
    """What the code on screen makes of nothing but torch, its own definitions and `x`."""
    names = {"nn": nn, "torch": torch, "x": batch}
    exec(layer.definition(), names)
    return eval(layer.code(), names)


@each(*sorted(KINDS.keys() - {"permute"}))  # x.permute is no module
@given(data=st.data())
def test_the_code_builds_a_module_of_the_same_settings(name, data):
    layer, shape = data.draw(cases(name))
    assert repr(built_from_code(layer, batch_of(layer, values(shape)))) == repr(layer.module())


@every_kind
@given(data=st.data(), seed=st.integers(0, 99))
def test_the_code_gives_what_is_on_screen(name, data, seed):
    layer, shape = data.draw(cases(name))
    batch, done = batch_of(layer, values(shape)), run(layer, values(shape), seed)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        built = built_from_code(layer, batch)
        y = asked(layer, built, batch) if isinstance(built, nn.Module) else built
    np.testing.assert_array_equal(as_ours(layer, y).reshape(done.y.shape[1:]), done.y[0])


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (Conv(), "nn.Conv2d(1, 1, kernel_size=3)"),
        (Conv(3, 8, (3, 5), padding="same", ndim=2), "nn.Conv2d(3, 8, kernel_size=(3, 5), padding='same')"),
        (Conv(4, 4, groups=4, bias=False, ndim=1), "nn.Conv1d(4, 4, kernel_size=3, groups=4, bias=False)"),
        (
            ConvTranspose(stride=2, output_padding=1),
            "nn.ConvTranspose2d(1, 1, kernel_size=3, stride=2, output_padding=1)",
        ),
        (MaxPool(3, 2, (0, 1)), "nn.MaxPool2d(kernel_size=3, stride=2, padding=(0, 1))"),
        (AvgPool(ndim=1, ceil_mode=True), "nn.AvgPool1d(kernel_size=2, stride=2, ceil_mode=True)"),
        (AdaptiveAvgPool(1, ndim=3), "nn.AdaptiveAvgPool3d(output_size=1)"),
        (ReLU(), "nn.ReLU()"),
        (Softmax(), "nn.Softmax(dim=1)"),
        (Softmax(dim=-1), "nn.Softmax(dim=-1)"),
        (Softmax(dim=None), "nn.Softmax()"),
        (
            BatchNorm(eps=1e-3, num_features=4, momentum=0.99),
            "nn.BatchNorm2d(num_features=4, eps=0.001, momentum=0.99)",
        ),
        (InstanceNorm(num_features=4), "nn.InstanceNorm2d(num_features=4)"),
        (LayerNorm(normalized_shape=(4, 4)), "nn.LayerNorm(normalized_shape=(4, 4))"),
        (Dropout(0.2), "nn.Dropout(p=0.2)"),
        (Linear(size=(2, 3, 4)), "nn.Linear(24, 4)"),
        (Permute(), "x.permute(0, 3, 1, 2)"),
    ],
)
def test_the_code_leaves_out_what_is_at_its_default(layer, code):
    assert layer.code() == code


@given(case=VALID["conv"](2) | VALID["conv_transpose"](2))
def test_the_weight_shape_is_that_of_torch(case):
    layer, _ = case
    assert layer.weight_shape() == tuple(layer.module().weight.shape)


CONSTANT = [
    *("avg_pool", "lp_pool", "leaky_relu", "elu"),
    *("batch_norm", "group_norm", "instance_norm", "layer_norm"),
]  # the others have none, or one that torch's module does not keep


@each(*CONSTANT)
@given(data=st.data())
def test_a_constant_is_what_torchs_module_keeps_by_that_name(name, data):
    layer, _ = data.draw(cases(name))
    module = layer.module()
    constants = layer.constants()
    assert constants
    assert constants == {key: getattr(module, key) for key in constants}


# --- what cannot work ---

# Where cnnviz refuses and torch would go on. (One more: torch takes an input of one axis less for a single example.)
STRICTER = {
    "a layer without channels": lambda layer, shape: getattr(layer, "in_channels", 1) < 1,
    "padding below 0, which crops under some padding modes": lambda layer, shape: (
        isinstance(layer, Conv) and not isinstance(layer.padding, str) and min(layer.padding) < 0
    ),
    "a divisor for nn.AvgPool1d, which has none": lambda layer, shape: (
        layer.name == "AvgPool1d" and layer.divisor_override is not None
    ),
    "a picture of no training pass": lambda layer, shape: (
        isinstance(layer, BatchNorm) and layer.steps < int(layer.training)
    ),
    "an alpha that divides as 0 does: torch gives NaN": lambda layer, shape: (
        isinstance(layer, CELU) and 0 < abs(layer.alpha) < 1 / sys.float_info.max
    ),
    "a mean of no cells": lambda layer, shape: layer.torch_name == "AdaptiveAvgPool" and min(shape) < 1,
    "channels that torch does not count, or of which it warns": lambda layer, shape: (
        (isinstance(layer, InstanceNorm) and layer.num_features != shape[0])
        or (isinstance(layer, GroupNorm) and not layer.affine and layer.num_channels != shape[0])
        or (
            isinstance(layer, BatchNorm)
            and not (layer.affine or layer.track_running_stats)
            and layer.num_features != shape[0]
        )
    ),
    "padding that cuts away every cell": lambda layer, shape: (
        isinstance(layer, Padding)
        and any(n + min(low, 0) + min(high, 0) < 1 for n, (low, high) in zip(shape[1:], layer.pads, strict=True))
    ),
    "cells from beyond a cut, where torch refuses, or reads what nobody wrote": lambda layer, shape: (
        isinstance(layer, CircularPad)
        and any(max(pair) > n + min(*pair, 0) for n, pair in zip(shape[1:], layer.pads, strict=True))
    ),
    "maps that nn.Unflatten would have to read as a vector": lambda layer, shape: (
        isinstance(layer, Unflatten) and max(shape) != prod(shape)
    ),
    "examples that nn.Flatten would put in a row": lambda layer, shape: (
        isinstance(layer, Flatten) and layer.span(layer.ndim)[0] == 0
    ),
    "a dense layer after an input of another shape and as many cells": lambda layer, shape: (
        isinstance(layer, Linear) and layer.in_features == prod(shape) and layer.size != shape
    ),
}


def test_several_slopes_are_told_by_their_channels_and_one_is_not():
    assert "w_c" not in PReLU().latex
    assert "w_c" in PReLU(num_parameters=2).latex


@every_kind
@given(data=st.data())
def test_the_check_passes_what_torch_runs_and_nothing_else(name, data):
    layer = data.draw(any_setting(name))
    shape = data.draw(any_shape(layer.ndim, low=0))
    stricter = any(reason(layer, shape) for reason in STRICTER.values())
    assert (refusal(layer, shape) is None) == (works(layer, shape) and not stricter)


@every_kind
@given(data=st.data())
def test_the_check_passes_what_torch_runs_when_channels_agree(name, data):
    """As above, but always past the first question, so that sizes, modes and padding decide."""
    layer = data.draw(any_setting(name))
    shape = data.draw(any_shape(layer.ndim) | st.tuples(*[st.integers(1, 2)] * (layer.ndim + 1)))
    layer = agreed(layer, shape)
    stricter = any(reason(layer, shape) for reason in STRICTER.values())
    assert (refusal(layer, shape) is None) == (works(layer, shape) and not stricter)


@pytest.mark.parametrize("size", [1, 4, 7])
@pytest.mark.parametrize("made", [1, 3, 9, 20])
def test_a_cubic_curve_repeats_the_border_as_far_as_it_reads_and_no_further(size, made):
    axis, _ = Upsample(mode="bicubic", size=(made, 1), scale_factor=None).blends((1, size, 1))[0]
    first, last = axis.start.min(), axis.start.max() + len(axis.offset) - 1
    assert axis.low == max(0, -first)
    assert len(axis.line) == axis.low + max(size, last + 1)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", range(1, 5))
@pytest.mark.parametrize("padding", range(7))
def test_a_padding_mode_adds_as_much_as_torch_lets_it(mode, size, padding):
    layer = Conv(kernel_size=1, padding=padding, padding_mode=mode, ndim=1)
    assert (refusal(layer, (1, size)) is None) == works(layer, (1, size))


# No setting mends these: an odd number of channels; a single cell, which has no variance.
INPUT_AT_FAULT = ("unflatten", "halving_glu", "instance_norm", "group_norm")


@each(*sorted(KINDS.keys() - {"max_unpool"}))  # its settings are a pooling's
@given(data=st.data())
def test_every_advice_works_and_what_it_mended_stays_mended(name, data):
    layer = data.draw(any_setting(name))
    shape = data.draw(any_shape(layer.ndim))
    told = []
    while error := refusal(layer, shape):
        assert str(error) not in told
        told.append(str(error))
        if not error.fixes:
            assert name in INPUT_AT_FAULT
            return
        for fix in error.fixes:
            assert str(refusal(replace(layer, **fix), shape)) not in told
        layer = replace(layer, **data.draw(st.sampled_from(error.fixes)))
    assert works(layer, shape)


@pytest.mark.parametrize(
    ("layer", "shape", "sentence"),
    [
        (
            Conv(kernel_size=7),
            (1, 4, 9),
            "A window of 7 cells does not fit in 4 rows. Use padding 2 or kernel_size 4.",
        ),
        (
            Conv(kernel_size=(1, 3), dilation=4, padding=(0, 1)),
            (1, 4, 5),
            "A window of 3 taps, 4 apart, spans 9 cells and does not fit in 5 columns with padding 1. "
            "Use padding 2 or kernel_size 2.",
        ),
        (
            Conv(kernel_size=9, padding_mode="reflect", ndim=1),
            (1, 3),
            "A window of 9 cells does not fit in 3 cells of length. Use kernel_size 3.",
        ),
        (
            Conv(padding="same", stride=(2, 1)),
            (1, 5, 5),
            "padding='same' needs stride 1, and stride is (2, 1): a strided output cannot keep the input's size. "
            "Set stride to 1, or give padding as a number.",
        ),
        (
            Conv(padding=3, padding_mode="reflect"),
            (1, 3, 9),
            "padding_mode='reflect' takes its cells from the input: of 3 rows it can add 2 on a side, "
            "and padding is 3. Use padding_mode='replicate'.",
        ),
        (
            Conv(padding=4, padding_mode="circular"),
            (1, 9, 3),
            "padding_mode='circular' takes its cells from the input: of 3 columns it can add 3 on a side, "
            "and padding is 4. Use padding_mode='replicate'.",
        ),
        (
            Conv(4, 6, groups=3),
            (4, 5, 5),
            "groups = 3 must divide in_channels = 4 and out_channels = 6. Use groups = 2.",
        ),
        (
            Conv(8, 4, groups=3),
            (8, 5, 5),
            "groups = 3 must divide in_channels = 8 and out_channels = 4. Use groups = 2.",
        ),
        (Conv(2), (3, 5, 5), "The input has 3 channels and the layer reads in_channels = 2. Set in_channels to 3."),
        (Conv(3), (1, 5, 5), "The input has 1 channel and the layer reads in_channels = 3. Set in_channels to 1."),
        (Conv(padding="some"), (1, 5, 5), "padding = 'some' is not known. Use 'same' or 'valid'."),
        (Conv(stride=(0, 2)), (1, 5, 5), "stride = (0, 2) is too small. Use 1 or more."),
        (
            ConvTranspose(stride=(2, 1), output_padding=(1, 1)),
            (1, 3, 3),
            "output_padding = 1 along columns must be smaller than the stride (1) or the dilation (1). "
            "Use output_padding 0 or stride 2.",
        ),
        (
            ConvTranspose(padding=3),
            (1, 3, 9),
            "padding = 3 on each side leaves nothing of 5 rows. Use 2 or less.",
        ),
        (
            MaxPool(3, padding=2),
            (1, 6, 6),
            "padding = 2 along rows is more than half of kernel_size = 3, which is all that torch takes. "
            "Use padding 1 or kernel_size 4.",
        ),
        (
            MaxPool(3, 1, 2, 2),
            (1, 8, 8),
            "padding = 2 along rows is more than half of kernel_size = 3, which is all that torch takes, whatever the "
            "dilation. Use padding 1 or kernel_size 4.",
        ),
        (
            MaxPool(3, 1, 2, 4, ndim=1),
            (1, 9),
            "padding = 2 along length is more than half of kernel_size = 3, which is all that torch takes, "
            "whatever the dilation. Use padding 1 or kernel_size 4.",
        ),
        (
            MaxPool(3, 1, 2, 3, ndim=1),
            (1, 5),
            "padding = 2 along length is more than half of kernel_size = 3, which is all that torch takes, "
            "whatever the dilation. Use padding 1.",
        ),
        (
            MaxPool(5, dilation=(1, 3)),
            (1, 9, 7),
            "A window of 5 cells, 3 apart, does not fit in 7 columns. Use kernel_size 3.",
        ),
        (
            AvgPool((2, 1, 1), 1, (1, 0, 0), ndim=3),
            (1, 1, 4, 4),
            "nn.AvgPool3d needs at least as many cells as its kernel, padding not counted: kernel_size = 2 along "
            "1 cell of depth. Use kernel_size 1.",
        ),
        (
            AvgPool(divisor_override=3, ndim=1),
            (1, 6),
            "nn.AvgPool1d has no divisor_override, and it is 3. Leave it empty.",
        ),
        (
            Hardtanh(2.0, 1.0),
            (1, 3, 3),
            "max_val = 1 must be above min_val = 2. Use max_val = 3.",
        ),
        (
            ReflectionPad((1, 3, 0, 0)),
            (1, 5, 3),
            "nn.ReflectionPad2d takes its cells from the input: of 3 columns it can add 2 on a side, and padding is 3. "
            "Use 2 or less, or nn.ReplicationPad2d.",
        ),
        (
            ZeroPad((0, 0, -3, -2)),
            (1, 5, 3),
            "padding = -3 before and -2 after leaves nothing of 5 rows. Cut away fewer cells.",
        ),
        (
            PixelShuffle(3),
            (8, 2, 2),
            "nn.PixelShuffle makes one channel of 3^2 = 9, and 8 cannot be divided by that. Use upscale_factor = 2, or "
            "9 channels.",
        ),
        (PixelUnshuffle(4), (1, 8, 6), "6 columns cannot be divided by downscale_factor = 4. Use 2."),
        (ChannelShuffle(4), (6, 2, 2), "groups = 4 must divide 6 channels. Use groups = 3."),
        (
            Unflatten(unflattened_size=(2, 3, 3)),
            (16, 1, 1),
            "16 numbers do not make maps of (2, 3, 3). Use unflattened_size = (16, 1, 1).",
        ),
        (RReLU(0.5, 0.25), (1, 3, 3), "lower = 0.5 must not be above upper = 0.25. Use lower = 0.25."),
        (CELU(0.0), (1, 3, 3), "alpha = 0 would divide by 0. Use alpha = 1."),
        (
            Softmax2d(ndim=1),
            (4, 9),
            "nn.Softmax2d reads inputs with 2 axes besides the channels, and this one has 1. Choose another input.",
        ),
        (GELU(approximate="erf"), (1, 3, 3), "approximate = 'erf' is not known. Use 'none' or 'tanh'."),
        (
            HalvingGLU(),
            (3, 4, 4),
            "nn.GLU halves the channels, and 3 channels cannot be halved. "
            "Use 4 channels, or DESED's GLU, which keeps them all.",
        ),
        (
            GLU(channels=2),
            (3, 4, 4),
            "The input has 3 channels and the gate mixes 2. Set channels to 3.",
        ),
        (
            MaskGate((0.0,) * 6, (2, 3)),
            (1, 4, 2),
            "The mask (2, 3) is larger than the input (4, 2). Type at most as many rows and columns.",
        ),
        (
            MaskGate((0.0,) * 5, (2, 3)),
            (1, 4, 4),
            "The mask has 5 numbers and its size is (2, 3). Type one number for each block.",
        ),
        (
            BatchNorm(num_features=2),
            (1, 3, 3),
            "The input has 1 channel and num_features = 2. Set num_features to 1.",
        ),
        (
            BatchNorm(steps=0),
            (1, 3, 3),
            "In training the picture is the last training pass, and steps = 0. Use 1 step, or eval mode.",
        ),
        (
            BatchNorm(training=False),
            (1, 1, 1),
            "A channel with a single cell has no variance of its own. Use a larger input, or eval mode with "
            "steps = 0 and running statistics.",
        ),
        (
            GroupNorm(num_groups=4, num_channels=6),
            (6, 3, 3),
            "num_groups = 4 must divide 6 channels. Use num_groups = 3.",
        ),
        (
            GroupNorm(num_groups=2, num_channels=2),
            (2, 1, 1),
            "A group with a single cell has no variance. Use a larger input, or num_groups = 1.",
        ),
        (
            BatchNorm(0.0, training=False),
            (1, 3, 3),
            "nn.BatchNorm2d trains with eps above 0 only, and eps is 0. Use eps = 1e-05.",
        ),
        (InstanceNorm(), (1, 1, 1), "A map with a single cell has no variance. Use a larger input, or another norm."),
        (
            LayerNorm(normalized_shape=(3, 5)),
            (2, 3, 4),
            "normalized_shape = (3, 5) must be the last sizes of the input (2, 3, 4). Use (2, 3, 4).",
        ),
        (Dropout(1.5), (1, 3, 3), "p = 1.5 is no chance: it lies between 0 and 1. Use p = 1."),
        (Dropout(-0.5), (1, 3, 3), "p = -0.5 is too small. Use 0 or more."),
        (
            Linear(size=(2, 3)),
            (1, 3, 3),
            "The input is (1, 3, 3) and the layer reads (2, 3). Set in_features to 9.",
        ),
        (Permute((0, 0, 1)), (1, 3, 3), "dims = (0, 0, 1) must name each of the 3 axes once. Use (2, 1, 0)."),
        (
            ReLU(),
            (1, 9),
            "nn.ReLU slides along 2 axes, and the input (1, 9) has 1 besides its channels. Choose another input.",
        ),
        (Conv(), (1, 0, 5), "The input (1, 0, 5) is empty. Give every axis at least 1 cell."),
        (
            Conv(),
            (1, 9),
            "nn.Conv2d slides along 2 axes, and the input (1, 9) has 1 besides its channels. "
            "Choose nn.Conv1d, or another input.",
        ),
        (
            Conv(ndim=1),
            (1, 2, 3, 4, 5),
            "nn.Conv1d slides along 1 axis, and the input (1, 2, 3, 4, 5) has 4 besides its channels. "
            "Choose another input.",
        ),
    ],
)
def test_a_refusal_gives_the_numbers_and_the_way_out(layer, shape, sentence):
    assert str(refusal(layer, shape)) == sentence


def test_a_dense_layer_is_made_for_one_shape_even_where_another_has_as_many_cells():
    assert refusal(Linear(size=(1, 9, 1)), (1, 3, 3)).fixes == ({"size": (1, 3, 3)},)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("ask", ["windows", "output_shape", "macs", "formula"])
def test_no_answer_is_given_for_what_cannot_work(name, ask):
    with pytest.raises(GeometryError):
        getattr(KINDS[name](), ask)((1, 9))
