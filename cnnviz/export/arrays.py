"""One run of a layer for those who compute on: a NumPy archive or a safetensors file with torch's own numbers."""

from collections.abc import Mapping
from io import BytesIO

import numpy as np
import torch
from safetensors.numpy import save

from cnnviz.core.layers import MaxUnpool
from cnnviz.core.run import Run
from cnnviz.scenes.blob import Tensors
from cnnviz.scenes.build import Shown
from cnnviz.text import _

Words = Mapping[str, str | int]
NOTHING: Tensors = {}


def npz(made: Shown | Run, seed: int = 0, caption: str = "", more: Tensors = NOTHING) -> bytes:
    """What one run read, held and made, as an archive that ``np.load(..., allow_pickle=False)`` reads.

    Parameters
    ----------
    seed : int
        As it was chosen; a run does not know it.
    caption : str
        What the input is, as `Grid.caption` says.
    more : arrays by name
        What else is on stage.

    Returns
    -------
    bytes
        The arrays of `arrays`, bit for bit; the settings of `words_of`, each without axes.
    """
    done = run_of(made)
    return packed(arrays(done) | more, words_of(done, seed, caption))


def tensors(made: Shown | Run, seed: int = 0, caption: str = "", more: Tensors = NOTHING) -> bytes:
    """The same as a safetensors file; the settings stand in its metadata, as text."""
    done = run_of(made)
    return safe(arrays(done) | more, words_of(done, seed, caption))


def run_of(made: Shown | Run) -> Run:
    return made.done if isinstance(made, Shown) else made


def arrays(done: Run) -> Tensors:
    """The numbers of a run, as `Run` has them.

    Returns
    -------
    dict
        ``input`` and ``output``, float32, (N, channels, *axes); ``state.weight``, ``state.bias``, ... as the
        `state_dict` before the pass names them; ``part.indices``, ``part.gate``, ... what else there was to see, in its
        own type.
    """
    parts = dict(done.parts)
    if isinstance(done.layer, MaxUnpool):  # it is told the places, rather than finding them
        parts["indices"] = np.array(done.layer.indices, np.int64).reshape(done.x.shape)
    return {
        "input": done.x,
        "output": done.y,
        **{f"state.{name}": values for name, values in done.state.items()},
        **{f"part.{name}": values for name, values in parts.items()},
    }


def words_of(done: Run, seed: int, caption: str) -> dict[str, str | int]:
    """What the numbers are, and what it takes to get them again."""
    read, made = done.layer.torch_shapes(done.shape, len(done.x))
    axes = ", ".join(done.layer.axis_names())
    return {
        "layer": done.layer.code(),
        "seed": seed,
        "caption": caption,
        "input_shape": str(read),
        "output_shape": str(made),
        "device": done.device,
        "torch": torch.__version__,
        "readme": _(
            "input is (N, channels, {axes}) and output what torch made of it; state.* is the layer's "
            "state_dict before the pass, part.* what else there was to see. input_shape and output_shape are the "
            "shapes of torch's own call.",
            axes=axes,
        ),
    }


def packed(found: Tensors, words: Words) -> bytes:
    """Arrays, and words as arrays without axes, as a compressed NumPy archive."""
    data = BytesIO()
    told = {name: np.array(word) for name, word in words.items()}
    np.savez_compressed(data, allow_pickle=False, **found, **told)
    return data.getvalue()


def safe(found: Tensors, words: Words) -> bytes:
    """Arrays as a safetensors file, with the words in its metadata."""
    whole = {name: np.asarray(values, order="C") for name, values in found.items()}  # keeps what has no axes
    return save(whole, metadata={name: str(word) for name, word in words.items()})
