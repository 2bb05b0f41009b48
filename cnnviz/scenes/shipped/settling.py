"""Running statistics taken anew when a network has learned."""

from collections.abc import Mapping

import torch
from torch import nn

from cnnviz.core.examples import Examples
from cnnviz.core.layers import Array, BatchNorm
from cnnviz.networks.network import Network

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
MOST = 256  # examples from which they are taken, spread over all
TOGETHER = 16  # of them at once


def normalised(network: Network) -> bool:
    """Does it have running statistics?"""
    return any(isinstance(layer, BatchNorm) for _, layer in network.stages)


def settled(network: Network, state: Mapping[str, Array], examples: Examples) -> dict[str, Array]:
    """The same weights, with running statistics that are the mean over many batches, as ``momentum=None`` has it.

    The recipes' momentum of 0.99 is torch's: the newest batch counts 99 of 100, so a training ends with the
    statistics of one batch. Here only the norms are in train mode; dropout drops nothing.
    """
    module = network.load(network.row(), state).eval()
    for one in module.modules():
        if isinstance(one, NORMS):
            one.reset_running_stats()
            one.momentum = None
            one.train()
    x = torch.from_numpy(examples.part(MOST).x)
    with torch.inference_mode():
        for at in range(0, len(x) - len(x) % TOGETHER, TOGETHER):
            module(x[at : at + TOGETHER])
    return {network.start() + key: tensor.numpy().copy() for key, tensor in module.state_dict().items()}
