"""Grad-CAM: the maps of a stage, each times the mean of its gradient, added up."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, Shape
from cnnviz.networks.backward import Backward, run_backward
from cnnviz.networks.loss import Loss
from cnnviz.networks.network import Network
from cnnviz.text import Message, either


@dataclass(frozen=True, eq=False)
class GradCam:
    """All numbers of one Grad-CAM.

    Attributes
    ----------
    maps, gradients : float32 arrays, shape (channels, *axes)
        What the stage gave, and the gradient of the target by it.
    weights : float32 array, shape (channels,)
        The mean of each gradient.
    total : float32 array, shape (*axes)
        The maps added up, each times its weight.
    done : Backward
        The pass that it comes from; its loss is the target.
    """

    maps: Array
    gradients: Array
    weights: Array
    total: Array
    done: Backward

    @property
    def map(self) -> Array:
        """The sum where it is above 0, and 0 elsewhere: what speaks for the target."""
        return self.total.clip(0)


def grad_cam(
    network: Network,
    x: Array,
    target: Loss,
    stage: str,
    seed: int = 0,
    weights: Mapping[str, Array] | None = None,
    budget: int | None = None,
) -> GradCam:
    """Grad-CAM of a target at a stage.

    Raises
    ------
    GeometryError
        If the stage comes behind the target's, or its output has no axes on which a map could lie.
    BudgetError
        As `run_backward`.

    References
    ----------
    Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization", 2017.
    """
    check_stage(target.network(network), x.shape, stage)
    done = run_backward(network, x, target, seed, weights, {stage}, (), budget=budget)
    maps, gradients = done[stage].y, done[stage].dy
    means = gradients.reshape(len(gradients), -1).mean(axis=1, dtype=np.float64).astype(np.float32)
    total = np.einsum("c,c...->...", means.astype(np.float64), maps.astype(np.float64)).astype(np.float32)
    return GradCam(maps, gradients, means, total, done)


def mapped(network: Network, shape: Shape) -> list[str]:
    """The stages whose output lies on axes, so that Grad-CAM has a map of them."""
    return [name for (name, _), made in zip(network.stages, network.shapes(shape), strict=True) if len(made) > 1]


def check_stage(network: Network, shape: Shape, stage: str) -> None:
    """Raise `GeometryError` unless Grad-CAM has a map of a stage."""
    names = [name for name, _ in network.stages]
    if stage not in names:
        raise GeometryError(
            "{stage} comes behind {last}, of which the target is made. Choose {last} or an earlier stage.",
            stage=stage,
            last=names[-1],
        )
    made, found = network.shapes(shape)[names.index(stage)], mapped(network, shape)
    if stage not in found:
        raise GeometryError(
            "{stage} gives a vector of {count:,} numbers, which lie nowhere, so Grad-CAM has no map of them. Choose "
            "{others}.",
            stage=stage,
            count=made[0],
            others=either(found[-3:]) if found else Message("another network"),
        )
