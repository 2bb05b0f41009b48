"""A run answers in one portion.

Streamlit sends at once that a run has begun, 5 ms later at the earliest what it has made by then, and so on until it is
over; and each message in a turn of its own, between those of all threads. For each portion a browser works out the
whole page anew: 760 components on the page *Convolution*, for 10 ms, of which one has changed. What most knobs ask for
is done sooner than that.
"""

from asyncio import QueueFull
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime_util import serialize_forward_msg
from streamlit.runtime.session_manager import SessionClientDisconnectedError
from streamlit.web.server.starlette.starlette_server import _get_websocket_protocol
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient
from websockets.protocol import Protocol

PATIENCE = 0.1  # s that a run may take before it is told as it goes on: what takes longer is seen to take time
JOINS = "websockets-sansio"  # the server's protocol that takes several messages before it writes


@cache
def answer_whole() -> None:
    """Let this process send what a run says together."""
    hold_back()
    if _get_websocket_protocol() == JOINS:
        send_together()


def hold_back() -> None:
    """Let what a run says wait until it is over, or has taken long."""
    enqueue, flush, clear = AppSession._enqueue_forward_msg, AppSession.flush_browser_queue, AppSession._clear_queue
    running: WeakKeyDictionary[Any, object] = WeakKeyDictionary()  # by session: its run

    def enqueued(session: Any, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "new_session":
            run = running[session] = object()
            session._event_loop.call_later(PATIENCE, tell, session, run)
        elif ends(session, message):
            running.pop(session, None)
        if session in running:
            session._browser_queue.enqueue(message)  # and wakes nobody
        else:
            enqueue(session, message)

    def tell(session: Any, run: object) -> None:
        if running.get(session) is run:
            del running[session]
            session._message_enqueued_callback()

    def flushed(session: Any) -> list[ForwardMsg]:
        return [] if session in running else flush(session)

    def cleared(session: Any, fragments: list[str] | None = None) -> None:
        """A run of fragments may draw others than it begins with, so nothing is lost that waits to be told."""
        if fragments is None:
            clear(session)
        else:
            session._browser_queue._delta_index_map.clear()  # what it draws comes after what waits

    AppSession._clear_queue = cleared  # type: ignore[method-assign, assignment]
    AppSession._enqueue_forward_msg = enqueued  # type: ignore[method-assign, assignment]
    AppSession.flush_browser_queue = flushed  # type: ignore[method-assign, assignment]


def ends(session: Any, message: ForwardMsg) -> bool:
    """Is it time to tell? A run that ends early for another one, as most do in a callback, may have nothing to show."""
    if message.WhichOneof("type") != "script_finished":
        return False
    if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
        return True
    return any(made.HasField("delta") for made in session._browser_queue._queue)


class Portion(bytes):
    """Messages that leave together; as one, the last of them."""

    before: list[bytes]


def joined(messages: list[bytes]) -> Portion:
    """Several messages as what goes for one."""
    portion = Portion(messages[-1])
    portion.before = messages[:-1]
    return portion


def send_together() -> None:
    """Let all that a session has to say at a time leave in one go, which a browser meets as one."""
    told, send = AppSession.on_flushed_messages_sent, Protocol.send_binary
    said: dict[Any, list[bytes]] = {}  # by client: what was told of this portion

    def tell(client: Any, message: ForwardMsg) -> None:
        if client._closed.is_set():
            raise SessionClientDisconnectedError
        said.setdefault(client, []).append(serialize_forward_msg(message))

    def all_told(session: Any) -> None:
        for client, messages in said.items():
            try:
                client._send_queue.put_nowait(joined(messages))
            except QueueFull:
                client._closed.set()  # as Streamlit leaves a browser that does not keep up
        said.clear()
        told(session)

    def sent(protocol: Any, data: bytes, fin: bool = True) -> None:
        for one in data.before if isinstance(data, Portion) else ():
            send(protocol, one, fin)
        send(protocol, bytes(data), fin)

    # the last step first: a session may be talking in another thread
    Protocol.send_binary = sent  # type: ignore[method-assign, assignment]
    AppSession.on_flushed_messages_sent = all_told  # type: ignore[method-assign, assignment]
    StarletteSessionClient.write_forward_msg = tell  # type: ignore[method-assign, assignment]
