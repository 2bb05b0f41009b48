"""A text cut into its statements before any is parsed: what has nothing to do with layers is never read."""

import re
from dataclasses import dataclass

from cnnviz.networks.code.errors import CodeError

MOST = 2_000  # statements side by side

# a quote that is never closed takes all that follows, so that no text is looked through twice
PIECE = re.compile(
    r'''\#[^\n]*
    |"""(?:[^\\]|\\.)*?(?:"""|\Z)|\'\'\'(?:[^\\]|\\.)*?(?:\'\'\'|\Z)
    |"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?
    |\\\n|\n
    |[\[({]|[\])}]
    |[^][(){}\#"'\n\\]+|.''',
    re.VERBOSE | re.DOTALL,
)
GOES_ON = re.compile(r"(?:else|elif|except|finally)\b")  # belongs to the statement before


@dataclass(frozen=True)
class Block:
    """One statement with all that is indented below it.

    Attributes
    ----------
    first : int
        The number of its first line in the whole text.
    text : str
        Without the indentation that all of it shares.
    indent : int
        How many columns that was.
    """

    first: int
    text: str
    indent: int = 0

    @property
    def word(self) -> str:
        """What it begins with: class, def, for, a name."""
        found = re.match(r"\w+|@", self.text)
        return found[0] if found else ""

    @property
    def called(self) -> str:
        """What a class or a function is called."""
        found = re.match(r"(?:class|def)\s+(\w+)", self.text)
        return found[1] if found else ""

    def undecorated(self) -> tuple[list[str], "Block"]:
        """Names behind @ in the lines before a class or a function, and the rest."""
        starts, names = logical(self.text), list[str]()
        while starts and self.text[starts[0]] == "@":
            line = self.text[starts.pop(0) :].partition("\n")[0]
            names.append(line[1:].partition("(")[0].strip())
        at = starts[0] if starts else 0
        return names, Block(self.first + self.text.count("\n", 0, at), self.text[at:], self.indent)

    def parted(self) -> tuple[str, list["Block"]]:
        """The head of a compound statement, and the statements below it.

        Examples
        --------
        >>> Block(1, "class A:\\n    a = 1\\n    b = 2").parted()
        ('class A:', [Block(first=2, text='a = 1', indent=4), Block(first=3, text='b = 2', indent=4)])
        """
        starts = logical(self.text)
        if len(starts) < 2:
            return self.text, []
        at = starts[1]
        margin = len(self.text[at:]) - len(self.text[at:].lstrip(" \t"))
        lines = [shifted(line, margin) for line in self.text[at:].split("\n")]
        before = self.text.count("\n", 0, at)
        return self.text[:at].rstrip("\n"), blocks("\n".join(lines), self.first + before, self.indent + margin)


def shifted(line: str, margin: int) -> str:
    """A line without so much white space before it, or as much as it has."""
    return line[:margin].lstrip(" \t") + line[margin:]


def blocks(text: str, first: int = 1, indent: int = 0) -> list[Block]:
    """All statements of a text, in order.

    Raises
    ------
    CodeError
        If there are too many of them.
    """
    starts = [at for at in logical(text) if text[at] not in " \t" and not GOES_ON.match(text, at)]
    starts = [at for i, at in enumerate(starts) if not i or text[starts[i - 1]] != "@"]  # what is decorated
    if len(starts) > MOST:
        raise CodeError("{count:,} statements: at most {most:,} are read.", count=len(starts), most=MOST)
    found, line, last = list[Block](), first, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=False):
        line, last = line + text.count("\n", last, start), start
        found.append(Block(line, text[start:end].rstrip(), indent))
    return found


def logical(text: str) -> list[int]:
    """Where each line begins that is neither empty nor within brackets or quotes."""
    starts, depth, line = list[int](), 0, 0  # line: where it began, until something stands on it
    for piece in PIECE.finditer(text):
        word = piece[0]
        if word == "\n" and not depth:
            line = piece.end()
        elif line >= 0 and word[0] != "#" and word.strip():
            starts.append(line)
            line = -1
        if word in "[({":
            depth += 1
        elif word in "])}":
            depth = max(0, depth - 1)
    return starts
