"""What the channels of a network answer to, as blobs and words for a page: of weights that ship, or in a corpus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, Protocol

import numpy as np

from cnnviz.core.cache import Cache
from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.inputs.read import key
from cnnviz.networks.exciting import Answers
from cnnviz.networks.exciting.best import NONE
from cnnviz.scenes import shipped
from cnnviz.scenes.exciting.clips import make_clips
from cnnviz.scenes.exciting.kept import answers_of
from cnnviz.scenes.exciting.panel import make_panel, stages_of
from cnnviz.scenes.query.exciting import PATCH, UNIT
from cnnviz.scenes.query.inputs import INPUT, PART
from cnnviz.scenes.weights import Seeded, Trained
from cnnviz.text import Message

_blobs: Cache[bytes] = Cache()


class Known(Protocol):
    """A network of which it is known what excites whom."""

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def stages(self) -> Mapping[str, str]:
        """Those that can be asked, each with the one whose answers are its own."""

    def answers(self, source: str) -> Answers: ...

    def opens(self, stage: str, channel: int) -> Sequence[Mapping[str, Any]]:
        """The words that put each of the clips on stage, where there are any."""

    def panel(self, stage: str, channel: int) -> bytes | None:
        """All channels of the network, or with sounds one channel; None of a stage that is not known."""


@dataclass(frozen=True)
class Shipped:
    """Weights that ship, at the end of their training, on examples that they have not seen."""

    name: str

    @property
    def classes(self) -> tuple[str, ...]:
        return shipped.data_of(self.name).classes

    @property
    def stages(self) -> dict[str, str]:
        return stages_of(shipped.network_of(self.name), answers_of(self.name))

    def answers(self, source: str) -> Answers:
        return answers_of(self.name)[source]

    def opens(self, stage: str, channel: int) -> list[dict[str, Any]]:
        data = shipped.data_of(self.name)
        if not isinstance(data, SoundEvents):
            return []
        source = self.stages[stage]
        best = answers_of(self.name)[source].best
        channel = min(channel, len(best.value) - 1)
        shape = shipped.network_of(self.name).upto(source).shapes(data.shape)[-1][1:]
        clip = {"seconds": data.seconds, "most": data.most, "unseen": True}
        words = {"input": "events", PATCH.key: "", **dict.fromkeys(PART)} | {INPUT + k: v for k, v in clip.items()}
        won = [one for one in zip(best.example[channel], best.cell[channel], strict=True) if one[0] != NONE]
        units = [dict(zip(UNIT, map(int, np.unravel_index(cell, shape)), strict=False)) for _, cell in won]
        return [words | {f"{INPUT}number": int(i)} | unit for (i, _), unit in zip(won, units, strict=True)]

    def panel(self, stage: str, channel: int = 0) -> bytes | None:
        if stage not in self.stages and isinstance(shipped.data_of(self.name), SoundEvents):
            return None
        return _blobs.get(key((self.name, stage, channel)), lambda: self.made(stage, channel))

    def made(self, stage: str, channel: int) -> bytes:
        network, answers, data = shipped.network_of(self.name), answers_of(self.name), shipped.data_of(self.name)
        own = self.stages
        if isinstance(data, SoundEvents):
            found = answers[own[stage]]
            return make_clips(network, data, found, own[stage], stage, channel, data.shape).to_bytes()
        test = data.split().test
        labels = [data.classes[one] for one in test.y]
        scale = "picture" if len(data.shape) == 3 else "signed"
        first = stage if stage in own else next(iter(own))
        return make_panel(network, test.x, labels, data.classes, answers, scale, first, channel).to_bytes()


def known_of(weights: Seeded) -> Shipped | None:
    """Of weights that ship, at the end of their training, where it is known what excites whom."""
    if not isinstance(weights, Trained) or weights.kept != shipped.card(weights.name).moments[-1]:
        return None
    return Shipped(weights.name) if answers_of(weights.name) else None


def tells_of(known: Known, stage: str, one: str, other: str | None) -> list[float | None]:
    """How well each channel of a stage tells one class from another, or from the rest; of a stage unknown, nothing."""
    source = known.stages.get(stage)
    if source is None:
        return []
    places = known.classes.index(one), 0 if other is None else 1 + known.classes.index(other)
    areas = known.answers(source).auc[:, *places]
    return [None if isnan(area) else round(float(area), 3) for area in areas]


def tells_all(known: Known, one: str, other: str | None) -> dict[str, Any]:
    """The same of every stage, with words for it."""
    return {"words": words(one, other), "stages": {stage: tells_of(known, stage, one, other) for stage in known.stages}}


def words(one: str, other: str | None) -> str:
    """What is told from what."""
    if other is None:
        return str(Message("{one} from the rest", one=one))
    return str(Message("{one} from {other}", one=one, other=other))
