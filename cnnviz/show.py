"""From a choice of settings to a scene: the way from input and weights through torch to the stage, in one call."""

from dataclasses import dataclass

import numpy as np

from cnnviz.kernels import flip, weights
from cnnviz.layers import Array, Channels, ConvTranspose
from cnnviz.measure import Measure, coverage, measure
from cnnviz.run import Run, run
from cnnviz.scene import check_stage, make_scene
from cnnviz.sources import Source


@dataclass(frozen=True)
class Choice:
    """Everything that a scene depends on; two equal choices give the same picture.

    Attributes
    ----------
    kernel, kernel_text : str
        A name in `cnnviz.kernels.TITLES`, and what is typed where that is "typed".
    flipped : bool
        Turn the kernel round first: a true convolution.
    """

    layer: Channels
    source: Source
    kernel: str = "random"
    kernel_text: str = ""
    seed: int = 0
    flipped: bool = False


@dataclass(frozen=True, eq=False)
class Shown:
    """What a page draws.

    Attributes
    ----------
    weight : array in torch's own shape, or None
        What was chosen, before any flip; None where torch's own initialisation was kept.
    unread : int
        Input cells that no window reads.
    turned : float or None
        Of a true convolution: the largest difference from the cross-correlation with the same kernel.
    """

    blob: bytes
    done: Run
    cost: Measure
    weight: Array | None
    unread: int
    turned: float | None


def show(choice: Choice) -> Shown:
    """Run torch once and put the result on stage.

    Raises
    ------
    GeometryError, SourceError, DeviceError
        What is wrong with the choice, in one sentence.
    """
    layer, grid = choice.layer, choice.source.grid()
    check_stage(layer, grid.values.shape)
    weight = chosen_weight(choice)
    state = chosen_state(layer, weight)
    done = run(layer, grid.values, choice.seed, state)
    turned = None
    if choice.flipped:
        plain = done
        done = run(layer, grid.values, choice.seed, {**plain.state, "weight": flip(plain.state["weight"])})
        turned = float(np.abs(done.y - plain.y).max())
    unread = int((coverage(layer.windows(done.x.shape)) == 0).sum())
    blob = make_scene(done, grid.scale, choice.flipped).to_bytes()
    return Shown(blob, done, measure(layer, done.x.shape), weight, unread, turned)


def chosen_weight(choice: Choice) -> Array | None:
    layer = choice.layer
    return weights(
        choice.kernel,
        layer.weight_shape(),
        layer.in_channels // layer.groups,
        choice.kernel_text,
        transposed=isinstance(layer, ConvTranspose),
    )


def chosen_state(layer: Channels, weight: Array | None) -> dict[str, Array]:
    """What is loaded over torch's initialisation: a chosen weight comes with a bias of 0."""
    if weight is None:
        return {}
    bias = {"bias": np.zeros(layer.out_channels, np.float32)} if layer.bias else {}
    return {"weight": weight, **bias}
