"""Visitors who are gone: what they had at work ends, and what their sessions hold is let go.

Streamlit keeps a session for a while, in case its browser comes back; but it looks at the time only when another
visitor goes. Behind the last one of an evening a film or a training would go on, and files stay all night.
"""

import asyncio
from functools import cache, partial
from typing import Any

from streamlit import config
from streamlit.runtime import Runtime, exists

from cnnviz.web.pools import POOLS


@cache
def watch() -> None:
    """Look now and then who does not come back; begun once, by the first visitor."""
    if exists():
        runtime = Runtime.instance()
        loop = runtime._get_async_objs().eventloop
        storage = getattr(getattr(runtime, "_session_mgr", None), "_session_storage", None)
        kept = getattr(storage, "_cache", None)
        if kept is not None:
            loop.call_soon_threadsafe(look, loop, kept, every())


def every() -> float:
    """Seconds between two looks: a quarter of the time that a session is kept."""
    return max(1.0, float(config.get_option("server.disconnectedSessionTTL")) / 4)


def look(loop: asyncio.AbstractEventLoop, kept: Any, seconds: float) -> None:
    """Let go of sessions whose time is over. On the server's own loop, as all that is done with them."""
    before = dict(kept._data)
    kept.expire()
    for session in [info.session for name, info in before.items() if name not in kept._data]:
        session.shutdown()
        session._fragment_storage.clear()  # what they hold would stay until the next full collection
        session.session_state.clear()
    for pool in POOLS:
        pool.sweep()
    loop.call_later(seconds, partial(look, loop, kept, seconds))
