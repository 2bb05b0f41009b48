"""A whole text: which of its statements make the network, and which only stand around it."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from cnnviz.core.layers import Shape
from cnnviz.networks.code import functions, modules
from cnnviz.networks.code.assemble import Reading, network_of
from cnnviz.networks.code.blocks import Block, blocks
from cnnviz.networks.code.errors import CodeError, shown
from cnnviz.networks.code.follow import Follower
from cnnviz.networks.code.guard import parse
from cnnviz.networks.code.notshown import is_loss
from cnnviz.networks.code.path import Path
from cnnviz.networks.code.signatures import classes
from cnnviz.networks.code.statements import body
from cnnviz.networks.code.syntax import Called, dotted
from cnnviz.networks.code.values import MODULES, Def, Flow, Held, Lost, Own, OwnClass, members
from cnnviz.text import Message, Plural, listed

NOTHING = Message("There is nothing to read yet: paste an nn.Sequential, or a class with its __init__ and forward.")
MAIN = re.compile(r"if\s+__name__\s*==")
CHANGED = re.compile(r"^[ \t]*(\w+)((?:\.\w+|\[[^]\n]{0,60}\])+)\s*(?:=(?!=)|\()", re.ASCII | re.MULTILINE)
HARMLESS = re.compile(r"\.(?:weight|bias|data|grad|requires_grad|train|eval|to|cuda|cpu|half|\w+_dict|zero_grad)\b")
ASSIGNED = re.compile(  # everything in it is bounded, for a line may be as long as the text
    r"^[ \t]*+(?:for[ \t]{1,9}([\w, \t()]{1,200}?)[ \t]in\b"
    r"|(\w[\w, \t]{0,200}?)[ \t]{0,9}(?://|\*\*|[-+*/%])?=(?!=)|(\w+)\.(?:append|extend|insert)\()",
    re.ASCII | re.MULTILINE,
)
CHANGES = re.compile(r"(?:append|extend|insert|add_module|register_module|pop|__setitem__|__delitem__)$")
STAYS = re.compile(
    r"=\s*(?:\w+\.(?:cuda|to|half|cpu)|(?:\w+\.)*(?:Distributed)?DataParallel|torch\.compile)\("
)  # the same net

Errors = list[tuple[Block, CodeError]]


def network_in(text: str, shapes: Sequence[Shape]) -> Reading:
    """The network that the statements of a text make.

    Raises
    ------
    CodeError
        If they make none, or several, or something that is no row of layers.
    """
    f, errors = Follower(), Errors()
    results = [(name, one) for block in blocks(text) for name, one in followed(f, block, errors)]
    root = chosen(f, results, errors, text)
    raise_if_needed(f, root, errors)
    calls = row_of(f, root)
    given = [f.hint[1:], f.hint] if len(f.hint) > 2 else [f.hint] if f.hint else []
    found = network_of(calls, [*f.notes, *passed_over(errors)], [*given, *shapes])
    if found.shape or not f.hint:
        return found
    return Reading(found.network, found.notes, f.hint[1:] if len(f.hint) > 2 else f.hint)


# --- statement after statement ---


def followed(f: Follower, block: Block, errors: Errors) -> Iterator[tuple[str, Any]]:
    """What a statement alone on its line stands for; what cannot be followed is kept for later."""
    try:
        if block.word == "@":
            block = block.undecorated()[1]
        if block.word == "class":
            f.names[block.called] = class_of(f, block)
        elif block.word == "def":
            f.names[block.called] = Def(block)
        elif MAIN.match(block.text):
            for inner in block.parted()[1]:
                yield from followed(f, inner, errors)
        elif block.word in ("with", "while", "try", "async", "del"):
            raise CodeError("This is not read here: only layers, one after the other.", block.first)
        else:
            yield from plainly(f, block)
    except CodeError as error:
        errors.append((block, error))
        lose(f, block)


def lose(f: Follower, block: Block) -> None:
    """What a statement that is not followed assigns is not known behind it."""
    for found in ASSIGNED.finditer(block.text):
        if STAYS.match(block.text, found.end() - 1):
            continue
        for name in re.findall(r"\w+", found[1] or found[2] or found[3]):
            if name in f.names:
                f.names[name] = Lost(block.first)


def plainly(f: Follower, block: Block) -> Iterator[tuple[str, Any]]:
    """Statements as Python parses them."""
    for node in parse(block.text, block.first, block.indent).body:
        if isinstance(node, ast.Expr):
            yield "", f.value(node.value, f.names)
        elif isinstance(node, ast.Assign) and dotted(node.targets[0]).startswith("self.") and "self" not in f.names:
            yield dotted(node.targets[0]), f.value(node.value, f.names)  # a line of a class, pasted alone
        else:
            body(f, [node], f.names)


def class_of(f: Follower, block: Block) -> OwnClass:
    """A class of the text's own; its methods are not parsed before they are called."""
    head, inner = block.parted()
    if not inner:
        raise CodeError(
            "{name} has no lines of its own: paste its __init__ and its forward.", block.first, name=shown(block.called)
        )
    tree = parse(f"{head}\n pass", block.first, block.indent).body[0]
    bases = [dotted(one) for one in tree.bases] if isinstance(tree, ast.ClassDef) else []
    if not isinstance(tree, ast.ClassDef) or tree.keywords or "" in bases:
        raise CodeError("{called} is not read: only a class of nn.Module.", block.first, called=shown(block.called))
    parents = [one for one in map(f.names.get, bases) if isinstance(one, OwnClass)]
    made = OwnClass(block.called, tuple(bases), block.first, parents[0] if parents else None)
    for one in inner:
        decorators, bare = one.undecorated() if one.word == "@" else ([], one)
        if bare.word == "def":
            made.methods[bare.called] = bare
            made.alone |= {bare.called} & {bare.called for name in decorators if name == "staticmethod"}
        elif re.match(r"\w+\s*(?::[^=]*)?=(?!=)", bare.text):
            with suppress(CodeError):  # what needs it says that it is not there
                body(f, parse(bare.text, bare.first, bare.indent).body, made.constants)
    return made


