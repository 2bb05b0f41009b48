"""How loud a sound is, taken down block by block while it is decoded."""

import numpy as np

from cnnviz.inputs.base import Array


class Loudness:
    """Peaks of a sound so far.

    Attributes
    ----------
    channels : int
    channels_peak : float
        Of any channel, in full scales; what is no finite number is left out.
    mixed : float
        Of what is made of them.
    """

    def __init__(self, channels: int) -> None:
        self.channels, self.channels_peak, self.mixed = channels, 0.0, 0.0

    def take(self, block: Array, mixed: Array) -> None:
        """Take a block down, (frames, channels), and what was made of it, (frames,)."""
        self.channels_peak = max(self.channels_peak, peak(block))
        self.mixed = max(self.mixed, peak(mixed))


def peak(values: Array) -> float:
    """The largest finite magnitude; 0 where there is none."""
    size = np.abs(values, dtype=np.float64)
    return float(size.max(initial=0, where=np.isfinite(size)))
