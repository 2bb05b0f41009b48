"""What is kept of a training: moments, measured beside the steps and within a share of their work."""

from math import isfinite

import torch

from cnnviz.core.examples import Examples, Split
from cnnviz.networks.training.moments import Moment, planned, update
from cnnviz.networks.training.recipe import PASSES, Recipe
from cnnviz.networks.training.scores import Part, rows
from cnnviz.networks.training.trainer import Trainer

MOST = 1000  # examples of each part on which a moment is measured
LEAST = 100
SHARE = 0.1  # of the work of all steps that measuring may take


class Keeper:
    """Moments of a training at the steps that are planned.

    Attributes
    ----------
    plan : set of int
        Steps before which a moment is kept.
    measured : (int, int)
        On how many examples of the training and the test part.
    """

    def __init__(self, trainer: Trainer, split: Split):
        recipe = trainer.recipe
        own = trainer.module.state_dict().values()
        plan = planned(recipe.steps, sum(tensor.numel() * tensor.element_size() for tensor in own))
        self.plan, self.moments = set(plan), list[Moment]()
        most = examples_of(recipe, len(plan))
        self.train, self.test = (self.part(trainer, one, most) for one in (split.train, split.test))
        self.measured = (len(self.train.x), len(self.test.x))
        self.first, *_ = trainer.learned()

    def part(self, trainer: Trainer, examples: Examples, most: int) -> Part:
        """A bounded part of the examples, where the module is."""
        part = examples.part(most)
        y = trainer.objective.target(torch.from_numpy(part.y)).to(trainer.device)
        size = rows(trainer.recipe.network, trainer.recipe.data.shape)
        return Part(trainer.objective, torch.from_numpy(part.x).to(trainer.device), y, size)

    def keep(self, step: int, trainer: Trainer) -> float:
        """One step with a moment kept before it; its loss. If that is no number, there is neither moment nor step."""
        trainer.module.eval()
        (accuracy, loss), (accuracy_test, loss_test) = (
            part.measure(trainer.module) for part in (self.train, self.test)
        )
        trainer.module.train()
        state, rate, learned = trainer.state(), trainer.rate, trainer.learned()
        batch_loss = trainer.back()
        if not isfinite(batch_loss):
            return batch_loss
        gradient = {
            key: one.grad.cpu().numpy().copy() for key, one in learned[self.first].items() if one.grad is not None
        }
        trainer.follow()
        updates = {
            name: update(
                {key: state[key] for key in own}, {key: one.detach().cpu().numpy() for key, one in own.items()}
            )
            for name, own in learned.items()
        }
        kept = Moment(step, state, gradient, accuracy, accuracy_test, loss, loss_test, rate, updates)
        self.moments = [*self.moments, kept]
        return batch_loss


def examples_of(recipe: Recipe, moments: int) -> int:
    """On how many examples of each part a moment is measured, so that all of it is a small share of the steps' work.

    A short training is measured on 100 of each, a long one on 1,000.
    """
    passes = SHARE * PASSES * recipe.steps * recipe.batch
    return max(LEAST, min(MOST, int(passes / (2 * moments))))
