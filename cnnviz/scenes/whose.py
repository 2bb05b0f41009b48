"""Whose weights a network has, in words: the same on the pages, on pictures and in files."""

from cnnviz.core.layers import Dropout, DropoutNd, Layer
from cnnviz.inputs.base import plain_name
from cnnviz.scenes.at_step import AtStep
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Kaiming, Loaded, Seeded, Trained
from cnnviz.text import _


def whose(request: Request) -> str:
    """Whose weights a network has; and the seed where they, or what dropout drops, are drawn at random."""
    weights = request.weights
    if known := of_others(weights):
        drawn = any(draws(layer) for __, layer in request.network.stages)
        return _("{known}, dropout with seed {seed}", known=known, seed=weights.seed) if drawn else known
    if isinstance(weights, Kaiming):
        return _("kaiming-normal weights, seed {seed}", seed=weights.seed)
    return _("random weights, seed {seed}", seed=weights.seed)


def of_others(weights: Seeded) -> str:
    """Where weights are from that are not drawn at random; empty of those that are."""
    match weights:
        case Trained() | AtStep():
            return _("weights: {words}", words=weights.words)
        case Loaded(checkpoint=file):
            names = ", ".join(filter(None, (plain_name(file.name), file.part)))
            return _("weights of {names} (sha256 {digest})", names=names, digest=file.digest[:12])
    return ""


def draws(layer: Layer) -> bool:
    """Does it drop something?"""
    return isinstance(layer, Dropout | DropoutNd) and layer.training and layer.p > 0
