"""The player's pure modules, run in node on real scenes: what they look up and add up is what Python and torch say."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from math import erf, prod
from pathlib import Path
from typing import Any

import numpy as np
import playwright
import pytest
import torch
from asking import undoing
from torch.nn import functional
from torch.nn.functional import pad

from cnnviz.core.back import go_back, passes
from cnnviz.core.back.pointwise import Through
from cnnviz.core.geometry import Axis, coverage, reach
from cnnviz.core.layers import (
    CELU,
    ELU,
    GELU,
    GLU,
    KINDS,
    SELU,
    Activation,
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AlphaDropout,
    AvgPool,
    BatchNorm,
    ChannelShuffle,
    CircularPad,
    ConstantPad,
    ContextGating,
    Conv,
    ConvTranspose,
    Dropout,
    DropoutNd,
    FeatureAlphaDropout,
    Flatten,
    GroupNorm,
    HalvingGLU,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    InstanceNorm,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    LogSigmoid,
    LogSoftmax,
    LPPool,
    MaskGate,
    MaxPool,
    Mish,
    Move,
    Norm,
    Permute,
    PixelShuffle,
    PixelUnshuffle,
    PReLU,
    ReflectionPad,
    ReLU,
    ReLU6,
    ReplicationPad,
    RReLU,
    Shape,
    Sigmoid,
    SiLU,
    Softmax,
    Softmax2d,
    Softmin,
    Softplus,
    Softshrink,
    Softsign,
    Tanh,
    Tanhshrink,
    Unflatten,
    Upsample,
    UpsamplingBilinear,
    ZeroPad,
)
from cnnviz.core.run import Run, run
from cnnviz.core.trace import trace
from cnnviz.inputs.patterns import Random
from cnnviz.networks.attribution import Occlusion, occlusion
from cnnviz.networks.loss import Unit
from cnnviz.networks.network import Network
from cnnviz.scenes.build import show
from cnnviz.scenes.explain import window_run
from cnnviz.scenes.layer import laid, make_scene, over_examples, three
from cnnviz.scenes.palette import PALETTE
from cnnviz.text.catalogue import for_browser
from cnnviz.text.language import PSEUDO

HERE = Path(__file__).parent
STATIC = HERE.parent / "static"
FILES = sorted(file for name in ("drawing", "player", "words") for file in (STATIC / name).iterdir())
NODE_TESTS = sorted(file for name in ("drawing", "player", "words") for file in (HERE / name).glob("*.test.mjs"))
PURE = ["blob", "tables", "order", "rules", "pointwise", "gating", "lights", "stamp", "port", "fit", "layout", "clock"]
PURE += ["walking", "herald", "captions", "opening", "catalogue", "numbers"]

pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding=.same."),
    pytest.mark.filterwarnings(
        "ignore:invalid value encountered:RuntimeWarning"
    ),  # what is no number is among the cases
]

CASES: dict[str, tuple[Layer, Shape]] = {
    "1d": (Conv(2, 3, kernel_size=3, padding=1, stride=2, ndim=1), (2, 9)),
    "2d": (Conv(2, 3, kernel_size=(3, 2), stride=(2, 1), padding=(1, 0)), (2, 6, 7)),
    "3d": (Conv(2, 2, kernel_size=(2, 3, 1), stride=(1, 2, 1), padding=1, ndim=3), (2, 3, 4, 3)),
    "one-by-one": (Conv(3, 2, kernel_size=1, bias=False), (3, 4, 5)),
    "dilated": (Conv(1, 1, kernel_size=3, dilation=(2, 3), padding=2), (1, 6, 8)),
    "grouped": (Conv(4, 6, kernel_size=2, groups=2), (4, 4, 5)),
    "depthwise": (Conv(3, 3, kernel_size=3, groups=3, padding=1), (3, 3, 4)),
    "reflect": (Conv(1, 2, kernel_size=3, padding=(2, 1), padding_mode="reflect"), (1, 4, 5)),
    "replicate": (Conv(1, 1, kernel_size=3, padding=3, stride=2, padding_mode="replicate"), (1, 3, 4)),
    "circular": (Conv(1, 1, kernel_size=4, padding=(3, 2), padding_mode="circular"), (1, 3, 4)),
    "circular-3d": (Conv(1, 1, kernel_size=2, padding=1, padding_mode="circular", ndim=3), (1, 2, 2, 3)),
    "same-even": (Conv(1, 1, kernel_size=(4, 2), padding="same", dilation=(1, 3)), (1, 5, 6)),
    "same-even-reflect": (Conv(1, 1, kernel_size=4, padding="same", padding_mode="reflect"), (1, 5, 6)),
    "transposed": (ConvTranspose(2, 3, kernel_size=3, stride=2, padding=1, output_padding=1), (2, 3, 4)),
    "transposed-1d": (ConvTranspose(1, 1, kernel_size=4, stride=3, ndim=1), (1, 5)),
    "transposed-3d": (ConvTranspose(2, 2, kernel_size=2, stride=2, groups=2, bias=False, ndim=3), (2, 2, 2, 3)),
    "transposed-dilated": (ConvTranspose(2, 4, kernel_size=2, dilation=3, stride=2, groups=2), (2, 2, 3)),
    "transposed-cropped": (ConvTranspose(1, 1, kernel_size=2, stride=2, padding=2, output_padding=1), (1, 5, 4)),
    # poolings
    "max": (MaxPool(padding=1, kernel_size=3), (2, 5, 6)),
    "max-1d": (MaxPool(kernel_size=3, padding=1, dilation=2, ndim=1), (2, 9)),
    "max-3d": (MaxPool(kernel_size=2, padding=(1, 0, 1), ceil_mode=True, ndim=3), (1, 3, 4, 3)),
    "max-dilated": (MaxPool(kernel_size=(2, 3), stride=1, padding=1, dilation=(3, 2)), (1, 5, 6)),
    "max-ceil": (MaxPool(kernel_size=2, ceil_mode=True), (1, 5, 7)),
    "max-dropped": (MaxPool(kernel_size=2, stride=3, padding=1, ceil_mode=True), (1, 4, 7)),
    "max-of-padding-alone": (MaxPool(kernel_size=2, stride=1, padding=1, dilation=4), (2, 3, 3)),
    "mean": (AvgPool(padding=1, kernel_size=3), (2, 5, 6)),
    "mean-of-cells": (AvgPool(padding=1, kernel_size=3, ceil_mode=True, count_include_pad=False), (1, 5, 6)),
    "mean-ceil": (AvgPool(padding=1, kernel_size=3, stride=2, ceil_mode=True), (1, 6, 4)),
    "mean-divided": (AvgPool(padding=1, kernel_size=(2, 3), divisor_override=5), (1, 5, 6)),
    "mean-1d": (AvgPool(kernel_size=4, stride=3, padding=2, ceil_mode=True, ndim=1), (2, 9)),
    "mean-3d": (AvgPool(kernel_size=(2, 2, 3), padding=1, count_include_pad=False, ndim=3), (1, 3, 3, 4)),
    "power": (LPPool(kernel_size=(3, 2), ceil_mode=True), (2, 5, 5)),
    "power-1d": (LPPool(kernel_size=3, stride=2, norm_type=4.0, ceil_mode=True, ndim=1), (1, 8)),
    "power-3d": (LPPool(kernel_size=2, norm_type=1.0, ndim=3), (1, 2, 4, 2)),
    "power-broken": (LPPool(norm_type=1.5), (1, 4, 4)),
    "adaptive-mean": (AdaptiveAvgPool(output_size=(3, 2)), (2, 5, 7)),
    "adaptive-mean-larger": (AdaptiveAvgPool(output_size=(7, 5)), (1, 3, 4)),
    "adaptive-mean-1d": (AdaptiveAvgPool(output_size=3, ndim=1), (2, 8)),
    "adaptive-mean-3d": (AdaptiveAvgPool(output_size=(2, 3, 1), ndim=3), (1, 3, 4, 2)),
    "adaptive-max": (AdaptiveMaxPool(output_size=(3, 4)), (2, 5, 6)),
    "adaptive-max-larger": (AdaptiveMaxPool(output_size=7, ndim=1), (1, 3)),
    "adaptive-max-3d": (AdaptiveMaxPool(output_size=2, ndim=3), (1, 3, 2, 3)),
    # blends
    "upsample-nearest": (Upsample(), (2, 3, 2)),
    "upsample-bilinear": (Upsample(mode="bilinear", scale_factor=(2.0, 1.5)), (2, 3, 4)),
    "upsample-bicubic": (Upsample(mode="bicubic", size=(7, 5), scale_factor=None), (1, 4, 3)),
    "upsample-linear": (Upsample(mode="linear", align_corners=True, scale_factor=3.0, ndim=1), (2, 4)),
    "upsample-trilinear": (Upsample(mode="trilinear", ndim=3), (1, 2, 2, 3)),
    "upsample-area": (Upsample(mode="area", size=4, scale_factor=None), (1, 5, 6)),
    "upsampling-bilinear": (UpsamplingBilinear(), (1, 3, 3)),
    # functions of one number, and of a pixel
    "relu": (ReLU(), (2, 3, 4)),
    "leaky-relu": (LeakyReLU(), (2, 3, 4)),
    "leaky-relu-1d": (LeakyReLU(negative_slope=0.05, ndim=1), (2, 7)),
    "prelu": (PReLU(init=-0.5), (1, 3, 4)),
    "prelu-channels": (PReLU(num_parameters=3), (3, 3, 4)),
    "prelu-learned-1d": (PReLU(init=-2.5, ndim=1), (2, 6)),
    "elu": (ELU(alpha=1.5), (1, 3, 4)),
    "gelu": (GELU(), (2, 3, 4)),
    "gelu-tanh": (GELU(approximate="tanh", ndim=3), (1, 2, 3, 4)),
    "silu": (SiLU(), (2, 3, 4)),
    "sigmoid": (Sigmoid(), (1, 3, 4)),
    "tanh": (Tanh(), (1, 3, 4)),
    "alpha-dropout": (AlphaDropout(), (1, 3, 4)),
    "feature-alpha-dropout": (FeatureAlphaDropout(), (2, 3, 4)),
    "identity": (Identity(), (1, 3, 4)),
    "relu6": (ReLU6(), (1, 3, 4)),
    "rrelu": (RReLU(lower=-0.1, upper=0.5), (1, 3, 4)),
    "hardtanh": (Hardtanh(min_val=-0.5, max_val=1.5), (2, 3, 4)),
    "hardsigmoid": (Hardsigmoid(), (1, 3, 4)),
    "hardswish": (Hardswish(), (1, 3, 4)),
    "softshrink": (Softshrink(lambd=0.75), (1, 3, 4)),
    "hardshrink": (Hardshrink(lambd=0.75), (1, 3, 4)),
    "softplus": (Softplus(), (1, 3, 4)),
    "softplus-sharp": (Softplus(beta=3.0, threshold=1.0), (1, 3, 4)),
    "softplus-turned": (Softplus(beta=-2.0), (1, 3, 4)),
    "mish": (Mish(), (1, 3, 4)),
    "selu": (SELU(), (1, 3, 4)),
    "celu": (CELU(alpha=0.5, ndim=1), (2, 7)),
    "log-sigmoid": (LogSigmoid(), (1, 3, 4)),
    "softsign": (Softsign(), (1, 3, 4)),
    "tanhshrink": (Tanhshrink(), (1, 3, 4)),
    "log-softmax": (LogSoftmax(), (4, 2, 3)),
    "softmin": (Softmin(ndim=1), (3, 5)),
    "softmax2d": (Softmax2d(), (3, 2, 3)),
    "softmax": (Softmax(), (4, 2, 3)),
    "softmax-1d": (Softmax(ndim=1), (3, 5)),
    "softmax-rows": (Softmax(dim=2), (2, 3, 4)),
    "log-softmax-last": (LogSoftmax(dim=-1, ndim=3), (2, 2, 3, 2)),
    "softmin-along-1d": (Softmin(dim=2, ndim=1), (2, 5)),
    # gates
    "glu": (GLU(channels=3), (3, 3, 4)),
    "glu-1d": (GLU(channels=2, ndim=1), (2, 5)),
    "context-gating": (ContextGating(channels=3), (3, 3, 4)),
    "context-gating-3d": (ContextGating(channels=2, ndim=3), (2, 2, 2, 3)),
    "halving-glu": (HalvingGLU(), (4, 3, 4)),
    "halving-glu-1d": (HalvingGLU(ndim=1), (6, 5)),
    "mask": (MaskGate((4.0, -2.0, 0.5, 1.0, -1.0, 2.0), (2, 3)), (2, 4, 7)),
    "dropout": (Dropout(p=0.4), (2, 3, 4)),
    "dropout-eval": (Dropout(p=0.4, training=False), (2, 3, 4)),
    "dropout-channels": (DropoutNd(), (4, 2, 3)),
    "dropout-steps": (Dropout(), (3, 2, 2, 4)),
    "dropout-channels-steps": (DropoutNd(ndim=1), (3, 3, 4)),
    # norms
    "batch-norm": (BatchNorm(num_features=3, eps=0.1), (3, 3, 4)),
    "batch-norm-eval": (BatchNorm(num_features=2, training=False, steps=3), (2, 3, 4)),
    "batch-norm-examples": (BatchNorm(num_features=2), (3, 2, 2, 4)),
    "batch-norm-1d-examples": (BatchNorm(num_features=2, ndim=1), (3, 2, 4)),
    "group-norm": (GroupNorm(num_groups=2, num_channels=4), (4, 2, 3)),
    "group-norm-examples": (GroupNorm(num_groups=2, num_channels=4), (2, 4, 2, 3)),
    "instance-norm": (InstanceNorm(num_features=2), (2, 3, 4)),
    "instance-norm-examples": (InstanceNorm(num_features=2), (2, 2, 3, 2)),
    "layer-norm": (LayerNorm(normalized_shape=(2, 3, 4)), (2, 3, 4)),
    "layer-norm-1d": (LayerNorm(normalized_shape=(5,), ndim=1), (3, 5)),
    "layer-norm-partial": (LayerNorm(normalized_shape=(4,)), (2, 3, 4)),
    "layer-norm-examples": (LayerNorm(normalized_shape=(2, 3, 4)), (2, 2, 3, 4)),
    "layer-norm-rows-examples": (LayerNorm(normalized_shape=(3, 4)), (2, 2, 3, 4)),
    "response": (LocalResponseNorm(size=3, alpha=0.5, k=2.0), (5, 2, 3)),
    "response-even": (LocalResponseNorm(size=4, alpha=1.0, beta=0.5, ndim=1), (6, 3)),
    # dense, and what only moves
    "linear": (Linear(size=(2, 3, 4), out_features=3), (2, 3, 4)),
    "linear-1d": (Linear(size=(2, 5), bias=False, ndim=1), (2, 5)),
    "unflatten": (Unflatten(unflattened_size=(2, 3, 2)), (12, 1, 1)),
    "unflatten-of-a-line": (Unflatten(unflattened_size=(2, 3), ndim=1), (1, 6)),
    "pixel-shuffle": (PixelShuffle(), (8, 2, 3)),
    "pixel-unshuffle": (PixelUnshuffle(downscale_factor=2), (2, 4, 2)),
    "channel-shuffle": (ChannelShuffle(groups=3), (6, 2, 2)),
    "channel-shuffle-1d": (ChannelShuffle(groups=2, ndim=1), (4, 3)),
    "zero-pad": (ZeroPad((1, 2, 0, 1)), (2, 3, 2)),
    "zero-pad-cropped": (ZeroPad((-1, 2, 1, -2), ndim=2), (1, 4, 3)),
    "constant-pad-1d": (ConstantPad((2, 1), value=0.75, ndim=1), (2, 3)),
    "reflection-pad": (ReflectionPad((2, 1, 1, 2)), (1, 3, 4)),
    "reflection-pad-3d": (ReflectionPad((1, 0, 0, 1, 1, 1), ndim=3), (1, 2, 3, 2)),
    "replication-pad": (ReplicationPad((3, 0, 1, -1)), (2, 3, 2)),
    "circular-pad": (CircularPad((2, 3, 1, 0)), (1, 2, 3)),
    "circular-pad-cropped": (CircularPad((-1, 2), ndim=1), (2, 5)),
    "flatten": (Flatten(), (2, 3, 4)),
    "flatten-3d": (Flatten(ndim=3), (2, 2, 2, 3)),
    "permute": (Permute(), (2, 3, 4)),
    "permute-3d": (Permute((3, 1, 0, 2), ndim=3), (2, 3, 1, 4)),
}
POINTWISE = {name: layer for name, (layer, _) in CASES.items() if isinstance(layer, Activation)}
del POINTWISE["prelu-channels"]  # not one function, but three


def test_every_function_of_one_number_is_held_against_torch_in_node():
    kinds = {kind for kind in KINDS.values() if issubclass(kind, Activation)}
    assert kinds == {type(layer) for layer in POINTWISE.values()}


UNPOOLED = {  # poolings that are undone
    "unpooled": (MaxPool(), Random(size=(4, 6), channels=2)),
    "unpooled-overlapping": (MaxPool(kernel_size=3, stride=1), Random(size=(4, 5))),
    "unpooled-1d": (MaxPool(kernel_size=3, stride=3, padding=1, ndim=1), Random(ndim=1, size=(7,), channels=2)),
    "unpooled-3d": (MaxPool(ndim=3), Random(ndim=3, size=(2, 4, 2))),
}
BACK = {  # whose backward passes are played
    "conv": (Conv(2, 2, kernel_size=3, stride=2, padding=1, groups=2), (2, 5, 6)),
    "conv-dilated-1d": (Conv(1, 2, kernel_size=2, stride=3, dilation=2, bias=False, ndim=1), (1, 8)),
    "conv-reflect": (Conv(1, 1, kernel_size=3, padding=(2, 1), padding_mode="reflect"), (1, 4, 5)),
    "conv-circular-3d": (Conv(1, 1, kernel_size=2, padding=1, padding_mode="circular", ndim=3), (1, 2, 2, 3)),
    "conv-same-even": (Conv(1, 1, kernel_size=(4, 2), padding="same"), (1, 5, 4)),
    "transposed": (ConvTranspose(2, 2, kernel_size=3, stride=2, padding=1, output_padding=1, groups=2), (2, 3, 4)),
    "transposed-dilated": (ConvTranspose(1, 2, kernel_size=2, dilation=3, output_padding=2), (1, 2, 3)),
    "linear": (Linear(size=(2, 3, 4), out_features=3), (2, 3, 4)),
    "zero-pad": (ZeroPad((-1, 2, 1, -2)), (1, 4, 3)),
    "reflection-pad": (ReflectionPad((2, 1, 1, 2)), (1, 3, 4)),
    "circular-pad": (CircularPad((-1, 2), ndim=1), (2, 5)),
    "max": (MaxPool(kernel_size=3, stride=2, padding=1), (2, 5, 6)),
    "max-dilated": (MaxPool(kernel_size=2, stride=1, padding=1, dilation=2), (1, 5, 6)),
    "max-unread": (MaxPool(kernel_size=1, stride=2, ndim=1), (2, 7)),
    "max-3d": (MaxPool(kernel_size=2, stride=(3, 1, 1), ndim=3), (1, 5, 3, 2)),
    "mean-ceil": (AvgPool(padding=1, kernel_size=3, stride=2, ceil_mode=True, count_include_pad=False), (1, 6, 4)),
    "adaptive-max": (AdaptiveMaxPool(output_size=(3, 4)), (2, 5, 6)),
    "adaptive-mean-1d": (AdaptiveAvgPool(output_size=3, ndim=1), (2, 8)),
    "power": (LPPool(kernel_size=(3, 2), ceil_mode=True), (2, 5, 5)),
    "upsample-bicubic": (Upsample(mode="bicubic", size=(7, 5), scale_factor=None), (1, 4, 3)),
    "upsample-linear": (Upsample(mode="linear", scale_factor=3.0, ndim=1), (2, 4)),
    "relu": (ReLU(), (2, 3, 4)),
    "selu": (SELU(), (2, 3, 4)),
    "prelu-channels": (PReLU(num_parameters=3), (3, 3, 4)),
    "glu": (GLU(channels=3), (3, 3, 4)),
    "context-gating": (ContextGating(channels=2), (2, 3, 4)),
    "halving-glu": (HalvingGLU(), (4, 3, 4)),
    "dropout": (Dropout(), (2, 3, 4)),
    "softmax": (Softmax(), (4, 2, 3)),
    "softmax-rows": (Softmax(dim=2), (2, 3, 4)),
    "log-softmax": (LogSoftmax(), (4, 2, 3)),
    "response-even": (LocalResponseNorm(size=4, alpha=1.0, beta=0.5, ndim=1), (6, 3)),
    "batch-norm": (BatchNorm(num_features=2), (3, 2, 2, 4)),
    "batch-norm-eval": (BatchNorm(num_features=2, training=False, steps=3), (2, 3, 4)),
    "group-norm": (GroupNorm(num_groups=2, num_channels=4), (4, 2, 3)),
    "layer-norm-partial": (LayerNorm(normalized_shape=(4,)), (2, 3, 4)),
    "permute": (Permute(), (2, 3, 4)),
    "flatten-rows": (Flatten(start_dim=2), (2, 3, 4)),
}
ODD = {  # what is no number, and cells that are equal
    "max-odd": (
        MaxPool(kernel_size=3, stride=1, ndim=1),
        [np.nan, 1, np.nan, 2, 2, 1, -np.inf, -np.inf, -np.inf, 5, np.inf],
    ),
    "adaptive-max-odd": (AdaptiveMaxPool(output_size=3, ndim=1), [1, np.nan, 2, np.nan, 3, 3, 3, 3]),
    "mean-odd": (AvgPool(kernel_size=2, ndim=1), [np.nan, 1, np.inf, 2, np.inf, -np.inf, 1, 2]),
    "relu-odd": (ReLU(ndim=1), [np.nan, np.inf, -np.inf, 0.0]),
    "log-softmax-odd": (LogSoftmax(ndim=1), [np.nan, np.inf, -np.inf, 1e4]),
    "softmax-odd": (Softmax(ndim=1), [np.nan, np.inf, -np.inf, 1e4]),
    "power-odd": (LPPool(norm_type=3.0, ndim=1), [-2, -1, 1, -1, -1, 0]),
    "instance-norm-odd": (InstanceNorm(num_features=1, eps=0.0, ndim=1), [3, 3, 3, 3]),
    "group-norm-odd": (GroupNorm(num_channels=1, eps=0.0, ndim=1), [3, 3, 3, 3]),
}


def noise(shape: Shape, seed: int = 7) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def runs() -> dict[str, Run]:
    """Every case; what torch starts from ones, zeros or a setting gets weights of its own."""
    found = {}
    for name, (layer, shape) in CASES.items():
        state = run(layer, noise(shape), seed=3).state if isinstance(layer, Norm | PReLU) else {}
        affine = {key: noise(state[key].shape, len(key)) for key in ("weight", "bias") if key in state}
        found[name] = run(layer, noise(shape), 3, affine)
    for name, (pool, source) in UNPOOLED.items():
        found[name] = show(undoing(pool, source)).done
    for name, (layer, numbers) in ODD.items():
        found[name] = run(layer, np.array([numbers], np.float32))
    for name, (layer, shape) in BACK.items():
        done = run(layer, noise(shape), 3)
        for one in passes(layer) if len(done.x) == 1 else passes(layer)[:1]:
            found[f"back-{name}-{one.name}"] = go_back(done, noise(done.y.shape, 8), one.name, 3)
    window = Occlusion(kernel_size=(3, 2), stride=(2, 2), fill=-1)
    x, network = noise((2, 6, 5)), Network((("conv", Conv(2, 3, kernel_size=3)),))
    found["occluded"] = window_run(occlusion(network, x, Unit(at=(1,)), window))
    return found


def counts_of(done: Run) -> str:
    """What N counts, where there are several."""
    return "" if len(done.x) == 1 else "steps" if isinstance(done.layer, Dropout) else "examples"


def place(found: Sequence[int]) -> list[int]:
    """A cell with three coordinates, as a scene has."""
    return [0] * (3 - len(found)) + [int(at) for at in found]


def table(axis: Axis) -> dict[str, Any]:
    position = axis.position + axis.low
    taps = [axis.n_taps] * axis.n_out if axis.count is None else axis.count.tolist()
    where = {"place": position.tolist(), "source": axis.source.tolist()}
    return {"low": axis.low, "places": len(axis.line), "taps": taps, **where}


def padded(layer: Layer, shape: Shape) -> list[int] | None:
    """Flat input index at every place of the drawn input, -1 for a constant: torch's own padding of the indices."""
    if not isinstance(layer, Conv):
        return None
    cells = torch.arange(np.prod(shape[1:]), dtype=torch.float64).reshape(1, 1, *shape[1:])
    mode = {"zeros": "constant"}.get(layer.padding_mode, layer.padding_mode)
    sides = [int(side) for pair in reversed(layer.pads()) for side in pair]  # torch begins with the last axis
    return pad(cells, sides, mode, -1 if mode == "constant" else None).flatten().int().tolist()


