"""What every source of input has in common."""

from dataclasses import dataclass
from math import prod
from pathlib import PureWindowsPath
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.settings import Setting, knob, knobs
from cnnviz.text import Message, Problem, either, listed

Array = NDArray[np.float32]

MAX_VALUES = 4_000_000  # numbers that one input may hold, all channels together


class SourceError(Problem):
    """An input that cannot be used: one plain sentence saying what it is and what was expected."""


def plain_name(name: str) -> str:
    """A file's name without folders, control characters or undue length.

    >>> plain_name("C:\\\\home\\\\me/cat.png")
    'cat.png'
    """
    last = PureWindowsPath(name).name  # splits at both kinds of slash
    return "".join(c for c in last if c.isprintable())[:60] or "upload"


@dataclass(frozen=True)
class Notice:
    """What a reader would otherwise take for the content of an input, in one sentence, and the ways out.

    Attributes
    ----------
    fixes : tuple of (words, dict)
        What each does, for its button, and the change of the source's own knobs, by field name.
    """

    sentence: Message
    fixes: tuple[tuple[Message, dict[str, Any]], ...] = ()


@dataclass(frozen=True, eq=False)
class Grid:
    """An input map.

    Attributes
    ----------
    values : float32 array, shape (channels, *axes) with one to three axes
    scale : "signed", "picture" or "loud"
        How to colour it: diverging about zero, black to white like a photograph, or as sound from quiet to loud.
    caption : Message
        What it is, in a few words.
    notices : tuple of Notice
        What is odd about it.
    """

    values: Array
    scale: Literal["signed", "picture", "loud"]
    caption: Message
    notices: tuple[Notice, ...] = ()


def check_size(data: bytes, most: int, wanted: Message) -> None:
    """Refuse an uploaded file that is empty or larger than so many bytes."""
    if not data:
        raise SourceError("An empty file: upload {wanted}.", wanted=wanted)
    if len(data) > most:
        raise SourceError("A file of {count:,} bytes: at most {most:,} are read.", count=len(data), most=most)


def check_knobs(setting: Setting) -> None:
    """Raise `SourceError` if a knob is below its smallest value or not among its choices."""
    for name, k in knobs(setting).items():
        value = getattr(setting, name)
        if k.choices and value not in k.choices:
            raise SourceError(
                "{name} is {value}: choose from {choices}.", name=name, value=value, choices=listed(k.choices)
            )
        if k.low is not None and value is not None and not np.min(value) >= k.low:
            raise SourceError("{name} is {value}: it is at least {low}.", name=name, value=np.min(value), low=k.low)


@dataclass(frozen=True)
class Source(Setting):
    """Where an input comes from: a frozen choice that answers `grid()` and `code()`.

    Raises
    ------
    SourceError
        If a knob is below its smallest value or not among its choices, the source does not come with `ndim` axes,
        or it would hold more than `MAX_VALUES` numbers.
    """

    title: ClassVar[Message]
    ndims: ClassVar[tuple[int, ...]] = (1, 2, 3)

    ndim: int = knob(2, choices=(1, 2, 3), help=Message("axes that the kernel slides along"))

    def __post_init__(self) -> None:
        if self.ndim not in self.ndims:
            raise SourceError(
                "{title} comes with {axes} axes, not {ndim}.", title=self.title, axes=either(self.ndims), ndim=self.ndim
            )
        super().__post_init__()
        check_knobs(self)
        cells = prod(getattr(self, "size", ())) * getattr(self, "channels", 1)
        if cells > MAX_VALUES:
            raise SourceError(
                "{cells:,} numbers: at most {most:,} are shown. Choose a smaller size.", cells=cells, most=MAX_VALUES
            )

    def grid(self) -> Grid:
        """The input itself."""
        raise NotImplementedError

    def samples(self) -> Array | None:
        """What there is to hear: mono samples at `Features.rate`, or None where the input is no sound."""
        return None

    def code(self) -> str:
        """Python lines, with imports, that define the same input as a tensor ``x`` of shape (1, channels, *axes)."""
        raise NotImplementedError
