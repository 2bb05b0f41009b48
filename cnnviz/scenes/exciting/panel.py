"""What excites each channel of a network, as one blob: the examples once, and which part of which excited whom.

As in a scene of one layer, whoever draws decides nothing: what of an example a unit saw stands in the boxes.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.layers import Array, Dropout, Shape
from cnnviz.networks.exciting import Answers, box
from cnnviz.networks.exciting.best import NONE
from cnnviz.networks.exciting.spread import STEPS
from cnnviz.networks.network import Network
from cnnviz.scenes.blob import VERSION, Scene, Tensors
from cnnviz.scenes.palette import PALETTE, TOP

MOST = 3 * 2**20  # bytes of all examples that are sent: each of those on which Fashion-MNIST is tested


def stages_of(network: Network, answers: Collection[str]) -> dict[str, str]:
    """The stages that can be asked, each with the one whose answers are its own: dropout that rests hands on."""
    found, last = {}, ""
    for name, layer in network.stages:
        if name in answers:
            found[name] = last = name
        elif isinstance(layer, Dropout) and last:
            found[name] = last
        else:
            last = ""
    return found


def make_panel(
    network: Network,
    x: Array,
    labels: Sequence[str],
    classes: Sequence[str],
    answers: Mapping[str, Answers],
    scale: str,
    stage: str,
    channel: int = 0,
) -> Scene:
    """The most exciting examples of every channel.

    Parameters
    ----------
    x : float32 array, shape (N, channels, *axes)
        The examples in which was searched.
    labels : str for each of them
        What they are in truth.
    scale : str
        How they are coloured, a name in the palette.
    stage, channel
        What is shown first.

    Returns
    -------
    Scene
        ``examples`` (M, channels, *axes), the ones that excite anybody, as 8-bit levels; of stage *i*: ``value.i``
        (channels, k); ``which.i`` (channels, k), the example, or -1; ``box.i`` (channels, k, axes, 2), first cell and
        one past the last of what the unit saw, over the ends where it saw padding; ``auc.i`` (channels, classes). See
        `spread` for the rest.
    """
    own = stages_of(network, answers)
    sent = fitting({name: answers[name] for name, _ in network.stages if name in answers}, x)
    used = np.unique(np.concatenate([answers[name].best.example.ravel() for name in sent]))
    used = used[used != NONE]
    place = np.full(len(x) + 1, NONE)
    place[used] = np.arange(len(used))  # what is NONE finds the last, which stays it
    low, high = float(x.min()), float(x.max())
    tensors: Tensors = {"examples": levels(x[used], low, high)}
    for i, name in enumerate(sent):
        tensors |= told(network, x.shape[1:], name, answers[name], place, i)
    meta = {
        **looked_at(stage, channel, scale),
        "stages": {name: sent.index(one) for name, one in own.items() if one in sent},
        "classes": list(classes),
        "labels": [labels[i] for i in used],
        "each": "example",
    }
    return Scene(tensors, meta)


def looked_at(stage: str, channel: int, scale: str) -> dict[str, Any]:
    """What every panel says of what it shows first, and how."""
    palette = {scale: PALETTE[scale]}
    return dict(version=VERSION, stage=stage, channel=channel, scale=scale, palette=palette, shares=STEPS)


def told(network: Network, shape: Shape, stage: str, one: Answers, place: NDArray[np.intp], i: int) -> Tensors:
    """What a stage's channels answer to."""
    cells = {int(cell): box(network, shape, stage, int(cell)) for cell in np.unique(one.best.cell)}
    boxes = np.array([[cells[int(cell)] for cell in row] for row in one.best.cell], np.int16)
    return {
        f"value.{i}": one.best.value,
        f"which.{i}": place[one.best.example].astype(np.int16),
        f"box.{i}": boxes.reshape(*one.best.cell.shape, len(shape) - 1, 2),
        f"auc.{i}": np.ascontiguousarray(one.auc[:, :, 0]),
    } | spread(one, i)


def spread(one: Answers, i: int, rows: slice = slice(None)) -> Tensors:
    """How the values of a stage's channels, or of some of them, are spread; nothing where that was not kept.

    Returns
    -------
    tensors
        ``edge.i`` (channels, bins + 1), where bars begin and end; ``share.i`` (channels, 1 + classes, bins), of all
        values, then of each class, in steps of which ``shares`` are all; ``n.i`` (1 + classes,), how many values.
    """
    if one.spread is None:
        return {}
    return {
        f"edge.{i}": one.spread.ends(one.best.value[:, 0])[rows],
        f"share.{i}": one.spread.share[rows],
        f"n.{i}": one.spread.n.clip(max=np.iinfo(np.int32).max).astype(np.int32),
    }


def fitting(answers: Mapping[str, Answers], x: Array) -> list[str]:
    """Stages whose examples all fit into the blob, from the first on."""
    used: set[int] = set()
    found = []
    for name, one in answers.items():
        used |= set(one.best.example.ravel().tolist())
        if len(used) * x[0].size > MOST:
            break
        found.append(name)
    return found


def levels(values: Array, low: float, high: float) -> NDArray[np.uint8]:
    """From the lowest value of all to the highest, 0 to `TOP`."""
    found: NDArray[np.uint8] = np.rint((values - low) / (high - low or 1) * TOP).clip(0, TOP).astype(np.uint8)
    return found
