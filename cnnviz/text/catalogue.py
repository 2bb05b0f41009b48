"""What a message is in a language: from ``locale/<code>/LC_MESSAGES/cnnviz.mo``, or made up for the pseudo-language.

English needs no file: its message is the sentence in the code.
"""

import re
from ast import literal_eval
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Any

from cnnviz.text.language import PSEUDO, Language

DOMAIN = "cnnviz"
LOCALE = Path(__file__).parents[2] / "locale"
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
BROWSER = "static/"  # messages of these files go to the browser
FORMS = 200  # counts whose plural form a browser is told; those above go by their last two digits, in all languages

OPEN, CLOSE = "⁅", "⁆"  # KaTeX takes them within text, too
FILLER = "one two three four five six seven eight nine ten eleven twelve "
LONGER = 0.4  # of the English length
INDENTED = re.compile(r"(\s*(?:(?:[-*>]|#+|\d+\.)\s+)?)(.*\S)(\s*)", re.DOTALL)  # what Markdown begins a line with


def translated(message: str, language: Language) -> str:
    """A message in a language; its named places are still in it."""
    return pseudo(message) if language == PSEUDO else translations(language.code).gettext(message)


def counted(one: str, many: str, count: int, language: Language) -> str:
    """The same of a message that has a form for one and a form for many."""
    if language == PSEUDO:
        return pseudo(one if count == 1 else many)
    return translations(language.code).ngettext(one, many, count)


@cache
def translations(code: str) -> NullTranslations:
    return translation(DOMAIN, LOCALE, [code.replace("-", "_")], fallback=True)


@cache
def pseudo(message: str) -> str:
    """Every line of a message in brackets and 40 % longer, what begins a line of Markdown left before them.

    >>> pseudo("a window of {cells} cells"), pseudo("- so")
    ('⁅a window of {cells} cells one two th⁆', '- ⁅so o⁆')
    """
    lines = (INDENTED.fullmatch(line) for line in message.splitlines(keepends=True))
    return "".join(f"{m[1]}{OPEN}{m[2]} {filler(m[2])}{CLOSE}{m[3]}" if m else "\n" for m in lines)


def filler(line: str) -> str:
    wanted = max(1, round(LONGER * len(line)))
    return (FILLER * (wanted // len(FILLER) + 1))[:wanted].strip()


@cache
def for_browser(language: Language) -> dict[str, Any]:
    """What JavaScript needs to say its own messages in a language.

    Returns
    -------
    dict
        ``messages``: by English message (of a plural, by its form for one) the translation, or a list of its forms;
        what is missing is said in English. ``forms``: which form each count from 0 to 199 takes, one digit each; a
        larger one takes that of 100 and its last two digits. ``code``, ``thousands``, ``decimal``: as in `Language`.
    """
    form = getattr(translations(language.code), "plural", lambda count: int(count != 1))
    forms = [form(count) for count in range(FORMS)]
    samples = [forms.index(number) for number in range(max(forms) + 1)]  # a count for each form
    messages: dict[str, str | list[str]] = {}
    for one, many in browser_messages():
        told = [counted(one, many, count, language) for count in samples] if many else translated(one, language)
        if told not in (one, [one, many]):
            messages[one] = told
    marks = {"code": language.code, "thousands": language.thousands, "decimal": language.decimal}
    return {**marks, "forms": "".join(map(str, forms)), "messages": messages}


@cache
def browser_messages() -> tuple[tuple[str, str], ...]:
    """The messages of JavaScript by the template that `make messages` writes: form for one, and for many or ``""``."""
    entries = TEMPLATE.read_text("utf-8").split("\n\n") if TEMPLATE.exists() else []
    said = [entry for entry in entries if re.search(rf"^#: (.* )?{BROWSER}", entry, re.MULTILINE)]
    return tuple((field(entry, "msgid"), field(entry, "msgid_plural")) for entry in said)


def field(entry: str, name: str) -> str:
    """A field of an entry of a template, its lines put together; empty if it has none.

    >>> field('#: a.js\\nmsgid ""\\n"two "\\n"lines"\\nmsgstr ""', "msgid")
    'two lines'
    """
    match = re.search(rf'^{name} (".*"(?:\n".*")*)', entry, re.MULTILINE)
    return "".join(map(literal_eval, match[1].splitlines())) if match else ""
