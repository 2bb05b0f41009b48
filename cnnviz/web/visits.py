"""What a page keeps while its reader is on another one."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.web.choices import OPEN, forget, open_tab
from cnnviz.web.components.player import SEEN
from cnnviz.web.widgets import place

PAGE = "_page"
KEPT = "_kept"
TOLD = "_told"  # was there something to say of the address?


def arrive(path: str) -> None:
    """On another page, put the knobs of the last one away: many bear the same name, and would bring their values along.

    A page that was left finds its own knobs as they were, unless the address says something else.
    """
    state = st.session_state
    if state.get(PAGE) not in (None, path):
        state.pop(SEEN, None)
        forget()
        for key in list(state):
            if not str(key).startswith("_"):
                del state[key]
        if not st.query_params:
            place(state.get(KEPT, {}).get(path, {}))
            if context := get_script_run_ctx():
                # on the way back, the browser does not say what the address holds, and every widget would begin anew
                context.is_history_navigation = False
    state[PAGE] = path


def leave(path: str) -> None:
    """Keep what the address holds, for when the reader comes back."""
    state = st.session_state
    kept = {key: open_tab() if key == OPEN else state[key] for key in st.query_params if key in state}
    state[KEPT] = state.get(KEPT, {}) | {path: kept}


def visited(path: str) -> bool:
    """Was this reader on the page before?"""
    return path in st.session_state.get(KEPT, {})


def complained() -> bool:
    """Does the page say what is wrong with its address? After the next change it no longer does."""
    return bool(st.session_state.get(TOLD))
