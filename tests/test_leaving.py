"""Whoever has left a page leaves nothing behind in the server: no session, no descriptor, no memory, no upload."""

import asyncio
import time

import looped
import pytest
from serving import serve

from bench.crowd.meter import Meter
from bench.visitors import visit

VISITORS = 8
REMEMBERED = 8 * 2**20  # bytes of each session: see leaving_app.py
UPLOAD = bytes(4 * 2**20)
FEW = 4  # of 16: those who have just asked are there for a moment
PATIENCE = 60  # s until all is given back, on a busy machine


async def come_and_go(url: str) -> None:
    """Visitors at once, each with an upload of its own."""
    there = await asyncio.gather(*(visit(url, "", "") for _ in range(VISITORS)))
    await asyncio.gather(*(one.upload("file", f"{i}.bin", UPLOAD) for i, one in enumerate(there)))
    for one in there:
        one.close()


async def sessions(url: str) -> int:
    """As the page itself says, the one that asks left out."""
    visitor = await visit(url, "", "")
    visitor.close()
    return int(visitor.screen.progress.split()[0]) - 1


@pytest.fixture(scope="module")
def server():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL", "1")
        with serve("tests/leaving_app.py") as server:
            looped.run(sessions(server.url))
            yield server


def settled(measure, most, seconds=PATIENCE):
    """What is measured, once it is no more than that."""
    end = time.monotonic() + seconds
    while (found := measure()) > most and time.monotonic() < end:
        time.sleep(0.5)
    return found


def test_sessions_descriptors_and_memory_go_with_their_visitors(server):
    meter = Meter(server.pid)
    looped.run(come_and_go(server.url))  # what a first visit costs for good: threads, modules, heaps
    settled(lambda: looped.run(sessions(server.url)), FEW)
    files, memory = meter.files(), meter.memory()
    for _ in range(2):
        looped.run(come_and_go(server.url))
    assert settled(lambda: looped.run(sessions(server.url)), FEW) <= FEW
    assert settled(meter.files, files + FEW) <= files + FEW
    most = memory + FEW * (REMEMBERED + len(UPLOAD))
    assert settled(meter.memory, most) <= most
