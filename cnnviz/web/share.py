"""The tab Share: links to what is on stage, and files of it."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import streamlit as st

from cnnviz.content.address import LinkError, address, reach
from cnnviz.content.embed import embed, qr
from cnnviz.export import KINDS, Estimate, ExportError, Look, Plan, Staged, Wanted, estimate, make
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.opening import TOLD, opening
from cnnviz.web.components.player import STEP, TAB

STAGED = "_staged"  # what is on stage; the command line reads it there
ASKED, MADE = "_asked_film", "_made"  # of films, by what they are of: asked for, and the last one
WIDTHS = {"small": 800, "medium": 1600, "large": 3200}  # pixels
PRESS = "For a step, press “share step” in the player."
FILM = 800  # pixels: a film's width to begin with


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
    if staged:
        staged = replace(staged, opens=opening(st.query_params.to_dict())[0].step)
    st.session_state[STAGED] = staged
    links(uploads)
    if staged:
        files(staged)


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
        with st.popover("QR code", icon=":material/qr_code_2:"):
            show_code(link)
        with st.popover("Embed", icon=":material/code:"):
            st.caption("For a course page or slides in HTML:")
            with suppress(LinkError):
                st.code(embed(link), language="html", wrap_lines=True)


def opens(uploads: bool) -> str:
    """What the link brings back, and what it does not."""
    places = [words for name, words in TOLD.items() if name in st.query_params]
    said = f"Opens this very screen, {' and '.join(places)}." if places else f"Opens this very screen. {PRESS}"
    return f"{said} Your own file is not in it: attach that as well." if uploads else said


def show_code(link: str) -> None:
    """The link for the phones in the room."""
    try:
        st.image(qr(link, st.context.theme.type == "dark"), width=480)
    except LinkError as problem:
        st.info(str(problem))


def files(staged: Staged) -> None:
    """Choose a kind of file, how it is to be, and take it.

    No fragment of the page: Streamlit lets one run to its end, and a film could not be called off.
    """
    st.caption(f"Files of `{staged.done.layer.code()}`, window by window.")
    kinds = [ending for ending, kind in KINDS.items() if kind.family != "code" or staged.code]
    ending = st.selectbox("file", kinds, key="_file", format_func=lambda one: KINDS[one].words)
    try:
        if KINDS[ending].family == "film":
            film(staged, ending)
        else:
            wanted = picture(staged) if KINDS[ending].family == "picture" else Wanted()
            download(staged, ending, lambda: make(staged, ending, wanted))
    except ExportError as problem:
        st.warning(str(problem), icon=":material/info:")


def download(staged: Staged, ending: str, data: Any) -> None:
    name = staged.file_name(ending)
    st.download_button(
        f"Download {name}", data, name, KINDS[ending].mime, icon=":material/download:", on_click="ignore"
    )


def picture(staged: Staged) -> Wanted:
    """How a picture is to be."""
    last, start = staged.steps, staged.step + 1
    key = f"_step_{last}_{start}"
    step = st.session_state.pop(STEP, None)
    if step is not None:  # the player's, where "share step" was pressed
        st.session_state[key] = min(last, step + 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = st.number_input("step", 1, last, start, key=key, help="as the player counts; the last shows all")
        look = choose_look("medium", transparent=True)
    return Wanted(look, int(step) - 1)


def choose_look(width: str, transparent: bool) -> Look:
    """Theme and size."""
    dark = st.context.theme.type == "dark"
    themes = ["light", "dark", *(["transparent", "transparent, dark"] if transparent else [])]
    theme = st.selectbox("colours", themes, int(dark), key=f"_theme_{dark}_{transparent}")
    size = st.selectbox(
        "width", list(WIDTHS), list(WIDTHS).index(width), key=f"_width_{transparent}", format_func=spelled_width
    )
    return Look(dark="dark" in theme, transparent="transparent" in theme, width_px=WIDTHS[size])


def spelled_width(name: str) -> str:
    """
    >>> spelled_width("medium")
    'medium, 1600 pixels'
    """
    return f"{name}, {WIDTHS[name]} pixels"


def film(staged: Staged, ending: str) -> None:
    """How a film is to be, how large it will be, and its making, which can be called off."""
    steps, channels = staged.steps, len(staged.done.y)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = st.selectbox("part", ["all steps", "one channel", "from … to"], key="_part")
        channel = None
        first, last = 1, None
        if part == "one channel":
            channel = int(st.number_input("channel", 0, channels - 1, 0, key=f"_channel_{channels}"))
        elif part != "all steps":
            first = int(st.number_input("first step", 1, steps, 1, key=f"_first_{steps}"))
            last = int(st.number_input("last step", 1, steps, steps, key=f"_last_{steps}")) - 1
        seconds = st.number_input("seconds per step", 0.02, 10.0, 0.2, 0.1, key="_seconds")
        most = int(
            st.number_input("pictures at most", 2, 5000, 300, 100, key="_most", help="of more, every nth is shown")
        )
        look = choose_look("small", transparent=False)
    wanted = Wanted(look, None, Plan(channel, first - 1, last, float(seconds), most))
    told = estimated(staged.blob, look, wanted.plan, ending)
    st.caption(f"{told.frames:,} pictures, {told.seconds:.1f} s, about {megabytes(told.size)}.")
    key = (ending, wanted, hash(staged.blob))
    st.button("Make the film", icon=":material/movie:", on_click=st.session_state.update, kwargs={ASKED: True})
    if st.session_state.get(ASKED) is True:  # of what is set now; of anything else it has to be asked for again
        st.session_state[ASKED] = key
    made_of, data = st.session_state.get(MADE, (None, b""))
    if made_of != key and st.session_state.get(ASKED) == key:
        data = filmed(staged, ending, wanted)
        made_of, st.session_state[MADE] = key, (key, data)
    if made_of == key:
        download(staged, ending, data)
        st.caption(f"{megabytes(len(data))}.")


def filmed(staged: Staged, ending: str, wanted: Wanted) -> bytes:
    """The film, under a bar. Whatever is pressed starts the script anew, and so ends this at the next picture."""
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "The first picture …")
        st.button("Cancel", key="_cancel", on_click=st.session_state.pop, args=(ASKED, None))

    def progress(done: int, of: int) -> None:
        bar.progress(done / of, f"Picture {done:,} of {of:,}")

    data = make(staged, ending, wanted, progress)
    place.empty()
    return data


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs={Look: repr, Plan: repr})
def estimated(blob: bytes, look: Look, plan: Plan, ending: Any) -> Estimate:
    """What a film will be."""
    return estimate(Scene.from_bytes(blob), look, plan, ending)


def megabytes(size: int) -> str:
    """
    >>> megabytes(123_456), megabytes(12_345_678)
    ('123 kB', '12.3 MB')
    """
    return f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"
