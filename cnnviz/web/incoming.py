"""What a browser says of widgets, looked over before Streamlit reads it.

Streamlit trusts its own frontend. A number box that is no number, text for a switch, or JSON that Python does not read
raises in it before any line of ours, is logged with all that leads to it, and the page stays broken for its visitor.
"""

import logging
from functools import cache
from math import isfinite
from typing import Any

from starlette.requests import ClientDisconnect
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import is_element_id
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX, Serialized, Value, WStates

from cnnviz.scenes.query.words import LEAST, MOST

# What the frontend says instead of what a widget is declared to be.
NUMBERS, ROWS = {"double_value", "int_value"}, {"double_array_value", "int_array_value"}
LOGS = ("streamlit.web.server.starlette.starlette_websocket", "uvicorn.error")  # who reads from sockets


@cache
def look_over() -> None:
    """Look over what the browsers of this process say, from now on."""
    read, take = WStates.__getitem__, WStates.set_widget_from_proto

    def value(states: WStates, name: str) -> Any:
        said, known = states.states.get(name), states.widget_metadata.get(name)
        if known is None or not isinstance(said, Serialized):
            return read(states, name)
        try:
            if fits(said.value, known.value_type):
                return read(states, name)
        except Exception:  # a widget's reader raises whatever it likes, RecursionError too
            pass
        begun = known.deserializer(None)
        states.states[name] = Value(begun)
        return begun

    def taken(states: WStates, said: WidgetState) -> None:
        if is_element_id(said.id) or said.id.startswith(STREAMLIT_INTERNAL_KEY_PREFIX):
            take(states, said)

    WStates.__getitem__ = value  # type: ignore[method-assign]
    WStates.set_widget_from_proto = taken  # type: ignore[method-assign, assignment]
    for name in LOGS:
        logging.getLogger(name).addFilter(shortly)


def shortly(record: logging.LogRecord) -> bool:
    """Log nothing of an upload that ends in the middle, and in one line what is no message of Streamlit's: bytes that
    hold none, or text. Its visitor is sent away.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, ClientDisconnect):
        return False
    if type(error).__name__ == "DecodeError" or (isinstance(error, KeyError) and error.args == ("bytes",)):
        record.exc_info = None
    return True


def fits(said: WidgetState, declared: str | None) -> bool:
    """Can a widget that is declared to hold this kind of value be that? Nothing is always possible.

    >>> fits(WidgetState(int_value=2), "double_value"), fits(WidgetState(bool_value=True), "double_value")
    (True, False)
    >>> fits(WidgetState(double_value=float("nan")), "double_value"), fits(WidgetState(), "double_value")
    (False, True)
    """
    kind = said.WhichOneof("value")
    if kind is None:
        return True
    if kind in NUMBERS:
        return declared in NUMBERS and possible(getattr(said, kind))
    if kind in ROWS:
        return declared in ROWS and all(map(possible, getattr(said, kind).data))
    return kind == declared


def possible(number: float) -> bool:
    """Can a number box be this?"""
    return isfinite(number) and LEAST <= number <= MOST
