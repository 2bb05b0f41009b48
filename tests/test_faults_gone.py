"""A tab that is closed, or doubled, while something is made for it or sent; the next visitor does not notice."""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import looped
import numpy as np
import pytest
from serving import ROOT, Server, serve
from test_uploads import npy

from bench.visitors import Visitor, visit
from bench.visitors.browser import XSRF

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts processes as Linux lists them")
slow = pytest.mark.skipif("CNNVIZ_DEPLOY" not in os.environ, reason="make test-deploy: makes a long film, runs AlexNet")
KEPT = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "1"}  # s that a session waits for its browser
PATIENCE = 60.0  # s
FILM = "Film for slides and chats (GIF)"
NICE = {"film": "10", "network": "5", "training": "15"}  # what sets the workers of a pool apart


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="module")
def server(log):
    with serve(variables=os.environ | KEPT, log=log) as one:
        yield one


def at_work(server: Server, what: str) -> set[int]:
    """Worker processes of a server that make such things."""
    found = set()
    for one in Path(f"/proc/{server.pid}/task").glob("*/children"):
        for pid in one.read_text().split():
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            if "cnnviz.jobs.worker" in words and words[words.index("cnnviz.jobs.worker") + 3] == NICE[what]:
                found.add(int(pid))
    return found


async def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "It did not come about in time."
        await asyncio.sleep(0.1)


async def told(one: Visitor, word: str) -> None:
    """Look on until what is made says how far it is."""
    while word not in one.screen.progress:
        await asyncio.sleep(0.3)
        await one.poll()


async def train(url: str, server: Server) -> Visitor:
    one = await visit(url, "training", "steps=5000&train=true")
    await told(one, "Step")
    return one


async def film(url: str, server: Server) -> Visitor:
    one = await visit(url, "convolution", "input=photo&tab=Share")
    for label, value in (("file", FILM), ("part", "from … to"), ("last step", 1500.0), ("pictures at most", 1500.0)):
        one.set(label, value)
        await one.run()
    await one.run("Make the film")
    await told(one, "of")
    return one


async def network(url: str, server: Server) -> Visitor:
    """Its second run comes to a worker that stands still."""
    one = await visit(url, "network", "preset=AlexNet%2C+torchvision")
    await one.run("Run it")
    for pid in at_work(server, "network"):
        os.kill(pid, signal.SIGSTOP)
    one.set("seed", 1.0)
    running = asyncio.create_task(one.run())
    await asyncio.sleep(1.0)
    running.cancel()
    return one


WORK = {"training": train, "film": film, "network": network}


@pytest.mark.parametrize("what", ["training", *(pytest.param(what, marks=slow) for what in ("film", "network"))])
def test_what_was_made_for_a_tab_ends_with_it(what, server):
    async def lived() -> None:
        other = await visit(server.url, "convolution", "")
        one = await WORK[what](server.url, server)
        busy = at_work(server, what)
        assert busy
        assert one.socket
        one.socket.transport.abort()
        await until(lambda: busy - at_work(server, what))  # who worked at it is gone
        other.set("stride", 2.0)
        await other.run()
        assert not other.screen.warned
        other.close()

    looped.run(lived())


async def upload_in_part(one: Visitor, file: str, data: bytes, part: int) -> None:
    """Begin to send a file, and hang up in the middle."""
    place, (host, port) = await one.place(file), (urlsplit(one.url).hostname, urlsplit(one.url).port)
    form = f'--x\r\nContent-Disposition: form-data; name="{file}"; filename="{file}"\r\n\r\n'.encode() + data
    lines = {"Host": f"{host}:{port}", "Content-Type": "multipart/form-data; boundary=x", **one.browser.cookie}
    lines |= {"Content-Length": str(len(form) + 9), "X-Xsrftoken": one.browser.cookies[XSRF]}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"PUT {place.upload_url} HTTP/1.1\r\n{head}\r\n".encode() + form[:part])
    await writer.drain()
    await asyncio.sleep(0.1)  # so that the server has begun with it
    writer.transport.abort()
    with suppress(OSError):
        assert not await reader.read()


def test_an_upload_that_ends_in_the_middle_is_as_if_it_had_not_begun(server, log):
    async def lived() -> None:
        one = await visit(server.url, "convolution", "input=upload")
        for part in (0, 50, 1_000_000):
            await upload_in_part(one, "a.npy", bytes(2_000_000), part)
        await one.run()
        assert [said.split(":")[0] for said in one.screen.warned] == ["Choose a file first"]
        await one.upload("file_uploader", "a.npy", npy(np.eye(9, 7, dtype=np.float32)))
        assert not one.screen.warned
        one.close()

    looped.run(lived())
    assert "Traceback" not in log.read_text()


def test_two_tabs_of_one_browser_do_not_move_one_another(server):
    async def lived() -> None:
        one = await visit(server.url, "convolution", "stride=2")
        other = Visitor(server.url, "convolution", "stride=2")
        other.browser.cookies = dict(one.browser.cookies)
        await other.open()
        assert other.screen.session != one.screen.session
        other.set("stride", 3.0)
        await other.run()
        one.set("padding", 1.0)
        await one.run()
        assert (one.screen.query, other.screen.query) == ({"stride": ["2"], "padding": ["1"]}, {"stride": ["3"]})
        other.close()
        one.close()

    looped.run(lived())


def test_a_session_that_is_asked_for_on_a_second_line_goes_on_there(server):
    """As where a browser has lost the first, and the server has not noticed."""

    async def lived() -> None:
        one = await visit(server.url, "convolution", "stride=2")
        other = Visitor(server.url, "convolution", "stride=2")
        other.browser.cookies, other.session = dict(one.browser.cookies), one.screen.session
        await other.open()
        assert other.screen.session == one.screen.session
        one.close()
        await asyncio.sleep(1.5)  # longer than a session waits for its browser
        other.set("stride", 3.0)
        await other.run()
        assert other.screen.session == one.screen.session and not other.screen.warned
        other.close()

    looped.run(lived())


def test_cookies_end_with_the_browser_whatever_its_clock_says(server):
    """One that names a day is gone at once where the clock is years ahead."""

    async def head() -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.url).port)
        writer.write(b"GET /_stcore/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        said = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        writer.close()
        return said

    said = looped.run(head())
    assert "set-cookie" in said and "expires" not in said and "max-age" not in said


def test_no_script_of_ours_asks_what_day_it_is():
    for script in (ROOT / "static").rglob("*.js"):
        assert not re.search(r"\bDate\b", script.read_text()), script
