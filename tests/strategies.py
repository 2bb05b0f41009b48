"""Random settings: of every layer in `KINDS` with an input on which it works, and of any layer that may not.

With them, what several tests ask of torch.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume
from hypothesis import strategies as st

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    KINDS,
    BatchNorm,
    Conv,
    ConvTranspose,
    Layer,
    Linear,
    MaxPool,
    MaxUnpool,
    Move,
    Norm,
    Shape,
    Unflatten,
)
from cnnviz.core.layers.conv import MODES
from cnnviz.core.layers.upsample import SMOOTH
from cnnviz.core.run import run
from cnnviz.core.settings import knobs

torch.set_num_threads(1)  # the tensors are tiny: a second thread only waits, ten times longer beside another worker

Case = tuple[Layer, Shape]  # a layer, and the shape of an input on which it works
Numbers = np.ndarray[Any, Any]

REACH = {1: 4, 2: 4, 3: 2}  # largest kernel, stride, dilation and padding: fewer axes, more of each
ROOM = {1: 6, 2: 4, 3: 1}  # cells that an input may have beyond the fewest that work
MOST = {1: 7, 2: 4, 3: 3}  # cells along an axis, where any number works

WINDOWED = [name for name, kind in KINDS.items() if not issubclass(kind, Move)]  # a move has one map, no windows


def each(*names: str) -> Callable[[Any], Any]:
    """Ask a test of each of these kinds."""
    return pytest.mark.parametrize("name", names)


every_kind, every_windowed = each(*KINDS), each(*WINDOWED)


def per_axis(draw: st.DrawFn, ndim: int, low: int, high: int) -> tuple[int, ...]:
    return draw(st.tuples(*[st.integers(low, high)] * ndim))


# --- convolutions ---


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


# --- poolings that slide, and what undoes them ---


@st.composite
def pool(draw: st.DrawFn, ndim: int, kind: type[Layer], **free: st.SearchStrategy[Any]) -> Case:
    reach = REACH[ndim]
    kernel = per_axis(draw, ndim, 1, reach)
    chosen = {"kernel_size": kernel, "stride": per_axis(draw, ndim, 1, reach + 1), "ceil_mode": draw(st.booleans())}
    if "padding" in knobs(kind):
        chosen["padding"] = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    if "dilation" in knobs(kind):
        chosen["dilation"] = per_axis(draw, ndim, 1, reach)
    chosen |= {name: draw(value) for name, value in free.items()}
    if ndim == 1:
        chosen.pop("divisor_override", None)  # nn.AvgPool1d has none
    paddings, dilations = (chosen.get(name, (default,) * ndim) for name, default in [("padding", 0), ("dilation", 1)])
    fewest = [max(1, d * (k - 1) + 1 - 2 * p) for k, p, d in zip(kernel, paddings, dilations, strict=True)]
    if ndim == 3 and kind is not MaxPool:  # nn.AvgPool3d asks for as many cells without the padding
        fewest = kernel
    shape = (draw(st.integers(1, 3)), *(n + draw(st.integers(0, ROOM[ndim])) for n in fewest))
    return kind(ndim=ndim, **chosen), shape


@st.composite
def max_unpool(draw: st.DrawFn, ndim: int) -> Case:
    undone, shape = draw(pool(ndim, MaxPool))
    undone = replace(undone, dilation=1)  # torch cannot undo a dilation
    done = run(undone, values(shape, draw(st.integers(0, 99))))
    layer = MaxUnpool.of(undone, done.parts["indices"], shape[1:])
    # ... nor, now and then, the window that ceil_mode left out
    assume(all((n - 1) * s - 2 * p + k > m - s for _, n, k, s, p, m in layer._axes(done.y.shape[1:])))
    return layer, done.y.shape[1:]


# --- layers that fit any input ---


def agreed(layer: Layer, shape: Shape) -> Layer:
    """The layer, told what it has to know of its input."""
    told = {name: shape[0] for name in ("in_channels", "num_features", "num_channels", "channels")}
    told |= {"normalized_shape": shape, **({"size": shape} if layer.name == "Linear" else {})}
    told["unflattened_size"] = (int(np.prod(shape)), *(1,) * layer.ndim)
    return replace(layer, **{f.name: told[f.name] for f in fields(layer) if f.name in told})


Fit = Callable[[st.DrawFn, Shape], dict[str, Any]]


@st.composite
def anywhere(
    draw: st.DrawFn,
    ndim: int,
    kind: type[Layer],
    fit: Fit = lambda draw, shape: {},
    depth: st.SearchStrategy[int] | None = None,
    **free: st.SearchStrategy[Any],
) -> Case:
    """Fields of their own are drawn from `free`; those that depend on the shape of the input come from `fit`."""
    chosen = {name: draw(value) for name, value in free.items()}
    size = per_axis(draw, ndim, 1, MOST[ndim])
    if issubclass(kind, Norm):
        size = (*size[:-1], size[-1] + 1)  # a single cell has no variance
    layer = kind(ndim=ndim, **chosen)
    deep = st.integers(1, 4) if depth is None else depth
    shape = (draw(deep), *size)
    return replace(agreed(layer, shape), **fit(draw, shape)), shape


@st.composite
def padding(draw: st.DrawFn, ndim: int, kind: type[Layer], **free: st.SearchStrategy[Any]) -> Case:
    """Cells added or cut away on each side of each axis, the last axis first."""
    size, sides = per_axis(draw, ndim, 1, MOST[ndim]), []
    for n in reversed(size):
        low = draw(st.integers(1 - n, 3))
        high = draw(st.integers(1 - n - min(low, 0), 3))
        kept = n + min(low, 0) + min(high, 0)
        most = {"reflection_pad": n - 1, "circular_pad": kept}.get(NAME_OF[kind], 3)
        sides += [min(low, most), min(high, most)]
    chosen = {name: draw(value) for name, value in free.items()}
    return kind(padding=tuple(sides), ndim=ndim, **chosen), (draw(st.integers(1, 3)), *size)


@st.composite
def upsample(draw: st.DrawFn, ndim: int, kind: type[Layer]) -> Case:
    """By size or by factor, in every mode that torch has along so many axes."""
    most, size = {1: 12, 2: 9, 3: 5}[ndim], per_axis(draw, ndim, 1, MOST[ndim])
    factor = st.sampled_from([1.0, 2.0, 3.0, 0.5]) | st.floats(0.3, 3.5).map(lambda f: round(f, 2))
    factors = tuple(max(draw(factor), 1 / n) for n in size)
    by_size = draw(st.booleans())
    chosen: dict[str, Any] = {"size": per_axis(draw, ndim, 1, most) if by_size else None}
    chosen["scale_factor"] = None if by_size else factors
    if "mode" in knobs(kind):
        chosen["mode"] = draw(st.sampled_from(["nearest", "nearest-exact", "area", *SMOOTH[ndim]]))
        if chosen["mode"] in SMOOTH[ndim]:
            chosen["align_corners"] = draw(st.sampled_from([None, False, True]))
    return kind(ndim=ndim, **chosen), (draw(st.integers(1, 3)), *size)


@st.composite
def pixels(draw: st.DrawFn, ndim: int, kind: type[Layer], factor: str) -> Case:
    r, small = draw(st.integers(1, 3)), (draw(st.integers(1, 2)), *per_axis(draw, 2, 1, 3))
    down = factor == "downscale_factor"
    shape = (small[0], *(n * r for n in small[1:])) if down else (small[0] * r**2, *small[1:])
    return kind(**{factor: r}), shape


@st.composite
def unflatten(draw: st.DrawFn, ndim: int) -> Case:
    """A vector lies along the channels, or along any axis."""
    size = per_axis(draw, ndim + 1, 1, 3)
    vector = [1] * (ndim + 1)
    vector[draw(st.integers(0, ndim))] = int(np.prod(size))
    return Unflatten(unflattened_size=size, ndim=ndim), tuple(vector)


def fit_shuffle(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    return {"groups": draw(st.sampled_from([g for g in range(1, shape[0] + 1) if shape[0] % g == 0]))}


def fit_mask(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    size = tuple(draw(st.integers(1, n)) for n in shape[1:])
    return {"size": size, "mask": tuple(values(size, draw(st.integers(0, 99))).ravel().tolist())}


def fit_sizes(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    """Sizes of adaptive pooling; None along some of several axes."""
    sizes = per_axis(draw, len(shape) - 1, 1, 6)
    kept = draw(st.integers(0, len(sizes))) if len(sizes) > 1 else 0
    return {"output_size": (*(None,) * kept, *sizes[kept:])}


def fit_slopes(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    return {"num_parameters": draw(st.sampled_from([1, shape[0]]))}


def fit_flat(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    """All axes, or any that lie side by side, each counted from the front or from the back."""
    if draw(st.booleans()):
        return {}
    n = len(shape) + 1
    start = draw(st.integers(1, n - 1))
    end = draw(st.integers(start, n - 1))
    return {
        "start_dim": start - n * draw(st.booleans()),
        "end_dim": end - n * draw(st.booleans()),
    }


def fit_dim(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    """The channels or an axis, counted from either end, or the batch; or none."""
    return {"dim": draw(st.integers(-len(shape) - 1, len(shape)) | st.none())}


def fit_groups(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    return {"num_groups": draw(st.sampled_from([g for g in range(1, shape[0] + 1) if shape[0] % g == 0]))}


@st.composite
def layer_norm(draw: st.DrawFn, ndim: int) -> Case:
    """Over the last axis alone, or more, up to all."""
    layer, shape = draw(anywhere(ndim, KINDS["layer_norm"], eps=eps, elementwise_affine=often, bias=often))
    return replace(layer, normalized_shape=layer.normalized_shape[draw(st.integers(0, ndim)) :]), shape


def fit_steps(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    training = draw(st.booleans())
    return {"training": training, "steps": draw(st.integers(int(training), 4))}


NAME_OF = {kind: name for name, kind in KINDS.items()}
PADS = ("zero_pad", "reflection_pad", "replication_pad", "circular_pad")
often = st.sampled_from([True, True, False])
unit, eps = st.floats(0, 1), st.sampled_from([1e-3, 0.1])  # a smaller eps magnifies the rounding of near-equal cells

VALID: dict[str, Callable[[int], st.SearchStrategy[Case]]] = {
    "conv": conv,
    "conv_transpose": conv_transpose,
    "max_pool": partial(pool, kind=KINDS["max_pool"], return_indices=st.booleans()),
    "avg_pool": partial(
        pool,
        kind=KINDS["avg_pool"],
        count_include_pad=st.booleans(),
        divisor_override=st.none() | st.integers(1, 9),
    ),
    # even powers, for a sum of odd ones may cancel and its root then magnify the rounding; a broken one gives NaN
    "lp_pool": partial(pool, kind=KINDS["lp_pool"], norm_type=st.sampled_from([1.0, 1.5, 2.0, 4.0])),
    "max_unpool": max_unpool,
    "layer_norm": layer_norm,
    **{name: partial(padding, kind=KINDS[name]) for name in PADS},
    "constant_pad": partial(padding, kind=KINDS["constant_pad"], value=st.floats(-3, 3)),
    "pixel_shuffle": partial(pixels, kind=KINDS["pixel_shuffle"], factor="upscale_factor"),
    "pixel_unshuffle": partial(pixels, kind=KINDS["pixel_unshuffle"], factor="downscale_factor"),
    "unflatten": unflatten,
    **{name: partial(upsample, kind=KINDS[name]) for name in KINDS if name.startswith("upsampl")},
}
ANYWHERE: dict[str, dict[str, Any]] = {
    "adaptive_avg_pool": {"fit": fit_sizes},
    "adaptive_max_pool": {
        "fit": fit_sizes,
        "return_indices": st.booleans(),
    },
    "relu": {},
    "leaky_relu": {"negative_slope": unit},
    "prelu": {"init": st.floats(-3, 3), "fit": fit_slopes},
    "elu": {"alpha": st.floats(0, 5)},
    "gelu": {"approximate": st.sampled_from(["none", "tanh"])},
    "silu": {},
    "sigmoid": {},
    "tanh": {},
    **{name: {"fit": fit_dim} for name in ("softmax", "log_softmax", "softmin")},
    **{
        name: {}
        for name in (
            *("identity", "relu6", "hardswish", "hardsigmoid", "mish", "selu", "log_sigmoid", "softsign"),
            *("tanhshrink", "softmax2d"),
        )
    },
    "hardtanh": {"min_val": st.floats(-3, 0), "max_val": st.floats(0.1, 3)},
    "softplus": {"beta": st.floats(0.1, 3) | st.floats(-3, -0.1), "threshold": st.floats(0.5, 30)},
    "celu": {"alpha": st.floats(0.1, 3) | st.floats(-3, -0.5)},
    "rrelu": {"lower": st.floats(-1, 0.2), "upper": st.floats(0.2, 2)},
    "alpha_dropout": {"p": unit},
    "feature_alpha_dropout": {"p": unit},
    "softshrink": {"lambd": st.floats(0, 2)},
    "hardshrink": {"lambd": st.floats(-1, 2)},
    "glu": {},
    "context_gating": {},
    "halving_glu": {"depth": st.sampled_from([2, 4, 6])},
    "mask_gate": {"fit": fit_mask},
    "batch_norm": {
        **{"fit": fit_steps, "eps": eps, "momentum": st.none() | unit},
        **{"affine": often, "bias": often, "track_running_stats": often},
    },
    "group_norm": {"fit": fit_groups, "eps": eps, "affine": often, "bias": often},
    "instance_norm": {
        **{"eps": eps, "momentum": st.none() | unit, "affine": often, "bias": often},
        **{"track_running_stats": often, "training": st.booleans()},
    },
    "dropout": {"p": st.floats(0, 0.9) | st.just(1.0), "training": st.booleans()},
    "dropout_nd": {"p": st.floats(0, 0.9) | st.just(1.0), "training": st.booleans()},
    "linear": {"out_features": st.integers(1, 4), "bias": st.booleans()},
    "local_response_norm": {
        "depth": st.integers(1, 7),
        "size": st.integers(1, 6),
        "alpha": st.sampled_from([1e-4, 0.5, 2.0]),
        "beta": st.sampled_from([0.5, 0.75, 1.0]),
        "k": st.sampled_from([1.0, 2.0]),
    },
    "channel_shuffle": {"fit": fit_shuffle, "depth": st.integers(1, 6)},
    "flatten": {"fit": fit_flat},
    "permute": {"fit": lambda draw, shape: {"dims": tuple(draw(st.permutations(range(len(shape)))))}},
}
VALID |= {name: partial(anywhere, kind=KINDS[name], **how) for name, how in ANYWHERE.items()}

dims = st.sampled_from([1, 2, 3])


def dims_of(name: str) -> st.SearchStrategy[int]:
    """Along how many axes torch has this kind of layer."""
    return st.sampled_from(KINDS[name].ndims)


def cases(name: str) -> st.SearchStrategy[Case]:
    """One kind of layer in one to three dimensions, with an input on which it works."""
    return dims_of(name).flatmap(VALID[name])


any_case = st.sampled_from(sorted(VALID)).flatmap(cases)
conv_case = st.sampled_from(["conv", "conv_transpose"]).flatmap(cases)


# --- possible or not ---


@st.composite
def any_setting(draw: st.DrawFn, name: str) -> Layer:
    """A layer of any settings, possible or not: each number from below its lowest to a little above."""
    kind = KINDS[name]
    ndim = draw(st.sampled_from(kind.ndims))
    chosen: dict[str, Any] = {"ndim": ndim}
    defaults = {f.name: f.default for f in fields(kind)}
    for field, k in knobs(kind).items():
        if field != "ndim" and draw(st.booleans()):  # the other half stays at its default
            chosen[field] = draw(any_value(k, ndim, defaults[field]))
    if kind is Unflatten:
        chosen["unflattened_size"] = draw(any_shape(ndim))
    return kind(**chosen)


def any_value(k: Any, ndim: int, default: Any) -> st.SearchStrategy[Any]:
    """Any value of one knob."""
    if k.choices:
        return st.sampled_from(k.choices)
    if isinstance(default, bool):
        return st.booleans()
    if isinstance(default, float) and not k.per_axis:
        low = -2 if k.low is None else k.low
        return st.floats(low - 0.5, low + 2)
    # mostly possible, so that several problems seldom hide one another
    low = -3 if k.sides or k.low is None else int(k.low)
    number = st.integers(low - 1, low + 5) | st.integers(low, low + 3)
    if default is None and not k.per_axis:
        return st.none() | number
    numbers = st.tuples(*[number] * ndim * (1 + k.sides))
    if k.optional:
        return st.none() | (st.tuples(*[st.floats(0.1, 3)] * ndim) if isinstance(default, float) else numbers)
    few = st.sampled_from(k.words) | numbers if k.words else numbers
    return few if k.per_axis else number


def any_shape(n_axes: int, low: int = 1) -> st.SearchStrategy[Shape]:
    """Channels and sizes, whether or not a layer can read them."""
    return st.tuples(*[st.integers(low, 6)] * (n_axes + 1))


def refusal(layer: Layer, shape: Shape) -> GeometryError | None:
    try:
        layer.check_batch(shape)
    except GeometryError as error:
        return error
    return None


# --- what torch says ---


def values(shape: Shape, seed: int = 0) -> Numbers:
    """Normal noise as a float32 array."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).numpy()


