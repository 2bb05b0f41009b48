"""Knobs: what a field of a frozen setting may be, so that a panel can be made from it.

A layer or a source is a frozen dataclass; each field is declared with `knob(...)`. The panels read the
declaration to draw a widget, and `Setting` reads it to spell per-axis numbers out.
"""

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from cnnviz.text import Message

Size = tuple[int, ...]


@dataclass(frozen=True)
class Knob:
    """One field's declaration.

    Parameters
    ----------
    low, high : numbers or None
        Smallest value that makes sense, and the largest that the *panel* offers. Code may go above `high`.
    help : str
        One line, shown beside the widget.
    choices : tuple
        The only values allowed, where they are few.
    per_axis : bool
        The field holds one number per axis (rows, columns, ...).
    sides : bool
        It holds two per axis, before and after, and the last axis comes first, as torch's paddings have it.
    optional : bool
        It may be None.
    words : tuple of str
        Words allowed instead of numbers (``"same"``, ``"valid"``).
    step : number or None
        By how much plus and minus change it.
    format : str or None
        How a number is written, as in ``"%.0e"``.
    none : bool
        None is allowed instead of a number.
    shown : bool
        Panels have a widget for it; what is rarely asked for is set by code, files and links alone.
    """

    low: float | None = None
    high: float | None = None
    help: str | Message = ""
    choices: tuple[Any, ...] = ()
    per_axis: bool = False
    sides: bool = False
    optional: bool = False
    words: tuple[str, ...] = ()
    step: float | None = None
    format: str | None = None
    none: bool = False
    shown: bool = True


def knob(
    default: Any, low: float | None = None, high: float | None = None, help: str | Message = "", **more: Any
) -> Any:
    """A dataclass field that carries its own range and help; see `Knob`."""
    return field(default=default, metadata={"knob": Knob(low, high, help, **more)})


def knobs(setting: Any) -> dict[str, Knob]:
    """Name -> knob of a setting (or its class), in the order of declaration; nobody may change it."""
    return knobs_of(setting if isinstance(setting, type) else type(setting))


@cache
def knobs_of(kind: type) -> dict[str, Knob]:
    """The same, looked up once for each class."""
    return {f.name: f.metadata["knob"] for f in fields(kind) if "knob" in f.metadata}


@dataclass(frozen=True)
class Setting:
    """A frozen choice over `ndim` axes. A per-axis field takes one number for all axes, or one for each."""

    def __post_init__(self) -> None:
        for name, k in knobs(self).items():
            value = getattr(self, name)
            if k.per_axis and value is not None and not isinstance(value, str):
                object.__setattr__(self, name, self._per_axis(name, value, 1 + k.sides))

    def _per_axis(self, name: str, value: Any, each: int) -> tuple[Any, ...]:
        ndim = getattr(self, "ndim", 2)
        numbers: tuple[Any, ...] = (value,) * (ndim * each) if isinstance(value, (int, float)) else tuple(value)
        if len(numbers) != ndim * each:
            raise ValueError(f"{name} = {value} has {len(numbers)} numbers for {ndim} axes.")
        return numbers


def plain(value: Any) -> Any:
    """A per-axis tuple as a person types it: ``3`` when all axes agree, else ``(3, 5)``."""
    return value[0] if isinstance(value, tuple) and len(set(value)) == 1 and value[0] is not None else value


def short(value: Any) -> str:
    """`plain` as text."""
    return repr(plain(value))
