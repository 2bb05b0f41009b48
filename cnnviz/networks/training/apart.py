"""A training as a job of a worker: it sends its news ahead, and stops with what it has when it is told to."""

from typing import Any

from cnnviz.networks.training.history import History, News
from cnnviz.networks.training.recipe import Recipe
from cnnviz.networks.training.train import Budget, train

ENOUGH = "enough"  # the word that stops it


def job(recipe: Recipe, resume: History | None, seconds: float, report: Any) -> History:
    """Train a recipe, or go on with it.

    Parameters
    ----------
    seconds : float
        After so many it stops as if it were told to.
    report : function of a job
        As `cnnviz.jobs.Pool.submit` gives it: it takes parts done, parts in all and a part of the answer, and its
        `words` are what the job has been told.
    """

    def tell(news: News) -> None:
        report(news.done, news.steps, news)

    return train(
        recipe,
        progress=tell,
        stop=lambda: ENOUGH in report.words,
        resume=resume,
        budget=Budget(seconds=seconds),
    )
