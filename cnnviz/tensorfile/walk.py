"""A pickle's machine with stand-ins: it goes through all steps, and imports, calls and allocates nothing.

Even the calls that ``torch.load(weights_only=True)`` allows can be made to fill the memory: ``bytearray(10**12)`` is
one. A pickle that gets through here calls only what `torch.save` itself writes, with arguments that fit what the file
says it holds. For what others' classes would make there is a stand-in, too, so that the tensors beside it can be told.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from cnnviz.tensorfile.claims import Foreign, Global, Storage, rebuilt
from cnnviz.tensorfile.limits import DAMAGED, MOST_AXES, MOST_GIVEN, TensorError
from cnnviz.tensorfile.pickles import ALLOWED, ITEMSIZE, Step


class Walk:
    """The machine; its opcodes are those that `torch.load` takes.

    Steps in a senseless order raise whatever Python raises, for the caller to tell: the stack is empty, say.

    Attributes
    ----------
    claims : storages by key
        What must be in the file.
    called : names of others' classes and functions that the pickle calls, in the order in which it does
        A class that is only named, or built without a call of its own, is not among them.
    """

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.claims: dict[str, Storage] = {}
        self.called: dict[str, None] = {}

    @classmethod
    def over(cls, steps: Iterable[Step]) -> tuple[Any, dict[str, Storage]]:
        """What a pickle says, and the storages that it claims."""
        walk = cls()
        return walk.run(steps), walk.claims

    def run(self, steps: Iterable[Step]) -> Any:
        """The object in the end, with a `View` for each tensor."""
        for code, arg in steps:
            if code not in CODES:
                raise TensorError(
                    "This torch file's pickle uses {code}, which torch.save does not: save it again.", code=code
                )
            CODES[code](self, arg)
        return self.stack.pop()

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def mark(self) -> None:
        self.marks.append(self.stack)
        self.stack = []

    def group(self) -> list[Any]:
        """All that was put on the stack since the last mark."""
        items, self.stack = self.stack, self.marks.pop()
        return items

    def last(self, count: int) -> list[Any]:
        if len(self.stack) < count:
            raise TensorError(DAMAGED)
        items = self.stack[-count:]
        del self.stack[-count:]
        return items

    def drop(self) -> None:
        self.last(1)

    def extend(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], Foreign):
            self.stack[-1].extend(items)

    def update(self, items: list[Any]) -> None:
        last = self.stack[-1]
        into = last.items if isinstance(last, Foreign) else last
        if type(into) not in (dict, OrderedDict):
            raise TensorError(DAMAGED)
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, (str, int, float)) and not foreign(key):  # nested tuples may take for ever to hash
                raise TensorError("This torch file has a dictionary whose keys are neither texts nor numbers.")
            into[key] = value

    def build(self) -> None:
        """A state_dict's ``_metadata``; attributes of other names could stand in the way of its methods."""
        state = self.stack.pop()
        if isinstance(self.stack[-1], Foreign):
            return
        if type(self.stack[-1]) is not OrderedDict or type(state) is not dict or list(state) != ["_metadata"]:
            raise TensorError(DAMAGED)

    def integer(self, value: int) -> None:
        if value.bit_length() > 64:
            raise TensorError("This torch file has a whole number of more than 64 bits: save it without.")
        self.push(value)

    def storage(self) -> None:
        match self.stack.pop():
            case ("storage", Global(kind) as asked, *_) if foreign(asked):
                self.push(Foreign(kind))
            case ("module", Global() as asked, *_) if foreign(asked):  # the older format keeps a class's source
                self.push(asked)
            case ("storage", Global(kind), str() as key, str(), int() as numel, *rest) if rest in ([], [None]):
                self.push(self.claim(Storage(key, kind, numel * ITEMSIZE[kind])))
            case _:
                raise TensorError(DAMAGED)

    def claim(self, storage: Storage) -> Storage:
        if self.claims.setdefault(storage.key, storage) != storage:
            raise TensorError(DAMAGED)
        return storage

    def new(self) -> None:
        """An instance of a class, without a call of its own."""
        match self.last(2):
            case [Global(name) as asked, tuple()] if foreign(asked):
                self.push(Foreign(name))
            case _:
                raise TensorError(DAMAGED)

    def call(self) -> None:
        asked, given = self.last(2)
        match [asked, given if foreign(asked) else short(given)]:
            case [Global(name) | Foreign(name), _] if foreign(asked):
                self.called[name] = None
                self.push(Foreign(name))
            case [Global("collections OrderedDict"), ()]:
                self.push(OrderedDict())
            case [Global("torch Size"), (tuple() as size,)] if len(size) <= MOST_AXES:
                self.push(size)
            case [Global("torch device"), (str() as kind, *index)] if len(index) <= 1:
                self.push(kind)
            case [Global(name), (*given, bool(), OrderedDict() as hooks)] if not hooks:
                self.push(rebuilt(name, *given))
            case [Global(name), (*given, bool(), OrderedDict() as hooks, Global(dtype))] if not hooks:
                self.push(rebuilt(name, *given, dtype))
            case _:
                raise TensorError(DAMAGED)


