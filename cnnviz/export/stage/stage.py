"""A stage that is taken away: as torch gave it, where its cells lie, and what it is called."""

import re
from dataclasses import dataclass

from cnnviz.core.layers import Conv
from cnnviz.core.run import Run
from cnnviz.inputs.base import plain_name
from cnnviz.networks.forward import run_network
from cnnviz.networks.receptive_field import INPUT, Field, fields
from cnnviz.scenes.build import inside
from cnnviz.scenes.clip import Clip, clip_of
from cnnviz.scenes.request import MapsChoice, StageChoice
from cnnviz.scenes.stage import stage_words


@dataclass(frozen=True, eq=False)
class Taken:
    """A stage as torch gave it, and where its cells lie.

    Attributes
    ----------
    channel, unit : as in the choice, pulled back inside
    """

    choice: MapsChoice
    clip: Clip
    done: Run
    channel: int
    unit: tuple[int, int] | None

    @property
    def names(self) -> list[str]:
        """The input and the stages, in order."""
        return [INPUT, *(name for name, _ in self.choice.at.network.network.stages)]

    def lies(self, stage: str) -> list[dict[str, float]]:
        """Unit *u* of a stage is centred at cell ``u * jump + first`` of the input, along frames and mels."""
        found = [(Field(), Field()), *fields(self.choice.at.network.network)][self.names.index(stage)]
        lies: list[dict[str, float]] = stage_words(stage, "", (), found)["lies"]
        return lies


def take(choice: MapsChoice) -> Taken:
    """Run the network once.

    Raises
    ------
    GeometryError, SourceError, DeviceError, TensorError, CheckpointError
        What is wrong with the choice, in one sentence.
    """
    at, clip = choice.at, clip_of(choice.at.source)
    done = run_network(at.network.network, clip.values, at.seed, at.weights(), {at.stage})[at.stage]
    return Taken(choice, clip, done, *inside(choice, done.y.shape))


def file_name(choice: MapsChoice, ending: str) -> str:
    """What a file is called; a picture (png) is of one channel, and all other files hold every one.

    >>> from cnnviz.networks.desed import BASELINE
    >>> from cnnviz.scenes.request import StageChoice
    >>> from cnnviz.inputs.sound import LogMel
    >>> choice = MapsChoice(StageChoice(BASELINE, LogMel(), "glu3"), channel=5)
    >>> file_name(choice, "png"), file_name(choice, "gallery.png"), file_name(choice, "npz")
    ('glu3_channel5.png', 'glu3.gallery.png', 'glu3.npz')
    """
    stage = choice.at.stage
    made = [one.out_channels for _, one in choice.at.network.network.upto(stage).stages if isinstance(one, Conv)][-1]
    channel = f"_channel{min(choice.channel, made - 1)}" if ending == "png" else ""
    return f"{re.sub('[^A-Za-z0-9_-]', '_', stage)}{channel}.{ending}"


def weights_words(at: StageChoice) -> str:
    """Where the weights are from."""
    if not at.checkpoint:
        return "random weights"
    names = ", ".join(filter(None, [plain_name(at.checkpoint.name), at.checkpoint.part]))
    return f"weights of {names} (sha256 {at.checkpoint.digest[:12]})"
