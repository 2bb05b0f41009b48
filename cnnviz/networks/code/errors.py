"""The error of code that is not read or cannot be written, and how a stranger's words are named in it."""


class CodeError(ValueError):
    """Code that holds no chain of layers, or a network that no code can say: one plain sentence.

    Attributes
    ----------
    sentence : str
        Without the place.
    line, column : int or None
        Where in the text, from 1.
    """

    def __init__(self, sentence: str, line: int | None = None, column: int | None = None):
        place = "" if line is None else f"Line {line}: " if column is None else f"Line {line}, column {column}: "
        super().__init__(place + sentence)
        self.sentence, self.line, self.column = sentence, line, column


def shown(word: object, most: int = 40) -> str:
    """A stranger's word without control characters or undue length.

    >>> shown("conv" * 20)
    'convconvconvconvconvconvconvconvconvconv…'
    """
    text = word if isinstance(word, str) else repr(word)
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text[:most]) + "…" * (len(text) > most)
