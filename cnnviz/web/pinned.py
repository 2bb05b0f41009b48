"""Words that an address is given: a link's, spread out, and one that it keeps where it would say nothing."""

from collections.abc import Mapping

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.content.address import PACKED
from cnnviz.scenes.query.bare import RANDOMLY, bare, says_nothing
from cnnviz.web.choices import agree


def pin(page: str) -> None:
    """Let the address say what is chosen; one that has no words left, that the weights are random.

    One that says nothing opens others.
    """
    agree()
    query = st.query_params.to_dict()
    if page in RANDOMLY and bare(page) and says_nothing(query):
        rewrite(query | RANDOMLY[page])


def rewrite(query: Mapping[str, str]) -> None:
    """Let the address hold this; Streamlit's own words, which are not listed, stay."""
    old = list(st.query_params)
    if context := get_script_run_ctx():
        with context.session_state.query_params() as params:
            for key in old:
                params.discard_param_no_forward_msg(key)
            for key, text in query.items():
                params.set_with_no_forward_msg(key, text)
            params.set_with_no_forward_msg(PACKED, "")
            params.remove_param(PACKED)  # which tells the browser all that is left
            params.set_initial_query_params_from_current()  # widgets are seeded from here
