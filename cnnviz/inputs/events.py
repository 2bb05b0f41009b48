"""Sound events: clips in which several things are heard, and from when to when each of them is.

A clip is all in its seed, so that thousands need not be kept. What `code` shows are the bodies of the functions below.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from cnnviz.inputs.base import Array
from cnnviz.inputs.logmel import RATE
from cnnviz.inputs.sound import SOUNDS, Wave, plain

HEARD = {kind: sound for kind, (_, sound) in SOUNDS.items() if kind != "mixture"}
UNSEEN = 1_000_000  # seeds from here on are of clips to test on


class Event(NamedTuple):
    """What is heard from `onset` to `offset` [s], at which level [dB]; at 0 dB its RMS is 0.05 of full scale."""

    kind: str
    onset: float
    offset: float
    level: float


def background(length: int, rng: np.random.Generator) -> Wave:
    """Quiet noise, white or weaker the higher, -65 to -45 dB of full scale."""
    frequency = np.fft.rfftfreq(length, 1 / RATE)  # [Hz]
    noise = np.fft.irfft(np.fft.rfft(rng.normal(size=length)) / (1 + frequency / 500) ** rng.uniform(0, 1), length)
    noise *= 10 ** (rng.uniform(-65, -45) / 20) / np.sqrt(np.mean(noise**2))
    return noise


def played(sound: Callable[..., Wave], length: int, rng: np.random.Generator) -> Wave:
    """A piece of a sound, higher and faster or lower and slower, with an echo, faded in and out within 20 ms."""
    speed = rng.uniform(0.8, 1.25)
    whole = sound(np.arange(int(length * speed) + RATE) / RATE, rng)
    start = rng.integers(RATE // 2)
    piece: Wave = np.interp(start + speed * np.arange(length), np.arange(len(whole)), whole)
    wall = rng.integers(RATE // 200, RATE // 20)  # the echo comes after 5 to 50 ms
    piece[wall:] += rng.uniform(0, 0.6) * piece[:-wall]
    edge = np.minimum(np.arange(length), np.arange(length)[::-1])  # samples to the nearer end
    piece *= np.minimum(1, edge / (RATE // 50))
    piece *= 0.05 / np.sqrt(np.mean(piece**2))
    return piece


def mixed(seed: int, seconds: int, most: int) -> tuple[Wave, list[tuple[str, float, float, float]]]:
    """One to `most` events over noise, also over one another; one that meets another of its kind is left out."""
    rng = np.random.default_rng(seed)
    samples = background(seconds * RATE, rng)
    events: list[tuple[str, float, float, float]] = []
    for _ in range(rng.integers(1, most + 1)):
        kind = list(HEARD)[rng.integers(len(HEARD))]
        length = int(RATE * rng.uniform(0.5, min(4, seconds)))
        first = int(rng.integers(seconds * RATE - length + 1))
        level = rng.uniform(-12, 0)  # [dB]
        onset, offset = first / RATE, (first + length) / RATE
        if not any(kind == other and onset < end + 0.1 and start < offset + 0.1 for other, start, end, _ in events):
            samples[first : first + length] += 10 ** (level / 20) * played(HEARD[kind], length, rng)
            events.append((kind, onset, offset, level))
    return samples, sorted(events, key=lambda event: event[1])


def clip(seed: int, seconds: int = 5, most: int = 4) -> tuple[Array, tuple[Event, ...]]:
    """A clip and its events, in the order of their onsets.

    Parameters
    ----------
    seed : int >= 0
        From `UNSEEN` on, of clips to test on.
    seconds, most : int > 0
        Length of the clip, and how many events it may have.

    Returns
    -------
    float32 array, shape (seconds * RATE,), from -1 to 1
    tuple of Event

    Examples
    --------
    >>> samples, events = clip(3)
    >>> len(samples), [event.kind for event in events]
    (80000, ['alarm', 'speech'])
    """
    samples, events = mixed(seed, seconds, most)
    return samples.clip(-1, 1).astype(np.float32), tuple(Event(*event) for event in events)


def active(events: Any, frames: int, apart: float) -> Array:
    """Which kinds are heard in the middle of each frame: 0 or 1, (kinds, frames).

    Parameters
    ----------
    events : of kind, onset, offset, level
    frames : int
    apart : float [s]
        From one frame to the next; the first is from 0 to there.
    """
    middle = (np.arange(frames) + 0.5) * apart  # [s]
    heard = np.zeros((len(HEARD), frames), np.float32)
    for kind, onset, offset, _ in events:
        heard[list(HEARD).index(kind)] += (onset <= middle) & (middle < offset)
    return heard


def code() -> str:
    """Lines that define `mixed` and `active`, and all that they call; they take `np` and `RATE`."""
    kinds = ", ".join(f'"{kind}": {sound.__name__}' for kind, sound in HEARD.items())
    sounds = "\n\n\n".join(plain(sound) for sound in HEARD.values())
    rest = "\n\n\n".join(plain(function) for function in (background, played, mixed, active))
    return f"{sounds}\n\n\nHEARD = {{{kinds}}}\n\n\n{rest}"
