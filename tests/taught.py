"""Small data and networks to train in a test."""

from dataclasses import dataclass, field, replace

import numpy as np
import torch

from cnnviz.core.examples import Examples, Split
from cnnviz.core.layers import BatchNorm, Conv, Dropout, Flatten, Linear, MaxPool, ReLU
from cnnviz.networks.desed import Desed
from cnnviz.networks.network import Network
from cnnviz.networks.training import Recipe
from cnnviz.text import Message


@dataclass(frozen=True)
class Blobs:
    """Noise with a bright place that tells the class; of events, one that tells class and time."""

    n: int = 60
    shape: tuple[int, ...] = (1, 8, 8)
    classes: tuple[str, ...] = ("a", "b", "c")
    marked: bool = True
    frames: int = 0  # more than none: labels are events
    title: Message = field(default=Message("blobs"), compare=False)
    licence: Message = field(default=Message("nobody's"), compare=False)

    def split(self):
        found = {}
        exec(self.code(), found)
        train, test = ((found[f"x{end}"].numpy(), found[f"y{end}"].numpy()) for end in ("", "_test"))
        return Split(Examples(*train), Examples(*test), self.classes)

    def code(self):
        k, n = len(self.classes), 2 * self.n
        labels = f"torch.arange({n}) % {k}"
        if self.frames:
            labels = f"(torch.rand({n}, {k}, {self.frames}, generator=drawn) < 0.3).float()"
        mark = "" if self.frames or not self.marked else "x[torch.arange(len(y)), 0, y] += 2.0\n"
        return (
            "import torch\ndrawn = torch.Generator().manual_seed(5)\n"
            f"y = {labels}\nx = torch.randn({n}, {', '.join(map(str, self.shape))}, generator=drawn)\n{mark}"
            f"x, x_test, y, y_test = x[:{self.n}], x[{self.n}:], y[:{self.n}], y[{self.n}:]"
        )


def small(*more, classes=3):
    """A convolution, what is given, and a dense layer."""
    layers = (Conv(1, 4, 3, padding=1), *more, ReLU(), MaxPool(2, 2), Flatten(), Linear((4, 4, 4), classes))
    return Network(tuple((f"s{i}", layer) for i, layer in enumerate(layers)), "net")


NORMED = small(BatchNorm(num_features=4, training=False, steps=0), Dropout(0.5, training=False))
HEARS = Desed(  # 8 frames of 8 mels to 2 classes in 4 frames
    **{"kernel_size": (3, 3), "padding": (1, 1), "stride": (1, 1), "nb_filters": (4, 2)},
    **{"pooling": ((2, 2), (1, 4)), "conv_dropout": 0.3, "activation": "glu"},
)


def recipe(network=NORMED, data=None, **changed):
    """Twenty steps of a small network."""
    return replace(Recipe(network, data or Blobs(), batch=16, steps=20), **changed)


def events(**changed):
    """The same of events in time."""
    return recipe(HEARS, Blobs(shape=(1, 8, 8), classes=("a", "b"), frames=8), **changed)


def ran(code):
    """All that lines of Python define; torch's generator is as it was."""
    found = {}
    with torch.random.fork_rng(devices=[]):
        exec(code, found)
    return found


def same(one, other):
    """Are two states alike to the last bit?"""
    return one.keys() == other.keys() and all(np.array_equal(one[key], other[key], equal_nan=True) for key in one)
