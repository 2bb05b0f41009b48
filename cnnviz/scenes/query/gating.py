"""The form of the page *Gating*."""

from typing import Any

import numpy as np

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import BatchNorm, Conv, HalvingGLU, Layer, LinearGate, MaskGate, Shape
from cnnviz.inputs import parse_numbers
from cnnviz.networks.chain import chain
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.front import ask_front, is_trained
from cnnviz.scenes.query.inputs import INPUT, SEED, Make, ask_ndim, ask_source, shape_of
from cnnviz.scenes.query.made import Made, named, spelled_layer
from cnnviz.scenes.query.weights import spell_trained
from cnnviz.scenes.query.words import Number, OneOf, Text
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Seeded
from cnnviz.text import Message

USUAL = ("relu", "leaky_relu", "prelu", "gelu", "silu", "elu", "sigmoid", "tanh", "softmax")
# Met less often: relatives of ReLU, of sigmoid and tanh, of softmax.
LIKE_RELU = ("relu6", "rrelu", "selu", "celu", "mish", "hardswish", "softplus")
LIKE_SIGMOID = ("hardsigmoid", "log_sigmoid", "hardtanh", "softsign", "tanhshrink", "softshrink", "hardshrink")
LIKE_SOFTMAX = ("log_softmax", "softmax2d", "softmin")
LAYERS = named("glu", "context_gating") | {"nn.GLU": HalvingGLU, "Mask": MaskGate}
LAYERS |= named(*USUAL, *LIKE_RELU, *LIKE_SIGMOID, *LIKE_SOFTMAX, "identity")
NOTES = {
    "GLU": Message("linear(x) · σ(x), as in the DESED block: the channels stay as many as they were"),
    "ContextGating": Message("x · σ(linear(x)), as in the DESED block: all channels decide together"),
    "nn.GLU": Message("torch's own: the second half of the channels gates the first, and half as many come out"),
    "Mask": Message("x · σ(mask), with a mask typed by hand"),
    "ReLU6": Message("ReLU that stops at 6, as in MobileNet"),
    "RReLU": Message("LeakyReLU whose slope is random in training; here, as afterwards, it is the mean of the two"),
    "SELU": Message("ELU with the two numbers that keep mean 0 and variance 1 from layer to layer"),
    "CELU": Message("ELU whose slope is 1 on both sides of zero"),
    "Mish": Message("x · tanh(softplus(x)): a gate that never quite opens"),
    "Hardswish": Message("x · hardsigmoid(x), the straight-lined SiLU of MobileNetV3"),
    "Softplus": Message("ReLU with a round corner"),
    "Hardsigmoid": Message("the sigmoid as a ramp from -3 to 3"),
    "LogSigmoid": Message("the logarithm of the sigmoid: never above 0"),
    "Hardtanh": Message("clipped at both ends"),
    "Softsign": Message("x / (1 + |x|): tanh's slower relative"),
    "Tanhshrink": Message("x - tanh(x): what tanh leaves over"),
    "Softshrink": Message("everything comes nearer to 0; what is near becomes 0"),
    "Hardshrink": Message("what is near 0 becomes 0, and the rest passes"),
    "LogSoftmax": Message("the logarithm of softmax, as nn.NLLLoss wants it"),
    "Softmax2d": Message("softmax over the channels, of maps with rows and columns alone"),
    "Softmin": Message("softmax of -x: the smallest has the largest share"),
    "Identity": Message("every cell as it is: it holds a layer's place"),
}
MASK = "4 2 -2 -4\n2 0 0 -2\n-2 0 0 2\n-4 -2 2 4"
MAPS = Number(
    "maps",
    4,
    Message("maps before the gate"),
    Message("a convolution and a batch norm with so many channels run first; 0 gates the input itself"),
    low=0,
    high=64,
)
NONE = "nothing"
OTHER = "other_"  # before the knobs of the gate that is compared


