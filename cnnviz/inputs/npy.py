"""Arrays: a .npy file of a stranger's, its header read before anything is allocated."""

import io
import sys
from math import prod
from typing import Any

import numpy as np
from numpy.lib import format as npy_format

from cnnviz.inputs.base import MAX_VALUES, Array, SourceError
from cnnviz.text import Message, listed

SHAPES = {
    1: Message("(length) or (channels, length)"),
    2: Message("(rows, columns), (channels, rows, columns) or (rows, columns, 1 to 4 channels)"),
    3: Message("(depth, rows, columns) or (channels, depth, rows, columns)"),
}
NUMBERS = {"b": "bool", "i": "int", "u": "uint", "f": "float"}  # by numpy's dtype.kind

MAX_AXES = 64  # of any numpy array

Header = tuple[tuple[int, ...], bool, np.dtype[Any], int]  # shape, Fortran order?, dtype, where the numbers start


def read_npy(data: bytes, ndim: int) -> Array:
    """The numbers of a .npy file.

    Parameters
    ----------
    data : bytes
        The whole file: magic, header, numbers.
    ndim : 1, 2 or 3
        Axes besides the channels.

    Returns
    -------
    float32 array, shape (channels, *axes)
        NaN and Inf stay; a float64 too large for float32 becomes Inf.

    Raises
    ------
    SourceError
        If the header is damaged, does not agree with the bytes that follow, or declares another type, another
        number of axes or more than `MAX_VALUES` numbers.
    """
    shape, fortran_order, dtype, start = checked_header(data, len(data))
    numbers = as_numbers(np.frombuffer(data, dtype, offset=start))
    numbers = numbers.reshape(shape, order="F" if fortran_order else "C")
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(channels_first(numbers, ndim), np.float32)


def checked_header(data: bytes, length: int) -> Header:
    """What `read_header` finds, held to the limits of `read_npy`; `data` is the file, `length` bytes, or its start."""
    shape, _, dtype, start = header = read_header(data)
    if not is_numbers(dtype):
        raise SourceError("A .npy file of {what}: save bool, int, uint or float numbers.", what=other_kind(dtype))
    if not all(n > 0 for n in shape):
        raise SourceError("A .npy array of shape {shape}, which holds no numbers: save at least one cell.", shape=shape)
    if prod(shape) > MAX_VALUES:
        raise SourceError(
            "A .npy array of {cells:,} numbers: at most {most:,} are read, save a part.",
            cells=prod(shape),
            most=MAX_VALUES,
        )
    declared, present = prod(shape) * dtype.itemsize, length - start
    if declared != present:
        raise SourceError(
            "A .npy file that declares {declared:,} bytes of numbers and has {present:,}: save it again.",
            declared=declared,
            present=present,
        )
    return header


def other_kind(dtype: np.dtype[Any]) -> Message:
    """What an array holds that are no numbers."""
    if dtype.names:
        return Message("structured records")
    if dtype.kind == "V":
        return Message("numbers of {size} bytes whose type numpy did not write down (float8?)", size=dtype.itemsize)
    return Message("{dtype} values", dtype=dtype.name)


def is_bfloat16(dtype: np.dtype[Any]) -> bool:
    """Whether it is what numpy makes of bfloat16, which it does not know: two bytes without a type or names."""
    return dtype.kind == "V" and dtype.itemsize == 2 and dtype.names is None and dtype.subdtype is None


def is_numbers(dtype: np.dtype[Any]) -> bool:
    return dtype.kind in NUMBERS or is_bfloat16(dtype)


def as_numbers(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same as numbers; bfloat16 is the upper half of a float32.

    >>> as_numbers(np.array([b"\\x80\\x3f", b"\\x20\\xc1"], "V2"))
    array([  1., -10.], dtype=float32)
    """
    if not is_bfloat16(values.dtype):
        return values
    return (values.view("<u2").astype(np.uint32) << 16).view(np.float32)


def type_note(dtype: np.dtype[Any]) -> Message:
    """Words on a type that was guessed; empty of one that was not."""
    return listed([Message("two bytes a number read as bfloat16")] if is_bfloat16(dtype) else [])


def read_header(data: bytes) -> Header:
    """Shape, Fortran order?, dtype, and the byte where the numbers start."""
    stream = io.BytesIO(data)
    readers = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
    try:
        shape, fortran_order, dtype = readers[npy_format.read_magic(stream)](stream)
        if len(shape) > MAX_AXES or max(shape, default=0) > sys.maxsize:
            raise ValueError  # numpy saves no such array, and Python writes no number of more than 4,300 digits out
    except Exception:  # the header is a Python literal: whatever the parser raises, it is damaged
        raise SourceError("A .npy file with a damaged header: save the array again with numpy.save.") from None
    return tuple(map(int, shape)), fortran_order, dtype, stream.tell()


def channels_first(numbers: np.ndarray[Any, Any], ndim: int) -> np.ndarray[Any, Any]:
    """View an array as (channels, *axes).

    An axis too few is one channel; a leading batch of 1 is dropped; a picture's last axis of 1 to 4 is its channels,
    unless the first axis could be.

    >>> channels_first(np.zeros((8, 9, 3)), ndim=2).shape
    (3, 8, 9)
    """
    if numbers.ndim == ndim + 2 and len(numbers) == 1:
        numbers = numbers[0]
    if numbers.ndim == ndim:
        return numbers[None]
    if numbers.ndim != ndim + 1:
        raise SourceError(
            "A .npy array of shape {shape}: {ndim}-D takes {shapes}.",
            shape=numbers.shape,
            ndim=ndim,
            shapes=SHAPES[ndim],
        )
    pixels_last = ndim == 2 and numbers.shape[-1] <= 4 < len(numbers)
    return np.moveaxis(numbers, -1, 0) if pixels_last else numbers