# --- which of them is the network ---


def chosen(f: Follower, results: Sequence[tuple[str, Any]], errors: Errors, text: str) -> Any:
    """The one network of the text.

    Raises
    ------
    CodeError
        If there is none, or more than one.
    """
    named = [*f.names.items(), *results]
    things = {id(one): (name, one) for name, one in reversed(named) if isinstance(one, MODULES)}
    inside = held_by(one for _, one in things.values())
    outer = [(name, one) for key, (name, one) in reversed(things.items()) if key not in inside and runs(one)]
    objects: list[tuple[str, Any]] = [(name, one) for name, one in outer if isinstance(one, Own)]
    if not objects:
        kinds = unused_classes(f, text)
        if len(kinds) > 1:
            names = ", ".join(kind.name for kind in kinds[:4])
            raise CodeError(
                "There are several networks in it, {names}: end the text with a line such as net = {name}().",
                names=shown(names, 80),
                name=shown(kinds[-1].name),
            )
        for kind in kinds:
            for block, error in errors:
                if re.search(rf"\b{kind.name}\(", block.text):
                    raise error  # it would have been made there
            return functions.made(f, kind, [], {}, ast.Pass())
    best = objects or [one for one in outer if isinstance(one[1], Held)] or outer
    if len({one.kind for _, one in objects}) == 1:
        best = best[-1:]
    if len(best) > 1:
        raise CodeError("There are several networks in it: paste one nn.Sequential, or one class.")
    if not best and f.made:
        return f.made[-1]  # made and used in the same breath: Net().summary(...)
    if not best:
        raise first_of(errors) or CodeError(NOTHING)
    return best[0][1]


def held_by(things: Iterable[Any]) -> set[int]:
    """Identities of all that others hold; each is looked into once."""
    found, waiting = set[int](), [inner for one in things for inner in members(one).values()]
    while waiting:
        one = waiting.pop()
        if id(one) not in found:
            found.add(id(one))
            waiting += members(one).values()
    return found


