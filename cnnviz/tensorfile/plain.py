"""What a file gave, as a tree of plain values and dense tensors, small enough for whoever goes through it."""

from math import prod
from typing import Any

import torch

from cnnviz.tensorfile.limits import MOST_AXES, MOST_DEPTH, MOST_ITEMS, MOST_NAME, MOST_NAMES, NUMBERS, TensorError

TEXT = (torch.dtype, torch.device)


class Plain:
    """Copies an object as a tree; a list that holds itself, or one used in many places, cannot make it large.

    Parameters
    ----------
    most_bytes : int
        Of all tensors together; one used twice counts twice.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = self.items = self.names = 0

    def copy(self, value: Any, depth: int = 0, led: int = 0) -> Any:
        """Dictionaries, lists and tuples, as plain ones; torch's own dtypes and devices as texts.

        The keys that led here have `led` characters together.
        """
        self.items += 1
        if self.items > MOST_ITEMS or depth > MOST_DEPTH:
            raise TensorError(
                "This file holds more than {most_items:,} values, or lists more than {most_depth} deep: save the "
                "weights alone, with torch.save(model.state_dict(), ...).",
                most_items=MOST_ITEMS,
                most_depth=MOST_DEPTH,
            )
        if isinstance(value, dict):  # an OrderedDict's own `items` could be anything
            return {key: self.copy(item, depth + 1, self.name(key, led)) for key, item in dict.items(value)}
        if isinstance(value, (list, tuple)):
            return (list if isinstance(value, list) else tuple)(self.copy(item, depth + 1, led) for item in value)
        if isinstance(value, torch.Tensor):
            return self.tensor(value)
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if isinstance(value, TEXT):
            return str(value)
        raise TensorError(
            "This file holds a {kind}: plain values and dense tensors are read.", kind=type(value).__name__
        )

    def name(self, key: Any, led: int) -> int:
        """How many characters lead to what is under a key; whoever joins the keys of all tensors makes no more."""
        length = len(key) if isinstance(key, str) else 0
        self.names += led + length
        if length > MOST_NAME or self.names > MOST_NAMES:
            raise TensorError(
                "This file has a name of {length:,} characters, or {names:,} in all names: at most {most_name:,} in "
                "each and {most_names:,} together are read.",
                length=length,
                names=self.names,
                most_name=MOST_NAME,
                most_names=MOST_NAMES,
            )
        return led + length

    def tensor(self, given: torch.Tensor) -> torch.Tensor:
        """Detached, contiguous, on the CPU; each bool 0 or 1, whatever the byte in the file."""
        shape = tuple(given.shape)
        if given.layout != torch.strided or given.dtype not in NUMBERS or given.device.type != "cpu":
            raise TensorError(
                "This file holds a tensor of {dtype}: dense float, int, uint and bool tensors are read.",
                dtype=given.dtype,
            )
        if len(shape) > MOST_AXES:
            raise TensorError(
                "This file holds a tensor of {count:,} axes: at most {most_axes} are read.",
                count=len(shape),
                most_axes=MOST_AXES,
            )
        self.bytes += given.itemsize * prod(max(n, 1) for n in shape)  # (0, 10**18) has no cells, and is no use either
        if self.bytes > self.most_bytes:
            raise TensorError(
                "This file's tensors take more than {most_bytes:,} bytes together: save fewer.",
                most_bytes=self.most_bytes,
            )
        own = given.detach().contiguous()
        return own.view(torch.uint8) != 0 if own.dtype == torch.bool else own
