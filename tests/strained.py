"""What a process does while something runs out for it: ``python -m tests.strained NAME`` prints what came of it.

The tests of faults start it where that something is short; it asks a pool for work, and counts what is left behind.
"""

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cnnviz.jobs import Job, JobError, Kind, Pool
from tests import work

LONG = 60.0  # s that nothing here should need
FIRST = len(list(Path("/proc/self/task").iterdir()))  # threads before any of ours
WAYS_OUT = {"start", "lacking", "crash"}


def outcome(job: Job) -> str:
    try:
        return f"done {job.result()}" if job.wait(LONG) else "never ended"
    except JobError as error:
        return error.reason


def threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def left() -> tuple[int, int, int, int]:
    """Threads, open files, files in the folder for them, and processes."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return threads(), files(), len(list(Path(tempfile.gettempdir()).iterdir())), len(children)


@contextmanager
def limited(which: int, most: int) -> Iterator[None]:
    old, hard = resource.getrlimit(which)
    resource.setrlimit(which, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(which, (old, hard))


def few(which: int, taken: Callable[[], int], most: int) -> None:
    """Under each limit close to what is taken, a job ends one way or another; behind it, all is as it was."""
    pool = Pool(Kind(2**28), 1)
    for more in range(most):
        with limited(which, taken() + more):
            said = outcome(pool.submit("ann", work.twice, 21, seconds=LONG))
        assert said == "done 42" or said in WAYS_OUT, said
        again = [outcome(pool.submit("bob", work.twice, 1, seconds=LONG)) for _ in range(2)]
        assert again[-1] == "done 2", again  # a worker that began under the limit is under it still
        print(more, said)
        pool.close()
        pool = Pool(Kind(2**28), 1)
    pool.close()
    settle()
    print("left", *left())


def settle() -> None:
    """Timers that were called off end a moment later."""
    deadline = time.monotonic() + 10
    while threads() > FIRST and time.monotonic() < deadline:
        time.sleep(0.01)


def no_threads() -> None:
    few(resource.RLIMIT_NPROC, threads, 7)


def no_files() -> None:
    few(resource.RLIMIT_NOFILE, files, 8)


def full_disk() -> None:
    pool = Pool(Kind(2**28), 1)
    job = pool.submit("ann", work.filling, seconds=LONG)
    job.wait()
    try:
        job.result()
    except JobError as error:
        print(error.reason, error)
    print(outcome(pool.submit("bob", work.twice, 1, seconds=LONG)))
    pool.close()
    settle()
    print("left", *left())


def full_log() -> None:
    pool = Pool(Kind(2**28), 1)
    print(outcome(pool.submit("ann", work.faulty, seconds=LONG)))
    print(outcome(pool.submit("bob", work.twice, 1, seconds=LONG)))
    pool.close()


def gone_folder() -> None:
    """First the folder of a worker that waits is cleared away, then that for all."""
    pool = Pool(Kind(2**28), 1)
    here = Path(tempfile.gettempdir())
    print(outcome(pool.submit("ann", work.kept, seconds=LONG)))
    for one in here.iterdir():
        one.rmdir()
    print(outcome(pool.submit("ann", work.kept, seconds=LONG)))
    shutil.rmtree(here)
    print(outcome(pool.submit("bob", work.kept, seconds=LONG)))
    pool.close()
    here.mkdir()
    tempfile.tempdir = str(here)
    settle()
    print("left", *left())


def lost_folder() -> None:
    """The folder for files can be written no more."""
    pool = Pool(Kind(2**28), 1)
    print(outcome(pool.submit("ann", work.kept, seconds=LONG)))
    pool.close()


def jumping_clock() -> None:
    """The clock of the wall stands, goes back and forth; deadlines and progress keep their own time."""
    says = Path(os.environ["CNNVIZ_CLOCK"])
    pool = Pool(Kind(2**28), 1)
    pool.submit("ann", work.twice, 1, seconds=LONG).wait()
    for told in ("0 0", "1 -1e9", "1 1e9", "0 4e9"):
        says.write_text(told)
        began = time.time()
        slow = pool.submit("ann", work.endless, seconds=1.0)
        ended = outcome(slow)
        print(ended, outcome(pool.submit("bob", work.twice, 1, seconds=LONG)), slow.progress)
        assert told[0] == "1" or time.time() == began
    pool.close()


if __name__ == "__main__":
    tempfile.tempdir = os.environ["ROOM"]  # TMPDIR is taken from who has another user's rights
    print("before", *left())
    globals()[sys.argv[1]]()
