"""All maps of a stage, in time with the sound: what the viewer shows.

As in a scene of one layer, whoever draws decides nothing. Of the selected channel the numbers go as they are; of the
others, and of the other stages, small pictures of 8-bit levels are enough.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.layers import Array, Conv, Shape
from cnnviz.core.run import Run
from cnnviz.networks.network import Network
from cnnviz.networks.receptive_field import INPUT, Field, fields, spans
from cnnviz.scenes.blob import VERSION, Scene, Tensors
from cnnviz.scenes.clip import Clip
from cnnviz.scenes.palette import coloured, ranges
from cnnviz.scenes.small_maps import STATISTICS, Channels, small_picture


class Watch:
    """Takes small pictures of every stage as it goes by, of all channels."""

    def __init__(self, network: Network, shape: Shape) -> None:
        self.pictures: dict[str, tuple[NDArray[np.uint8], Array]] = {}

    def __call__(self, name: str, done: Run) -> None:
        self.pictures[name] = small_picture(np.ascontiguousarray(done.y[0]))

    def channel(self, name: str, wanted: int) -> int:
        """The channel that is wanted, or the last where there are fewer."""
        return min(wanted, len(self.pictures[name][0]) - 1)


def make_maps(
    network: Network,
    clip: Clip,
    done: Run,
    watch: Watch,
    every: Channels,
    stage: str,
    wanted: int,
    heard: tuple[Tensors, dict[str, Any]] = ({}, {}),
) -> Scene:
    """What the viewer shows of one stage.

    Parameters
    ----------
    done : Run
        Of the stage, in full.
    watch : Watch
        What it saw of all stages.
    every : Channels
        All channels of the stage, small.
    wanted : int
        The channel that is looked at, in every stage; see `Watch.channel`.
    heard : tensors and words
        What the network says it hears; see `scenes.belief`.
    """
    channel = watch.channel(stage, wanted)
    drawn = planes(done, channel)
    tensors = {
        **clip.tensors(),
        "small": every.levels,
        "small.range": every.ranges,
        "statistics": every.statistics,
        **{f"strip.{name}": levels[watch.channel(name, wanted)] for name, (levels, _) in watch.pictures.items()},
        **{f"plane.{name}": np.ascontiguousarray(values) for name, values, _ in drawn},
        **kernel(done, channel),
        **heard[0],
    }
    for name, table in spans(network, clip.values.shape, stage).items():
        tensors |= {f"span.{name}.{axis}": cells.astype(np.int16) for axis, cells in enumerate(table)}
    scales = {"input": clip.scale, **{name: scale for name, _, scale in drawn}, "maps": "signed", "kernel": "weight"}
    meta = {
        "version": VERSION,
        "stage": stage,
        "channel": channel,
        "unit": None,
        "statistical": statistical(network, stage),
        "clip": clip.words(),
        "stages": strip(network, clip, watch, wanted),
        "states": every.states(),
        "percentiles": every.percentiles,
        "statistics": STATISTICS,
        "planes": [name for name, _, _ in drawn],
        "scales": scales,
        **coloured(scales.values()),
        **heard[1],
    }
    return Scene(tensors, meta)


def statistical(network: Network, stage: str) -> str:
    """The first stage up to this one whose statistics make its units depend on the whole input; none is empty."""
    upto = network.upto(stage)
    return next((name for (name, _), field in zip(upto.stages, fields(upto), strict=True) if field[0].whole), "")


def strip(network: Network, clip: Clip, watch: Watch, wanted: int) -> list[dict[str, Any]]:
    """The stages in order, the input first: names, shapes, and where their cells lie on the input's."""
    shapes, found = network.shapes(clip.values.shape), fields(network)
    rows = []
    for (name, layer), shape, field in zip(network.stages, shapes, found, strict=True):
        channel = watch.channel(name, wanted)
        seen = {"channel": channel, "range": watch.pictures[name][1][channel].tolist()}
        rows.append(stage_words(name, layer.code(), shape, field) | seen)
    limits = ranges(clip.values)[0].tolist()
    first = stage_words(INPUT, "", clip.values.shape, (Field(), Field())) | {"channel": 0, "range": limits}
    return [first, *rows]


def stage_words(name: str, layer: str, shape: tuple[int, ...], field: tuple[Field, ...]) -> dict[str, Any]:
    """Unit *u* of the stage is centred at cell ``u * jump + first`` of the input, along frames and mels."""
    lies = [{"jump": f.jump, "first": (f.size - 1) / 2 - f.before} for f in field]
    return {"name": name, "layer": layer, "shape": list(shape), "lies": lies}


def planes(done: Run, channel: int) -> list[tuple[str, Array, str]]:
    """The maps of one channel that are drawn large: name, values, and the name of their colours."""
    one = done.example()
    after = ("output", one.y[channel], "signed")
    if done.layer.rule == "dot" or len(one.x) != len(one.y):  # no channel of the input is this one
        return [after]
    gating, before = done.layer.gating(done.shape) or {}, one.x[channel]
    gate = gating.get("gate", {})
    if "gate" in one.parts and getattr(done.layer, "training", True):
        return [("signal", before, "signed"), ("gate", one.parts["gate"][channel], "gate"), ("product", *after[1:])]
    if gate.get("through") == "Sigmoid" and "signal" in one.parts:
        opened = 1 / (1 + np.exp(-before.astype(np.float64)))
        signal = one.parts["signal"][channel]
        return [("signal", signal, "signed"), ("gate", opened.astype(np.float32), "gate"), ("product", *after[1:])]
    return [("before", before, "signed"), ("after", *after[1:])]


def kernel(done: Run, channel: int) -> Tensors:
    """The selected channel's weights, (channels read, frames, mels), where the stage is a convolution."""
    return {"kernel": done.state["weight"][channel]} if isinstance(done.layer, Conv) else {}
