"""From a request to what is seen of it: a layer at work, a stage, the whole network; each in one call."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from typing import Any, overload

import numpy as np
import torch

from cnnviz.core import machine
from cnnviz.core.back.places import kernels
from cnnviz.core.cache import Cache
from cnnviz.core.columns import copies
from cnnviz.core.cost import Measure, measure, total
from cnnviz.core.geometry import coverage
from cnnviz.core.layers import Array
from cnnviz.core.run import CORES, Run
from cnnviz.inputs.read import key
from cnnviz.networks.forward import memory
from cnnviz.networks.loss import Loss
from cnnviz.networks.network import Network
from cnnviz.scenes.backward import back
from cnnviz.scenes.blob import BLOBS
from cnnviz.scenes.explain import Explained, explain
from cnnviz.scenes.flow_back import go_back, make_flow_back, sentence, twice
from cnnviz.scenes.forward import input_of, run
from cnnviz.scenes.layer import check_stage, laid, make_scene
from cnnviz.scenes.matrices import Matrices, matrices_of
from cnnviz.scenes.matrix import make_matrix
from cnnviz.scenes.network import Flow, Glance, make_flow
from cnnviz.scenes.request import (
    AttributionView,
    Back,
    LayerView,
    MatrixView,
    NetworkView,
    Request,
    StageView,
    View,
)
from cnnviz.scenes.stage_maps import Maps, inside, stage_maps
from cnnviz.scenes.vector_rows import laid_out, lay_out, words
from cnnviz.scenes.weights import Named
from cnnviz.text import Problem

_matrices: Cache[Matrices] = Cache()


@dataclass(frozen=True, eq=False)
class Shown:
    """A layer at work.

    Attributes
    ----------
    notice : str
        What a person should know about how it ran, and how it is laid out.
    unread : int
        Input cells that no window reads.
    turned : float or None
        Of a true convolution: the largest difference from the cross-correlation with the same kernel.
    view : LayerView
        What was asked for.
    forward : Run
        The pass forward; of a scene forward, `done`.
    dy : float array, shape of ``forward.y``, or None
        Of a pass back.
    """

    blob: bytes
    done: Run
    notice: str
    unread: int
    turned: float | None
    view: LayerView
    forward: Run
    dy: Array | None = field(default=None, kw_only=True)

    @property
    def cost(self) -> Measure:
        return measure(self.done.layer, self.done.shape)


@dataclass(frozen=True, eq=False)
class ShownMatrix(Shown):
    """A convolution as a product of matrices."""

    numbers: Matrices


@overload
def show(request: Request, view: MatrixView) -> ShownMatrix: ...
@overload
def show(request: Request, view: LayerView = ...) -> Shown: ...
@overload
def show(request: Request, view: StageView) -> Maps: ...
@overload
def show(request: Request, view: NetworkView) -> Flow: ...
@overload
def show(request: Request, view: AttributionView) -> Explained: ...
@machine.told()
def show(request: Request, view: View = LayerView()) -> Shown | Maps | Flow | Explained:  # noqa: B008 -- frozen
    """What is seen of a request; its forward pass is run once for all views of it.

    Raises
    ------
    GeometryError, SourceError, DeviceError, TensorError, CheckpointError
        What is wrong with the request.
    MachineError
        If this machine cannot do it now.
    """
    if isinstance(view, MatrixView):
        return matrix_at_work(request, view)
    if isinstance(view, LayerView):
        return layer_at_work(request, view)
    if isinstance(view, AttributionView):
        return explain(request, view)
    return stage_maps(request, view) if isinstance(view, StageView) else network_maps(request, view)


def show_on_all_cores(
    request: Request, view: LayerView | NetworkView | AttributionView, progress: Callable[[int, int], None]
) -> Shown | Flow | Explained:
    """The same in a process that has nothing else to do; work for `cnnviz.jobs`."""
    torch.set_num_threads(CORES)
    return show(request, view)


def show_together(
    asks: Sequence[tuple[Request, LayerView | NetworkView | AttributionView]], progress: Callable[[int, int], None]
) -> list[Shown | Flow | Explained | Problem]:
    """What each of them shows, or what is wrong with it: threads, whose passes meet (`networks.batching`)."""
    torch.set_num_threads(CORES)

    def one(ask: tuple[Request, LayerView | NetworkView | AttributionView]) -> Shown | Flow | Explained | Problem:
        try:
            request, view = ask
            return show(request, view)
        except Problem as problem:
            return problem

    here = [copy_context() for _ in asks]  # the language
    with ThreadPoolExecutor(len(asks)) as threads:
        return list(threads.map(lambda context, ask: context.run(one, ask), here, asks))


def layer_at_work(request: Request, view: LayerView) -> Shown:
    """One stage, window by window, on its real input."""
    if view.back:
        return pass_back(request, view, view.back)
    stage = view.stage or request.names[-1]
    grid, network = input_of(request), request.network
    n, shape = request.batch.sizes(grid.values.shape)
    check_stage(*laid_out(*network.placed(shape)[request.names.index(stage)]), n, request.batch.counts)
    done = run(request, {stage})[stage]
    drawn = lay_out(done)
    meta, notice = words(done, drawn)
    if not view.stage and n == 1 and drawn is done:
        meta = meta | {"nudges": "input"}
    scale = scale_before(network, stage, grid.scale)
    flipped = isinstance(request.weights, Named) and request.weights.flipped
    counts = request.batch.counts
    at = None if view.at is None else inside(view.at, laid(done.y, counts).shape)

    def blob() -> bytes:
        scene = make_scene(drawn, scale, flipped, view.turned, at, view.axes, counts)
        return replace(scene, meta=scene.meta | meta).to_bytes()

    axes = done.layer.windows(done.shape)
    unread = int((coverage(axes) == 0).sum()) if axes else 0
    told = " ".join(filter(None, (str(done.notice), notice)))
    made = BLOBS.get(key((request, view)), blob)
    return Shown(made, done, told, unread, difference(request, stage, done), view, done)


def pass_back(request: Request, view: LayerView, wanted: Back) -> Shown:
    """One backward pass of a stage: a layer at work as well, on dY."""
    stage = view.stage or request.names[-1]
    grid = input_of(request)
    forward_run = run(request, {stage})[stage]
    done, way, dy = back(request, stage, wanted, forward_run)
    counts = request.batch.counts if done.layer.ndim == forward_run.layer.ndim else ""  # else an axis of the pass
    check_stage(*laid_out(done.layer, done.shape), len(done.x), counts)
    drawn = lay_out(done)
    meta, notice = words(done, drawn)
    scale = scale_before(request.network, stage, grid.scale) if way.read == "x" else "signed"
    at = None if view.at is None else inside(view.at, laid(done.y, counts).shape)
    names = {"input": way.read, "output": way.name, **({"kernel": way.slides} if way.slides else {})}
    told: dict[str, Any] = {"names": names, "title": f"{way.name} · {done.layer.code()}"}
    told |= {"nudges": "output"} if way.of and len(done.x) == 1 and drawn is done else {}
    told |= {"kernels": pairs} if (pairs := kernels(forward_run, way.name)) else {}

    def blob() -> bytes:
        scene = make_scene(drawn, scale, False, view.turned, at, view.axes, counts)
        return replace(scene, meta=scene.meta | meta | told | {"names": scene.meta["names"] | names}).to_bytes()

    return Shown(BLOBS.get(key((request, view)), blob), done, notice, 0, None, view, forward_run, dy=dy)


def matrix_at_work(request: Request, view: MatrixView) -> ShownMatrix:
    """The last stage, a convolution, as a product of matrices."""
    stage = request.names[-1]
    done = run(request, {stage})[stage]
    numbers = _matrices.get(key((request, view)), lambda: matrices_of(done, view))
    scale = scale_before(request.network, stage, input_of(request).scale)
    flipped = isinstance(request.weights, Named) and request.weights.flipped
    blob = BLOBS.get(key((request, view)), lambda: make_matrix(numbers, view, scale, flipped).to_bytes())
    unread = int((copies(numbers.table, numbers.x.shape) == 0).sum()) // len(numbers.x)
    return ShownMatrix(blob, done, str(done.notice), unread, difference(request, stage, done), view, done, numbers)


def difference(request: Request, stage: str, done: Run) -> float | None:
    """Of a true convolution: how far it lies from the cross-correlation with the same kernel, at most."""
    if not isinstance(request.weights, Named) or not request.weights.flipped:
        return None
    plain = replace(request, weights=replace(request.weights, flipped=False))
    return float(np.abs(done.y - run(plain, {stage})[stage].y).max())


def scale_before(network: Network, stage: str, scale: str) -> str:
    """How what a stage reads is coloured, if the network's input is coloured like this."""
    for name, layer in network.stages:
        if name == stage:
            break
        scale = scale if layer.out_scale == "same" else layer.out_scale
    return scale


