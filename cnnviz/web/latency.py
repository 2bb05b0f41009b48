"""Answers leave at once.

A run answers in two portions: that it began, and what it made. Streamlit makes its listening socket without naming TCP
as the protocol, and asyncio then does not ask TCP to send small portions as they come: the second waits until the
first is confirmed, which takes a way there and back, and up to 40 ms besides where the connection is not new.

And Python lets a thread that computes go on for 5 ms while another wants its turn. A knob takes some fifty turns, each
behind all threads that are at somebody's upload.
"""

import os
import socket
import stat
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

TURN = 0.001  # s that a thread goes on for while others wait
DESCRIPTORS = Path("/dev/fd")  # of this process, on Linux and macOS


@cache
def send_at_once() -> None:
    """Let threads take short turns, and sockets send small portions as they come; those accepted later inherit it."""
    sys.setswitchinterval(TURN)
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
