"""A page in two fragments: a turned knob redraws no more than what depends on it.

The stage, which is what comes of all that a page asks for, is a fragment, and all that most knobs draw again. It stands
in another, with the knobs themselves: where others come and go, that is drawn. What stands round both (title, menu,
explanation) is drawn again only where it would be another.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.made import Made
from cnnviz.web import history, page, visits
from cnnviz.web.asking import Asking
from cnnviz.web.form import Widgets
from cnnviz.web.languages import listen
from cnnviz.web.on_page import OnPage
from cnnviz.web.widgets import AROUND, KNOBS, STAGE, redraw

ASKED = "_questions"  # what the widgets were drawn for
MADE = "_made"  # what came of the questions when a knob was turned, for the run that draws the stage
Turned = Callable[[], None]


@dataclass(frozen=True)
class Parts:
    """A page in two fragments.

    Attributes
    ----------
    name : str
    ask : function
        What the page asks for.
    widgets : function
        They answer, and call what they are given when one is turned.
    live : function
        Choose, compute, show; gives the scene.
    around : function
        What decides how the page round the fragments looks.
    behind : keys of words
        Something else stands behind these, which depends on what they are.
    offers : function
        What decides which other buttons there are.
    offer : function
        Draws them.
    """

    name: str
    ask: Callable[[Form], Made]
    widgets: Callable[[Turned], Widgets]
    live: Callable[[Made], Any]
    around: Callable[[Any], Any] = lambda scene: ()
    behind: Collection[str] = ()
    offers: Callable[[Made], list[Any]] = lambda made: []
    offer: Callable[[Made], None] = lambda made: None


def draw(parts: Parts) -> Any:
    """Knobs and stage; gives the scene. In a frame, or with another open tab, every knob draws the whole page."""
    if page.embedded() or page.tab_open() != page.FIRST_TAB:
        ask(parts, st.sidebar.container())
        with st.container(), st.container():  # as deep as the fragments are
            scene = live(parts)
    else:
        scene = knobs(parts)
    st.session_state[AROUND] = around(parts, scene)
    return scene


@st.fragment(key=KNOBS[0])
def knobs(parts: Parts) -> Any:
    """What a knob redraws where other knobs come and go with it."""
    listen()  # each run speaks anew
    keep_page()
    asking = Asking()
    with asking.kept_back():
        ask(parts, st.sidebar)
    return stage(parts, asking)


@st.fragment(key=STAGE)
def stage(parts: Parts, asking: Asking) -> Any:
    """What any knob redraws; knobs ask for this one."""
    asking.ask_here()
    listen()
    keep_page()
    scene = live(parts)
    if apart():
        history.remember(parts.name)
        visits.leave(parts.name)
        other = st.session_state.get(AROUND) != around(parts, scene)
        if other or history.outdated(parts.name) or visits.complained():
            st.rerun()
    return scene


def apart() -> bool:
    """Is this fragment drawn without the page round it?"""
    context = get_script_run_ctx()
    return bool(context and context.fragment_ids_this_run)


def keep_page() -> None:
    """Draw the whole page instead, if that is wanted."""
    if apart() and st.session_state.get(AROUND) is None:
        st.rerun()


def around(parts: Parts, scene: Any) -> Any:
    """What decides how the page round the fragments looks."""
    return parts.around(scene), page.tab_open()


def ask(parts: Parts, sidebar: Any) -> None:
    """The widgets."""
    st.session_state.pop(MADE, None)
    with sidebar:
        parts.offer(parts.ask(parts.widgets(partial(turned, parts))))
    st.session_state[ASKED], _ = questions(parts)


def turned(parts: Parts) -> None:
    """A knob was turned; for callbacks. Where the page would ask something else, the widgets are drawn anew."""
    asked, st.session_state[MADE] = questions(parts)
    if st.session_state.get(ASKED) != asked:
        redraw(*KNOBS)


def moves(call: Callable[[], None]) -> Callable[[], None]:
    """A callback of a knob that moves others: these are drawn anew."""

    def called() -> None:
        st.session_state[ASKED] = None
        call()

    return called


def questions(parts: Parts) -> tuple[list[Any], Made]:
    """All that decides how the widgets look, and what comes of them."""
    form = OnPage(parts.behind)
    made = parts.ask(form)
    return [*form.noted, made.kind, made.ndim, *parts.offers(made)], made


def live(parts: Parts) -> Any:
    """What comes of the questions, on stage."""
    made = st.session_state.pop(MADE, None)
    return parts.live(parts.ask(OnPage()) if made is None else made)
