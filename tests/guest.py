"""A visitor without a browser who notes what a person would read: sentences, what broke, and what is on stage."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from bench.visitors import MOST_BYTES, Visitor

T = TypeVar("T")
Then = Callable[["Guest"], Awaitable[T]]


@dataclass
class Guest(Visitor):
    """One session.

    Attributes
    ----------
    said : sentences of the last run, in boxes
    broke : errors that nobody foresaw
    scenes : of each component that was sent, what it is and a digest of its bytes; the last run's
    """

    said: list[str] = field(default_factory=list)
    broke: list[str] = field(default_factory=list)
    scenes: dict[str, str] = field(default_factory=dict)

    def heard(self, data: Any) -> bool:
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.said, self.scenes = [], {}
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.HasField("alert"):
                self.said.append(element.alert.body)
            elif element.HasField("exception"):
                self.broke.append(f"{element.exception.type}: {element.exception.message}")
            elif element.WhichOneof("type") == "bidi_component":
                part = element.bidi_component
                self.scenes[part.component_name] = hashlib.sha256(part.bytes).hexdigest()
        return super().heard(data)


async def arrive(url: str, page: str, query: str = "") -> Guest:
    """Open a page, and wait until it stands."""
    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    socket = await connect(address, subprotocols=[Subprotocol("streamlit")], max_size=MOST_BYTES)
    guest = Guest(socket, page, query)
    await guest.run()
    return guest
