"""A network in one line, short enough for an address: ``Conv2d(3,32,3,padding=1);ReLU();Flatten();Linear(8192,10)``.

The calls are torch's, in torch's order, without what torch assumes anyway. What they leave open (a mode, several steps,
the maps that a vector was) is named behind, as the layer's own field: ``BatchNorm2d(64,training=True)``.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from cnnviz.core.layers import Layer, Linear, MaskGate, Permute
from cnnviz.networks.code.arguments import own_fields, typed
from cnnviz.networks.code.assemble import MAX_LAYERS, in_a_row, named
from cnnviz.networks.code.errors import CodeError
from cnnviz.networks.code.guard import check_length, parse
from cnnviz.networks.code.signatures import consistent, example, module_class, parameters
from cnnviz.networks.code.syntax import Called, called, refused
from cnnviz.networks.network import KEPT, Network

PREFIX = re.compile(r"(\w+):", re.ASCII)
NAMED = re.compile(r"(?:([\w.]+)=)?(.*)", re.ASCII | re.DOTALL)


@lru_cache(maxsize=KEPT)
def to_text(network: Network) -> str:
    """The network in one line: a prefix before ``:``, names before ``=`` where they are not places, ``;`` between.

    Examples
    --------
    >>> from cnnviz.core.layers import Conv, MaxPool, ReLU
    >>> to_text(Network((("0", Conv(3, 8, 3)), ("relu", ReLU()), ("2", MaxPool())), prefix="net"))
    'net:Conv2d(3,8,3);relu=ReLU();MaxPool2d(2)'
    """
    calls = [compact(layer) for _, layer in network.stages]
    plainly = in_a_row([(str(i), parsed(call)) for i, call in enumerate(calls)], "")
    lines = []
    for i, (name, layer) in enumerate(network.stages):
        told = calls[i][:-1], *left_open(layer, plainly.stages[i][1])
        lines.append(("" if name == str(i) else f"{named(name)}=") + ",".join(told).replace("(,", "(") + ")")
    return (f"{named(network.prefix)}:" if network.prefix else "") + ";".join(lines)


@lru_cache(maxsize=KEPT)
def from_text(text: str) -> Network:
    """The network that `to_text` wrote.

    Raises
    ------
    CodeError
        If it is something else; the sentence says which layer.
    """
    check_length(text)
    start = PREFIX.match(text)
    pieces = text[start.end() if start else 0 :].split(";")
    if len(pieces) > MAX_LAYERS:
        raise CodeError("{count:,} layers: at most {most} are read.", count=len(pieces), most=MAX_LAYERS)
    try:
        read = [read_piece(i, piece) for i, piece in enumerate(pieces)]
        plainly = [(name, call) for name, call, _ in read]
        network = in_a_row(plainly, start[1] if start else "")
        stages = [
            (name, completed(layer, call, own))
            for (name, layer), (_, call, own) in zip(network.stages, read, strict=True)
        ]
    except CodeError as error:
        if not error.line:
            raise CodeError(error.message) from error
        raise CodeError("Layer {number}: {sentence}", number=error.line, sentence=error.message) from error
    return replace(network, stages=tuple(stages))


def read_piece(i: int, piece: str) -> tuple[str, Called, dict[str, Any]]:
    """Name, call, and the fields in it that torch does not have; the place stands for the line."""
    found = NAMED.fullmatch(piece)
    try:
        call = parsed(found[2] if found else piece)
        layer = example(call)
    except CodeError as error:
        raise CodeError(error.message, i + 1) from error
    torchs = parameters(layer)
    own = {name: value for name, value in call.kwargs.items() if name not in torchs and name in own_fields(layer)}
    rest = {name: value for name, value in call.kwargs.items() if name not in own}
    return (found and found[1]) or str(i), replace(call, kwargs=rest, line=i + 1, column=None), own


def parsed(call: str) -> Called:
    body = parse(call).body
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        raise CodeError("one call of a layer is expected here, such as ReLU().")
    if not isinstance(body[0].value, ast.Call):
        raise refused(body[0].value)
    return called(body[0].value)


def completed(read: Layer, call: Called, own: dict[str, Any]) -> Layer:
    """With the fields that torch does not have."""
    layer = read
    for name, given in own.items():
        if name == "ndim" and layer.dimensioned:
            raise call.error("{name} has its number of axes in its name: leave ndim out.", name=call.name)
        value = typed(call, layer, name, given)
        layer = layer.over(value) if name == "ndim" else replace(layer, **{name: value})
    if isinstance(layer, Linear) and isinstance(read, Linear) and layer.in_features != read.in_features:
        raise call.error(
            "size={size} are {in_features:,} numbers, and Linear reads {read:,}.",
            size=layer.size,
            in_features=layer.in_features,
            read=read.in_features,
        )
    return consistent(layer, call)


def left_open(layer: Layer, read: Layer) -> list[str]:
    """The fields in which a layer is not what its call alone is read as."""
    names = ["ndim"] if layer.ndim != read.ndim else []
    read = read if layer.dimensioned else read.over(layer.ndim)
    names += [name for name in own_fields(layer) if name != "ndim" and getattr(layer, name) != getattr(read, name)]
    return [f"{name}={squeezed(getattr(layer, name))}" for name in names]


def compact(layer: Layer) -> str:
    """The call without spaces, ``nn.`` and names of what torch cannot do without."""
    return f"{module_class(layer).__name__}({','.join(words(layer))})"


def words(layer: Layer) -> Sequence[str]:
    """The arguments that are not at torch's defaults."""
    if isinstance(layer, Permute):
        return [*map(str, layer.dims)]
    if isinstance(layer, MaskGate):
        return [squeezed(np.array(layer.mask).reshape(layer.size or (1,) * layer.ndim).tolist())]
    found = []
    for name, p in parameters(layer).items():
        if hasattr(layer, name):
            value, default = squeezed(layer.argument(name)), p.default
            if name == "stride" and default is None:  # torch's way to say: as the kernel
                default = layer.argument("kernel_size")
            if p.default is p.empty:
                found.append(value)
            elif value != squeezed(default):
                found.append(f"{name}={value}")
    return found


def squeezed(value: Any) -> str:
    return repr(value).replace(" ", "")
