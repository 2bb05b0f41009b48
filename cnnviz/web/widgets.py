"""Moving widgets from callbacks, which run before they are drawn again. The key of each is its name in the address."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from cnnviz.core.axes import AXES, SIDES
from cnnviz.core.settings import Setting, knobs
from cnnviz.scenes.query.fields import NUMBER
from cnnviz.scenes.query.fields import PER_AXIS as EACH

BIND: Final = "query-params"
Bind = Literal["query-params"] | None
PER_AXIS = EACH.key


def place(values: Mapping[str, Any]) -> None:
    """Give widgets values from a callback, those of widgets that are not on the page yet included.

    A widget that is on the page writes its new value into the address; what a widget is born with it does not write,
    so that is done here.
    """
    for key, value in values.items():
        st.session_state[key] = value
        with suppress(StreamlitAPIException):  # it is on the page
            st.query_params[key] = str(value)


def spread(ndim: int, *kinds: tuple[type[Setting], str]) -> None:
    """Keep the numbers when *one number per axis* is turned: one goes to every axis, and of several the last stays."""
    state = st.session_state
    kept: dict[str, Any] = {}
    spreads = [(prefix + name, k) for kind, prefix in kinds for name, k in knobs(kind).items()]
    for key in [key for key, k in spreads if k.per_axis and not k.sides and not k.optional]:
        if state[PER_AXIS] and key in state:
            kept |= {f"{key}_{axis}": state[key] for axis in AXES[ndim]}
        elif f"{key}_{AXES[ndim][-1]}" in state:
            kept[key] = state[f"{key}_{AXES[ndim][-1]}"]
    place(kept)


def put(changes: Mapping[str, Any], kind: type[Setting], ndim: int) -> None:
    """Move the widgets to these values of a setting's fields."""
    state = st.session_state
    uneven = ndim > 1 and any(
        len(set(v)) > 1 for name, v in changes.items() if isinstance(v, tuple) and not knobs(kind)[name].sides
    )
    if uneven and not state.get(PER_AXIS):
        state[PER_AXIS] = True
        spread(ndim, (kind, ""))
    for name, value in changes.items():
        if not isinstance(value, tuple):
            place({name: value})
            continue
        if knobs(kind)[name].sides:
            place({f"{name}_{side}": number for side, number in zip(SIDES[ndim], value, strict=True)})
            continue
        if knobs(kind)[name].words:
            place({f"{name}_rule": NUMBER})
        if state.get(PER_AXIS) and ndim > 1 and not knobs(kind)[name].optional:
            place({f"{name}_{axis}": number for axis, number in zip(AXES[ndim], value, strict=True)})
        else:
            place({name: value[0]})
