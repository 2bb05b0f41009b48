"""From the knobs of a setting to words of an address, and back.

A per-axis field is one number for all axes, or, behind the switch *one number per axis*, one for each.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import fields as fields_of
from types import MappingProxyType
from typing import Any, Literal

from cnnviz.core.axes import AXES, SIDES, named
from cnnviz.core.layers import Layer
from cnnviz.core.settings import Knob, Setting, knobs
from cnnviz.scenes.query.words import Number, OneOf, Switch, Text, Word
from cnnviz.text import Message

NOTHING: Mapping[str, Any] = MappingProxyType({})
PER_AXIS = Switch("per_axis", False, Message("one number per axis"))
NUMBER = "number"  # of a rule: no word, but numbers
HIGH = 5  # lines of a text

Form = Literal["one", "all", "each", "sides", "fixed"]


@dataclass(frozen=True)
class Field:
    """One knob of a setting, as words.

    Attributes
    ----------
    form : "one", "all", "each", "sides" or "fixed"
        One word; one number for all axes; one for each axis; one for each side, in torch's order; or a value that no
        word can say, as of a network from elsewhere.
    words : one, or as many as there are numbers
    rule : OneOf or None
        Says a word such as "same", or that numbers are meant.
    default : Any
    times : int
        Of "all": for so many axes one number stands.
    """

    name: str
    form: Form
    words: tuple[Word, ...]
    default: Any
    rule: OneOf | None = None
    times: int = 1

    @property
    def help(self) -> str | Message:
        return self.words[0].help if self.words else ""

    def ask(self, answer: Callable[[Word], Any]) -> Any:
        """The field's value, from what each of its words is."""
        if self.rule and (said := answer(self.rule)) != NUMBER:
            return said
        return self.value([answer(word) for word in self.words])

    def value(self, said: list[Any]) -> Any:
        """The field's value, from the numbers."""
        match self.form:
            case "fixed":
                return self.default
            case "one":
                return said[0]
            case "all":
                return None if said[0] is None else (said[0],) * self.times
        return tuple(said)

    def spell(self, value: Any) -> dict[str, str]:
        """The value in words of the address, by key."""
        if self.rule and isinstance(value, str):
            return {self.rule.key: value}
        rule = {self.rule.key: NUMBER} if self.rule else {}
        numbers = value if isinstance(value, tuple) and self.form != "one" else (value,)
        return rule | {word.key: word.spell(number) for word, number in zip(self.words, numbers, strict=False)}


def fields(
    kind: type[Setting],
    ndim: int,
    prefix: str = "",
    skip: tuple[str, ...] = (),
    start: Mapping[str, Any] = NOTHING,
    each: bool = False,
) -> Iterator[Field]:
    """The knobs of a setting in the order of declaration, as words.

    Parameters
    ----------
    prefix : str
        Before every key.
    skip : names of fields that are not asked for
    start : values by name
        Where a knob begins on a page, if not at the setting's own default.
    each : bool
        One number for each axis.
    """
    defaults = {f.name: f.default for f in fields_of(kind)} | dict(start)
    for name, k in knobs(kind).items():
        if name not in ("ndim", *skip) and k.shown:
            yield field(name, k, defaults[name], prefix + name, ndim, each, issubclass(kind, Layer))


def field(name: str, k: Knob, default: Any, key: str, ndim: int, each: bool, names: bool = False) -> Field:
    """One knob as words; choices of a layer's are torch's names."""
    if k.per_axis:
        return per_axis(name, k, default, key, ndim, each)
    return Field(name, "one", (word(name, k, default, key, names),), default)


def word(name: str, k: Knob, default: Any, key: str, names: bool) -> Word:
    """A knob that is one value."""
    if k.choices:
        return OneOf(key, default, name, k.help, k.choices, names=names)
    if isinstance(default, bool):
        return Switch(key, default, name, k.help)
    if isinstance(default, str):
        return Text(key, default, name, k.help, HIGH)
    low, high = typed(default, k.low), most(default, k.high)
    return Number(key, default, name, k.help, low, high, k.step, k.format, Message("none") if default is None else None)


def per_axis(name: str, k: Knob, default: Any, key: str, ndim: int, each: bool) -> Field:
    """A knob with one number for each axis, or two."""
    if k.words:
        rule = OneOf(f"{key}_rule", NUMBER, Message("{knob} by", knob=name), k.help, (NUMBER, *k.words))
        if default in k.words:
            rule = replace(rule, default=default)
        return replace(numbers(name, k, 0 if default in k.words else default, key, ndim, each), rule=rule)
    if k.optional:
        return one_or_none(name, k, default, key, ndim)
    if k.sides:
        values = default if isinstance(default, tuple) else (default,) * 2 * ndim
        plain = replace(k, help="")
        sides = zip(SIDES[ndim], values, strict=True)
        return Field(
            name, "sides", tuple(number(named(side), plain, at, f"{key}_{side}") for side, at in sides), values
        )
    return numbers(name, k, default, key, ndim, each)


def numbers(name: str, k: Knob, default: Any, key: str, ndim: int, each: bool) -> Field:
    """One number for all axes, or one for each where that is asked for or they differ."""
    values = default if isinstance(default, tuple) else (default,) * ndim
    if not each and len(set(values)) == 1:
        return Field(name, "all", (number(name, k, values[0], key),), values, times=ndim)
    labels = [Message("{knob}, {axis}", knob=name, axis=named(AXES[ndim][0])), *map(named, AXES[ndim][1:])]
    words = zip(AXES[ndim], labels, values, strict=True)
    return Field(name, "each", tuple(number(label, k, at, f"{key}_{axis}") for axis, label, at in words), values)


def one_or_none(name: str, k: Knob, default: Any, key: str, ndim: int) -> Field:
    """One number for all axes, or none; several that differ, as in a network from elsewhere, stay as they are."""
    if isinstance(default, tuple) and len(set(default)) > 1:
        return Field(name, "fixed", (), default)
    first = default[0] if isinstance(default, tuple) else default
    low: Any = k.low  # a float where the numbers are
    high = type(low)(max(k.high or low, first or low))
    return Field(
        name, "all", (Number(key, first, name, k.help, low, high, k.step, None, Message("none")),), default, times=ndim
    )


def number(label: str | Message, k: Knob, default: Any, key: str) -> Number:
    """One of the numbers of a per-axis field."""
    return Number(key, default, label, k.help, typed(default, k.low), most(default, k.high))


def typed(default: Any, bound: float | None) -> Any:
    """Bounds must have the type of the value."""
    real = isinstance(default, float) or (default is None and isinstance(bound, float))
    return bound if bound is None else float(bound) if real else int(bound)


def most(default: Any, high: float | None) -> Any:
    """The upper bound: what a panel offers, or what is there already, as in a network from elsewhere."""
    return typed(default, high if high is None or default is None else max(high, default))


def uneven(setting: Setting) -> bool:
    """Does a field have several numbers that only *one number per axis* can say?"""
    values = ((getattr(setting, name), k) for name, k in knobs(setting).items())
    return any(
        isinstance(value, tuple) and len(set(value)) > 1
        for value, k in values
        if k.per_axis and not (k.sides or k.optional)
    )
