"""What a channel answers to, alive in the browser; see ``static/answers``."""

from cnnviz.web.components.component import component

ROOM = 'data-role="answers" style="min-height: 420px"'

_mount = component("cnnviz_answers", "answers/answers", ROOM)


def answers(blob: bytes, key: str) -> None:
    """Show what `make_panel` gives; it follows the channel that is chosen in an overview of the same page."""
    _mount(key=key, data=blob)
