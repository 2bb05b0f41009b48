"""What was found in a corpus, as values: of each clip, of each stage, and what of the clips can be seen and heard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.layers import Array
from cnnviz.inputs.logmel import DESED, Features
from cnnviz.networks.code import to_text
from cnnviz.networks.exciting import Answers, evaluated
from cnnviz.networks.network import Network
from cnnviz.text.problem import Problem

Files = Callable[[str], bytes]  # from a name within a result to what the file holds; raises OSError or KeyError


class CorpusError(Problem):
    """A corpus, or what was found in one, that cannot be read: one plain sentence."""


class Labelled(NamedTuple):
    """A class that is heard from `onset` to `offset` [s]."""

    label: str
    onset: float
    offset: float


@dataclass(frozen=True)
class Clip:
    """A sound of the folder, or of a longer one a stretch.

    Attributes
    ----------
    name : str
        Its path from the folder on, with slashes.
    start : float [s]
        Where in the file it begins.
    seconds : float
        That were read.
    length : float [s]
        Of the whole file.
    frames : int
        Of its log-mel spectrogram; 0 if it could not be read.
    events : tuple of Labelled
        By onset, from the beginning of the file on. A class by name is heard from beginning to end.
    refused : str
        Why it could not be read; else empty.
    """

    name: str
    start: float = 0.0
    seconds: float = 0.0
    length: float = 0.0
    frames: int = 0
    events: tuple[Labelled, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class About:
    """What was run.

    Attributes
    ----------
    link : str
        From the page's name on, as it was given.
    network : str
        The layers in eval mode as text, see `networks.code.to_text`.
    digest : str
        Of that and of all weights, see `fingerprint`: what is found holds for no other network.
    weights : str
        Whose they are, in words.
    features : Features
        How sounds became spectrograms.
    shape : (frames, mels), or None
        To which each spectrogram was scaled, for a network that reads one size alone.
    classes : tuple of str
    labels : str
        Where classes come from: "names", "events", or "none". With events a channel's values are its largest in each
        frame of the stage, else its largest in each clip.
    stages : number of channels by stage, in order
    clips : int
        That were read.
    k : int
        Patches that are kept of each channel.
    """

    link: str
    network: str = ""
    digest: str = ""
    weights: str = ""
    features: Features = DESED
    shape: tuple[int, int] | None = None
    classes: tuple[str, ...] = ()
    labels: str = "none"
    stages: Mapping[str, int] = field(default_factory=dict)
    clips: int = 0
    k: int = 9


@dataclass(frozen=True, eq=False)
class Stage:
    """What the channels of a stage answer to.

    Attributes
    ----------
    answers : Answers
        Its `best.example` is a row of the clips; `auc` has no classes where none are known.
    box : int32 array, shape (channels, k, 2, 2)
        First and one past the last (frame, mel) of the clip's spectrogram that the unit saw; beyond its ends where it
        read padding.
    window : int32 array, shape (channels, k, 2)
        First and one past the last frame of the patch, which is the box with a little around it.
    patch : int32 array, shape (channels, k)
        Its number; -1 where there is none.
    edges : float32 array, shape (channels, bins - 1)
        Between the bins, of which the first and last are open; see `Tells`.
    range : float32 array, shape (channels, 2)
        The lowest and the highest value.
    counts : int64 array, shape (channels, 1 + classes, bins)
        Values in each bin: all of them, then those while each class was heard.
    means : float64 array, shape (channels, 1 + classes, 3)
        How many values, their mean and variance, likewise.
    """

    answers: Answers
    box: NDArray[np.int32]
    window: NDArray[np.int32]
    patch: NDArray[np.int32]
    edges: Array
    range: Array
    counts: NDArray[np.int64]
    means: NDArray[np.float64]


class Patch(NamedTuple):
    """What is seen and heard of a stretch of a clip.

    Attributes
    ----------
    levels : uint8 array, shape (frames, mels)
        From 0 to `palette.TOP`, from the quietest to the loudest cell of the clip.
    samples : int16 array, shape (samples,)
    """

    levels: NDArray[np.uint8]
    samples: NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Corpus:
    """The result of a run, of which stages and patches are read when they are asked for."""

    about: About
    clips: tuple[Clip, ...]
    read_stage: Callable[[str], Stage]
    read_patch: Callable[[int], Patch]

    def stage(self, name: str) -> Stage:
        """A stage by its name in `About.stages`.

        Raises
        ------
        CorpusError
            If there is none, or it is damaged.
        """
        return self.read_stage(name)

    def patch(self, number: int) -> Patch:
        """A patch by its number in `Stage.patch`.

        Raises
        ------
        CorpusError
            If there is none, or it is damaged.
        """
        return self.read_patch(int(number))


def fingerprint(network: Network, state: Mapping[str, Array]) -> str:
    """What two networks have in common only if they are the same layers in eval mode, with the same weights.

    Parameters
    ----------
    state : arrays by key of the `state_dict`
        All of them.
    """
    found = sha256(to_text(evaluated(network)).encode())
    for key in sorted(state):
        found.update(f"{key} {state[key].shape}".encode() + np.ascontiguousarray(state[key], np.float32).tobytes())
    return found.hexdigest()


def in_folder(folder: Path) -> Files:
    """The files of a result that lies in a folder."""
    return lambda name: (folder / name).read_bytes()
