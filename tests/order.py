"""In which order files are handed out, so that no core rests: those that wait beside those that compute, large first.

A browser or a server is waited for; two such files at once leave a processor idle, and a long one at the end both.
"""

from collections import defaultdict
from typing import Any

SECONDS = {"browser": 1.0, "server": 2.0, "none": 0.05}  # of a test, about, by what it waits for


def waits_for(item: Any) -> str:
    """What a test waits for, by its fixtures and by what its file starts."""
    asks = getattr(item, "fixturenames", ())
    if "browser" in asks:
        return "browser"
    return "server" if "app" in asks or "serve" in vars(getattr(item, "module", object())) else "none"


def mixed(items: list[Any]) -> None:
    """Put files of both kinds in turn, each kind's longest first; within a file nothing moves."""
    seconds: dict[bool, dict[str, float]] = {True: defaultdict(float), False: defaultdict(float)}
    waiting = {item.path for item in items if waits_for(item) != "none"}
    for item in items:
        seconds[item.path in waiting][item.path] += SECONDS[waits_for(item)]
    place = {}
    for kind in seconds.values():
        done = 0.0
        for path in sorted(kind, key=kind.__getitem__, reverse=True):
            place[path] = done / sum(kind.values())
            done += kind[path]
    items.sort(key=lambda item: place[item.path])
