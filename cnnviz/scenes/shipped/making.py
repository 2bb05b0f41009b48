"""Weights made by their recipe, measured on unseen examples, and written with their card."""

import hashlib
import platform
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import torch
from safetensors.numpy import save

from cnnviz.core.examples import Examples, Split
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array
from cnnviz.networks.network import Network
from cnnviz.networks.training import Progress, Recipe, train
from cnnviz.scenes.exciting import keep
from cnnviz.scenes.shipped.card import Card, Kept
from cnnviz.scenes.shipped.measuring import measure_of, measured, overall
from cnnviz.scenes.shipped.recipes import RECIPES
from cnnviz.scenes.shipped.settling import normalised, settled
from cnnviz.text import Message

STATISTICS = Message("mean over batches of training examples, taken when the training was over")


def make(name: str, folder: Path, progress: Progress | None = None) -> Card:
    """Train a recipe, and write its weights and their card; on one machine the same files each time.

    Raises
    ------
    KeyError
        If there is no such recipe.
    SourceError
        If the recipe's data is not on this machine.
    GeometryError
        If the loss was no number any more.
    OSError
        If the folder cannot be written.
    """
    shipped = RECIPES[name]
    recipe, learned, test = shipped.recipe, shipped.recipe.data.split(), shipped.data.split()
    history = train(recipe, learned, progress, device="cpu", most_macs=None)
    if history.ended:
        raise GeometryError("{reason}", reason=history.ended)
    folder.mkdir(parents=True, exist_ok=True)
    moments = [history.at(step) for step in (*shipped.early, recipe.steps)]
    states = {one.step: rested(recipe.network, one.state, learned.train) for one in moments}
    kept = tuple(written(folder, name, step, state, test) for step, state in states.items())
    keep(name, recipe.network, states[recipe.steps], test, folder)
    made = card_of(name, learned.train, test.test, kept)
    (folder / f"{name}.json").write_text(made.text(), encoding="utf-8")
    return made


def rested(network: Network, state: Mapping[str, Array], examples: Examples) -> Mapping[str, Array]:
    """The weights of a moment as they ship."""
    return settled(network, state, examples) if normalised(network) else state


def written(folder: Path, name: str, step: int, state: Mapping[str, Array], split: Split) -> Kept:
    """One file of weights, and how good they are."""
    data = save({key: state[key] for key in sorted(state)})
    path = folder / f"{name}-{step}.safetensors"
    path.write_bytes(data)
    by_class = measured(RECIPES[name].recipe.network, state, split.test)
    named = dict(zip(split.classes, by_class.round(4).tolist(), strict=True))
    return Kept(step, path.name, hashlib.sha256(data).hexdigest(), round(overall(by_class, split.test), 4), named)


def card_of(name: str, learned: Examples, test: Examples, kept: tuple[Kept, ...]) -> Card:
    """What is to be known about them."""
    recipe = RECIPES[name].recipe
    return Card(
        name,
        str(recipe.data.title),
        str(recipe.data.licence),
        len(learned),
        len(test),
        spelled(recipe),
        f"python -m cnnviz train {name}",
        str(measure_of(test)),
        str(STATISTICS) if normalised(recipe.network) else "",
        machine(),
        kept,
    )


def spelled(recipe: Recipe) -> dict[str, str]:
    """All fields of a recipe, as Python writes them."""
    return {field.name: repr(getattr(recipe, field.name)) for field in fields(recipe)}


def machine() -> str:
    """What the last bits depend on: torch's version, what it makes of the processor, and the processor."""
    return str(
        Message(
            "torch {version} on {machine}, {capability}, {processor}, one thread",
            version=torch.__version__,
            machine=platform.machine(),
            capability=torch.backends.cpu.get_cpu_capability(),
            processor=processor(),
        )
    )


def processor() -> str:
    """Its name, family and model, where the system says them; a virtual machine may hide which one of a name it is."""
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8") if info.exists() else ""
    found = [re.search(rf"^{key}\s*: (.+)$", text, re.MULTILINE) for key in ("model name", "cpu family", "model")]
    return " ".join(one[1] for one in found if one) or platform.processor()
