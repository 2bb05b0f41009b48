"""The first layers of a network whose weights ship, as a page of single layers shows them: the last of them at work."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from cnnviz.core.layers import BatchNorm, Conv, Dropout, DropoutNd, Layer
from cnnviz.core.settings import knobs
from cnnviz.networks.chain import Chain, chain
from cnnviz.scenes import shipped
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.inputs import INPUT, ask_source
from cnnviz.scenes.query.made import Made
from cnnviz.scenes.query.weights import CHOICE, TRAINED, ask_one_of, learned_from
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Front
from cnnviz.text import Message

MODES: Mapping[type[Layer], tuple[str, ...]] = {
    BatchNorm: ("training",),
    Dropout: ("p", "training"),
    DropoutNd: ("p", "training"),
}
A_SECOND: Mapping[str, Any] = {"seconds": 1, "most": 2}  # of sound: what a player can show of many channels


def fronts(kind: type[Layer]) -> Mapping[str, Chain]:
    """The layers up to the first of a kind, by name of the weights that ship for them.

    >>> [type(layer).__name__ for _, layer in fronts(BatchNorm)["desed-glu"].stages]
    ['Conv', 'BatchNorm']
    """
    return all_fronts().get(kind, {})


@cache
def all_fronts() -> Mapping[type[Layer], Mapping[str, Chain]]:
    """The same of every kind; of networks that begin with a convolution."""
    found: dict[type[Layer], dict[str, Chain]] = {}
    for name in shipped.cards():
        layers = [layer for layer, _ in shipped.network_of(name).placed(shipped.data_of(name).shape)]
        for at, layer in enumerate(layers):
            if isinstance(layers[0], Conv):
                found.setdefault(type(layer), {}).setdefault(name, chain(*layers[: at + 1]))
    return found


def is_trained(form: Form, kind: type[Layer]) -> bool:
    """Ask whose weights a layer has, where some that ship have such a layer."""
    return bool(fronts(kind)) and form.ask(CHOICE) == TRAINED


def ask_front(form: Form, kind: type[Layer], ask_weights: Callable[[], None] = lambda: None) -> Made:
    """A layer with its trained weights, behind what runs before it in its network, on an example of what it learned.

    Parameters
    ----------
    ask_weights : what else a page asks of the weights, where they are asked for
    """
    layer_part, input_part, weights_part = form.parts(None, Message("Input"), None)
    with layer_part:
        found = ask_one_of(form, tuple(map(shipped.card, fronts(kind))))
        weights = Front(found.name, found.moment)
        layers = fronts(kind)[weights.name]
        ndim = layers.stages[-1][1].ndim
        mode = ask_mode(form, layers.stages[-1][1])
    with input_part:
        suited = learned_from(weights.name)
        default, start = (suited.kind, {"data": suited.data}) if suited else ("events", A_SECOND)
        source_kind, source = ask_source(form, ndim, default, start)
        form.per_axis(ndim, (source_kind, INPUT))
    with weights_part:
        ask_weights()

    def make() -> Request:
        *front, (place, last) = layers.stages
        return Request(Chain((*front, (place, replace(last, **mode))), ""), source(), weights)

    return Made(kind, ndim, make, source=source, parts={"layer": layer_part})


def ask_mode(form: Form, layer: Layer) -> dict[str, Any]:
    """What differs while it trains: a batch norm takes the statistics of this batch, a dropout drops some cells."""
    own = {name: getattr(layer, name) for name in MODES.get(type(layer), ())}
    if not own:
        return {}
    skip = tuple(name for name in knobs(type(layer)) if name not in own)
    mode = form.setting(type(layer), layer.ndim, skip=skip, start=own)
    return mode | ({"steps": int(mode["training"])} if isinstance(layer, BatchNorm) else {})
