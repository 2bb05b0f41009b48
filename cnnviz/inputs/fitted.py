"""An input brought to the shape that a network reads."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch.nn import functional

from cnnviz.inputs.base import Array, Grid, Source
from cnnviz.inputs.read import read
from cnnviz.text import Message

MODES = {1: "linear", 2: "bilinear", 3: "trilinear"}


@dataclass(frozen=True)
class Fitted(Source):
    """Another source, scaled to a size; one channel is repeated, and of several as many are taken as are wanted.

    Attributes
    ----------
    shape : (channels, *axes)
    """

    title: ClassVar[Message] = Message("Fitted")

    whole: Source = field(kw_only=True)
    shape: tuple[int, ...] = ()

    def grid(self) -> Grid:
        grid = read(self.whole)
        channels, *size = self.shape
        values = scaled(grid.values[:channels], tuple(size))
        repeated = np.resize(values, (channels, *size))
        caption = Message("{whole}, as {shape}", whole=grid.caption, shape=" × ".join(map(str, self.shape)))
        return Grid(repeated, grid.scale, caption, grid.notices)


def scaled(values: Array, size: tuple[int, ...]) -> Array:
    """Values (channels, *axes) at another size, each cell between its neighbours; as they are at their own."""
    if values.shape[1:] == size:
        return values
    smaller = all(new <= old for new, old in zip(size, values.shape[1:], strict=True))
    batch = torch.from_numpy(np.ascontiguousarray(values))[None]
    found = functional.interpolate(
        batch, size, mode=MODES[len(size)], align_corners=False, antialias=smaller and len(size) == 2
    )
    return np.asarray(found[0].numpy(), np.float32)
