"""What any test may ask for: a running app, a browser, and a page that tells on the app."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from find_browser import find
from hypothesis import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from serving import QUIET, serve

settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True)  # `make test`: same every time
settings.load_profile("dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever opens a browser, so that ``-m "not browser"`` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


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


@pytest.fixture
def page(browser: Browser, fresh_app: Callable[[], str]) -> Iterator[Page]:
    """A page with nothing remembered. The test fails if it meets an error, or asks another host for anything.

    It asks for `fresh_app` so as to be closed first: a page that loses its server complains.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    requests: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(told(message)) if is_error(message) else None)
    page.on("request", lambda request: requests.append(request.url))
    page.on("websocket", lambda websocket: requests.append(websocket.url))
    yield page
    context.close()
    elsewhere = [url for url in requests if urlsplit(url).hostname not in {"127.0.0.1", None}]  # None: data:, blob:
    assert not errors, "\n".join(errors)
    assert not elsewhere, "\n".join(elsewhere)


def told(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location['url']})"


def is_error(message: ConsoleMessage) -> bool:
    # Below a page's own path Streamlit first asks for /page/_stcore/..., which is not there.
    return message.type == "error" and "/_stcore/" not in message.location["url"]


def wait_idle(page: Page) -> None:
    """Wait until the script has run to its end."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
