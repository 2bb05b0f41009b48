"""How much memory a value keeps."""

from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import torch

THERE = type | ModuleType | FunctionType | BuiltinFunctionType | MethodType  # whoever has a value


def weight(value: object) -> int:
    """Bytes of all numbers and texts that a value keeps, each once: of a view, those of the whole array behind it."""
    found, seen, waiting = 0, set[int](), [value]
    while waiting:
        one: Any = waiting.pop()
        which = one.untyped_storage().data_ptr() if isinstance(one, torch.Tensor) else id(one)
        if which in seen:
            continue
        seen.add(which)
        match one:
            case np.ndarray() if one.base is not None:
                waiting.append(one.base)
            case np.ndarray():
                found += one.nbytes
            case torch.Tensor():
                found += one.untyped_storage().nbytes()
            case memoryview():
                waiting.append(one.obj)
            case bytes() | bytearray() | str():
                found += len(one)
            case Mapping():
                waiting += one.values()
            case list() | tuple() | set() | frozenset():
                waiting += one
        if not isinstance(one, THERE):
            waiting += getattr(one, "__dict__", {}).values()
    return found
