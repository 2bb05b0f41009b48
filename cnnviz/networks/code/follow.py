"""Follow a text as Python would, within bounds, and with layers and one tensor in place of numbers; nothing is run.

A name stands for a number, a layer or the tensor (see `values`); ``14 * 14 * 32`` is worked out, a loop over a list
goes through it, and a function of the text's own is followed into. What cannot be known is refused where it matters.
"""

import ast
from collections.abc import Iterable, Sequence
from typing import Any

from cnnviz.networks.code import calling, functions, modules
from cnnviz.networks.code.arithmetic import compared, computed
from cnnviz.networks.code.assign import assign, item, sliced
from cnnviz.networks.code.blocks import Block
from cnnviz.networks.code.builtin import BUILTINS
from cnnviz.networks.code.errors import shown
from cnnviz.networks.code.path import Path
from cnnviz.networks.code.signatures import classes
from cnnviz.networks.code.syntax import error_at, finite, quoted
from cnnviz.networks.code.values import (
    BATCH,
    MODULES,
    UNKNOWN,
    Bound,
    Def,
    Flow,
    Held,
    Lost,
    Own,
    OwnClass,
    Sizes,
    Torch,
)
from cnnviz.text import Message

MOST_STEPS = 200_000  # expressions, statements, and values in lists
MOST_DEPTH = 120  # of expressions, statements and functions in one another

ROOTS = {
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "np": "numpy",
    "numpy": "numpy",
    "math": "math",
    "OrderedDict": "collections.OrderedDict",
    "device": "device",  # where it runs changes no layer
    "collections": "collections",
}
SHAPING = ("view", "reshape")  # of a tensor of a trial run: the text tells the network's input by it
PLAIN = (str, int, float, type(None))  # bool is an int

Scope = dict[str, Any]


