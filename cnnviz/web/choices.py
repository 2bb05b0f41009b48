"""Choices in the reader's words, which the address spells as in every other language.

Streamlit writes an option into the address as it is shown. Where that is another word than the address has, the browser
is told of no address, and what is chosen is written here. Between Streamlit and the address then stands a table of the
words; English needs none, and the browser writes by itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.query_params import QueryParams

from cnnviz.scenes.query.labels import label
from cnnviz.web.asking import sent_by
from cnnviz.web.widgets import BIND

OPEN = "tab"
Labels = Mapping[str, str]  # what is shown, by how the address spells it
BOUND = {"button_group", "selectbox", "tab_container"}
TABLES = "_cnnviz_labels"  # of a session: labels by key, on what Streamlit knows of its address


@contextmanager
def labelled(key: str, labels: Labels) -> Iterator[Callable[[Any], str]]:
    """What is drawn here under this key shows these words; gives the words of an option."""
    context, said = get_script_run_ctx(), {spelled: words for spelled, words in labels.items() if spelled != words}
    if context:
        with context.session_state.query_params() as params:
            tables(params).pop(key, None)
            if said:
                tables(params)[key] = said
    if not context or not said:
        yield str
        return
    send = context.enqueue

    def unbound(message: ForwardMsg) -> None:
        drawn = message.delta.add_block if message.delta.HasField("add_block") else message.delta.new_element
        kind = drawn.WhichOneof("type")
        if kind in BOUND:
            getattr(drawn, str(kind)).query_param_key = ""
        send(message)

    with sent_by(context, unbound):
        yield lambda one: said.get(str(one), str(one))


def tabs(names: Sequence[str]) -> Sequence[Any]:
    """The tabs of a page; which of them is open stands in the address, by its name."""
    labels = {name: label(name) for name in names}
    chosen = st.session_state.get(OPEN) or ""
    if labels.get(chosen, chosen) != chosen:  # it is said by its name, as callbacks and other pages leave it
        st.session_state[OPEN] = labels[chosen]
    with labelled(OPEN, labels):
        return st.tabs([*labels.values()], key=OPEN, on_change="rerun", bind=BIND)


def open_tab() -> str:
    """The name of the tab that is open, or will be, if any was chosen; they are drawn after most of the page."""
    chosen = st.session_state.get(OPEN) or st.query_params.get(OPEN) or ""
    context = get_script_run_ctx()
    if not context:
        return str(chosen)
    with context.session_state.query_params() as params:
        return str(each(chosen, turned(params, OPEN)))


def agree() -> None:
    """Let the address say what is chosen; call as a run begins, and as it ends.

    On the way back through a browser's pages the address says it, and Streamlit heeds that.
    """
    context = get_script_run_ctx()
    if not context or context.is_history_navigation:
        return
    with context.session_state.query_params() as params:
        for key in [*tables(params)]:
            binding = params.get_binding_for_param(key)
            widget = context.session_state._state.get_widget_metadata(binding.widget_id) if binding else None
            if widget is None or key not in st.session_state:  # it is gone, or stands in no address
                del tables(params)[key]
                continue
            chosen = st.session_state[key]
            written = widget.serializer(chosen), widget.value_type
            if chosen == widget.deserializer(None):
                params.remove_param(key)
            elif not params.stored_param_matches_corrected_value(key, *written):
                params.set_corrected_value(key, *written)


def forget() -> None:
    """Another page has other choices."""
    if context := get_script_run_ctx():
        with context.session_state.query_params() as params:
            tables(params).clear()


def tables(params: QueryParams) -> dict[str, Labels]:
    """The tables of a session, by key."""
    found: dict[str, Labels] = vars(params).setdefault(TABLES, {})
    return found


def turned(params: QueryParams, key: str) -> Labels:
    """The other way round: how the address spells what is shown."""
    return {words: spelled for spelled, words in tables(params).get(key, {}).items()}


def each(words: Any, table: Labels) -> Any:
    """A word or several, looked up; others stay."""
    if isinstance(words, list):
        return [table.get(word, word) for word in words]
    return table.get(words, words)


@cache
def spell_out() -> None:
    """Let this process look words up on their way into addresses and out of them."""
    read, same, write = (
        QueryParams.get_initial_value,
        QueryParams.stored_param_matches_corrected_value,
        QueryParams.set_corrected_value,
    )

    def initial(params: QueryParams, key: str) -> Any:
        return each(read(params, key), tables(params).get(key, {}))

    def matches(params: QueryParams, key: str, value: Any, kind: str) -> bool:
        return same(params, key, each(value, turned(params, key)), kind)

    def correct(params: QueryParams, key: str, value: Any, kind: str) -> None:
        write(params, key, each(value, turned(params, key)), kind)

    QueryParams.get_initial_value = initial  # type: ignore[method-assign, assignment]
    QueryParams.stored_param_matches_corrected_value = matches  # type: ignore[method-assign, assignment]
    QueryParams.set_corrected_value = correct  # type: ignore[method-assign, assignment]
