"""All maps of a stage, in time with the sound: what the viewer shows.

As in a scene of one layer, whoever draws decides nothing. Of the selected channel the numbers go as they are; of the
others, and of the other stages, small pictures of 8-bit levels are enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.core.layers import Array, Conv
from cnnviz.core.run import Run
from cnnviz.inputs.logmel import RATE, Features
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import INPUT, Field, fields, spans
from cnnviz.scenes.layer import DIVERGING, PALETTE, VERSION, Scene, Tensors, ranges

SMALL = (160, 64)  # frames and mels of a small picture, at most
TOP = 254  # the highest of the 8-bit levels, as in static/drawing/colour.js; 255 is no number
TICKS = (250, 500, 1000, 2000, 4000, 8000)  # on the axis of frequencies [Hz]
STATISTICS = ("mean", "min", "max", "variance", "zeros")

State = Literal["", "dead", "constant"]


@dataclass(frozen=True, eq=False)
class Channels:
    """All channels of a stage, small.

    Attributes
    ----------
    levels : uint8 array, shape (channels, frames, mels)
        From each channel's lowest value to its highest, means of blocks of cells.
    ranges : float32 array, shape (channels, 2)
    statistics : float32 array, shape (channels, 5)
        See `STATISTICS`; zeros is the share of cells that are 0.
    """

    levels: NDArray[np.uint8]
    ranges: Array
    statistics: Array

    def states(self) -> list[State]:
        """Dead channels are 0 throughout, constant ones have another value throughout."""
        return ["" if low < high else "constant" if low else "dead" for low, high in self.ranges]

    def values(self) -> Array:
        """The small pictures as numbers again, NaN where there are none."""
        low, high = self.ranges.T[..., None, None]
        return np.where(self.levels > TOP, np.nan, low + (high - low) * self.levels.astype(np.float32) / TOP)

    def percentiles(self) -> list[float]:
        """The lowest and highest hundredth of the values of all channels, estimated from the small pictures."""
        values = self.values()
        return [0.0, 0.0] if np.isnan(values).all() else [float(p) for p in np.nanpercentile(values, [1, 99])]


def small_picture(values: Array) -> tuple[NDArray[np.uint8], Array]:
    """Levels of some maps, shrunk by whole factors until they are no larger than `SMALL`; and the range of each map."""
    limits = ranges(values)
    blocks = [-(-n // most) for n, most in zip(values.shape[1:], SMALL, strict=True)]
    return levels_of(blocked(values, blocks), limits), limits


def blocked(values: Array, blocks: Sequence[int]) -> Array:
    """Means of blocks of cells, (maps, *axes); the last block of an axis may hold fewer cells."""
    for axis, block in enumerate(blocks, 1):
        if block > 1:
            n = values.shape[axis]
            starts = np.arange(0, n, block)
            counts = np.diff([*starts, n]).reshape(-1, *(1,) * (values.ndim - 1 - axis)).astype(np.float32)
            values = np.add.reduceat(values, starts, axis=axis) / counts
    return values


def levels_of(values: Array, limits: Array) -> NDArray[np.uint8]:
    """Levels from the lowest value of each map to its highest, 0 to `TOP`; one more is no number."""
    low, high = limits.T.reshape(2, -1, *(1,) * (values.ndim - 1))
    with np.errstate(invalid="ignore"):
        levels = np.rint((values - low) / np.where(high > low, high - low, 1) * TOP).clip(0, TOP)
    return np.where(np.isfinite(values), levels, TOP + 1).astype(np.uint8)


def channels_of(values: Array) -> Channels:
    """All channels of a stage's output, (channels, frames, mels); what is no number is left out of the statistics."""
    levels, limits = small_picture(values)
    flat = torch.from_numpy(np.ascontiguousarray(values)).flatten(1)
    if not torch.isfinite(flat).all():
        flat = torch.where(flat.isfinite(), flat, torch.nan)
        mean = flat.nanmean(1).nan_to_num()
        variance = (flat - mean[:, None]).square().nanmean(1).nan_to_num()
    else:
        variance, mean = torch.var_mean(flat, 1, correction=0)
    zeros = (flat == 0).float().mean(1)
    columns = [mean.numpy(), *limits.T, variance.numpy(), zeros.numpy()]
    return Channels(levels, limits, np.stack(columns, axis=1).astype(np.float32))


@dataclass(frozen=True, eq=False)
class Clip:
    """What the network reads, and how its cells lie in time and frequency.

    Attributes
    ----------
    values : float32 array, shape (1, frames, mels)
    scale : str
        How it is coloured, a name in the palette.
    samples : float32 array at the features' rate, or None
        What there is to hear.
    features : Features or None
        What frames and mels are in seconds and hertz; None where the input is no spectrogram.
    """

    values: Array
    scale: str
    samples: Array | None = None
    features: Features | None = None

    def tensors(self) -> Tensors:
        found: Tensors = {"input": self.values[0]}
        if self.samples is not None:
            found["samples"] = (self.samples.clip(-1, 1) * np.iinfo(np.int16).max).astype(np.int16)
        if self.features:
            spans_ = [self.features.span(frame, frame) for frame in range(self.values.shape[1])]
            found["seconds"] = np.array(spans_, np.float32)  # (frames, 2): the sound that a frame reads
            found["hertz"] = self.features.edges().astype(np.float32)  # (mels, 2)
        return found

    def words(self) -> dict[str, Any]:
        """Axes in seconds and hertz, if they are known."""
        if not self.features:
            return {"step": None, "hertz": [], "rate": RATE}
        centres = self.features.hertz()
        inside = [f for f in TICKS if centres[0] <= f <= centres[-1]]
        marks = [[f, float(np.interp(f, centres, np.arange(len(centres))))] for f in inside]
        return {"step": self.features.hop_length / self.features.rate, "hertz": marks, "rate": self.features.rate}


