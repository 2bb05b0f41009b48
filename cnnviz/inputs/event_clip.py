"""A clip with sound events whose onsets and offsets are known, so that what a network hears can be held to them."""

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import ClassVar

from cnnviz.core.settings import knob
from cnnviz.inputs import events
from cnnviz.inputs.base import Array, Grid, Source
from cnnviz.inputs.events import UNSEEN, Event
from cnnviz.inputs.logmel import DESED, RATE, Features, log_mel
from cnnviz.inputs.oddities import of_levels
from cnnviz.inputs.sound import SOUNDS, at_rate, log_mel_lines
from cnnviz.text import Message, listed


@dataclass(frozen=True)
class EventClip(Source):
    """The log-mel spectrogram of a clip of `inputs.events`: rows are frames, columns are mels."""

    title: ClassVar[Message] = Message("Sound events")
    ndims: ClassVar[tuple[int, ...]] = (2,)

    number: int = knob(0, 0, 9999, Message("which clip; each has events of its own"))
    unseen: bool = knob(True, help=Message("a clip that no network has learned from"))
    seconds: int = knob(5, 1, 10, Message("length of the clip"))
    most: int = knob(4, 1, 8, Message("the most events it may have, one over another"))
    features: Features = DESED

    def __post_init__(self) -> None:
        super().__post_init__()
        self.features.check(self.seconds * self.features.rate)

    @property
    def seed(self) -> int:
        return self.number + UNSEEN * self.unseen

    @property
    def events(self) -> tuple[Event, ...]:
        """What is heard in truth, in the order of onsets."""
        return events_of(self.seed, self.seconds, self.most)

    def samples(self) -> Array:
        made, _ = events.clip(self.seed, self.seconds, self.most)
        return at_rate(made, self.features.rate)

    def grid(self) -> Grid:
        values = log_mel(self.samples(), self.features)
        size = Message("{frames} frames × {mels} mels", frames=values.shape[1], mels=values.shape[2])
        kinds = dict.fromkeys(event.kind for event in self.events)
        heard = listed([SOUNDS[kind][0] for kind in kinds])
        length = Message("{seconds} s", seconds=self.seconds)
        return Grid(values, "loud", listed((heard, length, size, *self.features.empty_notes())), of_levels(values))

    def code(self) -> str:
        numbers = "\n".join(f"{name} = {value!r}" for name, value in asdict(self.features).items())
        return f"""\
import librosa
import numpy as np
import torch

RATE = {RATE}
{numbers}


{events.code()}


samples, events = mixed({self.seed}, {self.seconds}, {self.most})
samples = samples.clip(-1, 1).astype(np.float32)
{log_mel_lines(self.features)}
x = torch.tensor(values)[None, None]"""


@lru_cache(maxsize=1024)
def events_of(seed: int, seconds: int, most: int) -> tuple[Event, ...]:
    """The events of a clip, for whose sake it is made once: a page asks at each look at another channel."""
    return events.clip(seed, seconds, most)[1]
