"""Widgets from knobs: a panel shaped like the torch call, bound to the address.

A per-axis field is one number for all axes, or, behind the switch *one number per axis*, one for each. The key of every
widget is its name in the address.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import streamlit as st

from cnnviz.geometry import AXES
from cnnviz.knobs import Knob, Setting, knobs

BIND = "query-params"
PER_AXIS = "per_axis"


def settings_panel(kind: type[Setting], ndim: int, prefix: str = "", skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """One widget for each knob of a setting; returns the chosen values by field name."""
    defaults = {f.name: f.default for f in fields(kind)}
    chosen = {}
    for name, k in knobs(kind).items():
        if name not in ("ndim", *skip):
            chosen[name] = _field(name, k, defaults[name], prefix + name, ndim)
    return chosen


def _field(name: str, k: Knob, default: Any, key: str, ndim: int) -> Any:
    if k.per_axis:
        return _per_axis(name, k, default, key, ndim)
    if k.choices:
        return st.selectbox(name, k.choices, k.choices.index(default), key=key, help=k.help, bind=BIND)
    if isinstance(default, bool):
        return st.toggle(name, default, key=key, help=k.help, bind=BIND)
    if isinstance(default, str):
        return st.text_area(name, default, key=key, help=k.help, height=140, bind=BIND)
    return st.number_input(name, _as(default, k.low), _as(default, k.high), default, key=key, help=k.help, bind=BIND)


def _as(default: Any, number: float | None) -> Any:
    """Bounds must have the type of the value."""
    return number if number is None else float(number) if isinstance(default, float) else int(number)


def _per_axis(name: str, k: Knob, default: Any, key: str, ndim: int) -> Any:
    if k.words:
        rule = st.segmented_control(
            f"{name}: a number, or a word",
            ("number", *k.words),
            default="number",
            key=f"{key}_rule",
            required=True,
            label_visibility="collapsed",
            bind=BIND,
        )
        if rule in k.words:
            return rule
    if ndim == 1 or not st.session_state.get(PER_AXIS):
        return (_number(name, k, default, key),) * ndim
    columns = st.columns(ndim, gap="xsmall", wrap=False)
    return tuple(
        _number(f"{name} {axis}" if i == 0 else axis, k, default, f"{key}_{axis}", column)
        for i, (axis, column) in enumerate(zip(AXES[ndim], columns, strict=True))
    )


def _number(label: str, k: Knob, default: Any, key: str, where: Any = st) -> int:
    low, high = _as(default, k.low), _as(default, k.high)
    return int(where.number_input(label, low, high, default, key=key, help=k.help, bind=BIND))


def per_axis_switch(kind: type[Setting], ndim: int) -> None:
    """The switch between one number for all axes and one for each; switching keeps the numbers."""
    if ndim > 1:
        st.toggle("one number per axis", key=PER_AXIS, on_change=_spread, args=(kind, ndim), bind=BIND)


def _spread(kind: type[Setting], ndim: int) -> None:
    for name, k in knobs(kind).items():
        if not k.per_axis:
            continue
        if st.session_state[PER_AXIS] and name in st.session_state:
            for axis in AXES[ndim]:
                st.session_state[f"{name}_{axis}"] = st.session_state[name]
        elif f"{name}_{AXES[ndim][-1]}" in st.session_state:
            st.session_state[name] = st.session_state[f"{name}_{AXES[ndim][-1]}"]


def put(changes: Mapping[str, Any], kind: type[Setting], ndim: int) -> None:
    """Move the widgets to these values; for callbacks, which run before the widgets are drawn again."""
    state = st.session_state
    uneven = any(isinstance(v, tuple) and len(set(v)) > 1 for v in changes.values())
    if uneven and not state.get(PER_AXIS):
        state[PER_AXIS] = True
        _spread(kind, ndim)
    for name, value in changes.items():
        if not isinstance(value, tuple):
            state[name] = value
            continue
        if knobs(kind)[name].words:
            state[f"{name}_rule"] = "number"
        if state.get(PER_AXIS) and ndim > 1:
            state.update({f"{name}_{axis}": number for axis, number in zip(AXES[ndim], value, strict=True)})
        else:
            state[name] = value[0]
