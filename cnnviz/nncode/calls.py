"""From Python's syntax tree to calls of layers with plain values; whatever else stands there is refused, never run."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Union

from cnnviz.nncode.words import CodeError, shown

PLAIN = (str, int, float, type(None))  # bool is an int
HOME = "torch.nn."  # where torch keeps its layers; nn.ReLU and a bare ReLU are the same


@dataclass(frozen=True)
class Called:
    """One layer as it was written: its class without the module's name, and plain values."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None
    column: int | None = None

    def error(self, sentence: str) -> CodeError:
        return CodeError(sentence, self.line, self.column)


Part = tuple[str, Union[Called, "list[Part]"]]  # a name, and a layer or what an nn.Sequential holds


def error_at(node: ast.AST, sentence: str) -> CodeError:
    return CodeError(sentence, getattr(node, "lineno", None), getattr(node, "col_offset", 0) + 1)


def refused(node: ast.AST) -> CodeError:
    """For an expression that has no place in a list of layers."""
    return error_at(node, f"“{shown(ast.unparse(node))}” is not read here: only layers, one after the other.")


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
    if dotted(node) in ("torch.float32", "torch.float"):
        return dotted(node)
    raise error_at(node, f"“{shown(ast.unparse(node))}” is not a plain value: write numbers, words in quotes, tuples.")


def finite(node: ast.AST, number: Any) -> Any:
    if isinstance(number, float) and not isfinite(number):
        raise error_at(node, "A number is too large to be one.")
    return number


def called(node: ast.Call) -> Called:
    """A layer's call with its values."""
    name = class_name(node.func)
    if not name:
        raise refused(node)
    names = [str(one.arg) for one in node.keywords]
    kwargs = {str(one.arg): value(one.value) for one in node.keywords}
    if len(kwargs) < len(names):
        raise error_at(node, f"nn.{shown(name)} is given the same argument twice.")
    return Called(name, tuple(map(value, node.args)), kwargs, node.lineno, node.col_offset + 1)


def part(node: ast.AST) -> Called | list[Part]:
    """A layer, or all that an ``nn.Sequential`` holds."""
    if not isinstance(node, ast.Call):
        raise refused(node)
    return parts(node) if class_name(node.func) == "Sequential" else called(node)


def parts(node: ast.Call) -> list[Part]:
    """What stands between the brackets of an ``nn.Sequential``: layers by number, or an OrderedDict by name."""
    if node.keywords:
        raise refused(node.keywords[0].value)
    if len(node.args) == 1 and isinstance(node.args[0], ast.Call):
        first = node.args[0]
        if dotted(first.func) in ("OrderedDict", "collections.OrderedDict"):
            return by_name(first)
    return [(str(i), part(one)) for i, one in enumerate(node.args)]


def by_name(node: ast.Call) -> list[Part]:
    """``OrderedDict([("conv", nn.Conv2d(...)), ...])``."""
    pairs = node.args[0] if len(node.args) == 1 and not node.keywords else None
    if not isinstance(pairs, (ast.List, ast.Tuple)):
        raise error_at(node, "An OrderedDict is read only with a list of pairs: a name in quotes and its layer.")
    return [pair(one) for one in pairs.elts]


def pair(node: ast.AST) -> Part:
    if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == 2:
        name, layer = node.elts
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            if "." in name.value:
                raise error_at(name, f"“{shown(name.value)}” is no name for a layer: torch has no dots in names.")
            return name.value, part(layer)
    raise error_at(node, "An OrderedDict is read only with a list of pairs: a name in quotes and its layer.")
