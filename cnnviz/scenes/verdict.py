"""What a trained network says of its input: the classes that it finds most likely, by name."""

import numpy as np

from cnnviz.core.layers import LogSoftmax, Softmax
from cnnviz.scenes.forward import run
from cnnviz.scenes.request import Request
from cnnviz.text import _

SAID = 3  # classes that are named


def verdict(request: Request) -> list[tuple[str, float]]:
    """Names and shares, from 0 to 1, the largest first; empty where the last numbers are no classes with names.

    Raises
    ------
    GeometryError, SourceError, DeviceError
        What is wrong with the request.
    """
    classes = request.weights.classes
    last = request.names[-1]
    if not classes or request.network.shapes(run(request, {last}).grid.values.shape)[-1] != (len(classes),):
        return []
    scores = run(request, {last})[last].y.ravel().astype(np.float64)
    if isinstance(request.layer, Softmax) and not isinstance(request.layer, LogSoftmax):
        shares = scores
    else:
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
    return [(classes[i], float(shares[i])) for i in np.argsort(-shares, kind="stable")[:SAID]]


def verdict_words(request: Request) -> str:
    """The same in a sentence; empty where there is none."""
    found = verdict(request)
    listed = ", ".join(f"{name} {share:.2f}" for name, share in found)
    return _("The network says: {listed}.", listed=listed) if found else ""
