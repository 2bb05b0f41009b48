"""The form of the page *Normalisation and dropout*."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cnnviz.core.layers import (
    BatchNorm,
    Dropout,
    DropoutNd,
    GroupNorm,
    InstanceNorm,
    Layer,
    LayerNorm,
    LocalResponseNorm,
    Norm,
    Repeat,
    Shape,
)
from cnnviz.networks.chain import chain
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.inputs import INPUT, NDIMS, SEED, ask_ndim, ask_source, shape_of
from cnnviz.scenes.query.made import Made, spelled_layer
from cnnviz.scenes.query.words import OneOf, Switch
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Seeded
from cnnviz.text import Message

# What stands in this list stands in the address, too.
LAYERS: dict[str, type[Layer]] = {
    "BatchNorm": BatchNorm,
    "GroupNorm": GroupNorm,
    "InstanceNorm": InstanceNorm,
    "LayerNorm": LayerNorm,
    "LocalResponseNorm": LocalResponseNorm,
    "Dropout": Dropout,
    "DropoutNd": DropoutNd,
}
NOTES = {
    "BatchNorm": Message("each channel, over all its cells in all examples"),
    "GroupNorm": Message("channels in groups, each example on its own; one group is the DESED block's “layer” option"),
    "InstanceNorm": Message("each channel of each example on its own"),
    "LayerNorm": Message("the last axes of each example together"),
    "LocalResponseNorm": Message(
        "no mean and no variance: over the squares of neighbouring channels, as in AlexNet of 2012"
    ),
    "Dropout": Message("each cell is dropped on its own"),
    "DropoutNd": Message("whole channels are dropped: nn.Dropout1d, nn.Dropout2d, nn.Dropout3d"),
}
# How much of the shape (channels, *axes) a layer norm is over.
SHAPES: dict[str, Callable[[Shape], Shape]] = {
    "all": lambda shape: shape,
    "axes": lambda shape: shape[1:],
    "last": lambda shape: shape[-1:],
}
MOST_STACKED = 2  # axes of one example: with several there is one axis more to draw
DIMS = {name: ndim for name, ndim in NDIMS.items() if ndim <= MOST_STACKED}
NOISE: dict[str, Any] = {"size": 4, "channels": 3, "mean": 2.0, "spread": 3.0}
EXAMPLES = Switch(
    "examples",
    True,
    Message("several examples"),
    Message("the first axis of the input counts examples, as N in (N, C, H, W)"),
)
OVER = OneOf("over", "all", "normalized_shape", options=tuple(SHAPES))
DRAW = replace(SEED, label=Message("draw"))


def ask(form: Form) -> Made:
    """A normalisation or a dropout, and its input."""
    name = form.ask(OneOf("layer", "BatchNorm", options=tuple(LAYERS)))
    kind = LAYERS[name]
    form.say(NOTES[name])
    layer_part, input_part = form.parts(None, Message("Input"))
    with input_part:
        several = issubclass(kind, Norm) and form.ask(EXAMPLES)
        ndim = ask_ndim(form, DIMS if several else NDIMS)
        source_kind, source = ask_source(form, ndim + several, "random", NOISE)
        form.per_axis(ndim + several, (source_kind, INPUT))
    with layer_part:
        chosen = form.setting(kind, ndim, skip=unasked(kind, ndim), start=start_of(kind))
        over = form.ask(OVER) if kind is LayerNorm else ""
        seed = form.ask(DRAW) if issubclass(kind, Dropout) else 0

    def make() -> Request:
        inputs = source()
        if issubclass(kind, Dropout):
            layer = kind(ndim=ndim, **chosen)
            front = (Repeat(layer.steps, ndim=ndim),) if layer.stacked else ()
            return Request(chain(*front, layer), inputs, Seeded(seed))
        sizes = sized(kind, shape_of(inputs), several, over) if issubclass(kind, Norm) else {}
        return Request(chain(kind(ndim=ndim, **chosen, **sizes)), inputs, Seeded(seed))

    return Made(kind, ndim, make, source=source, parts={"layer": layer_part})


def unasked(kind: type[Layer], ndim: int) -> tuple[str, ...]:
    """Knobs without a word: steps of a dropout that have no axis to be drawn along."""
    return ("steps",) if issubclass(kind, Dropout) and ndim > MOST_STACKED else ()


def start_of(kind: type[Layer]) -> dict[str, Any]:
    """Where knobs begin on this page, if not at the layer's own defaults."""
    return {"steps": 4} if issubclass(kind, Dropout) else {}


def sized(kind: type[Layer], shape: Shape, several: bool, over: str) -> dict[str, Any]:
    """What a norm must know of the input."""
    if kind is LayerNorm:
        return {"examples": several, "normalized_shape": SHAPES[over]((shape[0], *shape[1 + several :]))}
    name = "num_channels" if kind is GroupNorm else "num_features"
    return {"examples": several, name: shape[0]}


def spell(request: Request) -> dict[str, str]:
    layer = request.layer
    words = spelled_layer(type(layer).__name__, layer, request.input) | {"seed": str(request.weights.seed)}
    if isinstance(layer, LayerNorm):
        words["over"] = {1: "last", layer.ndim: "axes", layer.ndim + 1: "all"}[len(layer.normalized_shape)]
    return words | ({"examples": EXAMPLES.spell(layer.examples)} if isinstance(layer, Norm) else {})
