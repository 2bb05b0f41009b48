"""What all pictures share: paper, ink, colours and numbers."""

from functools import cache
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap
from numpy.typing import NDArray

from cnnviz.scenes.palette import PALETTE, TOP, key

GREY = "#808080"  # halfway between the papers of both themes
Shades = NDArray[np.uint8]  # (..., 4): red, green, blue, opacity
PLAIN: dict[str, Any] = {"parse_math": False}  # a file's name may hold $


@cache
def ramp(scale: str, dark: bool) -> Shades:
    """Colours of the levels 0 to `TOP`, as static/drawing/colour.js has them; and of 255, no number: nothing."""
    stops = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in PALETTE[scale][key(dark)]], float)
    at = np.linspace(0, len(stops) - 1, TOP + 1)
    rgb = [np.floor(np.interp(at, np.arange(len(stops)), stops[:, i]) + 0.5) for i in range(3)]
    return np.concatenate([np.stack([*rgb, np.full(TOP + 1, 255)], axis=1), np.zeros((1, 4))]).astype(np.uint8)


@cache
def colours(scale: str, dark: bool) -> ListedColormap:
    """The same for Matplotlib."""
    return ListedColormap(ramp(scale, dark)[:-1] / 255, name=scale)


def paper(dark: bool) -> str:
    """Zero of the diverging colours."""
    return PALETTE["signed"][key(dark)][2]


def ink(dark: bool) -> str:
    """White or black."""
    return PALETTE["picture"][key(dark)][int(dark)]
