"""Giving values to names, attributes and places, and taking them out again."""

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnnviz.networks.code.errors import shown
from cnnviz.networks.code.syntax import error_at
from cnnviz.networks.code.values import BATCH, MODULES, UNKNOWN, Flow, Held, Own, Sizes, Torch

if TYPE_CHECKING:
    from cnnviz.networks.code.follow import Follower, Scope

NO_NAMES = ("weight", "bias", "data", "grad", "requires_grad")  # of these a chain of layers says nothing


def assign(f: "Follower", target: ast.expr, value: Any, scope: "Scope") -> None:
    """Give a value to a name, an attribute, a place in a list, or its parts to several."""
    if isinstance(target, ast.Name):
        scope[target.id] = value
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts = unpacked(f, target, value)
        if len(parts) != len(target.elts):
            raise error_at(
                target, "{count} values do not go to {names} names.", count=len(parts), names=len(target.elts)
            )
        for one, part in zip(target.elts, parts, strict=True):
            assign(f, one, part, scope)
    elif isinstance(target, ast.Attribute):
        set_attribute(f.value(target.value, scope), target, value)
    elif isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
        set_item(target, f.value(target.value, scope), f.value(target.slice, scope), value)
    else:
        raise error_at(target, "{quoted} is not given a value here: use a plain name.")


def unpacked(f: "Follower", target: ast.Tuple | ast.List, value: Any) -> list[Any]:
    """``n, c, h, w = x.shape``: of a tensor's sizes only the first is known to be that of the batch."""
    if value in (UNKNOWN, BATCH) or isinstance(value, Sizes):
        first = BATCH if isinstance(value, Sizes) else UNKNOWN
        return [first, *[UNKNOWN] * (len(target.elts) - 1)]
    return list(f.each(target, value))


def set_attribute(owner: Any, target: ast.Attribute, value: Any) -> None:
    """``self.conv = nn.Conv2d(...)``; weights may be set as one likes, they come from elsewhere here."""
    if isinstance(value, Flow):
        raise error_at(target, "The tensor is kept for later here: networks with branches are not read.")
    if isinstance(owner, Own) and isinstance(value, MODULES) and not owner.begun:
        raise error_at(target, "super().__init__() comes first, and then the layers: torch refuses those before it.")
    if isinstance(owner, Own):
        owner.attributes[target.attr] = value
    elif isinstance(owner, Held) and isinstance(value, MODULES):
        owner.members[target.attr] = value
    elif target.attr not in NO_NAMES and not (owner is UNKNOWN and not isinstance(value, MODULES)):
        raise error_at(target, "{quoted} cannot be changed afterwards here: write it into its layer.")


def set_item(target: ast.Subscript, owner: Any, at: Any, value: Any) -> None:
    """``layers[2] = nn.ReLU()``."""
    if isinstance(owner, dict) and isinstance(at, (str, int, type(None))):
        owner[at] = value
    elif isinstance(owner, Held) and isinstance(value, MODULES):
        owner.members[key_of(target, owner, at, grow=owner.kind == "ModuleDict")] = value
    elif isinstance(owner, list) and isinstance(at, int) and -len(owner) <= at < len(owner):
        owner[at] = value
    else:
        raise error_at(target, "{quoted} is not given a value here: make a new list.")


def item(node: ast.AST, owner: Any, at: Any) -> Any:
    """``sizes[1]``, ``self.convs[0]``, ``x.shape[0]``."""
    if isinstance(owner, Sizes):
        return BATCH if at == 0 else UNKNOWN
    if owner is UNKNOWN or isinstance(owner, Torch) or at is UNKNOWN:
        return UNKNOWN
    if isinstance(owner, Held):
        return owner.members[key_of(node, owner, at)]
    try:
        return owner[at]
    except (TypeError, LookupError):
        raise error_at(node, "{quoted} is nothing that is there: write the value itself.") from None


def key_of(node: ast.AST, owner: Held, at: Any, grow: bool = False) -> str:
    """The name of a member that is asked for by place or by name."""
    if isinstance(at, str) and (at in owner.members or grow):
        return at
    names = list(owner.members)
    if type(at) is int and -len(names) <= at < len(names):
        return names[at]
    raise error_at(
        node,
        "nn.{kind} holds {count} layers, and none of them is {at}.",
        kind=owner.kind,
        count=len(names),
        at=shown(at),
    )


def sliced(node: ast.AST, owner: Any, *places: Any) -> Any:
    """``layers[:3]``; of an nn.Sequential a new one of the same layers."""
    if isinstance(owner, Sizes) or owner is UNKNOWN:
        return UNKNOWN
    if not all(one is None or type(one) is int for one in places) or places[2] == 0:
        raise error_at(node, "{quoted} is not read here: write the layers out.")
    if isinstance(owner, Held):
        kept = list(owner.members.items())[slice(*places)]
        return Held(owner.kind, dict(kept), owner.line)
    if isinstance(owner, (list, tuple, str)):
        return owner[slice(*places)]
    raise error_at(node, "{quoted} is not read here: write the layers out.")


def checked_members(node: ast.AST, kind: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an nn.Sequential or a list, if all of them are layers."""
    places = node.args if isinstance(node, ast.Call) and len(node.args) == len(found) else [node] * len(found)
    for (name, one), place in zip(found.items(), places, strict=True):
        if not isinstance(one, MODULES):
            if isinstance(one, Torch):
                raise error_at(place, "{quoted} is not read here: a class is no layer before it has its brackets.")
            raise error_at(place, "{quoted} is not read here: nn.{kind} holds layers.", kind=kind)
        if not isinstance(name, str):
            raise error_at(
                node, "The names in nn.{kind} are words in quotes, and {name} is none.", kind=kind, name=shown(name)
            )
        if "." in name:
            raise error_at(node, "“{name}” is no name for a layer: torch has no dots in names.", name=shown(name))
    return dict(found)
