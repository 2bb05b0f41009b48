"""A class of one's own that holds layers and calls them one after the other."""

import ast
from collections.abc import Mapping, Sequence

from cnnviz.nncode.calls import Called, Part, class_name, dotted, error_at, part, parts
from cnnviz.nncode.words import shown

SUPER_FIRST = "__init__ is read only if super().__init__() comes first, and then its layers."
PLAIN_FORWARD = "forward is read only as a plain chain: x = self.layer(x), line after line, then return x."


def read_class(node: ast.ClassDef) -> list[Part]:
    """The layers of an ``nn.Module`` in the order in which its forward calls them, or those of an ``nn.Sequential``.

    Raises
    ------
    CodeError
        If there is more in it than layers given as attributes and a forward that is a plain chain.
    """
    bases = [class_name(base) for base in node.bases]
    wanted = {"Module": ["__init__", "forward"], "Sequential": ["__init__"]}.get("".join(bases), [])
    methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
    if not wanted or node.keywords or sorted(methods) != wanted or len(node.body) != len(wanted):
        raise error_at(node, f"{shown(node.name)} is not read: only a class of nn.Module with __init__ and forward.")
    first, *others = methods["__init__"].body
    if arguments_of(methods["__init__"]) != ["self"]:
        raise error_at(methods["__init__"], "__init__ is read only without arguments: write the numbers out.")
    given = super_call(first)
    if (given.args or given.keywords) if "forward" in methods else others:
        raise error_at(first, SUPER_FIRST)
    return in_order(dict(map(attribute, others)), methods["forward"]) if "forward" in methods else parts(given)


def in_order(layers: Mapping[str, Called | list[Part]], forward: ast.FunctionDef) -> list[Part]:
    """The layers as forward calls them, each once."""
    order = called_in(forward)
    for name, at in order:
        if name not in layers:
            raise error_at(at, f"forward calls self.{shown(name)}, which __init__ does not make.")
    if sorted(name for name, _ in order) != sorted(layers):
        raise error_at(forward, "forward is read only where it calls each layer once.")
    return [(name, layers[name]) for name, _ in order]


def arguments_of(function: ast.FunctionDef) -> list[str]:
    """Names of all arguments; of those with defaults or stars, too, which makes them no plain list."""
    given = function.args
    extra = [*given.posonlyargs, *given.kwonlyargs, *filter(None, [given.vararg, given.kwarg])]
    return [one.arg for one in [*given.args, *extra]]


def super_call(statement: ast.stmt) -> ast.Call:
    """``super().__init__(...)``, which comes first."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function = statement.value.func
        start = function.value if isinstance(function, ast.Attribute) and function.attr == "__init__" else None
        if isinstance(start, ast.Call) and dotted(start.func) == "super":
            return statement.value
    raise error_at(statement, SUPER_FIRST)


def attribute(statement: ast.stmt) -> Part:
    """``self.name = nn.Conv2d(...)``."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        start, _, name = dotted(statement.targets[0]).partition(".")
        if start == "self" and name and "." not in name:
            return name, part(statement.value)
    raise error_at(statement, "__init__ is read only with lines such as self.conv = nn.Conv2d(3, 8, 3).")


def called_in(forward: ast.FunctionDef) -> list[tuple[str, ast.AST]]:
    """Names of the layers that are called, in order."""
    arguments = arguments_of(forward)
    if len(arguments) != 2 or arguments[0] != "self":
        raise error_at(forward, PLAIN_FORWARD)
    x, names = arguments[1], list[tuple[str, ast.AST]]()
    for i, statement in enumerate(forward.body, 1):
        last = isinstance(statement, ast.Return)
        if last != (i == len(forward.body)):
            raise error_at(statement, PLAIN_FORWARD)
        names += links(made(statement, x), x)
    return names


def made(statement: ast.stmt, x: str) -> ast.AST:
    """What ``x = ...`` or ``return ...`` computes."""
    if isinstance(statement, ast.Return) and statement.value is not None:
        return statement.value
    if isinstance(statement, ast.Assign) and [dotted(one) for one in statement.targets] == [x]:
        return statement.value
    raise error_at(statement, PLAIN_FORWARD)


def links(node: ast.AST, x: str) -> Sequence[tuple[str, ast.AST]]:
    """``self.b(self.a(x))`` as a, b."""
    if dotted(node) == x:
        return []
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        start, _, name = dotted(node.func).partition(".")
        if start == "self" and name:
            return [*links(node.args[0], x), (name, node)]
    raise error_at(node, PLAIN_FORWARD)
