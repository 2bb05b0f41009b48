"""The overview: a whole network at a glance, alive in the browser; see ``static/overview``."""

import json
from collections.abc import Callable

from cnnviz.scenes.blob import header_of
from cnnviz.web.components.component import component, message

ROOM = 'data-role="overview" style="min-height: 900px"'

_mount = component("cnnviz_overview", "overview/overview", ROOM)


def overview(blob: bytes, key: str, on_open: Callable[[str], None]) -> None:
    """Show what `make_flow` gives.

    Parameters
    ----------
    blob : bytes
    key : str
        One overview each; an overview with the same key goes on where it was.
    on_open : callback
        Gets the name of the stage that shall be opened: one of those in the blob, never the input.
    """

    known = stages(blob)  # the session keeps these, and not the blob

    def picked() -> None:
        match message(key, "picked"):
            case {"stage": str(stage)} if stage in known:
                on_open(stage)

    _mount(key=key, data=blob, on_picked_change=picked)


def stages(blob: bytes) -> list[str]:
    """Names of the stages of a blob of `make_flow`, without the input."""
    _, header = header_of(blob)
    return [str(stage["name"]) for stage in json.loads(header["__metadata__"]["scene"])["stages"][1:]]
