"""Moving widgets from callbacks, which run before they are drawn again. The key of each is its name in the address."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.core.axes import AXES, SIDES
from cnnviz.core.settings import Setting, knobs
from cnnviz.scenes.query.fields import NUMBER
from cnnviz.scenes.query.fields import PER_AXIS as EACH

STAGE = "stage"  # fragments: what comes of all that a page asks for
LOOKS = "looks"  # the widgets that clicks on the stage move, and the stage in it
KNOBS = "knobs"  # all widgets, and those in it
AROUND = "_around"  # what the page round the fragments was drawn for; None if it is to be drawn
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


def redraw(*fragments: str) -> None:
    """Draw these fragments instead of the one whose widget was touched; ends a callback.

    Where the whole page is drawn anyway, as it is without fragments, it still is. A fragment that stands in another is
    drawn with it, and has to be named nevertheless: of others the browser keeps what is no longer drawn.
    """
    context = get_script_run_ctx()
    if context and context.fragment_ids_this_run:
        with suppress(StreamlitAPIException):  # a page has been opened meanwhile that has none of these
            st.rerun(fragments)


def redraw_page() -> None:
    """Have the fragment of the button that was pressed draw the whole page; for callbacks.

    `redraw` will not do: Streamlit presses a button once more when it draws other fragments, and over it forgets to
    tell the browser what the first press has moved.
    """
    st.session_state[AROUND] = None


def spread(ndim: int, *kinds: tuple[type[Setting], str]) -> None:
    """Keep the numbers when *one number per axis* is turned: one goes to every axis, and of several the last stays."""
    state = st.session_state
    kept: dict[str, Any] = {}
    spreads = [(prefix + name, k) for kind, prefix in kinds for name, k in knobs(kind).items()]
    for key in [key for key, k in spreads if k.per_axis and not k.sides and not k.optional]:
        if state.get(PER_AXIS) and key in state:
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
