"""A WebSocket as a browser opens one, with as little work for each message as Python allows."""

import asyncio
import base64
import os
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

END = b"\r\n\r\n"  # of a request's or an answer's head
SWITCHING = b" 101 "
CONTINUED, BINARY, CLOSE, PING, PONG = 0, 2, 8, 9, 10  # what a frame is: RFC 6455, section 5.2
LAST, MASKED = 0x80, 0x80
NO_MASK = bytes(4)  # a mask of zeros, which changes nothing: nobody between us and the server keeps what we say


class Socket(asyncio.Protocol):
    """One end of a WebSocket.

    Parameters
    ----------
    hear : function of bytes
        Called with each message.
    lost : function of an exception or None
        Called once the other end is gone.

    Attributes
    ----------
    head : str
        Of the server's answer.
    received : int [bytes]
    """

    def __init__(self, hear: Callable[[bytes], None], lost: Callable[[Exception | None], None]):
        self.hear, self.lost = hear, lost
        self.buffer, self.parts = bytearray(), list[bytes]()
        self.opened = asyncio.get_running_loop().create_future()
        self.head, self.received = "", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionError("no WebSocket was opened"))
        self.lost(exc)

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        self.buffer += data
        if not self.opened.done():
            self.answered()
        if self.opened.done():
            while self.frame():
                pass

    def answered(self) -> None:
        """Is the server's answer there, and does it speak WebSocket?"""
        end = self.buffer.find(END)
        if end < 0:
            return
        self.head = self.buffer[:end].decode("latin-1")
        del self.buffer[: end + len(END)]
        first = self.head.partition("\r\n")[0]
        if SWITCHING.decode() in first:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(ConnectionError(first))
            self.transport.close()

    def frame(self) -> bool:
        """Take in one frame; is there one?"""
        buffer = self.buffer
        if len(buffer) < 2:
            return False
        size, start = buffer[1] & 0x7F, 2  # the server masks nothing
        if size > 125:
            start += 2 if size == 126 else 8
            if len(buffer) < start:
                return False
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return False
        kind, last, said = buffer[0] & 0xF, buffer[0] & LAST, bytes(buffer[start : start + size])
        del buffer[: start + size]
        if kind == PING:
            self.send(said, PONG)
        elif kind == CLOSE:
            self.transport.close()
        elif kind in (CONTINUED, BINARY):
            self.parts.append(said)
            if last:
                whole = said if len(self.parts) == 1 else b"".join(self.parts)
                self.parts.clear()
                self.hear(whole)
        return True

    def send(self, said: bytes, kind: int = BINARY) -> None:
        size = len(said)
        if size < 126:
            length = bytes([MASKED | size])
        elif size < 2**16:
            length = bytes([MASKED | 126]) + size.to_bytes(2, "big")
        else:
            length = bytes([MASKED | 127]) + size.to_bytes(8, "big")
        self.transport.write(bytes([LAST | kind]) + length + NO_MASK + said)

    def close(self) -> None:
        """As a browser that goes: it says so, and does not wait."""
        if not self.transport.is_closing():
            self.send(b"\x03\xe9", CLOSE)  # 1001: going away
        self.transport.close()


async def connect(
    url: str, headers: Mapping[str, str], hear: Callable[[bytes], None], lost: Callable[[Exception | None], None]
) -> Socket:
    """Open a WebSocket.

    Raises
    ------
    OSError
        If nobody listens there, or who does speaks no WebSocket.
    """
    place = urlsplit(url)
    _, socket = await asyncio.get_running_loop().create_connection(
        lambda: Socket(hear, lost), place.hostname or "", place.port or 80
    )
    lines = {
        "Host": place.netloc,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        **headers,
    }
    told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    socket.transport.write(f"GET {place.path} HTTP/1.1\r\n{told}\r\n".encode())
    await socket.opened
    return socket
