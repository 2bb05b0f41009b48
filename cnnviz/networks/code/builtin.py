"""Python's own small functions and methods, on plain values and within bounds."""

import ast
import re
from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

from cnnviz.networks.code import modules
from cnnviz.networks.code.errors import CodeError, shown
from cnnviz.networks.code.guard import FORMED
from cnnviz.networks.code.syntax import Called, error_at, plain
from cnnviz.networks.code.values import BATCH, UNKNOWN, Flow, Held, Open, Own, Sizes, Torch

if TYPE_CHECKING:
    from cnnviz.networks.code.follow import Follower, Scope

MOST_RANGE = 1_000
MOST_FACTORS, MOST_FACTOR = 8, 10**9
MOST_WORD = 100  # characters of a name that is put together
NUMBERS: dict[str, Callable[..., Any]] = {
    **{"float": float, "bool": bool, "abs": abs, "round": round},
    **{"max": max, "min": min, "sum": sum, "sorted": sorted},
}
TYPES = {"int": int, "str": str, "float": float, "list": list, "tuple": tuple, "dict": dict}
BRACES = re.compile(r"\{(\w+)(?:\s*([-+])\s*(\d{1,6}))?(?::0?\d?d?)?\}", re.ASCII)

Args = list[Any]
Kwargs = dict[str, Any]


def builtin(f: "Follower", name: str, args: Args, kwargs: Kwargs, node: ast.AST, scope: "Scope") -> Any:
    """What one of Python's own functions gives.

    Raises
    ------
    CodeError
        If it does so for other values than plain ones, lists and layers, or the result would be long.
    """
    try:
        if name in NUMBERS:
            return counted(NUMBERS[name], args)
        if name == FORMED:
            return formed(str(args[0]), scope, node)
        return FUNCTIONS[name](f, args, kwargs, node)
    except CodeError:
        raise
    except (TypeError, ValueError, LookupError, OverflowError):
        raise error_at(node, "{quoted} is not a plain value: write numbers, words in quotes, tuples.") from None


def counted(function: Callable[..., Any], args: Args) -> Any:
    """Functions of numbers alone."""
    flat = args[0] if len(args) == 1 and isinstance(args[0], (list, tuple)) else args
    if UNKNOWN in flat or BATCH in flat:
        return UNKNOWN
    if not all(isinstance(one, (int, float)) for one in flat):
        raise TypeError
    return function(*args)


def whole(f: "Follower", args: Args, kwargs: Kwargs, node: ast.AST) -> Any:
    """``int``."""
    [one] = args
    if one in (UNKNOWN, BATCH):
        return UNKNOWN
    if not isinstance(one, (int, float)) and not (isinstance(one, str) and one.isdecimal() and len(one) < MOST_WORD):
        raise TypeError
    return int(one)


def ranged(f: "Follower", args: Args, kwargs: Kwargs, node: ast.AST) -> Any:
    if UNKNOWN in args:
        return UNKNOWN
    found = range(*args)
    if len(found) > MOST_RANGE:
        raise error_at(node, "A range of {count:,}: at most {most:,} are followed.", count=len(found), most=MOST_RANGE)
    return list(found)


def length(f: "Follower", args: Args, kwargs: Kwargs, node: ast.AST) -> Any:
    [one] = args
    if one is UNKNOWN or isinstance(one, (Sizes, Flow)):
        return UNKNOWN
    return len(one.members if isinstance(one, Held) else one)


def product(f: "Follower", args: Args, kwargs: Kwargs, node: ast.AST) -> Any:
    """``math.prod``, of few numbers that are known."""
    [many] = args
    if isinstance(many, (Open, Sizes)) or any(isinstance(one, Open) for one in many):
        return UNKNOWN
    if len(many) > MOST_FACTORS or not all(isinstance(one, int) and abs(one) < MOST_FACTOR for one in many):
        raise ValueError
    return prod(many)


def zipped(f: "Follower", args: Args, kwargs: Kwargs, node: ast.AST) -> Any:
    return list(zip(*(f.each(node, one) for one in args), strict=False))


def enumerated(f: "Follower", args: Args, kwargs: Kwargs, node: ast.AST) -> Any:
    start: Any = kwargs.get("start", args[1] if len(args) > 1 else 0)
    return [(start + i, one) for i, one in enumerate(f.each(node, args[0]))]


def listed(f: "Follower", args: Args, kwargs: Kwargs, node: ast.AST) -> list[Any]:
    return list(f.each(node, args[0])) if args else []


