"""The network in reverse: the gradient of a loss by all maps of every stage, and how large it is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, floor, hypot, isfinite, log10
from typing import Any

import numpy as np

from cnnviz.core.cache import Cache
from cnnviz.core.layers import Array, Softmax, Softmax2d
from cnnviz.inputs.read import key
from cnnviz.networks.backward import Backward, Gradient, run_backward
from cnnviz.networks.loss import CrossEntropy, Loss
from cnnviz.networks.network import INPUT, Network
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.forward import input_of
from cnnviz.scenes.network import Glance, make_flow
from cnnviz.scenes.palette import coloured
from cnnviz.scenes.request import Request
from cnnviz.text import _
from cnnviz.text.numbers import measured

SCALE = "signed"  # of every gradient


@dataclass(frozen=True, eq=False)
class Seen:
    """What there is to show of a pass back.

    Attributes
    ----------
    glance : Glance
        All gradients of what stages gave, as it takes maps.
    norms, weights : floats by the stage's name
        Of those, and of the gradients by all parameters of a stage together.
    done : Backward
        Without any stage in full.
    """

    glance: Glance
    dx: Array
    norms: Mapping[str, float]
    weights: Mapping[str, float]
    done: Backward


@dataclass
class Witness:
    """Takes every gradient as it goes by, from the last stage to the input."""

    glance: Glance
    norms: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    dx: Array = field(default_factory=lambda: np.zeros(0, np.float32))

    def __call__(self, name: str, found: Gradient) -> None:
        self.norms[name] = found.norm
        if found.norms:
            self.weights[name] = hypot(*found.norms.values())
        if name == INPUT:
            self.dx = found.dy
        else:
            self.glance.take(name, found.dy)


_passes: Cache[Seen] = Cache()


def go_back(request: Request, loss: Loss) -> Seen:
    """One pass back from a loss, run once for all who ask while it is remembered.

    Raises
    ------
    GeometryError, SourceError, DeviceError, TensorError, CheckpointError
        What is wrong with the request, or with the loss.
    """

    def made() -> Seen:
        network, x = request.network, input_of(request).values
        part = loss.network(network)
        witness = Witness(Glance(part, x.shape))
        state, seed = request.weights.state(network), request.weights.seed
        done = run_backward(network, x, loss, seed, state, (), see=witness, budget=network.budget)
        return Seen(witness.glance, witness.dx, witness.norms, witness.weights, done)

    return _passes.get(key((request, loss)), made)


def make_flow_back(network: Network, loss: Loss, seen: Seen) -> Scene:
    """All gradients of a network, laid out as `make_flow` lays out the maps.

    Returns
    -------
    Scene
        As `make_flow` gives it, of the gradients; besides, of every stage its ``norm``, that of its parameters
        (``weights``), and how far its bar reaches (``share``), on a logarithmic scale; under ``back`` what the ends of
        this scale are, the largest number of all (``most``), and what the loss is.
    """
    scene = make_flow(network, seen.dx, SCALE, seen.glance)
    ends = decades([*seen.norms.values()])
    stages = [{**stage, **words_of(stage["name"], seen, ends)} for stage in scene.meta["stages"]]
    most = max((float(np.abs(tensor).max()) for name, tensor in scene.tensors.items() if name.startswith("range.")))
    back = {"most": most or 1.0, "ends": ends, "loss": loss.words(name_of(network, loss)), "value": seen.done.loss}
    told = {"stages": stages, "colour": None, **coloured([SCALE]), "back": back}
    return Scene(scene.tensors, scene.meta | told)


def name_of(network: Network, loss: Loss) -> str:
    """The stage of which a loss is made."""
    return loss.stage or (network.stages[-1][0] if network.stages else INPUT)


def words_of(name: str, seen: Seen, ends: tuple[int, int]) -> dict[str, Any]:
    """What is said of the gradients at one stage."""
    norm, weights = seen.norms[name], seen.weights.get(name)
    return {
        "scale": SCALE,
        "states": [state if state == _("no number") else "" for state in seen.glance.states[name]],
        "norm": norm if isfinite(norm) else None,
        "weights": weights if weights is not None and isfinite(weights) else None,
        "share": share(norm, ends),
    }


def decades(norms: list[float]) -> tuple[int, int]:
    """The powers of ten between which all norms lie that are above 0.

    >>> decades([0.02, 0.9, 0.0]), decades([3.0]), decades([0.0])
    ((-2, 0), (0, 1), (0, 1))
    """
    logs = [log10(norm) for norm in norms if 0 < norm < float("inf")]
    if not logs:
        return 0, 1
    low, high = floor(min(logs)), ceil(max(logs))
    return low, max(high, low + 1)


def share(norm: float, ends: tuple[int, int]) -> float:
    """How far a bar reaches: 0 at the lower end of the scale, 1 at the upper.

    >>> share(0.1, (-2, 0)), share(0.0, (-2, 0)), share(float("inf"), (-2, 0))
    (0.5, 0.0, 1.0)
    """
    if not norm > 0:
        return 0.0
    low, high = ends
    return 1.0 if norm == float("inf") else (log10(norm) - low) / (high - low)


def twice(network: Network, loss: Loss) -> str:
    """What is odd about a cross-entropy, which has a softmax of its own, of shares; else nothing."""
    stages = loss.network(network).stages
    if not isinstance(loss, CrossEntropy) or not stages or type(stages[-1][1]) not in (Softmax, Softmax2d):
        return ""
    return _(
        "Cross-entropy has a softmax of its own, and {layer} has made shares of the output already. Remove {layer}, or "
        "choose one unit as the loss.",
        layer=stages[-1][1].called,
    )


def sentence(network: Network, loss: Loss, seen: Seen) -> str:
    """The loss, and how the gradient grows or shrinks from the last stage to the first."""
    names = [name for name, _layer in loss.network(network).stages]
    value = _("The {loss} is {value}.", loss=loss.words(name_of(network, loss)), value=measured(seen.done.loss))
    if len(names) < 2:
        return value
    last, first = seen.norms[names[-1]], seen.norms[names[0]]
    places = {"last": names[-1], "first": names[0]}
    if not (0 < first < float("inf") and 0 < last < float("inf")):
        return _("{value} No gradient above 0 comes from {last} back to {first}.", value=value, **places)
    ratio = first / last
    if ratio < 1:
        return _(
            "{value} From {last} back to {first} the gradient's norm shrinks to {share:.3g} of what it was.",
            value=value,
            share=ratio,
            **places,
        )
    return _(
        "{value} From {last} back to {first} the gradient's norm grows {ratio:.3g} times.",
        value=value,
        ratio=ratio,
        **places,
    )
