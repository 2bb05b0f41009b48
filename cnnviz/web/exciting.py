"""What channels answer to, on the pages that show networks: of weights that ship, or in a corpus that is opened."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnviz.scenes.blob import also
from cnnviz.scenes.corpus import CorpusError
from cnnviz.scenes.exciting.shown import Known, tells_all, tells_of, words
from cnnviz.scenes.query.exciting import ask_tells
from cnnviz.web.components.answers import answers
from cnnviz.web.form import WIDGETS
from cnnviz.web.markdown import plain
from cnnviz.web.widgets import place, redraw_page


def sorted_network(blob: bytes, known: Known | None) -> bytes:
    """All maps of a network, with how well its channels tell the classes that are asked for."""
    asked = asked_of(known)
    try:
        return also(blob, {"tells": tells_all(known, *asked)}) if known and asked else blob
    except CorpusError:  # which `show_answers` says
        return blob


def sorted_stage(blob: bytes, known: Known | None, stage: str) -> bytes:
    """All channels of a stage, the same."""
    asked = asked_of(known)
    try:
        values = tells_of(known, stage, *asked) if known and asked else []
    except CorpusError:  # which `show_answers` says
        return blob
    return also(blob, {"tells": {"words": words(*asked), "values": values}}) if asked and values else blob


def asked_of(known: Known | None) -> tuple[str, str | None] | None:
    """Which class channels shall tell from which, asked in one row; None where no classes are known."""
    if not known or not known.classes:
        return None
    with st.container(horizontal=True, gap="small"):
        return ask_tells(WIDGETS, known.classes)


def show_answers(known: Known | None, stage: str, channel: int, key: str) -> None:
    """What excites a channel most, and the classes that it tells from the rest; nothing where that is not known."""
    try:
        blob = known.panel(stage, channel) if known else None
        words = known.opens(stage, channel) if known and blob and stage in known.stages else []
    except CorpusError as problem:
        st.warning(plain(str(problem)), icon=":material/info:")
        return
    if blob:
        answers(blob, key, lambda tile: opened(words[tile]) if tile < len(words) else None)


def opened(words: Mapping[str, Any]) -> None:
    """Put what a tile opens on stage; for callbacks."""
    place(words)
    redraw_page()
