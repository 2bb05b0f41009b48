"""Where a link opens a player: its step, the cell that is pinned, and how it looks, as three words of the address.

``step=5`` counts from 1, as the player does; ``pin=output-0-0-2-3`` names a panel, a channel and a place. The browser
holds both against the scene. ``look=scale-map_strength-0.5`` says what the player's own knobs are, where they are not
as they begin.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cnnviz.scenes.blob import also
from cnnviz.text import Message

STEP, PIN, LOOK = "step", "pin", "look"  # in the address
TOLD = {STEP: Message("at its step"), PIN: Message("with its pinned cell"), LOOK: Message("with its own knobs")}
MOST_STEPS = 10**9  # more than any scene has
PANELS = "input|output|kernel|columns|matrix|product|added|toeplitz|vector|result|overwritten"
PLACE = re.compile(rf"({PANELS})(-\d{{1,7}}){{2,5}}", re.ASCII)

# Knobs of the player that a link carries; not its speed, and no zoom, which is of one screen's size.
FROM_0_TO_1 = r"0(\.\d{1,2})?|1(\.00?)?"
KNOBS = {
    "view": "stamp|gather",
    "scale": "map|layer|global",
    "coverage": "on",
    "serpentine": "on",
    "strength": FROM_0_TO_1,
    "threshold": FROM_0_TO_1,
    "hand": "computed|open|closed",
    "enlarged": r"\d{1,4}",  # which of the input's maps
    "row": r"\d{1,4}",  # which kernel, of a convolution as matrices
}

Look = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Opening:
    """Where a player opens.

    Attributes
    ----------
    step : int, from 0, or None
    pin : str
        Empty where no cell is pinned.
    look : tuple of (name, value)
        The player's own knobs that are not as they begin, in the order of `KNOBS`.
    """

    step: int | None = None
    pin: str = ""
    look: Look = ()

    def words(self) -> dict[str, str]:
        """As the address has it."""
        look = "_".join(f"{name}-{value}" for name, value in self.look)
        told = {STEP: "" if self.step is None else str(self.step + 1), PIN: self.pin, LOOK: look}
        return {word: text for word, text in told.items() if text}


def opening(said: Mapping[str, str]) -> tuple[Opening, dict[str, str]]:
    """Where an address opens a player, and by name what of it is no such place.

    >>> opening({"step": "5", "pin": "output-0-0-2-3"})
    (Opening(step=4, pin='output-0-0-2-3', look=()), {})
    >>> opening({"step": "0", "pin": "x"})
    (Opening(step=None, pin='', look=()), {'step': '0', 'pin': 'x'})
    """
    step, pin, text = (said.get(word, "") for word in TOLD)
    good = re.fullmatch(r"[1-9]\d{0,8}", step, re.ASCII)
    place = pin if PLACE.fullmatch(pin) else ""
    look = looks(dict(part.partition("-")[::2] for part in text.split("_")[: len(KNOBS)]))
    where = Opening(int(step) - 1 if good else None, place, look)
    return where, {word: said[word] for word in TOLD if word in said and said[word] != where.words().get(word)}


def looks(said: Mapping[str, Any]) -> Look:
    """What of this a player's knobs can be.

    >>> looks({"scale": "map", "strength": "0.5", "enlarged": "-1", "speed": "4"})
    (('scale', 'map'), ('strength', '0.5'))
    """
    values = ((name, said.get(name)) for name in KNOBS)
    return tuple((n, v) for n, v in values if isinstance(v, str) and re.fullmatch(KNOBS[n], v, re.ASCII))


def opened_at(blob: bytes, where: Opening) -> bytes:
    """The blob of a scene that the player opens there."""
    return also(blob, {"opens": asdict(where) | {"look": dict(where.look)}})
