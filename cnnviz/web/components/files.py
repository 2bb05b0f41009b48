"""Files that browsers fetch: they lie in Streamlit's store, under names that are their contents' digests.

What a visitor's run adds to the store goes when the visitor goes. These files belong to nobody: they are added apart
from all runs, so that one visitor's is the next one's, and the warning that nobody's run adds them is for others.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import count
from queue import Empty, SimpleQueue

import streamlit as st
from streamlit import runtime

from cnnviz.core.cache import TOGETHER, Budget, Cache

APART = "cnnviz"  # the thread's name


def base() -> str:
    """Path that the app is served under, ``""`` or ``"/somewhere"``."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def add(content: bytes, kind: str, place: str, name: str | None = None) -> str:
    """Put a file into the store, and get its path; whatever was at this place before goes.

    Parameters
    ----------
    kind : str
        Its media type.
    name : str or None
        The store looks at parts of a large file alone to tell it from others; with a name it need not.
    """
    keep = runtime.get_instance().media_file_mgr.add
    return base() + thread().submit(keep, content, kind, place, name).result()


@cache
def thread() -> ThreadPoolExecutor:
    """Where nobody's run is."""
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").addFilter(
        lambda record: record.threadName != f"{APART}_0"
    )
    return ThreadPoolExecutor(1, APART)


@dataclass(frozen=True)
class File:
    """Where a file lies."""

    path: str
    place: str
    bytes: int


class Shelf:
    """Files by digest, within the budget of all that is kept.

    Parameters
    ----------
    kind : str
        Their media type.
    """

    def __init__(self, kind: str, budget: Budget = TOGETHER) -> None:
        self.kind = kind
        self.files: Cache[File] = Cache(size=lambda file: file.bytes, gone=self.clear, budget=budget)
        self._places, self._cleared = count(), SimpleQueue[str]()

    def path(self, digest: str, content: Callable[[], bytes]) -> str:
        """Where a file lies from now on."""
        return self.files.get(digest, lambda: self.put(digest, content())).path

    def put(self, digest: str, file: bytes) -> File:
        try:
            place = self._cleared.get_nowait()  # the store forgets no place
        except Empty:
            place = f"{self.kind} {next(self._places)}"
        return File(add(file, self.kind, place, digest), place, len(file))

    def clear(self, file: File) -> None:
        """The store drops what was there with the next run that ends."""
        add(b"", self.kind, file.place)
        self._cleared.put(file.place)
