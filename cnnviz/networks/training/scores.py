"""What a network answers in eval mode, in batches."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from cnnviz.core.layers import Array
from cnnviz.networks.forward import memory
from cnnviz.networks.network import Network
from cnnviz.networks.training.objective import Objective

MOST_BYTES = 8 * 2**20  # of one batch in all stages: about what a processor keeps at hand


def scores(network: Network, state: Mapping[str, Array], x: Array) -> Array:
    """What a network answers to examples, with these weights.

    Parameters
    ----------
    state : arrays by key of the `state_dict`
        All of them, running statistics too, as a `Moment` holds them.
    x : float32 array, shape (N, channels, *axes)

    Returns
    -------
    float32 array, shape (N, classes), or (N, classes, frames)
        Before any softmax or sigmoid. Axes of one cell behind these are left out.

    Raises
    ------
    GeometryError
        If the network cannot work on x, or the weights are not its own.
    """
    output = network.shapes(x.shape[1:])[-1]
    module = network.load(network.row(), state)
    out = answers(module.eval(), torch.from_numpy(np.ascontiguousarray(x, np.float32)), rows(network, x.shape[1:]))
    ends = max((axis for axis, cells in enumerate(output) if cells > 1), default=0)
    flat: Array = out.reshape(len(x), *output[: max(1, ends + 1)]).numpy()
    return flat


def rows(network: Network, shape: tuple[int, ...]) -> int:
    """How many examples go through at once."""
    each = memory(network, shape, 1) - memory(network, shape, 0)
    return max(1, MOST_BYTES // max(1, each))


def answers(module: nn.Module, x: torch.Tensor, size: int) -> torch.Tensor:
    """Outputs of a module that is in eval mode already.

    Pictures go in with their channels last, which torch works on four times as fast; a last bit may be another.
    """
    if x.dim() == 4:
        x = x.to(memory_format=torch.channels_last)
    with torch.inference_mode():
        return torch.cat([module(x[at : at + size]) for at in range(0, len(x), size)])


class Part:
    """Examples on a device, on which a module is measured again and again.

    Parameters
    ----------
    y : tensor
        As the objective's `target` makes them.
    """

    def __init__(self, objective: Objective, x: torch.Tensor, y: torch.Tensor, size: int):
        self.objective, self.x, self.y, self.size = objective, x, y, size

    def measure(self, module: nn.Module) -> tuple[float, float]:
        """Accuracy and loss of a module that is in eval mode already."""
        out = self.objective.flat(answers(module, self.x, self.size))
        return self.objective.accuracy(out, self.y), float(self.objective.loss(out, self.y))
