"""Which number is explained, and how: words of the pages of networks and of sound."""

from collections.abc import Callable, Sequence
from math import prod

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Channels, Linear, LinearGate, Shape
from cnnviz.networks.attribution import Occlusion
from cnnviz.networks.attribution.grad_cam import mapped
from cnnviz.networks.loss import Unit
from cnnviz.networks.network import Network
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.words import Number, OneOf
from cnnviz.scenes.request import GRAD_CAM, METHODS, OCCLUSION, AttributionView
from cnnviz.text import Message

METHOD = OneOf("method", METHODS[0], Message("method"), options=METHODS)
SHOWN = MAPS, WORK = "maps", "at work"
SHOW = OneOf("show", MAPS, Message("show"), options=SHOWN, row=True)
FILL = Number("fill", 0.0, Message("filled with"), low=-1e6, high=1e6, step=0.1)
CAM, OF = "cam", "of"
MIXES = (Channels, Linear, LinearGate)  # layers that read all channels
ACROSS = 7  # windows along the shorter axis, at first
ASKED = (METHOD.key, SHOW.key, "window", "window_stride", FILL.key, CAM, OF)


def ask_method(
    form: Form, method: str, network: Network, shape: Shape, turned: bool = False
) -> Callable[[Unit], AttributionView]:
    """How a number is explained, of a network that may not work on this input; a function that says so of a target."""
    if method == GRAD_CAM:
        names = with_maps(network, shape)
        stage, _ = form.row(stage_word(CAM, Message("maps of"), names, worth_it(network, shape, names)), SHOW)
        return lambda target: AttributionView(target, method, stage, turned=turned)
    if method == OCCLUSION:
        axes = len(shape) - 1
        start = max(1, -(-min((n for n in shape[1:] if n > 1), default=1) // ACROSS))
        size, stride, fill, _ = form.row(
            Number("window", start, Message("window"), Message("cells along each axis"), low=1, high=4096),
            Number("window_stride", start, Message("stride"), Message("cells the window moves"), low=1, high=4096),
            FILL,
            SHOW,
        )
        sizes = tuple(min(size, n) for n in shape[1:])
        window = Occlusion(ndim=axes, kernel_size=sizes, stride=(stride,) * axes, fill=fill)
        return lambda target: AttributionView(target, method, window=window, turned=turned)
    return lambda target: AttributionView(target, method, turned=turned)


def stage_word(key: str, label: Message, names: Sequence[str], first: str = "") -> OneOf:
    """One of some stages, at first the last of them if none is named; nothing where there is none."""
    options = tuple(names) or ("",)
    return OneOf(key, first if first in options else options[-1], label, options=options, names=True)


def worth_it(network: Network, shape: Shape, names: Sequence[str]) -> str:
    """The last of these stages that has more than a cell, and a layer behind it that mixes channels; or none."""
    made, _ = network.sound(shape)
    found, waiting = "", ""
    for (name, layer), one in zip(network.stages, made, strict=False):
        if isinstance(layer, MIXES):
            found = waiting or found
        if name in names and prod(one[1:]) > 1:
            waiting = name
    return found


def with_maps(network: Network, shape: Shape) -> list[str]:
    """The stages that Grad-CAM has maps of, as far as the network works."""
    made, _ = network.sound(shape)
    try:
        return mapped(Network(network.stages[: len(made)], network.prefix), shape)
    except GeometryError:
        return []


def spelled_method(view: AttributionView) -> dict[str, str]:
    """A method as an address has it."""
    words = {METHOD.key: view.method}
    if view.stage:
        words[CAM] = view.stage
    if view.window:
        words |= {"window": str(max(view.window.kernel_size)), "window_stride": str(max(view.window.stride))}
        words |= {FILL.key: FILL.spell(view.window.fill)}
    return words
