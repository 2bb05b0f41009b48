"""Maps for those who compute on: NumPy archives and safetensors, with axes in seconds and hertz."""

import numpy as np

from cnnviz.export.arrays import packed, safe
from cnnviz.export.stage.stage import Taken, take, weights_words
from cnnviz.scenes.blob import Tensors
from cnnviz.scenes.request import MapsChoice


def npz(choice: MapsChoice) -> bytes:
    """All maps of the stage as a NumPy archive, which ``np.load(..., allow_pickle=False)`` reads.

    Returns
    -------
    bytes
        ``maps`` (channels, frames, mels) and ``input`` (frames, mels), float32; ``seconds`` (frames,) and ``hertz``
        (mels,), float64, or ``frames`` and ``mels``, see `centres`; without axes ``stage``, ``layer``, ``seed``,
        ``weights``, ``network``, ``clip`` and ``readme``.
    """
    taken = take(choice)
    return packed(arrays(taken), words_of(taken))


def tensors(choice: MapsChoice) -> bytes:
    """The same as a safetensors file; what is no array stands in its metadata, as text."""
    taken = take(choice)
    return safe(arrays(taken), words_of(taken))


def arrays(taken: Taken) -> Tensors:
    """What was computed and read, exactly, and where its cells lie."""
    found: Tensors = {"maps": taken.done.y, "input": taken.clip.values[0], **centres(taken)}
    return {name: np.ascontiguousarray(values) for name, values in found.items()}


def centres(taken: Taken) -> Tensors:
    """Where the units of the stage are centred.

    Returns
    -------
    dict
        ``seconds`` (frames,) on the clip and ``hertz`` (mels,), read off between the centres of the input's mels: NaN
        beyond the first and the last. Of an input that is no sound ``frames`` and ``mels``: cells of the input from 0.
    """
    features, lies = taken.clip.features, taken.lies(taken.choice.at.stage)
    sizes = taken.done.y.shape[1:]
    frames, mels = (np.arange(n) * lie["jump"] + lie["first"] for n, lie in zip(sizes, lies, strict=True))
    if not features:
        return {"frames": frames, "mels": mels}
    peaks = features.hertz()
    hertz = np.interp(mels, np.arange(len(peaks)), peaks, left=np.nan, right=np.nan)
    return {"seconds": frames * features.hop_length / features.rate, "hertz": hertz}


def words_of(taken: Taken) -> dict[str, str | int]:
    """What the numbers are, and what it takes to get them again."""
    at = taken.choice.at
    lies = "frames and mels are cells of the input, counted from 0"
    if taken.clip.features:
        lies = "seconds [s] lie on the clip, and hertz [Hz] are NaN beyond its mels"
    return {
        "stage": at.stage,
        "layer": taken.done.layer.code(),
        "seed": at.seed,
        "weights": weights_words(at),
        "network": repr(at.network),
        "clip": str(at.source.grid().caption),
        "readme": f"maps (channels, frames, mels) is the output of {at.stage}, input (frames, mels) what the network "
        f"reads. Of the centres of all frames and mels of the maps, {lies}.",
    }
