"""Random settings: of every layer in `KINDS` with an input on which it works, and of any layer that may not.

With them, what several tests ask of torch.
"""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from cnnviz.knobs import knobs
from cnnviz.layers import KINDS, Conv, ConvTranspose, Layer, Shape
from cnnviz.layers.conv import MODES

torch.set_num_threads(1)  # the tensors are tiny: a second thread only waits, ten times longer beside another worker

Case = tuple[Layer, Shape]  # a layer, and the shape of an input on which it works

REACH = {1: 4, 2: 4, 3: 2}  # largest kernel, stride, dilation and padding: fewer axes, more of each
ROOM = {1: 6, 2: 4, 3: 1}  # cells that an input may have beyond the fewest that work


def per_axis(draw: st.DrawFn, ndim: int, low: int, high: int) -> tuple[int, ...]:
    return draw(st.tuples(*[st.integers(low, high)] * ndim))


def channels(draw: st.DrawFn) -> dict[str, Any]:
    """One to six channels each way, in groups that divide both."""
    groups = draw(st.integers(1, 3))
    read, made = draw(st.tuples(*[st.integers(1, 6 // groups)] * 2))
    return {"in_channels": groups * read, "out_channels": groups * made, "groups": groups, "bias": draw(st.booleans())}


@st.composite
def conv(draw: st.DrawFn, ndim: int, modes: tuple[str, ...] = MODES) -> Case:
    reach = REACH[ndim]
    kernel, dilation = per_axis(draw, ndim, 1, reach), per_axis(draw, ndim, 1, reach)
    numbers = per_axis(draw, ndim, 0, reach)
    padding = draw(st.sampled_from([numbers, numbers, numbers, "same", "valid"]))
    layer = Conv(
        **channels(draw),
        ndim=ndim,
        kernel_size=kernel,
        stride=1 if padding == "same" else per_axis(draw, ndim, 1, reach + 1),
        dilation=dilation,
        padding=padding,
        padding_mode=draw(st.sampled_from(modes)),
    )
    fewest = []
    for i in range(ndim):
        span = dilation[i] * (kernel[i] - 1) + 1
        words = {"same": (span // 2, span - 1), "valid": (0, 0)}
        most, total = words[padding] if isinstance(padding, str) else (padding[i], 2 * padding[i])
        torch_asks = {"reflect": most + 1, "circular": most}.get(layer.padding_mode, 1)
        fewest.append(max(1, span - total, torch_asks))
    return layer, (layer.in_channels, *(n + draw(st.integers(0, ROOM[ndim])) for n in fewest))


@st.composite
def conv_transpose(draw: st.DrawFn, ndim: int) -> Case:
    reach = REACH[ndim]
    size, kernel = per_axis(draw, ndim, 1, reach + 1), per_axis(draw, ndim, 1, reach)
    stride, dilation = per_axis(draw, ndim, 1, reach), per_axis(draw, ndim, 1, reach - 1)
    extra, padding = [], []
    for i in range(ndim):
        extra.append(draw(st.integers(0, max(stride[i], dilation[i]) - 1)))
        uncropped = (size[i] - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 + extra[i]
        padding.append(draw(st.integers(0, (uncropped - 1) // 2)))
    layer = ConvTranspose(
        **channels(draw),
        ndim=ndim,
        kernel_size=kernel,
        stride=stride,
        dilation=dilation,
        padding=tuple(padding),
        output_padding=tuple(extra),
    )
    return layer, (layer.in_channels, *size)


VALID: dict[str, Callable[[int], st.SearchStrategy[Case]]] = {"conv": conv, "conv_transpose": conv_transpose}

dims = st.sampled_from([1, 2, 3])


def cases(name: str) -> st.SearchStrategy[Case]:
    """One kind of layer in one to three dimensions, with an input on which it works."""
    return dims.flatmap(VALID[name])


any_case = st.sampled_from(sorted(VALID)).flatmap(cases)


@st.composite
def any_setting(draw: st.DrawFn, name: str) -> Layer:
    """A layer of any settings, possible or not: each number from one below its lowest to a little above."""
    kind, ndim = KINDS[name], draw(dims)
    chosen: dict[str, Any] = {"ndim": ndim}
    for field, k in knobs(kind).items():
        if field != "ndim" and draw(st.booleans()):  # the other half stays at its default
            chosen[field] = draw(any_value(k, ndim))
    return kind(**chosen)


def any_value(k: Any, ndim: int) -> st.SearchStrategy[Any]:
    """Any value of one knob."""
    if k.choices:
        return st.sampled_from(k.choices)
    if k.low is None:
        return st.booleans()
    # mostly possible, so that several problems seldom hide one another
    number = st.integers(int(k.low) - 1, int(k.low) + 5) | st.integers(int(k.low), int(k.low) + 3)
    if not k.per_axis:
        return number
    numbers = st.tuples(*[number] * ndim)
    return st.sampled_from(k.words) | numbers if k.words else numbers


def any_shape(ndim: int, low: int = 1) -> st.SearchStrategy[Shape]:
    """Channels and sizes, whether or not a layer can read them."""
    return st.tuples(*[st.integers(low, 6)] * (ndim + 1))


def values(shape: Shape, seed: int = 0) -> np.ndarray[Any, Any]:
    """Normal noise as a float32 array."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).numpy()


def jacobian(layer: Layer, shape: Shape, channel: int) -> np.ndarray[Any, Any]:
    """How the cells of one output channel answer each input cell, shape (outputs, in_channels, inputs), by autograd.

    All weights are 1 and in double precision, so that nothing cancels.
    """
    module = layer.module().double().requires_grad_(False)
    for parameter in module.parameters():
        torch.nn.init.ones_(parameter)
    outputs = prod(layer.output_shape(shape)[1:])
    # One copy of the input for each output cell: a single backward pass then gives every row.
    x = torch.ones(outputs, *shape, dtype=torch.float64, requires_grad=True)
    module(x)[:, channel].flatten(1).diagonal().sum().backward()
    return x.grad.reshape(outputs, shape[0], prod(shape[1:])).numpy()
