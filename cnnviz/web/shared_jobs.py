"""Jobs that several visitors want: who asks for one that is there already joins it, and the last to go calls it off."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakSet, WeakValueDictionary

from cnnviz.jobs import Job
from cnnviz.text import Problem, _, plural


class Done:
    """As a job that has ended well, of what somebody has made before."""

    ended, ahead, progress = True, None, (1, 1)

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def wait(self, seconds: float | None = None) -> bool:
        return True

    def result(self) -> Any:
        return self.answer

    def cancel(self) -> None:
        """There is nothing to call off."""


@dataclass(eq=False)
class Seat:
    """A visitor's part in a job; it goes with the visitor's session."""

    table: "Table"

    @property
    def job(self) -> Job | Done:
        return self.table.job

    def leave(self) -> None:
        """Want it no more."""
        with self.table.lock:
            self.table.seats.discard(self)
            last = not self.table.seats
        if last:
            self.job.cancel()


@dataclass(eq=False)
class Table:
    """A job, and who wants it."""

    job: Job | Done
    lock: Lock
    seats: "WeakSet[Seat]" = field(default_factory=WeakSet)


class SharedJobs:
    """Jobs by what they are of."""

    def __init__(self) -> None:
        self._tables: WeakValueDictionary[str, Table] = WeakValueDictionary()
        self._lock = Lock()

    def join(self, key: str, submit: Callable[[], Job | Done]) -> Seat:
        """A seat at a job that waits, is at work, or is done; at a new one if there is none, or it failed."""
        with self._lock:
            table = self._tables.get(key)
            if table is None or not table.seats or broken(table.job):
                table = self._tables[key] = Table(submit(), self._lock)
            seat = Seat(table)
            table.seats.add(seat)
            return seat


def waiting(ahead: int) -> str:
    """How many jobs come before one that waits, in words."""
    return plural("Waiting: {n} comes before.", "Waiting: {n:,} come before.", ahead) if ahead else _("Waiting …")


def broken(job: Job | Done) -> bool:
    """Has it ended without an answer?"""
    try:
        if job.ended:
            job.result()
    except Problem:
        return True
    return False
