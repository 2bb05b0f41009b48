"""A job as the pool sees it."""

from dataclasses import dataclass, field
from threading import Event
from typing import Any

from cnnviz.jobs.errors import Reason
from cnnviz.jobs.process import Process


@dataclass(eq=False)
class Task:
    """All but `ended` is read and written under the pool's lock."""

    visitor: str
    packed: bytes
    seconds: float
    process: Process | None = None  # while it runs
    stopped: Reason | None = None  # why its process was killed
    begun: bool = False  # the process has it, and can be told something
    words: list[str] = field(default_factory=list)  # to be told once it has begun
    progress: tuple[int, int] = (0, 0)
    parts: list[Any] = field(default_factory=list)  # that came before the end
    outcome: tuple[str, Any] = ("", None)  # done or failed, and with what
    ended: Event = field(default_factory=Event)