def network_maps(request: Request, view: NetworkView) -> Flow:
    """All maps of every stage, or all gradients."""
    if view.back:
        return network_gradients(request, view, view.back)
    passed = run(request, (), Glance)
    network, shape, glance = request.network, passed.grid.values.shape, passed.saw(Glance)

    def blob() -> bytes:
        scene = make_flow(network, passed.grid.values, passed.grid.scale, glance)
        *_, last = scene.meta["stages"]
        if len(request.weights.classes) == last["size"][1] and last["vector"]:
            last["classes"] = list(request.weights.classes)
        return scene.to_bytes()

    macs = total(network.measures(shape)).macs
    made = BLOBS.get(key((request, view)), blob)
    return Flow(made, glance.device, passed.seconds, glance.notice, macs, memory(network, shape))


def network_gradients(request: Request, view: NetworkView, loss: Loss) -> Flow:
    """The gradients of a loss by all maps of every stage."""
    seen, part = go_back(request, loss), loss.network(request.network)
    shape = input_of(request).values.shape
    made = BLOBS.get(key((request, view)), lambda: make_flow_back(part, loss, seen).to_bytes())
    macs = 3 * total(part.measures(shape)).macs  # forward, to the cells and to the weights
    told = " ".join(filter(None, (sentence(part, loss, seen), twice(part, loss))))
    return Flow(made, seen.done.device, seen.done.seconds, str(seen.done.notice), macs, 2 * memory(part, shape), told)
