"""Draws a page of single layers: choose, compute, show.

A turned knob redraws no more than what depends on it. The player and what is said of its scene are a fragment, which
is all that most knobs draw again. It stands in another, with the knobs themselves: where others come and go, that is
drawn. What stands round both (title, menu, explanation) is drawn again only where it would be another.
"""

from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.scenes.build import Shown, show
from cnnviz.scenes.query.made import Made
from cnnviz.scenes.request import LayerView, Request
from cnnviz.text import _
from cnnviz.web import compare, history, loss_here, nudging, page, visits
from cnnviz.web.about import caption, explanation, told
from cnnviz.web.asking import Asking
from cnnviz.web.components.player import Role
from cnnviz.web.form import Widgets
from cnnviz.web.languages import listen
from cnnviz.web.markdown import plain
from cnnviz.web.on_page import OnPage
from cnnviz.web.page_spec import PageSpec, Tabs
from cnnviz.web.widgets import AROUND, KNOBS, STAGE, redraw

Scene = tuple[Request, Shown]
ASKED = "_questions"  # what the widgets were drawn for
MADE = "_made"  # what came of the questions when a knob was turned, for the run that draws the stage


def draw(spec: PageSpec) -> None:
    """The page."""
    page.title(spec.name, spec.presets)
    if page.embedded() or page.tab_open() != page.FIRST_TAB:
        ask(spec, st.sidebar.container())
        with st.container(), st.container():  # as deep as the fragments are
            request, shown = live(spec)
    else:
        request, shown = knobs(spec)
    st.session_state[AROUND] = around(request, shown)
    page.tabs(request, shown, explanation(shown) or spec.explanation(request), tabs_of(spec, shown))


def tabs_of(spec: PageSpec, shown: Shown) -> Tabs:
    """What there is below besides explanation, code and links."""
    return {**spec.tabs(shown), **({"Compare": lambda: compare.offer(spec.name)} if spec.compares else {})}


@st.fragment(key=KNOBS[0])
def knobs(spec: PageSpec) -> Scene:
    """What a knob redraws where other knobs come and go with it."""
    listen()  # each run speaks anew
    keep_page()
    asking = Asking()
    with asking.kept_back():
        ask(spec, st.sidebar)
    return stage(spec, asking)


@st.fragment(key=STAGE)
def stage(spec: PageSpec, asking: Asking) -> Scene:
    """What any knob redraws; knobs ask for this one."""
    asking.ask_here()
    listen()
    keep_page()
    request, shown = live(spec)
    if apart():
        history.remember(spec.name)
        visits.leave(spec.name)
        if st.session_state.get(AROUND) != around(request, shown) or history.outdated(spec.name) or visits.complained():
            st.rerun()
    return request, shown


def apart() -> bool:
    """Is this fragment drawn without the page round it?"""
    context = get_script_run_ctx()
    return bool(context and context.fragment_ids_this_run)


def keep_page() -> None:
    """Draw the whole page instead, if that is wanted."""
    if apart() and st.session_state.get(AROUND) is None:
        st.rerun()


def around(request: Request, shown: Shown) -> Any:
    """What decides how the page round the fragments looks."""
    back = shown.view.back
    return type(request.layer), back and back.of, page.tab_open()


def ask(spec: PageSpec, sidebar: Any) -> None:
    """The widgets."""
    st.session_state.pop(MADE, None)
    with sidebar:
        made = spec.ask(Widgets(behind=spec.behind, turned=partial(turned, spec)))
        for label, changes in spec.offers(made):
            made.parts["layer"].button(str(label), on_click=page.repair, args=(changes, made.kind, made.ndim))
    st.session_state[ASKED], _ = questions(spec)


def turned(spec: PageSpec) -> None:
    """A knob was turned; for callbacks. Where the page would ask something else, the widgets are drawn anew."""
    asked, st.session_state[MADE] = questions(spec)
    if st.session_state.get(ASKED) != asked:
        redraw(*KNOBS)


def questions(spec: PageSpec) -> tuple[list[Any], Made]:
    """All that decides how the widgets look, and what comes of them."""
    form = OnPage(spec.behind)
    made = spec.ask(form)
    return [*form.noted, made.kind, made.ndim, *spec.offers(made)], made


def live(spec: PageSpec) -> Scene:
    """Choose, compute, show."""
    made = st.session_state.pop(MADE, None) or spec.ask(OnPage())
    choice, shown, problem = page.settle(spec.name, made.make, spec.first, run)
    request, _view = parts_of(choice)
    page.heed(spec.presets, problem, made.kind, made.ndim, request.input)
    rival = (compare.beside() if spec.compares else None) or rival_of(made, choice)
    if rival:
        compared(spec, (request, shown), rival, problem)
    else:
        on_stage(spec, spec.name, (request, shown), problem)
    nudging.tell(request, shown)
    if shown.notice and not page.embedded():
        st.info(str(shown.notice))
    spec.below(shown)
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
            on_stage(spec, spec.name, scene, problem, "leads")
        with st.container():
            on_stage(spec, f"{spec.name}_rival", rival, None, "follows")


def on_stage(spec: PageSpec, key: str, scene: Scene, problem: Exception | None, role: Role = "") -> None:
    """A player, with what is said of its scene."""
    request, shown = scene
    above = [*spec.headline(shown), *told(shown), *caption(request, shown, problem)]
    spec.stage(loss_here.offered(shown), key, role, above, [*spec.facts(shown), *spec.ways(request, shown.view)])
