"""What is measured: runs from a page of numbers to a photograph, and the largest gate of the DESED network."""

from functools import cache

import numpy as np
from PIL import Image

from cnnviz.core.layers import Array, ContextGating, Conv, Layer
from cnnviz.core.run import Run, run
from cnnviz.inputs.samples import photo
from cnnviz.scenes.layer import make_scene

SMALL, CHANNELS, SOUND, PHOTO = "16x16", "64x64, 8 channels", "626x128", "1024x1024 photo"
GATE = "gate, 64 channels of 626x128"
LAYERS: dict[str, Layer] = {
    SMALL: Conv(kernel_size=(3, 3)),
    CHANNELS: Conv(out_channels=8, kernel_size=(3, 3), padding=(1, 1)),
    SOUND: Conv(kernel_size=(3, 3), padding=(1, 1)),
    PHOTO: Conv(kernel_size=(3, 3), padding=(1, 1)),
    GATE: ContextGating(channels=64),
}
SIZES = {SMALL: (1, 16, 16), CHANNELS: (1, 64, 64), SOUND: (1, 626, 128), GATE: (64, 626, 128)}


def values(name: str) -> Array:
    """The input, shape (channels, rows, columns): noise, or a photograph as large as one may upload."""
    if name == PHOTO:
        picture = photo("china.jpg").convert("L").resize((1024, 1024), Image.Resampling.BICUBIC)
        return np.asarray(picture, np.float32)[None] / 255
    return np.random.default_rng(0).normal(size=SIZES[name]).astype(np.float32)


@cache
def done(name: str) -> Run:
    return run(LAYERS[name], values(name))


@cache
def blob(name: str) -> bytes:
    return make_scene(done(name), "picture" if name == PHOTO else "signed").to_bytes()
