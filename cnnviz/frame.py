"""The frame round every page: navigation, title, icon."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from cnnviz.panels import place

ROOT = Path(__file__).parents[1]
MARK = "_framed"  # names of our own start with a line, those of widgets do not
PAGE = "_page"
KEPT = "_kept"

# Streamlit leaves much air at the top; a projector has none to spare.
STYLE = """<style>
.stMainBlockContainer { padding: 4rem clamp(1rem, 3vw, 5rem) 3rem; }
.stMainBlockContainer h1 { font-size: 1.7rem; padding: 0; }
a.scene { color: inherit; font-weight: 600; text-decoration: underline; }
.st-key-pair { flex-wrap: wrap; }
.st-key-pair > div { flex: 1 1 430px !important; min-width: min(100%, 430px); }
.questions { columns: 2 18rem; column-gap: 2rem; padding: 0; margin: 0; list-style: none; }
.questions li { break-inside: avoid; margin-bottom: 1rem; }
.questions li div, .asked { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
details summary { cursor: pointer; }
details p { margin: 0; }
[data-testid="stSidebarUserContent"] { padding-top: 0.5rem; }
[data-testid="stSidebarHeader"] { height: 2.2rem; margin-bottom: 0; }
</style>"""

ABOUT = "cnnviz shows convolution happen. Every number on screen is checked against torch."

HOME = "pages/home.py"
CONVOLUTION = "pages/convolution.py"
POOLING = "pages/pooling.py"
GATING = "pages/gating.py"
NORMALISATION = "pages/normalisation.py"
SHAPES = "pages/shapes.py"
SPECTROGRAM = "pages/spectrogram.py"
NETWORK = "pages/network.py"


def pages() -> list[Page]:
    """The pages, in the order of the navigation; made anew each run, as Streamlit wants them."""
    return [
        st.Page(ROOT / HOME, title="Home", icon=":material/home:", default=True),
        st.Page(ROOT / CONVOLUTION, title="Convolution", icon=":material/grid_on:"),
        st.Page(ROOT / POOLING, title="Pooling", icon=":material/compress:"),
        st.Page(ROOT / GATING, title="Gating", icon=":material/tune:"),
        st.Page(ROOT / NORMALISATION, title="Normalisation", icon=":material/equalizer:"),
        st.Page(ROOT / SHAPES, title="Shapes", icon=":material/swap_horiz:"),
        st.Page(ROOT / SPECTROGRAM, title="Spectrogram", icon=":material/graphic_eq:"),
        st.Page(ROOT / NETWORK, title="Networks", icon=":material/account_tree:"),
    ]


def navigate() -> Page:
    """Title, icon and menu, then the navigation; returns the page that the address names.

    The icon is set first: without one, the browser would fetch the page's own from another host.
    """
    st.set_page_config(
        page_title="cnnviz",
        page_icon=str(ROOT / "static" / "icon.png"),
        layout="wide",
        initial_sidebar_state=360,  # pixels: two number boxes side by side keep their plus and minus
        menu_items={"About": ABOUT},  # a menu with an entry also offers the theme
    )
    return st.navigation(pages(), position="top")


def run() -> None:
    """Draw the frame and the page in it."""
    page = navigate()
    arrive(page.url_path)
    st.html(STYLE)
    st.session_state[MARK] = True
    page.run()
    leave(page.url_path)


def arrive(path: str) -> None:
    """On another page, put the knobs of the last one away: many bear the same name, and would bring their values along.

    A page that was left finds its own knobs as they were, unless the address says something else.
    """
    state = st.session_state
    if state.get(PAGE) not in (None, path):
        for key in list(state):
            if not str(key).startswith("_"):
                del state[key]
        if not st.query_params:
            place(state.get(KEPT, {}).get(path, {}))
    state[PAGE] = path


def leave(path: str) -> None:
    """Keep what the address holds, for when the reader comes back."""
    state = st.session_state
    kept = {key: state[key] for key in st.query_params if key in state}
    state[KEPT] = state.get(KEPT, {}) | {path: kept}


def inside_frame() -> None:
    """Call first in every page.

    While a folder ``pages`` exists, the first deep link of a new server runs the page's file alone. Naming the pages
    and starting over puts the frame round it.
    """
    if not st.session_state.pop(MARK, False):
        navigate()
        st.rerun()
