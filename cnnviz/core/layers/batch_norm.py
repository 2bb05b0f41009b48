"""Batch normalisation: each channel over all its cells, and the running statistics that it keeps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from cnnviz.core.geometry import Axis, GeometryError
from cnnviz.core.layers.cell import Example, Shape, Step, gather
from cnnviz.core.layers.norm import AFFINE, BIAS, MOMENTUM, Running
from cnnviz.core.settings import knob
from cnnviz.text import Message


@dataclass(frozen=True)
class BatchNorm(Running):
    """nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d: each channel over all its cells, in all examples.

    In training it takes the batch's own statistics, and moves the running ones towards them; afterwards, in eval mode,
    the running ones are taken. Torch's momentum says how much of the *new* counts, and the running variance is moved
    towards the unbiased one.

    Attributes
    ----------
    steps : int >= 0
        Training passes over this batch before the picture is taken; in training, the last of them is the picture.
    """

    torch_name: ClassVar[str] = "BatchNorm"
    width: ClassVar[str] = "num_features"

    num_features: int = 1
    momentum: float | None = knob(0.1, None, 1.0, MOMENTUM, step=0.05, none=True)
    affine: bool = knob(True, help=AFFINE, shown=False)
    bias: bool = knob(True, help=BIAS, shown=False)
    track_running_stats: bool = knob(
        True, help=Message("keep running statistics for eval mode; without, it takes the batch's")
    )
    training: bool = knob(True, help=Message("the batch's own statistics; otherwise the running ones"))
    steps: int = knob(1, 0, 200, Message("training passes before the picture is taken"))

    @property
    def mixes_examples(self) -> bool:
        return self.own

    def takes(self, shape: Shape) -> Shape:
        """nn.BatchNorm1d alone reads a vector as well."""
        if len(shape) == 1 and self.ndim > 1:
            raise GeometryError(
                "{called} reads maps, and here is a vector of {channels:,} numbers. Use nn.BatchNorm1d.",
                {"ndim": 1},
                called=self.called,
                channels=shape[0],
            )
        return (*shape, 1) if len(shape) == 1 else super().takes(shape)

    def call(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        if not self.track_running_stats:
            return {"output": self.apply(module, x), **self.statistics(x)}
        y, means, variances = self.passed(module, x)
        found = self.statistics(x) if self.training else self.settled(means[-1], variances[-1])
        return {"output": y, "running_mean": means, "running_var": variances, **found}

    def only(self, module: nn.Module, x: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
        return {"output": self.passed(module, x)[0] if self.track_running_stats else self.apply(module, x)}

    def passed(self, module: nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The output of the last pass, and the running statistics before and behind each, (steps + 1, channels)."""
        means, variances = [module.get_buffer("running_mean").clone()], [module.get_buffer("running_var").clone()]
        module.train()
        y = x
        for _ in range(self.steps):
            y = self.apply(module, x)
            means.append(module.get_buffer("running_mean").clone())
            variances.append(module.get_buffer("running_var").clone())
        if not self.training:
            y = self.apply(module.eval(), x)
        return y, torch.stack(means), torch.stack(variances)

    def use(self) -> list[str]:
        passes = self.steps - 1 if self.training else self.steps
        train = [f"for _ in range({passes}):", "    layer(x)"] if passes else []
        return [*train, *super().use()] if self.training else [*train, "y = layer.eval()(x)"]

    def explain(self, done: Example, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> Step:
        if self.own:
            return super().explain(done, axes, channel, cell)
        window = replace(gather(done.x, axes, (channel, channel + 1), cell, 0.0), own=float(done.x[channel, *cell]))
        batch = done.batch[:, channel].astype(np.float64)
        mean, var = (float(done.state[name][channel]) for name in ("running_mean", "running_var"))
        for new in self.shares_of_new(int(done.state["num_batches_tracked"])):
            mean = (1 - new) * mean + new * float(batch.mean())
            var = (1 - new) * var + new * float(batch.var(ddof=1))
        return self.normalised(window, mean, var, done.state, channel)

    def shares_of_new(self, seen: int) -> list[float]:
        """How much the batch counts in each pass; without a momentum all batches that were seen count alike."""
        return [1 / (seen + 1 + i) if self.momentum is None else self.momentum for i in range(self.steps)]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.training and self.steps < 1:
            raise GeometryError(
                "In training the picture is the last training pass, and steps = 0. Use 1 step, or eval mode.",
                {"steps": 1},
                {"training": False},
            )
        if self.eps < 0 or (self._takes_batch and self.eps == 0):
            raise GeometryError(self._wants_eps(), {"eps": 1e-5})

    def check_batch(self, shape: Shape, n: int = 1) -> None:
        super().check_batch(shape, n)
        if self._takes_batch and n * prod(shape[1:]) < 2:
            raise GeometryError(
                "A channel with a single cell has no variance of its own. Use a larger input, or eval mode with "
                "steps = 0 and running statistics.",
                {"steps": 0, "training": False, "track_running_stats": True},
            )

    @property
    def _takes_batch(self) -> bool:
        """Are the batch's own statistics taken at all?"""
        return self.steps > 0 or not self.track_running_stats

    def _wants_eps(self) -> Message:
        """Which eps torch takes, with the batch's statistics or without."""
        places = {"layer": self.called, "eps": f"{self.eps:g}"}
        if not self._takes_batch:
            return Message("{layer} takes no eps below 0, and eps is {eps}. Use eps = 1e-05.", **places)
        if self.steps:
            return Message("{layer} trains with eps above 0 only, and eps is {eps}. Use eps = 1e-05.", **places)
        return Message("{layer} takes eps above 0 only, and eps is {eps}. Use eps = 1e-05.", **places)
