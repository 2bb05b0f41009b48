"""What the tests of `cnnviz.jobs` have done in a worker. A worker imports it by its name."""

import os
import re
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from threading import Event

import numpy as np

from cnnviz.core.geometry import GeometryError
from cnnviz.text import _


def twice(number, progress):
    return 2 * number


def doubled(array, progress):
    return 2 * array


def process(progress):
    return os.getpid()


def held(gate: str, progress):
    """Says that it has begun, and ends when the test has written into the gate."""
    progress(1, 3)
    return Path(gate).read_text()


def let_go(gate, jobs):
    """End all that are `held` there; their workers stay for the next."""
    with suppress(OSError):  # nobody waits there any more
        os.close(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
    for job in jobs:
        if not job.wait(10):
            job.cancel()


def counting(of: int, progress):
    """Sends each number ahead, and ends when it is told to; the answer is what it was told."""
    for number in range(of):
        progress(number + 1, of, number)
    while "enough" not in progress.words:
        Event().wait(0.001)
    return progress.words


def hearing(progress):
    """What a job has been told that nobody told anything."""
    return progress.words


def endless(progress):
    progress(0, 1)
    while True:
        pass


def stuck(progress):
    """Never comes back to Python: no other thread of the process has a turn."""
    progress(0, 1)
    re.match("(a+)+$", "a" * 60 + "b")


def hungry(size: int, progress):
    return len(np.ones(size, np.uint8))


def crashing(progress):
    os._exit(3)


def killed(progress):
    os.kill(os.getpid(), signal.SIGKILL)


def speech(progress):
    return _("A window.")


def refusing(progress):
    raise GeometryError("A window of 7 cells does not fit in 4.", {"padding": 2})


def faulty(progress):
    raise KeyError("ours")


def printing(progress):
    print("a library says hello")
    return "done"


def sly(progress):
    """An answer that would run something where it is unpacked."""

    class Sly:
        def __reduce__(self):
            return Path.touch, (Path("/tmp/cnnviz-jobs-sly"),)

    return Sly()


def messy(progress):
    """Leaves a file, and a program that runs."""
    left = Path(tempfile.mkdtemp()) / "film.mp4"
    left.write_bytes(b"half a film")
    child = subprocess.Popen(["sleep", "600"])
    progress(child.pid, os.getpid())
    Path(left.parent, "gate").touch()
    while True:
        pass


def filling(progress):
    """Writes until there is no more room."""
    with tempfile.NamedTemporaryFile() as file:
        while True:
            file.write(bytes(2**16))


def kept(progress):
    """Has a file for a moment."""
    with tempfile.NamedTemporaryFile() as file:
        return file.write(b"seen")


# --- readers of files; they have no progress ---


def reader(data: bytes, *how):
    return os.getpid(), len(data), threading.current_thread() is threading.main_thread()


def breaking_reader(data: bytes, *how):
    os._exit(1)


def hungry_reader(data: bytes, *how):
    return len(np.ones(4 * 2**30, np.uint8))


def stuck_reader(data: bytes, *how):
    stuck(lambda done, of: None)


# --- large networks ---


def breaking_run(request, view, progress):
    os._exit(1)


def endless_run(request, view, progress):
    endless(progress)
