"""Relatives of softmax: the logarithm of the shares, the shares of what is smallest, and softmax of maps alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.layers.activation import Softmax
from cnnviz.layers.step import Array, Shape, Step, Window


@dataclass(frozen=True)
class LogSoftmax(Softmax):
    """nn.LogSoftmax: the logarithm of softmax, never above 0; what nn.NLLLoss wants."""

    torch_name: ClassVar[str] = "LogSoftmax"
    out_scale: ClassVar[str] = "signed"

    def constants(self) -> dict[str, float]:
        return {"log": 1}

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        less = window.values - window.values.max()  # as in softmax, so that no power overflows
        value = window.own - window.values.max() - np.log(np.exp(less).sum())
        return Step(window.values, float(value))

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        return [rf"\text{{LogSoftmax}}(x)_c = x_c - \log(e^{{x_0}} + \dots + e^{{x_{{{shape[0] - 1}}}}})"]


@dataclass(frozen=True)
class Softmin(Softmax):
    """nn.Softmin: softmax of the negative cells, so the smallest has the largest share."""

    torch_name: ClassVar[str] = "Softmin"

    def constants(self) -> dict[str, float]:
        return {"sign": -1}

    def step(self, window: Window, state: Mapping[str, Array], channel: int) -> Step:
        powers = np.exp(window.values.min() - window.values)
        share = np.exp(window.values.min() - window.own) / powers.sum()
        return Step(window.values, float(share))

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        return [rf"\text{{Softmin}}(x)_c = \frac{{e^{{-x_c}}}}{{e^{{-x_0}} + \dots + e^{{-x_{{{shape[0] - 1}}}}}}}"]


@dataclass(frozen=True)
class Softmax2d(Softmax):
    """nn.Softmax2d: nn.Softmax over the channels, of maps with rows and columns alone."""

    torch_name: ClassVar[str] = "Softmax2d"
    ndims: ClassVar[tuple[int, ...]] = (2,)
    vectors: ClassVar[bool] = False
