"""Two scenes on one stage: one leads, the other follows it under the same playhead."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from cnnviz.text import _
from cnnviz.text.part import Part
from cnnviz.web import compare
from cnnviz.web.about import caption, facts, told
from cnnviz.web.components.player import Role, player
from cnnviz.web.page import embedded

OPEN = "_compare"


def pair(first: Callable[[Role], None], second: Callable[[Role], None], wide: bool = False) -> None:
    """What leads and what follows it, beside each other where there is room."""
    with st.container(horizontal=not wide, key=None if wide else "pair"):
        with st.container():
            first("leads")
        with st.container():
            second("follows")


def on_stage(page: str, key: str, scene: compare.Scene, above: Sequence[Part] = (), below: Sequence[Part] = ()) -> None:
    """A layer in the player, beside it what the address puts there, and under them the way to put something there.

    Parameters
    ----------
    above, below : lines
        What is said of a layer that stands alone.
    """
    if rival := compare.beside():
        pair(partial(one, key, scene), partial(one, f"{key}_rival", rival))
    else:
        player(scene[1].blob, key, "", above, below)
    if embedded():
        return
    way = st.popover(_("Compare"), icon=":material/compare:", key=OPEN, on_change="rerun")
    if way.open:
        with way:
            compare.offer(page)


def one(key: str, scene: compare.Scene, role: Role) -> None:
    """A player, with what is said of its scene."""
    request, shown = scene
    player(shown.blob, key, role, [*told(shown), *caption(request, shown)], facts(shown))
