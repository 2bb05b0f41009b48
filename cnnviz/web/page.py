"""What the pages of single layers share, from the widgets of the input to the facts and the code below the stage."""

from collections.abc import Callable, Mapping
from itertools import starmap
from typing import Any

import streamlit as st

from cnnviz.content.links import Preset
from cnnviz.core.geometry import GeometryError
from cnnviz.core.machine import MachineError
from cnnviz.core.settings import Setting, short
from cnnviz.export import saved
from cnnviz.export.on_stage import code_of, on_stage
from cnnviz.inputs import Source, SourceError
from cnnviz.inputs.read import read
from cnnviz.inputs.upload import Upload
from cnnviz.networks.checkpoint import CheckpointError
from cnnviz.scenes.build import Shown, show
from cnnviz.scenes.query.inputs import FILE
from cnnviz.scenes.request import Request
from cnnviz.tensorfile import TensorError
from cnnviz.text import _, listed
from cnnviz.web import choices
from cnnviz.web.components.player import TAB
from cnnviz.web.markdown import plain
from cnnviz.web.questions import questions, stand
from cnnviz.web.share import here, share
from cnnviz.web.site import TITLES
from cnnviz.web.widgets import place, put, redraw_page

FIRST_TAB = "Explanation"
PROBLEMS = (GeometryError, SourceError, MachineError, TensorError, CheckpointError)


def embedded() -> bool:
    """Does the page stand in a frame of another? Then it shows the player, and what is wrong, and nothing else."""
    return bool(st.context.is_embedded)


def settle(
    page: str, make: Callable[[], Any], first: Any, draw: Callable[[Any], Any] = show
) -> tuple[Any, Any, Exception | None]:
    """The choice on stage. One that cannot work leaves the last one there, and comes back as a problem."""
    last = f"_{page}_last"
    try:
        choice = make()
        shown = draw(choice)
    except PROBLEMS as problem:
        choice = st.session_state.get(last, first)
        return choice, draw(choice), problem
    st.session_state[last] = choice
    return choice, shown, None


def title(name: str, presets: list[Preset]) -> None:
    """Title and questions of the page of this name."""
    if embedded():
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(str(TITLES[name]), anchor=False, width="stretch")
        if presets and st.button(_("Questions"), icon=":material/help:"):
            questions(presets)


def heed(
    presets: list[Preset], problem: Exception | None, kind: type[Setting], ndim: int, source: Source | None = None
) -> None:
    """What is wrong, the question that the address asks, and what is odd about the input: one place on the page."""
    with st.container():
        if problem:
            explain(problem, kind, ndim)
        if not embedded():
            stand(presets)
        if source:
            notices(source)


def explain(problem: Exception, kind: type[Setting], ndim: int) -> None:
    """One sentence, and a button for each way out that has a widget."""
    st.warning(plain(str(problem)), icon=":material/info:")
    with st.container(horizontal=True):
        for i, fix in enumerate(getattr(problem, "fixes", ())):
            st.button(
                _("Set {changes}", changes=listed(starmap(spelled, fix.items()))),
                key=f"fix{i}",
                on_click=repair,
                args=(fix, kind, ndim),
            )


def repair(fix: Mapping[str, Any], kind: type[Setting], ndim: int) -> None:
    """Take a way out of a problem; for callbacks."""
    put(fix, kind, ndim)
    redraw_page()


def spelled(name: str, value: Any) -> str:
    """One change of a fix, as its button says it."""
    if value is None:
        return _("{name} to nothing", name=name)
    return f"{name} = {short(value) if isinstance(value, tuple) else value}"


def notices(source: Source) -> None:
    """What is odd about an input, and a button for each way out."""
    for i, notice in enumerate(read(source).notices):
        st.info(plain(notice.sentence), icon=":material/info:")
        with st.container(horizontal=True):
            for j, (words, changes) in enumerate(notice.fixes):
                widgets = {FILE + name: value for name, value in changes.items()}
                st.button(str(words), key=f"notice{i}_{j}", on_click=follow, args=(widgets,))


def follow(widgets: Mapping[str, Any]) -> None:
    """Take a way out that an input offers; for callbacks."""
    place(widgets)
    redraw_page()


def show_code(request: Request, shown: Shown) -> None:
    """The snippet, and the files that it loads."""
    code, loads = code_of(request, shown)
    st.caption(_("Run as it stands, this gives the very output above."))
    st.code(code)
    for name, values in loads.items():
        st.download_button(name, saved(values), name, icon=":material/download:", on_click="ignore")


def tab_open() -> str:
    """The tab that is open, or will be; it is drawn after most of the page."""
    return choices.open_tab() or FIRST_TAB


def tabs(request: Request, shown: Shown, explanation: str, more: Mapping[str, Callable[[], Any]]) -> None:
    """Explanation, code, and what else a page has; each is drawn when it is looked at."""
    if embedded():
        return
    names = [FIRST_TAB, "Code", *more, TAB]
    text, code, *others, sharing = choices.tabs(names)
    with text:
        st.markdown(explanation)
    with code:
        if code.open:
            show_code(request, shown)
    for tab, draw in zip(others, more.values(), strict=True):
        with tab:
            if tab.open:
                draw()
    with sharing:
        if sharing.open:
            share(on_stage(request, shown.view, shown, here()), isinstance(request.input, Upload))
