"""The form of the pages *Convolution* and *Output size*."""

from dataclasses import replace
from typing import Any

from cnnviz.core.layers import AvgPool, Channels, Conv, ConvTranspose, Layer, MaxPool
from cnnviz.inputs.kernels import TITLES
from cnnviz.inputs.patterns import Ramp
from cnnviz.networks.chain import chain
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.front import ask_front, fronts
from cnnviz.scenes.query.inputs import INPUT, SEED, ask_ndim, ask_source, shape_of
from cnnviz.scenes.query.made import Made, spelled, spelled_layer
from cnnviz.scenes.query.weights import TRAINED, spell_trained
from cnnviz.scenes.query.words import Number, OneOf, Switch, Text
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Front, Named, Seeded
from cnnviz.text import Message

# What stands in these lists stands in the address, too.
LAYERS: dict[str, type[Channels]] = {"Conv": Conv, "ConvTranspose": ConvTranspose}
SIZED: dict[str, type[Layer]] = {"Conv": Conv, "ConvTranspose": ConvTranspose, "MaxPool": MaxPool, "AvgPool": AvgPool}

KERNEL = OneOf("kernel", "sobel_x", options=tuple(TITLES))
TAUGHT = replace(KERNEL, options=(*TITLES, TRAINED))  # with those of the first convolution of weights that ship
LEARNED = Message("Learned: those of the first convolution of a network that ships")
TYPED = Text(
    "kernel_text",
    "1 0 -1\n2 0 -2\n1 0 -1",
    Message("numbers"),
    Message("a line for each row, a blank line between planes, --- between kernels"),
    lines=5,
)
FLIP = Switch(
    "flip",
    False,
    Message("true convolution"),
    Message("Mathematics turns the kernel round before it slides. Networks do not: theirs is a cross-correlation."),
)
KERNELS: dict[type[Layer], Seeded] = {Conv: Named("box"), ConvTranspose: Named("ones")}  # where the size alone counts
SIZE = Number("size", 7, Message("input size"), Message("cells along one axis"), low=1, high=4096)
SIZES = ("kernel_size", "stride", "padding", "dilation", "output_padding", "ceil_mode")  # what the size depends on


def ask(form: Form) -> Made:
    """A convolution, its input and its kernel."""
    kind = LAYERS[form.ask(OneOf("layer", "Conv", options=tuple(LAYERS), row=True))]
    names = TAUGHT if kind is Conv and fronts(Conv) else KERNEL
    if form.now(names) == TRAINED:
        return ask_front(form, kind, lambda: ask_taught(form))
    ndim = ask_ndim(form)
    layer_part, input_part, kernel_part = form.parts(None, Message("Input"), Message("Kernel"))
    with input_part:
        source_kind, source = ask_source(form, ndim)
    with layer_part:
        chosen = form.setting(kind, ndim, skip=("in_channels",))
        form.per_axis(ndim, (kind, ""), (source_kind, INPUT))
    with kernel_part:
        weights = ask_kernel(form, kind, names)

    def make() -> Request:
        inputs = source()
        layer = kind(in_channels=shape_of(inputs)[0], ndim=ndim, **chosen)
        return Request(chain(layer), inputs, weights)

    return Made(kind, ndim, make, source=source, parts={"layer": layer_part})


def ask_taught(form: Form) -> None:
    """The kernels that a network has learned, among the others."""
    form.ask(TAUGHT)
    form.say(LEARNED)


def ask_kernel(form: Form, kind: type[Channels], names: OneOf = KERNEL) -> Named:
    """The kernel by its name, and whether it is turned round."""
    kernel = form.ask(names)
    form.say(TITLES[kernel])
    text = form.ask(TYPED) if kernel == "typed" else ""
    seed = form.ask(SEED) if kernel == "random" else 0
    return Named(kernel, text, kind is Conv and form.ask(FLIP), seed=seed)


def spell(request: Request) -> dict[str, str]:
    """The words of a request, each written out; so on every page."""
    layer = request.layer
    return spelled_layer(type(layer).__name__, layer, request.input, ("in_channels",)) | spell_kernel(request)


def spell_kernel(request: Request) -> dict[str, str]:
    named = request.weights
    if isinstance(named, Front):
        return spell_trained(named) | {KERNEL.key: TRAINED}
    assert isinstance(named, Named)
    words = {"kernel": named.kernel, "kernel_text": named.text, "flip": FLIP.spell(named.flipped)}
    return words | {"seed": str(named.seed)}


def ask_size(form: Form) -> Made:
    """A layer along one axis, and how long that is."""
    kind = SIZED[form.ask(OneOf("layer", "Conv", options=tuple(SIZED)))]
    size = form.ask(SIZE)
    chosen = form.setting(kind, 1, skip=unsized(kind))

    def make() -> Request:
        layer = kind(ndim=1, **chosen)
        return Request(chain(layer), Ramp(size=(size,), ndim=1), KERNELS.get(kind, Seeded()))

    return Made(kind, 1, make)


def unsized(kind: type[Layer]) -> tuple[str, ...]:
    """The knobs that the size does not depend on."""
    return tuple(name for name in kind.__dataclass_fields__ if name not in SIZES)


def spell_size(request: Request) -> dict[str, str]:
    layer, source = request.layer, request.input
    assert isinstance(source, Ramp)
    words: dict[str, Any] = {"layer": type(layer).__name__, "size": str(source.size[0])}
    return words | spelled(layer, 1, "", unsized(type(layer)))
