"""Look a text over, word by word, before Python's own parser sees it: it must be short, flat and plain.

`ast.parse` runs nothing, but it recurses: a hundred thousand brackets, minus signs or dots in a row exhaust its stack.
So all that nests is counted first, and what could nest in other ways (lambdas, quotes within quotes) is refused.
"""

import ast
import re
from keyword import iskeyword
from typing import Any

from cnnviz.networks.code.errors import CodeError, shown
from cnnviz.text import Message

MAX_CHARACTERS = 100_000
MAX_DEPTH = 40  # brackets in brackets; nested Sequentials with names take four each
MAX_CHAIN = 30  # dots, calls, indices and signs in one expression: 2 * x.view(-1, 4).relu() has five
MAX_NEST = 240  # of all these together, over all brackets that are open
MAX_ELIF = 60  # each nests in the one before
MAX_DIGITS = 24  # of a float32 written out in full

KEYWORDS = {"class", "def", "return", "import", "from", "as", "True", "False", "None", "pass"}
KEYWORDS |= {"for", "in", "if", "elif", "else", "not", "and", "or", "is", "assert", "raise"}
NESTING = {"for", "in", "if", "else", "not", "and", "or", "is"}  # words that make an expression deeper
CLOSING = {")": "(", "]": "[", "}": "{"}
PARTING = {",", "=", ":", ";", "\n", "->", "+=", "-=", "*=", "/=", "//="}  # what stands behind begins anew
PLAIN = r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff\\{}]|\\[\\'\"nt]"  # within quotes
FORMED = "_formed_"  # stands for the f of a text with numbers in braces

WORD = re.compile(
    rf"""(?P<space>[ \t]+|\\\n|\#[^\n]*)
    |(?P<line>\n)
    |(?P<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<long>\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)|\'\'\'(?:[^\\]|\\.)*?(?:\'\'\'|\Z))
    |(?P<formed>[fF](?:"(?:{PLAIN.format('"')})*"|'(?:{PLAIN.format("'")})*'))
    |(?P<name>[A-Za-z_]\w*)
    |(?P<string>"(?:{PLAIN.format('"')})*"|'(?:{PLAIN.format("'")})*')
    |(?P<mark>\*\*|//=?|[=!<>]=|->|[-+*/]=|\.\.\.|[][(){{}},.=:;+*/%<>|@-])""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)


def parse(text: str, first: int = 1, indent: int = 0) -> ast.Module:
    """The syntax tree of a text that was looked over, whose first line has this number.

    Parameters
    ----------
    indent : int
        Columns that were taken off in front of each line.

    Raises
    ------
    CodeError
        If the text is too long or too deep, holds a word or a sign that no list of layers needs, or is not Python.
    """
    plain = screened(text, first, indent)
    try:
        tree = ast.parse(plain)
    except SyntaxError as error:
        line, column = (error.lineno or 1) + first - 1, error.offset and error.offset + indent
        raise CodeError("Python cannot read this: {msg}.", line, column, msg=shown(error.msg, 80)) from None
    except (MemoryError, RecursionError):
        raise CodeError("This is nested more deeply than is read: use fewer brackets in one another.", first) from None
    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.stmt, ast.arg, ast.keyword)):
            node.lineno, node.col_offset = node.lineno + first - 1, node.col_offset + indent
    return tree


def check_length(text: str) -> None:
    """Raise `CodeError` if a text is longer than is read."""
    if len(text) > MAX_CHARACTERS:
        raise CodeError(
            "The text has {count:,} characters: at most {most:,} are read.", count=len(text), most=MAX_CHARACTERS
        )


def screened(text: str, first: int = 1, indent: int = 0) -> str:
    """The same text with line ends of one kind and without comments, once it is known to be safe to parse."""
    check_length(text)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    watch, kept, at = Watch(text, first, indent), [], 0
    while at < len(text):
        found = WORD.match(text, at)
        if found is None:
            raise watch.error(refused_sign(text[at]), at)
        watch.see(found)
        kept.append(kept_of(found))
        at = found.end()
    watch.end()
    return "".join(kept)


def kept_of(found: re.Match[str]) -> str:
    """A word as Python may see it: comments and texts in three quotes are empty, an f-string is a call of a text."""
    word = found[0]
    if found.lastgroup == "long":
        return '""' + "\n" * word.count("\n")
    if found.lastgroup == "formed":
        return f"{FORMED}({word[1:]})"
    return "" if word.startswith("#") else word


def refused_sign(character: str) -> Message:
    """Why a sign is refused."""
    sign = shown(character)
    if character in "'\"":
        return Message(
            "“{sign}” begins a text in quotes that does not end on this line, or holds more than plain letters.",
            sign=sign,
        )
    if character.isascii() and character.isprintable():
        return Message(
            "“{sign}” is not read here: only layers with numbers, words in quotes, tuples and lists.", sign=sign
        )
    return Message(
        "“{sign}” is not a sign of Python: type it again, since pasted text often holds signs that only look alike.",
        sign=sign,
    )


class Watch:
    """What was seen so far: brackets that are open, and how much hangs on one word at each depth."""

    def __init__(self, text: str, first: int = 1, indent: int = 0):
        self.text, self.first, self.indent = text, first, indent
        self.open: list[tuple[str, int]] = []  # brackets and their places
        self.chains = [0]  # at each depth
        self.nest = 0  # of all depths together
        self.elifs = 0
        self.last: re.Match[str] | None = None

    def error(self, message: str | Message, at: int, **places: Any) -> CodeError:
        start = self.text.rfind("\n", 0, at) + 1
        line, column = self.text.count("\n", 0, at) + self.first, at - start + 1 + self.indent
        return CodeError(message, line, column, **places)

    def see(self, found: re.Match[str]) -> None:
        """Take one more word in, or refuse it."""
        kind, word, at = found.lastgroup, found[0], found.start()
        self.check_glued(found)
        self.last = found
        if kind == "space" or (kind == "line" and self.open):
            return
        if kind == "name" and iskeyword(word) and word not in KEYWORDS:
            raise self.error(
                "“{word}” is not read here: only layers with their numbers, one after the other.", at, word=word
            )
        if kind == "number" and len(word) > MAX_DIGITS:
            raise self.error(
                "A number of {count:,} signs: at most {most} are read.", at, count=len(word), most=MAX_DIGITS
            )
        if kind == "long" and not (len(word) > 5 and word.endswith(word[:3])):
            raise self.error("A text in three quotes is never closed.", at)
        self.elifs += word == "elif"
        if self.elifs > MAX_ELIF:
            raise self.error("More than {most} times elif: write the layers out.", at, most=MAX_ELIF)
        self.count_chain(found, at)
        self.count_brackets(word, at)

    def check_glued(self, found: re.Match[str]) -> None:
        """A letter before a quote makes another kind of string, and two quotes in a row may open a third."""
        quoted = ("string", "long", "formed")
        kinds = ["string" if kind in quoted else kind for kind in (self.last and self.last.lastgroup, found.lastgroup)]
        if kinds in (["name", "string"], ["string", "string"], ["number", "name"], ["number", "number"]):
            assert self.last is not None
            both = shown(self.last[0] + found[0], 20)
            raise self.error(
                "“{both}” is not read here: only plain numbers, and words in plain quotes.", found.start(), both=both
            )

    def count_chain(self, found: re.Match[str], at: int) -> None:
        word = found[0]
        if word in PARTING:
            self.nest -= self.chains[-1]
            self.chains[-1] = 0
        elif (found.lastgroup in ("mark", "formed") and word not in CLOSING) or word in NESTING:
            self.nest += 1
            self.chains[-1] += 1
        if self.chains[-1] > MAX_CHAIN or self.nest > MAX_NEST:
            raise self.error(
                "More than {most} dots, calls and signs in a row: write the layers alone.", at, most=MAX_CHAIN
            )

    def count_brackets(self, word: str, at: int) -> None:
        if word in CLOSING.values():
            self.open.append((word, at))
            self.chains.append(0)
        elif word in CLOSING:
            if not self.open or self.open[-1][0] != CLOSING[word]:
                raise self.error("“{word}” closes nothing that is open.", at, word=word)
            self.open.pop()
            self.nest -= self.chains.pop()
        if len(self.open) > MAX_DEPTH:
            raise self.error(
                "More than {most} brackets in brackets: use fewer nn.Sequential in one another.", at, most=MAX_DEPTH
            )

    def end(self) -> None:
        if self.open:
            raise self.error("“{open}” is never closed.", self.open[-1][1], open=self.open[-1][0])
