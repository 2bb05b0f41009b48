"""What a run says waits until the run is over or has taken long, and leaves in one go, in its order."""

import asyncio
from collections.abc import Iterator
from typing import Any

import looped
import pytest
from starlette.websockets import WebSocket, WebSocketState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.web.server.starlette.starlette_server import _get_websocket_protocol
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient
from websockets.client import ClientProtocol
from websockets.protocol import OPEN
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from cnnviz.web import portions

FINISHED = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN


def begins() -> ForwardMsg:
    message = ForwardMsg()
    message.new_session.name = "a run"
    return message


def makes(text: str, *place: int) -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.text.body = text
    message.metadata.delta_path.extend(place)
    return message


def over(how: Any = FINISHED) -> ForwardMsg:
    return ForwardMsg(script_finished=how)


@pytest.fixture(autouse=True)
def whole() -> Iterator[None]:
    portions.answer_whole()
    yield


class Session(AppSession):
    """What of a session tells; it counts how often it wakes who sends."""

    def __init__(self) -> None:
        self._browser_queue = ForwardMsgQueue()
        self._event_loop = asyncio.get_running_loop()
        self._message_enqueued_callback = self.wake
        self._settle_pending, self._settled = False, None
        self.woken = asyncio.Event()
        self.times = 0

    def shutdown(self) -> None:
        """Nothing runs."""

    def wake(self) -> None:
        self.times += 1
        self.woken.set()

    def say(self, *messages: ForwardMsg) -> None:
        for message in messages:
            self._enqueue_forward_msg(message)

    @property
    def leaves(self) -> list[ForwardMsg]:
        return self.flush_browser_queue()


async def told_when_over() -> None:
    session = Session()
    said = [begins(), makes("a picture", 0, 0), makes("what is said of it", 0, 1)]
    session.say(*said)
    assert (session.leaves, session.times) == ([], 0)
    session.say(over())
    assert session.leaves == [*said, over()] and session.times == 1
    session.say(makes("later", 0, 2))  # outside any run
    assert len(session.leaves) == 1 and session.times == 2


async def told_when_it_takes_long() -> None:
    session = Session()
    session.say(begins(), makes("half", 0, 0))
    assert session.leaves == []
    async with asyncio.timeout(60):
        await session.woken.wait()
    assert session.leaves == [begins(), makes("half", 0, 0)]
    session.say(makes("the rest", 0, 1))
    assert session.leaves == [makes("the rest", 0, 1)]


async def waits_for_the_second_run() -> None:
    session = Session()
    session.say(begins(), over(EARLY), begins(), makes("a picture", 0, 0))
    assert (session.leaves, session.times) == ([], 0)
    session.say(over())
    assert len(session.leaves) == 5 and session.times == 1


async def shows_what_was_made_before_the_second_run() -> None:
    session = Session()
    session.say(begins(), makes("a picture", 0, 0), over(EARLY))
    assert session.leaves == [begins(), makes("a picture", 0, 0), over(EARLY)]
    session.say(begins(), makes("all else", 0, 1))
    assert session.leaves == []


async def is_not_told_early_by_the_run_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "PATIENCE", 0)
    session = Session()
    session.say(begins(), over())
    first = session.times
    monkeypatch.setattr(portions, "PATIENCE", 3600)
    session.say(begins())
    await asyncio.sleep(0.01)  # the first run's patience is at its end
    assert session.times == first and session.leaves == []


async def keeps_what_a_fragments_run_may_not_draw_again() -> None:
    session = Session()
    knob, again, else_ = makes("a knob", 0, 0), makes("a picture", 0, 1), makes("another picture", 0, 1)
    knob.delta.fragment_id = again.delta.fragment_id = "knobs"
    session.say(begins(), knob, again, over())  # the whole page, which nobody has been told yet
    session._clear_queue(["knobs"])  # as Streamlit does when the fragment's run begins, which then draws less
    session.say(begins(), else_, over())
    assert session.leaves == [begins(), knob, again, over(), begins(), else_, over()]
    session.say(begins(), makes("old", 0, 0), over())
    session._clear_queue()  # before a whole run
    assert not any(message.HasField("delta") for message in session.leaves)


def test_what_waits_is_kept_when_a_fragment_runs():
    looped.run(keeps_what_a_fragments_run_may_not_draw_again())


def test_a_run_is_told_when_it_is_over():
    looped.run(told_when_over())


def test_a_run_that_takes_long_is_told_as_it_goes_on():
    looped.run(told_when_it_takes_long())


def test_a_run_that_ends_for_another_waits_for_it():
    looped.run(waits_for_the_second_run())


def test_what_is_made_before_a_run_ends_for_another_is_told():
    looped.run(shows_what_was_made_before_the_second_run())


def test_the_patience_is_of_one_run(monkeypatch):
    looped.run(is_not_told_early_by_the_run_before(monkeypatch))


class Line:
    """A WebSocket as the server's protocol writes it, and as a browser reads it."""

    def __init__(self) -> None:
        self.server = ServerProtocol(state=OPEN)
        self.browser = ClientProtocol(parse_uri("ws://localhost/"), state=OPEN)
        self.written: list[bytes] = []

    async def send(self, message: Any) -> None:
        self.server.send_binary(message["bytes"])
        self.written.append(b"".join(self.server.data_to_send()))

    async def hear(self) -> Any:
        raise AssertionError("nobody listens")

    @property
    def read(self) -> list[ForwardMsg]:
        for portion in self.written:
            self.browser.receive_data(portion)
        return [ForwardMsg.FromString(frame.data) for frame in self.browser.events_received()]


async def sent_in_one_go(messages: list[ForwardMsg]) -> Line:
    line, session = Line(), Session()
    socket = WebSocket({"type": "websocket", "headers": []}, line.hear, line.send)
    socket.application_state = WebSocketState.CONNECTED
    client = StarletteSessionClient(socket)
    for message in messages:
        client.write_forward_msg(message)
        await asyncio.sleep(0)
    session.on_flushed_messages_sent()
    async with asyncio.timeout(60):
        while not line.written:
            await asyncio.sleep(0)
    await asyncio.sleep(0.01)  # no more of it
    await client.aclose()
    return line


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_portion_leaves_in_one_go(count):
    messages = [begins(), *(makes(f"element {i}", 0, i) for i in range(count - 2)), over()][-count:]
    line = looped.run(sent_in_one_go(messages))
    assert len(line.written) == 1
    assert line.read == messages


def test_this_server_joins_messages():
    assert _get_websocket_protocol() == portions.JOINS
