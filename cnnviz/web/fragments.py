"""A page in fragments, one in the other: what is turned or clicked redraws no more than what depends on it.

The innermost is the stage, which is what comes of all that a page asks for, and all that most knobs draw again. It
stands in another one with the knobs themselves: where others come and go, that is drawn. On pages where clicks on the
stage move knobs, these and the stage stand in one between, which is what is clicked asks for. What stands round all
(title, menu, explanation) is drawn again only where it would be another.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.scenes.query.form import Form
from cnnviz.web import history, page, turns, visits
from cnnviz.web.asking import Asking
from cnnviz.web.choices import agree
from cnnviz.web.form import Widgets
from cnnviz.web.languages import listen
from cnnviz.web.on_page import OnPage
from cnnviz.web.pinned import pin
from cnnviz.web.widgets import AROUND, KNOBS, LOOKS, STAGE, redraw

ASKED = "_questions"  # what the widgets were drawn for, and those that clicks move
MADE = "_made"  # what came of the questions when a knob was turned, for the run that draws the stage
Turned = Callable[[], None]


def beside_others() -> bool:
    """Does the page stand in a frame, or is another tab open than the one that says the same of every scene?"""
    return page.embedded() or page.tab_open() != page.FIRST_TAB


@dataclass(frozen=True)
class Parts:
    """A page in fragments.

    Attributes
    ----------
    name : str
    ask : function
        What the page asks for.
    widgets : function
        They answer, and call what they are given when one is turned; see `Widgets` for what else they are given.
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
    clicks : bool
        Does the page ask for what clicks on its stage move?
    whole : function
        Does every knob draw the whole page now?
    """

    name: str
    ask: Callable[[Form], Any]
    widgets: Callable[..., Widgets]
    live: Callable[[Any], Any]
    around: Callable[[Any], Any] = lambda scene: ()
    behind: Collection[str] = ()
    offers: Callable[[Any], list[Any]] = lambda made: []
    offer: Callable[[Any], None] = lambda made: None
    clicks: bool = False
    whole: Callable[[], bool] = beside_others


def draw(parts: Parts) -> Any:
    """Knobs and stage; gives the scene."""
    if parts.whole():
        ask(parts, st.sidebar.container(), None)
        with st.container(), st.container():  # as deep as the fragments are
            scene = live(parts)
    else:
        scene = knobs(parts)
    st.session_state[AROUND] = around(parts, scene)
    return scene


@st.fragment(key=KNOBS)
def knobs(parts: Parts) -> Any:
    """What a knob redraws where other knobs come and go with it."""
    begin()
    asking = Asking()
    with turns.in_turn():
        with asking.kept_back():
            place = ask(parts, st.sidebar, OnPage() if parts.clicks else None)
        return looks(parts, asking, place) if parts.clicks else stage(parts, asking)


@st.fragment(key=LOOKS)
def looks(parts: Parts, asking: Asking, place: Any) -> Any:
    """What a click on the stage redraws: the knobs that it moves, and what comes of it."""
    begin()
    (others, _), _ = asked = questions(parts)
    if apart() and others != st.session_state[ASKED][0]:
        st.rerun()
    st.session_state[ASKED], _ = asked
    with asking.kept_back():
        parts.ask(OnPage(moving=parts.widgets(partial(turned, parts)), place=place))
    return stage(parts, asking)


@st.fragment(key=STAGE)
def stage(parts: Parts, asking: Asking) -> Any:
    """What any knob redraws; knobs ask for this one."""
    asking.ask_here()
    begin()
    with turns.in_turn():
        scene = live(parts)
    if apart():
        pin(parts.name)
        history.remember(parts.name)
        visits.leave(parts.name)
        other = st.session_state.get(AROUND) != around(parts, scene)
        if other or history.outdated(parts.name) or visits.complained():
            st.rerun()
    return scene


def begin() -> None:
    """Each run speaks anew; the whole page is drawn instead of a part, if that is wanted."""
    listen()
    agree()
    if apart() and st.session_state.get(AROUND) is None:
        st.rerun()


def apart() -> bool:
    """Is this fragment drawn without the page round it?"""
    context = get_script_run_ctx()
    return bool(context and context.fragment_ids_this_run)


def around(parts: Parts, scene: Any) -> Any:
    """What decides how the page round the fragments looks."""
    return parts.around(scene), parts.whole()


def ask(parts: Parts, sidebar: Any, moving: Form | None) -> Any:
    """The widgets, but for those that `moving` answers; gives the place for these."""
    st.session_state.pop(MADE, None)
    form = parts.widgets(partial(turned, parts), moving=moving)
    with sidebar:
        parts.offer(parts.ask(form))
    st.session_state[ASKED], _ = questions(parts)
    return form.place


def turned(parts: Parts) -> None:
    """A knob was turned; for callbacks. Where the page would ask something else, the widgets are drawn anew."""
    (all_, moved), st.session_state[MADE] = questions(parts)
    known = st.session_state.get(ASKED) or (None, None)
    inner = (LOOKS, STAGE) if parts.clicks else (STAGE,)
    back = history.begun(parts.name)
    if known[0] != all_:
        redraw(*back, KNOBS, *inner)
    elif known[1] != moved:
        redraw(*back, *inner)
    elif back:
        redraw(*back, STAGE)


def moves(call: Callable[[], None]) -> Callable[[], None]:
    """A callback of a knob that moves others: these are drawn anew."""

    def called() -> None:
        st.session_state[ASKED] = None
        call()

    return called


def questions(parts: Parts) -> tuple[tuple[list[Any], list[Any]], Any]:
    """All that decides how the widgets look, and those that clicks move; and what comes of them."""
    form = OnPage(parts.behind)
    made = parts.ask(form)
    return ([*form.noted, *parts.offers(made)], form.apart), made


def live(parts: Parts) -> Any:
    """What comes of the questions, on stage."""
    made = st.session_state.pop(MADE, None)
    return parts.live(parts.ask(OnPage()) if made is None else made)
