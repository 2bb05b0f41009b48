"""Words of a recipe whose training is watched, and of what differs between two."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import MISSING, Field, fields
from typing import Any

from cnnviz.networks.network import Network
from cnnviz.networks.training import History, Recipe
from cnnviz.text import Message, _


def names_of(histories: Sequence[History]) -> list[str]:
    """What the recipe of each is called."""
    return called([history.recipe for history in histories])


def called(recipes: Sequence[Recipe]) -> list[str]:
    """What each recipe is called: what it has and the other has not."""
    differ = [one.name for one in fields(Recipe) if len({getattr(recipe, one.name) for recipe in recipes}) > 1]
    found = []
    for recipe in recipes:
        others = [other for other in recipes if other != recipe]
        said = [
            kinds(recipe.network, others[0].network) if name == "network" else told(name, getattr(recipe, name))
            for name in differ or ["optimiser"]
        ]
        found.append(", ".join(filter(None, said)) or told("optimiser", recipe.optimiser))
    return found


def told(name: str, value: Any) -> str:
    """A field of a recipe in few words: of settings, those that are not as they begin."""
    if name == "data":
        return str(value.title)
    if isinstance(value, int | float | str):
        return f"{name}={value}"
    own = [f"{one.name}={getattr(value, one.name)}" for one in fields(value) if one.name == "lr" or moved(value, one)]
    title = getattr(value, "torch_name", "")
    return f"{title}({', '.join(own)})" if title else ", ".join(own)


def moved(value: Any, one: "Field[Any]") -> bool:
    return one.default is not MISSING and bool(getattr(value, one.name) != one.default)


def kinds(network: Network, other: Network) -> str:
    """The layers of which it has more or fewer than another network; else how the layers themselves differ.

    >>> from cnnviz.core.layers import Conv, Dropout, ReLU
    >>> a = Network((("conv", Conv()), ("relu", ReLU()), ("drop", Dropout())))
    >>> b = Network((("conv", Conv()), ("relu", ReLU())))
    >>> kinds(a, b), kinds(b, a)
    ('1 × Dropout', 'without Dropout')
    """
    own, its = (
        Counter(layer.code().split("(")[0].removeprefix("nn.") for _name, layer in n.stages) for n in (network, other)
    )
    more = [f"{count} × {kind}" for kind, count in own.items() if count != its[kind]]
    if more:
        return ", ".join(more)
    missing = [kind for kind in its if kind not in own]
    if missing:
        return _("without {layers}", layers=", ".join(missing))
    theirs = [layer for _name, layer in other.stages]
    return ", ".join(layer.code().removeprefix("nn.") for _name, layer in network.stages if layer not in theirs)


def recipe_words(history: History, name: Message | str) -> dict[str, Any]:
    return {
        "name": str(name),
        "steps": history.recipe.steps,
        "made": history.steps,
        "ended": str(history.ended) if history.ended else "",
        "rate": history.last.rate,
        "stages": list(history.moments[0].updates),
    }


def measure_words(recipe: Recipe) -> dict[str, str]:
    """What is measured: the loss, and what accuracy counts."""
    return {"loss": str(recipe.objective.title), "accuracy": str(recipe.objective.measure)}
