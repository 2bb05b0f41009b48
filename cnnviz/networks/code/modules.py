"""Layers that hold layers: torch's lists of them, and objects of a person's own classes."""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnnviz.networks.code.assign import checked_members, key_of
from cnnviz.networks.code.errors import shown
from cnnviz.networks.code.syntax import Called, error_at
from cnnviz.networks.code.values import MODULES, UNKNOWN, Bound, Def, Flow, Held, Open, Own, OwnClass
from cnnviz.text import Message

if TYPE_CHECKING:
    from cnnviz.networks.code.follow import Follower

HOLDERS = ("Sequential", "ModuleList", "ModuleDict")
PAIRS = Message("An OrderedDict is read only with a list of pairs: a name in quotes and its layer.")
AS_IT_IS = ("to", "cuda", "cpu", "float", "eval", "train", "apply", "requires_grad_", "share_memory")
SAID_ELSEWHERE: tuple[str, ...] = (
    "parameters",
    "named_parameters",
    "modules",
    "named_modules",
    "state_dict",
    "load_state_dict",
)
SAID_ELSEWHERE += ("zero_grad", "register_buffer", "named_children", "compile", "init_weights", "log")


OF_TORCH = {*AS_IT_IS, *SAID_ELSEWHERE, "add_module", "children", "register_module", "save_hyperparameters"}


def held(kind: str, args: Sequence[Any], node: ast.AST) -> Held:
    """An nn.Sequential, an nn.ModuleList or an nn.ModuleDict with what stands in its brackets."""
    line = getattr(node, "lineno", None)
    if kind == "Sequential" and len(args) == 1 and isinstance(args[0], dict):
        return Held(kind, checked_members(node, kind, args[0]), line)
    if kind == "ModuleDict":
        given = args[0] if args else {}
        return Held(kind, checked_members(node, kind, pairs(given, node)), line)
    many = args if kind == "Sequential" else args[0] if args else ()
    if isinstance(many, Held):
        many = list(many.members.values())
    if not isinstance(many, (list, tuple)):
        raise error_at(node, "nn.{kind} is read only with a list of layers.", kind=kind)
    return Held(kind, checked_members(node, kind, {str(i): one for i, one in enumerate(many)}), line)


def given_by_name(kind: str, kwargs: dict[str, Any], node: ast.AST) -> list[Any]:
    """``modules=[...]``, the one argument that has a name."""
    if kwargs and (kind == "Sequential" or list(kwargs) != ["modules"]):
        raise error_at(node, "{quoted} is not read here: layers stand in the brackets without names.")
    return list(kwargs.values())


def pairs(given: Any, node: ast.AST) -> dict[Any, Any]:
    """``[("conv", nn.Conv2d(...)), ...]`` by name."""
    if isinstance(given, dict):
        return given
    if not isinstance(given, (list, tuple)) or not all(
        isinstance(one, (tuple, list)) and len(one) == 2 for one in given
    ):
        raise error_at(node, PAIRS)
    if not all(isinstance(name, str) for name, _ in given):
        raise error_at(node, PAIRS)
    names = [name for name, _ in given]
    found = dict(given)
    if len(found) < len(names):
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise error_at(node, "Two layers are called {twice}: give each a name of its own.", twice=shown(twice))
    return found


def attribute(f: "Follower", owner: Own, name: str, node: ast.AST) -> Any:
    """An attribute, a method, or what every module of torch's has."""
    if name in owner.attributes:
        return owner.attributes[name]
    found = owner.kind.method(name)
    if found:
        home, block = found
        return Def(block, None if name in home.alone else owner, home)
    kind: OwnClass | None = owner.kind
    while kind:
        if name in kind.constants:
            return kind.constants[name]
        kind = kind.parent
    if name == "training":
        return False  # in eval mode
    if name in OF_TORCH or name.endswith("summary"):  # a book's classes tell the input by one
        return Bound(owner, name)
    if name == "__class__":
        return owner.kind
    if "__init__" in owner.kind.methods:
        raise error_at(node, "This reads self.{name}, which __init__ does not make.", name=shown(name))
    raise error_at(node, "This reads self.{name}, which its class does not make.", name=shown(name))


def keep_arguments(owner: Any, scope: dict[str, Any]) -> Open:
    """``self.save_hyperparameters()``, of books and Lightning: the arguments of __init__ become attributes."""
    if isinstance(owner, Own):
        owner.attributes.update(
            {key: one for key, one in scope.items() if key not in ("self", "__class__", "__self__")}
        )
    return UNKNOWN


