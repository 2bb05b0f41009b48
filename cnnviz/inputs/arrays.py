"""Arrays of a stranger's that hold one map, .npy, .npz and tensors, held to limits before anything is unpacked."""

from collections.abc import Iterator, Mapping
from math import prod
from typing import IO
from zipfile import ZipFile

import numpy as np
import torch

from cnnviz.inputs.base import MAX_VALUES, Array, SourceError, plain_name
from cnnviz.inputs.npy import as_numbers, checked_header, is_numbers, read_header, type_note
from cnnviz.inputs.zipped import opened
from cnnviz.tensorfile import TensorError, read_tensors
from cnnviz.tensorfile.signatures import identify
from cnnviz.text import Message, listed, some

HEAD = 16_384  # bytes; numpy reads headers of at most 10,000
BLOCK = 65_536  # numbers unpacked at a time
MAX_MEMBERS = 64  # files in one .npz
MAX_UNPACKED = 16 * MAX_VALUES  # bytes that a .npz may declare, all members together
MAX_DEPTH = 4  # lists in lists, each of which makes the names of tensors longer


Shape = tuple[int, ...]


def is_plane(shape: Shape) -> bool:
    """Two axes, after up to two of length 1.

    >>> is_plane((1, 1, 626, 128)), is_plane((2, 626, 128))
    (True, False)
    """
    return 2 <= len(shape) <= 4 and prod(shape[:-2]) == 1


def check_plane(shape: Shape) -> None:
    """Refuse an array that is not one map."""
    if not is_plane(shape):
        raise SourceError(
            "An array of {shape}: a spectrogram has two axes, save one channel of one clip alone.", shape=shown(shape)
        )


def shown(shape: Shape) -> Message:
    """A shape in words that stay short.

    >>> str(shown((3, 4))), str(shown((1,) * 64))
    ('shape (3, 4)', '64 axes')
    """
    if len(shape) > 5:
        return Message("{count} axes", count=len(shape))
    return Message("shape {shape}", shape=shape)


def choose(shapes: Mapping[str, Shape]) -> str:
    """Name of the only array, or of the only one that is a map; where there is a choice, five are named."""
    planes = [name for name, shape in shapes.items() if is_plane(shape)]
    if len(shapes) == 1 or len(planes) == 1:
        return (planes or list(shapes))[0]
    if not shapes:
        raise SourceError("A file without an array: save one of shape (frames, mels).")
    raise SourceError(
        "A file of {count:,} arrays, {planes} of them with two axes: save one alone, out of {names}.",
        count=len(shapes),
        planes=len(planes) or Message("none"),
        names=some([Message("{name} of {shape}", name=array_name(n), shape=shown(s)) for n, s in shapes.items()], 5),
    )


def array_name(name: str) -> str:
    """A member's name as numpy and a reader know it.

    >>> array_name("a/b/mel.npy")
    'mel'
    """
    return plain_name(name).removesuffix(".npy")


def read_stream(stream: IO[bytes], length: int) -> tuple[Array, Message]:
    """The map in a .npy file of `length` bytes, shape (rows, columns), read block after block; and a note."""
    shape, fortran_order, dtype, start = checked_header(stream.read(HEAD), length)
    check_plane(shape)
    flat = np.empty(prod(shape), np.float32)
    stream.seek(start)
    with np.errstate(over="ignore", invalid="ignore"):
        for at in range(0, flat.size, BLOCK):
            part = flat[at : at + BLOCK]
            part[:] = as_numbers(np.frombuffer(stream.read(part.size * dtype.itemsize), dtype, part.size))
    return flat.reshape(shape[-2:], order="F" if fortran_order else "C"), type_note(dtype)


def read_npz(data: bytes) -> tuple[Array, Message]:
    """The only map in a .npz file, shape (rows, columns), and a note of its name if there are other arrays.

    Raises
    ------
    SourceError
        If the file is damaged, declares more than `MAX_MEMBERS` or `MAX_UNPACKED`, holds several maps or none, or the
        map is none that `checked_header` lets pass.
    """
    with opened(data, MAX_MEMBERS, MAX_UNPACKED) as file:
        shapes = npz_shapes(file)
        name = choose(shapes)
        with file.open(name) as stream:
            values, note = read_stream(stream, file.getinfo(name).file_size)
    return values, listed([*one_of(name, len(shapes)), *([note] if note else [])])


def npz_shapes(file: ZipFile) -> dict[str, Shape]:
    """Shapes of the arrays in a .npz file; of those that are numbers, unless none are."""
    found = {}
    for name in file.namelist():
        with file.open(name) as stream:
            head = stream.read(HEAD)
        if identify(head).name == "npy":
            found[name] = read_header(head)
    numbers = {name: header for name, header in found.items() if is_numbers(header[2])}
    return {name: shape for name, (shape, *_) in (numbers or found).items()}


def read_torch(data: bytes) -> tuple[Array, Message]:
    """The only map among the tensors of a .pt or .safetensors file, as `read_npz` gives it."""
    try:
        passed: list[Message] = []
        tensors = dict(tensors_in(read_tensors(data, tell=passed.append)))
    except TensorError as error:
        raise SourceError(error.message) from None
    name = choose({name: tuple(tensor.shape) for name, tensor in tensors.items()})
    shape = tuple(tensors[name].shape)
    check_plane(shape)
    if not 0 < prod(shape) <= MAX_VALUES:
        raise SourceError(
            "A tensor of {shape}, {cells:,} numbers: 1 to {most:,} are read.",
            shape=shown(shape),
            cells=prod(shape),
            most=MAX_VALUES,
        )
    values = tensors[name].to(torch.float32).reshape(shape[-2:]).numpy()
    left = [Message("passed over, and nothing of it was run: {names}", names=names) for names in passed]
    return values, listed([*one_of(name, len(tensors)), *left])


def one_of(name: str, count: int) -> list[Message]:
    """Which of several arrays was taken."""
    return [Message("array {name} of {count}", name=array_name(name), count=count)] if count > 1 else []


def tensors_in(found: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, torch.Tensor]]:
    """Names and tensors of the tree that `read_tensors` gives, at most `MAX_DEPTH` containers deep."""
    if isinstance(found, torch.Tensor):
        yield name, found
    elif isinstance(found, dict | list | tuple) and depth < MAX_DEPTH:
        for key, value in found.items() if isinstance(found, dict) else enumerate(found):
            yield from tensors_in(value, f"{name}.{str(key)[-100:]}".lstrip("."), depth + 1)
