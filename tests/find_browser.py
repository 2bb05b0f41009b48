"""Find a Chromium for the browser tests.

``python tests/find_browser.py`` prints its path, and first installs one where there is none.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowserError(Exception):
    """No Chromium to be had: one plain sentence, with the way out."""


def find() -> str:
    """Path of a Chromium: ``$CNNVIZ_BROWSER``, else the system's, else Playwright's own."""
    if chosen := os.environ.get("CNNVIZ_BROWSER"):
        if path := shutil.which(chosen):
            return path
        raise NoBrowserError(f"CNNVIZ_BROWSER is {chosen}, which is no program. Point it at a Chromium, or unset it.")
    for name in NAMES:
        if (path := shutil.which(name)) and _runs(path):
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).is_file():
        return own
    raise NoBrowserError(
        "No Chromium found. `make test` installs one where it can; otherwise install Chromium or Chrome yourself, "
        "and set CNNVIZ_BROWSER to its path if it is not on the PATH."
    )


def ensure() -> str:
    """Like `find`, but where there is none, install Debian's if root may, else Playwright's own."""
    for install in (_install_debians, _install_playwrights):
        try:
            return find()
        except NoBrowserError:
            if os.environ.get("CNNVIZ_BROWSER"):
                raise
            install()
    return find()


def _runs(path: str) -> bool:
    # A name on the PATH is not enough: Ubuntu's chromium-browser may only say where to get the real one.
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _install_debians() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0:
        _say_and_do("apt-get", "update")
        _say_and_do("apt-get", "install", "--yes", "--no-install-recommends", "chromium")


def _install_playwrights() -> None:
    _say_and_do(sys.executable, "-m", "playwright", "install", "chromium")


def _say_and_do(*command: str) -> None:
    # Standard output is the path's alone. A command that fails says so itself; `find` has the last word.
    print("+", *command, file=sys.stderr)
    subprocess.run(command, stdout=sys.stderr, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False)


if __name__ == "__main__":
    try:
        print(ensure())
    except NoBrowserError as problem:
        sys.exit(str(problem))