class Watch:
    """Takes a small picture of every stage as it goes by: of one channel, or the last where there are fewer."""

    def __init__(self, channel: int) -> None:
        self.channel = channel
        self.pictures: dict[str, tuple[int, NDArray[np.uint8], Array]] = {}

    def __call__(self, name: str, done: Run) -> None:
        channel = min(self.channel, len(done.y) - 1)
        levels, limits = small_picture(np.ascontiguousarray(done.y[channel : channel + 1]))
        self.pictures[name] = channel, levels[0], limits[0]


def make_maps(network: Network, clip: Clip, done: Run, stage: str, watch: Watch, unit: tuple[int, int] | None) -> Scene:
    """What the viewer shows of one stage.

    Parameters
    ----------
    done : Run
        Of the stage, in full.
    watch : Watch
        What it saw of all stages.
    unit : (frame, mel) of the stage, or None
        The cell whose field is drawn.
    """
    channel = watch.pictures[stage][0]
    every = channels_of(done.y)
    drawn = planes(done, channel)
    tensors = {
        **clip.tensors(),
        "small": every.levels,
        "small.range": every.ranges,
        "statistics": every.statistics,
        **{f"strip.{name}": levels for name, (_, levels, _) in watch.pictures.items()},
        **{f"plane.{name}": np.ascontiguousarray(values) for name, values, _ in drawn},
        **kernel(done, channel),
    }
    for name, table in spans(network, clip.values.shape, stage).items():
        tensors |= {f"span.{name}.{axis}": cells.astype(np.int16) for axis, cells in enumerate(table)}
    scales = {"input": clip.scale, **{name: scale for name, _, scale in drawn}, "maps": "signed", "kernel": "weight"}
    meta = {
        "version": VERSION,
        "stage": stage,
        "channel": channel,
        "unit": unit,
        "statistical": statistical(network, stage),
        "clip": clip.words(),
        "stages": strip(network, clip, watch.pictures),
        "states": every.states(),
        "percentiles": every.percentiles(),
        "statistics": STATISTICS,
        "planes": [name for name, _, _ in drawn],
        "scales": scales,
        "diverging": [name for name in DIVERGING if name in scales.values()],
        "palette": {name: PALETTE[name] for name in PALETTE if name in scales.values()},
    }
    return Scene(tensors, meta)


def statistical(network: Network, stage: str) -> str:
    """The first stage up to this one whose statistics make its units depend on the whole input; none is empty."""
    upto = network.upto(stage)
    return next((name for (name, _), field in zip(upto.stages, fields(upto), strict=True) if field[0].whole), "")


def strip(network: Network, clip: Clip, pictures: Mapping[str, tuple[int, Any, Array]]) -> list[dict[str, Any]]:
    """The stages in order, the input first: names, shapes, and where their cells lie on the input's."""
    shapes, found = network.shapes(clip.values.shape), fields(network)
    rows = [
        stage_words(name, layer.code(), shape, field)
        | {"channel": pictures[name][0], "range": pictures[name][2].tolist()}
        for (name, layer), shape, field in zip(network.stages, shapes, found, strict=True)
    ]
    limits = ranges(clip.values)[0].tolist()
    first = stage_words(INPUT, "", clip.values.shape, (Field(), Field())) | {"channel": 0, "range": limits}
    return [first, *rows]


def stage_words(name: str, layer: str, shape: tuple[int, ...], field: tuple[Field, ...]) -> dict[str, Any]:
    """Unit *u* of the stage is centred at cell ``u * jump + first`` of the input, along frames and mels."""
    lies = [{"jump": f.jump, "first": (f.size - 1) / 2 - f.before} for f in field]
    return {"name": name, "layer": layer, "shape": list(shape), "lies": lies}


def planes(done: Run, channel: int) -> list[tuple[str, Array, str]]:
    """The maps of one channel that are drawn large: name, values, and the name of their colours."""
    after = ("output", done.y[channel], "signed")
    if done.layer.rule == "dot" or len(done.x) != len(done.y):  # no channel of the input is this one
        return [after]
    gating, before = done.layer.gating(done.x.shape) or {}, done.x[channel]
    gate = gating.get("gate", {})
    if "gate" in done.parts and getattr(done.layer, "training", True):
        return [("signal", before, "signed"), ("gate", done.parts["gate"][channel], "gate"), ("product", *after[1:])]
    if gate.get("through") == "Sigmoid" and "signal" in done.parts:
        opened = 1 / (1 + np.exp(-before.astype(np.float64)))
        signal = done.parts["signal"][channel]
        return [("signal", signal, "signed"), ("gate", opened.astype(np.float32), "gate"), ("product", *after[1:])]
    return [("before", before, "signed"), ("after", *after[1:])]


def kernel(done: Run, channel: int) -> Tensors:
    """The selected channel's weights, (channels read, frames, mels), where the stage is a convolution."""
    return {"kernel": done.state["weight"][channel]} if isinstance(done.layer, Conv) else {}
