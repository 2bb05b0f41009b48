"""Widgets from knobs: a panel shaped like the torch call, bound to the address.

A per-axis field is one number for all axes, or, behind the switch *one number per axis*, one for each. The key of every
widget is its name in the address.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any, Final, Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from cnnviz.core.geometry import AXES, SIDES
from cnnviz.core.settings import Knob, Setting, Size, knobs

BIND: Final = "query-params"
Bind = Literal["query-params"] | None
PER_AXIS = "per_axis"
MOST_ZEROS = 20  # before a number that is typed
EMPTY: Mapping[str, Any] = MappingProxyType({})


def settings_panel(
    kind: type[Setting],
    ndim: int,
    prefix: str = "",
    skip: tuple[str, ...] = (),
    start: Mapping[str, Any] = EMPTY,
    bind: Bind = BIND,
) -> dict[str, Any]:
    """One widget for each knob of a setting, two numbers to a row; returns the chosen values by field name.

    `start` says where a knob begins on this page, if not at the setting's own default; `bind` is None where the address
    holds the setting in another form.
    """
    defaults = {f.name: f.default for f in fields(kind)} | dict(start)
    chosen: dict[str, Any] = {}
    row: Any = None
    left = 0  # places in the row
    for name, k in knobs(kind).items():
        if name in ("ndim", *skip) or not k.shown:
            continue
        if _is_number(k, defaults[name], ndim):
            if not left:
                row, left = st.container(horizontal=True, gap="small"), 2
            left -= 1
            with row:
                chosen[name] = _field(name, k, defaults[name], prefix + name, ndim, bind)
        else:
            left = 0
            chosen[name] = _field(name, k, defaults[name], prefix + name, ndim, bind)
    return chosen


def _is_number(k: Knob, default: Any, ndim: int) -> bool:
    """Is the widget one number box?"""
    if k.per_axis:
        return k.optional or not (k.words or k.sides or _each_axis(ndim))
    return not k.choices and not isinstance(default, (bool, str))


def _each_axis(ndim: int) -> bool:
    on = st.query_params.get(PER_AXIS) == "true"  # before the switch is drawn, only the address knows
    return ndim > 1 and bool(st.session_state.get(PER_AXIS, on))


def _field(name: str, k: Knob, default: Any, key: str, ndim: int, bind: Bind) -> Any:
    if k.per_axis:
        return _per_axis(name, k, default, key, ndim, bind)
    if k.choices:
        return st.selectbox(name, k.choices, k.choices.index(default), key=key, help=k.help, bind=bind)
    if isinstance(default, bool):
        return st.toggle(name, default, key=key, help=k.help, bind=bind)
    if isinstance(default, str):
        return st.text_area(name, default, key=key, help=k.help, height=140, bind=bind)
    low, high = _as(default, k.low), _most(default, k.high)
    empty = "none" if default is None else None
    return st.number_input(
        name, low, high, default, k.step, k.format, key=key, help=k.help, placeholder=empty, bind=bind
    )


def _as(default: Any, number: float | None) -> Any:
    """Bounds must have the type of the value."""
    real = isinstance(default, float) or (default is None and isinstance(number, float))
    return number if number is None else float(number) if real else int(number)


def _most(default: Any, high: float | None) -> Any:
    """The upper bound: what a panel offers, or what is there already, as in a network from elsewhere."""
    return _as(default, high if high is None or default is None else max(high, default))


def _per_axis(name: str, k: Knob, default: Any, key: str, ndim: int, bind: Bind) -> Any:
    if k.words:
        return _number_or_word(name, k, default, key, ndim, bind)
    if k.optional:
        return _one_or_none(name, k, default, key, ndim, bind)
    if k.sides:
        return _each_side(name, k, default, key, ndim, bind)
    return _numbers(name, k, default, key, ndim, bind)


def _number_or_word(name: str, k: Knob, default: Any, key: str, ndim: int, bind: Bind) -> Any:
    """A word such as "same", or numbers; beside each other where there is room."""
    with st.container(horizontal=not _each_axis(ndim), gap="small"):
        rule = st.selectbox(f"{name} by", ("number", *k.words), key=f"{key}_rule", help=k.help, bind=bind)
        return rule if rule in k.words else _numbers(name, k, default, key, ndim, bind)


def _numbers(name: str, k: Knob, default: Any, key: str, ndim: int, bind: Bind) -> Size:
    values = default if isinstance(default, tuple) else (default,) * ndim
    if not _each_axis(ndim) and len(set(values)) == 1:
        return (_number(name, k, values[0], key, bind),) * ndim
    columns = st.columns(ndim, gap="xxsmall", wrap=False)
    return tuple(
        _number(f"{name}, {axis}" if i == 0 else axis, k, values[i], f"{key}_{axis}", bind, column)
        for i, (axis, column) in enumerate(zip(AXES[ndim], columns, strict=True))
    )


def _one_or_none(name: str, k: Knob, default: Any, key: str, ndim: int, bind: Bind) -> Any:
    """One number for all axes, or none; several that differ, as in a network from elsewhere, stay as they are."""
    if isinstance(default, tuple) and len(set(default)) > 1:
        st.caption(f"{name} = {default}", help=k.help)
        return default
    first = default[0] if isinstance(default, tuple) else default
    low: Any = k.low  # a float where the numbers are
    high: Any = type(low)(max(k.high or low, first or low))
    value = st.number_input(name, low, high, first, k.step, key=key, help=k.help, placeholder="none", bind=bind)
    return None if value is None else (value,) * ndim


def _each_side(name: str, k: Knob, default: Any, key: str, ndim: int, bind: Bind) -> Size:
    """Two numbers to a row, before and after, the last axis first as torch has it."""
    values = default if isinstance(default, tuple) else (default,) * 2 * ndim
    st.caption(f"{name}, in torch's order", help=k.help)
    columns = [column for _ in range(ndim) for column in st.columns(2, gap="xxsmall", wrap=False)]
    return tuple(
        _number(side, replace(k, help=""), values[i], f"{key}_{side}", bind, column)
        for i, (side, column) in enumerate(zip(SIDES[ndim], columns, strict=True))
    )


def _number(label: str, k: Knob, default: Any, key: str, bind: Bind, where: Any = st) -> Any:
    low, high = _as(default, k.low), _most(default, k.high)
    value = where.number_input(label, low, high, default, key=key, help=k.help, bind=bind)
    return None if value is None and k.none else int(value)


def per_axis_switch(ndim: int, *kinds: tuple[type[Setting], str]) -> None:
    """The switch between one number for all axes and one for each, for panels of these kinds and prefixes."""
    if ndim > 1:
        st.toggle("one number per axis", key=PER_AXIS, on_change=_spread, args=(ndim, *kinds), bind=BIND)


def _spread(ndim: int, *kinds: tuple[type[Setting], str]) -> None:
    """Keep the numbers when the switch is turned: one goes to every axis, and of several the last stays."""
    state = st.session_state
    kept: dict[str, Any] = {}
    spreads = [(prefix + name, k) for kind, prefix in kinds for name, k in knobs(kind).items()]
    for key in [key for key, k in spreads if k.per_axis and not k.sides and not k.optional]:
        if state[PER_AXIS] and key in state:
            kept |= {f"{key}_{axis}": state[key] for axis in AXES[ndim]}
        elif f"{key}_{AXES[ndim][-1]}" in state:
            kept[key] = state[f"{key}_{AXES[ndim][-1]}"]
    place(kept)


def place(values: Mapping[str, Any]) -> None:
    """Give widgets values from a callback, those of widgets that are not on the page yet included.

    A widget that is on the page writes its new value into the address; what a widget is born with it does not write,
    so that is done here.
    """
    for key, value in values.items():
        st.session_state[key] = value
        with suppress(StreamlitAPIException):  # it is on the page
            st.query_params[key] = str(value)


def put(changes: Mapping[str, Any], kind: type[Setting], ndim: int) -> None:
    """Move the widgets to these values; for callbacks, which run before the widgets are drawn again."""
    state = st.session_state
    uneven = ndim > 1 and any(
        len(set(v)) > 1 for name, v in changes.items() if isinstance(v, tuple) and not knobs(kind)[name].sides
    )
    if uneven and not state.get(PER_AXIS):
        state[PER_AXIS] = True
        _spread(ndim, (kind, ""))
    for name, value in changes.items():
        if not isinstance(value, tuple):
            place({name: value})
            continue
        if knobs(kind)[name].sides:
            place({f"{name}_{side}": number for side, number in zip(SIDES[ndim], value, strict=True)})
            continue
        if knobs(kind)[name].words:
            place({f"{name}_rule": "number"})
        if state.get(PER_AXIS) and ndim > 1 and not knobs(kind)[name].optional:
            place({f"{name}_{axis}": number for axis, number in zip(AXES[ndim], value, strict=True)})
        else:
            place({name: value[0]})


def counted(word: str, least: int, most: int) -> int | None:
    """A whole number that was typed, if it lies in these bounds; Python itself refuses to read 5,000 digits.

    >>> counted(" 12 ", 1, 64), counted("65", 1, 64), counted("9" * 5000, 1, 64), counted("x", 1, 64)
    (12, None, None, None)
    """
    word = word.strip()
    number = int(word) if word.isdecimal() and len(word) <= len(str(most)) + MOST_ZEROS else -1
    return number if least <= number <= most else None
