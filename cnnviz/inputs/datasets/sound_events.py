"""Clips with sound events, as log-mel spectrograms; made one by one, each from its seed."""

from dataclasses import dataclass
from textwrap import indent
from typing import ClassVar

import numpy as np

from cnnviz.core.examples import Examples, Split
from cnnviz.core.layers import Shape
from cnnviz.core.settings import knob
from cnnviz.inputs import events
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.datasets.base import MOST_BYTES, Dataset
from cnnviz.inputs.events import HEARD, UNSEEN
from cnnviz.inputs.logmel import DESED, RATE, log_mel
from cnnviz.inputs.sound import log_mel_head, log_mel_lines
from cnnviz.text import Message


@dataclass(frozen=True)
class SoundEvents(Dataset):
    """Clips of several events over noise; a label says for each class and frame whether it is heard.

    `y` is (N, classes, frames // pooling): frame *j* stands for `pooling` frames of the spectrogram, and is 1 where the
    class is heard in the middle of them. Clip *i* to learn from has the seed *i*; to test on, ``UNSEEN + i``.

    Raises
    ------
    SourceError
        If the clips would take more memory than all data together may; `clip` makes them one by one.
    """

    title: ClassVar[Message] = Message("Sound events")
    licence: ClassVar[Message] = Message("Made by cnnviz from sines and noise: nobody's recording.")

    clips: int = knob(600, 1, 2000, Message("how many clips there are to learn from"))
    tested: int = knob(100, 1, 500, Message("how many others there are to test on"))
    seconds: int = knob(5, 1, 10, Message("length of each clip"))
    most: int = knob(4, 1, 8, Message("how many events a clip may have, one over another"))
    pooling: int = knob(4, 1, 256, Message("frames of the spectrogram for one of the labels"))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pooling > self.frames:
            raise SourceError(
                "pooling is {pooling} and a clip has {frames} frames: set it to {frames} or less.",
                pooling=self.pooling,
                frames=self.frames,
            )
        count = self.clips + self.tested
        each = 4 * (self.frames * DESED.n_mels + len(HEARD) * self.labels)  # bytes
        if count * each > MOST_BYTES:
            raise SourceError(
                "{count:,} clips of {seconds} s take {size:,} MiB: at most {most} are kept, choose {fewer:,} clips or "
                "fewer in all.",
                count=count,
                seconds=self.seconds,
                size=count * each // 2**20,
                most=MOST_BYTES // 2**20,
                fewer=MOST_BYTES // each,
            )

    @property
    def frames(self) -> int:
        """Of the spectrogram of a clip."""
        return DESED.frames(self.seconds * RATE)

    @property
    def labels(self) -> int:
        """How many frames the labels have."""
        return self.frames // self.pooling

    @property
    def shape(self) -> Shape:
        return 1, self.frames, DESED.n_mels

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(HEARD)

    def examples(self, seeds: range) -> Examples:
        """The clips with these seeds."""
        x = np.empty((len(seeds), *self.shape), np.float32)
        y = np.empty((len(seeds), len(HEARD), self.labels), np.float32)
        for i, seed in enumerate(seeds):
            samples, heard = events.clip(seed, self.seconds, self.most)
            x[i] = log_mel(samples)
            y[i] = events.active(heard, self.labels, self.pooling * DESED.hop_length / RATE)
        return Examples(x, y)

    def made(self) -> Split:
        seen, unseen = range(self.clips), range(UNSEEN, UNSEEN + self.tested)
        return Split(self.examples(seen), self.examples(unseen), self.classes)

    def code(self) -> str:
        return f"""\
{log_mel_head(DESED)}


{events.code()}


def clip(seed):
    samples, events = mixed(seed, {self.seconds}, {self.most})
    samples = samples.clip(-1, 1).astype(np.float32)
{indent(log_mel_lines(DESED), "    ")}
    heard = active(events, len(values) // {self.pooling}, {self.pooling} * hop_length / RATE)
    return torch.tensor(values)[None], torch.tensor(heard)


x, y = map(torch.stack, zip(*[clip(seed) for seed in range({self.clips})]))
x_test, y_test = map(torch.stack, zip(*[clip({UNSEEN} + seed) for seed in range({self.tested})]))"""
