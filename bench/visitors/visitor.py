"""A visitor: opens a page, turns knobs, presses buttons, uploads, and waits for what comes of it."""

import asyncio
import time
import uuid
from typing import Any
from urllib.parse import parse_qs

from streamlit.proto.BackMsg_pb2 import BackMsg

from bench.visitors.browser import XSRF, Browser
from bench.visitors.screen import Screen, Widget
from bench.visitors.socket import Socket, connect
from bench.visitors.widgets import FILES, fill

PATIENCE = 120.0  # s that an answer may take


class Visitor:
    """One browser with one page.

    Attributes
    ----------
    screen : Screen
        What is on the page.
    received : int [bytes]
        All that has come, as it travelled.
    """

    def __init__(self, url: str, page: str, query: str):
        self.url, self.page = url.rstrip("/"), page
        self.browser = Browser(self.url)
        self.screen = Screen(parse_qs(query, keep_blank_values=True))
        self.socket: Socket | None = None
        self.ended = asyncio.Event()  # the script
        self.gone: Exception | None = None
        self.touched = ""  # the fragment of the knob that was turned first
        self.fetching: list[asyncio.Task[None]] = []
        self.session = ""  # that it says it goes on with

    @property
    def received(self) -> int:
        return self.browser.received + (self.socket.received if self.socket else 0)

    async def open(self, files: bool = False) -> float:
        """Open the page; seconds until it stands. With `files`, as one who has never been here."""
        began = time.perf_counter()
        await self.browser.arrive(files)
        words = filter(None, ("streamlit", self.browser.cookies.get(XSRF), self.session))
        headers = {"Sec-WebSocket-Protocol": ", ".join(words), "Origin": origin(self.url), **self.browser.cookie}
        address = f"{self.url.replace('http', 'ws', 1)}/_stcore/stream"
        self.socket = await connect(address, headers, self.hear, self.lose)
        self.browser.keep(self.socket.head)
        await self.run()
        return time.perf_counter() - began

    def hear(self, data: bytes) -> None:
        try:
            if self.screen.heard(data):
                self.ended.set()
        except Exception as wrong:  # not to be lost in the event loop
            self.lose(wrong)
        while self.screen.wanted:
            self.fetching.append(asyncio.create_task(self.browser.get(self.screen.wanted.pop())))

    def lose(self, why: Exception | None) -> None:
        self.gone = why or ConnectionError("the server has closed the connection")
        self.ended.set()

    async def run(self, pressed: str = "", poll: str = "") -> float:
        """Tell the server what was turned, pressed, or which fragment is due; seconds until all is there."""
        message = BackMsg()
        state, screen = message.rerun_script, self.screen
        state.query_string, state.page_script_hash = screen.address, screen.script
        state.page_name = "" if screen.script else self.page
        state.cached_message_hashes.extend(screen.kept)
        state.context_info.url, state.context_info.locale = f"{self.url}/{self.page}", "en"
        state.context_info.timezone, state.context_info.color_scheme = "UTC", "light"
        for key, value in screen.values.items():
            fill(state.widget_states.widgets.add(id=key), value)
        if pressed:
            button = screen.find(pressed)
            state.widget_states.widgets.add(id=button.proto.id, trigger_value=True)
            self.touch(button)
        state.fragment_id, state.is_auto_rerun = poll or self.touched, bool(poll)
        began = time.perf_counter()
        await self.say(message)
        await asyncio.gather(*self.fetching)
        self.fetching.clear()
        if screen.complaints:
            raise RuntimeError(screen.complaints.pop())
        return time.perf_counter() - began

    async def say(self, message: BackMsg) -> None:
        """Send, and wait for the end of the script."""
        self.ended.clear()
        self.touched = ""
        if self.gone:
            raise self.gone
        assert self.socket
        self.socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            await self.ended.wait()
        if self.gone:
            raise self.gone

    def set(self, name: str, content: Any) -> None:
        """Turn a knob; `run` tells the server."""
        self.touch(self.screen.set(name, content))

    def touch(self, widget: Widget) -> None:
        self.touched = self.touched or widget.fragment

    async def poll(self) -> float:
        """Run what asks to be run now and then."""
        return await self.run(poll=next(iter(self.screen.polls)))

    async def look_on(self) -> None:
        """Until nothing asks to be run now and then any more."""
        while polls := self.screen.polls:
            await asyncio.sleep(min(polls.values()))
            await self.poll()

    async def show(self, tab: str) -> float:
        """Look at another tab."""
        self.set("tab", tab)
        return await self.run()

    async def upload(self, name: str, file: str, data: bytes) -> float:
        """Give a file to the uploader of this label; seconds until what comes of it is there."""
        began = time.perf_counter()
        widget, place = self.screen.find(name), await self.place(file)
        await self.browser.send(place.upload_url, file, data)
        info = {"file_id": place.file_id, "name": file, "size": len(data), "file_urls": place}
        self.screen.values[widget.proto.id] = FILES, info
        self.touch(widget)
        await self.run()
        return time.perf_counter() - began

    async def place(self, file: str) -> Any:
        """Where the server takes such a file."""
        asked = uuid.uuid4().hex
        message = BackMsg()
        request = message.file_urls_request
        request.request_id, request.session_id = asked, self.screen.session
        request.file_names.append(file)
        assert self.socket
        self.socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while asked not in self.screen.urls:
                await asyncio.sleep(0.01)
        (place,) = self.screen.urls.pop(asked).file_urls
        return place

    def close(self) -> None:
        for task in self.fetching:
            task.cancel()
        self.browser.close()
        if self.socket:
            self.socket.close()


def origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


async def visit(url: str, page: str, query: str, files: bool = False) -> Visitor:
    """Open a page, and wait until it stands."""
    visitor = Visitor(url, page, query)
    await visitor.open(files)
    return visitor
