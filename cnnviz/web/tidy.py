"""What nobody needs any more goes back to the system.

What a closed session leaves refers to itself, and waits for Python's collector, which among torch's half a million
objects hardly ever looks at all of it; and what is free then is kept by the allocator, in pieces. Behind 120 visitors
that was 300 MB. So it is looked for once a minute, while anybody is there or has just left.
"""

import asyncio
import ctypes
import gc
from contextlib import suppress
from functools import cache
from typing import Any

from streamlit import runtime

from cnnviz.core.cache import TOGETHER
from cnnviz.web.components.parcel import served

EVERY = 60.0  # s between two looks; each takes 0.2 s of processor
KEPT = 900.0  # s for which what was made is kept after it was last asked for

looking: list[asyncio.Task[None]] = []  # an event loop forgets tasks that nobody holds


@cache
def keep_tidy() -> None:
    """Begin to look; once in a process, by its first visitor."""
    if not served():
        return
    gc.freeze()  # what has been imported stays: the collector need not look at it each time
    server: Any = runtime.get_instance()
    loop = server._get_async_objs().eventloop
    loop.call_soon_threadsafe(lambda: looking.append(loop.create_task(look_after(server._session_mgr))))


async def look_after(manager: Any) -> None:
    """Give back every now and then, as long as there is or was anybody."""
    before = True
    while True:
        await asyncio.sleep(EVERY)
        there = bool(manager.list_sessions())
        if before or there:
            await asyncio.to_thread(give_back)
        before = there


def give_back() -> None:
    """Forget what nobody asks for, collect what only refers to itself, and hand back what the allocator holds free."""
    TOGETHER.forget(KEPT)
    gc.collect()
    with suppress(OSError, AttributeError):  # another system's library has none
        ctypes.CDLL(None).malloc_trim(0)
