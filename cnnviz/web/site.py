"""The pages of the site, each named here alone."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from cnnviz.text import _

ROOT = Path(__file__).parents[2]
HOME = "pages/home.py"
CONVOLUTION = "pages/convolution.py"
POOLING = "pages/pooling.py"
OUTPUT_SIZE = "pages/output_size.py"
GATING = "pages/gating.py"
NORMALISATION = "pages/normalisation.py"
SHAPES = "pages/shapes.py"
SPECTROGRAM = "pages/spectrogram.py"
NETWORK = "pages/network.py"
GALLERY = "pages/gallery.py"


def pages() -> list[Page]:
    """The pages, in the order of the navigation; made anew each run, as Streamlit wants them."""
    return [
        st.Page(ROOT / HOME, title=_("Home"), default=True),
        st.Page(ROOT / CONVOLUTION, title=_("Convolution")),
        st.Page(ROOT / POOLING, title=_("Pooling")),
        st.Page(ROOT / OUTPUT_SIZE, title=_("Output size")),
        st.Page(ROOT / GATING, title=_("Gating")),
        st.Page(ROOT / NORMALISATION, title=_("Normalisation")),
        st.Page(ROOT / SHAPES, title=_("Flatten & Linear")),
        st.Page(ROOT / SPECTROGRAM, title=_("Spectrogram")),
        st.Page(ROOT / NETWORK, title=_("Networks")),
        st.Page(ROOT / GALLERY, title=_("Gallery")),
    ]
