"""Examples in a .npz file: `x` and `y`, and if they are there `x_test` and `y_test`."""

from math import prod
from typing import Any
from zipfile import ZipFile

import numpy as np

from cnnviz.core.examples import Examples, Split
from cnnviz.inputs.base import Array, SourceError
from cnnviz.inputs.datasets.own.limits import (
    MOST_CLASSES,
    MOST_UNPACKED,
    Labels,
    check_cells,
    check_classes,
    chosen,
    divided,
)
from cnnviz.inputs.npy import as_numbers, is_numbers, other_kind, read_header
from cnnviz.text import listed

HEAD = 16_384  # bytes; numpy reads headers of at most 10,000
NAMES = {"x": ("x", "x_train"), "y": ("y", "y_train"), "x_test": ("x_test",), "y_test": ("y_test",)}
MOST_PIXELS_LAST = 4  # channels behind rows and columns

Values = np.ndarray[Any, Any]


def read_npz(file: ZipFile, most: int) -> Split:
    """The examples.

    Parameters
    ----------
    file : as `zipped.opened` opens it
    most : int > 0
        Examples of each part, evenly spread over what there is.

    Returns
    -------
    Split
        `x` of bytes from 0 to 1, other numbers as they are; (N, rows, columns) and (N, length) get a channel, and
        (N, rows, columns, 1 to 4 channels) becomes channels first.
    """
    found = {wanted: name for wanted, names in NAMES.items() if (name := member(file, names))}
    if not {"x", "y"} <= found.keys():
        raise SourceError(
            "A .npz file without x and y, but with {names}: save both, as in numpy.savez(file, x=x, y=y).",
            names=listed([name[:40] for name in file.namelist()[:5]]),
        )
    x, y = part(file, found["x"], found["y"], most)
    classes = int(y.max(initial=-1)) + 1
    if not {"x_test", "y_test"} <= found.keys():
        check_classes(y, classes)
        return divided(x, y, numbered(classes))
    x_test, y_test = part(file, found["x_test"], found["y_test"], most)
    classes = max(classes, int(y_test.max(initial=-1)) + 1)
    check_classes(np.concatenate([y, y_test]), classes)
    if x.shape[1:] != x_test.shape[1:]:
        raise SourceError(
            "Examples of {shape} to learn from and of {other} to test on: save both in one shape.",
            shape=x.shape[1:],
            other=x_test.shape[1:],
        )
    return Split(Examples(x, y), Examples(x_test, y_test), numbered(classes))


def numbered(classes: int) -> tuple[str, ...]:
    """Names of classes that have none."""
    return tuple(map(str, range(classes)))


def member(file: ZipFile, names: tuple[str, ...]) -> str:
    """The first of these arrays that is there; empty where none is."""
    return next((f"{name}.npy" for name in names if f"{name}.npy" in file.namelist()), "")


def part(file: ZipFile, x_name: str, y_name: str, most: int) -> tuple[Array, Labels]:
    """Examples and labels of one part."""
    numbers, labels = array(file, x_name), whole_numbers(array(file, y_name))
    if len(numbers) != len(labels):
        raise SourceError(
            "{x} has {examples:,} examples and {y} {labels:,} labels: save one label for each.",
            x=x_name,
            examples=len(numbers),
            y=y_name,
            labels=len(labels),
        )
    keep = chosen(len(labels), most)
    x = with_channels(numbers)
    check_cells(len(keep), prod(x.shape[1:]))
    return as_values(x[keep]), labels[keep]


def array(file: ZipFile, name: str) -> Values:
    """One array, its header read before its numbers are unpacked."""
    with file.open(name) as stream:
        shape, fortran_order, dtype, start = read_header(stream.read(HEAD))
    length = file.getinfo(name).file_size - start
    if not is_numbers(dtype):
        raise SourceError("{name} holds {what}: save numbers.", name=name, what=other_kind(dtype))
    if not shape or not all(shape):
        raise SourceError("{name} of shape {shape} holds no examples: save some.", name=name, shape=shape)
    if prod(shape) * dtype.itemsize != length or length > MOST_UNPACKED:
        raise SourceError(
            "{name} declares {declared:,} bytes of numbers and has {present:,}: save it again.",
            name=name,
            declared=prod(shape) * dtype.itemsize,
            present=length,
        )
    data = file.read(name)
    numbers = np.frombuffer(data, dtype, offset=start).reshape(shape, order="F" if fortran_order else "C")
    return as_numbers(numbers)


def whole_numbers(labels: Values) -> Labels:
    """Labels as they are counted: (N,) or (N, 1) of whole numbers."""
    flat = labels.reshape(len(labels), -1)
    if flat.shape[1] != 1:
        raise SourceError(
            "Labels of shape {shape}: save one class for each example, as a number from 0 on.", shape=labels.shape
        )
    numbers = flat[:, 0].astype(np.float64)
    if not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any() or abs(numbers).max() > 2**31:
        raise SourceError(
            "Labels that are no whole numbers: save classes, as numbers from 0 to {most}.", most=MOST_CLASSES - 1
        )
    return numbers.astype(np.int64)


def with_channels(x: Values) -> Values:
    """Examples as (N, channels, *axes)."""
    if x.ndim in (2, 3):
        return x[:, None]
    if x.ndim != 4:
        raise SourceError(
            "x of shape {shape}: save (examples, length), (examples, rows, columns) or "
            "(examples, channels, rows, columns).",
            shape=x.shape,
        )
    last = x.shape[3] <= MOST_PIXELS_LAST < x.shape[1]
    return np.moveaxis(x, 3, 1) if last else x


def as_values(x: Values) -> Array:
    """What a network reads: bytes from 0 to 1, other numbers as they are."""
    if x.dtype == np.uint8:
        return np.ascontiguousarray(x, np.float32) / np.float32(255)
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(x, np.float32)
    if not np.isfinite(values).all():
        raise SourceError(
            "x holds {odd:,} numbers that are NaN, Inf or too large: replace them first.",
            odd=int(np.count_nonzero(~np.isfinite(values))),
        )
    return values
