"""What a stage and its files are called, and where its weights are from."""

import re

from cnnviz.inputs.base import plain_name
from cnnviz.networks.receptive_field import INPUT, Field, fields
from cnnviz.scenes.request import Request
from cnnviz.scenes.stage import stage_words
from cnnviz.scenes.stage_maps import Maps
from cnnviz.scenes.weights import Loaded, Trained
from cnnviz.text import _


def names_of(maps: Maps) -> list[str]:
    """The input and the stages, in order."""
    return [INPUT, *maps.request.names]


def lies(maps: Maps, stage: str) -> list[dict[str, float]]:
    """Unit *u* of a stage is centred at cell ``u * jump + first`` of the input, along frames and mels."""
    found = [(Field(), Field()), *fields(maps.request.network)][names_of(maps).index(stage)]
    lies: list[dict[str, float]] = stage_words(stage, "", (), found)["lies"]
    return lies


def file_name(maps: Maps, ending: str) -> str:
    """What a file is called: a picture (png) is of one channel, and all other files hold every one."""
    channel = f"_channel{maps.view.channel}" if ending == "png" else ""
    return f"{re.sub('[^A-Za-z0-9_-]', '_', maps.view.stage)}{channel}.{ending}"


def weights_words(request: Request) -> str:
    """Where the weights are from."""
    if isinstance(request.weights, Trained):
        return _("weights: {words}", words=request.weights.words)
    if not isinstance(request.weights, Loaded):
        return _("random weights")
    checkpoint = request.weights.checkpoint
    names = ", ".join(filter(None, [plain_name(checkpoint.name), checkpoint.part]))
    return _("weights of {names} (sha256 {digest})", names=names, digest=checkpoint.digest[:12])
