"""All processes of a site and its proxy: started together, watched, replaced one after the other."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from cnnviz.cli.serve.proxy import Proxy
from cnnviz.cli.serve.replica import STOP, Replica

EVERY = 1.0  # s between two looks at the processes
SECRET = "STREAMLIT_SERVER_COOKIE_SECRET"
# Each run is a thread, and glibc gives threads heaps of their own, which stay: 16 on two cores.
ALLOCATOR = {"MALLOC_ARENA_MAX": "2"}


class ServeError(Exception):
    """A site that cannot be served: one plain sentence, with the way out."""


class Site:
    """Replicas behind a proxy.

    Parameters
    ----------
    proxy : Proxy
        With neither replicas nor folder yet.
    count : int
        Replicas.
    """

    def __init__(self, proxy: Proxy, count: int, folder: Path):
        secret = os.environ.get(SECRET) or secrets.token_hex(32)
        environment = {**ALLOCATOR, **os.environ, SECRET: secret}
        self.replicas = [Replica(port, proxy.path, environment) for port in free_ports(count)]
        self.proxy = replace(
            proxy, replicas=tuple(one.address for one in self.replicas), folder=str(folder), files=files(proxy.files)
        )
        self.file = folder / "nginx.conf"
        self.nginx: subprocess.Popen[bytes] | None = None
        self.ends = self.renews = False

    def serve(self) -> None:
        """Until a signal says that it is enough; SIGHUP replaces all replicas, one after the other.

        Raises
        ------
        ServeError
            If there is no nginx, or one of the processes does not come up.
        """
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if not program:
            raise ServeError(
                "There is no nginx here. Install it (apt-get install nginx-light), or start one process: make run."
            )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.heed)
        with ExitStack() as stack:
            stack.callback(self.stop)
            for one in self.replicas:
                one.start()
            for one in self.replicas:
                if not one.wait():
                    raise ServeError("A process of the app did not come up. What it said stands above.")
            self.write()
            self.nginx = subprocess.Popen([program, "-c", str(self.file)])
            print(f"Serving on {self.proxy.listen}{self.proxy.path or '/'}", flush=True)
            while not self.ends:
                self.look()
                time.sleep(EVERY)

    def heed(self, number: int, frame: FrameType | None) -> None:
        """A signal: work is done by the loop."""
        self.renews |= number == signal.SIGHUP
        self.ends |= number != signal.SIGHUP

    def look(self) -> None:
        """Start again what has died or hangs, and replace all where that was asked for."""
        if self.nginx and self.nginx.poll() is not None:
            raise ServeError("The proxy ended by itself. What it said stands above.")
        for one in self.replicas:
            if why := "hangs" if one.hangs() else "" if one.alive else "ended by itself":
                print(f"The process at {one.address} {why} and is started again.", file=sys.stderr, flush=True)
                one.kill()
                one.start()
        if self.renews:
            self.renews = False
            if all(self.renew(i) for i in range(len(self.replicas))):
                print("All processes are new.", flush=True)

    def renew(self, i: int) -> bool:
        """Lead new visitors elsewhere, and replace one replica; those who are there move with their next word.

        Is it there again? If not, the others are better left as they are.
        """
        self.write(down=(i,))
        self.reload()
        self.replicas[i].stop()
        self.replicas[i].start()
        there = self.replicas[i].wait()
        if not there:
            print("A new process did not come up. The others stay as they are.", file=sys.stderr, flush=True)
        self.write()
        self.reload()
        return there

    def write(self, down: tuple[int, ...] = ()) -> None:
        self.file.write_text(self.proxy.configuration(down))

    def reload(self) -> None:
        if self.nginx:
            self.nginx.send_signal(signal.SIGHUP)
            time.sleep(EVERY)

    def stop(self) -> None:
        if self.nginx:
            self.nginx.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.nginx.wait(STOP)
        for one in self.replicas:
            if one.process:
                one.process.terminate()
        for one in self.replicas:
            one.stop()


def files(wanted: int) -> int:
    """How many files a process here may have open, and so what it starts: as many as wanted, if the system allows."""
    import resource  # noqa: PLC0415 -- there is none on Windows

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address on which nothing listens."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def serve(proxy: Proxy, count: int) -> None:
    """Serve a site from so many processes; see `Site.serve`."""
    with TemporaryDirectory(prefix="cnnviz-") as folder:
        Path(folder).chmod(0o755)  # nginx's workers are another user than root
        Site(proxy, count, Path(folder)).serve()
