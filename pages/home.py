"""Home: what this is, and where to start."""

import streamlit as st

from cnnviz.content.links import Card
from cnnviz.content.presets import CARDS
from cnnviz.core.layers import Conv
from cnnviz.inputs.samples import Digit
from cnnviz.networks.chain import chain
from cnnviz.scenes.build import show
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Named
from cnnviz.text import _
from cnnviz.web.components.player import player
from cnnviz.web.page import embedded
from cnnviz.web.shell import inside_frame

PICTURES = "/app/static/cards"  # served as they are; of a file on disk Streamlit makes a JPEG at each run
FIRST = Request(chain(Conv()), Digit(), Named("sobel_x"))


def picture(card: Card) -> str:
    """Where the card's recorded picture is served, in the visitor's theme."""
    return f"{PICTURES}/{card.name}-{st.context.theme.type or 'light'}.webp"


def show_card(card: Card) -> None:
    with st.container(border=True):
        st.image(picture(card), width="stretch", alt=str(card.alt))
        st.html(card.html(card.title))
        st.caption(str(card.words))


def introduce() -> None:
    """What this is."""
    st.title(_("See convolution happen"), anchor=False)
    st.markdown(
        _(
            "A real PyTorch layer runs on a real input. Watch its window slide, read every product, "
            "and see each value checked against torch."
        )
    )
    st.page_link(
        "pages/convolution.py", label=_("**Start here**: set kernel, stride and padding"), icon=":material/tune:"
    )
    st.page_link(
        "pages/training.py",
        label=_("**Watch a network learn**: its kernels change with each step"),
        icon=":material/school:",
    )


inside_frame()
if not embedded():
    introduce()
player(show(FIRST).blob, key="home", role="alone")
if not embedded():
    with st.grid(3, min_column_width=260):
        for card in CARDS:
            show_card(card)
