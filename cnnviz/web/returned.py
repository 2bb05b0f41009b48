"""Visitors who come back to a server that does not know them any more.

Their session is over, or its process died and another answers. Their page still stands in the browser, and the first
knob that they turn asks for a fragment of a page that was never drawn here; Streamlit drops such a wish without a word.
"""

from functools import cache
from typing import Any

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession


@cache
def draw_anew() -> None:
    """Let a session whose first wish is a part of a page draw the whole page, from now on."""
    ask = AppSession.request_rerun

    def asked(session: Any, wish: ClientState | None) -> None:
        if wish and wish.fragment_id and not session.has_fragment(wish.fragment_id):  # it was never drawn here
            whole = ClientState()
            whole.CopyFrom(wish)
            whole.fragment_id, whole.is_auto_rerun = "", False
            wish = whole
        ask(session, wish)

    AppSession.request_rerun = asked  # type: ignore[method-assign, assignment]
