"""Words of an address: what each may be, and how it is spelled. A page's widgets are drawn from them.

An address says ``stride=2``: `stride` is the word's key, and every word has a value that it has where nothing is said.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Any

from cnnviz.inputs.drawn import unpacked
from cnnviz.scenes.query.labels import label
from cnnviz.text import Message

LEAST, MOST = -(2**53 - 1), 2**53 - 1  # that a number box holds


@dataclass(frozen=True)
class Word:
    """One value that an address may hold.

    Attributes
    ----------
    key : str
        Its name in the address, and of its widget.
    default : Any
        What it is where the address does not say.
    label, help : str or Message
        What stands at the widget and beside it; the label is the key where it is empty.
    """

    key: str
    default: Any
    label: str | Message = ""
    help: str | Message = ""

    def read(self, text: str) -> Any:
        """What a text of the address says.

        Raises
        ------
        ValueError
            If the word cannot be that.
        """
        raise NotImplementedError

    def spell(self, value: Any) -> str:
        """The text for a value."""
        return str(value)


@dataclass(frozen=True)
class Number(Word):
    """A number within bounds; one whose default is None may be empty.

    Attributes
    ----------
    low, high : numbers of the value's own type, or None
    step, format : as `Knob` has them
    empty : str or Message
        What an empty box says.
    """

    low: float | None = None
    high: float | None = None
    step: float | None = None
    format: str | None = None
    empty: str | Message | None = None

    @property
    def whole(self) -> bool:
        """Is it a whole number?"""
        return not any(isinstance(one, float) for one in (self.default, self.low, self.high, self.step))

    @property
    def limits(self) -> tuple[float, float]:
        """Where the word has none, those of a number box.

        >>> Number("eps", 1e-5, high=1.0).limits
        (-9007199254740991.0, 1.0)
        """
        kind = int if self.whole else float
        return kind(LEAST if self.low is None else self.low), kind(MOST if self.high is None else self.high)

    def read(self, text: str) -> float | None:
        """
        >>> Number("stride", 1, low=1, high=8).read("2"), Number("rows", None, low=1).read("")
        (2, None)
        """
        if not text and self.default is None:
            return None
        number = float(text)
        low, high = self.limits
        if not isfinite(number) or not low <= (int(number) if self.whole else number) <= high:
            raise ValueError(text)
        return int(number) if self.whole else number

    def spell(self, value: float | None) -> str:
        """
        >>> Number("p", 0.5).spell(2.0), Number("rows", None).spell(None)
        ('2', '')
        """
        if value is None:
            return ""
        return str(int(value)) if value == int(value) else str(value)


@dataclass(frozen=True)
class OneOf(Word):
    """One of a few.

    Attributes
    ----------
    options : tuple
    row : bool
        They stand side by side rather than in a list.
    names : bool
        They are names, the same in every language: of code, or in a file.
    """

    options: tuple[Any, ...] = ()
    row: bool = False
    names: bool = False

    def labels(self) -> dict[str, str]:
        """How a reader sees each option, by how the address spells it."""
        return {str(one): str(one) if self.names else label(one) for one in self.options}

    def read(self, text: str) -> Any:
        """
        >>> OneOf("power", 1, options=(1, 2)).read("2")
        2
        """
        found = [option for option in self.options if str(option) == text]
        if not found:
            raise ValueError(text)
        return found[0]


@dataclass(frozen=True)
class Switch(Word):
    """On or off."""

    def read(self, text: str) -> bool:
        """
        >>> Switch("bias", True).read("False")
        False
        """
        if text.lower() not in ("true", "false"):
            raise ValueError(text)
        return text.lower() == "true"

    def spell(self, value: bool) -> str:
        return str(value).lower()


@dataclass(frozen=True)
class Text(Word):
    """A text.

    Attributes
    ----------
    lines : int
        As high as so many; a text of one line has no line breaks.
    empty : str
        What an empty box says.
    """

    lines: int = 1
    empty: str | Message = ""

    def read(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class Held(Text):
    """A text that no widget shows: buttons and files change it."""


@dataclass(frozen=True)
class Drawing(Held):
    """A drawing by hand, packed in a text.

    Attributes
    ----------
    size : (rows, columns)
        Of the grid that is drawn on.
    """

    size: tuple[int, int] = (8, 8)

    def read(self, text: str) -> str:
        """
        >>> Drawing("drawn", "").read("2x3-4aqa")
        '2x3-4aqa'
        """
        if text:
            unpacked(text)
        return text
