"""Visitors without a browser: they speak Streamlit's own protocol, press buttons and turn knobs."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

MOST_BYTES = 2**26  # of one message
PATIENCE = 120.0  # s that an answer may take


@dataclass
class Visitor:
    """One session on a page.

    Attributes
    ----------
    fragment : str
        The part of the page that asks to be run now and then; empty where none does.
    widgets : protobufs by label
        As the page shows them.
    values : widget states by id
        What a browser would send along.
    progress : str
        What the last progress bar said.
    """

    socket: ClientConnection
    page: str
    query: str
    script: str = ""
    fragment: str = ""
    widgets: dict[str, Any] = field(default_factory=dict)
    values: dict[str, tuple[str, Any]] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)  # by the run that is on its way
    progress: str = ""
    asks: str = ""  # the fragment that it wants run again

    async def run(self, pressed: str = "", fragment: str = "") -> float:
        """Have the script run, a button pressed if one is named; seconds until all is there."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name, state.page_script_hash = self.query, self.page, self.script
        state.fragment_id, state.is_auto_rerun = fragment, bool(fragment)
        for name, (kind, value) in self.values.items():
            setattr(state.widget_states.widgets.add(id=name), kind, value)
        if pressed:
            state.widget_states.widgets.add(id=self.widgets[pressed].id, trigger_value=True)
        began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not self.heard(await self.socket.recv()):
                pass
        return time.perf_counter() - began

    def heard(self, data: Any) -> bool:
        """Take in what the server says; is the script at its end?"""
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.shown, self.asks = {}, ""
        elif kind == "navigation":
            self.script = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self.asks = message.auto_rerun.fragment_id
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            self.progress = element.progress.text if element.HasField("progress") else self.progress
            widget = getattr(element, str(element.WhichOneof("type")))
            with suppress(AttributeError):
                self.shown |= {widget.label: widget} if widget.id else {}
        if kind != "script_finished" or message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return False
        if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:  # of the whole page
            self.widgets, self.fragment = self.shown, self.asks
        return True

    def set(self, label: str, value: Any) -> None:
        """Turn a knob: a number box or a list; `run` tells the server."""
        self.values[self.widgets[label].id] = "string_value" if isinstance(value, str) else "double_value", value


async def visit(url: str, page: str, query: str) -> Visitor:
    """Open a page, and wait until it stands."""
    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    socket = await connect(address, subprotocols=[Subprotocol("streamlit")], max_size=MOST_BYTES)
    visitor = Visitor(socket, page, query)
    await visitor.run()
    return visitor
