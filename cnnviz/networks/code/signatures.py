"""The layers that can be read, and how the arguments of a call become the fields of one."""

from dataclasses import replace
from functools import cache
from inspect import Parameter, getsource, signature
from math import prod
from typing import Any

import numpy as np
from torch import nn

from cnnviz.core.layers import (
    KINDS,
    Flatten,
    Identity,
    Layer,
    Linear,
    MaskGate,
    Permute,
    Unflatten,
    Upsample,
)
from cnnviz.core.layers.gate import MaskModule
from cnnviz.core.layers.move import PermuteModule
from cnnviz.core.layers.upsample import SMOOTH
from cnnviz.networks.code.arguments import own_fields, typed
from cnnviz.networks.code.errors import shown
from cnnviz.networks.code.notshown import not_shown
from cnnviz.networks.code.syntax import Called
from cnnviz.networks.modes import switched
from cnnviz.text import Message, listed

SYNCED = "SyncBatchNorm"  # in one process it is a batch norm, along as many axes as there are
UNSEEN = {"inplace", "device"}  # they change no number
NO_EFFECT: dict[type[Layer], set[str]] = {}
OWN_CLASS: dict[type[Layer], type[nn.Module]] = {MaskGate: MaskModule, Permute: PermuteModule}


def module_class(layer: Layer) -> type[nn.Module]:
    """The class that code calls to make this layer."""
    return OWN_CLASS.get(type(layer)) or layer.torch_class()


def definition(layer: Layer) -> str:
    """Source of that class where it is not one of torch's."""
    return getsource(PermuteModule) if isinstance(layer, Permute) else layer.definition()


@cache
def classes() -> dict[str, Layer]:
    """A layer with the right number of axes for each class that can be read, by the name of the class."""
    found = {}
    for kind in KINDS.values():
        for n in kind.ndims if kind.dimensioned else (2,):
            layer = kind(ndim=n)
            found[module_class(layer).__name__] = layer
    return found


@cache
def definitions() -> tuple[str, ...]:
    """Sources of the classes that are not torch's."""
    return tuple(filter(None, map(definition, classes().values())))


def example(call: Called) -> Layer:
    """Any layer of the class that is called: its kind, and the axes along which it slides."""
    if call.name == SYNCED:
        return classes()["BatchNorm2d"]
    name = call.name.removeprefix("Lazy") if hasattr(nn, call.name) else call.name
    if name in classes():
        return classes()[name]
    raise call.error(not_shown(call.name, list(classes())))


