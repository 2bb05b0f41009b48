"""The code behind a scene: lines that, run as they stand, give the very same output."""

import numpy as np

from cnnviz.layers import Array, Layer
from cnnviz.sources import Source
from cnnviz.sources.literal import tensor_code


def snippet(layer: Layer, source: Source, seed: int, weight: Array | None) -> str:
    """Python for input, layer, weights and output.

    Parameters
    ----------
    weight : array in torch's own shape, or None
        None keeps torch's seeded initialisation; else the bias is 0.
    """
    parts = [
        source.code(),
        f"from torch import nn\n\ntorch.manual_seed({seed})\nlayer = {layer.code()}",
        *weight_code(layer, weight),
        "y = layer(x).detach()\nprint(y.shape)",
    ]
    return "\n\n".join(parts)


def weight_code(layer: Layer, weight: Array | None) -> list[str]:
    """Lines that put `weight` into the layer: one kernel where all pairs of channels share it."""
    if weight is None:
        return []
    first = weight[0, 0]
    shared = bool((weight == first).all())
    lines = tensor_code(first if shared else weight).replace("x = torch", "kernel = torch")
    lines = lines.replace("import torch\n\n", "")
    put = ["with torch.no_grad():", f"    layer.weight.copy_(kernel{'[0]' if shared else '[0]'})"]
    if getattr(layer, "bias", False):
        put.append("    layer.bias.zero_()")
    return [lines, "\n".join(put)]


__all__ = ["np", "snippet"]
