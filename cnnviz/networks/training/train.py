"""Train: the real torch module, step after step, and what is kept on the way."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

import numpy as np
import torch

from cnnviz.core.examples import Split
from cnnviz.core.geometry import GeometryError
from cnnviz.core.run import somewhere
from cnnviz.networks.training.history import History, News
from cnnviz.networks.training.keeper import Keeper
from cnnviz.networks.training.recipe import MOST_MACS, Recipe
from cnnviz.networks.training.trainer import Trainer
from cnnviz.text import Message

EVERY = 0.1  # s between two news

Progress = Callable[[News], None]


@dataclass(frozen=True)
class Budget:
    """How much of a recipe one call does, before it stops as if it were asked to.

    Attributes
    ----------
    steps : int, or None
        Steps of this call.
    seconds : float, or None
        Of this call.
    """

    steps: int | None = None
    seconds: float | None = None


def train(
    recipe: Recipe,
    split: Split | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
    resume: History | None = None,
    device: str | None = None,
    budget: Budget | None = None,
    most_macs: int | None = MOST_MACS,
) -> History:
    """Train a recipe's network. On a CPU, the same recipe gives the same weights, bit for bit.

    Parameters
    ----------
    split : Split, or None
        The recipe's examples, where they are at hand already.
    progress : called with `News`
        At each moment that is kept, now and then between, and at the end.
    stop : asked before each step
        True ends the training; it can go on from what comes back, as if nothing had been.
    resume : History, or None
        A training of the same recipe that was stopped.
    device : str, or None
        None takes that of `core.device.pick`, or of what is resumed.
    most_macs : int, or None
        See `Recipe.check`.

    Raises
    ------
    GeometryError
        If the recipe cannot work, or something else is resumed than it.
    BudgetError
        If it would take more than cnnviz attempts.
    """
    recipe.check(most_macs)
    split = split or recipe.data.split()
    check_resumed(recipe, resume)
    if resume and not resume.rest:
        return resume

    def go(where: str) -> History:
        return Loop(Trainer(recipe, split, where), split, progress, resume).run(stop, budget or Budget())

    where = device or (resume.device if resume else None)
    return one_core(lambda: go(where) if where else somewhere(go)[0])


def check_resumed(recipe: Recipe, resume: History | None) -> None:
    """Raise `GeometryError` unless it is the same recipe that goes on."""
    if resume and resume.recipe != recipe:
        raise GeometryError("Only the same recipe can go on. Start this one from the beginning.")


def one_core(work: Callable[[], History]) -> History:
    """What work gives with one thread: with another number, sums are added up in another order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1) if threads > 1 else None
    try:
        return work()
    finally:
        torch.set_num_threads(threads) if threads > 1 else None


class Loop:
    """The steps of a training, from its start or from where it was stopped."""

    def __init__(self, trainer: Trainer, split: Split, progress: Progress | None, resume: History | None):
        self.trainer, self.recipe, self.progress = trainer, trainer.recipe, progress
        self.keeper = Keeper(trainer, split)
        self.loss, self.rate = [0.0] * 0, [0.0] * 0
        self.begin, self.spent = time.perf_counter(), 0.0
        if resume:
            trainer.go_on(resume)
            self.loss, self.rate, self.spent = resume.loss.tolist(), resume.rate.tolist(), resume.seconds
            self.keeper.moments = [one for one in resume.moments if one.step < resume.steps]
        self.told, self.told_moments, self.last = 0, 0, float("-inf")

    def run(self, stop: Callable[[], bool] | None, budget: Budget) -> History:
        first, ended = len(self.loss), None
        for step in range(first, self.recipe.steps):
            if ended := self.ends(step - first, stop, budget):
                break
            if not self.step(step):
                return self.diverged(step)
            self.tell(step in self.keeper.plan)
        rest = self.trainer.rest() if ended else b""
        if not isfinite(self.keeper.keep(len(self.loss), self.trainer)):
            return self.diverged(len(self.loss))
        self.tell(True)
        return self.history(ended, rest)

    def step(self, step: int) -> bool:
        """One step; was its loss a number?"""
        rate = self.trainer.rate
        if step in self.keeper.plan:
            loss = self.keeper.keep(step, self.trainer)
        elif isfinite(loss := self.trainer.back()):
            self.trainer.follow()
        if not isfinite(loss):
            return False
        self.trainer.turn()
        self.loss.append(loss)
        self.rate.append(rate)
        return True

    def ends(self, done: int, stop: Callable[[], bool] | None, budget: Budget) -> Message | None:
        """Why it ends here, after so many steps of this call; None where it does not."""
        steps = len(self.loss)
        if stop and stop():
            return Message("Stopped after {steps:,} of {all:,} steps.", steps=steps, all=self.recipe.steps)
        if budget.steps is not None and done >= budget.steps:
            return Message("Paused after {steps:,} of {all:,} steps.", steps=steps, all=self.recipe.steps)
        if budget.seconds is not None and time.perf_counter() - self.begin >= budget.seconds:
            return Message(
                "Paused after {steps:,} of {all:,} steps, for {seconds:,.0f} s were over.",
                steps=steps,
                all=self.recipe.steps,
                seconds=budget.seconds,
            )
        return None

    def diverged(self, step: int) -> History:
        """What there is before a loss that was no number."""
        rate = self.trainer.rate
        ended = Message(
            "After {steps:,} steps the loss was no number any more: the steps were too large. Use a smaller learning "
            "rate than {rate:.4g}.",
            steps=step,
            rate=rate,
        )
        self.tell(True)
        return self.history(ended, b"")

    def tell(self, now: bool) -> None:
        """News, if there is something to be told or the last ones were long ago."""
        if not self.progress or not (now or time.perf_counter() - self.last >= EVERY):
            return
        self.last = time.perf_counter()
        loss, rate = np.array(self.loss[self.told :]), np.array(self.rate[self.told :])
        moments = self.keeper.moments[self.told_moments :]
        self.told, self.told_moments = len(self.loss), len(self.keeper.moments)
        self.progress(News(self.told, self.recipe.steps, loss, rate, self.keeper.measured, tuple(moments)))

    def history(self, ended: Message | None, rest: bytes) -> History:
        seconds = self.spent + time.perf_counter() - self.begin
        loss, rate = np.array(self.loss, np.float64), np.array(self.rate, np.float64)
        moments, measured = tuple(self.keeper.moments), self.keeper.measured
        return History(self.recipe, loss, rate, moments, measured, self.trainer.device, seconds, ended, rest)
