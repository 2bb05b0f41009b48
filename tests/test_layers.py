"""Every layer in `KINDS` against torch: the tables, the arithmetic by hand, the size rule, the code, the refusals."""

import re
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import floor

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import VALID, any_setting, any_shape, cases, conv_transpose, dims, values
from torch import nn

from cnnviz.geometry import GeometryError
from cnnviz.layers import KINDS, Conv, ConvTranspose, Layer, Shape
from cnnviz.layers.conv import MODES
from cnnviz.run import run
from cnnviz.trace import steps, trace

pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths"),
    pytest.mark.filterwarnings("ignore:Initializing zero-element tensors"),
]

every_kind = pytest.mark.parametrize("name", KINDS)


def ask_torch(layer: Layer, shape: Shape) -> torch.Tensor | None:
    """Torch's own output, or None where it refuses or gives nothing."""
    try:
        y: torch.Tensor = layer.module()(torch.zeros(1, *shape))
    except (RuntimeError, ValueError):
        return None
    return y if y.numel() else None


def refusal(layer: Layer, shape: Shape) -> GeometryError | None:
    try:
        layer.check(shape)
    except GeometryError as error:
        return error
    return None


# --- what torch computes, rebuilt from the tables ---


def test_every_kind_has_a_strategy():
    assert set(VALID) == set(KINDS)


@every_kind
@given(data=st.data(), seed=st.integers(0, 99))
def test_replaying_every_window_rebuilds_the_output(name, data, seed):
    layer, shape = data.draw(cases(name))
    done = run(layer, values(shape, seed), seed)
    by_hand = [[step.value for step in steps(done, channel)] for channel in range(len(done.y))]
    np.testing.assert_allclose(by_hand, done.y.reshape(len(done.y), -1), rtol=1e-4, atol=1e-5)


@every_kind
@given(data=st.data())
def test_the_products_and_the_bias_of_a_step_add_up_to_its_value(name, data):
    layer, shape = data.draw(cases(name))
    step = trace(run(layer, values(shape)), 0, (0,) * layer.ndim)
    assert step.products.sum() + step.bias == pytest.approx(step.value)


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
        canvas[first : first + made][(slice(None), *places)] += done.x[channel, *cell] * weight[channel]
    kept = canvas[np.ix_(range(layer.out_channels), *(np.flatnonzero(axis.line >= 0) for axis in stamps))]
    bias = done.state.get("bias", np.zeros(layer.out_channels)).reshape(-1, *[1] * layer.ndim)
    np.testing.assert_allclose(kept + bias, done.y, rtol=1e-4, atol=1e-5)


@given(case=dims.flatmap(conv_transpose))
def test_stamps_and_windows_tell_of_the_same_readings(case):
    layer, shape = case
    for stamp, window in zip(layer.stamps(shape), layer.windows(shape), strict=True):
        np.testing.assert_array_equal(stamp.readers.T, window.readers)


# --- sizes, formula, code ---


@every_kind
@given(data=st.data())
def test_the_output_shape_is_that_of_torch(name, data):
    layer, shape = data.draw(cases(name))
    assert layer.output_shape(shape) == tuple(ask_torch(layer, shape).shape[1:])


@every_kind
@given(data=st.data())
def test_there_is_a_window_for_every_output_cell(name, data):
    layer, shape = data.draw(cases(name))
    assert tuple(axis.n_out for axis in layer.windows(shape)) == layer.output_shape(shape)[1:]


@every_kind
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


@every_kind
@given(data=st.data())
def test_the_code_builds_a_module_of_the_same_settings(name, data):
    layer, _ = data.draw(cases(name))
    module = eval(layer.code(), {"nn": nn})
    assert repr(module) == repr(layer.module())
    assert [tuple(p.shape) for p in module.parameters()] == [tuple(p.shape) for p in layer.module().parameters()]


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
    ],
)
def test_the_code_leaves_out_what_is_at_its_default(layer, code):
    assert layer.code() == code


@given(case=VALID["conv"](2) | VALID["conv_transpose"](2))
def test_the_weight_shape_is_that_of_torch(case):
    layer, _ = case
    assert layer.weight_shape() == tuple(layer.module().weight.shape)


# --- what cannot work ---

# Where cnnviz refuses and torch would go on. (A third: torch takes an input of one axis less for a single example.)
STRICTER = {
    "a layer without channels": lambda layer, shape: layer.in_channels < 1,
    "padding below 0, which crops under some padding modes": lambda layer, shape: (
        not isinstance(layer.padding, str) and min(layer.padding) < 0
    ),
}


@every_kind
@given(data=st.data())
def test_the_check_passes_what_torch_runs_and_nothing_else(name, data):
    layer = data.draw(any_setting(name))
    shape = data.draw(any_shape(layer.ndim, low=0))
    assume(not any(stricter(layer, shape) for stricter in STRICTER.values()))
    assert (refusal(layer, shape) is None) == (ask_torch(layer, shape) is not None)


@every_kind
@given(data=st.data())
def test_the_check_passes_what_torch_runs_when_channels_agree(name, data):
    """As above, but always past the first question, so that sizes, modes and padding decide."""
    layer = data.draw(any_setting(name))
    shape = (layer.in_channels, *data.draw(any_shape(layer.ndim))[1:])
    assume(not any(stricter(layer, shape) for stricter in STRICTER.values()))
    assert (refusal(layer, shape) is None) == (ask_torch(layer, shape) is not None)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", range(1, 5))
@pytest.mark.parametrize("padding", range(7))
def test_a_padding_mode_adds_as_much_as_torch_lets_it(mode, size, padding):
    layer = Conv(kernel_size=1, padding=padding, padding_mode=mode, ndim=1)
    assert (refusal(layer, (1, size)) is None) == (ask_torch(layer, (1, size)) is not None)


@every_kind
@given(data=st.data())
def test_every_advice_works_and_what_it_mended_stays_mended(name, data):
    layer = data.draw(any_setting(name))
    shape = data.draw(any_shape(layer.ndim))
    told = []
    while error := refusal(layer, shape):
        assert str(error) not in told
        told.append(str(error))
        assert error.fixes
        for fix in error.fixes:
            assert str(refusal(replace(layer, **fix), shape)) not in told
        layer = replace(layer, **data.draw(st.sampled_from(error.fixes)))
    assert ask_torch(layer, shape) is not None


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


@every_kind
@pytest.mark.parametrize("ask", ["windows", "output_shape", "macs", "formula"])
def test_no_answer_is_given_for_what_cannot_work(name, ask):
    with pytest.raises(GeometryError):
        getattr(KINDS[name](), ask)((1, 9))
