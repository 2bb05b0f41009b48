"""What the names in a text can stand for while it is followed: numbers, layers, what holds them, and the one tensor."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from cnnviz.networks.code.blocks import Block
from cnnviz.networks.code.syntax import Called


class Open(Enum):
    """What no text can say."""

    BATCH = "the number of examples"
    UNKNOWN = "what only the input tells"


BATCH, UNKNOWN = Open.BATCH, Open.UNKNOWN


@dataclass(frozen=True)
class Torch:
    """A name of torch's own, as ``torch.nn.functional.relu``."""

    name: str


@dataclass(frozen=True)
class Lost:
    """What a statement that is not followed may have changed."""

    line: int


@dataclass(frozen=True)
class Flow:
    """The tensor behind so many stages; there is one, and it goes on from where it is."""

    at: int


@dataclass(frozen=True)
class Sizes:
    """``x.shape``, of which the first is the batch."""


@dataclass
class Held:
    """An nn.Sequential, an nn.ModuleList or an nn.ModuleDict: layers under names."""

    kind: str
    members: dict[str, Any]
    line: int | None = None

    def add(self, value: Any) -> None:
        self.members[str(len(self.members))] = value


@dataclass(eq=False)
class OwnClass:
    """A class of a person's own: what it is made from, and its methods, which nobody has parsed yet."""

    name: str
    bases: tuple[str, ...]
    line: int
    parent: "OwnClass | None" = None  # where that is one of the text's own, too
    methods: dict[str, Block] = field(default_factory=dict)
    alone: set[str] = field(default_factory=set)  # names of methods that take no self
    constants: dict[str, Any] = field(default_factory=dict)

    def method(self, name: str) -> "tuple[OwnClass, Block] | None":
        """The nearest class that has a method of this name, and the method."""
        kind: OwnClass | None = self
        while kind and name not in kind.methods:
            kind = kind.parent
        return (kind, kind.methods[name]) if kind else None

    @property
    def roots(self) -> tuple[str, ...]:
        """What it is made from that is not of the text's own."""
        return self.parent.roots if self.parent else self.bases


@dataclass(eq=False)
class Own:
    """An object of a class of a person's own."""

    kind: OwnClass
    attributes: dict[str, Any] = field(default_factory=dict)
    begun: bool = False  # has torch's own __init__ come? Before that no layer can be an attribute


@dataclass(frozen=True, eq=False)
class Def:
    """A function or a method, and the object that it belongs to.

    Attributes
    ----------
    block : Block, or ast.FunctionDef of a function within another
    closure : names of that other function
    """

    block: Block | ast.FunctionDef
    owner: Own | None = None
    home: OwnClass | None = None  # the class that holds it
    closure: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Bound:
    """A method of something that is not of the person's own: ``x.view``, ``layers.append``."""

    owner: Any
    name: str


@dataclass(frozen=True, eq=False)
class Parent:
    """``super()`` of an object: the class above the one in whose method it stands."""

    owner: Own
    kind: OwnClass


Module = Called | Held | Own
MODULES = (Called, Held, Own)


def members(module: Any) -> dict[str, Any]:
    """What a module, or a list of such, holds by name."""
    if isinstance(module, Own):
        return {name: one for name, one in module.attributes.items() if isinstance(one, MODULES)}
    return module.members if isinstance(module, Held) else {}


def named_layers(module: Any) -> Iterator[tuple[str, Any]]:
    """All that a module holds, with names as torch gives them, each thing once; itself first."""
    seen, waiting = set[int](), [("", module)]
    while waiting:
        name, one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield name, one
        inner = [(f"{name}.{key}" if name else key, value) for key, value in members(one).items()]
        waiting += reversed(inner)