def parameters(layer: Layer) -> dict[str, Parameter]:
    """Torch's parameters by name, in order; nn.Sigmoid and nn.Tanh take anything, and need nothing."""
    named = signature(module_class(layer)).parameters
    return {name: p for name, p in named.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


def bound(call: Called, layer: Layer) -> dict[str, Any]:
    """What each of torch's parameters is, given or by torch's own default."""
    known = parameters(layer)
    places = [name for name, p in known.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
    if len(call.args) > len(places):
        raise call.error(
            "{name} takes at most {count} values, and {given} are given.",
            name=call.name,
            count=len(places),
            given=len(call.args),
        )
    given = dict(zip(places, call.args, strict=False))
    for name, value in call.kwargs.items():
        if call.name == SYNCED and name == "process_group":
            continue
        if name not in known and getattr(type(layer), name, None) == value and isinstance(value, str):
            continue  # torch prints it, and does not take it: what the class itself says
        if name not in known:
            raise call.error(
                "{layer} has no argument {name}: it has {known}.",
                layer=call.name,
                name=shown(name),
                known=listed(known) if known else Message("none"),
            )
        if name in given:
            raise call.error("{layer} is given {name} twice.", layer=call.name, name=name)
        given[name] = value
    for name, p in known.items():
        if name not in given and p.default is p.empty:
            raise call.error("{layer} needs {name}, which is not given.", layer=call.name, name=name)
    return {name: given.get(name, p.default) for name, p in known.items()}


def arguments(call: Called, layer: Layer) -> dict[str, Any]:
    """The fields that a call sets: those spelled as torch spells them, as the layer has them.

    Parameters
    ----------
    layer : any of the class that is called

    Raises
    ------
    CodeError
        If an argument is unknown, missing, of another type or out of range, or is fixed here to another value.
    """
    if isinstance(layer, Identity):  # torch's own takes anything, and nothing of it matters
        return {}
    if isinstance(layer, Permute):
        if not call.args:
            raise call.error("{name} needs the order of the axes, which is not given.", name=call.name)
        return {"dims": typed(call, layer, "dims", call.args)}
    given, own = bound(call, layer), own_fields(layer)
    if isinstance(layer, MaskGate):
        return mask(call, given["mask"])
    if isinstance(layer, Flatten) and given["start_dim"] == 0:
        raise call.error("This flattens the examples, too: write nn.Flatten(1), as every batch needs it.")
    chosen: dict[str, Any] = {}
    if isinstance(layer, Linear):
        chosen["size"] = vector(call, layer, given["in_features"])
    for name, value in given.items():
        if name in own:
            as_kernel = name == "stride" and value is None  # torch's default of all poolings
            chosen[name] = typed(call, layer, name, given["kernel_size"] if as_kernel else value)
        elif name == "inplace" and not isinstance(value, bool):
            raise call.error(
                "{name} has inplace={value}: inplace is True or False.", name=call.name, value=shown(value)
            )
        elif name not in UNSEEN | NO_EFFECT.get(type(layer), set()) and name != "in_features":
            check_fixed(call, layer, name, value)
    return chosen


def check_fixed(call: Called, layer: Layer, name: str, value: Any) -> None:
    """Refuse another value than the only one that is shown here."""
    only = getattr(type(layer), name, parameters(layer)[name].default)
    allowed = (None, "torch.float32", "torch.float") if name == "dtype" else (only,)
    if not any(value == one and type(value) is type(one) for one in allowed):
        places = {"layer": call.name, "name": name, "only": only, "value": shown(value)}
        if only == parameters(layer)[name].default:
            raise call.error(
                "{layer} is shown here only with {name}={only}, and it is {value}: leave it out.", **places
            )
        raise call.error(
            "{layer} is shown here only with {name}={only}, and it is {value}: write {name}={only}.", **places
        )


def axes_told(call: Called, layer: Layer) -> int | None:
    """Along how many axes a call works whose class does not say, if its values do: by how many they are, or a mode."""
    values = (*call.args, *call.kwargs.values())
    told = [len(value) - isinstance(layer, Unflatten) for value in values if isinstance(value, tuple)]
    if isinstance(layer, Upsample):
        told += [n for n, modes in SMOOTH.items() if any(value in modes for value in values if isinstance(value, str))]
    known = isinstance(layer, (Unflatten, Upsample)) and told and told[0] in layer.ndims
    return told[0] if known else None


def vector(call: Called, layer: Layer, features: Any) -> tuple[int, ...]:
    """The shape in which a layer sees a vector; see `Layer.takes`."""
    (count,) = typed(call, layer, "size", (features,))
    return (count, *(1,) * layer.ndim)


def mask(call: Called, numbers: Any) -> dict[str, Any]:
    """A mask's numbers in a row, and how many along each axis."""
    try:
        values = np.array(numbers)
    except ValueError:
        values = np.array("uneven")
    if values.dtype.kind not in "if" or not 1 <= values.ndim <= 3 or not values.size:
        raise call.error("A mask is numbers in rows of the same length, in one to three brackets.")
    return {"mask": typed(call, MaskGate(), "mask", tuple(values.ravel().tolist())), "size": values.shape}


def consistent(layer: Layer, call: Called) -> Layer:
    """The layer, if its fields agree where no call of torch's sets them together."""
    if isinstance(layer, MaskGate) and len(layer.mask) != prod(layer.size):  # no size is one number
        raise call.error(
            "A mask of {count:,} numbers does not fit size={size}.", count=len(layer.mask), size=shown(layer.size)
        )
    return layer


def read_layer(call: Called, ndim: int) -> Layer:
    """The layer that is called; `ndim` where its class does not say along how many axes it slides."""
    layer = example(call)
    if call.name == SYNCED:
        layer = replace(layer, ndim=ndim)
    layer = layer if layer.dimensioned else layer.over(axes_told(call, layer) or ndim)
    return switched(replace(layer, **arguments(call, layer)), False)  # code does not say in which mode it runs
