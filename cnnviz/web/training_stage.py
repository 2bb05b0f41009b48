"""The stage of the page *Training*: how far a run is, its curve while it grows, and what came of it."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.networks.training import History, Recipe
from cnnviz.text import _, plural
from cnnviz.web import markdown
from cnnviz.web import training_runs as runs


def watch(recipes: Sequence[Recipe]) -> None:
    """Look at runs again and again; when the last one has ended, the whole page is drawn."""
    working = [run for recipe in recipes if (run := runs.at_work(recipe))]
    if not working or all(run.job.ended for run in working):
        st.rerun()
    for run in working:
        done, words = far(run)
        st.progress(done, words)
    found = [run.history() if (run := runs.at_work(one)) else runs.known(one) for one in recipes]
    curves([one for one in found if one])


def far(run: runs.Run) -> tuple[float, str]:
    """How much is done, from 0 to 1, and in words."""
    ahead = run.job.ahead
    if ahead:
        return 0.0, plural("Waiting: {n} comes before.", "Waiting: {n:,} come before.", ahead)
    if ahead == 0:
        return 0.0, _("Waiting …")
    done, of = run.job.progress
    return (done / of, _("Step {done:,} of {of:,}", done=done, of=of)) if of else (0.0, _("The first step …"))


def curves(found: Sequence[History]) -> None:
    """Loss of each batch, and how right the network is."""
    for one in found:
        st.line_chart(np.array(one.loss), height=200)


def announce(found: Sequence[History]) -> None:
    """What was reached, in a sentence each."""
    for one in found:
        told = _(
            "After {steps:,} of {all:,} steps, {test:.1%} of the test part are right, and {train:.1%} of what it "
            "learns from. {device}, {seconds:,.1f} s.",
            steps=one.steps,
            all=one.recipe.steps,
            test=one.last.accuracy_test,
            train=one.last.accuracy_train,
            device=one.device,
            seconds=one.seconds,
        )
        st.caption(markdown.plain(told))
        if one.ended:
            st.caption(markdown.plain(str(one.ended)))
