"""What is on stage: panels, rule, words, colours and tables, as one binary blob.

Whoever draws a scene (the player, a figure, a file) decides nothing: positions come from the tables, colours from the
palette, names and shapes from the metadata. Every scene has three axes; those that a layer does not have are 1 long.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.axes import AXES
from cnnviz.core.geometry import Axis, GeometryError, point_axis, whole_axis
from cnnviz.core.layers import Conv, ConvTranspose, Layer, Move, Permute, Pool, Shape
from cnnviz.core.run import BudgetError, Run
from cnnviz.core.settings import short
from cnnviz.scenes.blob import VERSION, Scene, Tensors
from cnnviz.scenes.palette import coloured, ranges
from cnnviz.text import _

# What the maps of a rule, or of one of its layers, are called; the others have an input and an output.
NAMES = {
    "gate": {"input": "signal", "gate": "gate", "output": "product"},
    "point": {"gate": "mask"},
    "drop": {"input": "before", "gate": "mask", "output": "after"},
    "norm": {"input": "before", "output": "after"},
    "response": {"input": "before", "output": "after"},
    "occlude": {"output": "fall"},
    "MaxUnpool": {"input": "pooled", "output": "unpooled"},
    "Through": {"input": "dY", "gate": "slope", "output": "dX"},
}
WORKED = ("dot", "max", "mean", "power", "blend", "back")  # rules whose window is shown in numbers, in the middle
WEIGHTED = ("dot", "blend", "back")  # those that multiply it by weights

MOST_MAPS = 512  # planes of one tensor that fit on a stage
MOST_TAPS = 16_000_000  # cells that all windows along one axis read together: a table of them is made

# How far float32 sums, added up in any order, may lie from the sum in double precision.
TOLERANCE = {"relative": 1e-4, "absolute": 1e-5}


def check_stage(layer: Layer, shape: Shape, n: int = 1, counts: str = "") -> None:
    """Raise `BudgetError` if input or output has more planes, or an axis more taps, than a stage has room for."""
    drawn = layer.ndim + bool(counts)
    if drawn > 3:
        raise BudgetError(
            "The input {shape} has {n_axes} axes to draw and a stage has 3. Use one step or example.",
            shape=(n, *shape),
            n_axes=drawn,
        )
    for name, tensor in (("input", shape), ("output", layer.output_shape(shape))):
        planes = n * prod(tensor[: -2 if layer.ndim > 1 else -1])  # channels, times depth
        if planes > MOST_MAPS:
            raise BudgetError(
                "The {name} {value} has {planes} maps and the stage has room for {most}. Use fewer channels or less "
                "depth.",
                name=name,
                value=(n, *tensor),
                planes=planes,
                most=MOST_MAPS,
            )
    for axis in layer.windows(shape):
        if axis.n_out * axis.n_taps > MOST_TAPS:
            raise BudgetError(
                "{n_out:,} windows of {n_taps:,} cells along one axis are more than the {most:,} that can be followed. "
                "Use a shorter input or smaller windows.",
                n_out=axis.n_out,
                n_taps=axis.n_taps,
                most=MOST_TAPS,
            )


def make_scene(
    done: Run,
    scale: str = "signed",
    flipped: bool = False,
    turned: bool = False,
    at: Sequence[int] | None = None,
    axes: tuple[str, str] | None = None,
    counts: str = "",
) -> Scene:
    """The scene of one run of a layer.

    Parameters
    ----------
    scale : "signed", "picture" or another name in the palette
        How the input is coloured.
    flipped : bool
        The weights were turned round beforehand, which makes this a true convolution.
    turned : bool
        Draw torch's rows to the right and its columns upwards, as a spectrogram (channels, frames, mels) is read.
        Indices and the order of the steps stay torch's.
    at : index (channel, *cell) into the output as it is laid, or None
        Where the playhead stands when the scene opens. The player goes there once, whenever this changes; a place that
        is beyond the output is pulled back inside.
    axes : names of one row and of one column, as ("frame", "mel"), or None
        What the sentences call them.
    counts : "examples", "steps" or ""
        What N counts, and so the name of the axis before the others along which examples are laid; empty where there
        is one.

    Raises
    ------
    GeometryError
        If `at` is no index of the output.
    """
    layer, shape, drawn = done.layer, done.shape, done.layer.ndim + bool(counts)
    x, y = laid(done.x, counts), laid(done.y, counts)
    parts = {name: laid(part, counts) if part.ndim == done.x.ndim else part for name, part in done.parts.items()}
    given = {name: np.asarray(x) for name, x in layer.operands(done.state, parts).items()}
    tensors = {
        "input": volume(x, drawn),
        "output": volume(y, drawn),
        "input.range": ranges(x),
        "output.range": ranges(y),
        "reads": layer.channels_read(shape).astype(np.int16),
        **{name: volume(one, drawn if name in parts else layer.ndim) for name, one in given.items() if one.ndim > 1},
        **{name: one for name, one in given.items() if one.ndim <= 1},
    }
    if "signal" in given:  # a gate's signal that is not the input has colours of its own
        tensors["signal.range"] = ranges(given["signal"])
    if layer.gate_scale != "gate":  # nor a gate that is open further than 1, or turns signs
        tensors["gate.range"] = ranges(given["gate"])
    meta = describe(done, scale, flipped, drawn) | directions(layer, turned, axes, counts)
    meta |= {"at": playhead(y.shape, at)}
    if isinstance(layer, Move):
        tensors["from"] = volume(layer.source(shape).astype(np.int32), layer.ndim)
        return Scene(tensors, meta)
    windows = three((*over_examples(layer, len(done.x), counts), *layer.windows(shape)))
    tensors |= tables("", windows)
    meta |= {"low": [axis.low for axis in windows], "dropped": [axis.dropped for axis in windows]}
    if isinstance(layer, ConvTranspose):
        stamps = three(layer.stamps(shape))
        tensors |= tables("stamp.", stamps)
        meta["stamp"] = {"low": [axis.low for axis in stamps]}
    return Scene(tensors, meta)


def describe(done: Run, scale: str, flipped: bool, drawn: int) -> dict[str, Any]:
    """Names, shapes and colours; `drawn` axes have names."""
    layer, shape = done.layer, done.shape
    read, made = layer.torch_shapes(shape, len(done.x))
    gating = layer.gating(shape)
    out = scale if layer.out_scale == "same" else layer.out_scale
    scales = {"input": scale, "weight": "weight", "gate": layer.gate_scale, "output": out}
    used = {*scales.values(), "count", "groups"}
    return {
        "version": VERSION,
        "rule": layer.rule,
        "function": layer.torch_name,
        "view": "work" if layer.rule in WORKED else "gate" if gating else "pair",
        "weighted": layer.rule in WEIGHTED and (layer.rule != "back" or "slope" in done.parts),  # copies are added up
        "gating": gating,
        "names": NAMES.get(layer.torch_name) or NAMES.get(layer.rule, {}),
        "charts": charts(layer, gating is not None),
        "constants": layer.constants(),
        "title": layer.code(),
        "ndim": drawn,
        "shapes": {"input": str(read), "output": str(made)},
        "groups": getattr(layer, "groups", 1),
        "padding": padding_words(layer),
        "padValue": "-inf" if np.isneginf(layer.pad_value) else layer.pad_value,  # JSON has no infinity
        "flipped": flipped,
        "scales": scales,
        **coloured(used),
        "tolerance": TOLERANCE,
    }


def laid(x: NDArray[Any], counts: str) -> NDArray[Any]:
    """A batch (N, channels, *axes) as it stands on stage: (channels, N, *axes), or without N where there is one."""
    return x.swapaxes(0, 1) if counts else x[0]


def over_examples(layer: Layer, n: int, counts: str) -> tuple[Axis, ...]:
    """Which examples each example reads, as the table of the axis along which they are laid."""
    if not counts:
        return ()
    return (whole_axis(n, n) if layer.mixes_examples else point_axis(n),)


def directions(layer: Layer, turned: bool, axes: tuple[str, str] | None, counts: str) -> dict[str, Any]:
    """Which way the axes run and what they are called; `Permute` moves them, and so its output keeps torch's names."""
    own = dict(zip(AXES[2], axes, strict=True)) if axes else {}
    out = {} if isinstance(layer, Permute) else own
    first = (counts,) if counts else ()
    several = layer.ndim + len(first) > 1
    return {
        "turned": turned and several,
        "axes": three_names((*first, *(own.get(name, name) for name in layer.axis_names()))),
        "outAxes": three_names((*first, *(out.get(name, name) for name in layer.out_axis_names()))),
        "arrows": bool(turned or own) and several,  # say which way they run: it is not what one expects
    }


