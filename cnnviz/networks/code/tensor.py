"""What forward does to the tensor by functions and methods, as layers: ``F.relu``, ``x.view``, ``x.mean((2, 3))``."""

import ast
import re
from collections.abc import Mapping
from typing import Any

from cnnviz.networks.code.errors import shown
from cnnviz.networks.code.syntax import Called, error_at, plain
from cnnviz.networks.code.values import UNKNOWN
from cnnviz.text import Message, either

Args = tuple[Any, ...]
Kwargs = Mapping[str, Any]
Last = Called | None  # the layer that the tensor came through last; None where it is the input
Found = list[tuple[str, Called]]  # names and layers; none where nothing changes

POOL = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")
AVERAGE = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")
RESIZE = ("size", "scale_factor", "mode", "align_corners", "recompute_scale_factor")

# functions of torch and torch.nn.functional: the class that does the same, and its arguments in the function's order
ALIKE: dict[str, tuple[str, tuple[str, ...]]] = {
    "relu": ("ReLU", ("inplace",)),
    "relu6": ("ReLU6", ("inplace",)),
    "leaky_relu": ("LeakyReLU", ("negative_slope", "inplace")),
    "elu": ("ELU", ("alpha", "inplace")),
    "selu": ("SELU", ("inplace",)),
    "celu": ("CELU", ("alpha", "inplace")),
    "gelu": ("GELU", ("approximate",)),
    "silu": ("SiLU", ("inplace",)),
    "mish": ("Mish", ("inplace",)),
    "sigmoid": ("Sigmoid", ()),
    "tanh": ("Tanh", ()),
    "softplus": ("Softplus", ("beta", "threshold")),
    "softsign": ("Softsign", ()),
    "tanhshrink": ("Tanhshrink", ()),
    "softshrink": ("Softshrink", ("lambd",)),
    "hardshrink": ("Hardshrink", ("lambd",)),
    "hardsigmoid": ("Hardsigmoid", ("inplace",)),
    "hardswish": ("Hardswish", ("inplace",)),
    "hardtanh": ("Hardtanh", ("min_val", "max_val", "inplace")),
    "logsigmoid": ("LogSigmoid", ()),
    "threshold": ("Threshold", ("threshold", "value", "inplace")),
    "softmax": ("Softmax", ("dim",)),
    "softmin": ("Softmin", ("dim",)),
    "log_softmax": ("LogSoftmax", ("dim",)),
    "glu": ("GLU", ("dim",)),
    "interpolate": ("Upsample", RESIZE),
    "upsample": ("Upsample", RESIZE),
    "pixel_shuffle": ("PixelShuffle", ("upscale_factor",)),
    "pixel_unshuffle": ("PixelUnshuffle", ("downscale_factor",)),
    "channel_shuffle": ("ChannelShuffle", ("groups",)),
    "local_response_norm": ("LocalResponseNorm", ("size", "alpha", "beta", "k")),
    "unfold": ("Unfold", ("kernel_size", "dilation", "padding", "stride")),
    "fold": ("Fold", ("output_size", "kernel_size", "dilation", "padding", "stride")),
    "dropout": ("Dropout", ("p", "training", "inplace")),
    "alpha_dropout": ("AlphaDropout", ("p", "training", "inplace")),
    "feature_alpha_dropout": ("FeatureAlphaDropout", ("p", "training", "inplace")),
    **{f"dropout{n}d": (f"Dropout{n}d", ("p", "training", "inplace")) for n in (1, 2, 3)},
    **{f"max_pool{n}d": (f"MaxPool{n}d", POOL) for n in (1, 2, 3)},
    **{f"avg_pool{n}d": (f"AvgPool{n}d", AVERAGE) for n in (1, 2, 3)},
    **{f"lp_pool{n}d": (f"LPPool{n}d", ("norm_type", "kernel_size", "stride", "ceil_mode")) for n in (1, 2, 3)},
    **{f"adaptive_avg_pool{n}d": (f"AdaptiveAvgPool{n}d", ("output_size",)) for n in (1, 2, 3)},
    **{f"adaptive_max_pool{n}d": (f"AdaptiveMaxPool{n}d", ("output_size", "return_indices")) for n in (1, 2, 3)},
}
UNSAID = ("training", "_stacklevel")  # the mode is that of the whole network
NUMBERED = re.compile(r"[123]d$")
SAME = ("contiguous", "to", "cuda", "cpu", "float", "clone", "detach", "requires_grad_", "type_as")  # of the tensor
WIDTHS = ("double", "half", "bfloat16")
PADS = {"reflect": "ReflectionPad", "replicate": "ReplicationPad", "circular": "CircularPad"}
OWN_WEIGHTS = ("conv1d", "conv2d", "conv3d", "linear", "batch_norm", "conv_transpose2d", "bilinear", "prelu")
BRANCHES = ("cat", "concat", "concatenate", "stack", "add", "mul", "chunk", "split", "matmul", "bmm", "einsum", "sum")