def batch_of(layer: Layer, x: Numbers) -> torch.Tensor:
    """The input as torch wants it: a batch, or one example without it, of which it is made."""
    tensor = torch.from_numpy(x if x.ndim > layer.ndim + 1 else x[None])
    return tensor.flatten(1) if isinstance(layer, Unflatten) else tensor


def asked(layer: Layer, module: torch.nn.Module, batch: torch.Tensor) -> torch.Tensor:
    """What a torch module gives, called as its documentation says."""
    module.train(getattr(layer, "training", False))
    if isinstance(layer, MaxUnpool):
        return module(batch, torch.tensor(layer.indices).reshape(batch.shape), output_size=layer.size)
    if isinstance(layer, BatchNorm) and not layer.training:
        for _ in range(layer.steps):
            module.train()(batch)
        module.eval()
    y = module(batch.flatten(1) if isinstance(layer, Linear) else batch)
    return y[0] if isinstance(y, tuple) else y


def torch_gives(layer: Layer, x: Numbers, seed: int = 0) -> torch.Tensor:
    """Torch's own output, the batch first, of its own module after this seed."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        return asked(layer, layer.module(), batch_of(layer, x))


def as_ours(layer: Layer, y: torch.Tensor) -> Numbers:
    """Torch's output of one example as cnnviz has it: channels first, without the batch."""
    return y[0].numpy()


def answering(layer: Layer, shape: Shape, channel: int, cell: tuple[int, ...]) -> Numbers:
    """Which outputs read an input cell: those that become NaN when it does, for NaN never cancels."""
    if isinstance(layer, BatchNorm) and not layer.training:
        layer = replace(layer, steps=0)  # what it learned of this input before is not read now
    x = np.abs(values(shape)).astype(np.float64)  # in double precision torch has no other way round
    x[channel, *cell] = np.nan
    with torch.no_grad():
        y = as_ours(layer, asked(layer, layer.module().double(), batch_of(layer, x)))
    return np.isnan(y.reshape(layer.output_shape(shape)))
