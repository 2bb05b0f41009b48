"""A deadline, where there is a thread to be had for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any


@contextmanager
def clock(seconds: float, then: Callable[..., None], *arguments: Any) -> Iterator[bool]:
    """Have something done if this takes longer; False where there is no thread to be had for that."""
    timer = Timer(seconds, then, arguments)
    try:
        timer.start()
    except RuntimeError:
        yield False
        return
    try:
        yield True
    finally:
        timer.cancel()
