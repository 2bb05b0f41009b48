"""Small networks that learn in seconds: one for digits of 8 x 8, one for signals, and its rival without windows."""

from cnnviz.core.layers import Conv, Flatten, Layer, Linear, MaxPool, ReLU
from cnnviz.networks.network import Network


def digits_net() -> Network:
    """Two convolutions and a dense layer, for (1, 8, 8) and ten classes."""
    return Network(
        (
            *(("conv1", Conv(1, 16, (3, 3), (1, 1), (1, 1))), ("relu1", ReLU())),
            *(("conv2", Conv(16, 32, (3, 3), (1, 1), (1, 1))), ("relu2", ReLU())),
            *(("pool2", MaxPool((2, 2), (2, 2))), ("flatten", Flatten()), ("output", Linear((32, 4, 4), 10))),
        ),
        prefix="",
    )


def signals_net() -> Network:
    """Three convolutions along one axis and a dense layer, for (1, 40) and ten classes: 7,402 parameters."""
    stages: list[tuple[str, Layer]] = []
    for i, (read, made, kernel) in enumerate(((1, 16, 5), (16, 32, 5), (32, 32, 3)), 1):
        stages += [(f"conv{i}", Conv(read, made, (kernel,), (1,), (kernel // 2,), ndim=1)), (f"relu{i}", ReLU())]
        stages.append((f"pool{i}", MaxPool((2,), (2,), ndim=1)))
    return Network((*stages, ("flatten", Flatten()), ("output", Linear((32, 5), 10))), prefix="")


def signals_dense() -> Network:
    """The rival of `signals_net`: two dense layers with about as many parameters, to which places mean nothing."""
    return Network(
        (
            *(("flatten", Flatten()), ("dense1", Linear((1, 40), 145)), ("relu1", ReLU())),
            ("output", Linear((145, 1), 10)),
        ),
        prefix="",
    )
