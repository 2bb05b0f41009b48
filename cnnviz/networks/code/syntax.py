"""From Python's syntax tree to calls of layers with plain values; whatever else stands there is refused, never run."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Union

from cnnviz.networks.code.errors import CodeError, shown
from cnnviz.text import Message

PLAIN = (str, int, float, type(None))  # bool is an int
FLOATS = ("torch.float32", "torch.float")
FORM = re.compile(r"_formed_\(('[^']*')\)")  # an f-string, as the screen leaves it
HOME = "torch.nn."  # where torch keeps its layers; nn.ReLU and a bare ReLU are the same


@dataclass(frozen=True)
class Called:
    """One layer as it was written: its class without the module's name, and plain values."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None
    column: int | None = None

    def error(self, message: str | Message, **places: Any) -> CodeError:
        return CodeError(message, self.line, self.column, **places)


Part = tuple[str, Union[Called, "list[Part]"]]  # a name, and a layer or what an nn.Sequential holds


def error_at(node: ast.AST, message: str | Message, **places: Any) -> CodeError:
    """For a place in the text; `{quoted}` in the sentence is what stands there, if nothing else is given."""
    if isinstance(message, str) and "{quoted}" in message:
        places = {"quoted": quoted(node)} | places
    return CodeError(message, getattr(node, "lineno", None), getattr(node, "col_offset", 0) + 1, **places)


def quoted(node: ast.AST) -> str | Message:
    """An expression as a sentence names it."""
    try:
        words = FORM.sub(r"f\1", ast.unparse(node))
        return f"“{shown(words)}”"
    except (RecursionError, AttributeError, ValueError):
        return Message("This")


def refused(node: ast.AST) -> CodeError:
    """For an expression that has no place in a list of layers."""
    return error_at(node, "{quoted} is not read here: only layers, one after the other.")


def dotted(node: ast.AST) -> str:
    """``torch.nn.Conv2d`` as text; empty if it is not names with dots between them."""
    if isinstance(node, ast.Name):
        return node.id
    start = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{start}.{node.attr}" if isinstance(node, ast.Attribute) and start else ""


def class_name(node: ast.AST) -> str:
    """A layer's class, without ``torch.nn.`` or ``nn.``; empty if there is none."""
    name = dotted(node)
    for start in (HOME, HOME.removeprefix("torch.")):
        name = name.removeprefix(start)
    return "" if "." in name else name


def value(node: ast.AST) -> Any:
    """A constant, or a tuple of such; lists become tuples, ``torch.tensor`` what it is made of."""
    if isinstance(node, ast.Constant) and isinstance(node.value, PLAIN):
        return finite(node, node.value)
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(map(value, node.elts))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -value(node.operand)  # a number: the screen saw to that
    if isinstance(node, ast.Call) and dotted(node.func) == "torch.tensor" and len(node.args) == 1 and not node.keywords:
        return value(node.args[0])
    if dotted(node) in FLOATS:
        return dotted(node)
    raise error_at(node, "{quoted} is not a plain value: write numbers, words in quotes, tuples.")


def finite(node: ast.AST, number: Any) -> Any:
    if isinstance(number, float) and not isfinite(number):
        raise error_at(node, "A number is too large to be one.")
    return number


def plain(value: Any, node: ast.AST) -> Any:
    """A value that was worked out as a layer takes it: lists become tuples."""
    if isinstance(value, (list, tuple)):
        return tuple(plain(one, node) for one in value)
    if isinstance(value, PLAIN):
        return value
    if getattr(value, "name", "") in FLOATS:
        return value.name
    raise error_at(node, "{quoted} is not a plain value: write numbers, words in quotes, tuples.")


def called(node: ast.Call) -> Called:
    """A layer's call with its values."""
    name = class_name(node.func)
    if not name:
        raise refused(node)
    names = [str(one.arg) for one in node.keywords]
    kwargs = {str(one.arg): value(one.value) for one in node.keywords}
    if len(kwargs) < len(names):
        raise error_at(node, "nn.{name} is given the same argument twice.", name=shown(name))
    return Called(name, tuple(map(value, node.args)), kwargs, node.lineno, node.col_offset + 1)
