"""What a field of a layer may be: its type and range, from its default and its knob."""

from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any

from cnnviz.core.layers import Layer
from cnnviz.core.settings import Knob, knobs
from cnnviz.networks.code.errors import shown
from cnnviz.networks.code.syntax import Called
from cnnviz.text import Message, either

MAX_COUNT = 10_000_000  # channels, features; what a run costs is checked before it starts
MAX_CELLS = 4_096  # of a kernel, a stride, a padding, an output, along one axis
MAX_LISTED = 65_536  # numbers in a row: of a mask, of a shape
LARGEST = 3.4e38  # of float32
PLACES = {"dims", "indices"}  # these count from 0


def own_fields(layer: Layer) -> dict[str, Field[Any]]:
    return {f.name: f for f in fields(layer)}


def typed(call: Called, layer: Layer, name: str, value: Any) -> Any:
    """A value as the field of this name has it: one number for all axes stays for the layer to spell out.

    Parameters
    ----------
    layer : any of the class that is called, with the right `ndim`

    Raises
    ------
    CodeError
        If it is of another type or out of range.
    """
    k, default = knobs(layer).get(name, Knob(0 if name in PLACES else 1)), own_fields(layer)[name].default
    if value is None and k.none and not k.per_axis:
        return value
    good, wanted = judged(value, k, default, layer.ndim, most(layer, name, k))
    if not good:
        raise call.error(
            "{layer} has {name}={value}: {name} is {wanted}.",
            layer=call.name,
            name=name,
            value=shown(value),
            wanted=wanted,
        )
    if isinstance(default, tuple) and isinstance(value, int):
        return (value,)  # nn.LayerNorm(64)
    if name == "mask":
        return tuple(map(float, value))
    if isinstance(default, float) and k.per_axis:
        return tuple(map(float, value)) if isinstance(value, tuple) else value if value is None else float(value)
    return float(value) if isinstance(default, float) else value


def judged(value: Any, k: Knob, default: Any, ndim: int, high: float) -> tuple[bool, Message]:
    """Is it what the field takes, and words for what that is."""
    low, counted = k.low or 0, whole_from(k.low or 0, high)
    least = -high if k.low is None else k.low
    if k.choices:
        fits = any(value == one and type(value) is type(one) for one in k.choices)
        wanted = either(map(repr, k.choices))
    elif isinstance(default, bool):
        fits, wanted = isinstance(value, bool), either(("True", "False"))
    elif isinstance(default, float) and not k.per_axis:
        fits = number(value, least, high)
        wanted = Message("a number from {low:g} to {high:,.0f}", low=least, high=high)
    elif k.per_axis:
        one = number if isinstance(default, float) else whole
        nothing = k.optional and value is None
        numbers = tuple(low if n is None and k.none else n for n in value) if isinstance(value, tuple) else value
        fits = nothing or value in k.words or counts(numbers, low, high, (ndim * (1 + k.sides),), one)
        wanted = for_each_axis(either((counted, *map(repr, k.words))), ndim, k.sides)
    elif isinstance(default, tuple) and any(isinstance(one, float) for one in default):  # a mask
        fits = (
            isinstance(value, tuple)
            and len(value) <= MAX_LISTED
            and all(number(one, -LARGEST, LARGEST) for one in value)
        )
        wanted = Message("numbers in brackets")
    elif isinstance(default, tuple):
        fits = counts(value, low, high, range(MAX_LISTED + 1))
        wanted = Message("{number}, or several in brackets", number=counted)
    else:
        fits, wanted = (value is None and default is None) or whole(value, least, high), whole_from(least, high)
    return fits, wanted


def whole_from(low: float, high: float) -> Message:
    return Message("a whole number from {low:,.0f} to {high:,.0f}", low=low, high=high)


def for_each_axis(wanted: Message, ndim: int, sides: bool) -> Message:
    if sides:
        return Message("{wanted}, for each of {n} sides", wanted=wanted, n=2 * ndim)
    return Message("{wanted}, for each of {n} axes", wanted=wanted, n=ndim)


def most(layer: Layer, name: str, k: Knob) -> float:
    """The largest number that is read; of what torch does not have, the panel's largest."""
    if k.per_axis:
        return MAX_CELLS
    ours = k.high is not None and name not in layer.arguments()
    return k.high if ours and k.high is not None else MAX_COUNT


def number(value: Any, low: float, high: float) -> bool:
    return type(value) in (int, float) and low <= value <= high


def whole(value: Any, low: float, high: float) -> bool:
    return type(value) is int and low <= value <= high


def counts(value: Any, low: float, high: float, lengths: Any, one: Callable[[Any, float, float], bool] = whole) -> bool:
    """One number, or as many as are allowed; `one` says what is a number."""
    if isinstance(value, tuple):
        return len(value) in lengths and all(one(part, low, high) for part in value)
    return one(value, low, high)
