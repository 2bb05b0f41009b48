"""Sound: a clip made of sines and noise, seen as a log-mel spectrogram.

The lines that `LogMel.code` shows are the bodies of the functions that `LogMel.grid` calls; see `lines`.
"""

import inspect
from collections.abc import Callable
from dataclasses import asdict, dataclass
from textwrap import dedent, indent
from typing import Any, ClassVar

import librosa  # loads its parts, which take seconds, when they are first used
import numpy as np
from numpy.typing import NDArray

from cnnviz.core.settings import knob
from cnnviz.inputs.base import Array, Grid, Source
from cnnviz.inputs.logmel import DESED, RATE, Features, decibels, log_mel, mel_filters, spectrum, stretch
from cnnviz.inputs.oddities import of_levels
from cnnviz.inputs.sndfile import sndfile
from cnnviz.text import Message, listed

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


def dishes(t: Wave, rng: np.random.Generator) -> Wave:
    """Plates that clink: twelve strokes a second, at any time and on any plate."""
    ring = np.zeros_like(t)
    since = t[: RATE // 2]  # a stroke [s]: half a second later it is not heard any more
    for _ in range(12 * len(t) // RATE):
        start, pitch, hard = rng.integers(len(t) - len(since)), rng.uniform(900, 2000), rng.uniform(0.03, 0.1)
        for partial in (1, 1.73, 2.33, 3.91):  # of a free round plate; the higher, the sooner gone
            clink = np.sin(2 * np.pi * partial * pitch * since) * np.exp(-15 * partial * since)
            ring[start : start + len(since)] += hard * clink
    return ring


def vacuum(t: Wave, rng: np.random.Generator) -> Wave:
    """A motor, about a hundred turns a second with their harmonics, in a steady rush of air."""
    turns = np.cumsum(100 + 3 * np.sin(np.pi * t)) / RATE
    hum = sum(np.sin(2 * np.pi * harmonic * turns) / harmonic for harmonic in range(1, 41))
    air = np.convolve(rng.normal(size=len(t)), np.ones(4) / 4, mode="same")
    return hum / 10 + air / 30


def mixture(t: Wave, rng: np.random.Generator) -> Wave:
    """Someone speaks; behind it an alarm rings, and water runs."""
    return speech(t, rng) / 2 + alarm(t, rng) / 4 + water(t, rng) / 2


SOUNDS: dict[str, tuple[Message, Callable[[Wave, np.random.Generator], Wave]]] = {
    "alarm": (Message("an alarm bell"), alarm),
    "speech": (Message("a speech-like buzz"), speech),
    "water": (Message("running water"), water),
    "dishes": (Message("dishes"), dishes),
    "vacuum": (Message("a vacuum cleaner"), vacuum),
    "mixture": (Message("speech, an alarm bell and running water"), mixture),
}


def clip(event: Wave, t: Wave, rng: np.random.Generator) -> Array:
    """The event in the middle half of the clip, over quiet noise."""
    fade = np.interp(abs(t / t[-1] - 0.5), [0.24, 0.25], [1, 0])  # in and out, a hundredth of the clip each
    return np.asarray(fade * event + rng.normal(scale=0.001, size=len(t)), np.float32)


def at_rate(samples: Array, rate: int) -> Array:
    """A clip that was made at `RATE`, at the rate that is wanted; `SourceError` if that takes what is missing."""
    if rate == RATE:
        return samples
    sndfile()  # which librosa loads where it resamples
    return resampled(samples, rate)


def resampled(samples: Array, rate: int) -> Array:
    """The clip at another rate than that at which it is made."""
    return librosa.resample(samples, orig_sr=RATE, target_sr=rate, res_type="soxr_hq")


def body(function: Callable[..., Any]) -> str:
    """The lines of a function below its docstring."""
    *_, below = inspect.getsource(function).split('"""')
    return dedent(below).strip()


def plain(function: Callable[..., Any]) -> str:
    """A function as lines that stand alone, without types and words."""
    takes = ", ".join(inspect.signature(function).parameters)
    return f"def {function.__name__}({takes}):\n{indent(body(function), '    ')}"


def lines(function: Callable[..., Any], result: str) -> str:
    """The body of a function, as lines of their own that define `result`.

    >>> lines(decibels, "levels").splitlines()[-1]
    'levels = np.asarray(loud.clip(-50, 80), np.float64)'
    """
    return body(function).replace("return ", f"{result} = ")


def definitions(function: Callable[..., Any]) -> str:
    """Lines that define the sounds which a sound is mixed from; none for one that stands alone.

    >>> definitions(alarm)
    ''
    """
    called = [part for _, part in SOUNDS.values() if part.__name__ in function.__code__.co_names]
    return "".join(f"{plain(part)}\n\n\n" for part in called)


def log_mel_head(features: Features) -> str:
    """Lines with what a sound and its log-mel take: modules, `RATE`, and the numbers of `features` by name."""
    numbers = "\n".join(f"{name} = {value!r}" for name, value in asdict(features).items())
    return f"""\
import librosa
import numpy as np
import torch

RATE = {RATE}
{numbers}"""


def log_mel_lines(features: Features) -> str:
    """Lines that make `values`, a log-mel spectrogram, of `samples` at `RATE`; the numbers of `features` have names."""
    steps: list[tuple[str, Callable[..., Any]]] = [  # the name under which the next takes what each returns
        *[("samples", resampled)] * (features.rate != RATE),
        ("bins", spectrum),
        ("filters", mel_filters),
        ("levels", decibels),
        ("values", stretch),
    ]
    return "\n\n".join(lines(function, result) for result, function in steps)


def seen(samples: Array, features: Features, what: Message, seconds: int) -> Grid:
    """The log-mel of a clip that is made here, so long, in which one hears this."""
    values = log_mel(samples, features)
    length = Message("{seconds} s", seconds=seconds)
    size = Message("{frames} frames × {mels} mels", frames=values.shape[1], mels=values.shape[2])
    return Grid(values, "loud", listed((what, length, size, *features.empty_notes())), of_levels(values))


@dataclass(frozen=True)
class LogMel(Source):
    """A log-mel spectrogram: rows are frames, columns are mels, low to high; the least is quiet, and 1 is loud."""

    title: ClassVar[Message] = Message("Log-mel")
    ndims: ClassVar[tuple[int, ...]] = (2,)

    sound: str = knob("alarm", choices=tuple(SOUNDS), help=Message("what is heard in the middle of the clip"))
    seconds: int = knob(2, 1, 10, Message("length of the clip"))
    features: Features = DESED

    def __post_init__(self) -> None:
        super().__post_init__()
        self.features.check(self.seconds * self.features.rate)

    def samples(self) -> Array:
        _, sound = SOUNDS[self.sound]
        t, rng = np.arange(self.seconds * RATE) / RATE, np.random.default_rng(0)
        made = clip(sound(t, rng), t, rng)
        return at_rate(made, self.features.rate)

    def grid(self) -> Grid:
        what, _ = SOUNDS[self.sound]
        return seen(self.samples(), self.features, what, self.seconds)

    def code(self) -> str:
        _, sound = SOUNDS[self.sound]
        made = f"{lines(sound, 'event')}\n\n{lines(clip, 'samples')}"
        return f"""\
{log_mel_head(self.features)}
t, rng = np.arange({self.seconds} * RATE) / RATE, np.random.default_rng(0)

{definitions(sound)}{made}

{log_mel_lines(self.features)}
x = torch.tensor(values)[None, None]"""