def layers_for(name: str, args: Args, kwargs: Kwargs, node: ast.AST, last: Last) -> Found:
    """The layers that do what a function or a method of this name does to the tensor.

    Parameters
    ----------
    args, kwargs
        Without the tensor.
    last : Called or None
        The layer that the tensor came through last.

    Raises
    ------
    CodeError
        If no layer does the same.
    """
    name = name.removesuffix("_") if name != "requires_grad_" else name
    if name in SPECIAL:
        return [
            ("flatten" if call.name == "Flatten" else name, call)
            for call in SPECIAL[name](args, dict(kwargs), node, last)
        ]
    if name not in ALIKE:
        raise error_at(node, unread(name))
    kind, order = ALIKE[name]
    if len(args) > len(order):
        raise error_at(
            node,
            "{name} takes at most {count} values besides the tensor, and {given} are given.",
            name=name,
            count=len(order),
            given=len(args),
        )
    given = {**dict(zip(order, args, strict=False)), **kwargs}
    given = {key: value for key, value in given.items() if key not in UNSAID}
    return [(NUMBERED.sub("", name), made(as_global(kind, given), node, **given))]


def as_global(kind: str, given: dict[str, Any]) -> str:
    """A pooling whose window is as large as the map, ``F.avg_pool2d(x, x.size()[2:])``, is a global one."""
    window = given.get("kernel_size")
    if UNKNOWN not in (window if isinstance(window, (tuple, list)) else (window,)):
        return kind
    given.clear()
    given["output_size"] = 1
    return f"Adaptive{kind}"


def unread(name: str) -> Message:
    """Why a function is not read."""
    if name in OWN_WEIGHTS:
        return Message(
            "{name} takes its weights as a tensor, which no text holds: use the layer of torch.nn instead.", name=name
        )
    if name == "transpose":
        return Message("transpose is not read here: write the whole order of the axes, as in x.permute(0, 2, 1).")
    if name in BRANCHES:
        return Message(
            "{name} joins or parts tensors: networks with branches are not read, only one layer after the other.",
            name=name,
        )
    return Message(
        "{name}(...) of a tensor is not read here: only what is a layer, too, such as F.relu or x.flatten(1).",
        name=name,
    )


def made(kind: str, node: ast.AST, *args: Any, **kwargs: Any) -> Called:
    """A layer with plain values; a ? in its name stands for the network's number of axes."""
    values = tuple(plain(one, node) for one in args)
    named = {name: plain(one, node) for name, one in kwargs.items()}
    return Called(kind, values, named, getattr(node, "lineno", None), getattr(node, "col_offset", 0) + 1)


def flatten(args: Args, kwargs: dict[str, Any], node: ast.AST, last: Last) -> list[Called]:
    """``torch.flatten(x, 1)``; from 0 on it would mix the examples."""
    start = args[0] if args else kwargs.get("start_dim", 0)
    end = args[1] if len(args) > 1 else kwargs.get("end_dim", -1)
    if start == 0:
        raise error_at(node, "This flattens the examples, too: write torch.flatten(x, 1), as every batch needs it.")
    return [made("Flatten", node)] if (start, end) == (1, -1) else [made("Flatten", node, start, end)]


def view(args: Args, kwargs: dict[str, Any], node: ast.AST, last: Last) -> list[Called]:
    """``x.view(-1, 256)`` and ``x.view(x.size(0), -1)`` flatten; other shapes are an Unflatten, where it is known."""
    shape = args[0] if len(args) == 1 and isinstance(args[0], (tuple, list)) else args
    if len(shape) < 2 or kwargs:
        raise error_at(node, "This shape leaves no axis of examples: write x.flatten(1), or x.view(x.size(0), -1).")
    if len(shape) == 2:
        return [made("Flatten", node)]
    inner = tuple(shape[1:])
    if last is None:
        return []  # the input is given in this shape; see `Follower.hint`
    if not all(isinstance(one, int) and one > 0 for one in inner):
        raise error_at(node, "This shape has sizes that are not known here: write each as a number.")
    return [made("Unflatten", node, 1, inner)]


