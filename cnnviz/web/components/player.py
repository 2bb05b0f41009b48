"""The player: a scene, alive in the browser; see ``static/player``."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Literal, get_args

import streamlit as st
from streamlit.errors import StreamlitAPIException

from cnnviz.scenes.blob import also
from cnnviz.scenes.opening import LOOK, MOST_STEPS, PIN, TOLD, Opening, looks, opened_at, opening
from cnnviz.text.part import Part
from cnnviz.web import loss_here, nudging
from cnnviz.web.components.component import component, message, whole

Role = Literal["", "leads", "follows", "alone"]
TAB = "Share"  # opens for whoever wants to share, and not for those who get the link
SEEN = "_seen"  # which scene is on stage
STEP = "_shared_step"  # from 0; see `cnnviz.web.share`

# As high as most scenes, so that the page below does not jump when the player starts.
ROOM = 'data-role="{role}" style="min-height: 620px"'

_mount = {role: component(f"cnnviz_player_{role}", "player/player", ROOM.format(role=role)) for role in get_args(Role)}


def player(blob: bytes, key: str, role: Role = "", above: Sequence[Part] = (), below: Sequence[Part] = ()) -> None:
    """Show a scene, or another one in the same player: the playhead stays where it was.

    Parameters
    ----------
    blob : bytes
        As `Scene.to_bytes` gives it.
    key : str
        One player each; a player with the same key goes on where it was.
    above, below : lines
        What is said of the scene, over the stage and under the controls. It travels with the scene: each element of a
        page costs the browser as much as a knob.
    role : "", "leads", "follows" or "alone"
        Players that are compared share one playhead: one leads and has the controls, the others follow.
        One that is alone stands on a page without a tab to share it.
    """
    place = {"alone": lambda scene: scene, "follows": pinned}.get(role, placed)
    callbacks = {
        "on_shared_change": partial(shared, key),
        "on_nudge_change": partial(nudged, key),
        "on_loss_change": partial(moved, key),
    }
    _mount[role](key=key, data=with_lines(place(blob), above, below), **callbacks)


def with_lines(blob: bytes, above: Sequence[Part], below: Sequence[Part]) -> bytes:
    """The scene with what is said of it."""
    return also(blob, {"about": {"above": above, "below": below}}) if above or below else blob


def nudged(key: str) -> None:
    """Nudge the cell that was asked for; for callbacks."""
    nudging.ask(message(key, "nudge"))


def moved(key: str) -> None:
    """Make the cell of dY that was asked for the loss; for callbacks."""
    loss_here.ask(message(key, "loss"))


def shared(key: str) -> None:
    """Open the tab that shares, for the step that was asked for; for callbacks."""
    said = message(key, "shared")
    match said:
        case {"step": step} if whole(step, MOST_STEPS):
            st.session_state[STEP] = step
            st.session_state["tab"] = TAB
            with suppress(StreamlitAPIException):  # the tabs are on the page, and write it themselves
                st.query_params["tab"] = TAB
            hold(said)


def hold(said: Mapping[str, Any]) -> None:
    """Put the step, the pinned cell and the player's knobs, as a browser tells them, into the address."""
    step, pin, look = said.get("at"), said.get(PIN), said.get(LOOK)
    knobs = looks(look) if isinstance(look, dict) else ()
    where = Opening(step if whole(step, MOST_STEPS) else None, pin if isinstance(pin, str) else "", knobs)
    forget()
    st.query_params.update(opening(where.words())[0].words())


def forget() -> None:
    """Take what is of one scene's player out of the address."""
    for word in TOLD:
        if word in st.query_params:
            del st.query_params[word]


def placed(blob: bytes) -> bytes:
    """The scene as the address opens it. Step and pin are of one scene: another one begins without them."""
    state, now = st.session_state, hash(blob)
    if not any(word in st.query_params for word in TOLD):
        state[SEEN] = now
        return blob
    if state.setdefault(SEEN, now) != now:
        forget()
        state[SEEN] = now
        return blob
    where, _ = opening(st.query_params.to_dict())
    return opened_at(blob, where)


def pinned(blob: bytes) -> bytes:
    """The scene of a player that follows, with the pinned cell and the knobs of the one that leads, drawn before it."""
    where, _ = opening(st.query_params.to_dict())
    return opened_at(blob, replace(where, step=None)) if where.pin or where.look else blob
