"""Who does the work on the parts of a corpus: one line for each in `ENGINES`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from cnnviz.cli.corpus.local import Local
from cnnviz.cli.corpus.on_ray import OnRay


class Engine(Protocol):
    """Does work elsewhere."""

    def __call__(
        self, work: Callable[..., Any], search: Any, items: Sequence[Any], *more: Any
    ) -> Iterator[tuple[int, Any]]:
        """``work(search, item, *more)`` of each item: its place and what it gave, or the `JobError` that ended it.

        They come in any order. `work` is a function with a name of its own in a module.
        """
        ...


ENGINES: dict[str, Callable[[int], AbstractContextManager[Engine]]] = {"local": Local, "ray": OnRay}
