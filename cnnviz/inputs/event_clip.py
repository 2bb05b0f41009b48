"""A clip with sound events whose onsets and offsets are known, so that what a network hears can be held to them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from cnnviz.core.settings import knob
from cnnviz.inputs import events
from cnnviz.inputs.base import Array, Grid, Source
from cnnviz.inputs.events import UNSEEN, Event
from cnnviz.inputs.logmel import DESED, Features
from cnnviz.inputs.sound import SOUNDS, at_rate, log_mel_head, log_mel_lines, seen
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
        kinds = dict.fromkeys(event.kind for event in self.events)
        heard = listed([SOUNDS[kind][0] for kind in kinds])
        return seen(self.samples(), self.features, heard, self.seconds)

    def code(self) -> str:
        return f"""\
{log_mel_head(self.features)}


{events.code()}


samples, events = mixed({self.seed}, {self.seconds}, {self.most})
samples = samples.clip(-1, 1).astype(np.float32)
{log_mel_lines(self.features)}
x = torch.tensor(values)[None, None]"""


@lru_cache(maxsize=1024)
def events_of(seed: int, seconds: int, most: int) -> tuple[Event, ...]:
    """The events of a clip, for whose sake it is made once: a page asks at each look at another channel."""
    return events.clip(seed, seconds, most)[1]
