"""Log-mel spectrograms: what the sound event detector of the DESED baseline sees of a clip.

The filters are float64, and so is all that follows until the end: a matrix product in float32 changes in its last
bits with the number of threads, which `run` sets as it goes, and a clip would not always give the same numbers.
"""

from functools import lru_cache

import librosa  # loads its parts, which take seconds, when they are first used
import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.sources.base import Array

RATE = 16_000  # samples per second
WINDOW = 2048  # samples that one frame reads
HOP = 256  # samples from one frame to the next
MELS = 128  # bands between 0 and 8000 Hz

Floats = NDArray[np.float64]


def magnitudes(samples: Array) -> Array:
    """Short-time spectrum, (frequencies, frames); frame *t* is centred at sample ``t * HOP``."""
    short = max(0, WINDOW // 2 + 1 - len(samples))  # mirrored ends take half a window and a sample
    padded = torch.tensor(np.pad(samples, (0, short)), dtype=torch.float32)
    window = torch.hamming_window(WINDOW, periodic=False)
    return torch.stft(padded, WINDOW, HOP, window=window, pad_mode="reflect", return_complex=True).abs().numpy()


@lru_cache(maxsize=1)
def mel_filters() -> Floats:
    """Triangles that reach 1, evenly spaced on the HTK scale from 0 to half the rate, (mels, frequencies)."""
    return librosa.filters.mel(sr=RATE, n_fft=WINDOW, n_mels=MELS, htk=True, norm=None, dtype=np.float64)


def decibels(magnitude: Array, filters: Floats) -> Floats:
    """Loudness of each band, (frames, mels) [dB], kept within -50 and 80."""
    loud = 20 * np.log10(np.maximum(magnitude.T @ filters.T, 1e-5))
    return np.asarray(loud.clip(-50, 80), np.float64)


def stretch(levels: Floats) -> Array:
    """The same from 0, the quietest cell, to 1, the loudest; all 0 where there is no difference."""
    low, high = levels.min(), levels.max()
    return np.asarray((levels - low) / (high - low or 1), np.float32)


def log_mel(samples: Array) -> Array:
    """Log-mel spectrogram of a clip, as the DESED baseline of 2021 to 2023 feeds it to its network.

    Parameters
    ----------
    samples : float array, shape (samples,), from -1 to 1
        Mono, 16 kHz, finite. Up to 1,024 samples are padded with zeros to 1,025.

    Returns
    -------
    float32 array, shape (1, frames, mels), from 0 to 1
        ``20 log10(magnitude)``, stretched from the quietest cell of the clip to its loudest; silence is all 0.
        There are ``1 + samples // 256`` frames, frame *t* centred at ``t * 256 / 16_000`` seconds, and 128 mels.
        The baseline of 2024 takes ``2 * log_mel(samples) - 1``.

    Examples
    --------
    >>> log_mel(np.zeros(160_000, np.float32)).shape
    (1, 626, 128)

    References
    ----------
    github.com/DCASE-REPO/DESED_task, recipes/dcase2023_task4_baseline: confs/default.yaml, local/sed_trainer.py.
    """
    return stretch(decibels(magnitudes(samples), mel_filters()))[None]
