"""The tab Share: links to what is on stage, and files of it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

import streamlit as st

from cnnviz.content.address import LinkError, address, reach
from cnnviz.content.embed import embed, qr
from cnnviz.export import KINDS, ExportError, Look, Staged, Wanted, ready
from cnnviz.scenes.opening import TOLD, opening
from cnnviz.text import Message, Problem, _, both
from cnnviz.web import compare, downloads
from cnnviz.web.components.player import STEP, TAB
from cnnviz.web.films import ask_for_film, choose_plan, show_film
from cnnviz.web.made_files import file

WIDTHS = {"small": 800, "medium": 1600, "large": 3200}  # pixels
SIZES = {
    "small": Message("small, {pixels} pixels", pixels=WIDTHS["small"]),
    "medium": Message("medium, {pixels} pixels", pixels=WIDTHS["medium"]),
    "large": Message("large, {pixels} pixels", pixels=WIDTHS["large"]),
}
THEMES = {
    "light": Message("light"),
    "dark": Message("dark"),
    "transparent": Message("transparent"),
    "transparent-dark": Message("transparent, dark"),
}
PRESS = Message("For a step, press “share step” in the player.")


def here() -> str:
    """The address of the page as it is now, packed if it is long; empty where no browser has asked."""
    base, _, page = (st.context.url or "").rpartition("/")
    query = {name: value for name, value in st.query_params.items() if (name, value) != ("tab", TAB)}
    return address(base, page, query) if base else ""


def share(staged: Staged | None, uploads: bool = False) -> None:
    """Links, and files if there is a player's scene on stage.

    Parameters
    ----------
    uploads : bool
        Something on stage came from a file of the reader's own: no link can bring it back.
    """
    links(uploads)
    if staged:
        with suppress(Problem):  # which is said where the scenes are
            rival = compare.scene()
            staged = replace(staged, beside=rival[1].blob if rival else b"")
        files(replace(staged, opens=opening(st.query_params.to_dict())[0].step))


def links(uploads: bool) -> None:
    """The link itself, as a code for phones, and for other pages."""
    try:
        link = here()
    except LinkError as problem:
        st.info(str(problem))
        return
    if not link:
        return
    st.code(link, language=None, wrap_lines=True)
    st.caption(opens(uploads))
    if told := reach(link):
        st.caption(f":material/info: {told}")
    with st.container(horizontal=True):
        with st.popover(_("QR code"), icon=":material/qr_code_2:"):
            show_code(link)
        with st.popover(_("Embed"), icon=":material/code:"):
            st.caption(_("For a course page or slides in HTML:"))
            with suppress(LinkError):
                st.code(embed(link), language="html", wrap_lines=True)


def opens(uploads: bool) -> str:
    """What the link brings back, and what it does not."""
    places = [str(words) for name, words in TOLD.items() if name in st.query_params]
    said = (
        _("Opens this very screen, {places}.", places=both(places))
        if places
        else _("Opens this very screen. {press}", press=PRESS)
    )
    return _("{said} Your own file is not in it: attach that as well.", said=said) if uploads else said


def show_code(link: str) -> None:
    """The link for the phones in the room."""
    try:
        st.image(qr(link, st.context.theme.type == "dark"), width=480)
    except LinkError as problem:
        st.info(str(problem))


def files(staged: Staged) -> None:
    """Choose a kind of file, how it is to be, and take it."""
    st.caption(_("Files of `{layer}`, window by window.", layer=staged.done.layer.code()))
    if staged.beside:
        st.caption(_("Pictures, films and the page show both scenes; numbers and code are of this layer."))
    kinds = [ending for ending, kind in KINDS.items() if kind.family != "code" or staged.code]
    ending = st.selectbox(_("file"), kinds, key="_file", format_func=lambda one: str(KINDS[one].words))
    try:
        ready(ending)
        if KINDS[ending].family == "film":
            ask_for_film(staged, ending, film(staged))
        else:
            wanted = picture(staged) if KINDS[ending].family == "picture" else Wanted()
            name = staged.file_name(ending)
            make = partial(file, staged, ending, wanted)
            downloads.offer(_("Download {name}", name=name), make, name, KINDS[ending].mime)
    except ExportError as problem:
        st.warning(str(problem), icon=":material/info:")
    show_film()


def picture(staged: Staged) -> Wanted:
    """How a picture is to be."""
    last, start = staged.steps, staged.step + 1
    key = f"_step_{last}_{start}"
    step = st.session_state.pop(STEP, None)
    if step is not None:  # the player's, where "share step" was pressed
        st.session_state[key] = min(last, step + 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = st.number_input(_("step"), 1, last, start, key=key, help=_("as the player counts; the last shows all"))
        look = choose_look("medium", transparent=True)
    return Wanted(look, int(step) - 1)


def film(staged: Staged) -> Wanted:
    """How a film is to be."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        plan = choose_plan(staged)
        look = choose_look("small", transparent=False)
    return Wanted(look, None, plan)


def choose_look(width: str, transparent: bool) -> Look:
    """Theme and size."""
    dark = st.context.theme.type == "dark"
    themes = [one for one in THEMES if transparent or "transparent" not in one]
    theme = st.selectbox(_("colours"), themes, int(dark), key=f"_theme_{dark}_{transparent}", format_func=said(THEMES))
    at = list(WIDTHS).index(width)
    size = st.selectbox(_("width"), list(WIDTHS), at, key=f"_width_{transparent}", format_func=said(SIZES))
    return Look(dark="dark" in theme, transparent="transparent" in theme, width_px=WIDTHS[size])


def said(words: Mapping[str, Message]) -> Callable[[str], str]:
    """How options are spelled on screen."""
    return lambda one: str(words[one])
