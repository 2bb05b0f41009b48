"""Draws a page of single layers: choose, compute, show.

A changed knob redraws no more than what depends on it: the knobs themselves, the player and its facts are a fragment
of the page. What stands round it (title, menu, explanation) is drawn again only where it would be another.
"""

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.scenes.build import Shown, show
from cnnviz.scenes.query.made import Made
from cnnviz.scenes.request import LayerView, Request
from cnnviz.text import _
from cnnviz.web import compare, history, nudging, page, visits
from cnnviz.web.components.player import Role
from cnnviz.web.languages import listen
from cnnviz.web.markdown import plain
from cnnviz.web.page_spec import PageSpec, Tabs

Scene = tuple[Request, Shown]
AROUND = "_around"  # what the page round the fragment was drawn for


def draw(spec: PageSpec) -> None:
    """The page."""
    page.title(spec.name, spec.presets)
    if page.embedded() or page.tab_open() != page.FIRST_TAB:
        with st.container():  # as deep as a fragment is
            request, shown = live(spec, st.sidebar.container())
    else:
        request, shown = quick(spec)
    st.session_state[AROUND] = around(request)
    page.tabs(request, shown, spec.explanation(request), tabs_of(spec, shown))


def tabs_of(spec: PageSpec, shown: Shown) -> Tabs:
    """What there is below besides explanation, code and links."""
    return {**spec.tabs(shown), **({"Compare": lambda: compare.offer(spec.name)} if spec.compares else {})}


@st.fragment
def quick(spec: PageSpec) -> Scene:
    """What a changed knob redraws."""
    listen()  # each run speaks anew
    request, shown = live(spec, st.sidebar)
    if (context := get_script_run_ctx()) and context.fragment_ids_this_run:
        history.remember(spec.name)
        visits.leave(spec.name)
        if st.session_state.get(AROUND) != around(request) or history.outdated(spec.name) or visits.complained():
            st.rerun()
    return request, shown


def around(request: Request) -> Any:
    """What decides how the page round the fragment looks."""
    return type(request.layer), page.tab_open()


def live(spec: PageSpec, sidebar: Any) -> Scene:
    """Choose, compute, show."""
    with sidebar:
        made = spec.ask()
        spec.offers(made)
    choice, shown, problem = page.settle(spec.name, made.make, spec.first, run)
    request, _view = parts_of(choice)
    page.heed(spec.presets, problem, made.kind, made.ndim, request.input)
    spec.headline(shown)
    page.told(shown)
    rival = (compare.beside() if spec.compares else None) or rival_of(made, choice)
    if rival:
        compared(spec, (request, shown), rival, problem)
    else:
        stage(spec, spec.name, (request, shown), problem)
    nudging.tell(request, shown)
    spec.facts(shown)
    spec.ways(request)
    return request, shown


def parts_of(choice: Any) -> tuple[Request, LayerView]:
    """What to run, and what is seen of it; a page of single layers may leave that out."""
    return choice if isinstance(choice, tuple) else (choice, LayerView())


def run(choice: Any) -> Shown:
    """The layer that was chosen, at work."""
    return show(*parts_of(choice))


def rival_of(made: Made, choice: Any) -> Scene | None:
    """What is on stage is compared with, if it is; what is wrong with it is said."""
    if not made.beside:
        return None
    try:
        rival = made.beside(choice)
        return parts_of(rival)[0], run(rival)
    except page.PROBLEMS as wrong:
        st.info(plain(_("No comparison: {wrong}", wrong=wrong)), icon=":material/info:")
        return None


def compared(spec: PageSpec, scene: Scene, rival: Scene, problem: Exception | None) -> None:
    """Two players with one playhead, beside each other where there is room."""
    with st.container(horizontal=not spec.wide, key=None if spec.wide else "pair"):
        with st.container():
            stage(spec, spec.name, scene, problem, "leads")
        with st.container():
            stage(spec, f"{spec.name}_rival", rival, None, "follows")


def stage(spec: PageSpec, key: str, scene: Scene, problem: Exception | None, role: Role = "") -> None:
    """A player, and over it what it shows."""
    request, shown = scene
    page.caption(request, shown, problem)
    spec.stage(shown.blob, key, role)