def playhead(shape: Shape, at: Sequence[int] | None) -> dict[str, Any] | None:
    """Where the playhead is sent in an output of this shape: the channel, and the cell with three coordinates."""
    if at is None:
        return None
    if len(at) != len(shape) or min(at) < 0:
        raise GeometryError(
            "The place {tuple} is no index of the output {shape}. Use {ndim} whole numbers from 0 on: the channel, "
            "then the cell.",
            tuple=tuple(at),
            shape=shape,
            ndim=len(shape),
        )
    channel, *cell = map(int, at)
    return {"channel": channel, "cell": [0] * (3 - len(cell)) + cell}


def three_names(names: tuple[str, ...]) -> list[str]:
    """Names of three axes; those that a layer does not have are nameless."""
    return [""] * (3 - len(names)) + list(names)


def charts(layer: Layer, gated: bool) -> list[str]:
    """What is drawn under the maps: a function's curve, and how often each value occurs in a tensor."""
    curve = ["curve"] if layer.rule == "point" else []
    if layer.rule in ("norm", "drop", "response", "balance"):
        return ["input", "output"]
    if gated:
        return [*curve, "gate"]
    return [*curve, "output"] if layer.rule in ("point", "share") else []


def padding_words(layer: Layer) -> str:
    """What the padding round the drawn input is, in a few words; empty where there is none."""
    if isinstance(layer, ConvTranspose):
        return _("stuffed with holes") if max(layer.stride) > 1 else ""
    if isinstance(layer, Pool) and layer.padding and any(layer.padding):
        amount = short(layer.padding)
        if layer.rule == "max":
            return _("padding {amount}, {value}", amount=amount, value="−∞")
        return _("padding {amount}, zeros", amount=amount)
    if not isinstance(layer, Conv) or not any(map(any, layer.pads())):
        return ""
    amounts = [
        str(low) if low == high else _("{low} before and {high} after", low=low, high=high)
        for low, high in layer.pads()
    ]
    amount = amounts[0] if len(set(amounts)) == 1 else f"({', '.join(amounts)})"
    return _("padding {amount}, {mode}", amount=amount, mode=layer.padding_mode)


def three(axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """The tables with axes of length 1 put in front, up to three."""
    nil = np.zeros(1, np.int64)
    return (Axis(1, 0, nil, nil, nil),) * (3 - len(axes)) + axes


def volume(x: NDArray[Any], ndim: int) -> NDArray[Any]:
    """The same values with three axes: (leading..., depth, rows, columns)."""
    lead = x.shape[: x.ndim - ndim]
    return x.reshape(*lead, *(1,) * (3 - ndim), *x.shape[x.ndim - ndim :])


def tables(prefix: str, axes: tuple[Axis, ...]) -> Tensors:
    """``line``, ``start`` and ``offset`` of each axis, in the smallest integers that hold them."""
    found: Tensors = {}
    for i, axis in enumerate(axes):
        for name in ("line", "start", "offset", "count", "at"):
            values = getattr(axis, name)
            if values is None:  # all windows have the same number of taps, the same distance apart
                continue
            small = abs(values).max() <= np.iinfo(np.int16).max
            found[f"{prefix}{name}{i}"] = values.astype(np.int16 if small else np.int32)
    return found