def method(f: "Follower", owner: Any, name: str, args: Sequence[Any], node: ast.AST) -> Any:
    """A method that torch gives a module."""
    if name in SAID_ELSEWHERE:
        return UNKNOWN
    if name in ("add_module", "register_module") and len(args) == 2 and isinstance(args[0], str):
        checked_members(ast.Pass(), "Module", {args[0]: args[1]})
        (owner.attributes if isinstance(owner, Own) else owner.members)[args[0]] = args[1]
        return owner
    if name == "children":
        inner = owner.attributes if isinstance(owner, Own) else owner.members
        return [one for one in inner.values() if isinstance(one, MODULES)]
    if isinstance(owner, Held):
        return of_held(f, owner, name, args, node)
    raise error_at(node, "{quoted} is not read here: only layers with numbers, one after the other.")


def of_held(f: "Follower", owner: Held, name: str, args: Sequence[Any], node: ast.AST) -> Any:
    """``layers.append(...)`` and its like."""
    if name == "append" and len(args) == 1:
        checked_members(node, owner.kind, {"0": args[0]})
        owner.add(args[0])
        return owner
    if name == "extend" and len(args) == 1:
        for one in f.each(node, args[0]):
            checked_members(node, owner.kind, {"0": one})
            owner.add(one)
        return owner
    if name in ("keys", "values", "items") and not args:
        return list(getattr(owner.members, name)())
    if name == "__getitem__" and len(args) == 1:
        return owner.members[key_of(node, owner, args[0])]
    raise error_at(node, "{quoted} is not read here: write the layers into nn.{kind} itself.", kind=owner.kind)


def forward(f: "Follower", module: Any, flow: Any, name: str, node: ast.AST) -> Any:
    """The tensor behind a module, whatever it holds.

    Parameters
    ----------
    name : str
        Of the module within the whole network; empty for the network itself.
    """
    if flow is UNKNOWN:
        return UNKNOWN  # a trial run of a text's own, to count features: those follow from the input
    if not isinstance(flow, Flow) or f.path is None:
        raise error_at(node, "{quoted} is not read here: a layer is called with the one tensor, in forward.")
    if isinstance(module, Called):
        return f.path.through(flow, module, name, node)
    if isinstance(module, Held):
        return of_row(f, module, flow, name, node)
    found = module.kind.method("forward")
    if found is None:
        return without_forward(f, module, flow, name, node)
    f.path.where.append(name)
    try:
        return f.run(Def(found[1], module, found[0]), [flow], {}, node)
    finally:
        f.path.where.pop()


def of_row(f: "Follower", module: Held, flow: Any, name: str, node: ast.AST) -> Any:
    """One layer after the other, as nn.Sequential runs them."""
    assert f.path is not None
    if module.kind != "Sequential":
        raise error_at(node, "nn.{kind} only holds layers and cannot be called: call each of them.", kind=module.kind)
    whole = module is f.path.root or id(module) in f.path.names
    for key, one in module.members.items():
        f.step(node)
        inner = (f"{name}.{key}" if name else key) if whole else f.path.names.get(id(one), f.path.inside(key))
        flow = forward(f, one, flow, inner, node)
    return flow


def without_forward(f: "Follower", module: Own, flow: Any, name: str, node: ast.AST) -> Any:
    """A class made from nn.Sequential, or one whose forward lies elsewhere, as in books: it calls self.net."""
    roots = [base.rpartition(".")[2] for base in module.kind.roots]
    inner = {key: one for key, one in module.attributes.items() if isinstance(one, MODULES)}
    if "Sequential" in roots:
        row = Held("Sequential", inner)
        f.path.names[id(row)] = name  # type: ignore[union-attr]
        f.path.kept.append(row)  # type: ignore[union-attr]
        return of_row(f, row, flow, name, node)
    if "net" in inner and roots != ["Module"]:
        note = Message(
            "{name} has no forward in this text: it is read as calling self.net.", name=shown(module.kind.name)
        )
        f.notes.append(note)
        return forward(f, inner["net"], flow, f"{name}.net" if name else "net", node)
    raise error_at(node, "{name} has no forward in this text: paste it, too.", name=shown(module.kind.name))
