"""Stages that answer as the one before does: each cell is made of one cell, and of a larger one never a smaller one.

What excites them is what excites the stage before, and their values are made of its values in the same order. So
nobody has to look at their maps.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from cnnviz.core.layers import Array, Dropout, Move
from cnnviz.networks.network import Network

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def rising(network: Network, modules: Sequence[nn.Module]) -> dict[str, dict[str, nn.Module]]:
    """By each stage that is looked at, those that rise behind it one after the other, each with its module."""
    found: dict[str, dict[str, nn.Module]] = {}
    first = ""  # of a row; without a name where the stage before is not looked at
    for (name, layer), module in zip(network.stages, modules, strict=True):
        if first and rises(module):
            found.setdefault(first, {})[name] = module
        else:
            first = "" if isinstance(layer, Move | Dropout) else name
    return found


def rises(module: nn.Module) -> bool:
    """Is each cell made of one cell, and of a larger one never a smaller one?"""
    if isinstance(module, nn.ReLU | nn.LeakyReLU):
        return getattr(module, "negative_slope", 1.0) > 0
    if not isinstance(module, NORMS) or module.training or module.running_var is None:
        return False
    factor = (module.running_var + module.eps).rsqrt() * (1 if module.weight is None else module.weight)
    return bool(((factor > 0) & factor.isfinite()).all())


def through(module: nn.Module, values: Array) -> Array:
    """What a rising stage makes of values (channels, N), to the last bit what it makes of them in its maps.

    -inf stands for no value, and stays.
    """
    axes = NORMS.index(type(module)) if isinstance(module, NORMS) else 0  # besides the one of the values
    x = torch.from_numpy(values)[(None, ..., *(None,) * axes)]
    with torch.inference_mode():
        found: Array = module(x).reshape(values.shape).numpy()
    return np.where(values == -np.inf, values, found)
