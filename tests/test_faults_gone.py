"""A tab that is closed while something is made for it: that ends, the next visitor does not notice, nothing is left."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import looped
import pytest
from serving import Server, serve

from bench.visitors import Visitor, visit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts processes as Linux lists them")
slow = pytest.mark.skipif("CNNVIZ_DEPLOY" not in os.environ, reason="make test-deploy: runs AlexNet")
KEPT = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "1"}  # s that a session waits for its browser
PATIENCE = 60.0  # s
FILM = "Film for slides and chats (GIF)"
NICE = {"film": "10", "network": "5", "training": "15"}  # what sets the workers of a pool apart


@pytest.fixture(scope="module")
def server():
    with serve(variables=os.environ | KEPT) as one:
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
    for label, value in (("file", FILM), ("part", "from … to"), ("last step", 300.0)):
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


@pytest.mark.parametrize("what", ["training", "film", pytest.param("network", marks=slow)])
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
