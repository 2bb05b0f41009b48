"""What an input of a stranger's may take, stated here alone, and trials that are held to it."""

import gc
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cnnviz.core.cache import Cache

STATUS, REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MEBI = 2**20


@dataclass(frozen=True)
class Limit:
    """Of one trial.

    Attributes
    ----------
    seconds : float
        Of the processor, whatever else runs.
    mebibytes : int
        By which the process may grow in between, its peak counted. What it holds free is used first, and not counted.
    """

    seconds: float
    mebibytes: int


FILE = Limit(10, 512)  # the worker that reads files in the app is stopped after 30 s and at 2 GiB
TEXT = Limit(4, 128)  # of what is pasted, and of what stands in an address
SCENE = Limit(20, 768)  # of what an address asks for, run and packed
PAGE = Limit(30, 1024)  # of a whole page of the app


class LimitError(AssertionError):
    """A trial took more than it may."""


@contextmanager
def held(limit: Limit) -> Iterator[None]:
    """Fail if what is done in here takes more; nothing that was kept before counts for it, or helps it."""
    forget()
    ignored: list[str] = []
    sys.unraisablehook = lambda found: ignored.append(repr(found.exc_value))  # what would be printed on a server
    before, began = start(limit), time.process_time()
    try:
        yield
    finally:
        sys.unraisablehook = sys.__unraisablehook__
    seconds, grown = time.process_time() - began, memory()[1] - before
    assert not ignored, ignored
    if seconds > limit.seconds:
        raise LimitError(f"{seconds:.1f} s of processor: at most {limit.seconds} are allowed.")
    if grown > limit.mebibytes * MEBI:
        raise LimitError(f"{grown // MEBI} MiB more: at most {limit.mebibytes} are allowed.")


def start(limit: Limit) -> int:
    """Bytes of memory now. A peak of before that might hide or be taken for a new one is forgotten, where it can be."""
    now, most = memory()
    if REFS.exists() and most - now > limit.mebibytes * MEBI / 2:  # it takes milliseconds
        REFS.write_text("5")
    return now


def memory() -> tuple[int, int]:
    """Bytes of this process, now and at the most. Elsewhere than on Linux the first is the second."""
    if STATUS.exists():
        found = dict(re.findall(r"^(VmHWM|VmRSS):\s+(\d+) kB", STATUS.read_text(), re.MULTILINE))
        return int(found["VmRSS"]) * 1024, int(found["VmHWM"]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return most, most


def forget() -> None:
    """Let go of all that our caches keep."""
    for kept in caches(len(sys.modules)):
        kept.clear()
    gc.collect(0)


@lru_cache(1)
def caches(modules: int) -> list[Cache[Any]]:
    """Those of all modules that are there by now."""
    ours = [module for name, module in [*sys.modules.items()] if name.startswith("cnnviz.")]
    return [kept for module in ours for kept in vars(module).values() if isinstance(kept, Cache)]
