"""The player: a scene, alive in the browser; see ``static/player``."""

from contextlib import suppress
from typing import Literal, get_args

import streamlit as st
from streamlit.errors import StreamlitAPIException

from cnnviz.component import component, message, whole

Role = Literal["", "leads", "follows", "alone"]
TAB = "Share"  # opens for whoever wants to share, and not for those who get the link
MOST_STEPS = 2**31  # more than any scene has
STEP = "_shared_step"  # from 0; see `cnnviz.share`

# As high as most scenes, so that the page below does not jump when the player starts.
ROOM = 'data-role="{role}" style="min-height: 620px"'

_mount = {role: component(f"cnnviz_player_{role}", "player/player", ROOM.format(role=role)) for role in get_args(Role)}


def player(blob: bytes, key: str, role: Role = "") -> None:
    """Show a scene, or another one in the same player: the playhead stays where it was.

    Parameters
    ----------
    blob : bytes
        As `Scene.to_bytes` gives it.
    key : str
        One player each; a player with the same key goes on where it was.
    role : "", "leads", "follows" or "alone"
        Players that are compared share one playhead: one leads and has the controls, the others follow.
        One that is alone stands on a page without a tab to share it.
    """

    def shared() -> None:
        match message(key, "shared"):
            case {"step": step} if whole(step, MOST_STEPS):
                st.session_state[STEP] = step
                st.session_state["tab"] = TAB
                with suppress(StreamlitAPIException):  # the tabs are on the page, and write it themselves
                    st.query_params["tab"] = TAB

    _mount[role](key=key, data=blob, on_shared_change=shared)
