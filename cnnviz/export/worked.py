"""One output cell worked out from the scene alone: its rule, tables and tensors, as static/drawing/rules.js does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.geometry import NONE
from cnnviz.core.layers import Array
from cnnviz.core.layers.activation import sigmoid
from cnnviz.core.layers.cell import Window, gather
from cnnviz.export.drawn_stage import Stage, function_at
from cnnviz.export.order import Cell


@dataclass(frozen=True, eq=False)
class Worked:
    """One output cell.

    Attributes
    ----------
    value : float
        By hand, in double precision.
    torch : float
        What torch gave.
    window : Window or None
        What is read, shape (channels read, *taps), where a window is.
    weights : array of the same shape, or None
    bias : float or None
    source : (channel, *cell) or None
        The one input cell whose value this is: a maximum's winner, or what was moved here.
    index, torch_index : int or None
        Of `source` in its map or, where cells are moved, in the whole input; and the winner that torch names.
    size : float or None
        Of the largest number whose rounding torch's value may carry; None is that of the window's terms, or products.
    facts : single numbers by name, that the sentence needs
    """

    value: float
    torch: float
    window: Window | None = None
    weights: Array | None = None
    bias: float | None = None
    source: tuple[int, ...] | None = None
    index: int | None = None
    torch_index: int | None = None
    size: float | None = None
    facts: Mapping[str, float] = field(default_factory=dict)

    @property
    def products(self) -> Array:
        """Terms times weights; 0 where a tap does not exist."""
        assert self.window is not None
        assert self.weights is not None
        return self.window.values * self.weights

    def agrees(self, relative: float, absolute: float) -> bool:
        """Is torch's value the same, as far as float32 sums can be, and its winner? As rules.js has it."""
        if self.torch_index is not None and self.index != self.torch_index:
            return False
        if not (np.isfinite(self.value) and np.isfinite(self.torch)):
            with np.errstate(over="ignore"):  # beyond what a float32 holds
                return bool(np.array_equal(np.float32(self.value), np.float32(self.torch), equal_nan=True))
        size = self.largest_term if self.size is None else self.size
        size = max(abs(self.torch), size if np.isfinite(size) else 0.0)  # infinity excuses nothing
        return abs(self.value - self.torch) <= relative * size + absolute

    @property
    def largest_term(self) -> float:
        """Of what the window reads or, where there are weights, of the products; 0 where there is no window."""
        if self.window is None:
            return 0.0
        terms = self.window.values if self.weights is None else self.products
        return float(np.abs(terms[np.isfinite(terms)]).max(initial=0.0))


Rule = Callable[[Stage, int, Cell], Worked]


def work_out(stage: Stage, channel: int, cell: Cell) -> Worked:
    """The value of one output cell, and where it comes from."""
    with np.errstate(all="ignore"):  # what is no number for torch is none here
        return RULES[stage.meta["rule"]](stage, channel, cell)


def torch_at(stage: Stage, channel: int, cell: Cell) -> float:
    return float(stage.scene.tensors["output"][channel, *cell])


def window_at(stage: Stage, channel: int, cell: Cell) -> Window:
    """What an output cell reads."""
    assert stage.axes is not None
    pad_value = float(stage.meta["padValue"])
    return gather(stage.scene.tensors["input"], stage.axes, stage.reads(channel), cell, pad_value)


def dot(stage: Stage, channel: int, cell: Cell) -> Worked:
    """Sum of products, and the bias."""
    tensors, window = stage.scene.tensors, window_at(stage, channel, cell)
    weights = tensors["weight"][channel].astype(np.float64)
    total = float((window.values * weights).sum())
    bias = float(tensors["bias"][channel]) if "bias" in tensors else None
    own = torch_at(stage, channel, cell)
    return Worked(total + (bias or 0.0), own, window, weights, bias, facts={"sum": total})


def blend(stage: Stage, channel: int, cell: Cell) -> Worked:
    """Cells times weights that follow from where the output cell lies: a product of one weight along each axis."""
    assert stage.axes is not None
    window, own = window_at(stage, channel, cell), torch_at(stage, channel, cell)
    tables = [stage.scene.tensors[f"blend{i}"].reshape(-1, axis.n_taps) for i, axis in enumerate(stage.axes)]
    rows = [table[o].astype(np.float64) for table, o in zip(tables, cell, strict=True)]
    weights = np.multiply.outer(np.multiply.outer(rows[0], rows[1]), rows[2])[None]
    total = float((window.values * weights).sum())
    return Worked(total, own, window, weights, facts={"sum": total})


