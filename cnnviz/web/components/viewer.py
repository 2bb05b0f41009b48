"""The viewer: all maps of a stage, alive in the browser, in time with the sound; see ``static/viewer``."""

from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.web.components.component import component, message

ROOM = 'style="min-height: 900px"'

_mount = component("cnnviz_viewer", "viewer/viewer", ROOM)


def viewer(blob: bytes, key: str, on_pick: Callable[[Mapping[str, Any]], None]) -> None:
    """Show what `make_maps` gives; viewers of one page share one cursor.

    Parameters
    ----------
    blob : bytes
    key : str
        One viewer each; a viewer with the same key goes on where it was.
    on_pick : callback
        Gets what was picked: ``{"stage": name}``, ``{"channel": number}``, ``{"class": number}``,
        ``{"unit": [frame, mel]}``, or ``{"part": [from, to]}`` in seconds.
    """

    def picked() -> None:
        on_pick(message(key, "picked"))

    _mount(key=key, data=blob, on_picked_change=picked)
