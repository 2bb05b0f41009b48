"""What any test may ask for: a running app, a browser, and a page that tells on the app."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import examples  # noqa: F401 -- with it come Hypothesis's profiles
import fuzz
import pytest
from alone import PlayerAlone, empty
from find_browser import find
from page_objects import Screen
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, WebSocket, sync_playwright
from serving import QUIET, serve

from cnnviz.tensorfile.apart import PLACE, here

LAPTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever opens a browser, so that ``-m "not browser"`` leaves it out; on a busy machine it may try twice."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            item.add_marker(pytest.mark.flaky(reruns=1))
    fuzz.shuffle(items)


def pytest_runtest_setup(item: pytest.Item) -> None:
    fuzz.begin(item.nodeid)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """No bytes in a test's name: some files hold the second they were written in, and two workers must agree."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def files_are_read_here() -> Iterator[None]:
    """A page that has been opened in this process sends strangers' files to a worker; the next test does not."""
    yield
    PLACE.reader = here


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """Address of the app, shared by the tests of one worker."""
    with serve() as server:
        yield server.url


@pytest.fixture
def fresh_app() -> Iterator[Callable[[], str]]:
    """Start another app, one that nobody has visited: ``url = fresh_app()``."""
    with ExitStack() as servers:
        yield lambda: servers.enter_context(serve()).url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


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
        self.errors.clear()
        self.requests.clear()
        assert not errors, "\n".join(errors)
        assert not elsewhere, "\n".join(elsewhere)


@contextmanager
def watched() -> Iterator[Watch]:
    """Watch pages, and check them in the end."""
    watch = Watch()
    yield watch
    watch.check()


@pytest.fixture
def open_page(browser: Browser, fresh_app: Callable[[], str]) -> Iterator[Callable[..., Page]]:
    """Open a page with nothing remembered, on whatever device: ``open_page(color_scheme="dark")``.

    It asks for `fresh_app` so that pages are closed first: a page that loses its server complains.
    """
    with watched() as watch, ExitStack() as contexts:

        def open_one(**device: Any) -> Page:
            context = browser.new_context(**(LAPTOP | device))
            contexts.callback(context.close)
            return watch(context.new_page())

        yield open_one


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page on a laptop, with nothing remembered."""
    return open_page()


@pytest.fixture(scope="session")
def calm(browser: Browser, app_url: str) -> Iterator[BrowserContext]:
    """A browser that fetches the bundles once for many tests, and in which nothing moves unless it is asked to."""
    context = browser.new_context(**LAPTOP, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def screen(calm: BrowserContext, app_url: str) -> Iterator[Screen]:
    """The convolution page, standing still, to be opened: ``screen.open("stride=2")``."""
    with watched() as watch:
        page = watch(calm.new_page())
        yield Screen(page, app_url)
        page.close()


@pytest.fixture(scope="module")
def same(calm: BrowserContext, app_url: str) -> Iterator[Screen]:
    """One page for all tests of a file that leave it as it was: ``same.at("stride=2")`` opens it once."""
    with watched() as watch:
        page = watch(calm.new_page())
        yield Screen(page, app_url)
        page.close()


@pytest.fixture(scope="session")
def bare(browser: Browser) -> Iterator[tuple[Page, Watch]]:
    """A page with no app behind it, for many tests, on which nothing moves unless it is asked to."""
    watch = Watch()
    with browser.new_context(**LAPTOP, reduced_motion="reduce") as context:
        yield empty(watch(context.new_page())), watch


@pytest.fixture
def alone(bare: tuple[Page, Watch]) -> Iterator[PlayerAlone]:
    """The player alone, for a scene: ``alone.open(request_of(...))``. It stands still, and asks nobody for anything."""
    page, watch = bare
    watch.check()
    yield PlayerAlone(page)
    asked = watch.requests[:]
    watch.check()
    assert not asked, asked


@pytest.fixture
def alone_on(open_page: Callable[..., Page]) -> Callable[..., PlayerAlone]:
    """The player alone, on any device: ``alone_on(color_scheme="dark")``."""
    return lambda **device: PlayerAlone(empty(open_page(**device)))


@pytest.fixture
def moving(page: Page, app_url: str) -> Screen:
    """The convolution page as most people meet it: it plays."""
    return Screen(page, app_url)


@pytest.fixture
def sent(screen: Screen) -> list[Any]:
    """What `screen` sends to the server from now on."""
    frames: list[Any] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: frames.append(frame))  # noqa: PLW0108 -- playwright marks what it calls

    screen.page.on("websocket", listen)
    return frames


def told(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location['url']})"


def is_error(message: ConsoleMessage) -> bool:
    # Below a page's own path Streamlit first asks for /page/_stcore/..., which is not there.
    return message.type == "error" and "/_stcore/" not in message.location["url"]
