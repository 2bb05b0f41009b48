"""What a browser does besides its WebSocket: fetch files once, keep cookies, send files."""

import asyncio
import gzip
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

XSRF = "_streamlit_xsrf"  # a cookie, whose value goes along with what is sent
ASSET = re.compile(r'(?:src|href)="\./(static/[^"]+)"')  # of the first page: scripts, styles and a font
ASKED = ("_stcore/health", "_stcore/host-config")  # before the WebSocket
GONE = (ConnectionError, asyncio.IncompleteReadError)


@dataclass
class Browser:
    """One browser: its cookies, and what it has fetched.

    Attributes
    ----------
    url : str
        Of the site.
    received : int [bytes]
        Bodies, as they travelled.
    """

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    received: int = 0
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # one connection, one request at a time

    async def arrive(self, files: bool) -> None:
        """Ask what a page asks before its WebSocket; with `files`, load its frame first, as with an empty cache."""
        if files:
            html = gzip_text(await self.fetch("/"))
            for name in dict.fromkeys(ASSET.findall(html)):
                await self.get(f"/{name}")
        for name in ASKED:
            await self.fetch(f"/{name}")

    async def get(self, path: str) -> None:
        """Fetch a file, unless it is there."""
        if path not in self.kept:
            self.kept.add(path)
            await self.fetch(path)

    async def fetch(self, path: str, method: str = "GET", body: bytes = b"", kind: str = "") -> bytes:
        """One request.

        Raises
        ------
        OSError
            If there is no answer, or none that is any good.
        """
        async with self.turn:
            try:
                status, answer = await self.ask(path, method, body, kind)
            except GONE:  # a connection that nobody needed for a while is closed
                self.streams = None
                status, answer = await self.ask(path, method, body, kind)
        if status >= 400:
            raise OSError(f"{status} for {method} {path}")
        return answer

    async def ask(self, path: str, method: str, body: bytes, kind: str) -> tuple[int, bytes]:
        """Status and body of an answer."""
        place = urlsplit(self.url)
        if not self.streams:
            self.streams = await asyncio.open_connection(place.hostname, place.port)
        reader, writer = self.streams
        lines = {"Host": place.netloc, "Accept-Encoding": "gzip", **self.cookie}
        if method != "GET":
            lines |= {"Content-Type": kind, "Content-Length": str(len(body)), "X-Xsrftoken": self.cookies.get(XSRF, "")}
        told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"{method} {place.path.rstrip('/')}{path} HTTP/1.1\r\n{told}\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.keep(head)
        status, headers = int(head.split(" ", 2)[1]), named(head)
        answer = await whole(reader, status, headers)
        self.received += len(answer)
        if headers.get("connection", "").lower() == "close":
            writer.close()
            self.streams = None
        return status, answer

    @property
    def cookie(self) -> dict[str, str]:
        """As a header, if there are any."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def keep(self, head: str) -> None:
        """Keep the cookies of an answer."""
        for line in head.split("\r\n"):
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                key, _, word = value.partition(";")[0].partition("=")
                self.cookies[key] = word.strip('"')

    async def send(self, path: str, name: str, data: bytes) -> None:
        """Upload a file, as a form."""
        border = secrets.token_hex(16)
        told = f'Content-Disposition: form-data; name="{name}"; filename="{name}"'
        head = f"--{border}\r\n{told}\r\nContent-Type: application/octet-stream\r\n\r\n"
        end = f"\r\n--{border}--\r\n"
        await self.fetch(path, "PUT", head.encode() + data + end.encode(), f"multipart/form-data; boundary={border}")

    def close(self) -> None:
        if self.streams:
            self.streams[1].close()


async def whole(reader: asyncio.StreamReader, status: int, headers: dict[str, str]) -> bytes:
    """The body of an answer."""
    if headers.get("transfer-encoding") == "chunked":
        parts = []
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readexactly(2)
        return b"".join(parts)
    return await reader.readexactly(int(headers.get("content-length", 0))) if status not in (204, 304) else b""


def named(head: str) -> dict[str, str]:
    """Headers by name."""
    pairs = (line.partition(": ") for line in head.split("\r\n")[1:])
    return {name.lower(): value for name, _, value in pairs}


def gzip_text(data: bytes) -> str:
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
