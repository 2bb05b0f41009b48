"""The questions of a page, each a link with its answer."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from cnnviz.content.links import Preset
from cnnviz.scenes.opening import TOLD
from cnnviz.text import _


@st.dialog("Questions", width="large")
def questions(presets: list[Preset]) -> None:
    """Links that set the page up, with their answers. One piece of HTML, and only when asked for: it is long."""
    rows = [f"<li>{escape(str(p.question))}<div>{p.html(_('show'))}{p.answer_html()}</div></li>" for p in presets]
    st.html(f'<ul class="questions">{"".join(rows)}</ul>')


def asked(presets: list[Preset]) -> Preset | None:
    """The question that the address asks, if it is one of these; how the answer is looked at does not matter."""
    here = asks(st.query_params.to_dict())
    return next((preset for preset in presets if asks(preset.params) == here), None)


def asks(words: Mapping[str, str]) -> dict[str, str]:
    """The words of an address without the open tab and the player's own."""
    return {word: text for word, text in words.items() if word != "tab" and word not in TOLD}
