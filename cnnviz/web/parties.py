"""Large runs of one network that wait for a worker go there as one job, which a GPU takes as one batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from cnnviz.jobs import Job
from cnnviz.web.shared_jobs import Seat, Table

MOST = 8  # runs of one job


@dataclass(eq=False)
class Party(Table):
    """A job, who wants it, and what each of them has asked for."""

    asks: list[Any] = field(default_factory=list)


class Parties:
    """Jobs by the network that they run."""

    def __init__(self) -> None:
        self._parties: WeakValueDictionary[str, Party] = WeakValueDictionary()
        self._lock = Lock()

    def join(
        self, key: str, ask: Any, work: Callable[..., Any], submit: Callable[[Sequence[Any]], Job]
    ) -> tuple[Seat, int]:
        """A seat at a job that waits, or at a new one; and which of its answers is this one's.

        Parameters
        ----------
        work : does all that was asked for, and gives as many answers
        submit : has the work done for a list of one
        """
        with self._lock:
            party = self._parties.get(key)
            if not (party and party.seats and self.grown(party, ask, work)):
                party = self._parties[key] = Party(submit([ask]), self._lock, asks=[ask])
            seat = Seat(party)
            party.seats.add(seat)
            return seat, len(party.asks) - 1

    def grown(self, party: Party, ask: Any, work: Callable[..., Any]) -> bool:
        """Has a party taken somebody in? It has its bounds, and once it is at work it is closed."""
        job = party.job
        if len(party.asks) >= MOST or not isinstance(job, Job) or not job.amend(work, [*party.asks, ask]):
            return False
        party.asks.append(ask)
        return True
