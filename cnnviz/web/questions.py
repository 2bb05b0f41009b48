"""The questions of a page, each a link with its answer."""

from html import escape

import streamlit as st

from cnnviz.content.links import Preset


@st.dialog("Questions", width="large")
def questions(presets: list[Preset]) -> None:
    """Links that set the page up, with their answers. One piece of HTML, and only when asked for: it is long."""
    rows = [f"<li>{escape(p.question)}<div>{p.html('show')}{p.answer_html()}</div></li>" for p in presets]
    st.html(f'<ul class="questions">{"".join(rows)}</ul>')


def asked(presets: list[Preset]) -> Preset | None:
    """The question that the address asks, if it is one of these."""
    here = dict(st.query_params.items())
    return next((preset for preset in presets if preset.params == here), None)
