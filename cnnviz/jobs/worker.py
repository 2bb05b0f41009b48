"""A worker process: ``python -m cnnviz.jobs.worker``. It does one job after another, and ends with the server."""

import ctypes
import importlib
import os
import pickle
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

from cnnviz.core.machine import lacks, out_of_memory
from cnnviz.jobs import wire
from cnnviz.jobs.errors import JobError
from cnnviz.text import speaking

PR_SET_PDEATHSIG = 1  # of Linux's prctl: the signal that comes when the parent is gone
EVERY = 0.1  # s between two reports of progress, for each wakes the server up


def main() -> None:
    server, memory, nice, *modules = sys.argv[1:]
    jobs, answers = own_pipes()
    end_with(int(server))
    if hasattr(os, "nice"):
        os.nice(int(nice))
    for name in modules:
        importlib.import_module(name)
    limit(int(memory))
    inbox = Inbox()
    Thread(target=listen, args=(jobs, inbox), daemon=True).start()
    say(answers, ("ready",))
    while True:
        job = inbox.jobs.get()
        say(answers, answer(job, Report(answers, inbox)))


@dataclass
class Inbox:
    """What has come from the server.

    Attributes
    ----------
    words : list of str
        Those said to the job that came last.
    """

    jobs: "SimpleQueue[bytes]" = field(default_factory=SimpleQueue)
    words: list[str] = field(default_factory=list)


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


def listen(messages: IO[bytes], inbox: Inbox) -> None:
    """Take jobs and words in; no more to come means that the server is gone."""
    while message := wire.receive(messages):
        if message[:1] == wire.WORD:
            inbox.words.append(message[1:].decode())
        else:
            inbox.words.clear()  # they were for the job before
            inbox.jobs.put(message[1:])
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


class Report:
    """What a job says to the server while it is at work, and what it is told."""

    def __init__(self, answers: IO[bytes], inbox: Inbox):
        self.answers, self.inbox, self.last = answers, inbox, float("-inf")

    def __call__(self, done: int, of: int, part: Any = None) -> None:
        """How far it is: sent the first time, the last, and now and then between. A part of the answer always is."""
        now = time.monotonic()
        if part is not None:
            say(self.answers, ("part", done, of, part))
        elif done == of or now - self.last >= EVERY:
            self.last = now
            say(self.answers, ("progress", done, of))

    @property
    def words(self) -> tuple[str, ...]:
        """What the job has been told since it began."""
        return tuple(self.inbox.words)


def answer(job: bytes, report: Report) -> tuple[str, Any]:
    """What came of a job."""
    try:
        language, work, arguments = pickle.loads(job)
        with speaking(language):
            return "done", work(*arguments, report)
    except Exception as error:
        if out_of_memory(error.__cause__ or error):
            return "full", None
        if type(error).__module__.startswith("cnnviz."):
            return "failed", error
        log()
        if sentence := lacks(error):
            return "failed", JobError(sentence, "lacking")
        return "failed", JobError("This failed on something unforeseen, and the server's log says on what.")


def log() -> None:
    """Write down what went wrong; a log that is full takes nothing with it."""
    with suppress(OSError, ValueError):
        traceback.print_exc()


def say(answers: IO[bytes], message: tuple[Any, ...]) -> None:
    try:
        packed = pickle.dumps(message, 5)
        wire.unpacked(packed) if message[0] == "failed" else None  # errors are checked: some do not survive the way
    except Exception:
        log()
        told = JobError("This came to an end that cannot be told, and the server's log says why.")
        packed = pickle.dumps(("failed", told), 5)
    wire.send(answers, packed)


if __name__ == "__main__":
    main()
