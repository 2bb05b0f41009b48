"""What a number owes to the input's cells, as columns of maps or at work in the player."""

from functools import partial
from typing import Any

import streamlit as st

from cnnviz.export import Look
from cnnviz.export.explained import explained_at_work, maps_numbers, maps_picture
from cnnviz.scenes.build import show
from cnnviz.scenes.explain import Explained
from cnnviz.scenes.query.attribution import SHOW, WORK
from cnnviz.scenes.request import Request
from cnnviz.text import Message, _, in_turn
from cnnviz.web import downloads, markdown
from cnnviz.web.components.overview import overview
from cnnviz.web.components.player import player
from cnnviz.web.share import here, share
from cnnviz.web.widgets import place, redraw_page

CAN = Message(
    "Such a map tells what the network computes, not what it has learned: with random weights it shows the layers "
    "alone. A gradient speaks of small changes only, and an occlusion of this window and this filling."
)

MAPS = Message("Files of the maps of this attribution, all beside each other.")
STILL = Message("In a map of gradients nothing slides, so there is no film of it.")


def explained(shown: Explained, key: str, at_work: bool) -> None:
    """The columns, or where there is one and it is wanted, the player."""
    st.markdown(markdown.plain(shown.told))
    st.caption(str(CAN))
    if at_work and shown.work:
        player(scene_of(shown.work), f"{key}_explained", "alone")
    else:
        overview(shown.blob, f"{key}_attribution", enter)
    if shown.notice:
        st.info(shown.notice)


def share_explained(request: Request, shown: Explained, own: bool) -> None:
    """Links, files of what slides, and those of all columns."""
    staged = explained_at_work(request, shown, here())
    share(staged, own)
    st.caption(str(MAPS if staged else in_turn([MAPS, STILL])))
    look = Look(dark=st.context.theme.type == "dark")
    with st.container(horizontal=True):
        for label, name, make in (
            (_("Picture of all maps"), "attribution.png", partial(maps_picture, request, shown, look)),
            (_("Numbers of all maps"), "attribution.npz", partial(maps_numbers, request, shown)),
        ):
            downloads.offer(label, make, name)


def scene_of(work: Any) -> bytes:
    """The scene of what a player shows."""
    return work if isinstance(work, bytes) else show(*work).blob


def enter(column: str) -> None:
    """Show a column at work; for callbacks."""
    place({SHOW.key: WORK})
    redraw_page()
