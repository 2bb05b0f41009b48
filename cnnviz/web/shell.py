"""The frame round every page: navigation, title, icon."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st
from streamlit.navigation.page import Page

from cnnviz.content.address import LinkError
from cnnviz.scenes.opening import opening
from cnnviz.scenes.query.bare import bare, says_nothing
from cnnviz.text import Message, _
from cnnviz.web.choices import OPEN, agree, open_tab
from cnnviz.web.clean import Cleaned, one_each, spread
from cnnviz.web.components.files import base
from cnnviz.web.history import begins_anew, offer, remember
from cnnviz.web.lacking import lacking
from cnnviz.web.languages import hold, listen
from cnnviz.web.markdown import plain
from cnnviz.web.page import embedded
from cnnviz.web.pinned import pin, rewrite
from cnnviz.web.settled import settle
from cnnviz.web.share import here
from cnnviz.web.site import ROOT, pages
from cnnviz.web.visits import TOLD, arrive, leave, visited
from cnnviz.web.vocabulary import OWN, words

MARK = "_framed"  # names of our own start with a line, those of widgets do not

# Streamlit leaves much air at the top; a projector has none to spare.
STYLE = """<style>
.stElementContainer:has(> .stHtml > style) { display: none; }
.stMainBlockContainer { padding: 4rem clamp(1rem, 3vw, 5rem) 3rem; }
.stMainBlockContainer h1 { font-size: 1.7rem; padding: 0; }
[data-testid="stPageLink"] :is(span, div, p) { white-space: normal; }
a.scene { color: inherit; font-weight: 600; text-decoration: underline; }
/* two knobs to a row, one that is left over fills it; a :has() here would cost each change 5 ms */
[class*="knobs"] > * { flex: 1 1 100% !important; min-width: 0; }
[class*="knobs"] > .stElementContainer { flex-basis: calc(50% - 0.5rem) !important; }
/* up to six passes in one row */
.st-key-pass button { padding-inline: 0.3rem; }
:is(.st-key-pair, .st-key-verdict) { flex-wrap: wrap; }
:is(.st-key-pair, .st-key-verdict) > div { flex: 1 1 430px !important; min-width: min(100%, 430px); }
.st-key-sizes { flex-wrap: wrap; }
.st-key-sizes > div { flex: 1 1 280px !important; min-width: min(100%, 280px); }
@media (min-width: 1000px) {
  /* a knob in one line with its name: maps of a network begin higher */
  :is(.st-key-quiz, .st-key-tells, .st-key-from_class) > div { display: flex; align-items: center; gap: 0.75rem; }
  :is(.st-key-quiz, .st-key-tells, .st-key-from_class) label { margin: 0; white-space: nowrap; }
  .st-key-tells { min-width: 27rem !important; }
  .st-key-from_class { min-width: 12rem !important; }
  :is(.st-key-tells, .st-key-from_class) > div > :last-child { flex: 1; min-width: 0; }
}
.questions { columns: 2 18rem; column-gap: 2rem; padding: 0; margin: 0; list-style: none; }
.questions li { break-inside: avoid; margin-bottom: 1rem; }
.questions li div, .asked { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
details summary { cursor: pointer; }
details p { margin: 0; }
[data-testid="stSidebarUserContent"] { padding-top: 0.5rem; }
[data-testid="stSidebarHeader"] { height: 2.2rem; margin-bottom: 0; }
/* all pages in the menu at 1,280 pixels: the place kept for what is running needs no more than its words */
[data-testid="stTopNav"] { padding-inline: 0.25rem; }
[data-testid="stTopNavLink"] { padding-inline: 0.2rem; }
[data-testid="stTopNavLink"] span { font-size: 0.83rem; }
[data-testid="stTopNavLink"]:focus-visible { outline: 2px solid; outline-offset: -2px; }
[data-testid="stToolbar"] > div > div:last-child { min-width: 6.5rem; width: auto; }
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], .stButton, .stDownloadButton { display: none !important; }
  .stMainBlockContainer { padding: 0 !important; }
}
@media screen and (max-height: 500px) {
  [data-testid="stSidebar"] { transition: none !important; }
  .stMainBlockContainer { padding-top: 3.9rem; }
  .stMainBlockContainer h1 { font-size: 1.2rem; }
}
.stApp [data-testid="stCaptionContainer"] { opacity: 1; color: color-mix(in srgb, currentColor 76%, transparent); }
.stApp [data-testid="stCaptionContainer"] :is(p, li) { color: inherit; }
.stApp button[data-variant][data-selected="true"] { color: inherit; }
.stCode .token:is(.token, .operator, .punctuation) { color: light-dark(#4b5163, #c3c8d6); }
.stCode .token:is(.keyword, .builtin, .class-name, .function) { color: light-dark(#14509e, #7fb8f7); }
.stCode .token:is(.string, .boolean, .comment) { color: light-dark(#12652f, #7ddb9a); }
.stCode .token:is(.number, .parameter) { color: light-dark(#0b615f, #66d6cd); }
@media (forced-colors: active) {
  .stApp button[data-variant][data-selected="true"] { outline: 3px solid Highlight; outline-offset: -3px; }
  .stApp [data-testid="stTopNavLink"][aria-current] { outline: 2px solid Highlight; }
  .stCheckbox label > span + div { border: 1px solid; background: Canvas; }
  .stCheckbox label > div > div:only-child:empty { background: CanvasText; forced-color-adjust: none; }
  .stCheckbox[data-selected="true"] label > span + div { background: Highlight; forced-color-adjust: none; }
}
</style>"""

# In a frame of another page: the sidebar's button and the way out share one low line, and the stage begins below it.
FRAMED = """<style>
.stMainBlockContainer { padding: 2.2rem 1rem 0.5rem; }
[data-testid="stHeader"] { height: 2.2rem; min-height: 0; background: transparent; }
[data-testid="stHeader"] [data-testid="stToolbar"] { height: 2.2rem; padding: 0 0.5rem; }
.stElementContainer:has(a.out) { position: fixed; z-index: 1000001; top: 0.4rem; right: 1rem; width: auto !important; }
a.out { font-size: 0.85rem; color: inherit; opacity: 0.8; }
</style>"""

SCRIPT = f"<script>{(ROOT / 'static' / 'frame' / 'sidebar.js').read_text('utf-8')}</script>"

ABOUT = Message("cnnviz shows convolution happen. Every number on screen is checked against torch.")

KNOBS = tuple(page for page in OWN if page != "network")  # with a way back of the frame's; that page has its own


def navigate() -> Page:
    """Title, icon and menu, then the navigation; returns the page that the address names.

    The icon is set first: without one, the browser would fetch the page's own from another host.
    """
    st.set_page_config(
        page_title="cnnviz",
        page_icon=str(ROOT / "static" / "icon.png"),
        layout="wide",
        # pixels: two number boxes side by side keep their plus and minus
        initial_sidebar_state="collapsed" if embedded() else 360,
        menu_items={"About": str(ABOUT)},  # a menu with an entry also offers the theme
    )
    return st.navigation(pages(), position="hidden" if embedded() else "top")


def run() -> None:
    """Draw the frame and the page in it."""
    settle()
    listen()
    page = navigate()
    if anew := begins_anew():
        rewrite({key: text for key, text in st.query_params.items() if key == OPEN})
    said, problem = heard(page.url_path, anew)
    arrive(page.url_path)
    agree()
    hold(listen())
    st.html(STYLE + (FRAMED if embedded() else "") + SCRIPT, unsafe_allow_javascript=True)
    st.session_state[MARK] = True
    notice = st.container()
    given = {key: text for key, text in st.query_params.items() if key not in st.session_state}
    way_back = st.sidebar.container() if page.url_path in KNOBS else None
    page.run()
    pin(page.url_path)
    remember(page.url_path)
    if way_back:
        with way_back:
            offer(page.url_path)
    if embedded():
        st.html(way_out(page.url_path))
    told = f"{problem} {said.told(unheeded(given))}".strip()
    if told:
        notice.warning(plain(told), icon=":material/link_off:")
    if lacks := lacking(page.url_path, said.query):
        notice.warning(plain(str(lacks)), icon=":material/info:")
    st.session_state[TOLD] = bool(told)
    leave(page.url_path)


def way_out(path: str) -> str:
    """From a frame to the same screen in a tab of its own; to the page as it begins, if no link holds the screen."""
    try:
        link = here()
    except LinkError:
        link = f"{base()}/{path}"
    return f'<a class="out" href="{escape(link)}" target="_blank" rel="noopener">{escape(_("Open in cnnviz"))}</a>'


def heard(page: str, anew: bool = False) -> tuple[Cleaned, str]:
    """What the address of this page says, clean before any widget reads it; and what is wrong with a packed one.

    A packed link is spread out over the address. Widgets and whoever shares the page find there what is left, and the
    browser shows it. One that says nothing, and opens the page or begins it anew, is given words; see `query.bare`.
    """
    given = {key: st.query_params.get_all(key) for key in st.query_params}
    try:
        said, problem = spread(given).known_to(words(page)), ""
        said = said.without(opening(said.query)[1])
    except LinkError as error:
        said, problem = Cleaned({}), _("{error} Here is the page as it begins.", error=error)
    if says_nothing(said.query) and (anew or not visited(page)):
        said = replace(said, query={**said.query, **bare(page)})
    if given != one_each(said.query):
        rewrite(said.query)
    return said, problem


def unheeded(given: Mapping[str, str]) -> dict[str, str]:
    """What the address said and no widget took, by name.

    Streamlit takes a value that a widget cannot have out of the address, and one at its default as well.
    """
    state = st.session_state
    gone = {key: text for key, text in given.items() if key not in st.query_params and key in state}
    return {key: text for key, text in gone.items() if not same(open_tab() if key == OPEN else state[key], text)}


def same(value: Any, text: str) -> bool:
    """Is this text how the address says the value?

    >>> same(3, "3"), same(True, "true"), same(0.5, "0.50"), same("conv", "pool")
    (True, True, True, False)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).lower() == text.lower()
    with suppress(ValueError):
        return float(text) == value
    return False


def inside_frame() -> None:
    """Call first in every page.

    While a folder ``pages`` exists, the first deep link of a new server runs the page's file alone. Naming the pages
    and starting over puts the frame round it.
    """
    if not st.session_state.pop(MARK, False):
        navigate()
        st.rerun()
