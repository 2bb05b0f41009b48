"""Pages of a browser that tell on the app, and tabs that one test uses after the other.

In a tab that is open Chromium opens the app in 1 s of processor; a new tab takes 2 s, one that remembers nothing 2.5.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page

LAPTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
USUAL: dict[str, Any] = {"media": "null", "color_scheme": "light", "reduced_motion": "no-preference"}  # of a new page
MOST = 4  # that are kept: each is a process of some 150 MB
FORGET = "location.protocol === 'http:' && [localStorage, sessionStorage].forEach((kept) => kept.clear())"


class Watch:
    """What pages met and asked for."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.requests: list[str] = []

    def __call__(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(told(message)) if is_error(message) else None)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda websocket: self.requests.append(websocket.url))
        return page

    def check(self) -> None:
        """Fail if one of them met an error, or asked another host for anything; then forget what was."""
        hosts = {url: urlsplit(url).hostname for url in self.requests}
        elsewhere = [url for url, host in hosts.items() if host not in {"127.0.0.1", None}]  # None: data:, blob:
        errors = self.errors[:]
        self.forget()
        assert not errors, "\n".join(errors)
        assert not elsewhere, "\n".join(elsewhere)

    def forget(self) -> None:
        self.errors.clear()
        self.requests.clear()


@contextmanager
def watched() -> Iterator[Watch]:
    """Watch pages, and check them in the end."""
    watch = Watch()
    yield watch
    watch.check()


def told(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location['url']})"


def is_error(message: ConsoleMessage) -> bool:
    # Below a page's own path Streamlit first asks for /page/_stcore/..., which is not there.
    return message.type == "error" and "/_stcore/" not in message.location["url"]


class Tab:
    """A page, watched; between two tests it stands empty and forgets all but what it fetched."""

    def __init__(self, browser: Browser, device: dict[str, Any]):
        self.context = browser.new_context(**device)
        self.watch = Watch()
        self.page = self.watch(self.context.new_page())

    def dress(self, viewport: Any, **media: Any) -> None:
        """Be as large as this, and have a reader who wants this."""
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(**(USUAL | media))

    def clear(self) -> None:
        """Leave the app. What was opened from here closes: a tab behind another one draws a frame in a second."""
        for other in self.context.pages[1:]:
            other.close()
        self.page.unroute_all()
        self.page.evaluate(FORGET)
        self.watch.check()
        self.page.goto("about:blank")
        self.watch.forget()  # what was on its way when it left


class Tabs:
    """Tabs by device: ``tabs.take(color_scheme="dark")`` for one test, until ``tabs.clear()``."""

    def __init__(self, browser: Browser, kind: type[Tab] = Tab):
        self.browser, self.kind = browser, kind
        self.taken: list[tuple[str, Tab]] = []
        self.kept: list[tuple[str, Tab]] = []  # those that were used last come last

    def take(self, **wanted: Any) -> Page:
        """A tab of this size, with these media, on a device that a new context would be."""
        dress = {name: value for name, value in (LAPTOP | wanted).items() if name == "viewport" or name in USUAL}
        device = {name: value for name, value in wanted.items() if name not in dress}
        name = repr(sorted(device.items()))
        found = next((one for one in reversed(self.kept) if one[0] == name), None)
        if found:
            self.kept.remove(found)
        self.taken.append(found or (name, self.kind(self.browser, device)))
        self.taken[-1][1].dress(**dress)
        return self.taken[-1][1].page

    def clear(self) -> None:
        """Check the tabs that were taken, and keep them for the next test."""
        while self.taken:
            name, tab = self.taken.pop()
            try:
                tab.clear()
            except BaseException:
                tab.context.close()
                raise
            self.kept.append((name, tab))
        self.close(MOST)

    def close(self, most: int = 0) -> None:
        """Close all but so many of those that are kept."""
        while len(self.kept) > most:
            self.kept.pop(0)[1].context.close()