def mean(kind: str, args: Args, kwargs: dict[str, Any], node: ast.AST) -> list[Called]:
    """Over all axes but examples and channels it is a global pooling."""
    dims = kwargs.get("dim", kwargs.get("axis", args[0] if args else None))
    keep = kwargs.get("keepdim", args[1] if len(args) > 1 else False)
    axes = tuple(dims) if isinstance(dims, (tuple, list)) else (dims,)
    n = len(axes)
    if axes not in (tuple(range(2, 2 + n)), tuple(range(-n, 0)), tuple(range(-1, -n - 1, -1))) or not 1 <= n <= 3:
        raise error_at(node, "This is read only over all axes behind the channels: of maps, write x.mean((2, 3)).")
    pool = made(f"{kind}?d", node, (1,) * n)
    return [pool] if keep else [pool, made("Flatten", node)]


def permute(args: Args, kwargs: dict[str, Any], node: ast.AST, last: Last) -> list[Called]:
    dims: Any = kwargs.get("dims", args[0] if len(args) == 1 else args)
    whole = isinstance(dims, (tuple, list)) and all(isinstance(one, int) for one in dims)
    if not whole or tuple(dims[:1]) != (0,):
        raise error_at(node, "permute is read only with whole numbers, of which the first is 0: the examples stay.")
    return [made("PermuteModule", node, *(one - 1 for one in dims[1:]))]


def pad(args: Args, kwargs: dict[str, Any], node: ast.AST, last: Last) -> list[Called]:
    given = {**dict(zip(("pad", "mode", "value"), args, strict=False)), **kwargs}
    sides, mode, value = given.get("pad", ()), given.get("mode", "constant"), given.get("value") or 0
    n = len(sides) // 2 if isinstance(sides, (tuple, list)) else 0
    if not 1 <= n <= 3:
        raise error_at(node, "F.pad is read with two numbers for each axis, as in F.pad(x, (1, 1, 2, 2)).")
    if mode == "constant":
        return [made("ZeroPad?d", node, sides) if value == 0 else made("ConstantPad?d", node, sides, value)]
    if mode not in PADS:
        raise error_at(
            node,
            "F.pad has mode={mode}: it is {modes}.",
            mode=shown(mode),
            modes=either(map(repr, ("constant", *PADS))),
        )
    return [made(f"{PADS[mode]}?d", node, sides)]


def squeeze(args: Args, kwargs: dict[str, Any], node: ast.AST, last: Last) -> list[Called]:
    """What is taken off is one cell long: behind a global pooling that is a flattening, behind that it is nothing."""
    if last and (is_flat(last) or (last.name == "Linear" and 1 in last.args[1:2])):
        return []
    sizes = {*last.args, *last.kwargs.values()} if last else set()
    if last and last.name.startswith("Adaptive") and sizes <= {1, (1,), (1, 1), (1, 1, 1)}:
        return [made("Flatten", node)]
    raise error_at(node, "squeeze is read only behind a pooling to one cell: write x.flatten(1), if that is meant.")


def is_flat(call: Called) -> bool:
    """Does it flatten all axes?"""
    given = {"start_dim": 1, "end_dim": -1, **dict(zip(("start_dim", "end_dim"), call.args, strict=False))}
    return call.name == "Flatten" and {**given, **call.kwargs} == {"start_dim": 1, "end_dim": -1}


def unsqueeze(args: Args, kwargs: dict[str, Any], node: ast.AST, last: Last) -> list[Called]:
    """At the start it gives the input its channel, which it has here already."""
    if last or (args or tuple(kwargs.values()))[:1] != (1,):
        raise error_at(node, "unsqueeze is read only as the first step, as x.unsqueeze(1): the input's one channel.")
    return []


def same(args: Args, kwargs: dict[str, Any], node: ast.AST, last: Last) -> list[Called]:
    return []


def wider(args: Args, kwargs: dict[str, Any], node: ast.AST, last: Last) -> list[Called]:
    raise error_at(node, "Numbers are float32 here: leave .half(), .bfloat16() or .double() out.")


SPECIAL = {
    "flatten": flatten,
    "view": view,
    "reshape": view,
    "permute": permute,
    "pad": pad,
    "squeeze": squeeze,
    "unsqueeze": unsqueeze,
    "mean": lambda args, kwargs, node, last: mean("AdaptiveAvgPool", args, kwargs, node),
    "amax": lambda args, kwargs, node, last: mean("AdaptiveMaxPool", args, kwargs, node),
    **dict.fromkeys(SAME, same),
    **dict.fromkeys(WIDTHS, wider),
}