def worked(done: Run, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> dict[str, Any]:
    """One output cell by hand, and which input cells its window reads."""
    several = len(done.x) > 1  # a cell's first number is then its example
    n, own = (cell[0], cell[1:]) if several else (0, cell)
    step = trace(done, channel, own, axes[several:], example=n)
    read = product(*({int(i) for i in axis.source[o] if i >= 0} for axis, o in zip(axes, cell, strict=False)))
    return {
        "channel": channel,
        "cell": place(cell),
        "terms": step.terms.flatten().tolist(),
        "weights": None if step.weights is None else step.weights.flatten().tolist(),
        "value": step.value,
        "torch": float(done.y[n, channel, *own]),
        "index": step.index,
        "read": [place(at) for at in read] if axes else None,
    }


def torch_indices(done: Run) -> list[int] | None:
    """Where torch finds each winner of a maximum."""
    layer, x = done.layer, torch.from_numpy(done.x)
    if isinstance(layer, MaxPool):
        sizes = (layer.kernel_size, layer.stride, layer.padding, layer.dilation, layer.ceil_mode)
        return getattr(functional, f"max_pool{layer.ndim}d")(x, *sizes, True)[1].flatten().tolist()
    if isinstance(layer, AdaptiveMaxPool):
        pool = getattr(functional, f"adaptive_max_pool{layer.ndim}d")
        return pool(x, layer.output_size, True)[1].flatten().tolist()
    return None


def torch_again(layer: Layer, x: torch.Tensor, counts: str = "", seed: int = 3) -> torch.Tensor:
    """Torch's output in double precision, in which it has no other way round; both as they are laid on stage."""
    module = layer.module().double().train(getattr(layer, "training", False))
    batch = x.swapaxes(0, 1) if counts else x[None]
    with torch.no_grad():
        y = layer.call(module, batch.double(), seed)["output"]
    return y.swapaxes(0, 1) if counts else y[0]


def answers(layer: Layer, x: np.ndarray, counts: str) -> list[list[int]]:
    """Which output cells depend on each input cell: those that become NaN when it does, for NaN never cancels."""
    if isinstance(layer, BatchNorm) and not layer.training:
        layer = replace(layer, steps=0)  # what it learned of this input before is not read now
    found = []
    for i in range(x.size):
        broken = torch.from_numpy(np.ascontiguousarray(np.nan_to_num(x)))
        broken.view(-1)[i] = torch.nan
        found.append(torch_again(layer, broken, counts).isnan().flatten().nonzero().flatten().tolist())
    return found


def moved(layer: Layer, shape: Shape) -> list[int] | None:
    """Flat input index that each output cell of a move holds, or -2 for none: what torch makes of the indices."""
    if not isinstance(layer, Move):
        return None
    held = torch_again(layer, torch.arange(1, prod(shape) + 1).reshape(shape)).flatten().int() - 1
    return [-2 if index < 0 else index for index in held.tolist()]


def learned(done: Run) -> torch.nn.Module:
    """Torch's own module with what the layer had learned before the run."""
    module = done.layer.module()
    module.load_state_dict({name: torch.from_numpy(value) for name, value in done.state.items()})
    return module


def gate_planes(done: Run) -> dict[str, Any] | None:
    """Signal and gate of all channels as torch has them, how many gates are closed, and what kept cells are times."""
    layer, x = done.layer, torch.from_numpy(laid(done.x, counts_of(done)))
    if not x.isfinite().all():
        return None
    state = {name: torch.from_numpy(value) for name, value in done.state.items()}
    signal, gain = x, 1.0
    if isinstance(layer, GLU | ContextGating):
        mixed = functional.linear(x.movedim(0, -1), state["linear.weight"], state["linear.bias"]).movedim(-1, 0)
        signal, gate = (mixed, x.sigmoid()) if isinstance(layer, GLU) else (x, mixed.sigmoid())
    elif isinstance(layer, HalvingGLU):
        signal, second = x.chunk(2)
        gate = second.sigmoid()
    elif isinstance(layer, MaskGate):
        mask = functional.interpolate(state["mask"][None, None], size=x.shape[1:])  # nearest
        gate = mask[0].sigmoid().expand_as(x)
    elif isinstance(layer, Dropout):
        gate = (torch.from_numpy(laid(done.y, counts_of(done))) != 0).float()
        gain = 1 / (1 - layer.p) if layer.training else 1.0
    elif isinstance(layer, Through):
        gate = torch.from_numpy(done.y[0]).double() / x
    elif isinstance(layer, Activation) and layer.gate(0.0) is not None:
        gate = learned(done).eval().double()(x[None].double())[0].detach() / x
    else:
        return None
    return {
        "signal": signal.flatten(1).tolist(),
        "gate": gate.flatten(1).tolist(),
        "gain": gain,
        "closed": {str(below): (gate < below).flatten(1).sum(1).tolist() for below in (0.1, 0.5, 0.7)},
    }


def slopes(done: Run) -> list[float] | None:
    """Of a function of one number, its slope at every cell."""
    if not isinstance(done.layer, Activation):
        return None
    given = torch.from_numpy(done.x[0])[None].double().requires_grad_()
    learned(done).eval().double()(given).sum().backward()
    return given.grad.flatten().tolist()


def truth(done: Run) -> dict[str, Any]:
    """All that the browser must find out from the blob alone."""
    layer, shape, counts = done.layer, done.shape, counts_of(done)
    axes = (*over_examples(layer, len(done.x), counts), *layer.windows(shape))
    steps = list(np.ndindex(laid(done.y, counts).shape))
    scene = make_scene(done, counts=counts)
    return {
        "tensors": {name: {"shape": x.shape, "data": x.flatten().tolist()} for name, x in scene.tensors.items()},
        "axes": [table(axis) for axis in three(axes)] if axes else None,
        "stamps": [table(axis) for axis in three(layer.stamps(shape))] if isinstance(layer, ConvTranspose) else None,
        "padded": padded(layer, shape),
        "steps": [worked(done, axes, channel, cell) for channel, *cell in steps[:: max(1, len(steps) // 40)]],
        "coverage": coverage(axes).flatten().tolist() if axes else None,
        "reach": [
            {"cell": place(cell), "readers": [[0]] * (3 - len(axes)) + [found.tolist() for found in reach(axes, cell)]}
            for cell in np.ndindex(laid(done.x, counts).shape[1:])
            if axes
        ],
        "indices": torch_indices(done),
        "answers": answers(layer, laid(done.x, counts), counts) if isinstance(layer, Norm | Move) else None,
        "from": moved(layer, shape),
        "gating": gate_planes(done),
        "slopes": slopes(done),
    }


def curve(layer: Activation) -> dict[str, Any]:
    """A function over a grid: value, slope and, where it is x times a gate, that gate."""
    module = layer.module().eval().double()
    x = torch.cat([torch.linspace(-9, 9, 73), torch.tensor([-300.0, -1e-6, 1e-6, 300.0])]).double().requires_grad_()
    y = module(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    gated = layer.gate(0.0) is not None
    gate = torch.where(x == 0, slope, y / x)  # at zero, x * gate(x) rises by gate(0)
    odd = torch.tensor([torch.nan, torch.inf, -torch.inf]).double()
    return {
        "function": layer.torch_name,
        "constants": layer.constants() | {name: w.item() for name, w in module.named_parameters()},
        "x": x.tolist(),
        "value": y.tolist(),
        "slope": slope.tolist(),
        "gate": gate.tolist() if gated else None,
        "odd": list(zip(odd.tolist(), module(odd).tolist(), strict=True)),
    }


def write(file: Path, content: Any) -> None:
    """As JSON, which has no NaN and no infinity: they travel as words."""
    file.write_text(re.sub(r"NaN|-?Infinity", r'"\g<0>"', json.dumps(content)))


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the blob and the truth of every case, the palette, and functions of one number."""
    folder = tmp_path_factory.mktemp("cases")
    for name, done in runs().items():
        (folder / f"{name}.blob").write_bytes(make_scene(done, counts=counts_of(done)).to_bytes())
        write(folder / f"{name}.json", truth(done))
    write(folder / "palette.json", PALETTE)
    write(folder / "pseudo.json", for_browser(PSEUDO))
    numbers = np.linspace(-6, 6, 401).tolist()
    curves = {name: curve(layer) for name, layer in POINTWISE.items()}
    write(folder / "functions.json", {"curves": curves, "erf": [[x, erf(x)] for x in numbers]})
    return folder


def node() -> str:
    """Playwright brings a node of its own."""
    bundled = Path(playwright.__file__).parent / "driver" / "node"
    found = str(bundled) if bundled.exists() else shutil.which("node")
    return found or pytest.skip("There is no node here.")


@pytest.mark.parametrize("file", NODE_TESTS, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_in_node(file, cases):
    command = [node(), "--test-reporter=spec", str(file)]
    environment = os.environ | {"CNNVIZ_CASES": str(cases), "NODE_NO_WARNINGS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"


def code(path: Path) -> str:
    """A JavaScript file without its comments."""
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", path.read_text(), flags=re.DOTALL)


def test_every_pure_module_has_tests():
    names = {file.name.removesuffix(".test.mjs") for file in NODE_TESTS}
    assert {*PURE, "colour", "charts", "paint", "pseudo", "titles"} == names


@pytest.mark.parametrize("path", sorted(STATIC.glob("*/*.js")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_message_hides_in_a_template(path):
    """Whoever collects messages does not look into ``${}``."""
    assert not re.findall(r"\$\{[^}]*\b(?:_|plural)\(", path.read_text())


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_touches_no_page(name):
    (path,) = (path for path in FILES if path.name == f"{name}.js")
    assert not re.findall(r"\b(document|window|globalThis|canvas|getContext)\b", code(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_player_fetches_nothing_and_writes_no_markup(path):
    text = re.sub(r"http://www\.w3\.org/(2000/svg|1998/Math/MathML)", "", path.read_text())  # names, not addresses
    assert not re.findall(r"http|//\w+\.|innerHTML|outerHTML|insertAdjacentHTML|eval\(|new Function", text)


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".js"], ids=lambda path: path.name)
def test_the_browser_never_derives_a_window_again(path):
    assert not re.findall(r"\b(stride|dilation|kernel_size|output_padding)\b", code(path))
