"""What was made before, kept within bounds: whatever a process keeps, it has one budget for all of it."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from threading import RLock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from cnnviz.core.weight import weight

V = TypeVar("V")

MOST_BYTES = 384 * 2**20  # of all that a process keeps
ROUND = 4096  # of a key, and of what Python has round a value


@dataclass(eq=False)
class Held(Generic[V]):
    """A value with its bytes, and when it was last asked for, on the monotonic clock."""

    cache: "Cache[V]"
    key: str
    value: V
    bytes: int
    asked: float

    def leave(self) -> Callable[[], None]:
        """Keep it no longer, with the lock held; what is to be done for it without."""
        del self.cache.held[self.key]
        self.cache.bytes -= self.bytes
        return lambda: self.cache.gone(self.value)


class Budget:
    """Bytes that several caches may take together. Of all values, whosever they are, those longest not asked for go.

    A value that takes more by itself stays alone, until the next one comes.

    Attributes
    ----------
    waiting : function
        Gives what is round a wait for a value that another thread makes.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most = most
        self.lock = RLock()
        self.waiting: Callable[[], AbstractContextManager[None]] = nullcontext
        self.caches: WeakSet[Cache[Any]] = WeakSet()

    @property
    def bytes(self) -> int:
        """That are taken now."""
        with self.lock:
            return sum(cache.bytes for cache in self.caches)

    @contextmanager
    def letting_go(self) -> Iterator[list[Callable[[], None]]]:
        """Holds the lock. What is put into the list is done without it; see `Held.leave`."""
        done: list[Callable[[], None]] = []
        with self.lock:
            yield done
        for each in done:
            each()

    def squeeze(self, newest: Held[Any]) -> list[Callable[[], None]]:
        """Let go of what is too much; see `Held.leave`."""
        done = []
        while self.bytes > self.most and (oldest := self.oldest()) not in (None, newest):
            done.append(oldest.leave())
        return done

    def oldest(self) -> Held[Any] | None:
        first = (next(iter(cache.held.values()), None) for cache in self.caches if not cache.spared)
        return min(filter(None, first), key=lambda one: one.asked, default=None)

    def forget(self, seconds: float = 0) -> None:
        """Let go of what nobody has asked for in so long; spared caches keep what they have."""
        before = time.monotonic() - seconds
        with self.letting_go() as done:
            while (oldest := self.oldest()) and oldest.asked <= before:
                done.append(oldest.leave())


TOGETHER = Budget()


class Cache(Generic[V]):
    """Values by key. Of those that take more bytes than `most` together, the ones longest not asked for are let go.

    Two threads that ask for the same key at once wait for one another, so that nothing is made twice.

    Parameters
    ----------
    most : int [bytes]
        A value that is larger by itself is not kept.
    size : bytes that a value takes
    gone : told of each value that is let go
    spared : bool
        What takes minutes to make does not go for what takes milliseconds: `most` alone bounds it, within the budget.
    """

    def __init__(
        self,
        most: int = MOST_BYTES,
        size: Callable[[V], int] = lambda value: ROUND + weight(value),
        gone: Callable[[V], None] = lambda value: None,
        spared: bool = False,
        budget: Budget = TOGETHER,
    ) -> None:
        self.most, self.size, self.gone, self.spared, self.budget = most, size, gone, spared, budget
        self.held: OrderedDict[str, Held[V]] = OrderedDict()  # the one last asked for comes last
        self.bytes = 0
        self._gates: dict[str, tuple[RLock, int]] = {}  # of the keys that are asked for now, and by how many
        self._lock = budget.lock
        with self._lock:
            budget.caches.add(self)

    def get(self, key: str, make: Callable[[], V]) -> V:
        """The value of this key; made, if there is none."""
        return self.renewed(key, lambda found: make() if found is None else found)

    def find(self, key: str) -> V | None:
        """The value of this key, if there is one."""
        with self._lock:
            held = self.held.get(key)
            if held is None:
                return None
            held.asked = time.monotonic()
            self.held.move_to_end(key)
            return held.value

    def renewed(self, key: str, make: Callable[[V | None], V]) -> V:
        """What is made of the value of this key, or of None; it is kept instead."""
        with self._lock:
            gate, waiting = self._gates.get(key, (RLock(), 0))
            self._gates[key] = gate, waiting + 1
        try:
            if not gate.acquire(blocking=False):
                with self.budget.waiting():
                    gate.acquire()
            try:
                found = self.find(key)
                value = make(found)
                if found is None or value is not found:
                    self._keep(key, value)
                return value
            finally:
                gate.release()
        finally:
            with self._lock:
                gate, waiting = self._gates.pop(key)
                if waiting > 1:
                    self._gates[key] = gate, waiting - 1

    def clear(self) -> None:
        with self.budget.letting_go() as done:
            done.extend(held.leave() for held in [*self.held.values()])

    def _keep(self, key: str, value: V) -> None:
        size = self.size(value)
        with self.budget.letting_go() as done:
            if key in self.held:
                done.append(self.held[key].leave())
            if size <= self.most:
                newest = self.held[key] = Held(self, key, value, size, time.monotonic())
                self.bytes += size
                while self.bytes > self.most:
                    done.append(next(iter(self.held.values())).leave())
                done.extend(self.budget.squeeze(newest))
