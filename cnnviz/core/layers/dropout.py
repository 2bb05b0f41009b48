"""Dropout: cells, or whole channels, are switched off at random while training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.geometry import Axis, GeometryError
from cnnviz.core.layers.activation import Pixel
from cnnviz.core.layers.cell import Array, Example, Shape, Step
from cnnviz.core.seed import seeded
from cnnviz.core.settings import knob
from cnnviz.text import Message, _


@dataclass(frozen=True)
class Dropout(Pixel):
    """nn.Dropout: each cell is dropped with chance `p`; the others are scaled by ``1 / (1 - p)``, so the mean stays."""

    torch_name: ClassVar[str] = "Dropout"
    rule: ClassVar[str] = "drop"
    random: ClassVar[bool] = True
    out_scale: ClassVar[str] = "same"

    p: float = knob(0.5, 0.0, 1.0, Message("chance that a cell is dropped"), step=0.1)
    training: bool = knob(True, help=Message("in eval mode nothing is dropped and nothing is scaled"))

    @property
    def scale(self) -> float:
        return 1 / (1 - self.p) if self.training and self.p < 1 else 1.0  # p = 1 leaves nothing to scale

    def call(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        """The mask depends on seed and shape alone, so a second draw over ones shows it."""
        mask = self.drawn(module, torch.ones_like(x), seed) != 0
        return {**self.only(module, x, seed), "gate": mask.float()}

    def only(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        return {"output": self.drawn(module, x, seed)}

    def drawn(self, module: nn.Module, x: torch.Tensor, seed: int) -> torch.Tensor:
        """The module's output with a seed of its own; the global generator stays as it was."""
        if not self.training:
            return self.apply(module, x)
        with seeded(seed, str(x.device)):
            return self.apply(module, x)

    def use(self) -> list[str]:
        return super().use() if self.training else ["y = layer.eval()(x)"]

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, Array]) -> dict[str, Array]:
        return {"gate": parts["gate"]}

    def constants(self) -> dict[str, float]:
        return {"scale": self.scale}

    def explain(self, done: Example, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> Step:
        """Which cells are dropped is drawn, not computed; the rest is."""
        own, mask = float(done.x[channel, *cell]), float(done.parts["gate"][channel, *cell])
        return Step(np.array([own]), own * mask * self.scale, np.array([mask * self.scale]))

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        if not self.training:
            return [rf"y = x \quad \text{{({_('eval mode')})}}"]
        if self.p == 1:
            return [rf"y = x \cdot 0 \quad \text{{({_('p = 1 drops every cell')})}}"]
        mask = rf"\text{{{_('mask')}}}"
        return [rf"y = x \cdot {mask} / (1 - {self.p:g}) = x \cdot {mask} \cdot {self.scale:.4g}"]

    def gating(self, shape: Shape) -> dict[str, Any]:
        return {"gate": {"tensor": "gate"}}

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.p > 1:
            raise GeometryError("p = {p:g} is no chance: it lies between 0 and 1. Use p = 1.", {"p": 1.0}, p=self.p)


@dataclass(frozen=True)
class DropoutNd(Dropout):
    """nn.Dropout1d, nn.Dropout2d, nn.Dropout3d: whole channels are dropped."""

    dimensioned: ClassVar[bool] = True
