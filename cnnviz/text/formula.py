r"""Formulas: the LaTeX that layers write, as MathML, which browsers set by themselves.

``\frac{a}{b}``, ``\sqrt{a}``, ``\text{...}``, ``\left( ... \right)``, ``x_i^2``, ``\begin{cases}`` and the signs below.
"""

import re
from functools import lru_cache

from cnnviz.text.part import Part, part

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?(?:e[-+]?\d+)?|\s+|.", re.DOTALL)
SIGNS = {
    r"\cdot": "·",
    r"\to": "→",
    r"\mapsto": "↦",
    r"\le": "≤",
    r"\dots": "…",
    r"\sum": "∑",
    r"\lfloor": "⌊",
    r"\rfloor": "⌋",
    r"\lceil": "⌈",
    r"\rceil": "⌉",
    "-": "−",
}
LETTERS = {r"\sigma": "σ", r"\Phi": "Φ", r"\pi": "π"}
FUNCTIONS = {r"\max", r"\min", r"\log", r"\exp", r"\tanh"}
SPACES = {r"\,": "\u2009", r"\ ": "\u00a0", r"\quad": "\u2003"}
FENCES = set("()[]|⌊⌋⌈⌉")
ENDS = {"}", r"\right", r"\end", r"\\", "&"}


@lru_cache(maxsize=1024)
def formula(latex: str) -> Part:
    """A formula as an element ``math``; nobody may change it.

    Raises
    ------
    ValueError
        If it holds a command that no layer uses.

    Examples
    --------
    >>> formula("x^2")["children"]
    [{'tag': 'msup', 'children': [{'tag': 'mi', 'children': ['x']}, {'tag': 'mn', 'children': ['2']}]}]
    """
    return part("math", *Formula(latex).row())


@lru_cache(maxsize=1024)
def steps(latex: str) -> tuple[Part | str, ...]:
    """A formula as several with spaces between: a line may end before each "=", as no browser breaks one.

    Examples
    --------
    >>> len(steps("x = 1 + 2 = 3"))
    5
    """
    equals = part("mo", "=")
    found: list[Part | str] = []
    one: list[Part] = []
    for thing in Formula(latex).row():
        if thing == equals and one:
            found += [part("math", *one), " "]
            one = []
        one.append(thing)
    return (*found, part("math", *one))


class Formula:
    """Reads one formula, token after token."""

    def __init__(self, latex: str) -> None:
        self.tokens = TOKEN.findall(latex)[::-1]  # the next one last

    @property
    def next(self) -> str:
        return self.tokens[-1] if self.tokens else ""

    def take(self, wanted: str = "") -> str:
        """The next token."""
        if not self.tokens or (wanted and self.next != wanted):
            raise ValueError(f"{wanted or 'more'} expected at {self.next!r}")
        return str(self.tokens.pop())

    def row(self) -> list[Part]:
        """What stands side by side, up to the end of its group."""
        found: list[Part] = []
        while self.tokens and self.next not in ENDS:
            if self.next.isspace():
                self.take()
            else:
                found.append(self.scripted())
        return found

    def scripted(self) -> Part:
        """One thing, with what stands below and above it."""
        below = above = None
        sum_ = self.next == r"\sum"
        base = self.one()
        while self.next in ("_", "^"):
            if self.take() == "_":
                below = self.one()
            else:
                above = self.one()
        if below and above:
            return part("msubsup", base, below, above)
        if below:
            return part("munder" if sum_ else "msub", base, below)
        return part("msup", base, above) if above else base

    def one(self) -> Part:
        """A number, letter, sign, or group."""
        token = self.take()
        match token:
            case "{":
                made = part("mrow", *self.row())
                self.take("}")
            case r"\frac" | r"\tfrac":
                made = part("mfrac", self.one(), self.one())
            case r"\sqrt":
                made = part("msqrt", self.one())
            case r"\text" | r"\texttt":
                made = part("mtext", self.words())
            case r"\left":
                first, inside = self.take(), self.row()
                fraction = any(isinstance(one, dict) and one["tag"] == "mfrac" for one in inside)
                made = part("mrow", tall(first, fraction), *inside, tall(self.closing(), fraction))
            case r"\begin":
                made = self.cases()
            case _:
                made = sign(token)
        return made

    def closing(self) -> str:
        """The sign that closes a group."""
        self.take(r"\right")
        return self.take()

    def words(self) -> str:
        """The text in braces, as it stands."""
        self.take("{")
        text = ""
        while self.next != "}":
            text += self.take().removeprefix("\\")
        self.take("}")
        return text.replace(" ", "\u00a0")  # MathML drops plain spaces at the ends

    def cases(self) -> Part:
        """One thing in one case, and another in the other."""
        self.words()
        lines: list[Part] = []
        cells: list[Part] = []
        while self.next != r"\end":
            cells.append(part("mtd", *self.row()))
            if self.next == "&":
                self.take()
            else:
                lines.append(part("mtr", *cells))
                cells = []
                if self.next == r"\\":
                    self.take()
        self.take(r"\end")
        self.words()
        return part("mrow", part("mo", "{"), part("mtable", *lines))


def sign(token: str) -> Part:
    """What a single token stands for."""
    if token[0].isdigit():
        return part("mn", token)
    if token in SPACES:
        return part("mtext", SPACES[token])
    if token in LETTERS or (len(token) == 1 and token.isalpha()):
        return part("mi", LETTERS.get(token, token))
    if token in FUNCTIONS:
        return part("mi", token[1:])
    if token.startswith("\\") and token not in SIGNS:
        raise ValueError(f"no such command: {token}")
    shown = SIGNS.get(token, token)
    return part("mtext" if shown in FENCES else "mo", shown)


def tall(token: str, fraction: bool) -> Part:
    """A bracket as high as what it holds. As an operator every bracket is; as text, which all others are, none.

    Browsers stretch it only with a font for formulas, so round a fraction the style sheet does.
    """
    return part("mo", SIGNS.get(token, token), **({"stretchy": "false"} if fraction else {}))
