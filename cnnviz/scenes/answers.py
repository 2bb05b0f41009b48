"""What a network makes of one example at each moment of a training: maps and scores, by torch's layers in eval mode."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np

from cnnviz.core.layers import Array, Shape
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import Network
from cnnviz.networks.training import Moment, in_eval_mode
from cnnviz.scenes.small_maps import blocked


@dataclass(frozen=True)
class Answer:
    """Maps of some stages, and what comes out at the end.

    Attributes
    ----------
    maps : float32 arrays by stage, shape (channels, rows, columns)
        The first channels; means of blocks of cells where they are too large.
    out : float32 array, shape (classes,), or (classes, frames)
        Before any softmax or sigmoid.
    """

    maps: Mapping[str, Array]
    out: Array


@dataclass(frozen=True)
class Asked:
    """What is kept of each stage: how many channels, and the blocks of cells along rows and columns."""

    stages: tuple[tuple[str, int, tuple[int, int]], ...]


@dataclass
class Known:
    """Answers of one moment; they go when it goes."""

    answers: dict[tuple[Asked, bytes], Answer] = field(default_factory=dict)


MOST = 4  # answers of a moment: as many examples or recipes beside it
_known: WeakKeyDictionary[Moment, Known] = WeakKeyDictionary()


def answer(network: Network, moment: Moment, example: Array, asked: Asked) -> Answer:
    """What a moment's weights make of an example, remembered as long as the moment is."""
    known = _known.setdefault(moment, Known()).answers
    key = asked, example.tobytes()
    if key not in known:
        while len(known) >= MOST:
            known.pop(next(iter(known)))
        known[key] = answered(network, moment.state, example, asked)
    return known[key]


def answered(network: Network, state: Mapping[str, Array], example: Array, asked: Asked) -> Answer:
    last = network.stages[-1][0]
    wanted = {name: (channels, blocks) for name, channels, blocks in asked.stages}
    runs = run_network(in_eval_mode(network), example[None], weights=state, full={*wanted, last}, budget=2**30)
    maps = {name: blocked(planes(runs[name].y[0])[: wanted[name][0]], wanted[name][1]) for name in wanted}
    return Answer({name: np.ascontiguousarray(one) for name, one in maps.items()}, flat(runs[last].y[0]))


def planes(y: Array) -> Array:
    """Maps of any number of axes as (channels, rows, columns)."""
    return y.reshape(len(y), *plane(y.shape[1:]))


def plane(axes: Shape) -> tuple[int, int]:
    """Rows and columns of a map: of a signal one row, of a video all frames below each other.

    >>> plane((5, 6)), plane((7,)), plane((2, 5, 6)), plane(())
    ((5, 6), (1, 7), (10, 6), (1, 1))
    """
    *rows, columns = (1, *axes) if axes else (1, 1)
    return int(np.prod(rows)), columns


def flat(y: Array) -> Array:
    """Outputs without the axes of one cell behind them."""
    ends = max((axis for axis, cells in enumerate(y.shape) if cells > 1), default=0)
    return y.reshape(y.shape[: max(1, ends + 1)])


def shares(out: Array, events: bool) -> Array:
    """Softmax over the classes, or a sigmoid of each where several may be heard at once."""
    if events:
        return np.asarray(1 / (1 + np.exp(-out.astype(np.float64))), np.float32)
    e = np.exp(out.astype(np.float64) - out.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True), np.float32)


def shrinking(size: tuple[int, int], channels: int, room: int, side: int) -> tuple[int, int]:
    """Blocks of cells of which a map keeps the means, so that no side is longer and all channels fit in so many cells.

    >>> shrinking((28, 28), 8, 10_000, 96), shrinking((600, 128), 8, 10_000, 160)
    ((1, 1), (16, 4))
    """
    blocks = [-(-n // side) for n in size]
    while channels * np.prod([-(-n // block) for n, block in zip(size, blocks, strict=True)]) > room:
        longest = max(range(2), key=lambda axis: -(-size[axis] // blocks[axis]))
        if blocks[longest] >= size[longest]:
            break
        blocks[longest] += 1
    return blocks[0], blocks[1]
