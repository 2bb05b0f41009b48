"""Coroutines in a process that may have a loop at work: Playwright's, which a test file that came before has begun."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(doing: Coroutine[Any, Any, T]) -> T:
    """What it gives, from a loop of its own."""
    return apart(asyncio.run, doing)


def apart(call: Callable[..., T], *given: Any) -> T:
    """What a function gives that begins a loop, from a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call, *given).result()
