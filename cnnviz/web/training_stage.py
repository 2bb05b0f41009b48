"""The stage of the page *Training*: how far a run is, what is seen of it, and one of its steps in the player."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.inputs import read
from cnnviz.inputs.datasets.example import example
from cnnviz.networks.training import History, Recipe
from cnnviz.scenes.blob import BLOBS
from cnnviz.scenes.query import training as asked
from cnnviz.scenes.training import make_training
from cnnviz.text import _
from cnnviz.text.numbers import number
from cnnviz.web import training_runs as runs
from cnnviz.web.components.player import TAB
from cnnviz.web.components.training import training
from cnnviz.web.shared_jobs import waiting
from cnnviz.web.training_begun import so_far
from cnnviz.web.training_step import open_step
from cnnviz.web.widgets import place


@dataclass(frozen=True)
class Stage:
    """What is watched: one recipe or two, and what their maps are made of."""

    recipes: tuple[Recipe, ...]
    index: int

    def watch(self) -> None:
        """Look at runs again and again; when the last one has ended, the whole page is drawn."""
        working = [run for recipe in self.recipes if (run := runs.at_work(recipe))]
        if not working or any(run.job.ended for run in working):
            st.rerun()
        for run in working:
            st.progress(*far(run))
        seen = [run.history() if (run := runs.at_work(one)) else None for one in self.recipes]
        found = [one or so_far(recipe) for one, recipe in zip(seen, self.recipes, strict=True)]
        self.draw([one for one in found if one])

    def draw(self, found: Sequence[History]) -> None:
        """All that was kept, under one playhead."""
        if not found:
            return
        x, y = example(found[0].recipe.data, self.index).both  # type: ignore[arg-type]
        which = read.key((self, *map(extent, found)))
        blob = BLOBS.get(which, lambda: make_training(found, x, y if y.ndim else int(y)).to_bytes())
        where = st.session_state
        at, stage = where.get(asked.AT.key) or "", where.get(asked.STAGE.key) or ""
        step = int(at) if at.isdecimal() and len(at) < 8 else None
        training(blob, "training", opens, shares, step, str(stage))

    def open_step(self) -> None:
        """The step that was opened, if one was."""
        where = st.session_state
        which, at, stage = (str(where.get(word.key) or "") for word in (asked.OPEN, asked.AT, asked.STAGE))
        if which not in ("1", "2") or int(which) > len(self.recipes) or not at.isdecimal():
            return
        recipe = self.recipes[int(which) - 1]
        history = so_far(recipe)
        if not history or stage not in dict(recipe.network.stages):
            return
        open_step(history, history.at(int(at)), stage, self.index, partial(opens, int(which) - 1), close)


def extent(history: History) -> tuple[Any, ...]:
    """What tells one history of a recipe from another."""
    moments = tuple(one.step for one in history.moments)
    return history.recipe, history.steps, moments, history.measured, history.device, history.seconds, history.ended


def opens(recipe: int, stage: str, step: int) -> None:
    """Show a step in the player; for callbacks."""
    hold({asked.OPEN.key: str(recipe + 1), asked.AT.key: str(step), asked.STAGE.key: stage})


def close() -> None:
    """For callbacks."""
    hold({asked.OPEN.key: ""})


def shares(step: int, stage: str) -> None:
    """Put the playhead into the address, and open the tab that shares; for callbacks."""
    hold({asked.AT.key: str(step), asked.STAGE.key: stage})
    place({"tab": TAB})


def hold(words: Mapping[str, str]) -> None:
    """Put words into the address that no widget shows; for callbacks."""
    for key, text in words.items():
        st.session_state[key] = text
        if text:
            st.query_params[key] = text
        elif key in st.query_params:
            del st.query_params[key]


def far(run: runs.Run) -> tuple[float, str]:
    """How much is done, from 0 to 1, and in words."""
    if (ahead := run.job.ahead) is not None:
        return 0.0, waiting(ahead)
    done, of = run.job.progress
    return (done / of, _("Step {done:,} of {of:,}", done=done, of=of)) if of else (0.0, _("The first step …"))


def told(one: History) -> str:
    """What was reached, in a sentence or two."""
    reached = _(
        "After {steps:,} of {all:,} steps: {test} right on {unseen:,} unseen examples, {train} on {seen:,} of those it "
        "learns from. {device}, {seconds:,.1f} s.",
        steps=one.steps,
        all=one.recipe.steps,
        unseen=one.measured[1],
        seen=one.measured[0],
        test=percent(one.last.accuracy_test),
        train=percent(one.last.accuracy_train),
        device=one.device,
        seconds=one.seconds,
    )
    return f"{reached} {one.ended}" if one.ended else reached


def percent(share: float) -> str:
    return number(share, ".1%") if np.isfinite(share) else "–"
