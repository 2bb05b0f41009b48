"""What all pictures share: paper, ink, colours, numbers, and the lock that drawing takes."""

from functools import cache
from threading import Lock
from typing import Any

from matplotlib.colors import LinearSegmentedColormap

from cnnviz.scenes.palette import PALETTE, TOP, key

DRAWING = Lock()  # Matplotlib is not thread-safe, by its own word; the sessions of a server are threads
GREY = "#808080"  # halfway between the papers of both themes
PLAIN: dict[str, Any] = {"parse_math": False}  # a file's name may hold $


@cache
def colours(scale: str, dark: bool) -> LinearSegmentedColormap:
    """A scale of the palette, in as many levels as the player has."""
    return LinearSegmentedColormap.from_list(scale, PALETTE[scale][key(dark)], TOP + 1)


def paper(dark: bool) -> str:
    """Zero of the diverging colours."""
    return PALETTE["signed"][key(dark)][2]


def ink(dark: bool) -> str:
    """White or black."""
    return PALETTE["picture"][key(dark)][int(dark)]


def number(value: float) -> str:
    """As short as it can be read.

    >>> number(-0.123456), number(2)
    ('−0.123', '2')
    """
    return f"{value:.3g}".replace("-", "−")
