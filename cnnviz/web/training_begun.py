"""What a recipe begins with: random weights, and what they make of the examples, before anything is trained."""

from dataclasses import replace

from cnnviz.core.cache import Cache
from cnnviz.core.cost import total
from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.networks.training import Budget, History, Recipe, train
from cnnviz.networks.training.keeper import examples_of
from cnnviz.networks.training.moments import COUNT
from cnnviz.networks.training.recipe import PASSES
from cnnviz.web.training_runs import key, known

MOST_MACS = 10_000_000_000  # of one moment: about half a second on one core

kept: Cache[History] = Cache()


def begun(recipe: Recipe) -> History | None:
    """A history of the moment before the first step alone; None where that is no small work.

    It is made here, not in a job: a page waits for it. Clips of sound take seconds to make, so there is none of them.
    """
    if isinstance(recipe.data, SoundEvents) or macs(recipe) > MOST_MACS:
        return None
    return kept.get(key(recipe), lambda: replace(train(recipe, device="cpu", budget=Budget(steps=0)), ended=None))


def so_far(recipe: Recipe) -> History | None:
    """What is known of a recipe, or else what it begins with."""
    return known(recipe) or begun(recipe)


def macs(recipe: Recipe) -> int:
    """Multiply-adds of a moment: examples of both parts that are measured, and one batch there and back."""
    examples = 2 * examples_of(recipe, COUNT) + PASSES * recipe.batch
    return examples * total(recipe.network.measures(recipe.data.shape)).macs
