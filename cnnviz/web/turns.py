"""A class that uploads at once takes turns, and others go on.

What a file of ten seconds asks of a page is a quarter of a second of Python. Threads of one process share its time
alike, so beside fifteen of them a knob would have a sixteenth of it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Condition, local

import streamlit as st

CAME = "_came"  # of the session: a file that no run has shown yet
PATIENCE = 60.0  # s after which a thread goes on without its turn


class Turns:
    """One thread at a time. Whoever was away comes before those who have not begun.

    A thread is away while it waits for a worker, or for a value that another one makes, who may be away as well.
    """

    def __init__(self) -> None:
        self.change = Condition()
        self.taken, self.back = False, 0  # how many are back
        self.here = local()

    @contextmanager
    def taking(self) -> Iterator[None]:
        self.take(lambda: not self.back)
        try:
            yield
        finally:
            self.leave()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let others go on, if this thread has the turn."""
        if not getattr(self.here, "has_it", False):
            yield
            return
        self.leave()
        try:
            yield
        finally:
            with self.change:
                self.back += 1
                self.take(lambda: True)
                self.back -= 1

    def take(self, may: Callable[[], bool]) -> None:
        with self.change:
            if self.change.wait_for(lambda: not self.taken and may(), PATIENCE):
                self.taken = self.here.has_it = True

    def leave(self) -> None:
        with self.change:
            if getattr(self.here, "has_it", False):
                self.taken = self.here.has_it = False
                self.change.notify_all()


UPLOADS = Turns()


def came() -> None:
    """A file has come; for callbacks."""
    st.session_state[CAME] = True


def in_turn() -> AbstractContextManager[None]:
    """A run that shows a file that has just come waits until others have shown theirs; all others begin at once."""
    return UPLOADS.taking() if st.session_state.pop(CAME, False) else nullcontext()
