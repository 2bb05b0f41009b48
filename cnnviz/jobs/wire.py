"""Messages between server and worker: a length, then a pickle; to a worker, one byte before says what it is.

A worker may have read a stranger's file, so what it says is unpacked with suspicion: arrays, plain values, and our own
frozen values and errors, whose making runs nothing.
"""

import io
import pickle
from dataclasses import is_dataclass
from typing import IO, Any

from cnnviz.text import Message

LENGTH = 8  # bytes of a message's length, little-endian
MOST = 2**31  # bytes of a message
JOB, WORD = b"j", b"w"  # what a message to a worker is: a job, or a word to the job that it is at
ARRAYS = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
}
PLAIN = {("builtins", name) for name in ("set", "frozenset", "complex", "bytes", "bytearray", "slice", "range")}


def send(pipe: IO[bytes], message: bytes) -> None:
    """One message; raises `OSError` if nobody reads."""
    pipe.write(len(message).to_bytes(LENGTH, "little"))
    pipe.write(message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """The next message; None when the other side is gone."""
    length = int.from_bytes(head, "little") if len(head := pipe.read(LENGTH)) == LENGTH else MOST + 1
    if length > MOST:
        return None
    message = pipe.read(length)
    return message if len(message) == length else None


class Answer(pickle.Unpickler):
    """What a worker said."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in ARRAYS | PLAIN:
            return super().find_class(module, name)
        if module.startswith("cnnviz."):
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Exception | Message | tuple)):
                return found
        raise pickle.UnpicklingError(f"A worker's answer names {module}.{name}, which it may not hold.")


def unpacked(message: bytes) -> Any:
    """The value in a worker's message.

    Raises
    ------
    pickle.UnpicklingError
        If it holds anything that it may not.
    """
    return Answer(io.BytesIO(message)).load()
