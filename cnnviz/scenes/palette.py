"""The one place for colours."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.layers import Array

# Stops from the lowest value to the highest. Zero is the middle of the diverging scales: the page's own background.
PALETTE: dict[str, dict[str, list[str]]] = {
    "signed": {
        "light": ["#1a5a9e", "#8ab6de", "#ffffff", "#f5b38c", "#c2410c"],
        "dark": ["#7cc0ff", "#2c639b", "#0e1117", "#a8512a", "#ffb48a"],
    },
    "weight": {
        "light": ["#6b2f8f", "#bea2ce", "#ffffff", "#98c9a0", "#1b7837"],
        "dark": ["#d3a6f2", "#74478f", "#0e1117", "#2a7a50", "#7fe0a8"],
    },
    "picture": {"light": ["#000000", "#ffffff"], "dark": ["#000000", "#ffffff"]},
    # loudness: each step looks as large as any other
    "loud": {
        "light": ["#000004", "#420a68", "#932667", "#dd513a", "#fca50a", "#fcffa4"],
        "dark": ["#000004", "#420a68", "#932667", "#dd513a", "#fca50a", "#fcffa4"],
    },
    "count": {"light": ["#f3f0fa", "#5b3fa8"], "dark": ["#1c1730", "#b9a3ff"]},
    # gates and masks: from closed to open
    "gate": {
        "light": ["#30184f", "#3b5a8c", "#2c8f8c", "#62c368", "#f7e225"],
        "dark": ["#30184f", "#3b5a8c", "#2c8f8c", "#62c368", "#f7e225"],
    },
    # groups of channels: told apart in every colour vision (tests/test_colours.py), and always named as well
    "groups": {
        "light": ["#2a47ff", "#88734d", "#2e8182", "#660b56", "#0a0a0a", "#7c0700"],
        "dark": ["#bec6ff", "#d55609", "#40fed2", "#c723ff", "#6f8178", "#ffff35"],
    },
}


DIVERGING = ("signed", "weight")


def coloured(used: Collection[str]) -> dict[str, Any]:
    """What a scene says of the scales that it uses: their colours, and which of them diverge."""
    return {
        "diverging": [name for name in DIVERGING if name in used],
        "palette": {name: PALETTE[name] for name in PALETTE if name in used},
    }


def ranges(x: NDArray[Any]) -> NDArray[np.float32]:
    """Lowest and highest finite value of each channel, shape (channels, 2); 0 and 0 where none is finite."""
    flat = x.reshape(len(x), -1)
    ends = np.stack([flat.min(axis=1, initial=np.inf), flat.max(axis=1, initial=-np.inf)], axis=1)
    if np.isfinite(ends).all():  # then all between is
        return ends.astype(np.float32)
    finite = np.isfinite(flat)
    low = np.where(finite, flat, np.inf).min(axis=1)
    high = np.where(finite, flat, -np.inf).max(axis=1)
    found = finite.any(axis=1)
    return np.stack([np.where(found, low, 0), np.where(found, high, 0)], axis=1).astype(np.float32)


def limits(scale: str, values: Array) -> tuple[float, float]:
    """The ends of a colour bar, as static/drawing/colour.js has them: zero is in the middle of a diverging one."""
    low, high = map(float, ranges(values[None])[0])
    if scale == "gate":
        return 0, 1
    if scale in DIVERGING:
        most = max(abs(low), abs(high)) or 1
        return -most, most
    return (low, high) if low < high else (min(low, 0), max(low, 0) if low else 1)


def key(dark: bool) -> str:
    return "dark" if dark else "light"


TOP = 254  # the highest of the 8-bit levels, as in static/drawing/colour.js; 255 is no number
