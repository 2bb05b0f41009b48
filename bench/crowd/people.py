"""Who comes: on which page, which knobs they turn, and how."""

import io
import wave
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np

from bench.visitors import Visitor
from bench.visitors.screen import Widget

RATE = 44_100  # Hz, of an uploaded clip
UPLOADER = "file_uploader"
FILM = "Film for slides and chats (GIF)"
NUMBERS, LISTS, SWITCHES = "number_input", ("selectbox", "radio"), "checkbox"


@dataclass(frozen=True)
class Kind:
    """A kind of visitor.

    Attributes
    ----------
    page, query : str
        The link.
    knobs : names of widgets
        One of these is turned at each change.
    uploads : float [s]
        Length of a clip that is uploaded first; none at 0.
    film : bool
        A film is asked for first.
    button : str
        Pressed first.
    """

    page: str
    query: str = ""
    knobs: tuple[str, ...] = ()
    uploads: float = 0
    film: bool = False
    button: str = ""


@dataclass
class Person:
    """One visitor.

    Attributes
    ----------
    seed : int
        Everything that it does by chance.
    """

    kind: Kind
    visitor: Visitor
    seed: int
    random: Random = field(init=False)
    brings: bytes = field(init=False, repr=False)  # a clip of its own, if it uploads one

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.brings = clip(self.kind.uploads, self.seed) if self.kind.uploads else b""

    async def turn(self) -> float:
        """Turn a knob; seconds until all is there."""
        screen = self.visitor.screen
        name = self.random.choice([name for name in self.kind.knobs if screen.has(name)])
        self.visitor.set(name, turned(screen.find(name), screen.values, self.random))
        return await self.visitor.run()

    async def upload(self) -> float:
        """Upload a clip that nobody else has; seconds until it is shown."""
        seconds = await self.visitor.upload(UPLOADER, f"clip-{self.seed}.wav", self.brings)
        if self.visitor.screen.warned:
            raise RuntimeError(f"an upload is not shown: {self.visitor.screen.warned[0]}")
        return seconds

    async def make_film(self, steps: int = 0) -> float:
        """Ask for a film; it is done when nothing on the page asks for how far it is."""
        self.visitor.set("file", FILM)
        seconds = await self.visitor.run()
        if steps:
            for name, value in (("part", "from … to"), ("last step", steps)):
                self.visitor.set(name, value)
                seconds += await self.visitor.run()
        return seconds + await self.visitor.run("Make the film")


def turned(widget: Widget, values: dict[str, Any], random: Random) -> Any:
    """What a knob stands at after a click: one step up or down, another word, on or off."""
    proto = widget.proto
    _, now = values.get(proto.id, ("", None))
    if widget.kind == NUMBERS:
        step = proto.step or 1
        now = proto.min if now is None else now
        most = proto.max if proto.has_max else now + step
        least = proto.min if proto.has_min else now - step
        return random.choice([value for value in (now - step, now + step) if least <= value <= most] or [now])
    if widget.kind in LISTS:
        return random.choice([option for option in proto.options if option != now])
    if widget.kind == SWITCHES:
        return not now
    raise LookupError(f"{widget.kind} is no knob")


def clip(seconds: float, seed: int) -> bytes:
    """A WAV of tones and noise, mono, 16 bit."""
    make = np.random.default_rng(seed)
    t = np.arange(round(RATE * seconds)) / RATE
    wave_ = 0.3 * np.sin(2 * np.pi * make.uniform(200, 4000) * t) + 0.05 * make.standard_normal(t.size)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((32767 * np.clip(wave_, -1, 1)).astype("<i2").tobytes())
    return file.getvalue()
