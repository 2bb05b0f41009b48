"""Back through a padding: what was added is cut away, and copies go to where they came from."""

from cnnviz.core.back.conv import through_padding
from cnnviz.core.back.way import Gradients, Replay, Way
from cnnviz.core.layers import Array, Example, Layer, Padding, ZeroPad
from cnnviz.text import Message


def ways(layer: Layer) -> tuple[Way, ...]:
    return (CUT if isinstance(layer, ZeroPad) else GATHERED,)


def to_input(done: Example, dy: Array, torchs: Gradients) -> Replay:
    assert isinstance(done.layer, Padding)
    return through_padding(done.layer, done.x.shape, dy, torchs)


CUT = Way(
    "dX",
    Message(
        "What was added is no cell of x, so its dY is cut away; what was cut away reached no output and gets 0. That "
        "is the same padding with the opposite sign."
    ),
    to_input,
)
GATHERED = Way(
    "dX",
    Message(
        "Each cell of x gets the sum of dY over all places that hold a copy of it: its own, and those in the padding. "
        "A cell that was cut away gets 0."
    ),
    to_input,
)
