"""What moves the widgets of a sound and of a DESED network besides the reader's hand."""

from contextlib import suppress
from dataclasses import asdict
from typing import Any

import streamlit as st

from cnnviz.inputs.logmel import DESED
from cnnviz.networks.checkpoint import Checkpoint, CheckpointError
from cnnviz.scenes.query.desed import NETWORKS, values_of
from cnnviz.scenes.query.inputs import MEL, PART
from cnnviz.scenes.query.weights import CHOICE, RANDOM
from cnnviz.scenes.weights import opened
from cnnviz.tensorfile import TensorError
from cnnviz.text import _
from cnnviz.web.form import content
from cnnviz.web.page import follow
from cnnviz.web.widgets import place


def take_part(start: float, stop: float) -> None:
    """Analyse what was selected; for callbacks."""
    place(dict(zip(PART, (round(start, 2), round(stop, 2)), strict=True)))


def offer_whole(stop: float | None) -> None:
    """The way back from a part."""
    if any(st.session_state.get(name) is not None for name in PART):
        st.button(_("Whole sound"), icon=":material/undo:", on_click=follow, args=(dict.fromkeys(PART),))


def offer_desed(is_open: Any) -> None:
    """Every number of the log-mel as in the DESED baselines."""
    values = {MEL + name: value for name, value in asdict(DESED).items()}
    st.button(_("DESED"), help=_("all as in the DESED baselines"), on_click=follow, args=(values,))


def start_over() -> None:
    """Another preset brings its own values."""
    name = st.session_state["network"]
    random = st.session_state.get(CHOICE.key, RANDOM) == RANDOM
    place(values_of(NETWORKS[name]) | {"training": random and name != "checkpoint"})


def take_mode() -> None:
    """Trained weights are used as they are in use; random ones have no statistics to use."""
    random = st.session_state[CHOICE.key] == RANDOM
    place({"training": random})
    made = {"log-mel", "events"}  # sounds of our own; nobody's file is put away
    if st.session_state.get("input") in made:
        place({"input": "log-mel" if random else "events"})


def take_guesses() -> None:
    """Another checkpoint brings what it says and what is guessed."""
    file = content("checkpoint_file")
    if file:
        with suppress(CheckpointError, TensorError):
            place(values_of(opened(Checkpoint(*file)).architecture.desed))


CHANGED = {"network": start_over, CHOICE.key: take_mode, "checkpoint_file": take_guesses}
BEHIND = {"to": offer_whole, "log_mel": offer_desed}
