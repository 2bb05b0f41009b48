"""What was found, as a few small arrays that are kept beside the weights: numbers and places, no pixels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.layers import Array
from cnnviz.networks.exciting.best import NONE, Best
from cnnviz.networks.exciting.find import Edges, Found
from cnnviz.networks.exciting.spread import Spread
from cnnviz.networks.exciting.tells import Tells

SMALL = np.iinfo(np.uint16).max  # stands for no example; there are fewer of them
STEPS = 250  # in which an AUC against one other class is kept; against the rest, it is kept to three digits


@dataclass(frozen=True, eq=False)
class Answers:
    """What a stage's channels answer to.

    Attributes
    ----------
    best : Best
    auc : float32 array, shape (channels, classes, 1 + classes)
        Of each class against the rest, then against each class; see `Tells.auc`. NaN where there is none.
    spread : Spread or None
        None where it was not kept.
    """

    best: Best
    auc: Array
    spread: Spread | None = None


def pack(found: Mapping[str, Found], classes: int, edges: Edges) -> dict[str, NDArray[Any]]:
    """Arrays by name; `edges` are those between which was counted."""
    arrays: dict[str, NDArray[Any]] = {}
    for stage, one in found.items():
        table = one.tells.table(classes)
        upper = np.triu_indices(classes, 1)
        pairs = np.nan_to_num(table[:, :, 1:][:, *upper] * STEPS, nan=SMALL)
        spread = Spread.of(one.tells, edges[stage], classes)
        arrays |= {
            f"value.{stage}": one.best.value,
            f"example.{stage}": np.where(one.best.example == NONE, SMALL, one.best.example).astype(np.uint16),
            f"cell.{stage}": one.best.cell.astype(np.min_scalar_type(one.best.cell.max())),
            f"rest.{stage}": table[:, :, 0].astype(np.float16),
            f"pairs.{stage}": np.rint(np.minimum(pairs, 255)).astype(np.uint8),
            f"edges.{stage}": spread.edges,
            f"share.{stage}": spread.share,
            f"n.{stage}": spread.n,
        }
    return arrays


def unpack(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Answers]:
    """What `pack` kept, by stage."""
    return {stage: _answers(stage, arrays) for stage in stages_in(arrays)}


def stages_in(arrays: Mapping[str, NDArray[Any]]) -> list[str]:
    """The stages that were packed, in order."""
    return [name.removeprefix("value.") for name in arrays if name.startswith("value.")]


def pack_found(found: Mapping[str, Found]) -> dict[str, NDArray[Any]]:
    """Arrays by name that hold all that was found, so that it can be merged later."""
    arrays: dict[str, NDArray[Any]] = {}
    for stage, one in found.items():
        sets = sorted(one.tells.counts)
        counts = np.stack([one.tells.counts[each] for each in sets])
        arrays |= {
            f"value.{stage}": one.best.value,
            f"example.{stage}": one.best.example,
            f"cell.{stage}": one.best.cell,
            f"sets.{stage}": np.array(sets, np.int64),
            f"counts.{stage}": counts.astype(np.min_scalar_type(counts.max(initial=0))),
            f"sums.{stage}": np.stack([one.tells.sums[each] for each in sets]),
            f"ends.{stage}": one.tells.ends,
        }
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def unpack_found(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Found]:
    """What `pack_found` kept, by stage."""
    found = {}
    for stage in stages_in(arrays):
        best = Best(*(arrays[f"{what}.{stage}"] for what in ("value", "example", "cell")))
        sets = arrays[f"sets.{stage}"].tolist()
        counts, sums = arrays[f"counts.{stage}"].astype(np.int64), arrays[f"sums.{stage}"]
        tells = Tells(dict(zip(sets, counts, strict=True)), dict(zip(sets, sums, strict=True)), arrays[f"ends.{stage}"])
        found[stage] = Found(best, tells)
    return found


def _answers(stage: str, arrays: Mapping[str, NDArray[Any]]) -> Answers:
    value, example, cell, rest, pairs, *spread = (
        arrays[f"{what}.{stage}"] for what in ("value", "example", "cell", "rest", "pairs", "edges", "share", "n")
    )
    channels, classes = rest.shape
    auc = np.full((channels, classes, 1 + classes), np.nan, np.float32)
    first, second = np.triu_indices(classes, 1)
    kept = np.where(pairs == 255, np.nan, pairs / STEPS)
    auc[:, :, 0] = rest
    auc[:, first, 1 + second] = kept
    auc[:, second, 1 + first] = 1 - kept
    places = np.where(example == SMALL, NONE, example.astype(np.int64))
    return Answers(Best(value, places, cell.astype(np.int64)), auc, Spread(*spread))
