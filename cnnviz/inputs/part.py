"""A part of a sound, cut out and seen alone."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from cnnviz.inputs.base import Array, Grid, Source, SourceError
from cnnviz.inputs.logmel import DESED, Features, log_mel
from cnnviz.inputs.oddities import of_levels
from cnnviz.inputs.read import heard, read
from cnnviz.text import Message


@dataclass(frozen=True)
class Part(Source):
    """What is heard of another source between two times."""

    title: ClassVar[Message] = Message("Part")
    ndims: ClassVar[tuple[int, ...]] = (2,)

    whole: Source = field(kw_only=True)
    start: float = 0.0  # [s]
    stop: float = 0.0  # [s]
    features: Features = DESED

    def samples(self) -> Array:
        samples, rate = heard(self.whole), self.features.rate
        if samples is None:
            raise SourceError("Only a sound has parts to choose: clear the part, or choose a sound.")
        part = samples[max(0, round(self.start * rate)) : max(0, round(self.stop * rate))]
        if not len(part):
            raise SourceError(
                "From {start:g} s to {stop:g} s there is nothing of a sound of {length:.3g} s: choose a later end, or "
                "clear the part.",
                start=self.start,
                stop=self.stop,
                length=len(samples) / rate,
            )
        return part

    def grid(self) -> Grid:
        whole, values = read(self.whole), log_mel(self.samples(), self.features)
        odd = of_levels(values) if np.ptp(whole.values) else ()  # else the whole has said it already
        caption = Message("{start:g} s to {stop:g} s of {whole}", start=self.start, stop=self.stop, whole=whole.caption)
        return Grid(values, whole.scale, caption, (*odd, *whole.notices))
