"""What is clicked in the viewer goes into the address.

It is no part of the page: the session keeps callbacks, and with a function of a page all that the page has drawn.
"""

from collections.abc import Mapping
from typing import Any

from cnnviz.networks.desed import HEAD
from cnnviz.scenes.query.exciting import MARKS, UNIT, cleaned
from cnnviz.web.components.component import whole
from cnnviz.web.sound_widgets import take_part
from cnnviz.web.widgets import place, redraw_page


def pick(choice: Mapping[str, Any]) -> None:
    """What was clicked in the viewer; from a stranger's browser, so nothing is taken on trust."""
    match dict(choice):
        case {"stage": str(name)} if name.isalnum():
            place({"stage": name[:20]} | dict.fromkeys(UNIT))
        case {"channel": channel} if whole(channel, 512):
            place({"channel": channel})
        case {"class": int() as channel} if whole(channel, 512):
            place({"stage": HEAD, "channel": channel})
        case {"unit": [frame, mel]} if whole(frame, 100_000) and whole(mel, 100_000):
            place(dict(zip(UNIT, (frame, mel), strict=True)))
        case {"marks": [*marks]}:
            place({MARKS.key: cleaned(marks)})  # which no widget shows
        case {"part": [int() | float() as start, int() | float() as stop]} if 0 <= start < stop < 3600:
            take_part(start, stop)
            redraw_page()
