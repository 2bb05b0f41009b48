"""What a form comes to: a choice of what to run, or what is wrong with it; and how a choice is spelled again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.core.layers import KINDS, Layer
from cnnviz.core.settings import Setting
from cnnviz.inputs import SOURCES, Source, SourceError
from cnnviz.scenes.query.fields import PER_AXIS, fields, uneven
from cnnviz.scenes.query.inputs import INPUT


def named(*kinds: str) -> dict[str, type[Layer]]:
    """Layers of these `KINDS` by the names of their classes, which stand in a page's list and so in the address, too.

    >>> list(named("relu", "leaky_relu"))
    ['ReLU', 'LeakyReLU']
    """
    return {KINDS[kind].__name__: KINDS[kind] for kind in kinds}


def no_source() -> Source:
    """Of a page that asks for no input."""
    raise SourceError("There is no input to choose here.")


@dataclass(frozen=True)
class Made:
    """What was asked for.

    Attributes
    ----------
    kind, ndim :
        The layer on stage, whose knobs a way out of a problem turns.
    make : () -> choice
        Raises what is wrong with it, in one sentence.
    beside : (choice) -> choice, or None
        What the choice on stage is compared with.
    source : () -> Source
        The input alone.
    kinds : of settings, with the prefixes of their keys
        All that have a number for each axis.
    """

    kind: type[Setting]
    ndim: int
    make: Callable[[], Any]
    beside: Callable[[Any], Any] | None = None
    source: Callable[[], Source] = no_source
    parts: Mapping[str, Any] = field(default_factory=dict)


def spelled(
    setting: Setting, ndim: int, prefix: str = "", skip: tuple[str, ...] = (), each: bool = False
) -> dict[str, str]:
    """A setting's knobs as an address has them, each written out."""
    words: dict[str, str] = {}
    for one in fields(type(setting), ndim, prefix, skip, each=each):
        words |= one.spell(getattr(setting, one.name))
    return words


def spelled_source(source: Source, each: bool = False) -> dict[str, str]:
    """Name and knobs of an input."""
    name = next(name for name, kind in SOURCES.items() if kind is type(source))
    each = each or uneven(source)
    words = {"input": name, PER_AXIS.key: PER_AXIS.spell(each)}
    return words | spelled(source, source.ndim, INPUT, each=each)


def spelled_layer(name: str, layer: Any, source: Source, skip: tuple[str, ...] = ()) -> dict[str, str]:
    """Layer and input of a page of single layers."""
    each = uneven(layer) or uneven(source)
    words = {"layer": name, "ndim": f"{layer.ndim}d"} | spelled(layer, layer.ndim, "", skip, each)
    return words | spelled_source(source, each)
