"""A worker process: ``python -m cnnviz.jobs.worker``. It does one job after another, and ends with the server."""

import ctypes
import importlib
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

from cnnviz.jobs import wire
from cnnviz.jobs.errors import JobError
from cnnviz.text import speaking

PR_SET_PDEATHSIG = 1  # of Linux's prctl: the signal that comes when the parent is gone
EVERY = 0.1  # s between two reports of progress, for each wakes the server up
FULL = ("can't allocate memory", "not enough memory", "cannot allocate memory")  # torch's words, and the system's


def main() -> None:
    server, memory, nice, *modules = sys.argv[1:]
    jobs, answers = own_pipes()
    end_with(int(server))
    if hasattr(os, "nice"):
        os.nice(int(nice))
    for name in modules:
        importlib.import_module(name)
    limit(int(memory))
    waiting: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=listen, args=(jobs, waiting), daemon=True).start()
    say(answers, ("ready",))
    while True:
        say(answers, answer(waiting.get(), reporter(answers)))


def own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes from and to the server; what anything prints goes to the log instead."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return jobs, answers


def end_with(server: int) -> None:
    """End when the server does, even in the middle of a decoder that never comes back to Python."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != server:
            os._exit(0)


def listen(jobs: IO[bytes], waiting: "SimpleQueue[bytes]") -> None:
    """Take jobs in; no more to come means that the server is gone."""
    while (job := wire.receive(jobs)) is not None:
        waiting.put(job)
    os._exit(0)


def limit(memory: int) -> None:
    """Allow so many bytes beyond what is taken now. Only Linux counts what a program takes piece by piece."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 -- there is none on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        most = taken() + memory
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def taken() -> int:
    """Bytes that count against RLIMIT_DATA."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmData"))


def reporter(answers: IO[bytes]) -> Callable[[int, int], None]:
    """Tells the server how far a job is, the first time and the last, and now and then between."""
    last = float("-inf")

    def report(done: int, of: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done == of or now - last >= EVERY:
            last = now
            say(answers, ("progress", done, of))

    return report


def answer(job: bytes, report: Callable[[int, int], None]) -> tuple[str, Any]:
    """What came of a job."""
    try:
        language, work, arguments = pickle.loads(job)
        with speaking(language):
            return "done", work(*arguments, report)
    except MemoryError:
        return "full", None
    except Exception as error:
        if any(words in str(error).lower() for words in FULL):
            return "full", None
        if type(error).__module__.startswith("cnnviz."):
            return "failed", error
        traceback.print_exc()
        return "failed", JobError("This failed on something unforeseen, and the server's log says on what.")


def say(answers: IO[bytes], message: tuple[Any, ...]) -> None:
    try:
        packed = pickle.dumps(message, 5)
        wire.unpacked(packed) if message[0] == "failed" else None  # errors are checked: some do not survive the way
    except Exception:
        traceback.print_exc()
        told = JobError("This came to an end that cannot be told, and the server's log says why.")
        packed = pickle.dumps(("failed", told), 5)
    wire.send(answers, packed)


if __name__ == "__main__":
    main()
