"""Functions and classes of the text's own: followed into, with the values of the call."""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnnviz.networks.code import modules
from cnnviz.networks.code.errors import shown
from cnnviz.networks.code.guard import parse
from cnnviz.networks.code.statements import body
from cnnviz.networks.code.syntax import error_at
from cnnviz.networks.code.values import Def, Own, OwnClass, Parent
from cnnviz.text import Message

if TYPE_CHECKING:
    from cnnviz.networks.code.follow import Follower, Scope


def parent(node: ast.Call, scope: "Scope") -> Parent:
    """``super()``, and ``super(Net, self)``."""
    owner, kind = scope.get("__self__"), scope.get("__class__")
    if not isinstance(owner, Own) or not isinstance(kind, OwnClass):
        raise error_at(node, "super() is read only in a method of a class.")
    return Parent(owner, kind)


def from_parent(
    f: "Follower", owner: Parent, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call
) -> Any:
    """``super().__init__(...)``: of a class of the text's own, of an nn.Sequential, or of nn.Module."""
    above, owner.owner.begun = owner.kind.parent, True
    found = above.method(name) if above else None
    if found:
        return run(f, Def(found[1], owner.owner, found[0]), args, kwargs, node)
    roots = [base.rpartition(".")[2] for base in owner.kind.roots]
    if name == "__init__" and "Sequential" in roots:
        owner.owner.attributes |= modules.held("Sequential", args, node).members
        return None
    if name == "__init__" and (roots != ["Module"] or not (args or kwargs)):
        return None
    raise error_at(node, "super() is read only as super().__init__().")


def made(f: "Follower", kind: OwnClass, args: Sequence[Any], kwargs: dict[str, Any], node: ast.AST) -> Own:
    """An object of a class of the text's own: its __init__ is followed."""
    found = kind.method("__init__")
    own = Own(kind, begun=found is None)
    f.made.append(own)
    path, f.path = f.path, None  # a trial run within goes nowhere
    try:
        if found:
            run(f, Def(found[1], own, found[0]), args, kwargs, node)
        elif args and any(base.endswith("Sequential") for base in kind.roots):
            own.attributes |= modules.held("Sequential", args, node).members
    finally:
        f.path = path
    return own


def parsed(f: "Follower", function: Def) -> ast.FunctionDef:
    """The syntax tree of a function that is followed into, made once; the others are never parsed."""
    block = function.block
    if isinstance(block, ast.FunctionDef):
        return block
    if block in f.trees:
        return f.trees[block]
    tree = parse(block.text, block.first, block.indent).body
    if len(tree) != 1 or not isinstance(tree[0], ast.FunctionDef):
        raise error_at(tree[0], "Only a plain function is read here.")
    f.trees[block] = tree[0]
    return tree[0]


def run(f: "Follower", function: Def, args: Sequence[Any], kwargs: dict[str, Any], node: ast.AST) -> Any:
    """Follow a function of the text's own with these values."""
    f.depth += 5
    try:
        f.step(node)
        tree = parsed(f, function)
        own = [function.owner] if function.owner else []
        scope = {**function.closure} | arguments(f, tree, [*own, *args], kwargs, node)
        if function.home:
            scope |= {"__class__": function.home, "__self__": function.owner}
        return body(f, tree.body, scope)[1]
    finally:
        f.depth -= 5


def arguments(f: "Follower", tree: ast.FunctionDef, args: list[Any], kwargs: dict[str, Any], node: ast.AST) -> "Scope":
    """Names and values with which a function begins."""
    told = tree.args
    names = [one.arg for one in (*told.posonlyargs, *told.args)]
    only = [one.arg for one in told.kwonlyargs]
    defaults = dict(zip(names[len(names) - len(told.defaults) :], told.defaults, strict=True))
    defaults |= {name: one for name, one in zip(only, told.kw_defaults, strict=True) if one}
    if len(args) > len(names) and not told.vararg:
        raise error_at(
            node,
            "{name} takes {count} values, and {given} are given.",
            name=tree.name,
            count=len(names),
            given=len(args),
        )
    scope: Scope = dict(zip(names, args, strict=False))
    more = {key: one for key, one in kwargs.items() if key not in (*names, *only)}
    if more and not told.kwarg:
        raise error_at(node, "{name} has no argument {argument}.", name=tree.name, argument=shown(next(iter(more))))
    scope |= {key: one for key, one in kwargs.items() if key not in more}
    for name in (*names, *only):
        if name not in scope and name not in defaults:
            raise error_at(tree, missing(tree.name, name))
        if name not in scope:
            scope[name] = f.value(defaults[name], {})
    if told.vararg:
        scope[told.vararg.arg] = tuple(args[len(names) :])
    if told.kwarg:
        scope[told.kwarg.arg] = more
    return scope


def missing(function: str, name: str) -> Message:
    """How to say what an argument is."""
    argument = shown(name)
    if function == "__init__":
        return Message(
            "__init__ needs {argument}: give it a default, as in {argument}=10, or add a line net = Net(10).",
            argument=argument,
        )
    if function == "forward":
        return Message(
            "forward reads {argument} besides the one tensor: networks with several inputs are not read.",
            argument=argument,
        )
    return Message("{function} needs {argument}, which is not given.", function=shown(function), argument=argument)