def ask(form: Form) -> Made:
    """A gate, its input, and the gate that it is compared with."""
    name = form.ask(OneOf("layer", "GLU", options=tuple(LAYERS)))
    form.say(NOTES.get(name))
    if is_trained(form, LAYERS[name]):
        return ask_front(form, LAYERS[name])
    ndim = ask_ndim(form)
    layer_part, other_part, input_part = form.parts(None, None, Message("Input"))
    with input_part:
        source_kind, source = ask_source(form, ndim, "photo")
        form.per_axis(ndim, (source_kind, INPUT))
        maps, seed = form.ask(MAPS), form.ask(SEED)
    with layer_part:
        chosen = ask_gate(form, name, ndim)
    with other_part:
        rival = form.ask(OneOf("compare", NONE, Message("compare with"), options=(NONE, *LAYERS)))
        others = ask_gate(form, rival, ndim, OTHER) if rival != NONE else {}

    def make(kind: type[Layer], chosen: dict[str, Any]) -> Request:
        return request_of(kind, chosen, ndim, source, maps, seed)

    beside = None if rival == NONE else lambda request: make(LAYERS[rival], others)
    return Made(LAYERS[name], ndim, lambda: make(LAYERS[name], chosen), beside, source)


def ask_gate(form: Form, name: str, ndim: int, prefix: str = "") -> dict[str, Any]:
    """The knobs of one kind."""
    if name == "Mask":
        return {"text": form.ask(mask(ndim, prefix))}
    return form.setting(LAYERS[name], ndim, prefix)


def mask(ndim: int, prefix: str = "") -> Text:
    """The numbers of a mask that is typed."""
    help_ = Message("one number for each block of the input, before the sigmoid; a line for each row")
    return Text(f"{prefix}mask_{ndim}d", MASK if ndim == 2 else "4 2 -2 -4", Message("mask"), help_, lines=5)


def request_of(kind: type[Layer], chosen: dict[str, Any], ndim: int, source: Make, maps: int, seed: int) -> Request:
    """One gate on an input, behind as many maps as are wanted."""
    inputs = source()
    shape = shape_of(inputs)
    front = before(shape, maps, ndim)
    channels = maps or shape[0]
    if kind is HalvingGLU and channels % 2:
        offer_maps(HalvingGLU(ndim=ndim), (channels, *shape[1:]))
    if issubclass(kind, LinearGate):
        chosen = {"channels": channels}
    elif kind is MaskGate:
        numbers = parse_numbers(chosen["text"], ndim)[0]
        chosen = {"mask": tuple(map(float, numbers.ravel())), "size": numbers.shape}
    return Request(chain(*front, kind(ndim=ndim, **chosen)), inputs, Seeded(seed))


def offer_maps(layer: Layer, shape: Shape) -> None:
    """Raise what the layer says of this shape, with one map more as the way out."""
    try:
        layer.check(shape)
    except GeometryError as error:
        raise GeometryError(error.message, {"maps": shape[0] + 1}) from error


def before(shape: Shape, maps: int, ndim: int) -> tuple[Layer, ...]:
    """What a block has before its gate: a convolution that keeps the size, and a batch norm."""
    if not maps:
        return ()
    conv = Conv(shape[0], maps, (3,) * ndim, padding=(1,) * ndim, padding_mode="replicate", ndim=ndim)
    return conv, BatchNorm(num_features=maps, ndim=ndim)


def spell(request: Request) -> dict[str, str]:
    layer, front = request.layer, request.front
    name = next(name for name, kind in LAYERS.items() if kind is type(layer))
    maps = front[0].out_channels if front and isinstance(front[0], Conv) else 0
    words = spelled_layer(name, layer, request.input) | {"maps": str(maps), "seed": str(request.weights.seed)}
    return words | spell_mask(layer) | spell_trained(request.weights)


def shortest(number: float) -> str:
    """The fewest digits that float32 tells from all others."""
    return MAPS.spell(float(str(np.float32(number))))


def spell_mask(layer: Layer) -> dict[str, str]:
    """What is typed for a mask."""
    if not isinstance(layer, MaskGate):
        return {}
    planes = np.reshape(layer.mask, (-1, *layer.size[-2:])) if layer.ndim > 1 else np.reshape(layer.mask, (1, 1, -1))
    text = "\n\n".join("\n".join(" ".join(map(shortest, row)) for row in plane) for plane in planes)
    return {f"mask_{layer.ndim}d": text}
