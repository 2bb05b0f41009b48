"""The languages there are, and the one that whoever is served now reads.

A language belongs to a session or a run, not to the process: the threads of a server speak several at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

SPACE, SMALL_SPACE = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True)
class Language:
    """A language, and how it writes numbers.

    Attributes
    ----------
    code : str
        As ``<html lang>`` and the folder in ``locale`` have it.
    name : str
        In the language itself.
    thousands, decimal, percent : str
        What stands between groups of three digits, before the first decimal, and behind a share in percent.
    """

    code: str
    name: str
    thousands: str = ","
    decimal: str = "."
    percent: str = f"{SPACE}%"  # as SI has it, and as static/words/numbers.js writes it


ENGLISH = Language("en", "English")
PSEUDO = Language("en-XA", "[English]", SMALL_SPACE, ",", f"{SMALL_SPACE}%")  # nobody's: `catalogue.pseudo` makes it up
LANGUAGES = {language.code: language for language in (ENGLISH, PSEUDO)}

_spoken: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def spoken() -> Language:
    """The language of whoever is served now."""
    return _spoken.get()


def speak(wanted: str | None) -> Language:
    """From here on, in this thread, the language that is wanted; English, if it is none of ours.

    Examples
    --------
    >>> speak("en-xa").code, speak("tlh").code, speak(None).code
    ('en-XA', 'en', 'en')
    """
    language = known(wanted or "")
    _spoken.set(language)
    return language


@contextmanager
def speaking(wanted: str | None) -> Iterator[Language]:
    """The same for a block."""
    before = _spoken.set(known(wanted or ""))
    try:
        yield _spoken.get()
    finally:
        _spoken.reset(before)


def known(wanted: str) -> Language:
    """The language with this code in whatever letters, or the one that it is a variety of, or English.

    >>> known("en-GB").code, known("EN-xa").code, known("").code
    ('en', 'en-XA', 'en')
    """
    by_code = {code.lower(): language for code, language in LANGUAGES.items()}
    code = wanted.lower().replace("_", "-")
    return by_code.get(code) or by_code.get(code.partition("-")[0], ENGLISH)
