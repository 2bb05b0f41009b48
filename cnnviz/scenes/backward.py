"""A backward pass of what was run, remembered for all that is seen of it."""

from cnnviz.core.back import Way, go_back, way
from cnnviz.core.cache import Cache
from cnnviz.core.run import Run
from cnnviz.inputs.read import key
from cnnviz.scenes.request import Back, Request

_passes: Cache[Run] = Cache(
    128 * 2**20, lambda done: sum(x.nbytes for x in (done.x, done.y, *done.state.values(), *done.parts.values()))
)


def back(request: Request, stage: str, wanted: Back, done: Run) -> tuple[Run, Way]:
    """One pass back through a stage, and which it is.

    Parameters
    ----------
    done : the forward pass of that stage

    Raises
    ------
    GeometryError, SourceError
        If the layer has no such pass, it is too large, or dY does not suit the output.
    """
    return (
        _passes.get(
            key((request, stage, wanted)),
            lambda: go_back(done, wanted.upstream.dy(done), wanted.of, request.weights.seed),
        ),
        way(done.layer, wanted.of),
    )


def forget() -> None:
    """Let go of all passes."""
    _passes.clear()
