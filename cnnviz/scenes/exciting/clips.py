"""The stretches of sound that excite one channel most, with a little of what is around each, to be seen and heard."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.cache import Cache
from cnnviz.core.layers import Array, Shape
from cnnviz.inputs import events
from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.inputs.events import UNSEEN, Event
from cnnviz.inputs.logmel import DESED, RATE, log_mel
from cnnviz.networks.exciting import Answers, box
from cnnviz.networks.exciting.best import NONE
from cnnviz.networks.exciting.patch import Box
from cnnviz.networks.network import Network
from cnnviz.scenes.blob import Scene, Tensors
from cnnviz.scenes.corpus.finish import window
from cnnviz.scenes.exciting.panel import levels, looked_at, spread
from cnnviz.text import Message, listed

FULL = np.iinfo(np.int16).max


@dataclass(frozen=True, eq=False)
class Heard:
    """One clip of the test part: its spectrogram (1, frames, mels), its samples, and what is heard in truth."""

    x: Array
    samples: Array
    events: Sequence[Event]


_heard: Cache[Heard] = Cache()


def unseen(data: SoundEvents, i: int) -> Heard:
    """The clip at this place of the test part, made from its seed."""

    def made() -> Heard:
        samples, told = events.clip(UNSEEN + i, data.seconds, data.most)
        return Heard(log_mel(samples), samples, told)

    return _heard.get(repr((data, i)), made)


def seconds(first: int, end: int) -> tuple[float, float]:
    """What some frames read [s]."""
    return DESED.span(first, end - 1)


def named(told: Sequence[Event], seen: tuple[int, int]) -> str:
    """What is heard in truth while a unit listens."""
    begin, stop = seconds(*seen)
    kinds = dict.fromkeys(one.kind for one in told if one.onset < stop and begin < one.offset)
    return str(listed(kinds)) if kinds else str(Message("background"))


def make_clips(
    network: Network, data: SoundEvents, answers: Answers, source: str, stage: str, channel: int, shape: Shape
) -> Scene:
    """The most exciting stretches of one channel; see `panel.make_panel`, of which this has one row.

    Parameters
    ----------
    source : str
        The stage that the answers are of; `stage` hands them on, or is the same.
    shape : (channels, frames, mels) of a clip

    Returns
    -------
    Scene
        ``examples`` (k, 1, frames, mels) are parts of the clips, ``samples.j`` what is heard of each as int16.
    """
    best = answers.best
    channel = min(channel, len(best.value) - 1)
    places = [j for j in range(best.value.shape[1]) if best.example[channel, j] != NONE]
    tensors: Tensors = {}
    parts, boxes, labels = [], [], []
    for j in places:
        clip = unseen(data, int(best.example[channel, j]))
        seen, mels = box(network, shape, source, int(best.cell[channel, j]))
        first, end = window(seen, shape[1], DESED)
        begin, stop = (round(one * RATE) for one in seconds(first, end))
        tensors[f"samples.{j}"] = (clip.samples[begin:stop].clip(-1, 1) * FULL).astype(np.int16)
        parts.append(clip.x[:, first:end])
        boxes.append(((seen[0] - first, seen[1] - first), mels))
        labels.append(named(clip.events, seen))
    tensors |= tables(answers, channel, places, boxes) | {"examples": shown(parts)}
    meta = {"classes": list(data.classes), "labels": labels, "each": "frame", "stages": {stage: 0}}
    clips = {"rate": RATE, "channels": len(best.value), "opens": True}
    return Scene(tensors, looked_at(stage, channel, "loud") | meta | {"clips": clips})


def shown(parts: Sequence[Array]) -> NDArray[np.uint8]:
    """Parts of clips, from the quietest cell of all to the loudest."""
    all_parts = np.stack(parts) if parts else np.zeros((0, 1, 1, 1), np.float32)
    return levels(all_parts, float(all_parts.min(initial=np.inf)), float(all_parts.max(initial=-np.inf)))


def tables(answers: Answers, channel: int, places: Sequence[int], boxes: Sequence[Box]) -> Tensors:
    """One row of what a panel has, as long as there are clips."""
    return {
        "value.0": answers.best.value[[channel]][:, places],
        "which.0": np.arange(len(places), dtype=np.int16)[None],
        "box.0": np.array(boxes, np.int16).reshape(1, len(places), 2, 2),
        "auc.0": np.ascontiguousarray(answers.auc[[channel], :, 0]),
    } | spread(answers, 0, slice(channel, channel + 1))
