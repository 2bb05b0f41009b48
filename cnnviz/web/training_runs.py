"""Trainings of this server: visitors who ask for one recipe share one run, and what came of it is kept.

A session has a *seat* at each run that it wants. When the last seat is given up the run stops, with what it has; when a
session is gone, so are its seats, and a run that nobody has is called off.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Lock
from weakref import WeakSet, WeakValueDictionary

import numpy as np
import streamlit as st

from cnnviz.core.cache import Cache
from cnnviz.jobs import Job
from cnnviz.networks.training import History, News, Recipe
from cnnviz.networks.training.apart import ENOUGH, job
from cnnviz.text import Message, Problem
from cnnviz.web.pools import TRAININGS, visitor

SEATS, SEEN, WRONG = "_trainings", "_trained", "_untrained"  # of the session, each by recipe
MOST_SEEN = 4
MOST_BYTES = 256 * 2**20  # of all histories that are kept: what took minutes does not go for what takes milliseconds
MOST_SECONDS = 240.0  # of one run, until somebody asks it to go on
MOST_MACS = 2_000_000_000_000  # of all steps: about as long on one core
PATIENCE = 60.0  # s that a run may take beyond, to begin and to measure


kept: Cache[History] = Cache(MOST_BYTES, spared=True)


@dataclass(eq=False)
class Seat:
    """A session's part in a run."""

    run: "Run"


@dataclass(eq=False)
class Run:
    """A training at work, or waiting for its turn."""

    recipe: Recipe
    job: Job
    seats: "WeakSet[Seat]" = field(default_factory=WeakSet)

    @property
    def stopping(self) -> bool:
        return not self.seats

    def history(self) -> History | None:
        """What has come so far; None before the first step that is kept."""
        news: tuple[News, ...] = self.job.parts
        moments = tuple(one for part in news for one in part.moments)
        if not moments:
            return None
        loss = np.concatenate([part.loss for part in news])
        rate = np.concatenate([part.rate for part in news])
        return History(self.recipe, loss, rate, moments, news[-1].measured, "cpu", 0.0)


running: "WeakValueDictionary[str, Run]" = WeakValueDictionary()  # by recipe
ending: set[Run] = set()  # that were told to stop
lock = Lock()


def key(recipe: Recipe) -> str:
    """A recipe is frozen, and its repr says all of it."""
    return repr(recipe)


def known(recipe: Recipe) -> History | None:
    """What came of a recipe, as far as it was trained; None if it never was, or that was let go."""
    sweep()
    return kept.find(key(recipe)) or seen().get(key(recipe))


def seen() -> dict[str, History]:
    """What this session has seen of runs that went on without it, or broke, by recipe."""
    found: dict[str, History] = st.session_state.setdefault(SEEN, {})
    return found


def seats() -> dict[str, Seat]:
    """This session's, by recipe."""
    found: dict[str, Seat] = st.session_state.setdefault(SEATS, {})
    return found


def at_work(recipe: Recipe) -> Run | None:
    """The run that this session waits for."""
    seat = seats().get(key(recipe))
    return seat.run if seat else None


def begin(recipe: Recipe) -> Run:
    """Take a seat at the run of a recipe; it begins where the last one stopped, unless it is at work already.

    Raises
    ------
    GeometryError, BudgetError
        If the recipe cannot work, or takes too much work for this.
    """
    recipe.check(MOST_MACS)
    which = key(recipe)
    st.session_state.setdefault(WRONG, {}).pop(which, None)
    seen().pop(which, None)
    with lock:
        run = running.get(which)
        if run is None or run.job.ended or run.stopping:
            work = TRAININGS.submit(
                visitor(), job, recipe, known(recipe), MOST_SECONDS, seconds=MOST_SECONDS + PATIENCE
            )
            run = running[which] = Run(recipe, work)
        seat = Seat(run)
        run.seats.add(seat)
    seats()[which] = seat
    return run


def leave(recipe: Recipe, patience: float = 0.0) -> None:
    """Give a seat up; the last one to go stops the run. For callbacks too.

    Parameters
    ----------
    patience : float [s]
        Wait so long at most for what the run has when it stops.
    """
    seat = seats().pop(key(recipe), None)
    if not seat:
        return
    run = seat.run
    with lock:
        run.seats.discard(seat)
        last = run.stopping
    remember(run)
    if last and run.job.ahead is not None:
        run.job.cancel()
    elif last:
        run.job.tell(ENOUGH)
        ending.add(run)
        run.job.wait(patience)
    sweep()


def stops(recipe: Recipe) -> bool:
    """Is a run of it told to stop, and has not said yet what it has?"""
    sweep()
    return any(run.recipe == recipe for run in ending)


def remember(run: Run) -> None:
    """Keep for this session what it has seen of a run."""
    if found := run.history():
        seen()[key(run.recipe)] = replace(found, ended=Message("It goes on."))
        while len(seen()) > MOST_SEEN:
            seen().pop(next(iter(seen())))


def keep(found: History) -> History:
    """Of two histories of one recipe, the longer one stays."""
    return kept.renewed(key(found.recipe), lambda old: old if old and further(old, found) else found)


def further(old: History, new: History) -> bool:
    """Does the older one know more?"""
    return (old.steps, not old.rest) >= (new.steps, not new.rest)


def sweep() -> None:
    """Keep what came of runs that were stopped."""
    for run in [run for run in ending if run.job.ended]:
        ending.discard(run)
        with suppress(Problem):
            keep(run.job.result())


def settle(recipe: Recipe) -> None:
    """Look after a run that has ended meanwhile: keep what came of it, or say what went wrong."""
    run = at_work(recipe)
    if run and run.job.ended:
        seats().pop(key(recipe))
        try:
            keep(run.job.result())
        except Problem as problem:
            remember(run)
            st.session_state.setdefault(WRONG, {})[key(recipe)] = problem


def wrong(recipe: Recipe) -> Problem | None:
    """What went wrong with the run that this session waited for."""
    found: Problem | None = st.session_state.get(WRONG, {}).get(key(recipe))
    return found


def leave_all_but(wanted: Iterable[Recipe]) -> None:
    """Give up all seats but those at these recipes."""
    stay = {key(one) for one in wanted}
    for which, seat in list(seats().items()):
        if which not in stay:
            leave(seat.run.recipe)


def finished(recipe: Recipe) -> bool:
    """Is all of it known?"""
    found = kept.find(key(recipe))
    return found is not None and not found.rest
