"""Messages: a whole English sentence with named places, put into words when it is shown.

`_` and `plural` say one now; `Message` and `Plural` say one later, whenever `str` is asked, in the language that is
spoken then: for what is made when a module is imported, kept in a cache, or raised as a `Problem`.
"""

from string import Formatter
from typing import Any

from cnnviz.text.catalogue import counted, translated
from cnnviz.text.language import Language, spoken

# What a stranger's word may hold and no screen shows, or turns the rest of the sentence round: seen by its number.
UNSEEN = {
    code: f"U+{code:04X}"
    for part in ("\0\x08", "\x0b\x0c", "\x0e\x1f", "\x7f\x9f", "\u202a\u202e", "\u2066\u2069", "\ud800\udfff")
    for code in range(ord(part[0]), ord(part[1]) + 1)
}


class Places(Formatter):
    """Puts values into their places; a number with a format is written as the language writes it.

    What has no format stays as it is: sizes in torch's code have no thousands separators.
    """

    def __init__(self, language: Language):
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if not format_spec:
            return seen(value) if isinstance(value, str) else str(value)
        return marked(format(value, format_spec), self.language)


def seen(word: str) -> str:
    """A word with every character to be seen; breaks between lines stay.

    >>> seen("a\\0b")
    'aU+0000b'
    """
    return word if word.isprintable() else word.translate(UNSEEN)


def marked(number: str, language: Language) -> str:
    """A number that Python wrote, with the language's separators.

    >>> from cnnviz.text.language import PSEUDO
    >>> marked("1,234.5", PSEUDO)
    '1\\u202f234,5'
    """
    marks: dict[str, str | int | None] = {",": language.thousands, ".": language.decimal, "%": language.percent}
    return number.translate(str.maketrans(marks))


class Message:
    """A message and the values of its places, in no language yet.

    Examples
    --------
    >>> str(Message("A window of {cells:,} cells.", cells=1024))
    'A window of 1,024 cells.'
    """

    def __init__(self, message: str, /, **places: Any):
        self.message, self.places = message, places

    def __str__(self) -> str:
        return put(translated(self.message, spoken()), self.places)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r}, {self.places})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(self.message)


class Plural(Message):
    """A message with a form for one and a form for many, chosen by a count, which is the place ``n``.

    >>> str(Plural("{n} cell", "{n:,} cells", 1)), str(Plural("{n} cell", "{n:,} cells", 2000))
    ('1 cell', '2,000 cells')
    """

    def __init__(self, one: str, many: str, count: int, /, **places: Any):
        super().__init__(one, n=count, **places)
        self.many = many

    def of(self, count: int) -> "Plural":
        """The same of another count."""
        return Plural(self.message, self.many, count, **{name: v for name, v in self.places.items() if name != "n"})

    def __str__(self) -> str:
        return put(counted(self.message, self.many, self.places["n"], spoken()), self.places)


def put(message: str, places: dict[str, Any]) -> str:
    """The values in their places; a message without any is left as it is, braces and all."""
    return Places(spoken()).vformat(message, (), places) if places else message


def _(message: str, /, **places: Any) -> str:
    """A message, said now.

    >>> _("The input is {shape}.", shape=(1, 28, 28))
    'The input is (1, 28, 28).'
    """
    return put(translated(message, spoken()), places)


def plural(one: str, many: str, count: int, /, **places: Any) -> str:
    """A message with a form for one and a form for many, said now; the count is the place ``n``."""
    return str(Plural(one, many, count, **places))
