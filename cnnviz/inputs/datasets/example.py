"""One example of a data set, as an input."""

from dataclasses import dataclass, field
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
        if isinstance(self.data, SoundEvents):  # whose clips are made one by one
            at = UNSEEN + self.index % self.data.tested
            part, place = self.data.examples(range(at, at + 1)), 0
        else:
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
