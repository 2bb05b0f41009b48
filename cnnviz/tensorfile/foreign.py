"""Numbers, classes and objects of others that stand beside tensors: passed over, by name, and nothing of them is run.

What is left is written as a new pickle, and that is held to the same rules as any other before torch sees it.
"""

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import torch

from cnnviz.tensorfile.claims import Foreign, Global, Storage, View
from cnnviz.tensorfile.limits import MOST_DEPTH, TensorError
from cnnviz.tensorfile.pickles import DTYPES, ITEMSIZE, Step, readable, refuse_programs
from cnnviz.tensorfile.walk import Walk, foreign
from cnnviz.text import Message, some

# What pickles call to build a plain value: numbers of numpy, dates, paths, sets. Whatever else is called is a program.
VALUES = {
    **dict.fromkeys(("numpy.core.multiarray", "numpy._core.multiarray"), ("scalar", "_reconstruct")),
    **dict.fromkeys(("numpy.core.numeric", "numpy._core.numeric"), ("_frombuffer",)),
    "numpy": ("dtype", "ndarray"),
    "numpy.random._pickle": ("__randomstate_ctor", "__generator_ctor", "__bit_generator_ctor"),
    **dict.fromkeys(
        ("__builtin__", "builtins"),
        ("set", "frozenset", "slice", "complex", "bytearray", "bytes", "range", "xrange", "object"),
    ),
    "_codecs": ("encode",),
    "collections": ("defaultdict", "Counter", "deque"),
    "copy_reg": ("_reconstructor",),
    "copyreg": ("_reconstructor",),
    "datetime": ("datetime", "date", "time", "timedelta", "timezone"),
    "decimal": ("Decimal",),
    "fractions": ("Fraction",),
    "functools": ("partial",),
    "types": ("SimpleNamespace",),
    "uuid": ("UUID",),
    **dict.fromkeys(
        ("pathlib", "pathlib._local"), ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "Path")
    ),
    "torch.serialization": ("_get_layout",),
    "torch._tensor": ("_rebuild_from_type_v2",),
}
REBUILDERS = "torch._utils _rebuild_"  # of sparse, quantised and other tensors

Tell = Callable[[Message], None]
Key = str | int | float
NOTHING = object()


def cleaned(steps: Sequence[Step], tell: Tell) -> bytes:
    """A new pickle of the plain values and tensors that a pickle holds; `tell` gets the names of what it leaves out.

    Raises
    ------
    TensorError
        With the names, if the pickle calls what is no plain value, or no tensor is left.
    """
    walk = Walk()
    left = Left()
    found = None
    with suppress(Exception):  # whatever else is wrong: what it asks for says more
        found = left.of(walk.run(steps))
    if not found or not left.tensors or not all(map(value, walk.called)):
        refuse_programs(steps)
    tell(some(left.out))
    return written(found)


def value(name: str) -> bool:
    """Does a call of this "module name" build a plain value?"""
    module, _, own = name.partition(" ")
    return own in VALUES.get(module, ()) or name.startswith(REBUILDERS)


class Left:
    """What is left of a value without what is others'.

    Attributes
    ----------
    out : words
        What was left out: where it stood, and its class.
    tensors : int
        How many are left.
    """

    def __init__(self) -> None:
        self.out: list[str | Message] = []
        self.tensors = 0
        self.seen: dict[int, Any] = {}

    def of(self, given: Any, at: str = "", depth: int = 0) -> Any:
        """`NOTHING` where nothing is left. A value used in many places is gone through once."""
        if depth > MOST_DEPTH:
            raise TensorError(
                "This torch file holds lists more than {most_depth} deep: save the weights alone.",
                most_depth=MOST_DEPTH,
            )
        if id(given) not in self.seen:
            self.seen[id(given)] = self.once(given, at, depth)
        return self.seen[id(given)]

    def once(self, given: Any, at: str, depth: int) -> Any:
        match given:
            case dict():
                return self.entries(given, at, depth)
            case list() | tuple():
                kept = [self.of(one, f"{at}[{i}]", depth + 1) for i, one in enumerate(given)]
                return type(given)(one for one in kept if one is not NOTHING)
            case Foreign(_, items) if items:
                self.out.append(Message("the class of {name}", name=words(at, given)))
                return self.entries(items, at, depth)
            case Global(name) if name in DTYPES:
                return name.replace(" ", ".")
            case Foreign() | Global() | Storage():
                self.out.append(words(at, given))
                return NOTHING
            case View():
                self.tensors += 1
        return given

    def entries(self, given: dict[Any, Any], at: str, depth: int) -> dict[Key, Any]:
        kept = {}
        for key, one in given.items():
            if foreign(key):
                what = {"place": at or Message("the file"), "key": readable(key.name)}
                self.out.append(Message("what {place} has under {key}", **what))
                continue
            left = self.of(one, f"{at}.{str(key)[:SHORT]}".lstrip(".")[:SHORT], depth + 1)
            if left is not NOTHING:
                kept[key] = left
        return kept


SHORT = 60  # characters of a place in a sentence


def words(at: str, given: Foreign | Global | Storage) -> str:
    """Where it stood, without control characters, and its class."""
    name = readable(given.kind if isinstance(given, Storage) else given.name)
    place = "".join(c for c in at if c.isprintable())
    return f"{place} ({name})" if place else name


def written(found: Any) -> bytes:
    """A pickle as `torch.save` writes it."""
    stream = io.BytesIO()
    Writer(stream, protocol=2).dump(found)
    return stream.getvalue()


class Writer(pickle.Pickler):
    """Writes a `View` as a tensor, and a `Storage` as torch's own."""

    def persistent_id(self, given: Any) -> Any:
        if not isinstance(given, Storage):
            return None
        module, name = given.kind.split()
        kind = getattr(torch.storage if module == "torch.storage" else torch, name)
        return ("storage", kind, given.key, "cpu", given.nbytes // ITEMSIZE[given.kind])

    def reducer_override(self, given: Any) -> Any:
        if not isinstance(given, View):
            return NotImplemented
        dense = (given.storage, *given.place, False, OrderedDict())  # type: ignore[var-annotated]
        if not given.dtype:
            return torch._utils._rebuild_tensor_v2, dense
        return torch._utils._rebuild_tensor_v3, (*dense, getattr(torch, given.dtype.split()[1]))
