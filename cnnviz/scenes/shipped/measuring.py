"""How good weights are on examples that they did not learn from."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.examples import Examples
from cnnviz.core.layers import Array
from cnnviz.inputs.logmel import DESED
from cnnviz.networks.network import Network
from cnnviz.networks.segments import SEGMENT, THRESHOLD
from cnnviz.networks.training.judging import judge
from cnnviz.text import Message

FRAME = DESED.seconds(1)  # s from one frame of a sound to the next

SHARE = Message("share of the test examples whose class is right")
SEGMENTS = Message(
    "F1 of each class in segments of {segment:g} s of the test clips, mean over the classes: a class is active in a "
    "segment if it is in any frame in it, and heard in a frame from a probability of {threshold:g} on",
    segment=SEGMENT,
    threshold=THRESHOLD,
)


def measure_of(examples: Examples) -> Message:
    """What `measured` counts."""
    return SEGMENTS if examples.events else SHARE


def measured(network: Network, state: Mapping[str, Array], examples: Examples) -> NDArray[np.float64]:
    """In eval mode, of each class, (classes,): the share of its examples that is right, or its F1 in segments."""
    return judge(network, state, examples, FRAME).by_class


def overall(by_class: NDArray[np.float64], examples: Examples) -> float:
    """Share of all examples that is right, or the mean F1 of the classes.

    >>> overall(np.array([1.0, 0.5]), Examples(np.zeros((3, 1)), np.array([0, 1, 1])))
    0.6666666666666666
    """
    if examples.events:
        return float(np.nanmean(by_class))
    return float(np.average(by_class, weights=np.bincount(examples.y, minlength=len(by_class))))
