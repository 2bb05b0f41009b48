"""What Python prints for a torch module, line for line."""

import ast
import re

from cnnviz.core.layers import GLU, ContextGating
from cnnviz.networks.code.errors import CodeError, shown
from cnnviz.networks.code.guard import parse, screened
from cnnviz.networks.code.syntax import Called, Part, called, refused
from cnnviz.text import Message

OPENING = re.compile(r"\s*(\w+)\(\s*", re.ASCII)
ENTRY = re.compile(r"(\s*\((\w+)\): )(\w+\(.*)", re.ASCII)
WORDS = re.compile(r"(?<=padding=)(same|valid)\b|(?<=padding_mode=)(reflect|replicate|circular)\b")
GATES = {kind.__name__ for kind in (GLU.kind, ContextGating.kind)}  # printed with the nn.Linear that they hold

Lines = list[tuple[int, str]]  # with their numbers, the last one first


def is_printed(text: str) -> bool:
    """Does it begin like a module that holds others, and go on with one of them?"""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()][:2]
    return len(lines) == 2 and bool(OPENING.fullmatch(lines[0])) and bool(ENTRY.fullmatch(lines[1]))


def read_printed(text: str) -> tuple[list[Part], list[Message]]:
    """What an `nn.Sequential` holds, and what has to be said about it.

    Raises
    ------
    CodeError
        If a line is none that torch prints, or something else than an `nn.Sequential` holds layers: what such a class
        does with them in its forward is not printed.
    """
    numbered = enumerate(screened(text).split("\n"), 1)
    lines: Lines = [(i, line.rstrip()) for i, line in numbered if line.strip()][::-1]
    first, opening = lines.pop()
    kind = opening.strip()[:-1]
    try:
        held = inside(lines)
    except CodeError:
        if kind in ("Sequential", "Module"):
            raise
        raise unknown_forward(kind, first) from None  # whatever stands in it
    if lines:
        raise strange(lines[-1])
    return held, said_of(kind, held, first)


def said_of(kind: str, held: list[Part], line: int) -> list[Message]:
    """What the class leaves open, if it is none that runs what it holds in a row."""
    if kind == "Sequential" or (kind == "Module" and len(held) == 1):
        return []
    if all(name == str(i) for i, (name, _) in enumerate(held)):
        return [Message("{kind} numbers its layers as an nn.Sequential does, and is read as one.", kind=shown(kind))]
    if len(held) == 1 and isinstance(held[0][1], list):
        note = Message(
            "{kind} is read as calling {name} alone: what else its forward does is not printed.",
            kind=shown(kind),
            name=held[0][0],
        )
        return [note]
    raise unknown_forward(kind, line)


def unknown_forward(kind: str, line: int) -> CodeError:
    return CodeError(
        "{kind} is a class of its own, and what its forward does with these layers is not printed: paste the "
        "class, as inspect.getsource({kind}) gives it, or print an nn.Sequential.",
        line,
        kind=shown(kind),
    )


def inside(lines: Lines) -> list[Part]:
    """What a module holds, up to the bracket that closes it; these lines are taken off."""
    held: list[Part] = []
    while lines:
        i, line = lines.pop()
        if line.strip() == ")":
            return held
        entry = ENTRY.fullmatch(line)
        if entry is None:
            raise strange((i, line))
        name, call = entry[2], entry[3].rstrip()
        held.append((name, holder(call[:-1], inside(lines), i) if call.endswith("(") else leaf(entry, i)))
    raise CodeError("The last line that torch prints is a bracket, and it is missing.")


def strange(line: tuple[int, str]) -> CodeError:
    return CodeError("“{text}” is not a line that torch prints for a layer.", line[0], text=shown(line[1].strip()))


def holder(kind: str, held: list[Part], line: int) -> Called | list[Part]:
    """An `nn.Sequential`, or a gate of the DESED block, whose channels its nn.Linear tells."""
    if kind == "Sequential":
        return held
    inner = held[0][1] if len(held) == 1 else None
    if kind in GATES and isinstance(inner, Called) and "in_features" in inner.kwargs:
        return Called(kind, (inner.kwargs["in_features"],), {}, line)
    raise CodeError(
        "{kind} holds layers, and what it does with them is not printed: only nn.Sequential.", line, kind=shown(kind)
    )


def leaf(entry: re.Match[str], line: int) -> Called:
    """One layer. Torch prints some words without quotes; line and column stay those of the whole text."""
    call = WORDS.sub(lambda word: repr(word[0]), entry[3])
    statement = parse(f"({' ' * (len(entry[1]) - 1)}{call})", line).body[0]
    if not isinstance(statement, ast.Expr):
        raise strange((line, entry[0]))
    if not isinstance(statement.value, ast.Call):
        raise refused(statement.value)
    return called(statement.value)
