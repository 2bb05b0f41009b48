"""Files that browsers fetch: they lie in Streamlit's store, under names that are their contents' digests.

What a visitor's run adds to the store goes when the visitor goes. These files belong to nobody: they are added apart
from all runs, so that one visitor's is the next one's, and the warning that nobody's run adds them is for others.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from threading import Lock

import streamlit as st
from streamlit import runtime

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


class Shelf:
    """Files by digest. Of those that take more bytes than `most` together, the ones longest not asked for go.

    Parameters
    ----------
    most : int [bytes]
    kind : str
        Their media type.
    """

    def __init__(self, most: int, kind: str) -> None:
        self.most, self.kind = most, kind
        self.held: OrderedDict[str, tuple[str, str, int]] = OrderedDict()  # path, place and bytes of each
        self.bytes = 0
        self._places = count()
        self._lock = Lock()

    def path(self, digest: str, content: Callable[[], bytes]) -> str:
        """Where a file lies from now on."""
        with self._lock:
            if digest in self.held:
                self.held.move_to_end(digest)
                return self.held[digest][0]
            file, place = content(), f"{self.kind} {next(self._places)}"
            path = add(file, self.kind, place, digest)
            self.held[digest] = path, place, len(file)
            self.bytes += len(file)
            while self.bytes > self.most and len(self.held) > 1:
                _, (_, gone, size) = self.held.popitem(last=False)
                add(b"", self.kind, gone)  # the store drops what was there with the next run that ends
                self.bytes -= size
            return path
