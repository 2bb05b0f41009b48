"""The layers: one small file per family, one line each here."""

from cnnviz.core.layers.activation import ELU, GELU, Activation, LeakyReLU, PReLU, ReLU, Sigmoid, SiLU, Tanh
from cnnviz.core.layers.adaptive import Adaptive, AdaptiveAvgPool, AdaptiveMaxPool
from cnnviz.core.layers.base import Layer
from cnnviz.core.layers.batch_norm import BatchNorm
from cnnviz.core.layers.cell import Array, Example, Shape, Step
from cnnviz.core.layers.conv import Channels, Conv
from cnnviz.core.layers.conv_transpose import ConvTranspose
from cnnviz.core.layers.dense import Linear
from cnnviz.core.layers.dropout import Dropout, DropoutNd
from cnnviz.core.layers.flatten import Flatten
from cnnviz.core.layers.gate import GLU, ContextGating, HalvingGLU, LinearGate, MaskGate
from cnnviz.core.layers.max_pool import MaxPool
from cnnviz.core.layers.move import MaxUnpool, Move, Permute, Placed
from cnnviz.core.layers.norm import GroupNorm, InstanceNorm, LayerNorm, Norm
from cnnviz.core.layers.padding import CircularPad, ConstantPad, Padding, ReflectionPad, ReplicationPad, ZeroPad
from cnnviz.core.layers.pool import AvgPool, LPPool, Pool
from cnnviz.core.layers.response import LocalResponseNorm
from cnnviz.core.layers.shuffle import ChannelShuffle, PixelShuffle, PixelUnshuffle, Unflatten
from cnnviz.core.layers.smooth import CELU, SELU, LogSigmoid, Mish, Softplus, Softsign, Tanhshrink
from cnnviz.core.layers.softmax import LogSoftmax, Shares, Softmax, Softmax2d, Softmin
from cnnviz.core.layers.straight import (
    AlphaDropout,
    FeatureAlphaDropout,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    ReLU6,
    RReLU,
    Softshrink,
)
from cnnviz.core.layers.upsample import Upsample, UpsamplingBilinear, UpsamplingNearest

KINDS: dict[str, type[Layer]] = {
    "conv": Conv,
    "conv_transpose": ConvTranspose,
    "max_pool": MaxPool,
    "avg_pool": AvgPool,
    "lp_pool": LPPool,
    "adaptive_avg_pool": AdaptiveAvgPool,
    "adaptive_max_pool": AdaptiveMaxPool,
    "max_unpool": MaxUnpool,
    "upsample": Upsample,
    "upsampling_nearest": UpsamplingNearest,
    "upsampling_bilinear": UpsamplingBilinear,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "prelu": PReLU,
    "relu6": ReLU6,
    "rrelu": RReLU,
    "elu": ELU,
    "selu": SELU,
    "celu": CELU,
    "gelu": GELU,
    "silu": SiLU,
    "mish": Mish,
    "hardswish": Hardswish,
    "softplus": Softplus,
    "sigmoid": Sigmoid,
    "hardsigmoid": Hardsigmoid,
    "log_sigmoid": LogSigmoid,
    "tanh": Tanh,
    "hardtanh": Hardtanh,
    "softsign": Softsign,
    "tanhshrink": Tanhshrink,
    "softshrink": Softshrink,
    "hardshrink": Hardshrink,
    "softmax": Softmax,
    "log_softmax": LogSoftmax,
    "softmax2d": Softmax2d,
    "softmin": Softmin,
    "identity": Identity,
    "glu": GLU,
    "context_gating": ContextGating,
    "halving_glu": HalvingGLU,
    "mask_gate": MaskGate,
    "batch_norm": BatchNorm,
    "group_norm": GroupNorm,
    "instance_norm": InstanceNorm,
    "layer_norm": LayerNorm,
    "local_response_norm": LocalResponseNorm,
    "dropout": Dropout,
    "dropout_nd": DropoutNd,
    "alpha_dropout": AlphaDropout,
    "feature_alpha_dropout": FeatureAlphaDropout,
    "linear": Linear,
    "flatten": Flatten,
    "unflatten": Unflatten,
    "permute": Permute,
    "pixel_shuffle": PixelShuffle,
    "pixel_unshuffle": PixelUnshuffle,
    "channel_shuffle": ChannelShuffle,
    "zero_pad": ZeroPad,
    "constant_pad": ConstantPad,
    "reflection_pad": ReflectionPad,
    "replication_pad": ReplicationPad,
    "circular_pad": CircularPad,
}

__all__ = ["KINDS", "Array", "Channels", "Example", "Layer", "Move", "Norm", "Placed", "Pool", "Shape", "Shares"]
__all__ += ["Conv", "ConvTranspose", "Linear", "Step"]
__all__ += ["Adaptive", "AdaptiveAvgPool", "AdaptiveMaxPool", "AvgPool", "LPPool", "MaxPool", "MaxUnpool"]
__all__ += ["Upsample", "UpsamplingBilinear", "UpsamplingNearest"]
__all__ += ["ELU", "GELU", "Activation", "LeakyReLU", "PReLU", "ReLU", "SiLU", "Sigmoid", "Tanh"]
__all__ += ["CELU", "SELU", "LogSigmoid", "Mish", "Softplus", "Softsign", "Tanhshrink"]
__all__ += ["Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "Identity", "RReLU", "ReLU6", "Softshrink"]
__all__ += ["LogSoftmax", "Softmax", "Softmax2d", "Softmin"]
__all__ += ["GLU", "ContextGating", "HalvingGLU", "LinearGate", "MaskGate"]
__all__ += ["BatchNorm", "GroupNorm", "InstanceNorm", "LayerNorm", "LocalResponseNorm"]
__all__ += ["AlphaDropout", "Dropout", "DropoutNd", "FeatureAlphaDropout"]
__all__ += ["ChannelShuffle", "Flatten", "Permute", "PixelShuffle", "PixelUnshuffle", "Unflatten"]
__all__ += ["CircularPad", "ConstantPad", "Padding", "ReflectionPad", "ReplicationPad", "ZeroPad"]
