"""A network as JSON: every field of every layer, so that nothing has to be guessed; checked strictly when read."""

import json
import re
from dataclasses import replace
from typing import Any

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Layer
from cnnviz.networks.code.arguments import own_fields, typed
from cnnviz.networks.code.assemble import MAX_LAYERS, named
from cnnviz.networks.code.errors import CodeError, shown
from cnnviz.networks.code.guard import MAX_CHARACTERS
from cnnviz.networks.code.signatures import consistent, example, module_class
from cnnviz.networks.code.syntax import Called
from cnnviz.networks.network import Network
from cnnviz.text import Message, listed

VERSION = 1
DEEPEST = 6  # brackets in brackets, no name has any; json.loads calls itself for each


def to_json(network: Network) -> str:
    """``{"version": 1, "prefix": ..., "layers": [{"name": ..., "layer": "Conv2d", "arguments": {...}}]}``.

    The arguments are the layer's own fields, `ndim` only where the layer's name does not say it.
    """
    layers = [
        {"name": name, "layer": module_class(layer).__name__, "arguments": stored(layer)}
        for name, layer in network.stages
    ]
    return json.dumps({"version": VERSION, "prefix": network.prefix, "layers": layers}, allow_nan=False)


def stored(layer: Layer) -> dict[str, Any]:
    return {name: getattr(layer, name) for name in names(layer)}


def names(layer: Layer) -> list[str]:
    """The number of axes first, on which the others depend."""
    fields = [name for name in own_fields(layer) if name != "ndim"]
    return fields if layer.dimensioned else ["ndim", *fields]


def from_json(text: str) -> Network:
    """The network that `to_json` wrote.

    Raises
    ------
    CodeError
        If anything is missing, unknown, of another type or out of range.
    """
    whole = loaded(text)
    version, prefix, layers = keys(whole, ("version", "prefix", "layers"), Message("A stored network"))
    if version != VERSION or isinstance(version, bool):
        raise CodeError(
            "The stored network is of version {version}: version {known} is read.",
            version=shown(version),
            known=VERSION,
        )
    if not isinstance(layers, list) or not 1 <= len(layers) <= MAX_LAYERS:
        raise CodeError("A stored network holds a list of 1 to {most} layers.", most=MAX_LAYERS)
    if not isinstance(prefix, str):
        raise CodeError("The prefix of a stored network is a word, and not {prefix}.", prefix=shown(prefix))
    stages = tuple(stage(i, one) for i, one in enumerate(layers, 1))
    try:
        return Network(stages, named(prefix) if prefix else "")
    except GeometryError as error:
        raise CodeError(error.message) from error


def loaded(text: str) -> Any:
    """JSON that is short, flat, and names nothing twice."""
    if len(text) > MAX_CHARACTERS:
        raise CodeError(
            "The stored network has {count:,} characters: at most {most:,} are read.",
            count=len(text),
            most=MAX_CHARACTERS,
        )
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            raise CodeError(
                "The stored network has more than {deepest} brackets in brackets, which none here has.", deepest=DEEPEST
            )
    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=finite)
    except CodeError:
        raise
    except ValueError:
        raise CodeError("The stored network is not JSON: copy all of it, from the first brace to the last.") from None


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise CodeError("The stored network names something twice in the same braces.")
    return found


def finite(word: str) -> float:
    raise CodeError("The stored network holds {word}: only finite numbers are read.", word=word)


def keys(found: Any, wanted: tuple[str, ...], what: Message) -> list[Any]:
    """The values under exactly these keys."""
    if not isinstance(found, dict) or set(found) != set(wanted):
        raise CodeError("{what} has exactly {keys}.", what=what, keys=listed(wanted) if wanted else Message("no keys"))
    return [found[name] for name in wanted]


def stage(i: int, one: Any) -> tuple[str, Layer]:
    """One layer with its name, or a sentence that begins with its place."""
    name, kind, arguments = keys(one, ("name", "layer", "arguments"), Message("Layer {i}: a stored layer", i=i))
    if not isinstance(name, str) or not isinstance(kind, str):
        raise CodeError("Layer {i}: name and layer are words.", i=i)
    call = Called(kind)
    try:
        layer = example(call)
        values = keys(arguments, tuple(names(layer)), listed([kind]))
        for field, found in zip(names(layer), values, strict=True):
            value = typed(call, layer, field, as_tuple(found))
            layer = layer.over(value) if field == "ndim" else replace(layer, **{field: value})
        return named(name), consistent(layer, call)
    except CodeError as error:
        raise CodeError("Layer {i}: {sentence}", i=i, sentence=error.sentence) from error


def as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
