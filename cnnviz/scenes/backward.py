"""A backward pass of what was run, remembered for all that is seen of it, and the dY that comes down to it."""

from cnnviz.core.back import Way, go_back, way
from cnnviz.core.cache import Cache
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array
from cnnviz.core.run import Run
from cnnviz.inputs.read import key
from cnnviz.networks.backward import run_backward
from cnnviz.networks.loss import Loss
from cnnviz.scenes.forward import input_of
from cnnviz.scenes.request import Back, Request
from cnnviz.scenes.upstream import FromLoss

_passes: Cache[Run] = Cache()
_flows: Cache[Array] = Cache()


def back(request: Request, stage: str, wanted: Back, done: Run) -> tuple[Run, Way, Array]:
    """One pass back through a stage, which it is, and its dY.

    Parameters
    ----------
    done : the forward pass of that stage

    Raises
    ------
    GeometryError, SourceError
        If the layer has no such pass, it is too large, or dY does not suit the output.
    """
    asked, dy = way(done.layer, wanted.of), dy_of(request, stage, wanted, done)
    made = _passes.get(key((request, stage, wanted)), lambda: go_back(done, dy, wanted.of, request.weights.seed))
    return made, asked, dy


def dy_of(request: Request, stage: str, wanted: Back, done: Run) -> Array:
    """dY of a stage, in the shape of its output: chosen for it, or what a loss of the network sends down."""
    if not isinstance(wanted.upstream, FromLoss):
        return wanted.upstream.dy(done)
    loss = wanted.upstream.loss
    dy = _flows.get(key((request, stage, loss)), lambda: flow(request, stage, loss))
    return dy.reshape(done.y.shape)


def flow(request: Request, stage: str, loss: Loss) -> Array:
    """The gradient of a loss by what a stage gave.

    Raises
    ------
    GeometryError
        If the loss does not depend on it, or cannot be made of the output.
    BudgetError
        If the network is larger than cnnviz attempts.
    """
    network = request.network
    if stage not in [name for name, _ in loss.network(network).stages]:
        raise GeometryError(
            "Nothing of the loss comes back to {stage}, which stands behind {of}. Choose {of} or a stage before it.",
            stage=stage,
            of=loss.stage,
        )
    values, state = input_of(request).values, request.weights.state(network)
    seed, budget = request.weights.seed, network.budget
    return run_backward(network, values, loss, seed, state, (stage,), (), budget=budget)[stage].dy
