"""Look a text over, word by word, before Python's own parser sees it: it must be short, flat and plain.

`ast.parse` runs nothing, but it recurses: a hundred thousand brackets, minus signs or dots in a row exhaust its stack.
So all that nests is counted first, and what could nest in other ways (operators, keywords, triple quotes) is refused.
"""

import ast
import re
from keyword import iskeyword

from cnnviz.nncode.words import CodeError, shown

MAX_CHARACTERS = 100_000
MAX_DEPTH = 40  # brackets in brackets; nested Sequentials with names take four each
MAX_CHAIN = 6  # dots, calls and indices on one word: torch.nn.functional.relu() has four
MAX_DIGITS = 24  # of a float32 written out in full

KEYWORDS = {"class", "def", "return", "import", "from", "as", "True", "False", "None"}
CLOSING = {")": "(", "]": "["}
CHAINED = (".", "(", "[")  # what may follow a word and nests one level deeper in the tree

WORD = re.compile(
    r"""(?P<space>[ \t]+|\#[^\n]*)
    |(?P<line>\n)
    |(?P<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<string>"[ !\#-\[\]-~]*"|'[ -&(-\[\]-~]*')
    |(?P<mark>[][(),.=:-])""",
    re.VERBOSE | re.ASCII,
)


def parse(text: str, first: int = 1) -> ast.Module:
    """The syntax tree of a text that was looked over, whose first line has this number.

    Raises
    ------
    CodeError
        If the text is too long or too deep, holds a word or a sign that no list of layers needs, or is not Python.
    """
    try:
        tree = ast.parse(screened(text))
    except SyntaxError as error:
        line = (error.lineno or 1) + first - 1
        raise CodeError(f"Python cannot read this: {shown(error.msg, 80)}.", line, error.offset) from None
    ast.increment_lineno(tree, first - 1)
    return tree


def screened(text: str) -> str:
    """The same text with line ends of one kind and without comments, once it is known to be safe to parse."""
    if len(text) > MAX_CHARACTERS:
        raise CodeError(f"The text has {len(text):,} characters: at most {MAX_CHARACTERS:,} are read.")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    watch, kept, at = Watch(text), [], 0
    while at < len(text):
        found = WORD.match(text, at)
        if found is None:
            raise watch.error(f"“{shown(text[at])}” {sign(text[at])}", at)
        watch.see(found)
        kept.append("" if found[0].startswith("#") else found[0])
        at = found.end()
    watch.end()
    return "".join(kept)


def sign(character: str) -> str:
    """Why a sign is refused."""
    if character in "'\"":
        return "begins a text in quotes that does not end on this line, or holds more than plain letters."
    if character.isascii() and character.isprintable():
        return "is not read here: only layers with numbers, words in quotes, tuples and lists."
    return "is no sign of Python: type it anew, pasted text often holds signs that only look alike."


class Watch:
    """What was seen so far: brackets that are open, and how many dots and calls hang on one word."""

    def __init__(self, text: str):
        self.text = text
        self.open: list[tuple[str, int]] = []  # brackets and their places
        self.chains = [0]  # at each depth
        self.before = ""  # the last word, without spaces
        self.last: re.Match[str] | None = None

    def error(self, sentence: str, at: int) -> CodeError:
        start = self.text.rfind("\n", 0, at) + 1
        return CodeError(sentence, self.text.count("\n", 0, at) + 1, at - start + 1)

    def see(self, found: re.Match[str]) -> None:
        """Take one more word in, or refuse it."""
        kind, word, at = found.lastgroup, found[0], found.start()
        self.check_glued(found)
        self.last = found
        if kind == "space" or (kind == "line" and self.open):
            return
        if self.before == "-" and kind != "number":
            raise self.error("“-” stands before something that is not a number.", at)
        if kind == "name" and iskeyword(word) and word not in KEYWORDS:
            raise self.error(f"“{word}” is not read here: only layers with their numbers, one after the other.", at)
        if kind == "number" and len(word) > MAX_DIGITS:
            raise self.error(f"A number of {len(word):,} signs: at most {MAX_DIGITS} are read.", at)
        self.count_chain(word, at)
        self.count_brackets(word, at)
        self.before = word

    def check_glued(self, found: re.Match[str]) -> None:
        """A letter before a quote makes another kind of string, and two quotes in a row may open a third."""
        kinds = (self.last.lastgroup if self.last else "", found.lastgroup)
        if kinds in (("name", "string"), ("string", "string"), ("number", "name"), ("number", "number")):
            assert self.last is not None
            both = shown(self.last[0] + found[0], 20)
            raise self.error(
                f"“{both}” is not read here: only plain numbers, and words in plain quotes.", found.start()
            )

    def count_chain(self, word: str, at: int) -> None:
        if word in CHAINED:
            self.chains[-1] += 1
        elif word in (",", "=", ":", "-", "\n"):
            self.chains[-1] = 0
        if self.chains[-1] > MAX_CHAIN:
            raise self.error(f"More than {MAX_CHAIN} dots and calls in a row: write the layers alone.", at)

    def count_brackets(self, word: str, at: int) -> None:
        if word in CLOSING.values():
            self.open.append((word, at))
            self.chains.append(0)
        elif word in CLOSING:
            if not self.open or self.open[-1][0] != CLOSING[word]:
                raise self.error(f"“{word}” closes nothing that is open.", at)
            self.open.pop()
            self.chains.pop()
        if len(self.open) > MAX_DEPTH:
            raise self.error(f"More than {MAX_DEPTH} brackets in brackets: use fewer nn.Sequential in one another.", at)

    def end(self) -> None:
        if self.open:
            raise self.error(f"“{self.open[-1][0]}” is never closed.", self.open[-1][1])
