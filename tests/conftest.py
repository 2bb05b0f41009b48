"""What any test may ask for: a running app, a browser, and a page that tells on the app."""

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import examples  # noqa: F401 -- with it come Hypothesis's profiles
import fuzz
import order
import pytest
from alone import Bare, PlayerAlone, empty
from find_browser import find
from page_objects import Screen
from playwright.sync_api import Browser, Page, WebSocket, sync_playwright
from serving import BRIEF, Server, serve
from streamlit.components.v2 import manifest_scanner
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tabs import LAPTOP, Tabs, Watch, watched

from cnnviz.tensorfile.apart import PLACE, here

# Each AppTest looks through all installed packages for components, eight times as long as a page takes; they stay.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever opens a browser, so that ``-m "not browser"`` leaves it out; on a busy machine it may try twice."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            item.add_marker(pytest.mark.flaky(reruns=1))
    order.mixed(items)
    fuzz.shuffle(items)


def pytest_collection_finish() -> None:
    """What is imported stays: for each test, neither the collector nor who listens to all logs goes through it."""
    gc.freeze()
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):  # torch's and Streamlit's, a hundred
            logger.propagate = True


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
def app() -> Iterator[Server]:
    """The app, shared by the tests of one worker."""
    with serve() as server:
        yield server


@pytest.fixture(scope="session")
def app_url(app: Server) -> str:
    """Its address."""
    return app.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=BRIEF)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page with nothing remembered, on whatever device: ``open_page(color_scheme="dark")``."""
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
def tabs(browser: Browser) -> Iterator[Tabs]:
    tabs = Tabs(browser)
    yield tabs
    tabs.close()


@pytest.fixture
def open_tab(tabs: Tabs, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Take a tab, on whatever device, in which others were before: ``open_tab(color_scheme="dark")``.

    It has fetched what the app is made of, and opens it in half the time of a new one.
    """
    if getattr(request.node, "execution_count", 1) > 1:  # a second try shall not suffer from the first
        tabs.close()
    yield tabs.take
    tabs.clear()


@pytest.fixture
def screen(open_tab: Callable[..., Page], app_url: str) -> Screen:
    """The convolution page, standing still, to be opened: ``screen.open("stride=2")``."""
    return Screen(open_tab(reduced_motion="reduce"), app_url)


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


@pytest.fixture(scope="session")
def bares(browser: Browser) -> Iterator[Tabs]:
    bares = Tabs(browser, Bare)
    yield bares
    bares.close()


@pytest.fixture
def open_bare(bares: Tabs) -> Iterator[Callable[..., Page]]:
    """The page with no app behind it, on any device."""
    yield bares.take
    bares.clear()


@pytest.fixture
def alone_on(open_bare: Callable[..., Page]) -> Callable[..., PlayerAlone]:
    """The player alone, on any device: ``alone_on(color_scheme="dark")``."""
    return lambda **device: PlayerAlone(open_bare(**device))


@pytest.fixture
def moving(open_tab: Callable[..., Page], app_url: str) -> Screen:
    """The convolution page as most people meet it: it plays."""
    return Screen(open_tab(), app_url)


@pytest.fixture
def sent(screen: Screen) -> Iterator[list[Any]]:
    """What `screen` sends to the server from now on."""
    frames: list[Any] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: frames.append(frame))  # noqa: PLW0108 -- playwright marks what it calls

    screen.page.on("websocket", listen)
    yield frames
    screen.page.remove_listener("websocket", listen)


@pytest.fixture
def told(screen: Screen) -> Iterator[list[ForwardMsg]]:
    """What the server sends to `screen` from now on."""
    messages: list[ForwardMsg] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: messages.append(ForwardMsg.FromString(frame)))

    screen.page.on("websocket", listen)
    yield messages
    screen.page.remove_listener("websocket", listen)
