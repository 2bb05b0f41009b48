"""One example of a data set as an input, with what it is in truth."""

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.core.examples import Examples
from cnnviz.core.settings import knob
from cnnviz.inputs.base import Grid, Source, SourceError
from cnnviz.inputs.datasets import Dataset
from cnnviz.inputs.datasets.digits import Digits
from cnnviz.inputs.datasets.fashion_mnist import FashionMNIST
from cnnviz.inputs.datasets.signals import Signals1D
from cnnviz.text import Message

# What networks learn from, by names for an address: pictures and signals.
PICTURES: dict[str, Dataset] = {
    "fashion-mnist": FashionMNIST(),
    "fashion-mnist-32": FashionMNIST(padding=2),
    "digits": Digits(),
}
SIGNALS: dict[str, Dataset] = {"signals": Signals1D(), "signals-shuffled": Signals1D(shuffled=True)}

INDEX = Message("which of them, in the order of the data")
TEST = Message("one of those to test on, which no network learns from")


@dataclass(frozen=True)
class Example(Source):
    """A picture of a data set, as a network reads it: from 0 to 1."""

    title: ClassVar[Message] = Message("Example of a data set")
    ndims: ClassVar[tuple[int, ...]] = (2,)

    data: str = knob("fashion-mnist", choices=tuple(PICTURES), help=Message("which data it is of"))
    index: int = knob(0, 0, 9999, INDEX)
    test: bool = knob(True, help=TEST)

    @property
    def of(self) -> Dataset:
        """The data set."""
        return (PICTURES | SIGNALS)[self.data]

    @property
    def examples(self) -> Examples:
        """Those among which it is."""
        split = self.of.split()
        return split.test if self.test else split.train

    @property
    def label(self) -> int:
        """Its class, as a number.

        Raises
        ------
        SourceError
            If there are not so many examples.
        """
        count = len(self.examples)
        if self.index >= count:
            raise SourceError(
                "Example {index:,} of {data} does not exist: choose from 0 to {last:,}.",
                index=self.index,
                data=self.of.title,
                last=count - 1,
            )
        return int(self.examples.y[self.index])

    def grid(self) -> Grid:
        what = self.of.classes[self.label]
        said = Message("{what}, of {data}", what=what, data=self.of.title)
        return Grid(self.examples.x[self.index].copy(), "picture" if self.ndim == 2 else "signed", said)

    def code(self) -> str:
        name = "x_test" if self.test else "x"
        return f"{self.of.code()}\nx = {name}[{self.index}:{self.index + 1}]"


@dataclass(frozen=True)
class SignalExample(Example):
    """A signal of a data set."""

    title: ClassVar[Message] = Message("Signal of a data set")
    ndims: ClassVar[tuple[int, ...]] = (1,)

    ndim: int = knob(1, choices=(1,), help=Message("time"))
    data: str = knob("signals", choices=tuple(SIGNALS), help=Message("which data it is of"))
    index: int = knob(0, 0, 3999, INDEX)
