"""Numbers as Python lines: what `code()` shows for an input that no formula gives."""

import base64
import textwrap
import zlib

import numpy as np

from cnnviz.inputs.base import Array

MAX_LITERAL = 1024  # numbers written out one by one
MAX_PACKED = 200_000  # characters of base64


def tensor_code(values: Array, name: str = "x") -> str:
    """Lines that define a tensor called `name`, equal to ``values[None]`` bit for bit.

    Up to `MAX_LITERAL` finite numbers are written out; more are packed, up to `MAX_PACKED` characters; beyond
    that the lines load ``input.npy``, which holds `values`.

    Examples
    --------
    >>> print(tensor_code(np.array([[1, 0.5, -2]], np.float32)))
    import torch
    <BLANKLINE>
    x = torch.tensor([[[1.0, 0.5, -2.0]]])
    """
    if values.size <= MAX_LITERAL and np.isfinite(values).all():
        start = f"{name} = torch.tensor("
        return f"import torch\n\n{start}{written(values[None], start)})"
    packed = base64.b64encode(zlib.compress(values.astype("<f4").tobytes(), level=9)).decode()
    if len(packed) <= MAX_PACKED:
        return packed_code(name, packed, (1, *values.shape))
    return f"""\
import numpy as np
import torch

# download input.npy from the page, next to these lines
{name} = torch.from_numpy(np.load("input.npy"))[None]"""


def written(values: Array, start: str) -> str:
    """Nested lists, each number as short as tells it from every other float32, lined up after `start`."""
    return np.array2string(
        values,
        separator=", ",
        prefix=start,
        threshold=MAX_LITERAL + 1,
        max_line_width=100,
        formatter={"float_kind": str},
    )


def packed_code(name: str, packed: str, shape: tuple[int, ...]) -> str:
    """Lines that unpack base64 of zlib of little-endian float32."""
    return f'''\
import base64
import zlib

import numpy as np
import torch

packed = """
{textwrap.fill(packed, 100)}
"""
numbers = np.frombuffer(zlib.decompress(base64.b64decode(packed)), "<f4")
{name} = torch.tensor(numbers.reshape{shape})'''
