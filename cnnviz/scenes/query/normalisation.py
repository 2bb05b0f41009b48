"""The form of the page *Normalisation and dropout*."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cnnviz.core.layers import Dropout, GroupNorm, LayerNorm, Norm, Shape
from cnnviz.inputs.batch import ONE, Along, Times
from cnnviz.networks.chain import chain
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.front import ask_front, is_trained
from cnnviz.scenes.query.inputs import INPUT, NDIMS, SEED, ask_ndim, ask_source, shape_of
from cnnviz.scenes.query.made import Made, named, spelled_layer
from cnnviz.scenes.query.weights import spell_trained
from cnnviz.scenes.query.words import Number, OneOf, Switch
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Seeded
from cnnviz.text import Message

LAYERS = named(
    "batch_norm", "group_norm", "instance_norm", "layer_norm", "local_response_norm", "dropout", "dropout_nd"
)
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
STEPS = Number(
    "steps", 4, "steps", Message("training steps in a row on the same input, each with a mask of its own"), 1, 12
)
OVER = OneOf("over", "all", "normalized_shape", options=tuple(SHAPES))
DRAW = replace(SEED, label=Message("draw"))


def ask(form: Form) -> Made:
    """A normalisation or a dropout, and its input."""
    name = form.ask(OneOf("layer", "BatchNorm", options=tuple(LAYERS)))
    kind = LAYERS[name]
    form.say(NOTES[name])
    if is_trained(form, kind):
        return ask_front(form, kind)
    layer_part, input_part = form.parts(None, Message("Input"))
    with input_part:
        several = issubclass(kind, Norm) and form.ask(EXAMPLES)
        ndim = ask_ndim(form, DIMS if several else NDIMS)
        source_kind, source = ask_source(form, ndim + several, "random", NOISE)
        form.per_axis(ndim + several, (source_kind, INPUT))
    with layer_part:
        chosen = form.setting(kind, ndim)
        steps = form.ask(STEPS) if issubclass(kind, Dropout) and ndim <= MOST_STACKED else 1
        over = form.ask(OVER) if kind is LayerNorm else ""
        seed = form.ask(DRAW) if issubclass(kind, Dropout) else 0

    def make() -> Request:
        inputs, batch = source(), Along() if several else Times(steps) if steps > 1 else ONE
        sizes = sized(kind, batch.sizes(shape_of(inputs))[1], over) if issubclass(kind, Norm) else {}
        return Request(chain(kind(ndim=ndim, **chosen, **sizes)), inputs, Seeded(seed), batch)

    return Made(kind, ndim, make, source=source, parts={"layer": layer_part})


def sized(kind: type[Norm], shape: Shape, over: str) -> dict[str, Any]:
    """What a norm must know of each example."""
    if kind is LayerNorm:
        return {"normalized_shape": SHAPES[over](shape)}
    return {"num_channels" if kind is GroupNorm else "num_features": shape[0]}


def spell(request: Request) -> dict[str, str]:
    layer = request.layer
    words = spelled_layer(type(layer).__name__, layer, request.input) | {"seed": str(request.weights.seed)}
    words |= spell_trained(request.weights)
    if isinstance(layer, LayerNorm):
        words["over"] = {1: "last", layer.ndim: "axes", layer.ndim + 1: "all"}[len(layer.normalized_shape)]
    if isinstance(layer, Dropout):
        words["steps"] = STEPS.spell(request.batch.n if isinstance(request.batch, Times) else 1)
    return words | ({"examples": EXAMPLES.spell(isinstance(request.batch, Along))} if isinstance(layer, Norm) else {})
