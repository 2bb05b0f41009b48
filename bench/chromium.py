"""Chromium, pages made of files at hand, and what the browser says about its own work."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserType, CDPSession, Page, ViewportSize, sync_playwright

from tests.find_browser import find
from tests.serving import QUIET, ROOT

PAGES = Path(__file__).parent / "page"
WINDOW = ViewportSize(width=1440, height=900)
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}


UNLIMITED = ("--disable-frame-rate-limit", "--disable-gpu-vsync")  # as many frames as the machine can draw


@contextmanager
def chromium() -> Iterator[BrowserType]:
    """What launches browsers; see `launched`."""
    with sync_playwright() as playwright:
        yield playwright.chromium


@contextmanager
def launched(kind: BrowserType, *flags: str) -> Iterator[Browser]:
    browser = kind.launch(executable_path=find(), args=[*QUIET, *flags])
    yield browser
    browser.close()


@contextmanager
def opened(browser: Browser, name: str, made: Mapping[str, bytes]) -> Iterator[Page]:
    """A page of ``bench/page``. What it asks for comes from `made`, ``static/`` or beside it."""
    with served(made) as address:
        context = browser.new_context(viewport=WINDOW)
        page = context.new_page()
        page.goto(f"{address}/{name}")
        page.wait_for_function("window.ready")
        yield page
        context.close()


@contextmanager
def served(made: Mapping[str, bytes]) -> Iterator[str]:
    """A server of files at hand: what a test's own network would hand over takes half a minute for 60 MB."""

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            found = made[path] if path in made else read(path)
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", TYPES.get(Path(path).suffix, "application/octet-stream"))
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def read(path: str) -> bytes | None:
    """A file of ``static/``, or of the bench's own pages; None where there is none, as for the browser's icon."""
    file = ROOT / path[1:] if path.startswith("/static/") else PAGES / path[1:]
    return file.read_bytes() if file.is_file() else None


@dataclass(frozen=True)
class Work:
    """Frames so far, the clock, and processor time of the page's main thread and of all of Chromium [s]."""

    frames: int
    clock: float
    main: float
    browser: float


class Meter:
    """Reads a page's `Work`. Processor time, because on a busy machine a task's duration is mostly waiting."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.of_page = page.context.new_cdp_session(page)
        self.of_page.send("Performance.enable", {"timeDomain": "threadTicks"})
        assert page.context.browser  # only a persistent context has none
        self.of_browser: CDPSession = page.context.browser.new_browser_cdp_session()

    def read(self) -> Work:
        frames, clock = self.page.evaluate("[window.drawn, performance.now() / 1000]")
        metrics = {m["name"]: m["value"] for m in self.of_page.send("Performance.getMetrics")["metrics"]}
        processes = self.of_browser.send("SystemInfo.getProcessInfo")["processInfo"]
        return Work(frames, clock, metrics["TaskDuration"], sum(process["cpuTime"] for process in processes))
