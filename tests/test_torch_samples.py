"""Torch's own samples: every one that a layer here stands for gives torch's numbers, by torch and by hand.

`make test` asks a third of them, `make fuzz` all.
"""

import warnings
from collections import Counter
from dataclasses import fields
from itertools import chain
from typing import Any

import numpy as np
import pytest
import torch
from examples import fuzzing, thinned
from torch import nn
from torch_samples import Sample, functions, modules

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import BatchNorm, Layer, Linear, MaxUnpool, Softmax
from cnnviz.core.run import run
from cnnviz.core.trace import trace
from cnnviz.networks.code.signatures import classes

CLOSE = {"rtol": 1e-4, "atol": 1e-5, "equal_nan": True}
MOST_AXES = 3
STEP = 7
OF = 1 if fuzzing() else STEP


class Missing(Exception):
    """No layer here has this."""


def layer_of(sample: Sample, axes: int) -> Layer:
    """The layer here that stands for a module, along so many axes."""
    module = sample.module
    if module is None:
        raise Missing(sample.reason)
    known = classes().get(type(module).__name__)
    if known is None:
        raise Missing(f"no layer {type(module).__name__}")
    ndim = known.ndim if known.dimensioned else axes
    names = [f.name for f in fields(known) if f.name != "ndim"]
    if isinstance(module, nn.AlphaDropout) and module.training and "training" not in names:
        raise Missing("AlphaDropout in training")
    found: dict[str, Any] = {name: getattr(module, name) for name in names if hasattr(module, name)}
    found |= {"bias": module.bias is not None} if "bias" in names else {}
    if "stride" in found and found["stride"] in (None, ()):
        found["stride"] = module.kernel_size
    if isinstance(known, BatchNorm):
        found["steps"] = int(module.training)
    if "normalized_shape" in found:
        found["normalized_shape"] = tuple(found["normalized_shape"])
    for name, value in found.items():
        if name in ("kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"):
            found[name] = spread(value, ndim, known)
    check_axis(sample)
    if isinstance(known, Softmax):
        found["dim"] = softmax_dim(sample)
    return type(known)(ndim=ndim, **found)


def check_axis(sample: Sample) -> None:
    """Raise `Missing` where a module works along other axes than its layer here."""
    module, axes = sample.module, max(sample.x.dim(), 1)
    if isinstance(module, nn.GLU) and module.dim % axes != min(1, axes - 1):  # a vector has no other axis
        raise Missing("GLU along another axis")
    if isinstance(module, nn.Flatten) and module.start_dim % axes == 0:
        raise Missing("Flatten of the batch")
    if isinstance(module, nn.LayerNorm) and len(module.normalized_shape) == axes and axes > 1:
        raise Missing("LayerNorm over the batch")


def softmax_dim(sample: Sample) -> int:
    """Along which axis of (examples, channels, *axes) the shares are; one row of numbers has no batch here."""
    axes, dim = sample.x.dim(), sample.module.dim
    if dim is None:  # as torch.nn.functional says it
        dim = 0 if axes in (0, 1, 3) else 1
    if axes > 1 and dim % axes == 0:
        raise Missing("Softmax over the batch")
    return dim % axes if axes > 1 else 1


def spread(value: Any, ndim: int, layer: Layer) -> Any:
    """Torch's spelling of one number for each axis."""
    if isinstance(value, tuple) and len(value) == 1:
        return value[0] if value[0] is not None else value
    return tuple(value) if isinstance(value, list) else value


def examples_of(sample: Sample) -> tuple[torch.Tensor, int]:
    """The input as (examples, channels, *axes), and how many axes there are besides."""
    x, known = sample.x, classes().get(type(sample.module).__name__)
    if known is not None and known.dimensioned:
        alone = x.dim() == known.ndim + 1 and not isinstance(known, BatchNorm)  # (N, C) is a batch of vectors
        return (x[None] if alone else x), known.ndim
    if isinstance(sample.module, (nn.Softmax2d, nn.PixelShuffle, nn.PixelUnshuffle)) and x.dim() == 3:
        return x[None], 2
    if x.dim() < 2:
        return x.reshape(1, -1) if x.dim() else x.reshape(1, 1), 1
    return x, x.dim() - 2


