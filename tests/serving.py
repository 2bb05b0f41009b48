"""Start the app, or another script, on a free port; and how Chromium is started. For the tests and for ``bench/``."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).parent.parent
QUIET = [  # root needs no sandbox; the rest keeps Chromium itself off the network
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# For tests, whose pages live for a second: to compile what runs a few hundred times costs a fifth of opening the app.
BRIEF = [*QUIET, "--js-flags=--invocation-count-for-maglev=4000 --invocation-count-for-turbofan=30000"]


@dataclass(frozen=True)
class Server:
    """A running script: its address and its process."""

    url: str
    pid: int


@contextmanager
def serve(
    script: str = "app.py",
    *arguments: str,
    quiet: bool = False,
    within: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[Server]:
    """Start a Streamlit script on a free port, and stop it at the end.

    What it prints appears beside a failing test's own output, unless it shall be `quiet` or goes to the file `log`.
    `arguments` reach the script as ``sys.argv[1:]``. It is started by the command `within`, which is to become it, and
    with these `variables`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*within, sys.executable, "-m", "streamlit", "run", script, "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port), "--", *arguments]
    with log.open("wb") if log else nullcontext() as file:
        said = subprocess.DEVNULL if quiet else file
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=said, stderr=said)
    try:
        wait_until_healthy(process, port)
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_until_healthy(process: subprocess.Popen[bytes], port: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The app stopped before it was up, with exit code {process.returncode}.")
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == 200:
                return
        except OSError:  # not listening yet
            pass
        time.sleep(0.1)
    raise RuntimeError(f"The app was not up within {seconds} s.")
