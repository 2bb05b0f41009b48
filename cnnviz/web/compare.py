"""Any scene beside the one on stage, with one playhead: a link says which, and the address keeps it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnviz.content.address import address
from cnnviz.networks.network import Network
from cnnviz.scenes.build import Shown, show
from cnnviz.scenes.request import Request
from cnnviz.text import _
from cnnviz.text.problem import Problem
from cnnviz.web.history import past, remember
from cnnviz.web.large_runs import show_large
from cnnviz.web.linked import at_work
from cnnviz.web.markdown import plain
from cnnviz.web.vocabulary import BESIDE

TYPED = "_beside"
Scene = tuple[Request, Shown]


def beside() -> Scene | None:
    """The scene that the address puts beside this one; what is wrong with it is said."""
    try:
        return scene()
    except Problem as problem:
        st.info(plain(_("No comparison: {wrong}", wrong=problem)), icon=":material/info:")
        return None


def scene() -> Scene | None:
    """The same; raises `Problem` where something is wrong with it."""
    if not (link := st.query_params.get(BESIDE)):
        return None
    request, view = at_work(link)
    return request, (show_large if type(request.network) is Network else show)(request, view)


def waits() -> None:
    """In a view where nothing can stand beside: where it can."""
    if BESIDE in st.query_params:
        st.caption(_("The scene to compare with stands beside one layer at work: choose a view of one layer."))


def offer(page: str) -> None:
    """Take a link, or the setting before the last change, and put it beside what is on stage."""
    link = st.query_params.get(BESIDE, "")
    st.text_input(_("a link of this app, to any page with a player"), link, key=TYPED)
    remember(page)
    earlier = past(page)[-2:-1]
    with st.container(horizontal=True):
        st.button(_("Compare"), on_click=compare_typed, icon=":material/compare:")
        st.button(_("With the setting before"), on_click=compare_with, args=(page, *earlier), disabled=not earlier)
        st.button(_("Stop comparing"), on_click=put, args=("",), disabled=not link)


def compare_typed() -> None:
    """For callbacks."""
    put(st.session_state[TYPED].strip())


def compare_with(page: str, setting: Mapping[str, Any]) -> None:
    """Beside this scene, the one that these values of the widgets gave; for callbacks."""
    words = {key: "" if value is None else str(value) for key, value in setting.items()}
    seen = {"view": view} if (view := st.session_state.get("view")) else {}
    put(address("", page, words | seen).lstrip("/"))


def put(link: str) -> None:
    """Let the address name the other scene, or none; for callbacks."""
    st.session_state.pop(TYPED, None)
    if link:
        st.query_params[BESIDE] = link
    elif BESIDE in st.query_params:
        del st.query_params[BESIDE]
