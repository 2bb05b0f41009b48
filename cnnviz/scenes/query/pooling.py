"""The form of the page *Pooling*."""

from dataclasses import replace

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    Adaptive,
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    Layer,
    MaxPool,
    MaxUnpool,
    Pool,
    Upsample,
)
from cnnviz.networks.chain import chain
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.inputs import INPUT, ask_ndim, ask_source
from cnnviz.scenes.query.made import Made, named, spelled_layer
from cnnviz.scenes.query.words import OneOf, Switch
from cnnviz.scenes.request import Request
from cnnviz.text import Message

# Unpooling is told by the settings of the pooling that it undoes.
LAYERS = named("max_pool", "avg_pool", "lp_pool", "adaptive_max_pool", "adaptive_avg_pool")
LAYERS |= {"MaxUnpool": MaxPool} | named("upsample")
COMPARE = Switch(
    "compare",
    True,
    Message("compare maximum and average"),
    Message("the same windows under the other rule, with one playhead; unpooling and upsampling have no other"),
)


def ask(form: Form) -> Made:
    """A pooling and its input."""
    name = form.ask(OneOf("layer", "MaxPool", options=tuple(LAYERS)))
    kind, unpool = LAYERS[name], name == "MaxUnpool"
    ndim = ask_ndim(form)
    layer_part, input_part = form.parts(None, Message("Input"))
    with input_part:
        source_kind, source = ask_source(form, ndim)
    with layer_part:
        chosen = form.setting(kind, ndim, skip=("return_indices",) if unpool else ())
        form.per_axis(ndim, (kind, ""), (source_kind, INPUT))
    if chosen.get("size"):
        chosen["scale_factor"] = None  # torch takes one of the two
    compare = form.ask(COMPARE)

    def make() -> Request:
        layer = kind(ndim=ndim, **chosen)
        if not unpool or not isinstance(layer, MaxPool):
            return Request(chain(layer), source())
        return Request(chain(replace(layer, return_indices=True), MaxUnpool.of(layer)), source())

    rivals = compare and not unpool and kind is not Upsample
    return Made(kind, ndim, make, beside if rivals else None, source)


def beside(request: Request) -> Request:
    """The same windows under the other rule."""
    return replace(request, network=chain(rival(request.layer)))


def rival(layer: Layer) -> Layer:
    """The same windows with the other rule: maximum against average.

    Raises
    ------
    GeometryError
        If the other has no such windows.
    """
    if isinstance(layer, Adaptive):
        kind = AdaptiveAvgPool if isinstance(layer, AdaptiveMaxPool) else AdaptiveMaxPool
        return kind(layer.output_size, ndim=layer.ndim)
    assert isinstance(layer, Pool)
    if layer.dilation and max(layer.dilation) > 1:
        raise GeometryError("nn.AvgPool has no dilation, so there is nothing to compare with. Set dilation to 1.")
    other = AvgPool if isinstance(layer, MaxPool) else MaxPool
    none = (0,) * layer.ndim
    return other(layer.kernel_size, layer.stride, layer.padding or none, ceil_mode=layer.ceil_mode, ndim=layer.ndim)


def spell(request: Request) -> dict[str, str]:
    told = (*request.front, request.layer)[0]  # an unpooling by the pooling that it undoes
    return spelled_layer(type(request.layer).__name__, told, request.input)