def largest(stage: Stage, channel: int, cell: Cell) -> Worked:
    """Torch takes the first of equal cells, but the last of those that are no number."""
    window, own = window_at(stage, channel, cell), torch_at(stage, channel, cell)
    real = np.flatnonzero(window.kind.ravel() == 0)
    if not len(real):
        return Worked(-np.inf, own, window)
    reads = window.values[0].ravel()[real]
    nowhere = np.flatnonzero(np.isnan(reads))
    at = real[nowhere[-1] if len(nowhere) else int(reads.argmax())]
    index = int(window.index.ravel()[at])
    place = np.unravel_index(index, stage.scene.tensors["input"].shape[1:])
    source = (stage.reads(channel)[0], *map(int, place))
    torchs = int(stage.scene.tensors["indices"][channel, *cell])
    return Worked(float(window.values[0].ravel()[at]), own, window, source=source, index=index, torch_index=torchs)


def mean(stage: Stage, channel: int, cell: Cell) -> Worked:
    """Over the cells inside the padding, the real ones, or a number of one's own."""
    window, constants = window_at(stage, channel, cell), stage.meta["constants"]
    counted = window.kind != NONE if constants.get("count_include_pad") else window.kind == 0
    divisor = constants.get("divisor_override") or int(counted.sum())
    total = float(window.values.sum())
    value = total / divisor if divisor else np.nan
    return Worked(value, torch_at(stage, channel, cell), window, facts={"sum": total, "divisor": divisor})


def power(stage: Stage, channel: int, cell: Cell) -> Worked:
    """The p-norm as torch has it: the mean of the powers, times the size of the kernel, and the root of that."""
    window, p = window_at(stage, channel, cell), float(stage.meta["constants"]["norm_type"])
    real = window.values[0][window.kind == 0]
    stretched = float((real**p).sum()) / len(real) * window.kind.size
    facts = {"p": p, "cells": len(real), "taps": window.kind.size, "stretched": stretched}
    value = float(np.float64(stretched) ** (1 / p))  # of a plain number below 0 Python makes a complex one
    return Worked(value, torch_at(stage, channel, cell), window, facts=facts)


def own_cell(stage: Stage, channel: int, cell: Cell) -> float:
    """The input in the same place."""
    return float(stage.scene.tensors["input"][channel, *cell])


def point(stage: Stage, channel: int, cell: Cell) -> Worked:
    """A function of one number."""
    x = own_cell(stage, channel, cell)
    function = function_at(stage.scene, channel)
    gate = function.gate(x)
    facts = {"x": x} if gate is None else {"x": x, "gate": gate}
    return Worked(function.value(x), torch_at(stage, channel, cell), size=0.0, facts=facts)


def gate(stage: Stage, channel: int, cell: Cell) -> Worked:
    """Signal times gate; one of the two may be a mix of all channels of the pixel."""
    gating, x = stage.meta["gating"], own_cell(stage, channel, cell)
    if "mixes" in gating:
        mixed = dot(stage, channel, cell)
        signal, closed = (mixed.value, sigmoid(x)) if gating["mixes"] == "signal" else (x, sigmoid(mixed.value))
        facts = {"x": x, "mixed": mixed.value, "signal": signal, "gate": closed}
        # by how much the product moves with the mix
        steep = closed if gating["mixes"] == "signal" else abs(x) * closed * (1 - closed)
        size = mixed.largest_term * steep
        return Worked(signal * closed, mixed.torch, mixed.window, mixed.weights, mixed.bias, size=size, facts=facts)
    facts = {"x": x, "signal": x}
    if gating["gate"]["tensor"] == "input":
        facts["other"] = own_cell(stage, channel + int(gating["gate"]["first"]), cell)
        facts["gate"] = sigmoid(facts["other"])
    else:
        facts["gate"] = float(stage.scene.tensors["gate"][channel, *cell])
    return Worked(x * facts["gate"], torch_at(stage, channel, cell), size=0.0, facts=facts)


