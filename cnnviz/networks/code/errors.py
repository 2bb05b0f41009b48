"""The error of code that is not read or cannot be written, and how a stranger's words are named in it."""

from typing import Any

from cnnviz.text import Message, Problem, _


class CodeError(Problem):
    """Code that holds no chain of layers, or a network that no code can say: one plain sentence.

    Attributes
    ----------
    line, column : int or None
        Where in the text, from 1.
    """

    def __init__(self, message: str | Message, /, line: int | None = None, column: int | None = None, **places: Any):
        super().__init__(message, **places)
        self.line, self.column = line, column

    @property
    def sentence(self) -> str:
        """The sentence without the place."""
        return str(self.message)

    def __str__(self) -> str:
        if self.line is None:
            return self.sentence
        if self.column is None:
            return _("Line {line}: {sentence}", line=self.line, sentence=self.sentence)
        return _("Line {line}, column {column}: {sentence}", line=self.line, column=self.column, sentence=self.sentence)


def shown(word: object, most: int = 40) -> str:
    """A stranger's word without control characters or undue length.

    >>> shown("conv" * 20)
    'convconvconvconvconvconvconvconvconvconv…'
    """
    text = word if isinstance(word, str) else repr(word)
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text[:most]) + "…" * (len(text) > most)
