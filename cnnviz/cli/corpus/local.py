"""Parts done by worker processes of this machine, as the server has them: held to memory and time, and replaced."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cnnviz.jobs import Job, JobError, Kind, Pool
from cnnviz.tensorfile.apart import job

MEMORY = 4 * 2**30  # bytes that a part may take
SECONDS = 3600.0  # that it may take
AHEAD = 2  # parts for each worker that are handed over


class Local:
    """So many workers."""

    def __init__(self, processes: int):
        self.ahead = AHEAD * processes
        self.pool = Pool(Kind(MEMORY, modules=("cnnviz.scenes.corpus.search",)), processes)

    def __enter__(self) -> "Local":
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.close()

    def __call__(
        self, work: Callable[..., Any], search: Any, items: Sequence[Any], *more: Any
    ) -> Iterator[tuple[int, Any]]:
        """In order; no more parts are in memory than are handed over."""
        rest = enumerate(items)
        begun: deque[tuple[int, Job]] = deque()
        while True:
            while len(begun) < self.ahead and (one := next(rest, None)):
                place, item = one
                begun.append((place, self.pool.submit("corpus", job, work, search, item, *more, seconds=SECONDS)))
            if not begun:
                return
            place, first = begun.popleft()
            try:
                yield place, first.result()
            except JobError as error:
                yield place, error
