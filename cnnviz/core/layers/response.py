"""Local response normalisation: a cell is made smaller where its neighbours in other channels are large."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.geometry import Ints
from cnnviz.core.layers.activation import Pixel
from cnnviz.core.layers.cell import Array, Shape, Step, Window
from cnnviz.core.settings import knob
from cnnviz.text import Message


@dataclass(frozen=True)
class LocalResponseNorm(Pixel):
    """nn.LocalResponseNorm: ``x / (k + alpha / size * sum of the squares of `size` neighbouring channels) ^ beta``.

    References
    ----------
    Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section
    3.3; there alpha is not divided by `size`.
    """

    torch_name: ClassVar[str] = "LocalResponseNorm"
    vectors: ClassVar[bool] = False
    rule: ClassVar[str] = "response"
    out_scale: ClassVar[str] = "same"

    size: int = knob(5, 1, 64, Message("channels whose squares are summed, its own in the middle"))
    alpha: float = knob(1e-4, help=Message("how much the squares count"), format="%.0e")
    beta: float = knob(0.75, help=Message("the power"), step=0.25)
    k: float = knob(1.0, help=Message("added to the squares"), step=0.5)

    def apply(self, module: nn.Module, x: torch.Tensor) -> torch.Tensor:
        return super().apply(module, x.contiguous())  # of volumes torch's own takes a view, and stops after a permute

    def channels_read(self, shape: Shape) -> Ints:
        own = np.arange(shape[0])
        first, end = own - self.size // 2, own + (self.size + 1) // 2
        return np.stack([first.clip(min=0), end.clip(max=shape[0])], axis=1)

    def constants(self) -> dict[str, float]:
        return {"size": self.size, "alpha": self.alpha, "beta": self.beta, "k": self.k}

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        with np.errstate(all="ignore"):  # what is no number for torch is none here
            under = np.float64(self.k + self.alpha * (window.values**2).sum() / self.size)
            return Step(window.values, float(window.own / under**self.beta))

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        return [
            rf"y_c = \frac{{x_c}}{{\left({self.k:g} + \frac{{{self.alpha:g}}}{{{self.size}}} \sum_{{i}} x_i^2\right)"
            rf"^{{{self.beta:g}}}}}, \quad c - {self.size // 2} \le i \le c + {(self.size - 1) // 2}"
        ]