def runs(one: Any) -> bool:
    """Could it be a network? A loss is none, and lists only hold layers."""
    return one.kind == "Sequential" if isinstance(one, Held) else not (isinstance(one, Called) and is_loss(one.name))


def unused_classes(f: Follower, text: str) -> list[OwnClass]:
    """Classes with a forward, or made from torch's, that no other class of the text calls."""
    kinds = [one for one in f.names.values() if isinstance(one, OwnClass)]
    called = {
        name
        for kind in kinds
        for block in kind.methods.values()
        for name in re.findall(r"\b([A-Za-z_]\w*)\b", block.text)
        if name != kind.name
    }
    above = {kind.parent.name for kind in kinds if kind.parent}
    made = {id(one.kind) for one in f.made}
    free = [kind for kind in kinds if id(kind) not in made and kind.name not in called | above]
    return [kind for kind in free if is_module(kind)]


def is_module(kind: OwnClass) -> bool:
    ends = ("Module", "Sequential", "Classifier", "Regressor")
    return bool(kind.method("forward")) or any(base.endswith(ends) for base in kind.roots)


def row_of(f: Follower, root: Any) -> list[tuple[str, Called]]:
    """The layers in the order in which the tensor goes through them."""
    f.path = Path(root)
    place = ast.Pass()
    end = modules.forward(f, root, Flow(0), "0" if isinstance(root, Called) else "", place)
    if isinstance(end, (tuple, list)) and end and all(isinstance(one, Flow) for one in end):
        f.notes.append(Message("forward returns several tensors, one behind the other: read up to the last of them."))
        end = max(end, key=lambda one: one.at)
    if not isinstance(end, Flow):
        raise CodeError("forward gives something else than the one tensor: end it with return x.")
    f.path.check_last(end, place)
    unused = f.path.unused() if isinstance(root, Own) else []
    if unused:
        f.notes.append(Message("Never called by forward, and left out: {names}.", names=shown(", ".join(unused), 80)))
    return f.path.named()


# --- what stands around it ---


@cache
def makes_layers() -> re.Pattern[str]:
    """Code that makes layers, to be told from code that trains them."""
    names = "|".join(sorted(classes(), key=len, reverse=True))
    torchs = r"nn\.(?!init\b|utils\b|functional\b)\w*(?<!Loss)"
    return re.compile(rf"\b(?:{torchs}|Sequential|Module(?:List|Dict)|Lazy\w+|{names})\(")


def relevant(block: Block) -> bool:
    return bool(makes_layers().search(block.text))


def first_of(errors: Errors) -> CodeError | None:
    """The error that most likely keeps the network from being read."""
    for block, error in errors:
        if relevant(block) or block.word == "class":
            return error
    return errors[0][1] if errors else None


def raise_if_needed(f: Follower, root: Any, errors: Errors) -> None:
    """Refuse the text if a statement that was not followed makes layers, or changes the network."""
    names = {name for name, one in f.names.items() if one is root}
    for block, error in errors:
        if relevant(block):
            raise error
        for found in CHANGED.finditer(block.text):
            name, path, end = found[1], found[2], found[0][-1]
            if name in names and not HARMLESS.search(path) and (end == "=" or CHANGES.search(path)):
                line = block.first + block.text.count("\n", 0, found.start())
                raise CodeError(
                    "This changes {name} afterwards: write the change into its layers.", line, name=shown(name)
                )


def passed_over(errors: Errors) -> list[Message]:
    """What was not followed, because it makes no layers."""
    if not errors:
        return []
    lines = [str(block.first) for block, _ in errors[:6]]
    places = {"lines": listed([*lines, *(["..."] if len(errors) > 6 else [])])}
    return [
        Plural(
            "Passed over, as no layers are made there: line {lines}.",
            "Passed over, as no layers are made there: lines {lines}.",
            len(errors),
            **places,
        )
    ]
