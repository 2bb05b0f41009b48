"""Sound: a clip made of sines and noise, seen as a log-mel spectrogram.

The lines that `LogMel.code` shows are the bodies of the functions that `LogMel.grid` calls; see `lines`.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.knobs import knob
from cnnviz.sources.base import Array, Grid, Source
from cnnviz.sources.logmel import HOP, MELS, RATE, WINDOW, decibels, log_mel, magnitudes, mel_filters, stretch

Wave = NDArray[np.float64]


def alarm(t: Wave, rng: np.random.Generator) -> Wave:
    """A bell, struck four times a second, high and low in turn."""
    pitch = np.where(t % 0.5 < 0.25, 880, 660)  # [Hz]
    since = t % 0.25  # the last stroke [s]
    ring = np.zeros_like(t)
    for partial in (1, 2.756, 5.404, 8.933):  # of a struck bar; the higher, the sooner gone
        ring += np.sin(2 * np.pi * partial * pitch * since) * np.exp(-6 * partial * since) / 4
    return ring


def speech(t: Wave, rng: np.random.Generator) -> Wave:
    """A buzz through four formants, two of them moving, in four syllables a second with a hiss between them."""
    pitch = 120 + 15 * np.sin(2 * np.pi * t)  # [Hz]
    cycles = np.cumsum(pitch) / RATE
    mouth = np.sin(3 * np.pi * t)  # from -1, closed, to 1, open
    formants = [500 + 200 * mouth, 1500 - 500 * mouth, 2500, 3500]  # [Hz]
    buzz = np.zeros_like(t)
    for harmonic in range(1, 41):
        loud = sum(1 / (1 + ((harmonic * pitch - formant) / 100) ** 2) for formant in formants)
        buzz += loud / 10 * np.sin(2 * np.pi * harmonic * cycles)
    syllable = np.sin(4 * np.pi * t) ** 2
    hiss = np.diff(rng.normal(size=len(t)), prepend=0)
    return syllable * buzz + (1 - syllable) ** 4 * hiss / 20


def water(t: Wave, rng: np.random.Generator) -> Wave:
    """A rush of noise, weaker the higher, and in it a hundred bubbles a second."""
    frequency = np.fft.rfftfreq(len(t), 1 / RATE)  # [Hz]
    flow = np.fft.irfft(np.fft.rfft(rng.normal(size=len(t))) / (1 + frequency / 500)) / 10
    age = t[:640]  # of a bubble: it rings for 40 ms and its pitch rises
    for _ in range(len(t) // 160):
        start, pitch = rng.integers(len(t) - 640), rng.uniform(400, 3000)
        flow[start : start + 640] += np.sin(2 * np.pi * pitch * (1 + 4 * age) * age) * np.exp(-120 * age) / 10
    return flow


SOUNDS: dict[str, tuple[str, Callable[[Wave, np.random.Generator], Wave]]] = {
    "alarm": ("an alarm bell", alarm),
    "speech": ("a speech-like buzz", speech),
    "water": ("running water", water),
}


def clip(event: Wave, t: Wave, rng: np.random.Generator) -> Array:
    """The event in the middle half of the clip, over quiet noise."""
    fade = np.interp(abs(t / t[-1] - 0.5), [0.24, 0.25], [1, 0])  # in and out, a hundredth of the clip each
    return np.asarray(fade * event + rng.normal(scale=0.001, size=len(t)), np.float32)


def lines(function: Callable[..., Any], result: str) -> str:
    """The body of a function below its docstring, as lines of their own that define `result`.

    >>> lines(stretch, "values").splitlines()[-1]
    'values = np.asarray((levels - low) / (high - low or 1), np.float32)'
    """
    *_, body = inspect.getsource(function).split('"""')
    return dedent(body).strip().replace("return ", f"{result} = ")


@dataclass(frozen=True)
class LogMel(Source):
    """A log-mel spectrogram: rows are frames, 16 ms apart; columns are mels, low to high; 0 is quiet and 1 loud."""

    title: ClassVar[str] = "Log-mel"
    ndims: ClassVar[tuple[int, ...]] = (2,)

    sound: str = knob("alarm", choices=tuple(SOUNDS), help="what is heard in the middle of the clip")
    seconds: int = knob(2, 1, 10, "length of the clip")

    def samples(self) -> Array:
        _, sound = SOUNDS[self.sound]
        t, rng = np.arange(self.seconds * RATE) / RATE, np.random.default_rng(0)
        return clip(sound(t, rng), t, rng)

    def grid(self) -> Grid:
        what, _ = SOUNDS[self.sound]
        values = log_mel(self.samples())
        return Grid(values, "picture", f"{what}, {self.seconds} s, {values.shape[1]} frames × {MELS} mels")

    def code(self) -> str:
        _, sound = SOUNDS[self.sound]
        steps: dict[str, Callable[..., Any]] = {  # what each returns, by the name under which the next takes it
            "event": sound,
            "samples": clip,
            "magnitude": magnitudes,
            "filters": mel_filters,
            "levels": decibels,
            "values": stretch,
        }
        bodies = "\n\n".join(lines(function, result) for result, function in steps.items())
        return f"""\
import librosa
import numpy as np
import torch

RATE, WINDOW, HOP, MELS = {RATE}, {WINDOW}, {HOP}, {MELS}
t, rng = np.arange({self.seconds} * RATE) / RATE, np.random.default_rng(0)

{bodies}
x = torch.tensor(values)[None, None]"""
