"""Where a link opens a player: its step, and the cell that is pinned, as two words of the address.

``step=5`` counts from 1, as the player does; ``pin=output-0-0-2-3`` names a panel, a channel and a place. The browser
holds both against the scene.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

STEP, PIN = "step", "pin"  # in the address
TOLD = {STEP: "at its step", PIN: "with its pinned cell"}
MOST_STEPS = 10**9  # more than any scene has
PLACE = re.compile(r"(input|output|kernel)(-\d{1,7}){2,5}", re.ASCII)


@dataclass(frozen=True)
class Opening:
    """A step, from 0, and a pinned cell; empty where none is pinned."""

    step: int | None = None
    pin: str = ""

    def words(self) -> dict[str, str]:
        """As the address has it."""
        return ({} if self.step is None else {STEP: str(self.step + 1)}) | ({PIN: self.pin} if self.pin else {})


def opening(said: Mapping[str, str]) -> tuple[Opening, dict[str, str]]:
    """Where an address opens a player, and by name what of it is no such place.

    >>> opening({"step": "5", "pin": "output-0-0-2-3"})
    (Opening(step=4, pin='output-0-0-2-3'), {})
    >>> opening({"step": "0", "pin": "x"})
    (Opening(step=None, pin=''), {'step': '0', 'pin': 'x'})
    """
    step, pin = said.get(STEP, ""), said.get(PIN, "")
    good = re.fullmatch(r"[1-9]\d{0,8}", step, re.ASCII)
    place = pin if PLACE.fullmatch(pin) else ""
    odd = {name: said[name] for name, found in ((STEP, good), (PIN, place)) if name in said and not found}
    return Opening(int(step) - 1 if good else None, place), odd


def opened_at(blob: bytes, where: Opening) -> bytes:
    """The blob of a scene that the player opens there."""
    size = int.from_bytes(blob[:8], "little")  # of the header, as safetensors has it
    header = json.loads(blob[8 : 8 + size])
    scene = json.loads(header["__metadata__"]["scene"]) | {"opens": asdict(where)}
    header["__metadata__"]["scene"] = json.dumps(scene, separators=(",", ":"), ensure_ascii=False)
    told = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    told += b" " * (-len(told) % 8)  # tensors begin at multiples of eight bytes
    return len(told).to_bytes(8, "little") + told + blob[8 + size :]
