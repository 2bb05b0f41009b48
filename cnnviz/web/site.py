"""The pages of the site: their files, their names in addresses and their titles, in the order of the navigation."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from cnnviz.text import Message

ROOT = Path(__file__).parents[2]
TITLES = {
    "home": Message("Home"),
    "convolution": Message("Convolution"),
    "matrix": Message("As a matrix"),
    "pooling": Message("Pooling"),
    "output_size": Message("Output size"),
    "gating": Message("Gating"),
    "normalisation": Message("Norms & dropout"),
    "shapes": Message("Flatten & Linear"),
    "spectrogram": Message("Spectrogram"),
    "network": Message("Networks"),
    "training": Message("Training"),
    "gallery": Message("Gallery"),
}
MENU = {"matrix": Message("Matrix"), "normalisation": Message("Norms")}  # shorter there: all fit at 1,280 pixels


def pages() -> list[Page]:
    """The pages; made anew each run, as Streamlit wants them."""
    return [
        st.Page(ROOT / f"pages/{name}.py", title=str(title), default=name == "home")
        for name, title in (TITLES | MENU).items()
    ]
