"""What a trained network says of its input: the classes that it finds most likely, by name."""

import numpy as np

from cnnviz.core.layers import LogSoftmax, Softmax
from cnnviz.scenes.answers import shares
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
    scores = run(request, {last})[last].y.ravel()
    are_shares = isinstance(request.layer, Softmax) and not isinstance(request.layer, LogSoftmax)
    found = scores if are_shares else shares(scores, events=False)
    return [(classes[i], float(found[i])) for i in np.argsort(-found, kind="stable")[:SAID]]


def verdict_words(request: Request) -> str:
    """The same in a sentence; empty where there is none."""
    found = verdict(request)
    listed = ", ".join(f"{name} {share:.2f}" for name, share in found)
    return _("The network says: {listed}.", listed=listed) if found else ""
