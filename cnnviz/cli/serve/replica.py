"""One process of the app: started, asked whether it is well, and stopped."""

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROCESS = "cnnviz.cli.serve.process"
START = 120.0  # s until it answers, on a busy machine
STOP = 20.0  # s that an end may take
EVERY = 10.0  # s between two questions whether it is well
HANGS = 60.0  # s without an answer, after which there will be none
HEALTHY = 200


@dataclass
class Replica:
    """A Streamlit server of its own on this machine.

    Attributes
    ----------
    port : int
        On the loopback address alone: nobody but the proxy reaches it.
    path : str
        Below which the site is served, as in "/lessons/cnn".
    environment : strings by name
        Its own variables; all share one secret for cookies, without which uploads through another one fail.
    """

    port: int
    path: str
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    asked: float = 0.0  # when it was last asked whether it is well, on the monotonic clock
    answered: float = 0.0  # when it last said so

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", PROCESS, "run", "app.py", "--server.headless", "true"]
        command += ["--server.address", "127.0.0.1", "--server.port", str(self.port)]
        command += ["--server.baseUrlPath", self.path.strip("/")] if self.path else []
        self.process = subprocess.Popen(command, cwd=ROOT, env=dict(self.environment), stdout=subprocess.DEVNULL)
        self.answered = time.monotonic() + START

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def well(self) -> bool:
        """Does it answer?"""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", f"{self.path}/_stcore/health")
            return connection.getresponse().status == HEALTHY
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def hangs(self) -> bool:
        """Has it said nothing for so long that it never will? It is asked now and then."""
        now = time.monotonic()
        if now < self.asked + EVERY:
            return False
        self.asked = now
        if self.well():
            self.answered = now
        return self.alive and now > self.answered + HANGS

    def wait(self) -> bool:
        """Wait until it answers; does it?"""
        deadline = time.monotonic() + START
        while self.alive and time.monotonic() < deadline:
            if self.well():
                self.answered = time.monotonic()
                return True
            time.sleep(0.1)
        return False

    def stop(self) -> None:
        """Ask it to end, and see to it."""
        if not self.process:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
