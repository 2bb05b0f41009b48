"""Torch's own samples of functions and modules, as modules with an input: what a layer here may stand for.

They are loaded by the worker that asks for them: it takes seconds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True, eq=False)
class Sample:
    """One of torch's samples.

    Attributes
    ----------
    module : nn.Module or None
        None where no module does what the function does; `reason` then says why.
    call : what torch computes with: the function, or the module itself
    """

    name: str
    module: nn.Module | None
    x: torch.Tensor
    call: Callable[[torch.Tensor], torch.Tensor]
    reason: str = ""
    indices: torch.Tensor | None = None


class Unfit(Exception):
    """No module stands for this sample; says why."""


POINTWISE = {
    **{"relu": nn.ReLU, "relu6": nn.ReLU6, "elu": nn.ELU, "selu": nn.SELU, "celu": nn.CELU, "gelu": nn.GELU},
    **{"silu": nn.SiLU, "mish": nn.Mish, "hardswish": nn.Hardswish, "softplus": nn.Softplus, "softsign": nn.Softsign},
    **{"hardsigmoid": nn.Hardsigmoid, "logsigmoid": nn.LogSigmoid, "hardtanh": nn.Hardtanh, "tanh": nn.Tanh},
    **{"sigmoid": nn.Sigmoid, "tanhshrink": nn.Tanhshrink, "softshrink": nn.Softshrink, "hardshrink": nn.Hardshrink},
    **{"leaky_relu": nn.LeakyReLU, "threshold": nn.Threshold},
    **{"dropout": nn.Dropout, "dropout2d": nn.Dropout2d, "dropout3d": nn.Dropout3d, "alpha_dropout": nn.AlphaDropout},
    **{"softmax": nn.Softmax, "log_softmax": nn.LogSoftmax, "softmin": nn.Softmin, "glu": nn.GLU},
    **{"pixel_shuffle": nn.PixelShuffle, "pixel_unshuffle": nn.PixelUnshuffle, "channel_shuffle": nn.ChannelShuffle},
    **{"local_response_norm": nn.LocalResponseNorm},
}
SHAPED = {"conv": nn.Conv1d, "conv_transpose": nn.ConvTranspose1d}
POOLS = ("max_pool", "avg_pool", "adaptive_avg_pool", "adaptive_max_pool", "max_unpool")
NORMS = ("batch_norm", "instance_norm", "group_norm", "layer_norm")
NAMES = {
    *POINTWISE,
    *(f"{name}{n}d" for name in (*SHAPED, *POOLS) for n in (1, 2, 3)),
    *NORMS,
    *("linear", "prelu", "permute", "pad", "flatten"),
}
OWN = {"conv": "Conv", "conv_transpose": "ConvTranspose", "max_pool": "MaxPool", "avg_pool": "AvgPool"} | {
    "adaptive_avg_pool": "AdaptiveAvgPool",
    "adaptive_max_pool": "AdaptiveMaxPool",
    "max_unpool": "MaxUnpool",
}
CONV = ("stride", "padding", "dilation", "groups")
TRANSPOSED = ("stride", "padding", "output_padding", "groups", "dilation")


OTHERS = ("Lazy", "RNN", "LSTM", "GRU", "Transformer", "Embedding")  # no layers of a CNN, or made of others


def functions() -> Iterator[Sample]:
    """Samples of functions that have a module."""
    from torch.testing._internal.common_methods_invocations import op_db  # noqa: PLC0415

    for op in op_db:
        name = op.name.removeprefix("nn.functional.")
        if name not in NAMES or op.variant_test_name in ("complex", "with_dtype"):
            continue
        for given in op.sample_inputs("cpu", torch.float32):
            args = tuple(map(own, given.args))  # samples share running statistics, and training moves them
            kwargs = {key: own(value) for key, value in given.kwargs.items()}
            label = f"{name}({tuple(given.input.shape)}, {len(args)} more, {sorted(kwargs)})"
            call = partial(applied, op.op, args, dict(kwargs))
            try:
                module = module_of(name, given.input, args, kwargs)
            except (Unfit, AssertionError, TypeError) as why:
                yield Sample(label, None, given.input, call, str(why))
                continue
            yield Sample(label, module, given.input, call, "", args[0] if "unpool" in name else None)


def applied(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], x: torch.Tensor) -> Any:
    return function(x, *args, **kwargs)


def own(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, torch.Tensor) else value


def modules() -> Iterator[Sample]:
    """Samples of modules, in training and in eval mode."""
    from torch.testing._internal.common_modules import module_db  # noqa: PLC0415

    for info in module_db:
        for training in (True, False):
            for given in info.module_inputs_func(info, "cpu", torch.float32, False, training):
                inputs = given.forward_input
                if (
                    inputs is None
                    or len(inputs.args) != 1
                    or inputs.kwargs
                    or any(word in info.name for word in OTHERS)
                ):
                    continue
                torch.manual_seed(0)
                module = info.module_cls(*given.constructor_input.args, **given.constructor_input.kwargs)
                module.train(training)
                yield Sample(repr(module), module, inputs.args[0], module)


def module_of(name: str, x: torch.Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> nn.Module:  # noqa: PLR0911
    """The module that does what a function does with these arguments.

    Raises
    ------
    Unfit
    """
    stem, n = (name[:-2], int(name[-2])) if name[-1:] == "d" and name[-2:-1].isdigit() else (name, 0)
    if stem in SHAPED:
        return weighted(stem, n, args, kwargs)
    if stem == "max_unpool":
        return getattr(nn, f"MaxUnpool{n}d")(*args[1:4], **without(kwargs, "output_size"))
    if stem in POOLS:
        return getattr(nn, f"{OWN[stem]}{n}d")(*args, **without(kwargs, "return_indices"))
    if name in NORMS:
        return norm(name, x, args, kwargs)
    if name == "linear":
        if x.dim() > 2:
            raise Unfit("a dense layer along the last axis of maps")
        return loaded(nn.Linear(args[0].shape[1], len(args[0]), len(args) > 1), args)
    if name == "prelu":
        weight = args[0] if args else kwargs["weight"]
        return loaded(nn.PReLU(weight.numel()), (weight.reshape(-1),))
    if name == "flatten":  # the function begins at the batch, the module behind it
        return nn.Flatten(kwargs.get("start_dim", 0), kwargs.get("end_dim", -1))
    if name == "pad":
        return padding(x, args, kwargs)
    if name == "permute":
        raise Unfit("permute is no module")
    training = kwargs.pop("training", True) if "dropout" in name else False
    kwargs.pop("inplace", None)
    if kwargs.get("dtype"):
        raise Unfit("another dtype")
    return POINTWISE[name](*args, **without(kwargs, "dtype")).train(training)


def padding(x: torch.Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> nn.Module:
    """The module that pads as many axes as the function."""
    sides, mode, value = (*args, *(None,) * 3)[:3]
    mode = kwargs.get("mode", mode) or "constant"
    value = kwargs.get("value", value) or 0
    n = len(sides) // 2
    if not 1 <= n <= 3 or x.dim() not in (n + 1, n + 2):
        raise Unfit("padding of axes that are the batch's or the channels'")
    kind = {"constant": "Constant", "reflect": "Reflection", "replicate": "Replication", "circular": "Circular"}[mode]
    more = (float(value),) if mode == "constant" else ()
    return getattr(nn, f"{kind}Pad{n}d")(tuple(sides), *more)


def without(kwargs: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in kwargs.items() if key not in names}


def loaded(module: nn.Module, weights: tuple[torch.Tensor | None, ...]) -> nn.Module:
    """The module with these as its weight and bias."""
    pairs = zip(("weight", "bias"), weights, strict=False)
    module.load_state_dict({key: w.detach() for key, w in pairs if w is not None}, strict=False)
    return module


def weighted(stem: str, n: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> nn.Module:
    """A convolution with its weights."""
    weight, bias, *rest = (*args, None)[: max(2, len(args))]
    bias = kwargs.pop("bias", bias)
    given = dict(zip(CONV if stem == "conv" else TRANSPOSED, rest, strict=False)) | kwargs
    groups, turned = given.get("groups", 1), stem != "conv"
    made, read = (weight.shape[1] * groups, len(weight)) if turned else (len(weight), weight.shape[1] * groups)
    module = getattr(nn, f"{OWN[stem]}{n}d")(read, made, tuple(weight.shape[2:]), bias=bias is not None, **given)
    return loaded(module, (weight, bias))


def norm(name: str, x: torch.Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> nn.Module:
    """A normalisation with its weights and running statistics."""
    names = {
        "batch_norm": ("running_mean", "running_var", "weight", "bias", "training"),
        "instance_norm": ("running_mean", "running_var", "weight", "bias", "use_input_stats"),
        "group_norm": ("num_groups", "weight", "bias"),
        "layer_norm": ("normalized_shape", "weight", "bias"),
    }[name]
    given = dict(zip(names, args, strict=False)) | kwargs
    weights = (given.get("weight"), given.get("bias"))
    extra = {key: given[key] for key in ("eps", "momentum") if key in given}
    with_weight, with_bias = (w is not None for w in weights)
    if name == "group_norm":
        return loaded(
            nn.GroupNorm(given["num_groups"], x.shape[1], affine=with_weight, bias=with_bias, **extra), weights
        )
    if name == "layer_norm":
        return loaded(
            nn.LayerNorm(given["normalized_shape"], elementwise_affine=with_weight, bias=with_bias, **extra), weights
        )
    if x.dim() < 2:
        raise Unfit("a norm of no channels")
    axes = max(x.dim() - 2, 1)
    kept = given.get("running_mean") is not None
    kind = getattr(nn, f"{'BatchNorm' if name == 'batch_norm' else 'InstanceNorm'}{axes}d")
    module = kind(x.shape[1], affine=with_weight, bias=with_bias, track_running_stats=kept, **extra)
    if kept:
        module.running_mean, module.running_var = given["running_mean"].clone(), given["running_var"].clone()
    training = given.get("training", False) if name == "batch_norm" else given.get("use_input_stats", True)
    return loaded(module, weights).train(training)
