"""One example of a data set, as an input."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar

from numpy.typing import NDArray

from cnnviz.inputs.base import Array, Grid, Source
from cnnviz.inputs.datasets.base import Dataset
from cnnviz.inputs.datasets.digits import Digits
from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.inputs.events import UNSEEN
from cnnviz.text import Message


@dataclass(frozen=True)
class Example(Source):
    """An example of the test part, which no training has seen.

    Attributes
    ----------
    index : int
        Its place; one behind the last counts from the first again.
    """

    title: ClassVar[Message] = Message("An example")

    data: Dataset = field(default_factory=Digits)
    index: int = 0

    @property
    def both(self) -> tuple[Array, NDArray[Any]]:
        """The example, (channels, *axes), and its label: a class, or (classes, frames)."""
        if isinstance(self.data, SoundEvents):
            return clip_of(self.data, self.index % self.data.tested)
        part = self.data.split().test
        place = self.index % len(part)
        return part.x[place], part.y[place]

    def grid(self) -> Grid:
        x, y = self.both
        pixels = x.ndim == 3 and x.min() >= 0
        scale = "loud" if y.ndim else "picture" if pixels else "signed"
        return Grid(x, scale, Message("{data}, test example {index}", data=self.data.title, index=self.index))  # type: ignore[arg-type]

    def code(self) -> str:
        return f"{self.data.code()}\nx = x_test[[{self.index} % len(x_test)]]"


def example(data: Dataset, index: int) -> Example:
    """The test example at a place."""
    return Example(ndim=len(data.shape) - 1, data=data, index=index)


@lru_cache(maxsize=8)
def clip_of(data: SoundEvents, place: int) -> tuple[Array, NDArray[Any]]:
    """A clip of the test part and its events, made once: while a training goes on it is drawn twice a second."""
    part = data.examples(range(UNSEEN + place, UNSEEN + place + 1))
    return part.x[0], part.y[0]
