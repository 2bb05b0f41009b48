"""What a network says it hears: a probability for each class in each frame, and the events that are truly there."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnviz.core.layers import Array
from cnnviz.inputs import Source
from cnnviz.networks.desed import HEAD
from cnnviz.networks.network import Network
from cnnviz.scenes.blob import Tensors
from cnnviz.text import _

Event = tuple[str, float, float]  # class, onset and offset [s]


def has_head(network: Network) -> bool:
    """Does it end with a score for each class in each frame?"""
    return bool(network.stages) and network.stages[-1][0] == HEAD


def events_of(source: Source) -> list[Event]:
    """The true events, where a clip knows them; of an upload nobody does."""
    found = getattr(source, "events", ())
    return [(event.kind, event.onset, event.offset) for event in found]


def probabilities(scores: Array) -> Array:
    """The sigmoid of the head's scores, (1, classes, frames, 1): (classes, frames)."""
    return (0.5 + 0.5 * np.tanh(scores[0, :, :, 0].astype(np.float64) / 2)).astype(np.float32)


def belief(scores: Array, classes: Sequence[str], events: Sequence[Event]) -> tuple[Tensors, dict[str, Any]]:
    """Probabilities, and words for them: the classes from the top down, and of each its true events in seconds."""
    likely = probabilities(scores)
    names = [classes[i] if i < len(classes) else _("class {number}", number=i) for i in range(len(likely))]
    rows = [
        {"name": name, "events": [[onset, offset] for kind, onset, offset in events if kind == name]} for name in names
    ]
    return {"belief": likely}, {"belief": {"stage": HEAD, "classes": rows, "told": bool(events)}}
