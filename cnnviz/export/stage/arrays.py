"""Maps for those who compute on: NumPy archives and safetensors, with axes in seconds and hertz."""

import numpy as np

from cnnviz.export.arrays import packed, safe
from cnnviz.export.stage.named import lies as lies_of
from cnnviz.inputs.read import read
from cnnviz.scenes.blob import Tensors
from cnnviz.scenes.stage_maps import Maps
from cnnviz.scenes.whose import whose
from cnnviz.text import _


def npz(maps: Maps) -> bytes:
    """All maps of the stage as a NumPy archive, which ``np.load(..., allow_pickle=False)`` reads.

    Returns
    -------
    bytes
        ``maps`` (channels, frames, mels) and ``input`` (frames, mels), float32; ``seconds`` (frames,) and ``hertz``
        (mels,), float64, or ``frames`` and ``mels``, see `centres`; without axes ``stage``, ``layer``, ``seed``,
        ``weights``, ``network``, ``clip`` and ``readme``.
    """
    return packed(arrays(maps), words_of(maps))


def tensors(maps: Maps) -> bytes:
    """The same as a safetensors file; what is no array stands in its metadata, as text."""
    return safe(arrays(maps), words_of(maps))


def arrays(maps: Maps) -> Tensors:
    """What was computed and read, exactly, and where its cells lie."""
    found: Tensors = {"maps": maps.done.y[0], "input": maps.clip.values[0], **centres(maps)}
    return {name: np.ascontiguousarray(values) for name, values in found.items()}


def centres(maps: Maps) -> Tensors:
    """Where the units of the stage are centred.

    Returns
    -------
    dict
        ``seconds`` (frames,) on the clip and ``hertz`` (mels,), read off between the centres of the input's mels: NaN
        beyond the first and the last. Of an input that is no sound ``frames`` and ``mels``: cells of the input from 0.
    """
    features, lies = maps.clip.features, lies_of(maps, maps.view.stage)
    sizes = maps.done.y.shape[2:]
    frames, mels = (np.arange(n) * lie["jump"] + lie["first"] for n, lie in zip(sizes, lies, strict=True))
    if not features:
        return {"frames": frames, "mels": mels}
    peaks = features.hertz()
    hertz = np.interp(mels, np.arange(len(peaks)), peaks, left=np.nan, right=np.nan)
    return {"seconds": frames * features.hop_length / features.rate, "hertz": hertz}


def words_of(maps: Maps) -> dict[str, str | int]:
    """What the numbers are, and what it takes to get them again."""
    request = maps.request
    lies = _("frames and mels are cells of the input, counted from 0")
    if maps.clip.features:
        lies = _("seconds [s] lie on the clip, and hertz [Hz] are NaN beyond its mels")
    return {
        "stage": maps.view.stage,
        "layer": maps.done.layer.code(),
        "seed": request.weights.seed,
        "weights": whose(request),
        "network": repr(request.network),
        "clip": str(read(request.input).caption),
        "readme": _(
            "maps (channels, frames, mels) is the output of {stage}, input (frames, mels) what the network reads. Of "
            "the centres of all frames and mels of the maps, {lies}.",
            stage=maps.view.stage,
            lies=lies,
        ),
    }