def drop(stage: Stage, channel: int, cell: Cell) -> Worked:
    """What is kept is scaled."""
    x, scale = own_cell(stage, channel, cell), float(stage.meta["constants"]["scale"])
    kept = float(stage.scene.tensors["gate"][channel, *cell])
    facts = {"x": x, "signal": x, "gate": kept, "scale": scale}
    return Worked(x * kept * scale, torch_at(stage, channel, cell), size=0.0, facts=facts)


def share(stage: Stage, channel: int, cell: Cell) -> Worked:
    """Softmax: a cell's share in the sum of all exponentials that it reads, of what is smallest, or its logarithm."""
    window, x, constants = window_at(stage, channel, cell), own_cell(stage, channel, cell), stage.meta["constants"]
    sign = constants.get("sign", 1)
    reads = sign * window.values.ravel()
    less, powers = sign * x - reads.max(), np.exp(reads - reads.max())  # the largest is taken off, as torch does
    value = less - np.log(powers.sum()) if constants.get("log") else np.exp(less) / powers.sum()
    size = None if constants.get("log") else 0.0  # a logarithm keeps the rounding of what it reads, a share does not
    return Worked(float(value), torch_at(stage, channel, cell), window, size=size, facts={"x": x})


def response(stage: Stage, channel: int, cell: Cell) -> Worked:
    """Local response normalisation: over a power of the squares of neighbouring channels."""
    window, x, given = window_at(stage, channel, cell), own_cell(stage, channel, cell), stage.meta["constants"]
    under = np.float64(given["k"] + given["alpha"] * (window.values**2).sum() / given["size"])
    value = float(x / under ** given["beta"])
    return Worked(value, torch_at(stage, channel, cell), window, size=0.0, facts={"x": x})


def norm(stage: Stage, channel: int, cell: Cell) -> Worked:
    """Less the mean, over the root of the variance; then weight and bias."""
    tensors, x = stage.scene.tensors, own_cell(stage, channel, cell)
    group = channel * len(tensors["mean"]) // len(tensors["input"])
    average, variance = (shared(tensors[name], (group, *cell)) for name in ("mean", "var"))
    by, offset = (own_number(tensors.get(name), (channel, *cell), none) for name, none in (("weight", 1), ("bias", 0)))
    eps = float(stage.meta["constants"]["eps"])
    level = variance + eps == 0 and stage.meta["function"] == "InstanceNorm"  # torch has 0 there, not 0 / 0
    stretch = 0.0 if level else by / np.sqrt(variance + eps)
    facts = {"x": x, "mean": average, "var": variance, "eps": eps, "weight": by, "bias": offset}
    value, own = float((x - average) * stretch + offset), torch_at(stage, channel, cell)
    size = float(max(abs(x), abs(average)) * abs(stretch))  # before they are subtracted
    return Worked(value, own, source=(channel, *cell), size=size, facts=facts)


def own_number(tensor: Array | None, at: tuple[int, ...], none: float) -> float:
    """What was learned for a cell, or for its channel; `none` where nothing was."""
    if tensor is None:
        return none
    return shared(tensor, at) if tensor.ndim > 1 else float(tensor[at[0]])


def shared(tensor: Array, at: tuple[int, ...]) -> float:
    """Entry of a tensor that is 1 long along the axes that it does not know."""
    return float(tensor[tuple(min(i, n - 1) for i, n in zip(at, tensor.shape, strict=True))])


def move(stage: Stage, channel: int, cell: Cell) -> Worked:
    """A cell that was put here from elsewhere, or what fills the others."""
    source, own = stage.moved_from(channel, cell), torch_at(stage, channel, cell)
    if source is None:
        return Worked(float(stage.meta["constants"].get("fill", 0)), own)
    tensor = stage.scene.tensors["input"]
    index = int(np.ravel_multi_index(source, tensor.shape))
    return Worked(float(tensor[source]), own, source=source, index=index, size=0.0)


RULES: dict[str, Rule] = {
    "dot": dot,
    "blend": blend,
    "max": largest,
    "mean": mean,
    "power": power,
    "point": point,
    "gate": gate,
    "drop": drop,
    "share": share,
    "response": response,
    "norm": norm,
    "move": move,
}
