"""Occlusion: hide one window of the input after the other, and see how far a number falls."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cnnviz.core.cost import FLOAT_BYTES
from cnnviz.core.geometry import Axis, GeometryError, Ints, pool_axis
from cnnviz.core.layers import Array, BatchNorm, Layer, Shape, Shares, Step
from cnnviz.core.layers.cell import Example, gather
from cnnviz.core.run import BudgetError, batched, check_input, load, somewhere
from cnnviz.core.settings import Size, knob
from cnnviz.networks.forward import check_network, modules_of, own_weights
from cnnviz.networks.loss import Loss
from cnnviz.networks.network import Network
from cnnviz.text import Message

MOST_MACS = 64_000_000_000  # of all passes together
MOST_BATCH = 32 * 2**20  # bytes that the largest stage of a batch may make
MOST_EXAMPLES = 64  # of a batch


@dataclass(frozen=True)
class Occlusion(Layer):
    """A window that hides what lies under it, in all channels; the last one of an axis may be smaller.

    It is no layer of torch: each of its windows is one forward pass of a network.
    """

    torch_name: ClassVar[str] = "Occlusion"
    dimensioned: ClassVar[bool] = False
    rule: ClassVar[str] = "occlude"

    kernel_size: Size = knob(7, 1, 224, Message("cells that the window hides along each axis"), per_axis=True)
    stride: Size = knob(7, 1, 224, Message("cells the window moves"), per_axis=True)
    fill: float = knob(0.0, None, None, Message("what stands in the window instead of the input"), step=0.1)

    def code(self) -> str:
        return f"Occlusion(sliding_window_shapes={self.kernel_size}, strides={self.stride}, baselines={self.fill})"

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        self.check(shape)
        sizes = zip(shape[1:], self.kernel_size, self.stride, strict=True)
        return tuple(window_axis(n, kernel, stride) for n, kernel, stride in sizes)

    def output_shape(self, shape: Shape) -> Shape:
        return (1, *(axis.n_out for axis in self.windows(shape)))

    def channels_read(self, shape: Shape) -> Ints:
        return np.array([[0, shape[0]]])

    def operands(self, state: Mapping[str, Array], parts: Mapping[str, NDArray[np.float32]]) -> dict[str, Array]:
        return dict(state)

    def constants(self) -> dict[str, float]:
        return {"fill": self.fill}

    def explain(self, done: Example, axes: Sequence[Axis], channel: int, cell: Sequence[int]) -> Step:
        """The target of the whole input, less that with the window hidden, which is not worked out from its cells."""
        window = gather(done.x, axes, (0, len(done.x)), cell, self.pad_value)
        return Step(window.values, float(done.state["score"][0]) - float(done.state["scores"][channel, *cell]))

    def formula(self, shape: Shape) -> list[str]:
        self.check(shape)
        return [r"y_w = f(x) - f(x_{\text{without } w})"]

    def check(self, shape: Shape) -> None:
        super().check(shape)
        for n, kernel in zip(shape[1:], self.kernel_size, strict=True):
            if kernel > n:
                raise GeometryError(
                    "A window of {kernel} cells does not fit in {cells}. Use {cells} or fewer.",
                    {"kernel_size": tuple(map(min, self.kernel_size, shape[1:]))},
                    kernel=kernel,
                    cells=n,
                )


def window_axis(size: int, kernel: int, stride: int) -> Axis:
    """Windows along one axis, of which the last ends with the input.

    >>> window_axis(5, 2, 2).count
    array([2, 2, 1])
    """
    start = pool_axis(size, kernel, stride, ceil_mode=True).start
    return Axis(size, 0, np.arange(size), start, np.arange(kernel), np.minimum(kernel, size - start))


@dataclass(frozen=True, eq=False)
class Occluded:
    """What hiding each window did.

    Attributes
    ----------
    x : float32 array, shape (channels, *axes)
    score : float
        The target of the whole input.
    scores : float32 array, one for each window along each axis
        The target with that window hidden.
    """

    layer: Occlusion
    x: Array
    score: float
    scores: Array
    device: str
    notice: Message | str = ""

    @property
    def falls(self) -> Array:
        """How far the target falls where a window is hidden; negative where it rises."""
        return np.float32(self.score) - self.scores

    @cached_property
    def map(self) -> NDArray[np.float32]:
        """Of each cell, the mean fall of all windows that hide it, shape (*axes); NaN where none does."""
        axes = self.layer.windows(self.x.shape)
        tables = [cover(axis) for axis in axes]  # (windows, cells)
        letters = "abc"[: len(axes)]
        spread = ",".join([letters, *(low + low.upper() for low in letters)]) + "->" + letters.upper()
        fallen = np.einsum(spread, self.falls.astype(np.float64), *tables)
        counts = np.einsum(spread, np.ones(self.scores.shape), *tables)
        with np.errstate(invalid="ignore"):
            mean: NDArray[np.float32] = (fallen / counts).astype(np.float32)
        return mean


def occlusion(
    network: Network,
    x: Array,
    target: Loss,
    layer: Occlusion,
    seed: int = 0,
    weights: Mapping[str, Array] | None = None,
    budget: int | None = None,
) -> Occluded:
    """A forward pass for each window, many windows at a time.

    Raises
    ------
    GeometryError
        If the window does not fit, or the network or the target does not work on this input.
    BudgetError
        If all passes together would take more than `MOST_MACS`.

    References
    ----------
    Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014.
    """
    x, network = check_input(x), target.network(network)
    macs, placed = check_network(network, x.shape, budget)
    made = [x.shape, *network.shapes(x.shape)]
    target.check(made[-1])
    axes = layer.windows(x.shape)
    count = prod(axis.n_out for axis in axes)
    check_passes(count, macs)
    size = batch_size(network, x.shape)

    def work(where: str) -> Array:
        modules = [
            load(stage, module, own_weights(network, name, weights or {})).to(where)
            for (name, _), (stage, _), module in zip(network.stages, placed, modules_of(network, seed), strict=True)
        ]
        found = []
        for batch in hidden(x, axes, layer.fill, size):
            y = torch.from_numpy(batch).to(where)
            for (stage, taken), module, read in zip(placed, modules, made[:-1], strict=True):
                y = many(stage, module, y.reshape(len(y), *read), taken, seed)
            found += [target.of(one.reshape(made[-1])) for one in y]
        return torch.stack(found).cpu().numpy()

    with torch.inference_mode():
        scores, device, notice = somewhere(work)
    whole, *others = scores
    windows = np.array(others, np.float32).reshape([axis.n_out for axis in axes])
    return Occluded(layer, x, float(whole), windows, device, notice)


def check_passes(count: int, macs: int) -> None:
    """Raise `BudgetError` if so many passes of so many multiply-adds are more than cnnviz attempts."""
    if count * macs > MOST_MACS:
        raise BudgetError(
            "{count:,} windows are as many passes, which take {macs:,} multiply-adds, and cnnviz stops at {most:,}. "
            "Use a larger stride and window.",
            count=count,
            macs=count * macs,
            most=MOST_MACS,
        )


def batch_size(network: Network, shape: Shape) -> int:
    """How many examples go through together: the largest stage decides."""
    largest = max((cost.input_bytes + cost.output_bytes for cost in network.measures(shape)), default=FLOAT_BYTES)
    return max(1, min(MOST_EXAMPLES, MOST_BATCH // largest))


def hidden(x: Array, axes: Sequence[Axis], fill: float, size: int) -> Iterator[Array]:
    """Batches of inputs, (examples, channels, *axes): the input as it is, then with each window hidden, in order."""
    places = [None, *np.ndindex(*(axis.n_out for axis in axes))]
    for first in range(0, len(places), size):
        some = places[first : first + size]
        batch = np.repeat(x[None], len(some), axis=0)
        for one, place in zip(batch, some, strict=True):
            if place is not None:
                one[:, *(span(axis, at) for axis, at in zip(axes, place, strict=True))] = fill
        yield batch


def span(axis: Axis, window: int) -> slice:
    """The cells under a window along one axis."""
    start = int(axis.start[window])
    return slice(start, min(start + axis.n_taps, axis.size))


def cover(axis: Axis) -> NDArray[np.float64]:
    """Which cells each window hides along one axis, shape (windows, cells)."""
    table = np.zeros((axis.n_out, axis.size))
    for window in range(axis.n_out):
        table[window, span(axis, window)] = 1
    return table


def many(layer: Layer, module: nn.Module, x: torch.Tensor, taken: Shape, seed: int) -> torch.Tensor:
    """A layer's output for many examples, (examples, channels, *axes): of each what it would be alone, as `taken`."""
    if not apart(layer):
        made: torch.Tensor = module(x)
        return made
    return torch.cat([layer.only(deepcopy(module), batched(one.reshape(taken)), seed)["output"] for one in x])


def apart(layer: Layer) -> bool:
    """Does a layer make of many examples something else than of each alone? It draws at random, or keeps statistics."""
    if isinstance(layer, BatchNorm):
        return layer.own or layer.steps > 0
    if isinstance(layer, Shares):
        return layer.place == 0  # along the batch
    return layer.random and bool(getattr(layer, "training", True))
