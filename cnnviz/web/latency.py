"""Answers leave at once.

A run answers in two portions: that it began, and what it made. Streamlit makes its listening socket without naming TCP
as the protocol, and asyncio then does not ask TCP to send small portions as they come: the second waits until the
first is confirmed: a way there and back, and up to 40 ms besides on a connection that has stood for a while.
"""

import os
import socket
import stat
from contextlib import suppress
from functools import cache
from pathlib import Path

DESCRIPTORS = Path("/dev/fd")  # of this process, on Linux and macOS


@cache
def send_at_once() -> None:
    """Let the sockets of this process send small portions as they come; once, for those accepted later inherit it."""
    with suppress(OSError):  # a system without the folder: it sends as it did
        for descriptor in [int(entry.name) for entry in DESCRIPTORS.iterdir()]:
            with suppress(OSError):  # closed meanwhile, or no socket
                hurry(descriptor)


def hurry(descriptor: int) -> None:
    """Let a socket send small portions as they come, if it is one of TCP."""
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        return
    with socket.socket(fileno=os.dup(descriptor)) as twin:  # an option of the one is an option of the other
        if twin.family in (socket.AF_INET, socket.AF_INET6) and twin.type == socket.SOCK_STREAM:
            twin.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
