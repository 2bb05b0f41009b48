"""What is on stage, for files: the scene, what it is called, and its code."""

from cnnviz.core.layers import Array
from cnnviz.export import Staged, saved
from cnnviz.inputs.read import read
from cnnviz.networks.chain import Chain
from cnnviz.networks.desed import Desed
from cnnviz.scenes.build import Shown, ShownMatrix
from cnnviz.scenes.gradient import gradient
from cnnviz.scenes.numpy_code import numpy_code
from cnnviz.scenes.request import LayerView, MatrixView, Request
from cnnviz.scenes.snippet import snippet, weight_of
from cnnviz.scenes.whose import of_others, whose
from cnnviz.text import _, listed

__all__ = ["code_of", "heard", "on_stage", "saved"]


def on_stage(request: Request, view: LayerView, shown: Shown, address: str = "", opens: int | None = None) -> Staged:
    """A layer at work, for files; code of its own has a layer that is no part of a network."""
    code = code_of(request, shown) if isinstance(request.network, Chain) else ("", {})
    caption = caption_of(request, view)
    more = shown.numbers.arrays() if isinstance(shown, ShownMatrix) else {}
    if told := back_words(shown):
        caption = f"{caption}: {told}"
    return Staged(shown.blob, shown.done, caption, request.weights.seed, *code, address=address, opens=opens, more=more)


def back_words(shown: Shown) -> str:
    """Which backward pass is on stage, and its dY; empty for the pass forward."""
    back = shown.view.back
    return _("{name}, where {upstream}", name=back.of, upstream=back.upstream.words(shown.forward)) if back else ""


def code_of(request: Request, shown: Shown) -> tuple[str, dict[str, Array]]:
    """The snippet, and by name the arrays that it loads where numbers are too many to be written down."""
    back = shown.view.back
    if isinstance(shown.view, MatrixView):
        code = numpy_code(request, shown.view, shown.done)
    else:
        code = snippet(request, gradient(back, shown.forward, shown.done) if back else ())
    arrays = (("input.npy", read(request.input).values), ("weight.npy", weight_of(request)))
    return code, {name: values for name, values in arrays if name in code and values is not None}


def caption_of(request: Request, view: LayerView) -> str:
    """What a layer is on, in a line."""
    match request.network:
        case Chain():
            return ", ".join(filter(None, (str(read(request.input).caption), of_others(request.weights))))
        case Desed():
            return heard(request)
    return _(
        "{stage} in a network, {caption}, {whose}",
        stage=view.stage,
        caption=read(request.input).caption,
        whose=whose(request),
    )


def heard(request: Request) -> str:
    """Of a DESED network: what is heard, by what, and whose weights these are."""
    network = request.network
    assert isinstance(network, Desed)
    return _(
        "{source}; {setting}; {weights}",
        source=read(request.input).caption,
        setting=listed((network.activation, norm_words(network), mode_words(network))),
        weights=whose(request),
    )


def norm_words(network: Desed) -> str:
    if network.normalization == "none":
        return _("no norm")
    return _("batch norm") if network.normalization == "batch" else _("layer norm")


def mode_words(network: Desed) -> str:
    return _("train mode") if network.training else _("eval mode")
