"""What a network reads, and how its cells lie in time and frequency."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnnviz.core.layers import Array
from cnnviz.inputs import Source
from cnnviz.inputs.logmel import MOST_MELS, RATE, Features
from cnnviz.inputs.read import heard, read
from cnnviz.inputs.spectrogram import Spectrogram
from cnnviz.scenes.blob import Tensors

TICKS = (250, 500, 1000, 2000, 4000, 8000)  # on the axis of frequencies [Hz]


@dataclass(frozen=True, eq=False)
class Clip:
    """What the network reads, and how its cells lie in time and frequency.

    Attributes
    ----------
    values : float32 array, shape (1, frames, mels)
    scale : str
        How it is coloured, a name in the palette.
    samples : float32 array at the features' rate, or None
        What there is to hear.
    features : Features or None
        What frames and mels are in seconds and hertz; None where the input is no spectrogram.
    """

    values: Array
    scale: str
    samples: Array | None = None
    features: Features | None = None

    def tensors(self) -> Tensors:
        found: Tensors = {"input": self.values[0]}
        if self.samples is not None:
            found["samples"] = (self.samples.clip(-1, 1) * np.iinfo(np.int16).max).astype(np.int16)
        if self.features:
            spans_ = [self.features.span(frame, frame) for frame in range(self.values.shape[1])]
            found["seconds"] = np.array(spans_, np.float32)  # (frames, 2): the sound that a frame reads
            found["hertz"] = self.features.edges().astype(np.float32)  # (mels, 2)
        return found

    def words(self) -> dict[str, Any]:
        """Axes in seconds and hertz, if they are known."""
        if not self.features:
            return {"step": None, "hertz": [], "rate": RATE}
        centres = self.features.hertz()
        inside = [f for f in TICKS if centres[0] <= f <= centres[-1]]
        marks = [[f, float(np.interp(f, centres, np.arange(len(centres))))] for f in inside]
        return {"step": self.features.hop_length / self.features.rate, "hertz": marks, "rate": self.features.rate}


def clip_of(source: Source) -> Clip:
    """What the network reads, what of it is heard, and how its cells lie in time and frequency."""
    grid, samples = read(source), heard(source)
    features: Features | None = getattr(source, "features", None)
    mels = grid.values.shape[2]
    if isinstance(source, Spectrogram):
        features = replace(source.features, n_mels=mels) if mels <= MOST_MELS else None
    elif samples is None:
        features = None
    return Clip(grid.values, grid.scale, samples, features)
