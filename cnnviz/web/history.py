"""The way back on a page of knobs: to the setting before, and to the scene that the page begins with.

What a page remembers is the values of its widgets, those that its address holds. Buttons move the widgets, and these
the address: it stays the state.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.text import Message, _
from cnnviz.web.asking import asks
from cnnviz.web.languages import listen
from cnnviz.web.vocabulary import words
from cnnviz.web.widgets import place

Values = dict[str, Any]

PAST, RESET, OFFERED = "_settings", "_reset", "_offered"
BACK = "back"  # the fragment of the buttons
MOST_PAST = 30  # settings of each page
LOOKS = {
    "tab",
    "step",
    "pin",
    "look",
    "view",
    "blocks",
    "log_mel",
    "arguments",
}  # how a setting is looked at, and none itself


def settings(page: str) -> Values:
    """The values that this page's widgets have now, by name."""
    known, state = words(page) - LOOKS, st.session_state.to_dict()
    found = {str(key): value for key, value in state.items() if key in known}
    return {key: value for key, value in found.items() if value is None or isinstance(value, int | float | str)}


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Is one setting another? Widgets come and go with settings, so only those count that both have."""
    return any(before[key] != value for key, value in now.items() if key in before)


def past(page: str) -> list[Values]:
    """The settings of a page, the last one now."""
    kept: list[Values] = st.session_state.setdefault(PAST, {}).setdefault(page, [])
    return kept


def remember(page: str) -> None:
    """Keep the settings as they are now; call when all widgets are drawn."""
    kept, now = past(page), settings(page)
    if kept and not changed(kept[-1], now):
        kept[-1] = now
    else:
        kept.append(now)
    del kept[:-MOST_PAST]


@st.fragment(key=BACK)
def offer(page: str) -> None:
    """Buttons for the way back, which ask for the whole page; call when the settings as they are now are kept."""
    listen()
    back = len(past(page)) > 1
    st.session_state[OFFERED] = page, back
    with st.container(horizontal=True, gap="small"), asks(None):
        st.button(_("Undo"), icon=":material/undo:", type="tertiary", disabled=not back, on_click=undo, args=(page,))
        st.button(
            _("Reset"), icon=":material/restart_alt:", type="tertiary", help=str(HELP), on_click=reset, args=(page,)
        )


HELP = Message("the scene that this page begins with")


def outdated(page: str) -> bool:
    """Does the page still offer no way back where there is one by now?"""
    return len(past(page)) > 1 and st.session_state.get(OFFERED) == (page, False)


def begun(page: str) -> tuple[str, ...]:
    """Their fragment, where the first knob has just been turned; for callbacks. It is drawn first: see `outdated`."""
    if st.session_state.get(OFFERED) == (page, False):
        remember(page)
    return (BACK,) if outdated(page) else ()


def undo(page: str) -> None:
    """Back to the settings before; for callbacks."""
    kept = past(page)
    if len(kept) > 1:
        kept.pop()
        place(kept[-1])


def reset(page: str) -> None:
    """Every setting as the page begins; for callbacks."""
    for key in settings(page):
        del st.session_state[key]
    st.session_state[RESET] = True


def begins_anew() -> bool:
    """Was *Reset* pressed? Then every widget takes what the address says, which is nothing, and so its default."""
    if not st.session_state.pop(RESET, False):
        return False
    if context := get_script_run_ctx():
        context.is_history_navigation = True
    return True
