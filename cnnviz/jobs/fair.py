"""A queue in which visitors take turns: whoever has least at work comes next, then whoever has waited longest."""

from collections import Counter, deque
from copy import deepcopy
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Whoever calls holds a lock.

    Examples
    --------
    >>> queue = FairQueue()
    >>> for visitor, film in (("ann", "A1"), ("ann", "A2"), ("bob", "B1")):
    ...     queue.put(visitor, film)
    >>> queue.ahead("A2"), [queue.take() for _ in range(3)]
    (2, ['A1', 'B1', 'A2'])
    """

    def __init__(self) -> None:
        self.waiting: dict[str, deque[T]] = {}  # in the order in which they have their turns
        self.working: Counter[str] = Counter()

    def __len__(self) -> int:
        return sum(map(len, self.waiting.values()))

    def put(self, visitor: str, item: T) -> None:
        self.waiting.setdefault(visitor, deque()).append(item)

    def take(self) -> T:
        """The next item; it counts as at work until `done`."""
        visitor = self.next()
        items = self.waiting.pop(visitor)
        item = items.popleft()
        if items:
            self.waiting[visitor] = items  # behind all others
        self.working[visitor] += 1
        return item

    def next(self) -> str:
        """Whose turn it is; of several the first."""
        return min(self.waiting, key=lambda visitor: self.working[visitor])

    def done(self, visitor: str) -> None:
        """One item of this visitor's is no longer at work."""
        self.working[visitor] -= 1
        self.working += Counter()  # drops those at zero

    def remove(self, visitor: str, item: T) -> bool:
        """Take an item out of the queue; False if it has been taken already."""
        items = self.waiting.get(visitor, deque())
        if item not in items:
            return False
        items.remove(item)
        if not items:
            del self.waiting[visitor]
        return True

    def ahead(self, item: T) -> int:
        """How many of those that wait now come before this one."""
        trial: FairQueue[int] = FairQueue()
        numbered = {visitor: [id(one) for one in items] for visitor, items in self.waiting.items()}
        trial.waiting = {visitor: deque(ids) for visitor, ids in numbered.items()}
        trial.working = deepcopy(self.working)
        return next((n for n in range(len(self)) if trial.take() == id(item)), 0)
