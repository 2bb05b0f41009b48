"""Guess first: how right a network will be, asked before it is trained and graded by what came of it.

Nobody has to answer. What was guessed stays with the session, by recipe, and is no part of the address.
"""

from collections.abc import Callable, Sequence
from math import isfinite
from zlib import crc32

import streamlit as st

from cnnviz.networks.training import History, Recipe
from cnnviz.scenes.recipes import called
from cnnviz.text import Message, _
from cnnviz.web import markdown
from cnnviz.web import training_runs as runs

GUESSES = "_guesses"  # of the session, by what they are about
SOON = 100  # steps
NONE = -1
PERCENT = (NONE, *range(0, 101, 5))
CLOSE = 5.0  # percentage points from a number that is as good as guessed
SAME = 1.0  # percentage points between two that are about the same
A, B, NEITHER = "A", "B", "same"
BETTER = {A: Message("A"), B: Message("B"), NEITHER: Message("about the same")}


def guesses() -> dict[str, int | str | None]:
    """This session's; a number is in percent."""
    found: dict[str, int | str | None] = st.session_state.setdefault(GUESSES, {})
    return found


def about(recipes: Sequence[Recipe]) -> str:
    """What a guess is kept by: one recipe, or two beside each other."""
    return " | ".join(map(runs.key, recipes))


def keeps(which: str, widget: str) -> Callable[[], None]:
    """A callback that keeps what a widget says."""

    def keep() -> None:
        guesses()[which] = st.session_state[widget]

    return keep


def soon(recipe: Recipe) -> int:
    """The step that is asked about."""
    return min(SOON, recipe.steps)


def ask_first(recipes: Sequence[Recipe]) -> None:
    """Ask where accuracy will be, and which of two recipes will be better, while nobody can know it from the page."""
    if any(runs.at_work(one) or runs.known(one) for one in recipes):
        return
    first, two = recipes[0], len(recipes) > 1
    which = about([first])
    widget = f"guess_{crc32(which.encode()):x}"
    st.session_state.setdefault(widget, guesses().get(which, NONE))
    steps = soon(first)
    with st.container(border=True):
        if two:
            names = zip(BETTER.values(), called(recipes), strict=False)
            st.caption(markdown.plain("; ".join(f"{letter}: {name}" for letter, name in names)))
        st.select_slider(
            _("Guess first: where will accuracy of A on unseen examples be after {n:,} steps?", n=steps)
            if two
            else _("Guess first: where will accuracy on unseen examples be after {n:,} steps?", n=steps),
            PERCENT,
            format_func=in_percent,
            key=widget,
            help=str(first.objective.measure),
            on_change=keeps(which, widget),
        )
        if two:
            ask_better(recipes)


def in_percent(guess: int) -> str:
    """A place of the slider in words."""
    return _("no guess") if guess == NONE else f"{guess} %"


def ask_better(recipes: Sequence[Recipe]) -> None:
    """Which of two recipes will be the better one."""
    which = about(recipes)
    widget = f"guess_{crc32(which.encode()):x}"
    st.session_state.setdefault(widget, guesses().get(which))
    st.segmented_control(
        _("Which will be better at the end?"),
        list(BETTER),
        format_func=lambda one: str(BETTER[one]),
        key=widget,
        on_change=keeps(which, widget),
    )


def graded(recipes: Sequence[Recipe]) -> None:
    """Hold what was guessed against what came of the recipes; of what was not guessed nothing is said."""
    found = [one for one in map(runs.known, recipes) if one]
    guess = guesses().get(about(recipes[:1]))
    if isinstance(guess, int) and guess != NONE and found and found[0].recipe == recipes[0]:
        st.markdown(verdict(guess, found[0]))
    answer = guesses().get(about(recipes))
    if len(recipes) == 2 and isinstance(answer, str) and len(found) == 2:
        st.markdown(compared(answer, found))


def verdict(guess: int, history: History) -> str:
    """How far a guess, in percent, is from what was measured."""
    steps = soon(history.recipe)
    if history.steps < steps:
        return _("You said {guess} %: the answer comes with step {n:,}.", guess=guess, n=steps)
    moment = history.at(steps)
    reached = round(100 * moment.accuracy_test, 1)  # as it is printed, so that the difference is right to the reader
    if not isfinite(reached):
        return _("You said {guess} %: nothing was measured after step {step:,}.", guess=guess, step=moment.step)
    off = abs(guess - reached)
    places = {"guess": guess, "reached": reached, "step": moment.step, "off": off}
    if off <= CLOSE:
        return _(
            "✓ **Close.** You said {guess} %, it was {reached:.1f} % after step {step:,}: {off:.1f} points off.",
            **places,
        )
    if guess > reached:
        return _(
            "✗ **Too high.** You said {guess} %, it was {reached:.1f} % after step {step:,}: {off:.1f} points off.",
            **places,
        )
    return _(
        "✗ **Too low.** You said {guess} %, it was {reached:.1f} % after step {step:,}: {off:.1f} points off.", **places
    )


def compared(answer: str, found: Sequence[History]) -> str:
    """Whether the right one of two was said to be better."""
    if any(one.steps < one.recipe.steps for one in found):
        return _("Which one is better: the answer comes with the last step of both.")
    a, b = (round(100 * one.last.accuracy_test, 1) for one in found)
    true = NEITHER if abs(a - b) <= SAME else A if a > b else B
    places = {"said": BETTER[answer], "a": a, "b": b}
    if answer == true:
        return _("✓ **Right:** {said}. At the end A has {a:.1f} % on unseen examples, B has {b:.1f} %.", **places)
    return _("✗ **Not so:** {said}. At the end A has {a:.1f} % on unseen examples, B has {b:.1f} %.", **places)
