"""Every sentence is a message: no words of two or more stand in the code unwrapped."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
# What a message is called by, as `make messages` has it.
MESSAGES = set(re.findall(r"(\w+)(?::[\d,]+)?", re.search(r"MESSAGES :=((?:.*\\\n)*.*)", MAKEFILE)[1]))
PROGRAMMERS = {"ValueError", "TypeError", "NotImplementedError", "RuntimeError", "AssertionError", "compile"}
TWO_WORDS = re.compile(r"[A-Za-z][a-z']+,? [a-z(“][a-z']*")
FILES = sorted([*(ROOT / "cnnviz").rglob("*.py"), *(ROOT / "pages").glob("*.py")])


def words(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each literal with two or more words that is no message."""
    yield from unwrapped(ast.parse(path.read_text("utf-8")))


def unwrapped(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in PROGRAMMERS:
            return
        first = 2 * name.lower().startswith("plural") or 1
        if name in MESSAGES:
            for one in (node.func, *(arg for arg in node.args[:first] if not is_text(arg)), *node.args[first:]):
                yield from unwrapped(one)
            for one in node.keywords:
                yield from unwrapped(one.value)
            return
    if isinstance(node, ast.Constant | ast.JoinedStr):
        text = shown(node)
        if TWO_WORDS.search(text):
            yield node.lineno, text
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    for child in ast.iter_child_nodes(node):
        yield from unwrapped(child)


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def shown(node: ast.Constant | ast.JoinedStr) -> str:
    """The text, {} where a value is put in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
