"""Files that ship and are not as they were made: missing, cut short, or changed. What needs one goes on without it."""

import hashlib
from functools import cache

from cnnviz.scenes.exciting.kept import answers_of, file_of
from cnnviz.scenes.shipped.card import path_of, read_card
from cnnviz.scenes.shipped.recipes import RECIPES
from cnnviz.text import Message


def gone(file: str) -> Message:
    """That a file is lost, and what follows."""
    return Message(
        "{file} on this server is missing or damaged: weights that need it are random, what else needs it is left out, "
        "and all else goes on until whoever runs the server installs cnnviz again.",
        file="weights/" + file,
    )


@cache
def lost() -> tuple[str, ...]:
    """The files, in the order of the recipes; each is read once."""
    weights = [file for name in RECIPES if (file := first_lost(name))]
    return *weights, *(file_of(name).name for name in RECIPES if not answers_of(name))


@cache
def first_lost(name: str) -> str:
    """The first file of weights and their card that is lost; empty where all are there."""
    try:
        moments = read_card(name).moments
    except (OSError, ValueError, TypeError, KeyError):
        return f"{name}.json"
    return next((one.file for one in moments if digest(one.file) != one.sha256), "")


def digest(file: str) -> str:
    """Of all that is in it; empty of one that cannot be read."""
    try:
        return hashlib.sha256(path_of(file).read_bytes()).hexdigest()
    except OSError:
        return ""
