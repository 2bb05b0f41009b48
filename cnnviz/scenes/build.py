"""From a choice of settings to a scene: the way from input and weights through torch to the stage, in one call."""

import time
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.core.cost import Measure, measure, total
from cnnviz.core.geometry import coverage
from cnnviz.core.layers import Array, Channels, ConvTranspose, Layer, MaxPool, MaxUnpool, Shape
from cnnviz.core.run import Run, run
from cnnviz.inputs import Grid
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.kernels import flip, weights
from cnnviz.networks.forward import check_network, memory, run_network
from cnnviz.networks.network import MOST_BYTES, Network
from cnnviz.scenes.clip import clip_of
from cnnviz.scenes.layer import check_stage, make_scene
from cnnviz.scenes.network import Flow, Glance, make_flow
from cnnviz.scenes.request import Choice, MapsChoice, NetChoice
from cnnviz.scenes.stage import Watch, make_maps
from cnnviz.scenes.vector_rows import laid_out, lay_out, words

MOST_MEMORY = MOST_BYTES  # of weights and maps of a network of one's own


@dataclass(frozen=True, eq=False)
class Maps:
    """What the page of a network draws.

    Attributes
    ----------
    channel, unit : as in the choice, pulled back inside
    seconds : float
        Of the whole forward pass.
    """

    blob: bytes
    layer: Layer
    shapes: tuple[Shape, Shape]
    channel: int
    unit: tuple[int, int] | None
    cost: Measure
    device: str
    seconds: float
    notice: str


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


def show_stage(choice: MapsChoice) -> Shown:
    """Run a network up to one stage, and put that stage on stage with its real input, at the chosen unit.

    Raises
    ------
    GeometryError, SourceError, DeviceError, TensorError, CheckpointError
        What is wrong with the choice, in one sentence.
    """
    at, clip = choice.at, clip_of(choice.at.source)
    network = at.network.network.upto(at.stage)
    check_stage(*network.placed(clip.values.shape)[-1])
    done = run_network(network, clip.values, at.seed, at.weights(), {at.stage})[at.stage]
    channel, unit = inside(choice, done.y.shape)
    place = (channel, *unit) if unit else (channel, 0, 0) if channel else None
    scale = clip.scale if len(network.stages) == 1 else "signed"
    scene = make_scene(done, scale, turned=True, at=place, axes=("frame", "mel"))
    return Shown(scene.to_bytes(), done, measure(done.layer, done.x.shape), None, 0, None)


def show_net(choice: NetChoice) -> Shown:
    """Run a network up to one stage, and put that stage on stage with its real input.

    Raises
    ------
    GeometryError, SourceError, DeviceError, TensorError, CheckpointError
        What is wrong with the choice, in one sentence.
    """
    network, stage = choice.network.upto(choice.stage), choice.stage
    grid = grid_of(choice, network)
    check_stage(*laid_out(*network.placed(grid.values.shape)[-1]))
    done = run_network(network, grid.values, choice.seed, choice.weights(), {stage}, budget=MOST_MEMORY)[stage]
    drawn = lay_out(done)
    meta, notice = words(done, drawn)
    scene = make_scene(drawn, grid.scale if len(network.stages) == 1 else "signed")
    blob = replace(scene, meta=scene.meta | meta).to_bytes()
    told = " ".join(filter(None, (str(done.notice), notice)))
    return Shown(blob, replace(done, notice=told), measure(done.layer, done.x.shape), None, 0, None)


def show_maps(choice: MapsChoice) -> Maps:
    """Run a network once, and show all maps of one stage.

    Raises
    ------
    GeometryError, SourceError, DeviceError, TensorError, CheckpointError
        What is wrong with the choice, in one sentence.
    """
    at, clip = choice.at, clip_of(choice.at.source)
    network, began = at.network.network, time.perf_counter()
    watch = Watch(choice.channel)
    done = run_network(network, clip.values, at.seed, at.weights(), {at.stage}, watch)[at.stage]
    seconds = time.perf_counter() - began
    channel, unit = inside(choice, done.y.shape)
    blob = make_maps(network, clip, done, at.stage, watch, unit).to_bytes()
    cost = measure(done.layer, done.x.shape)
    shapes = done.layer.torch_shapes(done.x.shape)
    return Maps(blob, done.layer, shapes, channel, unit, cost, done.device, seconds, str(done.notice))


def inside(choice: MapsChoice, shape: Shape) -> tuple[int, tuple[int, int] | None]:
    """Channel and unit, pulled back into a stage of this shape."""
    channel, *unit = (min(at, n - 1) for at, n in zip((choice.channel, *(choice.unit or ())), shape, strict=False))
    return channel, (unit[0], unit[1]) if unit else None


def grid_of(choice: NetChoice, network: Network) -> Grid:
    """The input of a network that can run; where its shape is known before it is made, it is not made for another."""
    if isinstance(choice.source, Fitted):
        check_network(network, choice.source.shape, MOST_MEMORY)
    grid = choice.source.grid()
    check_network(network, grid.values.shape, MOST_MEMORY)  # before weights are made
    return grid


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


def show_flow(choice: NetChoice) -> Flow:
    """Run a whole network once, and show all maps of every stage; the choice's own stage does not matter.

    Raises
    ------
    GeometryError, SourceError, DeviceError, TensorError, CheckpointError
        What is wrong with the choice, in one sentence.
    """
    network, began = choice.network, time.perf_counter()
    grid = grid_of(choice, network)
    shape = grid.values.shape
    glance = Glance(network, shape)
    run_network(network, grid.values, choice.seed, choice.weights(), (), glance, MOST_MEMORY)
    seconds = time.perf_counter() - began
    blob = make_flow(network, grid.values, grid.scale, glance).to_bytes()
    macs = total(network.measures(shape)).macs
    return Flow(blob, glance.device, seconds, glance.notice, macs, memory(network, shape))
