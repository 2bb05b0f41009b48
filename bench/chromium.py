"""Chromium, pages made of files at hand, and what the browser says about its own work."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserType, CDPSession, Page, Route, ViewportSize, sync_playwright

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
    """A page of ``bench/page``. What it asks for comes from `made`, ``static/`` or beside it; there is no server."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        body = made[path] if path in made else file(path).read_bytes()
        route.fulfill(body=body, content_type=TYPES.get(Path(path).suffix, "application/octet-stream"))

    context = browser.new_context(viewport=WINDOW)
    page = context.new_page()
    page.route("**/*", answer)
    page.goto(f"http://bench.test/{name}")
    page.wait_for_function("window.ready")
    yield page
    context.close()


def file(path: str) -> Path:
    return ROOT / path[1:] if path.startswith("/static/") else PAGES / path[1:]


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
