"""A stage of a network on a clip: run, and packed for the viewer."""

from dataclasses import dataclass, replace
from typing import Any

from cnnviz.core.cache import Cache
from cnnviz.core.cost import Measure, measure
from cnnviz.core.layers import Layer, Shape
from cnnviz.core.run import Run
from cnnviz.inputs.read import key
from cnnviz.networks.desed import HEAD
from cnnviz.scenes.belief import belief, events_of, has_head
from cnnviz.scenes.blob import BLOBS, Tensors, also
from cnnviz.scenes.clip import Clip, clip_of
from cnnviz.scenes.forward import Forward, run
from cnnviz.scenes.request import Request, StageView
from cnnviz.scenes.small_maps import Channels, channels_of
from cnnviz.scenes.stage import Watch, make_maps

_channels: Cache[Channels] = Cache()  # of stages, whichever channel is looked at


@dataclass(frozen=True, eq=False)
class Maps:
    """A stage of a network on a clip.

    Attributes
    ----------
    view : StageView
        Channel and unit pulled back inside.
    done : Run
        Of the stage.
    seconds : float
        Of the whole forward pass.
    """

    blob: bytes
    request: Request
    view: StageView
    clip: Clip
    done: Run
    seconds: float

    @property
    def layer(self) -> Layer:
        return self.done.layer

    @property
    def cost(self) -> Measure:
        return measure(self.done.layer, self.done.shape)


def stage_maps(request: Request, view: StageView) -> Maps:
    """All channels of one stage, in time with the sound."""
    view = replace(view, explained=None)
    heads = {HEAD} if has_head(request.network) else set()
    clip, passed = clip_of(request.input), run(request, {view.stage} | heads, Watch)
    done = passed[view.stage]
    channel, *unit = inside((view.channel, *(view.unit or ())), done.y.shape[1:])
    found = replace(view, channel=channel, unit=(unit[0], unit[1]) if unit else None)

    def blob() -> bytes:
        watch, every = passed.saw(Watch), _channels.get(key((request, view.stage)), lambda: channels_of(done.y[0]))
        return make_maps(
            request.network, clip, done, watch, every, view.stage, view.channel, heard(request, passed)
        ).to_bytes()

    made = BLOBS.get(key((request, replace(view, unit=None))), blob)
    at = also(made, {"unit": found.unit}) if found.unit else made  # the cell whose field is drawn
    return Maps(at, request, found, clip, done, passed.seconds)


def heard(request: Request, passed: Forward) -> tuple[Tensors, dict[str, Any]]:
    """What the network says it hears; nothing where it has no head."""
    if not has_head(request.network):
        return {}, {}
    return belief(passed[HEAD].y, request.weights.classes, events_of(request.input))


def inside(at: tuple[int, ...], shape: Shape) -> tuple[int, ...]:
    """A place, pulled back into a tensor of this shape."""
    return tuple(min(place, n - 1) for place, n in zip(at, shape, strict=False))
