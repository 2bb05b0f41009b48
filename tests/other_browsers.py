"""Firefox and WebKit as visitors of the app: Firefox speaks WebDriver BiDi by itself, WebKitGTK has a driver.

``python tests/other_browsers.py`` installs what is missing, where root may and Debian's packages are there.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

PACKAGES = {"firefox-esr": "firefox-esr", "WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb", "xauth": "xauth"}
PREFERENCES = {  # Firefox itself asks nobody for anything
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
}
SIZE = (1280, 900)


class Visitor(Protocol):
    """What a test asks of a browser."""

    def open(self, url: str) -> None: ...
    def ask(self, script: str, *given: Any) -> Any:
        """What the body of a function gives back, as JSON."""

    def press(self, *keys: str) -> None:
        """Keys as WebDriver codes them, one after the other."""

    def point(self, x: float, y: float) -> None: ...
    def choose_file(self, selector: str, path: Path) -> None: ...

    def resize(self, width: int, height: int) -> None: ...


def wait(ask: Callable[[], Any], seconds: float = 60) -> Any:
    """What `ask` gives, as soon as it gives something; a bound for a busy machine, not an aim."""
    end = time.monotonic() + seconds
    while not (found := ask()):
        if time.monotonic() > end:
            raise TimeoutError(f"Nothing within {seconds} s.")
        time.sleep(0.1)
    return found


class Firefox:
    """One tab, by W3C's WebDriver BiDi over a socket."""

    def __init__(self, socket: Any):
        self.socket, self.count = socket, 0
        self.tell("session.new", capabilities={})
        self.context = self.tell("browsingContext.getTree")["contexts"][0]["context"]
        self.resize(*SIZE)

    def tell(self, method: str, **params: Any) -> Any:
        """Send a command and wait for its answer."""
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv(timeout=60))).get("id") != self.count:
            pass  # an event
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return answer["result"]

    def open(self, url: str) -> None:
        self.tell("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def evaluate(self, script: str) -> Any:
        done = self.tell("script.evaluate", expression=script, target={"context": self.context}, awaitPromise=True)
        if done["type"] == "exception":
            raise RuntimeError(done["exceptionDetails"]["text"])
        return done["result"]

    def ask(self, script: str, *given: Any) -> Any:
        call = f"(async function () {{ {script} }})(...{json.dumps(given)})"
        return json.loads(self.evaluate(f"{call}.then((found) => JSON.stringify(found ?? null))")["value"])

    def perform(self, kind: str, actions: list[dict[str, Any]]) -> None:
        self.tell(
            "input.performActions", context=self.context, actions=[{"type": kind, "id": kind, "actions": actions}]
        )

    def press(self, *keys: str) -> None:
        self.perform("key", [{"type": move, "value": key} for key in keys for move in ("keyDown", "keyUp")])

    def point(self, x: float, y: float) -> None:
        self.perform("pointer", [{"type": "pointerMove", "x": round(x), "y": round(y)}])

    def choose_file(self, selector: str, path: Path) -> None:
        node = self.evaluate(f"document.querySelector({json.dumps(selector)})")
        self.tell("input.setFiles", context=self.context, element={"sharedId": node["sharedId"]}, files=[str(path)])

    def resize(self, width: int, height: int) -> None:
        self.tell("browsingContext.setViewport", context=self.context, viewport={"width": width, "height": height})


class WebKit:
    """WebKitGTK's MiniBrowser, by Selenium."""

    def __init__(self, driver: Any):
        self.driver = driver
        self.resize(*SIZE)

    def open(self, url: str) -> None:
        self.driver.get(url)

    def ask(self, script: str, *given: Any) -> Any:
        return self.driver.execute_script(script, *given)

    def press(self, *keys: str) -> None:
        from selenium.webdriver import ActionChains  # noqa: PLC0415 -- only `make test-browsers` installs it

        ActionChains(self.driver).send_keys(*keys).perform()

    def point(self, x: float, y: float) -> None:
        from selenium.webdriver.common.actions.action_builder import ActionBuilder  # noqa: PLC0415

        actions = ActionBuilder(self.driver)
        actions.pointer_action.move_to_location(round(x), round(y))
        actions.perform()

    def choose_file(self, selector: str, path: Path) -> None:
        self.driver.find_element("css selector", selector).send_keys(str(path))

    def resize(self, width: int, height: int) -> None:
        self.driver.set_window_size(width, height)
        inner = self.ask("return [innerWidth, innerHeight]")  # the window has edges of its own
        self.driver.set_window_size(2 * width - inner[0], 2 * height - inner[1])


@contextmanager
def firefox() -> Iterator[Visitor]:
    from websockets.sync.client import connect  # noqa: PLC0415

    with ExitStack() as stack:
        profile = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines))
        command = [
            "firefox-esr",
            "--headless",
            "--no-remote",
            "--profile",
            str(profile),
            "--remote-debugging-port",
            "0",
        ]
        process = stack.enter_context(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        stack.callback(process.terminate)
        assert process.stderr
        found = next(filter(None, (re.search(r"BiDi listening on (\S+)", line) for line in process.stderr)))
        yield Firefox(stack.enter_context(connect(f"{found[1]}/session", max_size=None)))


@contextmanager
def webkit() -> Iterator[Visitor]:
    from selenium import webdriver  # noqa: PLC0415
    from selenium.webdriver.webkitgtk.service import Service  # noqa: PLC0415

    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")))
    options.add_argument("--automation")
    driver = webdriver.WebKitGTK(options=options, service=Service(shutil.which("WebKitWebDriver")))
    try:
        yield WebKit(driver)
    finally:
        driver.quit()


BROWSERS: dict[str, Callable[[], Any]] = {"firefox": firefox, "webkit": webkit}


def install() -> None:
    """Debian's packages for what is not there."""
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if missing and (not shutil.which("apt-get") or os.geteuid() != 0):
        sys.exit(f"Install {', '.join(missing)} first; on Debian root can: apt-get install {' '.join(missing)}")
    if missing:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], check=False, env=quiet)
        subprocess.run(["apt-get", "install", "--yes", "--no-install-recommends", *missing], check=True, env=quiet)


if __name__ == "__main__":
    install()
