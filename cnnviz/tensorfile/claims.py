"""Stand-ins for what a pickle would build: names, storages, tensors that fit in them, and what is passed over."""

from dataclasses import dataclass, field
from math import prod
from typing import Any

from cnnviz.tensorfile.limits import DAMAGED, MOST_AXES, TensorError
from cnnviz.tensorfile.pickles import DTYPES, ITEMSIZE


@dataclass(frozen=True)
class Global:
    """A "module name" that a pickle asks for; never looked up."""

    name: str


@dataclass(frozen=True)
class Storage:
    """Numbers in a row that the file should hold, under a key."""

    key: str
    kind: str
    nbytes: int


@dataclass(frozen=True, eq=False)
class View:
    """A tensor laid over a storage; it fits.

    Attributes
    ----------
    storage : Storage
    place : (offset, size, stride), in cells
    dtype : str
        As a pickle names it; empty for the storage's own.
    """

    storage: Storage
    place: tuple[int, tuple[int, ...], tuple[int, ...]]
    dtype: str = ""


@dataclass(frozen=True, eq=False)
class Foreign:
    """A value of somebody else's class: never built, and passed over.

    Attributes
    ----------
    name : "module name" of its class
    items : dict
        What is in it, where the class is a kind of dictionary.
    """

    name: str
    items: dict[Any, Any] = field(default_factory=dict)


def rebuilt(name: str, *given: Any) -> View | Foreign:
    """What one of torch's three ways to rebuild a tensor would give."""
    match name, given:
        case _, (Foreign() as storage, *_):  # numbers of a kind that is not read
            return storage
        case "torch._utils _rebuild_parameter", (View() as tensor,):
            return tensor
        case "torch._utils _rebuild_tensor_v2", (Storage() as storage, offset, size, stride):
            return laid(storage, ITEMSIZE[storage.kind], (offset, size, stride))
        case "torch._utils _rebuild_tensor_v3", (Storage() as storage, offset, size, stride, str() as dtype):
            return laid(storage, DTYPES[dtype].itemsize, (offset, size, stride), dtype)
    raise TensorError(DAMAGED)


def laid(storage: Storage, itemsize: int, place: tuple[int, tuple[int, ...], tuple[int, ...]], dtype: str = "") -> View:
    """The tensor that a pickle lays over a storage, if it has no more cells than that, and all of them inside it.

    Raises
    ------
    TensorError
        If it does not fit: strides of 0 make 10^12 cells of one.
    """
    offset, size, stride = place
    if len(size) > MOST_AXES:
        raise TensorError(
            "This torch file has a tensor of {count:,} axes: at most {most_axes} are read.",
            count=len(size),
            most_axes=MOST_AXES,
        )
    if min(0, offset, *size, *stride) < 0:
        raise TensorError(DAMAGED)
    end = offset + 1 + sum((n - 1) * step for n, step in zip(size, stride, strict=True)) if 0 not in size else offset
    most = max(prod(size), end) * itemsize
    if most > storage.nbytes:
        raise TensorError(
            "This torch file has a tensor of shape {size} over {nbytes:,} bytes, and it reaches {most:,}: save it as "
            "tensor.contiguous().",
            size=size,
            nbytes=storage.nbytes,
            most=most,
        )
    return View(storage, place, dtype)
