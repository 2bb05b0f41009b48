"""What channels answer to, on the pages that show networks whose weights ship."""

import streamlit as st

from cnnviz.scenes import shipped
from cnnviz.scenes.blob import also
from cnnviz.scenes.exciting.shown import name_of, panel_of, tells_all, tells_of, words
from cnnviz.scenes.query.exciting import ask_tells
from cnnviz.scenes.weights import Seeded
from cnnviz.web.components.answers import answers
from cnnviz.web.form import WIDGETS


def sorted_network(blob: bytes, weights: Seeded) -> bytes:
    """All maps of a network, with how well its channels tell the classes that are asked for."""
    name = name_of(weights)
    asked = asked_of(name)
    return also(blob, {"tells": tells_all(name, *asked)}) if asked else blob


def sorted_stage(blob: bytes, weights: Seeded, stage: str) -> bytes:
    """All channels of a stage, the same."""
    name = name_of(weights)
    asked = asked_of(name)
    values = tells_of(name, stage, *asked) if asked else []
    return also(blob, {"tells": {"words": words(*asked), "values": values}}) if asked and values else blob


def asked_of(name: str) -> tuple[str, str | None] | None:
    """Which class channels shall tell from which, asked in one row; None where it is not known of these weights."""
    if not name:
        return None
    with st.container(horizontal=True, gap="small"):
        return ask_tells(WIDGETS, shipped.data_of(name).classes)


def show_answers(weights: Seeded, stage: str, channel: int, key: str) -> None:
    """What excites a channel most, and the classes that it tells from the rest; nothing where that is not known."""
    name = name_of(weights)
    blob = panel_of(name, stage, channel) if name else None
    if blob:
        answers(blob, key)