def foreign(value: Any) -> bool:
    """Is it of somebody else's class, or that class itself?"""
    return isinstance(value, Foreign) or (isinstance(value, Global) and value.name not in ALLOWED)


def short(given: Any) -> Any:
    """Arguments, if they are no more than torch gives: one long row of them may be used very often."""
    if not isinstance(given, tuple) or len(given) > MOST_GIVEN:
        raise TensorError(DAMAGED)
    return given


def protocol(number: int) -> None:
    """Torch warns of others, and goes on."""
    if number != 2:
        raise TensorError(
            "This torch file's pickle is of protocol {number}, and torch.save writes 2: save it again.", number=number
        )


# Opcode -> what it does, given its argument.
CODES: dict[str, Callable[[Walk, Any], None]] = {
    "PROTO": lambda _, number: protocol(number),
    "STOP": lambda walk, _: None,
    "MARK": lambda walk, _: walk.mark(),
    "NONE": lambda walk, _: walk.push(None),
    "NEWTRUE": lambda walk, _: walk.push(True),
    "NEWFALSE": lambda walk, _: walk.push(False),
    **{code: Walk.integer for code in ("BININT", "BININT1", "BININT2", "LONG1")},
    **{code: Walk.push for code in ("BINFLOAT", "BINUNICODE")},
    "EMPTY_TUPLE": lambda walk, _: walk.push(()),
    "EMPTY_LIST": lambda walk, _: walk.push([]),
    "EMPTY_DICT": lambda walk, _: walk.push({}),
    "TUPLE": lambda walk, _: walk.push(tuple(walk.group())),
    "TUPLE1": lambda walk, _: walk.push(tuple(walk.last(1))),
    "TUPLE2": lambda walk, _: walk.push(tuple(walk.last(2))),
    "TUPLE3": lambda walk, _: walk.push(tuple(walk.last(3))),
    "APPEND": lambda walk, _: walk.extend(walk.last(1)),
    "APPENDS": lambda walk, _: walk.extend(walk.group()),
    "SETITEM": lambda walk, _: walk.update(walk.last(2)),
    "SETITEMS": lambda walk, _: walk.update(walk.group()),
    **{code: lambda walk, at: walk.memo.update({at: walk.stack[-1]}) for code in ("BINPUT", "LONG_BINPUT")},
    **{code: lambda walk, at: walk.push(walk.memo[at]) for code in ("BINGET", "LONG_BINGET")},
    "GLOBAL": lambda walk, name: walk.push(Global(name)),
    "BINPERSID": lambda walk, _: walk.storage(),
    "REDUCE": lambda walk, _: walk.call(),
    "NEWOBJ": lambda walk, _: walk.new(),
    "POP": lambda walk, _: walk.drop(),
    "BUILD": lambda walk, _: walk.build(),
}
