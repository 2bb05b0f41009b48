"""Pickles, read as the little programs that they are, without running them: their steps, and the names they ask for."""

import pickletools
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from cnnviz.tensorfile.limits import DAMAGED, MOST_NAME, MOST_PICKLE, MOST_STEPS, NUMBERS, TensorError
from cnnviz.text import some

Step = tuple[str, Any]  # name of an opcode, and its argument

ITEMSIZE = {  # bytes of a number, by the name of its storage
    **{f"torch {name}Storage": 8 for name in ("Double", "Long")},
    **{f"torch {name}Storage": 4 for name in ("Float", "Int")},
    **{f"torch {name}Storage": 2 for name in ("Half", "BFloat16", "Short")},
    **{f"torch {name}Storage": 1 for name in ("Char", "Byte", "Bool")},
    "torch.storage UntypedStorage": 1,
}
DTYPES = {str(dtype).replace(".", " "): dtype for dtype in NUMBERS}
BUILDERS = {f"torch._utils _rebuild_{name}" for name in ("tensor_v2", "tensor_v3", "parameter")}

# All that torch.save asks for to save plain dense tensors. `weights_only` allows more, some of which fills the memory.
ALLOWED = {"collections OrderedDict", "torch Size", "torch device"} | BUILDERS | ITEMSIZE.keys() | DTYPES.keys()


def steps_of(stream: BinaryIO) -> list[Step]:
    """The steps of one pickle; the stream is then behind its end."""
    begin = stream.tell()
    try:
        steps = [(code.name, arg) for code, arg, _ in islice(pickletools.genops(stream), MOST_STEPS + 1)]
    except Exception:  # a stranger's bytes: whatever the reader raises, they are damaged
        raise TensorError(DAMAGED) from None
    if len(steps) > MOST_STEPS or stream.tell() - begin > MOST_PICKLE:
        raise TensorError(
            "This torch file's pickle takes more than {most_steps:,} steps or {most_pickle:,} bytes: save the "
            "weights alone, with torch.save(model.state_dict(), ...).",
            most_steps=MOST_STEPS,
            most_pickle=MOST_PICKLE,
        )
    return steps


def refuse_programs(steps: Iterable[Step]) -> None:
    """Raise `TensorError`, with the names, if a pickle asks for anything but plain tensors."""
    wanted = foreign_names(steps)
    if wanted:
        raise TensorError(
            "This torch file wants to run or build {names}. Nothing was run, only plain dense tensors are "
            "read: save the weights alone, with torch.save(model.state_dict(), ...) or as safetensors.",
            names=some([*map(readable, wanted)], 5),
        )


def foreign_names(steps: Iterable[Step]) -> list[str]:
    """Each "module name" that a pickle asks for and plain tensors do not need."""
    return list(dict.fromkeys(name for name in names(steps) if name not in ALLOWED))


def names(steps: Iterable[Step]) -> Iterator[str]:
    """Each "module name" that a pickle asks for; newer protocols make them from two texts, which may be remembered."""
    memo: dict[int, str] = {}
    module, name, fresh = "?", "?", "?"  # the last two texts on the stack; what the step before put there, if a text
    for code, arg in steps:
        if code in ("GLOBAL", "INST"):
            yield arg
        elif code == "STACK_GLOBAL":
            yield f"{module[:MOST_NAME]} {name[:MOST_NAME]}"  # remembered ones may be long, and asked for often
        elif "PUT" in code or code == "MEMOIZE":
            memo[len(memo) if arg is None else arg] = fresh
            continue
        fresh = memo.get(arg, "?") if "GET" in code else arg if isinstance(arg, str) else "?"
        module, name = (name, fresh) if fresh != "?" else (module, name)


def readable(name: str) -> str:
    """A stranger's "module name" as a short word; `torch.save` writes the modules' names of Python 2.

    >>> readable("__builtin__ eval")
    'builtins.eval'
    """
    now = name[:60].replace(" ", ".", 1).replace("__builtin__.", "builtins.", 1)
    return re.sub(r"[^A-Za-z0-9_.<>]", "?", now)
