"""Layers with names, as they were read, become a network."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import BatchNorm, Flatten, HalvingGLU, Layer, Linear, MaskGate, Permute, Shape
from cnnviz.core.layers.activation import Pixel
from cnnviz.core.layers.norm import Norm
from cnnviz.networks.code.errors import CodeError, shown
from cnnviz.networks.code.lazy import filled, is_lazy
from cnnviz.networks.code.notshown import is_loss
from cnnviz.networks.code.signatures import SYNCED, axes_told, example, read_layer
from cnnviz.networks.code.syntax import Called, Part
from cnnviz.networks.network import INPUT, Network
from cnnviz.text import Message

MAX_LAYERS = 200
MAX_NAME = 100  # characters

EMPTY = nn.Sequential()  # has attributes that its class has not, such as training
PART = re.compile(r"\w+", re.ASCII)

Calls = list[tuple[str, Called]]


@dataclass(frozen=True)
class Reading:
    """A network as it was read, and what has to be said about it.

    Attributes
    ----------
    notes : tuple of Message
        What was left out, assumed or renamed.
    shape : tuple of int
        Of the input, if the text tells one, or if layers count on one; else empty. Without the batch.
    """

    network: Network
    notes: tuple[Message, ...] = ()
    shape: Shape = ()


def network_of(
    calls: Sequence[tuple[str, Called]], notes: Sequence[Message] = (), shapes: Sequence[Shape] = ()
) -> Reading:
    """All layers in a row. Where one `nn.Sequential` holds them all, its name is the network's prefix.

    Parameters
    ----------
    shapes
        Of inputs that the network may be made for, those of the text first: Lazy layers count on the first that fits.
    """
    said, row = [*notes], list(calls)
    if len(row) > 1 and is_loss(row[-1][1].name):
        said.append(Message("nn.{loss} at the end is left out: a loss is no layer.", loss=row.pop()[1].name))
    row, renamed = in_order(row)
    said += renamed
    row = with_axes(row)
    prefix, *others = {name.partition(".")[0] if "." in name else "" for name, _ in row} or {""}
    if others or not prefix:
        prefix = ""
    else:
        row = [(name.partition(".")[2], call) for name, call in row]
    shape: Shape = ()
    if any(is_lazy(call) for _, call in row):
        check_many(row)
        row, shape = filled(row, ndim_of(row), shapes)
        said.append(Message("Lazy layers count on an input of {shape}.", shape=", ".join(map(str, shape))))
    return Reading(in_a_row(row, prefix), tuple(said), shape)


def is_open(call: Called) -> bool:
    """Does the call leave open along how many axes it works, as ``F.pad`` and ``x.mean`` do?"""
    return "?" in call.name


def with_axes(row: Calls) -> Calls:
    """Functions that work along as many axes as the network has.

    Raises
    ------
    CodeError
        If a mean leaves axes out, or a padding names more than there are.
    """
    told = [(name, call) for name, call in row if not is_open(call)]
    found = Calls()
    for name, call in row:
        if is_open(call):
            given = call.args[0]
            n = len(given) // 2 if "Pad" in call.name else len(given)
            known = any(example(one).dimensioned or is_partial(one) for _, one in told)
            axes = axes_behind(told, ndim_of(told)) if known else n
            if n != axes and (n > axes or "Pad" not in call.name):
                raise call.error(
                    "This names {size} of the {axes} axes behind the channels: name all of them.", size=n, axes=axes
                )
            sides = (*given, *(0,) * 2 * (axes - n)) if "Pad" in call.name else 1
            call = replace(call, name=call.name.replace("?", str(axes)), args=(sides, *call.args[1:]))  # noqa: PLW2901
        found.append((name, call))
    return found


def in_order(row: Calls) -> tuple[Calls, list[Message]]:
    """Dots in names only where an `nn.Sequential` runs all its layers in a row; elsewhere underlines stand for them."""
    last, apart = "", set[str]()
    seen: set[str] = set()
    for name, _ in row:
        head = name.partition(".")[0]
        if head != last and head in seen:
            apart.add(head)
        seen.add(head)
        last = head
    if not apart:
        return row, []
    flat_names = [(name.replace(".", "_") if name.partition(".")[0] in apart else name, call) for name, call in row]
    example_of = next(name for name, _ in row if name.partition(".")[0] in apart and "." in name)
    note = Message(
        "Parts of {names} run at several places, so {name} is called {flat} here.",
        names=", ".join(sorted(apart)[:3]),
        name=example_of,
        flat=example_of.replace(".", "_"),
    )
    return flat_names, [note]


def in_a_row(calls: Calls, prefix: str) -> Network:
    """The network of these calls.

    Raises
    ------
    CodeError
        If there are none or too many, if a class or an argument is not known, or a name is there twice.
    """
    if not calls:
        raise CodeError("There is no layer in it: write at least one, such as nn.Conv2d(3, 8, 3).")
    try:
        return Network(tuple(stages(calls)), prefix and named(prefix))
    except GeometryError as error:
        raise CodeError(error.message) from error


def flat(parts: Sequence[Part], start: str = "") -> Iterator[tuple[str, Called]]:
    """Layer after layer, the names of all that hold it in front of its own."""
    for name, one in parts:
        whole = start + named(name)
        if isinstance(one, list):
            yield from flat(one, f"{whole}.")
        else:
            yield whole, one


def named(name: str) -> str:
    """The name, if torch and a network would take it; dots part the names of what holds one another."""
    parts = name.split(".")
    taken = name == INPUT or any(hasattr(EMPTY, part) for part in parts)
    if taken or len(name) > MAX_NAME or not all(PART.fullmatch(part) for part in parts):
        raise CodeError("“{name}” is no name for a layer: use letters and digits, as in conv1.", name=shown(name))
    return name


def check_many(calls: Calls) -> None:
    if len(calls) > MAX_LAYERS:
        raise CodeError("{count} layers: at most {most} are read.", count=len(calls), most=MAX_LAYERS)


def stages(calls: Calls) -> Iterator[tuple[str, Layer]]:
    check_many(calls)
    axes, seen, vector = ndim_of(calls), set[str](), True
    here = axes
    for name, call in calls:
        if named(name) in seen:
            raise call.error("Two layers are called {name}: give each a name of its own.", name=name)
        seen.add(name)
        layer = read_layer(last_axis_is_first(call) if vector else call, here if call.name == SYNCED else axes)
        vector, here = is_vector(layer, vector, here), after_axes(layer, here)
        yield name, layer


def is_vector(layer: Layer, before: bool, axes: int) -> bool:
    """Is there nothing but features behind this layer, which has so many axes before it? At the start it may be so."""
    if isinstance(layer, Flatten):
        return layer.is_whole(axes)
    return isinstance(layer, Linear) or (before and isinstance(layer, (Pixel, Norm)))


def after_axes(layer: Layer, axes: int) -> int:
    """Along how many axes the maps lie behind a layer that has so many before it."""
    if isinstance(layer, Flatten) and not layer.is_whole(axes):
        return max(layer.axes_behind(axes), 1)
    return layer.ndim if layer.dimensioned else axes


def axes_behind(calls: Calls, axes: int) -> int:
    """Along how many axes the maps lie behind all these layers."""
    for _, call in calls:
        axes = after_axes(flattening(call) or example(call), axes)
    return axes


def flattening(call: Called) -> Flatten | None:
    """The layer that is called, if it is an nn.Flatten; its arguments are looked at."""
    return layer if isinstance(example(call), Flatten) and isinstance(layer := read_layer(call, 2), Flatten) else None


def is_partial(call: Called) -> bool:
    """Does it flatten some axes alone?"""
    layer = flattening(call)
    return layer is not None and not layer.is_whole(2)


def last_axis_is_first(call: Called) -> Called:
    """Of a vector, nn.GLU(dim=-1) takes the same axis as dim=1, which is the one that is shown."""
    if not isinstance(example(call), HalvingGLU):
        return call
    given = {**dict(zip(("dim",), call.args, strict=False)), **call.kwargs}
    if len(call.args) > 1 or given.get("dim", -1) != -1:
        return call
    return Called(call.name, (), {**given, "dim": 1}, call.line, call.column)


def ndim_of(calls: Calls) -> int:
    """Along how many axes the layers slide whose classes do not say: as many as the first that says; else 2."""
    vector = False
    for i, (_, call) in enumerate(calls):
        layer = flattening(call) or example(call)
        if layer.dimensioned and not (vector and isinstance(layer, BatchNorm)):  # nn.BatchNorm1d reads vectors, too
            return layer.ndim
        if isinstance(layer, (MaskGate, Permute)):
            return hinted(call, layer)
        if told := axes_told(call, layer):
            return told
        if isinstance(layer, Flatten) and is_partial(call):
            return layer.axes_before(ndim_of(calls[i + 1 :])) if says(calls[i + 1 :]) else 2
        vector = is_vector(layer, vector, 2)
    return 2


def says(calls: Calls) -> bool:
    """Does a class say along how many axes it slides?"""
    return any(example(call).dimensioned for _, call in calls)


def hinted(call: Called, layer: Layer) -> int:
    """Axes that a mask has brackets for, or that are permuted besides the channels."""
    if isinstance(layer, Permute):
        return min(max(len(call.args) - 1, 1), 3)
    numbers, depth = next(iter((*call.args, *call.kwargs.values())), ()), 0
    while isinstance(numbers, tuple) and numbers:
        numbers, depth = numbers[0], depth + 1
    return min(max(depth, 1), 3)
