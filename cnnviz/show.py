"""From a choice of settings to a scene: the way from input and weights through torch to the stage, in one call."""

from dataclasses import dataclass

import numpy as np

from cnnviz.kernels import flip, weights
from cnnviz.layers import Array, Channels, ConvTranspose, Layer, MaxPool, MaxUnpool
from cnnviz.measure import Measure, coverage, measure
from cnnviz.network import Desed, run_network
from cnnviz.run import Run, run
from cnnviz.scene import check_stage, make_scene
from cnnviz.sources import Source


@dataclass(frozen=True)
class Choice:
    """Everything that a scene depends on; two equal choices give the same picture.

    Attributes
    ----------
    kernel, kernel_text : str
        Of a convolution: a name in `cnnviz.kernels.TITLES`, and what is typed where that is "typed".
    flipped : bool
        Turn the kernel round first: a true convolution.
    front : tuple of Layer
        Layers that run before; what comes out of them is the input on stage.
    unpool : bool
        The layer is a `MaxPool`; on stage is its output, and the `MaxUnpool` that puts it back.
    """

    layer: Layer
    source: Source
    kernel: str = "random"
    kernel_text: str = ""
    seed: int = 0
    flipped: bool = False
    front: tuple[Layer, ...] = ()
    unpool: bool = False


@dataclass(frozen=True)
class StageChoice:
    """One stage of a network on an input.

    Attributes
    ----------
    stage : str
        Its name in the network.
    seed : int
        Of torch's own initialisation of the whole network.
    """

    network: Desed
    source: Source
    stage: str
    seed: int = 0


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
    grid = choice.source.grid()
    x, scale = grid.values, str(grid.scale)
    for before in choice.front:
        x = run(before, x, choice.seed).y
        scale = scale if before.out_scale == "same" else before.out_scale
    layer = choice.layer
    if choice.unpool and isinstance(layer, MaxPool):
        pooled = run(layer, x)
        layer, x = MaxUnpool.of(layer, pooled.parts["indices"], x.shape[1:]), pooled.y
    check_stage(layer, x.shape)
    weight = chosen_weight(choice)
    done = run(layer, x, choice.seed, chosen_state(layer, weight))
    turned = None
    if choice.flipped:
        plain = done
        done = run(layer, x, choice.seed, {**plain.state, "weight": flip(plain.state["weight"])})
        turned = float(np.abs(done.y - plain.y).max())
    axes = layer.windows(x.shape)
    unread = int((coverage(axes) == 0).sum()) if axes else 0
    blob = make_scene(done, scale, choice.flipped).to_bytes()
    return Shown(blob, done, measure(layer, x.shape), weight, unread, turned)


def show_stage(choice: StageChoice) -> Shown:
    """Run a network up to one stage, and put that stage on stage with its real input.

    Raises
    ------
    GeometryError, SourceError, DeviceError
        What is wrong with the choice, in one sentence.
    """
    grid = choice.source.grid()
    network = choice.network.network.upto(choice.stage)
    inputs = [grid.values.shape, *network.shapes(grid.values.shape)]
    check_stage(network.stages[-1][1], inputs[-2])
    done = run_network(network, grid.values, choice.seed, full={choice.stage})[choice.stage]
    scale = grid.scale if len(network.stages) == 1 else "signed"
    return Shown(make_scene(done, scale).to_bytes(), done, measure(done.layer, done.x.shape), None, 0, None)


def chosen_weight(choice: Choice) -> Array | None:
    layer = choice.layer
    if not isinstance(layer, Channels):
        return None
    return weights(
        choice.kernel,
        layer.weight_shape(),
        layer.in_channels // layer.groups,
        choice.kernel_text,
        transposed=isinstance(layer, ConvTranspose),
    )


def chosen_state(layer: Layer, weight: Array | None) -> dict[str, Array]:
    """What is loaded over torch's initialisation: a chosen weight comes with a bias of 0."""
    if weight is None:
        return {}
    bias = {"bias": np.zeros(layer.out_channels, np.float32)} if isinstance(layer, Channels) and layer.bias else {}
    return {"weight": weight, **bias}
