"""Small ways to break a file: each a few bytes of it, and what is put in their place."""

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Breakage:
    """Bytes of a file, and what is put in their place.

    Attributes
    ----------
    within : line numbers
        Where the functions round it begin, the innermost first.
    """

    file: Path
    line: int
    old: str
    start: int
    end: int
    new: str
    what: str
    within: tuple[int, ...] = ()

    def broken(self, source: bytes) -> bytes:
        return source[: self.start] + self.new.encode() + source[self.end :]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}: {' '.join(self.old.split())}  ->  {' '.join(self.new.split())}"


def breakage(
    file: Path, source: bytes, start: int, end: int, new: str, what: str, within: tuple[int, ...] = ()
) -> Breakage:
    line = source[:start].count(b"\n") + 1
    return Breakage(file, line, source[start:end].decode(), start, end, new, what, within)


# --- Python ---

OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq},
    **{ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is},
}


def broken_nodes(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr, str]]:
    """Expressions at this node, each with another one for its place."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in OPPOSITE:
            yield node, changed(node, ops=[OPPOSITE[type(op)]()]), "comparison"
        case ast.BoolOp(op=op):
            yield node, changed(node, op=ast.Or() if isinstance(op, ast.And) else ast.And()), "and for or"
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield node, operand, "sign or not dropped"
        case (
            ast.BinOp(left=ast.Constant(value=str()) | ast.JoinedStr())
            | ast.BinOp(right=ast.Constant(value=str()) | ast.JoinedStr())
        ):
            return
        case ast.BinOp(op=ast.Add() | ast.Sub() as op, left=left):
            yield node, changed(node, op=ast.Sub() if isinstance(op, ast.Add) else ast.Add()), "plus for minus"
            yield node, left, "dropped term"
        case ast.BinOp(op=ast.Mult() | ast.FloorDiv() | ast.Mod(), left=left):
            yield node, left, "dropped factor"
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if not isinstance(test, ast.Compare):
            yield test, ast.UnaryOp(ast.Not(), test), "negated condition"
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            yield node, ast.Constant(number + 1), "off by one"
        case ast.Tuple(elts=[ast.Name() | ast.Attribute() as one, ast.Name() | ast.Attribute() as two], ctx=ast.Load()):
            yield node, ast.Tuple([two, one], ast.Load()), "swapped"


def changed(node: ast.expr, **fields: object) -> ast.expr:
    other = deepcopy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """What is computed below a node: no annotations, and no words, which other tests hold."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(node, ast.JoinedStr):
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST):
                yield from inside(one)


def nodes(body: list[ast.stmt], within: tuple[int, ...]) -> dict[int, tuple[ast.AST, tuple[int, ...]]]:
    return {id(one): (one, within) for statement in body for one in inside(statement)}


def of_python(file: Path, source: bytes) -> Iterator[Breakage]:
    ends = [0]
    for line in source.splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
    tree = ast.parse(source)
    found: dict[int, tuple[ast.AST, tuple[int, ...]]] = {}  # each node once, and what is round it
    if file.parts[0] == "pages":  # a script, run from its first line to its last
        found |= nodes([one for one in tree.body if not isinstance(one, ast.FunctionDef | ast.ClassDef)], (1,))
    for one in ast.walk(tree):  # what is round another one comes first
        if isinstance(one, ast.FunctionDef):
            outer = found[id(one)][1] if id(one) in found else ()
            begins = min(line.lineno for line in (one, *one.decorator_list))  # as Python counts
            found |= nodes(one.body, (begins, *outer))
    for node, within in found.values():
        for old, new, what in broken_nodes(node):
            assert old.end_lineno is not None and old.end_col_offset is not None
            start, end = ends[old.lineno - 1] + old.col_offset, ends[old.end_lineno - 1] + old.end_col_offset
            yield breakage(file, source, start, end, f"({ast.unparse(ast.fix_missing_locations(new))})", what, within)


# --- JavaScript: no tree, but words that mean the same everywhere ---

WORDS = {
    **{r" < ": " <= ", r" <= ": " < ", r" > ": " >= ", r" >= ": " > ", r" === ": " !== ", r" !== ": " === "},
    **{r" && ": " || ", r" \|\| ": " && ", r" \+ ": " - ", r" - ": " + ", r" \* ": " + ", r" \?\? ": " && "},
    **{r"Math\.floor": "Math.ceil", r"Math\.ceil": "Math.floor", r"Math\.max": "Math.min", r"Math\.min": "Math.max"},
    **{r"(?<=\.)w\b": "h", r"(?<=\.)h\b": "w", r"(?<=\.)x\b": "y", r"(?<=\.)y\b": "x", r"(?<=\.)sx\b": "sy"},
    **{r"(?<=\.)rows\b": "columns", r"(?<=\.)columns\b": "rows", r"(?<=[(\[ ])!(?=\w)": "", r"(?<=[(\[ ,])-(?=\w)": ""},
    **{r"(?<=[\[(, ])0(?=[\]),; ])": "1", r"(?<=[\[(, ])1(?=[\]),; ])": "2", r"(?<=[\[(, ])2(?=[\]),; ])": "3"},
}
SAID = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:[^\"\\\n]|\\.)*\"|^(?:import|export \{)[^\n]*", re.DOTALL | re.MULTILINE)


def of_javascript(file: Path, source: bytes) -> Iterator[Breakage]:
    text = source.decode()
    code = SAID.sub(lambda found: re.sub(r"[^\n]", "·", found[0]), text)
    for old, new in WORDS.items():
        for found in re.finditer(old, code):
            start = len(text[: found.start()].encode())
            yield breakage(file, source, start, start + len(found[0].encode()), new, "token")


def breakages(root: Path, file: Path) -> Iterator[Breakage]:
    """All small ways to break a file of the checkout."""
    return (of_python if file.suffix == ".py" else of_javascript)(file, (root / file).read_bytes())
