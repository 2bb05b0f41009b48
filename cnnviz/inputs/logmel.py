"""Log-mel spectrograms: what the sound event detector of the DESED baseline sees of a clip, every number a knob.

The filters are float64, and so is all that follows until the end: a matrix product in float32 changes in its last
bits with the number of threads, which `run` sets as it goes, and a clip would not always give the same numbers.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import librosa  # loads its parts, which take seconds, when they are first used
import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.core.settings import Setting, knob
from cnnviz.inputs.base import MAX_VALUES, Array, SourceError, check_knobs
from cnnviz.text import Message, listed

RATE = 16_000  # samples per second, as the baselines since 2020 have it
RATES = (8_000, 16_000, 22_050, 32_000, 44_100, 48_000)  # those before had 44,100, frames of 511 samples and 64 mels
TOP = RATE // 2  # the highest frequency that this rate holds [Hz]
MOST_HERTZ = max(RATES) // 2
MOST_MELS = 512

Floats = NDArray[np.float64]
Norm = Literal["none", "slaney"]


@dataclass(frozen=True)
class Features(Setting):
    """How a sound becomes a log-mel spectrogram, in torchaudio's words; it begins as the DESED baselines have it.

    The window is a symmetric Hamming window, in the middle of the FFT if it is shorter.

    Raises
    ------
    SourceError
        If a number is out of its range, the window is longer than the FFT, or `f_min` is not below `f_max`.
    """

    rate: int = knob(RATE, choices=RATES, help=Message("samples a second, to which a sound is brought first"))
    n_fft: int = knob(
        2048, choices=(256, 512, 1024, 2048, 4096), help=Message("samples that are transformed for one frame")
    )
    win_length: int = knob(2048, 32, 4096, Message("samples that one frame reads; zeros fill the rest of n_fft"))
    hop_length: int = knob(256, 32, 2048, Message("samples from one frame to the next"))
    n_mels: int = knob(128, 1, MOST_MELS, Message("bands, each a triangle of frequencies"))
    f_min: int = knob(0, 0, MOST_HERTZ - 1, Message("where the lowest triangle begins [Hz]"), step=50)
    f_max: int = knob(TOP, 1, MOST_HERTZ, Message("where the highest triangle ends [Hz]"), step=50)
    power: int = knob(1, choices=(1, 2), help=Message("1: magnitudes are summed in a band, 2: their squares"))
    mel_scale: Literal["htk", "slaney"] = knob("htk", choices=("htk", "slaney"), help=Message("how mels become Hz"))
    norm: Norm = knob("none", choices=("none", "slaney"), help=Message("triangles of height 1, or of area 1"))
    scale: Literal["[0, 1]", "[-1, 1]"] = knob(
        "[0, 1]", choices=("[0, 1]", "[-1, 1]"), help=Message("from the quietest cell of the clip to its loudest")
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_knobs(self)
        for name, most, why in (
            ("n_mels", MOST_MELS, Message("more are not shown")),
            (
                "win_length",
                self.n_fft,
                Message("a window does not reach beyond n_fft, which is {n_fft}", n_fft=self.n_fft),
            ),
            ("f_max", self.rate // 2, Message("{rate:,} samples a second hold no higher frequency", rate=self.rate)),
            ("f_min", self.f_max - 1, Message("the triangles end at f_max, which is {f_max}", f_max=self.f_max)),
        ):
            if not getattr(self, name) <= most:
                raise SourceError(
                    "{name} is {given}: set it to {most} or less, {why}.",
                    name=name,
                    given=getattr(self, name),
                    most=most,
                    why=why,
                )

    def check(self, samples: int) -> None:
        """Refuse a clip whose spectrogram would hold more than `MAX_VALUES` numbers."""
        frames, mels = self.frames(samples), self.n_mels
        if frames * mels > MAX_VALUES:
            least = samples // (MAX_VALUES // mels) + 1  # so that samples // hop_length is one frame below
            raise SourceError(
                "{frames:,} frames × {mels} mels are {cells:,} numbers: at most {most:,} are shown, set "
                "hop_length to {least} or more.",
                frames=frames,
                mels=mels,
                cells=frames * mels,
                most=MAX_VALUES,
                least=least,
            )

    def frames(self, samples: int) -> int:
        """How many frames so many samples give; a clip of half an FFT or less is as long as mirrored ends need."""
        return 1 + max(samples, self.n_fft // 2 + 1) // self.hop_length

    def seconds(self, frame: int) -> float:
        """Where a frame is centred [s]."""
        return frame * self.hop_length / self.rate

    def span(self, first: int, last: int) -> tuple[float, float]:
        """The piece of sound that the frames `first` to `last` read, from and to [s]; mirrored ends are left out."""
        before = self.n_fft // 2 - (self.n_fft - self.win_length) // 2  # samples of the window before its centre
        start, stop = first * self.hop_length - before, last * self.hop_length - before + self.win_length
        return max(0, start) / self.rate, stop / self.rate

    def hertz(self) -> Floats:
        """Where the triangles reach their height, (mels,) [Hz]."""
        return corners(self.n_mels, self.f_min, self.f_max, self.mel_scale)[1:-1]

    def edges(self) -> Floats:
        """Where each triangle begins and ends, (mels, 2) [Hz]: at the centres of its neighbours."""
        hertz = corners(self.n_mels, self.f_min, self.f_max, self.mel_scale)
        return np.stack([hertz[:-2], hertz[2:]], axis=1)

    def filters(self) -> Floats:
        """The triangles, (mels, frequencies)."""
        return mel_filters(self.rate, self.n_fft, self.n_mels, self.f_min, self.f_max, self.mel_scale, self.norm)

    def empty_mels(self) -> int:
        """How many triangles lie between two frequencies of the FFT: they hear nothing, and stay at -50 dB."""
        return int((self.filters().max(axis=1) < 1e-9).sum())  # rounding leaves 1e-13 where an edge meets a frequency

    def empty_notes(self) -> tuple[Message, ...]:
        """What to end a caption with, where mels are empty."""
        empty = self.empty_mels()
        return (Message("{empty} of {n_mels} mels empty", empty=empty, n_mels=self.n_mels),) if empty else ()

    def words(self) -> Message:
        """What these numbers mean, in a line.

        >>> str(Features().words())
        'a frame every 16 ms, window 128 ms, frequency resolution 7.81 Hz, mels 14.1 to 165 Hz apart'
        """
        apart = np.diff(self.hertz())
        parts = [
            Message("a frame every {hop:.3g} ms", hop=1000 * self.hop_length / self.rate),
            Message("window {window:.3g} ms", window=1000 * self.win_length / self.rate),
            Message("frequency resolution {resolution:.3g} Hz", resolution=self.rate / self.n_fft),
        ]
        if len(apart):
            parts.append(Message("mels {least:.3g} to {most:.3g} Hz apart", least=apart.min(), most=apart.max()))
        return listed([*parts, *self.empty_notes()])


DESED = Features()


def corners(n_mels: int, f_min: float, f_max: float, mel_scale: str) -> Floats:
    """Frequencies evenly spaced on the mel scale, (mels + 2,) [Hz]: each triangle begins, peaks and ends at three."""
    return librosa.mel_frequencies(n_mels + 2, fmin=f_min, fmax=f_max, htk=mel_scale == "htk")


def spectrum(samples: Array, n_fft: int, win_length: int, hop_length: int, power: int) -> Array:
    """Short-time magnitudes, or their squares, (frequencies, frames); frame *t* is centred at ``t * hop_length``."""
    short = max(0, n_fft // 2 + 1 - len(samples))  # mirrored ends take half an FFT and a sample
    padded = torch.tensor(np.pad(samples, (0, short)), dtype=torch.float32)
    window = torch.hamming_window(win_length, periodic=False)
    bins = torch.stft(padded, n_fft, hop_length, win_length, window, pad_mode="reflect", return_complex=True)
    return (bins.abs() ** power).numpy()


@lru_cache(maxsize=4)
def mel_filters(rate: int, n_fft: int, n_mels: int, f_min: float, f_max: float, mel_scale: str, norm: Norm) -> Floats:
    """Triangles, evenly spaced on the mel scale, that reach 1 or have an area of 1 Hz, (mels, frequencies)."""
    htk, area = mel_scale == "htk", None if norm == "none" else norm
    return librosa.filters.mel(
        sr=rate, n_fft=n_fft, n_mels=n_mels, fmin=f_min, fmax=f_max, htk=htk, norm=area, dtype=np.float64
    )


def decibels(bins: Array, filters: Floats, power: int) -> Floats:
    """Loudness of each band, (frames, mels) [dB of amplitude], kept within -50 and 80."""
    loud = 20 / power * np.log10(np.maximum(bins.T @ filters.T, 10 ** (-5 * power)))
    return np.asarray(loud.clip(-50, 80), np.float64)


def stretch(levels: Floats, scale: str) -> Array:
    """The same from 0 (or -1), the quietest cell, to 1, the loudest; all quietest where there is no difference."""
    low, high = levels.min(), levels.max()
    share = (levels - low) / (high - low or 1)
    return np.asarray(2 * share - 1 if scale == "[-1, 1]" else share, np.float32)


def log_mel(samples: Array, features: Features = DESED) -> Array:
    """Log-mel spectrogram of a clip, as the DESED baseline of 2021 to 2023 feeds it to its network.

    Parameters
    ----------
    samples : float array, shape (samples,), from -1 to 1
        Mono, at `Features.rate`, finite. Up to half an FFT of them are padded with zeros to half an FFT and one sample.
    features : Features
        The baseline of 2024 takes ``Features(scale="[-1, 1]")``.

    Returns
    -------
    float32 array, shape (1, frames, mels)
        ``20 / power * log10`` of each band's sum, stretched over `scale` from the clip's quietest cell to its loudest;
        silence is all quietest. Frame *t* of the ``1 + samples // hop_length`` is centred at `Features.seconds(t)`.

    Raises
    ------
    SourceError
        If that would be more than `MAX_VALUES` numbers.

    Examples
    --------
    >>> log_mel(np.zeros(160_000, np.float32)).shape
    (1, 626, 128)

    References
    ----------
    github.com/DCASE-REPO/DESED_task, recipes/dcase2023_task4_baseline: confs/default.yaml, local/sed_trainer.py.
    torchaudio.transforms.MelSpectrogram and AmplitudeToDB, whose names and formulas these are.
    """
    features.check(len(samples))
    bins = spectrum(samples, features.n_fft, features.win_length, features.hop_length, features.power)
    return stretch(decibels(bins, features.filters(), features.power), features.scale)[None]