class Follower:
    """What is known so far: names of the whole text, how much was followed, and what only a tensor can tell."""

    def __init__(self) -> None:
        self.names: Scope = {name: Torch(full) for name, full in ROOTS.items()}
        self.steps = self.depth = 0
        self.path: Path | None = None
        self.hint: tuple[int, ...] = ()  # a shape that the text itself gives to the network
        self.notes: list[Message] = []
        self.made: list[Own] = []  # all objects of classes of the text's own
        self.trees: dict[Block, ast.FunctionDef] = {}

    # --- bounds ---

    def step(self, node: ast.AST, count: int = 1) -> None:
        self.steps += count
        if self.steps > MOST_STEPS or self.depth > MOST_DEPTH:
            raise error_at(node, "Following this takes too many steps: write the layers out, one after the other.")

    def weigh(self, node: ast.AST, value: Any) -> Any:
        """The value, once all that it holds has been counted; a list may hold itself."""
        waiting = [value]
        while waiting:
            one = waiting.pop()
            self.step(node)
            if isinstance(one, (list, tuple)):
                self.step(node, len(one))
                waiting += [inner for inner in one if isinstance(inner, (list, tuple, dict))]
            elif isinstance(one, dict):
                self.step(node, len(one))
                waiting += [inner for inner in one.values() if isinstance(inner, (list, tuple, dict))]
        return value

    # --- expressions ---

    def value(self, node: ast.AST, scope: Scope) -> Any:
        """What an expression stands for.

        Raises
        ------
        CodeError
            If it is none that is followed, or stands for something that is not known.
        """
        self.depth += 1
        try:
            self.step(node)
            how = getattr(self, f"of_{type(node).__name__}", None)
            if how is None:
                raise error_at(node, "{quoted} is not read here: only layers with numbers, one after the other.")
            return how(node, scope)
        finally:
            self.depth -= 1

    def of_Constant(self, node: ast.Constant, scope: Scope) -> Any:
        if not isinstance(node.value, PLAIN):
            raise error_at(node, "{quoted} is not a plain value: write numbers, words in quotes, tuples.")
        return finite(node, node.value)

    def of_Name(self, node: ast.Name, scope: Scope) -> Any:
        for names in (scope, self.names):
            if node.id in names:
                found = names[node.id]
                if isinstance(found, Lost):
                    raise error_at(
                        node,
                        "“{name}” may be changed in line {changed}, which is not read: write its value.",
                        name=shown(node.id),
                        changed=found.line,
                    )
                return found
        if node.id in BUILTINS:
            return Torch(node.id)
        if node.id in classes() or node.id[0].isupper():
            return Torch(f"torch.nn.{node.id}")
        raise error_at(
            node,
            "“{name}” is not known here: this text does not say what it is, so write its value instead.",
            name=shown(node.id),
        )

    def of_Attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        owner, name = self.value(node.value, scope), node.attr
        if isinstance(owner, Torch):
            return Torch(f"{owner.name}.{name}")
        if owner in (UNKNOWN, BATCH):
            return Bound(owner, name) if name in SHAPING else UNKNOWN
        if isinstance(owner, Own):
            return modules.attribute(self, owner, name, node)
        if isinstance(owner, Flow) and name == "shape":
            return Sizes()
        return Bound(owner, name)

    def of_Call(self, node: ast.Call, scope: Scope) -> Any:
        return calling.call(self, node, scope)

    def of_Tuple(self, node: ast.Tuple, scope: Scope) -> Any:
        return tuple(self.of_List(node, scope))

    def of_List(self, node: ast.List | ast.Tuple, scope: Scope) -> Any:
        return self.weigh(node, self.spread(node.elts, scope))

    def spread(self, nodes: Iterable[ast.expr], scope: Scope) -> list[Any]:
        """Values in a row, those behind a star each."""
        found = list[Any]()
        for one in nodes:
            if isinstance(one, ast.Starred):
                found += self.each(one, self.value(one.value, scope))
            else:
                found.append(self.value(one, scope))
        return found

    def of_Dict(self, node: ast.Dict, scope: Scope) -> Any:
        if None in node.keys:
            raise error_at(node, "Two stars within braces are not read here: write the pairs out.")
        keys = [self.key(one, self.value(one, scope)) for one in node.keys if one]
        return self.weigh(node, dict(zip(keys, (self.value(one, scope) for one in node.values), strict=True)))

    def key(self, node: ast.AST, value: Any) -> Any:
        if not isinstance(value, PLAIN):
            raise error_at(node, "Within braces only numbers and words in quotes are read as names.")
        return value

    def of_UnaryOp(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.value(node.operand, scope)
        if isinstance(node.op, ast.Not):
            return UNKNOWN if self.truth(value) is None else not self.truth(value)
        if value is UNKNOWN or not isinstance(value, (int, float)) or isinstance(node.op, ast.Invert):
            raise error_at(node, "{quoted} is not a plain value: write numbers, words in quotes, tuples.")
        return -value if isinstance(node.op, ast.USub) else value

    def of_BinOp(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        return self.weigh(node, computed(node, node.op, left, right))

    def of_Compare(self, node: ast.Compare, scope: Scope) -> Any:
        left, holds = self.value(node.left, scope), True
        for sign, one in zip(node.ops, node.comparators, strict=True):
            right = self.value(one, scope)
            self.weigh(node, [left, right])
            holds = compared(node, sign, left, right)
            if holds is UNKNOWN or not holds:
                return holds
            left = right
        return holds

    def of_BoolOp(self, node: ast.BoolOp, scope: Scope) -> Any:
        value: Any = None
        for one in node.values:
            value = self.value(one, scope)
            holds = self.truth(value)
            if holds is None:
                return UNKNOWN
            if holds == isinstance(node.op, ast.Or):
                return value
        return value

    def of_IfExp(self, node: ast.IfExp, scope: Scope) -> Any:
        return self.value(node.body if self.decided(node.test, scope) else node.orelse, scope)

    def truth(self, value: Any) -> bool | None:
        """True or False as Python takes it; None where only a tensor or the machine tells."""
        if value in (UNKNOWN, BATCH) or isinstance(value, (Flow, Sizes)):
            return None
        return True if isinstance(value, (*MODULES, Torch, OwnClass, Def, Bound)) else bool(value)

    def decided(self, test: ast.expr, scope: Scope) -> bool:
        found = self.truth(self.value(test, scope))
        if found is None:
            raise error_at(test, "What {quoted} comes to is not known here: write only what happens then.")
        return found

    def of_Subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        owner, at = self.value(node.value, scope), node.slice
        if isinstance(owner, Flow):
            raise error_at(node, "A part of the tensor is taken here: networks with branches are not read.")
        if isinstance(at, ast.Slice):
            places = [one and self.value(one, scope) for one in (at.lower, at.upper, at.step)]
            return self.weigh(node, sliced(node, owner, *places))
        return item(node, owner, self.value(at, scope))

    def of_ListComp(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Any:
        if len(node.generators) != 1:
            raise error_at(node, "Two loops in one list are not read here: write the layers out.")
        found, inner, loop = list[Any](), {**scope}, node.generators[0]
        for one in self.each(loop.iter, self.value(loop.iter, scope)):
            assign(self, loop.target, one, inner)
            if all(self.decided(test, inner) for test in loop.ifs):
                found.append(self.value(node.elt, inner))
        return self.weigh(node, found)

    of_GeneratorExp = of_ListComp

    def each(self, node: ast.AST, values: Any) -> Sequence[Any]:
        """What a loop goes through."""
        if isinstance(values, Held):
            found = list(values.members) if values.kind == "ModuleDict" else list(values.members.values())
        elif isinstance(values, (list, tuple, dict, str)):
            found = list(values)
        else:
            raise error_at(node, "{quoted} is nothing that can be gone through here: write the layers out.")
        self.step(node, len(found))
        return found

    # --- calls ---

    def run(self, function: Def, args: Sequence[Any], kwargs: dict[str, Any], node: ast.AST) -> Any:
        """Follow a function of the text's own with these values."""
        return functions.run(self, function, args, kwargs, node)

    def given(self, node: ast.Call, scope: Scope) -> tuple[list[Any], dict[str, Any]]:
        """The values of a call; where a layer lies need not be known."""
        kwargs: dict[str, Any] = {}
        for one in node.keywords:
            if one.arg == "device":
                continue
            value = self.value(one.value, scope)
            more = {one.arg: value} if one.arg else value
            if not isinstance(more, dict):
                raise error_at(one.value, "{quoted} is not read behind two stars: write the names out.")
            if more.keys() & kwargs.keys():
                raise error_at(node, "{quoted} is given the same argument twice.", quoted=quoted(node.func))
            kwargs |= more
        return self.spread(node.args, scope), kwargs
