"""What a person watches while a network learns: one blob of all moments that were kept, of one recipe or of two.

Kernels and gradients are torch's numbers. Maps are too, unless there are too many: then they are 8-bit levels between
the ends of their own scale. Kernels take at most about `KERNELS` bytes, maps about `MAPS`, whatever is trained: of
large layers the first filters and channels go, of large maps means of blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.core.layers import Array
from cnnviz.networks.training import History
from cnnviz.networks.training.moments import SIZES, planned
from cnnviz.scenes.answers import Answer, Asked, answer, plane, planes, shares, shrinking
from cnnviz.scenes.blob import VERSION, Scene, Tensors
from cnnviz.scenes.learned import MOST_NUMBERS, Learned, learned
from cnnviz.scenes.palette import PALETTE, coloured, limits
from cnnviz.scenes.recipes import measure_words, names_of, recipe_words
from cnnviz.scenes.small_maps import blocked, levels_of

KERNELS, MAPS = 6 * 2**20, 6 * 2**20  # bytes of a blob
SIDE = 160  # cells of a map along rows or columns
LEAST_CELLS = 256
CURVES = ("loss_train", "loss_test", "accuracy_train", "accuracy_test")


def make_training(histories: Sequence[History], example: Array, label: int | Array) -> Scene:
    """What is drawn of one training, or of two beside each other, as far as they have come.

    Parameters
    ----------
    histories : one or two
        On the same data; each has at least one moment.
    example : float32 array, shape (channels, *axes)
        What the maps are made of.
    label : int, or float32 array, shape (classes, frames)
        Its class; or how active each class is in each frame.
    """
    courses = [Course(history, example, len(histories)) for history in histories]
    ticks = np.unique(np.concatenate([[one.step for one in course.moments] for course in courses]))
    rows = layers_of(courses)
    tensors: Tensors = {"ticks": ticks.astype(np.int32), "example": seen_example(example)}
    for r, course in enumerate(courses):
        steps = np.array([one.step for one in course.moments])
        tensors[f"at.{r}"] = (np.searchsorted(steps, ticks, "right") - 1).clip(0).astype(np.int32)
        tensors |= course.tensors(r, rows)
    first = histories[0].recipe
    if not isinstance(label, int):
        tensors["truth"] = truth(histories[0], label)
    meta = {
        "version": VERSION,
        "classes": list(first.data.classes),
        "truth": label if isinstance(label, int) else None,
        "events": first.objective.events,
        "turned": first.objective.events,
        "picture": picture_scale(example, first.objective.events),
        "colour": example.shape[0] == 3 and example.ndim == 3,
        "exampleLimits": list(limits(picture_scale(example, first.objective.events), example)),
        "recipes": [recipe_words(*both) for both in zip(histories, names_of(histories), strict=True)],
        "layers": [row.words() for row in rows],
        "measure": measure_words(first),
        "edges": SIZES.tolist(),
        **coloured(PALETTE),
    }
    return Scene(tensors, meta)


class Course:
    """One training, with what the example's maps are at each of its moments."""

    def __init__(self, history: History, example: Array, recipes: int):
        self.history, self.moments = history, history.moments
        self.network, self.example = history.recipe.network, example
        first = self.moments[0].state
        everything = learned(self.network, example.shape, first)
        # of all moments that will be: what is seen of one stays as it is while the training goes on
        moments = len(planned(history.recipe.steps, sum(array.nbytes for array in first.values())))
        self.room = max(1, recipes * len(everything) * max(moments, len(self.moments)))
        numbers = max(1, min(MOST_NUMBERS, KERNELS // (4 * self.room)))
        self.layers = learned(self.network, example.shape, first, numbers)

    @cached_property
    def asked(self) -> Asked:
        """Of each learned layer, the maps of the filters that are seen."""
        shapes = dict(
            zip([name for name, _ in self.network.stages], self.network.shapes(self.example.shape), strict=True)
        )
        cells = max(LEAST_CELLS, MAPS // self.room)
        stages = {}
        for layer in self.layers:
            channels = min(layer.seen[0], shapes[layer.stage][0])
            size = plane(shapes[layer.stage][1:])
            stages[layer.stage] = (layer.stage, channels, shrinking(size, channels, cells, SIDE))
        return Asked(tuple(stages.values()))

    @cached_property
    def answers(self) -> list[Answer]:
        return [answer(self.network, moment, self.example, self.asked) for moment in self.moments]

    def kernels(self, layer: Learned) -> Array:
        """(moments, filters, channels, rows, columns), torch's own numbers."""
        return np.stack([layer.pictures(moment.state[layer.key]) for moment in self.moments])

    def gradients(self, layer: Learned) -> Array | None:
        """The same of the loss's gradient; of the first layer that learns alone."""
        if layer.key not in self.moments[0].gradient:
            return None
        return np.stack([layer.pictures(moment.gradient[layer.key]) for moment in self.moments])

    def maps(self, layer: Learned) -> Array:
        """(moments, channels, rows, columns)."""
        return np.stack([one.maps[layer.stage] for one in self.answers])

    def whole(self, layer: Learned) -> bool:
        """Do the maps go as they are, with one number for each cell?"""
        [(_, _, blocks)] = [one for one in self.asked.stages if one[0] == layer.stage]
        return blocks == (1, 1) and 4 * self.maps(layer)[0].size <= MAPS // self.room

    def tensors(self, r: int, rows: Sequence["Row"]) -> Tensors:
        """Its curves, scores and updates, and the pictures of its layers, under the number of the recipe."""
        out = np.stack([one.out for one in self.answers])
        stages = list(self.moments[0].updates)
        found: Tensors = {
            f"steps.{r}": np.array([one.step for one in self.moments], np.int32),
            f"loss.{r}": self.history.loss.astype(np.float32),
            f"rate.{r}": self.history.rate.astype(np.float32),
            f"curves.{r}": np.array([[getattr(one, name) for name in CURVES] for one in self.moments], np.float32),
            f"scores.{r}": out,
            f"shares.{r}": shares(out, self.history.recipe.objective.events),
            f"sizes.{r}": np.array([[one.updates[s].size for s in stages] for one in self.moments], np.float32),
            f"counts.{r}": self.counts(stages),
        }
        for j, row in enumerate(rows):
            layer = row.layers[r]
            found[f"kernel.{r}.{j}"] = self.kernels(layer)
            gradients = self.gradients(layer)
            if gradients is not None:
                found[f"gradient.{r}.{j}"] = gradients
            maps = self.maps(layer)
            found[f"map.{r}.{j}"] = maps if row.whole else levels(maps, row.map_limits)
        return found

    def counts(self, stages: Sequence[str]) -> NDArray[np.int32]:
        """How many weights of each stage change by how much: (moments, stages, bins)."""
        return np.array([[one.updates[stage].counts for stage in stages] for one in self.moments], np.int32)


@dataclass(frozen=True)
class Row:
    """A layer that is looked at: the same place in all networks, the last where one has fewer; on one scale."""

    courses: Sequence[Course]
    layers: Sequence[Learned]

    @cached_property
    def kernel_limits(self) -> tuple[float, float]:
        """Of all of training."""
        return limits("weight", np.stack([extreme(c.kernels(one)) for c, one in self.pairs]))

    @cached_property
    def gradient_limits(self) -> tuple[float, float] | None:
        found = [gradients for c, one in self.pairs if (gradients := c.gradients(one)) is not None]
        return limits("signed", np.stack([extreme(one) for one in found])) if found else None

    @cached_property
    def map_limits(self) -> tuple[float, float]:
        return limits("signed", np.stack([extreme(c.maps(one)) for c, one in self.pairs]))

    @cached_property
    def whole(self) -> bool:
        return all(course.whole(layer) for course, layer in self.pairs)

    @property
    def pairs(self) -> list[tuple[Course, Learned]]:
        return list(zip(self.courses, self.layers, strict=True))

    def words(self) -> dict[str, Any]:
        return {
            "parts": [layer.words() for layer in self.layers],
            "limits": {"kernel": self.kernel_limits, "gradient": self.gradient_limits, "map": self.map_limits},
        }


def layers_of(courses: Sequence[Course]) -> list[Row]:
    most = max(len(course.layers) for course in courses)
    return [Row(courses, [one.layers[min(j, len(one.layers) - 1)] for one in courses]) for j in range(most)]


def extreme(values: Array) -> Array:
    """The lowest and the highest number, where there is one."""
    found = values[np.isfinite(values)]
    return np.array([found.min(), found.max()] if len(found) else [0, 0], np.float32)


def levels(maps: Array, ends: tuple[float, float]) -> NDArray[np.uint8]:
    return levels_of(maps, np.tile(np.array(ends, np.float32), (len(maps), 1)))


def seen_example(example: Array) -> Array:
    """(channels, rows, columns), shrunk to what can be seen."""
    whole = planes(example)
    return np.ascontiguousarray(blocked(whole, shrinking((whole.shape[1], whole.shape[2]), 1, SIDE * SIDE, SIDE)))


def picture_scale(example: Array, events: bool) -> str:
    if events:
        return "loud"
    return "picture" if example.ndim == 3 and example.min() >= 0 else "signed"


def truth(history: History, label: Array) -> Array:
    """The events as the network can answer them: (classes, frames)."""
    whole: Array = history.recipe.objective.target(torch.from_numpy(label[None])).numpy()[0]
    return np.asarray(whole, np.float32)
