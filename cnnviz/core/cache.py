"""What was made before, kept within bounds."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock, RLock
from typing import Generic, TypeVar

V = TypeVar("V")


class Cache(Generic[V]):
    """Values by key. Of those that take more bytes than `most` together, the ones longest not asked for are let go.

    Two threads that ask for the same key at once wait for one another, so that nothing is made twice.

    Parameters
    ----------
    most : int [bytes]
        A value that is larger by itself is not kept.
    size : bytes that a value takes
    """

    def __init__(self, most: int, size: Callable[[V], int]) -> None:
        self.most, self.size = most, size
        self.held: OrderedDict[str, tuple[V, int]] = OrderedDict()  # the one last asked for comes last
        self.bytes = 0
        self._gates: dict[str, tuple[RLock, int]] = {}  # of the keys that are asked for now, and by how many
        self._lock = Lock()

    def get(self, key: str, make: Callable[[], V]) -> V:
        """The value of this key; made, if there is none."""
        return self.renewed(key, lambda found: make() if found is None else found)

    def find(self, key: str) -> V | None:
        """The value of this key, if there is one."""
        with self._lock:
            if key not in self.held:
                return None
            self.held.move_to_end(key)
            return self.held[key][0]

    def renewed(self, key: str, make: Callable[[V | None], V]) -> V:
        """What is made of the value of this key, or of None; it is kept instead."""
        with self._lock:
            gate, waiting = self._gates.get(key, (RLock(), 0))
            self._gates[key] = gate, waiting + 1
        try:
            with gate:
                found, _ = self.held.get(key, (None, 0))
                value = make(found)
                self._keep(key, value)
                return value
        finally:
            with self._lock:
                gate, waiting = self._gates.pop(key)
                if waiting > 1:
                    self._gates[key] = gate, waiting - 1

    def clear(self) -> None:
        with self._lock:
            self.held.clear()
            self.bytes = 0

    def _keep(self, key: str, value: V) -> None:
        size = self.size(value)
        with self._lock:
            _, before = self.held.pop(key, (None, 0))
            self.bytes -= before
            if size > self.most:
                return
            self.held[key] = value, size
            self.bytes += size
            while self.bytes > self.most:
                _, (_, gone) = self.held.popitem(last=False)
                self.bytes -= gone