def judge(sample: Sample) -> str:
    """ "agreed", or what else came of it."""
    if sample.x.numel() == 0:
        return "empty"
    try:
        batch, axes = examples_of(sample)
        if not axes <= MOST_AXES:
            raise Missing("more than three axes")
        layer = layer_of(sample, max(axes, 1))
    except Missing as why:
        return f"no layer: {why}"
    except (GeometryError, ValueError, TypeError) as why:
        return f"refused: {why}"
    try:
        return compared(sample, layer, batch)
    except GeometryError as why:
        return f"refused: {why}"


def compared(sample: Sample, layer: Layer, batch: torch.Tensor) -> str:
    """Run each example, and hold it and two of its cells by hand against torch."""
    whole = batch.shape
    state = {key: value.numpy() for key, value in sample.module.state_dict().items()}
    together = isinstance(layer, BatchNorm) and layer.own and whole[0] > 1
    if random(layer):
        theirs = None
    else:
        with torch.no_grad():
            theirs = sample.call(sample.x)
        theirs = (theirs[0] if isinstance(theirs, tuple) else theirs).detach().numpy()
    if together:
        inputs = [batch.numpy() if batch.dim() > layer.ndim + 1 else batch.numpy()[..., None]]
        theirs = theirs[None]
    else:
        inputs = [example(layer, one.numpy()) for one in batch]
    for i, x in enumerate(inputs):
        done = run(told(layer, sample, batch, i, theirs), x, 0, {k: v for k, v in state.items() if v.ndim})
        if theirs is None:
            torch.manual_seed(0)
            with torch.no_grad():
                wanted = sample.module(torch.from_numpy(x)[None]).detach().numpy()
        else:
            wanted = theirs if len(inputs) == 1 else theirs[i]
        if not np.allclose(done.y.ravel(), np.ravel(wanted), **CLOSE):
            return "disagreed: torch's output"
        for flat in (0, done.y.size - 1):
            n, channel, *cell = np.unravel_index(flat, done.y.shape)
            if not np.allclose(trace(done, int(channel), cell, example=n).value, done.y[n, channel, *cell], **CLOSE):
                return "disagreed: by hand"
    return "agreed"


def random(layer: Layer) -> bool:
    return layer.random and getattr(layer, "training", False)


def example(layer: Layer, x: np.ndarray) -> np.ndarray:
    """One example with as many axes as the layer has, those that torch does not have 1 long."""
    if isinstance(layer, Linear) or x.ndim == 1:
        ones = (*x.shape, *(1,) * layer.ndim)
        return x.reshape(ones if getattr(layer, "normalized_shape", None) is None else ones[::-1])
    return x


def told(layer: Layer, sample: Sample, batch: torch.Tensor, i: int, theirs: Any) -> Layer:
    """The layer with what it must know of this example: the places of winners, a dense layer's input."""
    if isinstance(layer, Linear):
        return Linear((sample.module.in_features, *(1,) * layer.ndim), layer.out_features, layer.bias, ndim=layer.ndim)
    if isinstance(layer, MaxUnpool):
        places = sample.indices if sample.indices.dim() == batch.dim() else sample.indices[None]
        size = theirs.shape[-layer.ndim :]
        found = {"indices": tuple(places[i].ravel().tolist()), "size": tuple(size)}
        return type(layer)(**{f.name: getattr(layer, f.name) for f in fields(layer)} | found)
    return layer


@pytest.fixture(scope="module")
def verdicts() -> Counter[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Counter(map(judge, thinned(chain(functions(), modules()), STEP)))


def of(verdicts: Counter[str], start: str) -> dict[str, int]:
    return {why: n for why, n in verdicts.items() if why.startswith(start)}


def test_no_sample_disagrees(verdicts):
    assert of(verdicts, "disagreed") == {}


def test_almost_nothing_is_refused_that_torch_computes(verdicts):
    assert sum(of(verdicts, "refused").values()) <= 3, of(verdicts, "refused")  # paddings that cut all cells away


def test_few_samples_have_no_layer(verdicts):
    assert sum(of(verdicts, "no layer").values()) < 150 / OF, of(verdicts, "no layer")


def test_there_are_as_many_samples_as_there_were(verdicts):
    """A sample that is no longer asked would be a silent hole."""
    assert sum(verdicts.values()) >= 4_690 // OF
    assert verdicts["agreed"] >= 4_470 // OF
