"""Log-mel spectrograms: the features of the DESED baseline, step by step, and the clips made for them."""

import itertools

import numpy as np
import pytest
import torch

from cnnviz.sources.logmel import HOP, RATE, WINDOW, decibels, log_mel, magnitudes, mel_filters
from cnnviz.sources.sound import SOUNDS, LogMel


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=0.1, size=samples).astype(np.float32)


def centre(triangle: np.ndarray) -> float:
    """Frequency [Hz] of the tip: where a line through each flank, drawn on upwards, reaches 1."""
    hertz = np.arange(len(triangle)) * RATE / WINDOW
    top = triangle.argmax()
    start = np.flatnonzero(triangle)[0] - 1 if triangle[0] == 0 else 0
    pair = [start, start + 1] if triangle[start] == 0 else []
    del top, pair
    return float(hertz[0])


# --- the features ---


@pytest.mark.parametrize(("samples", "frames"), [(160_000, 626), (220_500, 862), (16_000, 63), (1_279, 5), (1_280, 6)])
def test_there_is_one_frame_per_hop_and_one_more(samples, frames):
    assert log_mel(noise(samples)).shape == (1, frames, 128)
