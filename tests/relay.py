"""A line between browser and server that can be cut, and mended."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.parse import urlsplit

PIECE = 2**16  # bytes


class Relay:
    """Passes on what both sides say.

    Attributes
    ----------
    url : str
        Where a browser asks.
    """

    def __init__(self, url: str):
        self.to = (urlsplit(url).hostname, urlsplit(url).port)
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        self.whole, self.lines = True, list[tuple[socket.socket, socket.socket]]()
        Thread(target=self.answer, daemon=True).start()

    def answer(self) -> None:
        with suppress(OSError):  # the door is closed
            while True:
                browser, _ = self.door.accept()
                if not self.whole:
                    browser.close()
                    continue
                line = browser, socket.create_connection(self.to)
                self.lines.append(line)
                for one, other in (line, line[::-1]):
                    Thread(target=self.carry, args=(one, other), daemon=True).start()

    def carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(PIECE):
                other.sendall(data)
        hang_up(one, other)

    def cut(self) -> None:
        """Every line breaks, and no new one is to be had."""
        self.whole = False
        while self.lines:
            hang_up(*self.lines.pop())

    def mend(self) -> None:
        self.whole = True


def hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def relayed(url: str) -> Iterator[Relay]:
    relay = Relay(url)
    try:
        yield relay
    finally:
        relay.cut()
        relay.door.close()
