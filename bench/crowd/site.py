"""The app, or the empty page, as it is served to a school: several processes behind nginx."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from bench.crowd.meter import Meter
from tests.serving import ROOT, serve, wait_until_healthy

STOP = 60.0  # s that an end may take


@dataclass(frozen=True)
class Site:
    """A site that answers.

    Attributes
    ----------
    processes : int
        Of Python, behind the proxy; without one, there is one.
    """

    url: str
    meter: Meter
    processes: int


@dataclass(frozen=True)
class Sites:
    """What scenarios are played on: the app by so many processes, and the empty page with so many widgets."""

    app: Callable[[int], AbstractContextManager[Site]]
    empty: Callable[[int, dict[str, int]], AbstractContextManager[Site]]


@contextmanager
def app(processes: int) -> Iterator[Site]:
    """cnnviz."""
    with started(["-m", "cnnviz", "serve"], processes) if nginx() else alone("app.py") as site:
        yield site


@contextmanager
def empty(processes: int, widgets: dict[str, int]) -> Iterator[Site]:
    """The empty page, with as many widgets."""
    words = [f"{kind}={count}" for kind, count in widgets.items()]
    command = ["-m", "bench.crowd.empty_site", *words]
    with started(command, processes) if nginx() else alone("bench/empty_app.py", *words) as site:
        yield site


def nginx() -> bool:
    """Is there a proxy?"""
    return bool(shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"))


@contextmanager
def alone(script: str, *words: str) -> Iterator[Site]:
    """One process, and nothing before it."""
    with serve(script, *words, quiet=True) as server:
        yield Site(server.url, Meter(server.pid), 1)


@contextmanager
def started(command: list[str], processes: int) -> Iterator[Site]:
    """What a command serves on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, *command, "--port", str(port), "--processes", str(processes)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout
        if not any(b"Serving on" in line for line in process.stdout):
            raise RuntimeError(f"The site stopped before it was up: {' '.join(command)}")
        wait_until_healthy(process, port)
        yield Site(f"http://127.0.0.1:{port}", Meter(process.pid), processes)
    finally:
        process.terminate()
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            process.kill()
