"""What the channels of weights that ship answer to, as blobs and words for a page."""

from math import isnan
from typing import Any

from cnnviz.core.cache import Cache
from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.inputs.read import key
from cnnviz.scenes import shipped
from cnnviz.scenes.exciting.clips import make_clips
from cnnviz.scenes.exciting.kept import answers_of
from cnnviz.scenes.exciting.panel import make_panel, stages_of
from cnnviz.scenes.weights import Seeded, Trained
from cnnviz.text import Message

_blobs: Cache[bytes] = Cache(48 * 2**20, len)


def name_of(weights: Seeded) -> str:
    """The name of weights that ship, at the end of their training, where it is known what excites whom; else empty."""
    if not isinstance(weights, Trained) or weights.kept != shipped.card(weights.name).moments[-1]:
        return ""
    return weights.name if answers_of(weights.name) else ""


def panel_of(name: str, stage: str, channel: int = 0) -> bytes | None:
    """All channels of a network, or with sounds one channel; None of a stage that is not known."""
    network, answers, data = shipped.network_of(name), answers_of(name), shipped.data_of(name)
    own = stages_of(network, answers)
    if stage not in own and isinstance(data, SoundEvents):
        return None

    def made() -> bytes:
        if isinstance(data, SoundEvents):
            found = answers[own[stage]]
            return make_clips(network, data, found, own[stage], stage, channel, data.shape).to_bytes()
        test = data.split().test
        labels = [data.classes[one] for one in test.y]
        scale = "picture" if len(data.shape) == 3 else "signed"
        first = stage if stage in own else next(iter(own))
        return make_panel(network, test.x, labels, data.classes, answers, scale, first, channel).to_bytes()

    return _blobs.get(key((name, stage, channel)), made)


def tells_of(name: str, stage: str, one: str, other: str | None) -> list[float | None]:
    """How well each channel of a stage tells one class from another, or from the rest; of a stage unknown, nothing."""
    answers, classes = answers_of(name), shipped.data_of(name).classes
    source = stages_of(shipped.network_of(name), answers).get(stage)
    if source is None:
        return []
    areas = answers[source].auc[:, classes.index(one), 0 if other is None else 1 + classes.index(other)]
    return [None if isnan(area) else round(float(area), 3) for area in areas]


def tells_all(name: str, one: str, other: str | None) -> dict[str, Any]:
    """The same of every stage, with words for it."""
    stages = stages_of(shipped.network_of(name), answers_of(name))
    return {"words": words(one, other), "stages": {stage: tells_of(name, stage, one, other) for stage in stages}}


def words(one: str, other: str | None) -> str:
    """What is told from what."""
    if other is None:
        return str(Message("{one} from the rest", one=one))
    return str(Message("{one} from {other}", one=one, other=other))


def forget() -> None:
    """Let go of all blobs."""
    _blobs.clear()
