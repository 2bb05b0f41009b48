"""The way of the one tensor through a network: which layer comes next, and under which name."""

import ast
from dataclasses import dataclass, field
from typing import Any

from torch import device

from cnnviz.networks.code.assemble import MAX_LAYERS, is_open
from cnnviz.networks.code.errors import CodeError
from cnnviz.networks.code.notshown import is_loss
from cnnviz.networks.code.signatures import example, read_layer
from cnnviz.networks.code.syntax import Called, error_at
from cnnviz.networks.code.values import Flow, named_layers
from cnnviz.text import Message


@dataclass
class Path:
    """The stages so far.

    Attributes
    ----------
    names : of all modules, by their identity
    where : names of the modules whose forward is being followed
    """

    root: Any
    stages: list[tuple[str, Called]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    seen: dict[int, str] = field(default_factory=dict)
    where: list[str] = field(default_factory=lambda: [""])

    def __post_init__(self) -> None:
        found = list(named_layers(self.root))
        self.kept = [one for _, one in found]  # so that no identity is given to another
        self.names = {id(one): name for name, one in found}

    def inside(self, name: str) -> str:
        """A name within the module whose forward is being followed."""
        return f"{self.where[-1]}.{name}" if self.where[-1] else name

    def through(self, flow: Flow, call: Called, name: str, node: ast.AST) -> Flow:
        """The tensor behind one more layer.

        Raises
        ------
        CodeError
            If the tensor went on elsewhere already, which makes a branch, or weights would be used twice.
        """
        self.check_last(flow, node)
        if len(self.stages) > MAX_LAYERS:
            raise CodeError("More than {most} layers: write a smaller network.", most=MAX_LAYERS)
        if not is_loss(call.name) and not is_open(call):
            example(call)  # what is not shown is said at its own line, whatever forward does with it
        if id(call) in self.seen and weighted(call):
            words = Message(
                "{name} is used twice, and both uses share its weights: here each layer has weights of its own. "
                "Make a second layer for the second use.",
                name=self.seen[id(call)],
            )
            raise error_at(node, words) if hasattr(node, "lineno") else call.error(words)
        self.seen.setdefault(id(call), name)
        self.kept.append(call)
        self.stages.append((name, call))
        self.lines.append(getattr(node, "lineno", 0))
        return Flow(len(self.stages))

    def check_last(self, flow: Flow, node: ast.AST) -> None:
        """Refuse what goes on from a tensor that another layer has read already."""
        if flow.at < len(self.stages):
            raise error_at(
                node,
                "This goes back to the tensor that line {before} went on from: networks with branches are not read, "
                "only one layer after the other.",
                before=self.lines[flow.at],
            )

    def unused(self) -> list[str]:
        """Names of the layers that the tensor never comes to."""
        return [self.names[id(one)] for one in self.kept if isinstance(one, Called) and id(one) not in self.seen]

    def named(self) -> list[tuple[str, Called]]:
        """The stages under names of which none is there twice; what is used again gets a number."""
        first: dict[str, int] = {}
        for i, (name, _) in enumerate(self.stages):
            first.setdefault(name, i)
        taken, found = {*first, *self.names.values()}, list[tuple[str, Called]]()
        counts: dict[str, int] = {}
        for i, (name, call) in enumerate(self.stages):
            new = name
            if first[name] != i:
                counts[name] = counts.get(name, 1) + 1
                while (new := f"{name}_{counts[name]}") in taken:
                    counts[name] += 1
                taken.add(new)
            found.append((new, call))
        return found


def weighted(call: Called) -> bool:
    """Does the layer have weights or statistics? Asked of torch, without memory for them."""
    if call.name.startswith("Lazy"):
        return True
    with device("meta"):
        try:
            return bool(read_layer(call, 2).module().state_dict())
        except CodeError:
            return False  # said where the layers are made
