"""What every data set has in common."""

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.core.cache import Cache
from cnnviz.core.examples import Split
from cnnviz.core.layers import Shape
from cnnviz.core.settings import Setting
from cnnviz.inputs.base import check_knobs
from cnnviz.text import Message

MOST_BYTES = 512 * 2**20  # of one data set: two times the whole of Fashion-MNIST


_splits: Cache[Split] = Cache(MOST_BYTES)


@dataclass(frozen=True)
class Dataset(Setting):
    """Labelled examples: a frozen choice, which is `core.examples.Data`.

    Raises
    ------
    SourceError
        If a knob is below its smallest value or not among its choices.
    """

    title: ClassVar[Message]
    licence: ClassVar[Message]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_knobs(self)

    @property
    def shape(self) -> Shape:
        """(channels, *axes) of each example; asked without making any."""
        raise NotImplementedError

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names, by number; the data's own words, in every language."""
        raise NotImplementedError

    def split(self) -> Split:
        """The examples, made once; nobody may write into them."""
        return _splits.get(repr(self), self.made)

    def made(self) -> Split:
        """The examples, made now."""
        raise NotImplementedError

    def code(self) -> str:
        """Lines of Python, with imports, that define ``x, y, x_test, y_test``: the arrays of `split` as tensors."""
        raise NotImplementedError
