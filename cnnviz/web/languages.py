"""The language that a reader asks for with ``?lang=``, for the whole of their visit."""

import streamlit as st

from cnnviz.content.address import LANG
from cnnviz.text import Language, speak
from cnnviz.text.language import ENGLISH

KEPT = "_lang"


def listen() -> Language:
    """Speak what the address asks for, or asked for before; call whenever it may have changed."""
    language = speak(st.query_params.get(LANG) or st.session_state.get(KEPT))
    st.session_state[KEPT] = language.code
    return language


def hold(language: Language) -> None:
    """Name the language in the address, which another page and *Reset* begin empty; English needs no name."""
    if language != ENGLISH:
        st.query_params[LANG] = language.code
