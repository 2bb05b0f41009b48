"""From a request to what one of its numbers owes to the input: the columns of a method, and the same at work."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from cnnviz.core.cache import Cache
from cnnviz.core.layers import Array, Conv, ReLU
from cnnviz.core.run import Run
from cnnviz.inputs import Grid
from cnnviz.inputs.read import key
from cnnviz.networks.attribution import GradCam, Occluded, Slope, grad_cam, gradient, occlusion
from cnnviz.networks.chain import Chain
from cnnviz.networks.network import Network
from cnnviz.scenes.attribution import make_attribution, of_cam, of_slope, of_windows
from cnnviz.scenes.blob import BLOBS
from cnnviz.scenes.forward import input_of
from cnnviz.scenes.layer import make_scene
from cnnviz.scenes.request import GRAD_CAM, OCCLUSION, TIMES_INPUT, AttributionView, LayerView, Request
from cnnviz.scenes.weights import Cam
from cnnviz.text import _
from cnnviz.text.numbers import measured

SUM, ABOVE = "cam", "cam_relu"  # stages that a Grad-CAM is, behind those that it is of
Found = Slope | GradCam | Occluded


@dataclass(frozen=True, eq=False)
class Explained:
    """What a page draws of an attribution.

    Attributes
    ----------
    told : str
        What the target is, and its value.
    work : (Request, LayerView), bytes or None
        What a player shows of it: a Grad-CAM's convolution in the network itself; or the scene of an occlusion.
    run : Run or None
        Of an occlusion: its window over the input.
    columns : arrays by name, (channels, *axes)
        All that is computed; the input first.
    """

    blob: bytes
    told: str
    device: str
    notice: str
    work: tuple[Request, LayerView] | bytes | None = None
    run: Run | None = None
    columns: Mapping[str, Array] = field(default_factory=dict)


_found: Cache[Found] = Cache()


def explain(request: Request, view: AttributionView) -> Explained:
    """What is seen of an attribution.

    Raises
    ------
    GeometryError, SourceError, DeviceError, TensorError, CheckpointError
        What is wrong with the request, or with the view.
    """
    grid, network = input_of(request), request.network
    found = _found.get(key((request, view)), lambda: attributed(request, view, grid))
    name = view.target.stage or request.names[-1]
    value = found.score if isinstance(found, Occluded) else found.done.loss
    told = _("The target, {target}, is {value}.", target=view.target.words(name), value=measured(value))
    match found:
        case Slope():
            columns = of_slope(grid, found, view.method == TIMES_INPUT)
        case GradCam():
            columns = of_cam(grid, network, view.stage, found)
        case Occluded():
            columns = of_windows(grid, found)
    if not np.nan_to_num(columns[-1].values).any():
        told = _("{told} By this method nothing speaks for it: the map is 0 everywhere.", told=told)
    which = key((request, view))
    blob = BLOBS.get(which, lambda: make_attribution(columns, grid, view.turned, told).to_bytes())
    done = found if isinstance(found, Occluded) else found.done
    run = window_run(found) if isinstance(found, Occluded) else None
    arrays = {one.name: one.values for one in columns if not one.over}
    return Explained(blob, told, done.device, str(done.notice), at_work(request, view, grid, found), run, arrays)


def attributed(request: Request, view: AttributionView, grid: Grid) -> Found:
    """The numbers of a method."""
    network, x, target = request.network, grid.values, view.target
    state, seed, budget = request.weights.state(network), request.weights.seed, network.budget
    if view.method == GRAD_CAM:
        return grad_cam(network, x, target, view.stage, seed, state, budget)
    if view.method == OCCLUSION and view.window:
        return occlusion(network, x, target, view.window, seed, state, budget)
    return gradient(network, x, target, seed, state, budget)


def at_work(
    request: Request, view: AttributionView, grid: Grid, found: Found
) -> tuple[Request, LayerView] | bytes | None:
    """What a player shows of a method."""
    if isinstance(found, GradCam):
        return cam_request(request, view, found), LayerView(SUM, turned=view.turned)
    if isinstance(found, Occluded):
        which = key((request, view, Occluded))
        return BLOBS.get(which, lambda: make_scene(window_run(found), grid.scale, turned=view.turned).to_bytes())
    return None


def cam_request(request: Request, view: AttributionView, found: GradCam) -> Request:
    """A Grad-CAM as what it is: a convolution of 1 x 1 without bias behind the stage, and a ReLU."""
    network, ndim = request.network.upto(view.stage), found.maps.ndim - 1
    one = (1,) * ndim
    sum_ = Conv(len(found.maps), 1, one, one, (0,) * ndim, dilation=one, bias=False, ndim=ndim)
    kind = Chain if isinstance(request.network, Chain) else Network
    longer = kind((*network.stages, (SUM, sum_), (ABOVE, ReLU(ndim=ndim))), network.prefix)
    means = tuple(map(float, found.weights))
    return replace(
        request, network=longer, weights=Cam(request.network, request.weights, SUM, means, seed=request.weights.seed)
    )


def window_run(found: Occluded) -> Run:
    """An occlusion as the run of its window over the input."""
    state = {"scores": found.scores[None], "score": np.array([found.score], np.float32)}
    return Run(found.layer, found.x[None], found.falls[None, None], state, found.device, 0.0, found.notice)
