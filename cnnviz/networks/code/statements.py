"""Statements, followed within bounds: assignments, loops over what is known, decisions on what is known."""

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cnnviz.networks.code.arithmetic import computed
from cnnviz.networks.code.assign import assign
from cnnviz.networks.code.builtin import BUILTINS
from cnnviz.networks.code.errors import shown
from cnnviz.networks.code.syntax import error_at
from cnnviz.networks.code.values import BATCH, MODULES, UNKNOWN, Def, Flow, Held, Sizes, Torch
from cnnviz.text import Message

if TYPE_CHECKING:
    from cnnviz.networks.code.follow import Follower, Scope

Returned = tuple[bool, Any]  # was there a return, and what it gave
GOES_ON: Returned = (False, None)


def body(f: "Follower", statements: Iterable[ast.stmt], scope: "Scope") -> Returned:
    """Follow statements up to the first return."""
    for one in statements:
        f.depth += 1
        try:
            f.step(one)
            returned, value = statement(f, one, scope)
        finally:
            f.depth -= 1
        if returned:
            return True, value
    return GOES_ON


def statement(f: "Follower", node: ast.stmt, scope: "Scope") -> Returned:
    """Follow one statement.

    Raises
    ------
    CodeError
        If it is of a kind that is not followed, or something in it is not.
    """
    match node:
        case ast.Return():
            return True, node.value and f.value(node.value, scope)
        case ast.If():
            return body(f, node.body if f.decided(node.test, scope) else node.orelse, scope)
        case ast.For():
            return loop(f, node, scope)
        case ast.Assign():
            value = f.value(node.value, scope)
            for target in node.targets:
                f.step(target)
                assign(f, target, value, scope)
        case ast.AnnAssign() if node.value:
            assign(f, node.target, f.value(node.value, scope), scope)
        case ast.AugAssign():
            grow(f, node, scope)
        case ast.Expr():
            if not for_effect(f, node.value, scope):
                f.value(node.value, scope)
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef():
            defined(node, scope)
        case ast.Pass() | ast.Assert() | ast.AnnAssign():
            pass
        case _:
            raise error_at(node, "This is not read here: only layers, loops over them, and plain functions.")
    return GOES_ON


def grow(f: "Follower", node: ast.AugAssign, scope: "Scope") -> None:
    """``layers += [...]`` changes the list itself; ``n *= 2`` gives the name another number."""
    before, more = f.value(node.target, scope), f.value(node.value, scope)
    if isinstance(before, (list, Held)) and isinstance(node.op, ast.Add):
        for one in [*f.each(node, more)]:
            before.append(one) if isinstance(before, list) else before.add(one)
        f.weigh(node, before)
    else:
        assign(f, node.target, f.weigh(node, computed(node, node.op, before, more)), scope)


def loop(f: "Follower", node: ast.For, scope: "Scope") -> Returned:
    """A loop over what is known; what one over sizes of a tensor assigns is not known either."""
    values = f.value(node.iter, scope)
    if values in (UNKNOWN, BATCH) or isinstance(values, Sizes):
        unknown_loop(f, node, scope)
        return GOES_ON
    for one in f.each(node.iter, values):
        assign(f, node.target, one, scope)
        returned, value = body(f, node.body, scope)
        if returned:
            return True, value
    return body(f, node.orelse, scope)


def unknown_loop(f: "Follower", node: ast.For, scope: "Scope") -> None:
    """Pass over a loop of which nobody knows how often it runs, unless it makes layers or moves the tensor."""
    inner = [one for statement in node.body for one in ast.walk(statement)]
    f.step(node, len(inner))
    for one in inner:
        if isinstance(getattr(one, "ctx", None), ast.Store):
            if not isinstance(one, ast.Name) or isinstance(scope.get(one.id), (Flow, *MODULES)):
                raise error_at(one, "How often this loop runs is not known here: write the layers out.")
            scope[one.id] = UNKNOWN


def for_effect(f: "Follower", node: ast.expr, scope: "Scope") -> bool:
    """Is it a call of something that is not in the text, without the tensor? It is passed over, and said."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or scope is f.names:
        return False
    name = node.func.id
    found = scope.get(name, f.names.get(name))
    known = found is not None and not (isinstance(found, Torch) and not found.name.startswith("torch"))
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    if known or name in BUILTINS or name[0].isupper() or any(isinstance(scope.get(one), Flow) for one in names):
        return False
    f.notes.append(
        Message("Line {line}: {name} is not in this text, and passed over.", line=node.lineno, name=shown(name))
    )
    return True


def defined(node: ast.Import | ast.ImportFrom | ast.FunctionDef, scope: "Scope") -> None:
    """A function within another, or what an import calls something, as ``import torch.nn.functional as fn``."""
    if isinstance(node, ast.FunctionDef):
        scope[node.name] = Def(node, closure=scope)
        return
    start = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    for one in node.names:
        if one.asname or start:
            scope[one.asname or one.name] = Torch(f"{start}{one.name}")
        else:
            root = one.name.partition(".")[0]
            scope[root] = Torch(root)
