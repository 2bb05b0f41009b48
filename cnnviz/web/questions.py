"""The questions of a page, each a link with its answer."""

from collections.abc import Collection, Mapping
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


def asked(presets: list[Preset], aside: Collection[str] = ()) -> Preset | None:
    """The question that the address asks, if it is one of these; how the answer is looked at does not matter.

    Parameters
    ----------
    aside : collection of str
        Words of the page that say no more than that.
    """
    here = asks(st.query_params.to_dict(), aside)
    return next((preset for preset in presets if asks(preset.params, aside) == here), None)


def asks(words: Mapping[str, str], aside: Collection[str]) -> dict[str, str]:
    """The words of an address without the open tab, the player's own, and those aside."""
    return {word: text for word, text in words.items() if word not in ("tab", *TOLD, *aside)}


def stand(presets: list[Preset], aside: Collection[str] = ()) -> None:
    """The question that the address asks, with its answer folded away."""
    if question := asked(presets, aside):
        words = escape(str(question.question))
        st.html(f'<div class="asked"><strong>{words}</strong>{question.answer_html()}</div>')
