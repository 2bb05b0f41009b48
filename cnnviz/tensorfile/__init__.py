"""Tensors out of a stranger's file: .pt, .pth and .ckpt as `torch.save` writes them, and safetensors.

Nothing in a file is ever run, and what it declares is held against what it holds before anything is allocated.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from safetensors.torch import load

from cnnviz.tensorfile.limits import MOST_BYTES, MOST_HEADER, TensorError
from cnnviz.tensorfile.plain import Plain
from cnnviz.tensorfile.torchfile import ZIP, read_torch
from cnnviz.text import Message

__all__ = ["MOST_BYTES", "TensorError", "kind_of", "read_tensors"]

WANTED = Message("what torch.save wrote (.pt, .pth, .ckpt), or .safetensors")


def kind_of(data: bytes) -> Literal["safetensors", "torch", ""]:
    """What kind of file it is, by its leading bytes; a zip or a pickle may still be another's.

    >>> kind_of(bytes([2, 0, 0, 0, 0, 0, 0, 0]) + b"{}")
    'safetensors'
    """
    if data[8:9] == b"{" and not any(data[5:8]):  # the header's length, below 2^40, and the header
        return "safetensors"
    return "torch" if data.startswith((ZIP, b"\x80")) else ""


def read_tensors(
    data: bytes, most_bytes: int = MOST_BYTES, tell: Callable[[Message], None] = lambda passed: None
) -> Any:
    """The object in a file of tensors.

    Parameters
    ----------
    data : bytes
        The whole file.
    most_bytes : int > 0 [bytes]
        What the file may have, and what all its tensors may take together.
    tell : called with names
        Of what stands beside plain values and tensors and was passed over: a number of numpy, a class, an object.

    Returns
    -------
    dict, list, tuple, str, number, None or tensor
        As it was saved, as a tree of limited size; a safetensors file is a dict of tensors by name. Tensors are dense,
        contiguous, on the CPU, of bool, int, uint or float, bfloat16 included; NaN and Inf stay.

    Raises
    ------
    TensorError
        One sentence on what the file is and what was expected. A file that wants to run a program is refused with the
        names of what it wants to run.
    """
    if not data:
        raise TensorError("An empty file: upload {wanted}.", wanted=WANTED)
    if len(data) > most_bytes:
        raise TensorError(
            "A file of {count:,} bytes: at most {most_bytes:,} are read.", count=len(data), most_bytes=most_bytes
        )
    readers: dict[str, Callable[[bytes], Any]] = {
        "torch": partial(read_torch, tell=tell),
        "safetensors": read_safetensors,
    }
    kind = kind_of(data)
    if not kind:
        raise TensorError("This file is neither a torch file nor safetensors: upload {wanted}.", wanted=WANTED)
    return Plain(most_bytes).copy(readers[kind](data))


def read_safetensors(data: bytes) -> Any:
    """Tensors by name. The library holds shapes and offsets against the bytes; it allows 100 MB of header."""
    length = int.from_bytes(data[:8], "little")
    if length > min(MOST_HEADER, len(data) - 8):
        raise TensorError(
            "A safetensors header of {length:,} bytes in a file of {count:,}: at most {most_header:,} are read.",
            length=length,
            count=len(data),
            most_header=MOST_HEADER,
        )
    try:
        return load(data)
    except Exception:  # of its own kind, and KeyError or AssertionError on odd types and shapes
        raise TensorError("This safetensors file is damaged or of another version: save it again.") from None
