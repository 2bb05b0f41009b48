"""From what was found in all clips to what is kept of each stage: what the winners saw, and which patches show it."""

from collections.abc import Mapping, Sequence

import numpy as np

from cnnviz.core.layers import Shape
from cnnviz.inputs.logmel import Features
from cnnviz.networks.exciting import Answers, Edges, Found, box
from cnnviz.networks.exciting.best import NONE
from cnnviz.networks.network import Network
from cnnviz.scenes.corpus.result import Stage

Stretch = tuple[int, int, int]  # a clip's row, first frame and one past the last


def window(seen: tuple[int, int], frames: int, features: Features) -> tuple[int, int]:
    """First frame and one past the last that are shown round what a unit saw: half a second at least."""
    size = min(max(seen[1] - seen[0], features.frames(features.rate // 2)), frames)
    first = min(max((sum(seen) - size) // 2, 0), frames - size)
    return first, first + size


def finished(
    network: Network,
    shapes: Sequence[Shape],
    found: Mapping[str, Found],
    edges: Edges,
    classes: int,
    features: Features,
) -> tuple[dict[str, Stage], list[Stretch]]:
    """All stages, and the patches that they name, in the order of their numbers.

    Parameters
    ----------
    shapes : (1, frames, mels) of each clip as the network reads it
    """
    numbers: dict[Stretch, int] = {}
    stages = {}
    for name in (name for name, _ in network.stages if name in found):
        one, best = found[name], found[name].best
        boxes = np.full((*best.cell.shape, 2, 2), -1, np.int32)
        windows = np.full((*best.cell.shape, 2), -1, np.int32)
        won = [*zip(*np.nonzero(best.example != NONE), strict=True)]
        for shape, at in sorted((shapes[int(best.example[at])], at) for at in won):  # few shapes are remembered
            boxes[at] = box(network, shape, name, int(best.cell[at]))
            windows[at] = window(tuple(boxes[at][0].tolist()), shape[1], features)
        stretches = np.concatenate([best.example[:, :, None], windows], axis=2)
        for each in stretches.reshape(-1, 3).tolist():
            if each[0] != NONE:
                numbers.setdefault(tuple(each), len(numbers))
        patch = [[numbers.get(tuple(each), -1) for each in row] for row in stretches.tolist()]
        means = [one.tells.means(c) for c in (None, *range(classes))]
        counts = [one.tells.of_class(c) for c in (None, *range(classes))]
        stages[name] = Stage(
            Answers(best, one.tells.table(classes).astype(np.float32)),
            boxes,
            windows,
            np.array(patch, np.int32),
            edges[name],
            one.tells.ends,
            np.stack(counts, axis=1),
            np.stack(means, axis=1),
        )
    return stages, list(numbers)