def word(f: "Follower", args: Args, kwargs: Kwargs, node: ast.AST) -> str:
    return str(plain(args[0], node))[:MOST_WORD]


def set_attribute(f: "Follower", args: Args, kwargs: Kwargs, node: ast.AST) -> None:
    """``setattr(self, "conv1", nn.Conv2d(...))``."""
    owner, name, value = args
    if not isinstance(owner, Own) or not isinstance(name, str):
        raise TypeError
    owner.attributes[name] = value


def get_attribute(f: "Follower", args: Args, kwargs: Kwargs, node: ast.AST) -> Any:
    owner, name = args[:2]
    if not isinstance(owner, Own) or not isinstance(name, str):
        raise TypeError
    return modules.attribute(f, owner, name, node)


def is_instance(f: "Follower", args: Args, kwargs: Kwargs, node: ast.AST) -> Any:
    one, kind = args
    if isinstance(kind, Torch) and kind.name in TYPES:
        return isinstance(one, TYPES[kind.name])
    if isinstance(kind, Torch) and isinstance(one, Called):
        return one.name == kind.name.removeprefix("torch.nn.")
    return UNKNOWN


FUNCTIONS: dict[str, Callable[["Follower", Args, Kwargs, ast.AST], Any]] = {
    "int": whole,
    "range": ranged,
    "len": length,
    "prod": product,
    "zip": zipped,
    "enumerate": enumerated,
    "list": listed,
    "tuple": lambda f, args, kwargs, node: tuple(listed(f, args, kwargs, node)),
    "reversed": lambda f, args, kwargs, node: listed(f, args, kwargs, node)[::-1],
    "dict": lambda f, args, kwargs, node: {**(dict(args[0]) if args else {}), **kwargs},
    "str": word,
    "setattr": set_attribute,
    "getattr": get_attribute,
    "isinstance": is_instance,
    "cast": lambda f, args, kwargs, node: args[1],
    "print": lambda f, args, kwargs, node: None,
}
BUILTINS = {*FUNCTIONS, *NUMBERS, FORMED, "super"}


def formed(text: str, scope: "Scope", node: ast.AST) -> str:
    """``f"conv{i + 1}"`` with plain numbers and words in its braces."""

    def put(found: re.Match[str]) -> str:
        value = scope.get(found[1])
        if not isinstance(value, (int, str)):
            raise error_at(
                node, "“{{{found}}}” in a text is not known here: write the whole name.", found=shown(found[1])
            )
        shift = int(f"{found[2]}{found[3]}") if found[2] else 0
        return str(value + shift if isinstance(value, int) else value)[:MOST_WORD]

    return BRACES.sub(put, text[:MOST_WORD])[:MOST_WORD]


# --- methods ---


def method(f: "Follower", owner: Any, name: str, args: Args, kwargs: Kwargs, node: ast.AST) -> Any:
    """A method of a list, a dictionary or a text.

    Raises
    ------
    CodeError
        If it is none of the few that names and lists of layers need.
    """
    how = METHODS.get((type(owner), name))
    try:
        if how and not kwargs:
            return how(f, owner, args, node)
    except CodeError:
        raise
    except (TypeError, ValueError, LookupError):
        pass
    raise error_at(node, "{quoted} is not read here: only layers with numbers, one after the other.")


def put_in(f: "Follower", owner: str, args: Args, node: ast.AST) -> str:
    """``"conv{}".format(3)``."""
    [one] = args
    return owner[:MOST_WORD].replace("{}", str(plain(one, node))[:MOST_WORD], 1)


METHODS: dict[tuple[type, str], Callable[["Follower", Any, Args, ast.AST], Any]] = {
    (list, "append"): lambda f, owner, args, node: owner.append(*args),
    (list, "extend"): lambda f, owner, args, node: owner.extend(f.each(node, *args)),
    (list, "insert"): lambda f, owner, args, node: owner.insert(*args),
    (list, "pop"): lambda f, owner, args, node: owner.pop(*args),
    (dict, "items"): lambda f, owner, args, node: list(owner.items()),
    (dict, "keys"): lambda f, owner, args, node: list(owner),
    (dict, "values"): lambda f, owner, args, node: list(owner.values()),
    (dict, "get"): lambda f, owner, args, node: owner.get(*args),
    (dict, "update"): lambda f, owner, args, node: owner.update(*args),
    (str, "lower"): lambda f, owner, args, node: owner.lower(),
    (str, "upper"): lambda f, owner, args, node: owner.upper(),
    (str, "format"): put_in,
}
