"""A form: what a page asks for, one word after the other. An address answers it, or a person, by widgets."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from cnnviz.core.settings import Setting
from cnnviz.scenes.query.fields import NOTHING, PER_AXIS, Field, fields
from cnnviz.scenes.query.words import Word
from cnnviz.text import Message

File = tuple[bytes, str]  # what is in it, and its name


class Form:
    """Answers a page's questions. Here nobody is asked, and every word is at its default."""

    def ask(self, word: Word) -> Any:
        """What a word is."""
        return self.now(word)

    def row(self, *words: Word) -> list[Any]:
        """What words are that stand side by side."""
        return [self.ask(word) for word in words]

    def now(self, word: Word) -> Any:
        """What a word is that is asked for later, or nowhere."""
        return word.default

    def setting(
        self,
        kind: type[Setting],
        ndim: int,
        prefix: str = "",
        skip: tuple[str, ...] = (),
        start: Mapping[str, Any] = NOTHING,
    ) -> dict[str, Any]:
        """The values of a setting's knobs, by field name; see `fields`."""
        each = ndim > 1 and bool(self.now(PER_AXIS))
        with self.together(prefix):
            return {field.name: self.field(field) for field in fields(kind, ndim, prefix, skip, start, each)}

    def together(self, prefix: str) -> AbstractContextManager[Any]:
        """The place for all knobs of a setting."""
        return nullcontext()

    def field(self, field: Field) -> Any:
        """What a knob is, of one word or several."""
        return field.ask(self.ask)

    def per_axis(self, ndim: int, *kinds: tuple[type[Setting], str]) -> None:
        """Ask whether settings of these kinds and prefixes have one number for each axis."""
        if ndim > 1:
            self.ask(PER_AXIS)

    def file(self, key: str, label: Message, megabytes: int | None = None) -> File | None:
        """A file of the reader's own, of at most so many megabytes; no address holds one."""
        return None

    def parts(self, *titles: Message | None) -> Sequence[AbstractContextManager[Any]]:
        """Places for what is asked, one below the other, whatever is asked first."""
        return [nullcontext() for _ in titles]

    def folded(self, key: str, title: Message) -> AbstractContextManager[Any]:
        """A part that can be folded away; whether it is open stands in the address, too."""
        return nullcontext()

    def say(self, words: Message | None) -> None:
        """A line below what was asked last."""

    def stands(self, of: Any, draw: Callable[[], Any]) -> None:
        """Something that is no question stands here; it is another if `of` is."""

    def moved(self) -> AbstractContextManager["Form"]:
        """The place for what clicks on the stage move as well, and the form to ask there."""
        return nullcontext(self)


class Reader(Form):
    """Answers from the words of an address.

    Attributes
    ----------
    asked : words by key
        What was asked for.
    odd : texts by key
        What the address says of them that they cannot be; their defaults stand instead.
    """

    def __init__(self, said: Mapping[str, str]) -> None:
        self.said = said
        self.asked: dict[str, Word] = {}
        self.odd: dict[str, str] = {}

    def now(self, word: Word) -> Any:
        self.asked[word.key] = word
        text = self.said.get(word.key)
        if text is None:
            return word.default
        try:
            return word.read(text)
        except ValueError:
            self.odd[word.key] = text
            return word.default

    def spoken(self) -> dict[str, str]:
        """What the address says that is asked for and is not so anyway."""
        return {
            key: self.said[key]
            for key, word in self.asked.items()
            if key in self.said and key not in self.odd and word.read(self.said[key]) != word.default
        }
