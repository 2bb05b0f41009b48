"""The form of the page *As a matrix*."""

from cnnviz.core.axes import AXES
from cnnviz.core.layers import Conv
from cnnviz.networks.chain import chain
from cnnviz.scenes.query.convolution import ask_kernel, spell_kernel
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.inputs import INPUT, ask_ndim, ask_source, shape_of
from cnnviz.scenes.query.made import Made, spelled_layer
from cnnviz.scenes.query.passes import ask_upstream, spelled_upstream
from cnnviz.scenes.query.words import OneOf
from cnnviz.scenes.request import MatrixView, Request
from cnnviz.scenes.upstream import Ones
from cnnviz.text import Message

LAYERS = {"Conv": Conv}
BACK = ("dW", "dX")  # forms that ask what the loss asks
FORM = OneOf("form", "forward", options=("forward", *BACK, "Toeplitz"), row=True)
START = {2: {"text": "1 2 0 1\n0 1 3 1\n2 0 1 0\n1 1 0 2"}}  # small enough for every number to be read

Choice = tuple[Request, MatrixView]


def ask(form: Form) -> Made:
    """A convolution, its input and its kernel, and which of its products is seen."""
    which = form.ask(FORM)
    (upstream_part,) = form.parts(None)
    ndim = ask_ndim(form)
    with upstream_part:
        upstream = ask_upstream(form, AXES[ndim]) if which in BACK else Ones()
    layer_part, input_part, kernel_part = form.parts(None, Message("Input"), Message("Kernel"))
    with input_part:
        source_kind, source = ask_source(form, ndim, "typed", START.get(ndim, {}))
    with layer_part:
        chosen = form.setting(Conv, ndim, skip=("in_channels",))
        form.per_axis(ndim, (Conv, ""), (source_kind, INPUT))
    with kernel_part:
        weights = ask_kernel(form, Conv)

    def make() -> Choice:
        inputs = source()
        layer = Conv(in_channels=shape_of(inputs)[0], ndim=ndim, **chosen)
        return Request(chain(layer), inputs, weights), MatrixView(form=which, upstream=upstream)

    return Made(Conv, ndim, make, source=source, parts={"layer": layer_part})


def spell(choice: Choice) -> dict[str, str]:
    """The words of a choice, each written out."""
    request, view = choice
    words = spelled_layer("Conv", request.layer, request.input, ("in_channels",)) | spell_kernel(request)
    return words | {"form": view.form} | spelled_upstream(view.upstream, AXES[request.layer.ndim])
