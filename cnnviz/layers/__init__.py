"""The layers: one small file per family, one line each here."""

from cnnviz.layers.activation import ELU, GELU, Activation, LeakyReLU, PReLU, ReLU, Sigmoid, SiLU, Softmax, Tanh
from cnnviz.layers.adaptive import Adaptive, AdaptiveAvgPool, AdaptiveMaxPool
from cnnviz.layers.base import Layer
from cnnviz.layers.conv import Channels, Conv, ConvTranspose
from cnnviz.layers.dense import Linear
from cnnviz.layers.dropout import Dropout, DropoutNd
from cnnviz.layers.gate import GLU, ContextGating, HalvingGLU, LinearGate, MaskGate
from cnnviz.layers.move import Flatten, MaxUnpool, Move, Permute, Repeat
from cnnviz.layers.norm import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, Norm
from cnnviz.layers.pool import AvgPool, LPPool, MaxPool, Pool
from cnnviz.layers.step import Array, Shape, Step

KINDS: dict[str, type[Layer]] = {
    "conv": Conv,
    "conv_transpose": ConvTranspose,
    "max_pool": MaxPool,
    "avg_pool": AvgPool,
    "lp_pool": LPPool,
    "adaptive_avg_pool": AdaptiveAvgPool,
    "adaptive_max_pool": AdaptiveMaxPool,
    "max_unpool": MaxUnpool,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "prelu": PReLU,
    "elu": ELU,
    "gelu": GELU,
    "silu": SiLU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "softmax": Softmax,
    "glu": GLU,
    "context_gating": ContextGating,
    "halving_glu": HalvingGLU,
    "mask_gate": MaskGate,
    "batch_norm": BatchNorm,
    "group_norm": GroupNorm,
    "instance_norm": InstanceNorm,
    "layer_norm": LayerNorm,
    "dropout": Dropout,
    "dropout_nd": DropoutNd,
    "linear": Linear,
    "flatten": Flatten,
    "permute": Permute,
}

__all__ = [
    "ELU",
    "GELU",
    "GLU",
    "KINDS",
    "Activation",
    "Adaptive",
    "AdaptiveAvgPool",
    "AdaptiveMaxPool",
    "Array",
    "AvgPool",
    "BatchNorm",
    "Channels",
    "ContextGating",
    "Conv",
    "ConvTranspose",
    "Dropout",
    "DropoutNd",
    "Flatten",
    "GroupNorm",
    "HalvingGLU",
    "InstanceNorm",
    "LPPool",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LinearGate",
    "MaskGate",
    "MaxPool",
    "MaxUnpool",
    "Move",
    "Norm",
    "PReLU",
    "Permute",
    "Pool",
    "ReLU",
    "Repeat",
    "Shape",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Step",
    "Tanh",
]
