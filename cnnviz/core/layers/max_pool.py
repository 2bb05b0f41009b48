"""Maximum pooling: the largest cell of each window, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers.base import Layer
from cnnviz.core.layers.cell import Array, Shape, Step, Window
from cnnviz.core.layers.pool import Pool
from cnnviz.core.settings import Size, knob
from cnnviz.text import Message


def keep_largest(window: Window) -> Step:
    """The largest cell of a window of one channel, and where it stands: the first in reading order.

    What is no number beats all, as in torch, and there the last of several wins. A dilated window may miss every cell:
    its largest is -inf, and stands nowhere.
    """
    values = window.values[0]
    cells = window.kind == 0
    if not cells.any():
        return Step(window.values, -np.inf)
    broken = np.flatnonzero(cells & np.isnan(values))
    largest = np.flatnonzero(cells & (values == np.max(values, where=cells, initial=-np.inf)))
    tap = int(broken[-1] if len(broken) else largest[0])
    return Step(window.values, float(values.flat[tap]), index=int(window.index.flat[tap]))


@dataclass(frozen=True, kw_only=True)
class Largest(Layer):
    """What both maximum poolings share: the rule, and the places of the winners."""

    rule: ClassVar[str] = "max"
    pad_value: ClassVar[float] = -np.inf

    return_indices: bool = knob(False, help=Message("give the place of each winner as well, as nn.MaxUnpool wants it"))

    def call(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        """The places are always seen, whether or not the code on screen asks for them."""
        module.return_indices = True  # type: ignore[assignment]
        y, indices = module(x)
        return {"output": y, "indices": indices}

    def only(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        module.return_indices = False  # type: ignore[assignment]
        return super().only(module, x, seed)

    def takes(self, shape: Shape) -> Shape:
        if self.return_indices:
            raise GeometryError(
                "{called} with return_indices gives two tensors, and a network hands on one. Switch it off.",
                {"return_indices": False},
                called=self.called,
            )
        return super().takes(shape)

    def use(self) -> list[str]:
        return ["y, indices = layer(x)"] if self.return_indices else super().use()

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        return {"indices": parts["indices"].astype(np.int32)}

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        return keep_largest(window)


@dataclass(frozen=True)
class MaxPool(Largest, Pool):
    """nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d: keep the largest cell of each window."""

    torch_name: ClassVar[str] = "MaxPool"

    dilation: Size = knob(1, 1, 8, Message("distance between the taps of a window"), per_axis=True)  # type: ignore[misc]
