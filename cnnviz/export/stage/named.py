"""What a stage and its files are called."""

import re

from cnnviz.networks.receptive_field import INPUT, Field, fields
from cnnviz.scenes.stage import stage_words
from cnnviz.scenes.stage_maps import Maps


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
