"""Sources: every kind of input, by name. A new kind is one class and one line here."""

from cnnviz.inputs import compiled  # noqa: F401 -- before anything of librosa's
from cnnviz.inputs.base import MAX_VALUES, Array, Grid, Source, SourceError
from cnnviz.inputs.drawn import Drawn
from cnnviz.inputs.event_clip import EventClip
from cnnviz.inputs.example import Example, SignalExample
from cnnviz.inputs.patterns import Checkerboard, Edge, Impulse, MovingSquare, Ramp, Random
from cnnviz.inputs.samples import Digit, Photo
from cnnviz.inputs.signals import Chirp, Sine
from cnnviz.inputs.sound import LogMel
from cnnviz.inputs.typed import Typed, parse_numbers
from cnnviz.inputs.upload import Upload, read_upload

__all__ = [
    "MAX_VALUES",
    "SOURCES",
    "Array",
    "Grid",
    "Source",
    "SourceError",
    "for_ndim",
    "parse_numbers",
    "read_upload",
]

# In the order of the select box; the first that fits is where a page starts.
SOURCES: dict[str, type[Source]] = {
    "sine": Sine,
    "chirp": Chirp,
    "digit": Digit,
    "photo": Photo,
    "example": Example,
    "signal": SignalExample,
    "log-mel": LogMel,
    "events": EventClip,
    "moving-square": MovingSquare,
    "ramp": Ramp,
    "impulse": Impulse,
    "edge": Edge,
    "checkerboard": Checkerboard,
    "random": Random,
    "typed": Typed,
    "drawn": Drawn,
    "upload": Upload,
}


def for_ndim(ndim: int) -> dict[str, type[Source]]:
    """The sources that come with `ndim` axes.

    >>> list(for_ndim(3))[:2]
    ['moving-square', 'ramp']
    """
    return {name: source for name, source in SOURCES.items() if ndim in source.ndims}
