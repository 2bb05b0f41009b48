"""The layers: one small file per family, one line each here."""

from cnnviz.layers.base import Array, Layer, Shape, Step
from cnnviz.layers.conv import Channels, Conv, ConvTranspose

KINDS: dict[str, type[Layer]] = {
    "conv": Conv,
    "conv_transpose": ConvTranspose,
}

__all__ = ["KINDS", "Array", "Channels", "Conv", "ConvTranspose", "Layer", "Shape", "Step"]
