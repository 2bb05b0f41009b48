"""What a channel answers to, alive in the browser; see ``static/answers``."""

from collections.abc import Callable

from cnnviz.web.components.component import component, message, whole

ROOM = 'data-role="answers" style="min-height: 420px"'

_mount = component("cnnviz_answers", "answers/answers", ROOM)


def answers(blob: bytes, key: str, on_open: Callable[[int], None] = lambda tile: None) -> None:
    """Show what `make_panel` gives; it follows the channel that is chosen in an overview of the same page.

    Parameters
    ----------
    on_open : callback
        Gets which of the clips shall be opened; from a stranger's browser, so it may be any number from 0 to 99.
    """

    def opened() -> None:
        tile = message(key, "opened").get("tile")
        if isinstance(tile, int) and whole(tile, 100):
            on_open(tile)

    _mount(key=key, data=blob, on_opened_change=opened)
