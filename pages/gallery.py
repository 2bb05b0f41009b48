"""Gallery: films of single settings, free to reuse, each with a link to its scene."""

from html import escape
from pathlib import PurePosixPath

import streamlit as st
from PIL import Image

from cnnviz.content.exhibit import Exhibit
from cnnviz.content.gallery import SECTIONS
from cnnviz.text import _
from cnnviz.web.components.files import base
from cnnviz.web.shell import inside_frame
from cnnviz.web.site import ROOT, TITLES

# A film fills its card; the room is kept until it is there.
STYLE = """<style>
.exhibit img { display: block; width: 100%; height: auto; }
.exhibit img.still { display: none; }
@media (prefers-reduced-motion: reduce) { .exhibit img.film { display: none; } .exhibit img.still { display: block; } }
.exhibit a { color: inherit; }
.exhibit a[download] { font-size: 0.875rem; }
.exhibit p { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; margin: 0.5rem 0 0; }
.stMainBlockContainer h3 { font-size: 1.25rem; padding: 1rem 0 0.5rem; }
</style>"""


def address(path: str) -> str:
    """Where a file of the gallery is served."""
    return f"{base()}/app/{path}"


def picture(exhibit: Exhibit, theme: str) -> str:
    """The film, and for readers who want nothing to move its last picture; fetched when it comes into view.

    No ``<source media=...>``: Chromium goes on listening for its query when the page is left, and keeps the whole card.
    """
    film, still = exhibit.film(theme), exhibit.still(theme)
    with Image.open(ROOT / still) as last:
        width, height = last.size
    rest = f'alt="{escape(str(exhibit.alt))}" width="{width}" height="{height}" loading="lazy"'
    return f'<img class="film" src="{address(film)}" {rest}><img class="still" src="{address(still)}" {rest}>'


def links(exhibit: Exhibit, theme: str) -> str:
    """To the scene, and to the film's file."""
    name = PurePosixPath(exhibit.film(theme)).name
    load = f'<a href="{address(exhibit.film(theme))}" download="{name}" target="_blank">{name}</a>'
    return f"<p>{exhibit.html(exhibit.title)}{load}</p>"


def show(exhibit: Exhibit, theme: str) -> None:
    with st.container(border=True):
        st.html(f'<div class="exhibit">{picture(exhibit, theme)}{links(exhibit, theme)}</div>')
        st.caption(str(exhibit.words))


inside_frame()
st.html(STYLE)
st.title(str(TITLES["gallery"]), anchor=False)
st.markdown(
    _(
        "Films of single settings, free to use, change and pass on. A title opens its scene, where you can change it; "
        "a file's name downloads the film. Any scene of the app can become a file: see its tab **Share**, or type"
    )
)
st.code(_('python -m cnnviz export "convolution?stride=2" strides.gif'), language="shell", wrap_lines=True)
colours = st.context.theme.type or "light"
for section, exhibits in SECTIONS.items():
    st.subheader(str(section), anchor=False)
    with st.grid(3, min_column_width=500):
        for one in exhibits:
            show(one, colours)
