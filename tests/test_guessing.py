"""Guesses before a training: asked while nothing is known, graded by what was measured, and never in the way."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from test_embedded import framed
from test_pages import opened
from test_training_page import nothing_known, said, wait_for  # noqa: F401

from cnnviz.networks.training import History, train
from cnnviz.web import guessing
from cnnviz.web import training_runs as runs


def slider(app: AppTest):
    return next((one for one in app.select_slider if "Guess first" in one.label), None)


def answers(app: AppTest) -> list[str]:
    return [one.value for one in app.markdown if one.value.startswith(("✓", "✗", "You said"))]


def measured(steps: int, share: float, last: int) -> History:
    """A training of so many steps whose every moment has this accuracy."""
    found = train(said(steps=str(steps)).recipe)
    moments = tuple(replace(one, accuracy_test=share) for one in found.moments if one.step <= last)
    return replace(found, moments=moments, loss=found.loss[:last])


def test_a_guess_is_graded_by_the_accuracy_of_that_step():
    recipe = said(steps="30").recipe
    app = opened("training", steps="30")
    asked = slider(app)
    assert "after 30 steps" in asked.label and asked.value == guessing.NONE
    asked.set_value(5).run()
    assert not answers(app)
    assert {*app.query_params} <= {"steps"}
    app.button(key="train_now").click().run()
    app = wait_for(app, recipe)
    assert not app.exception and slider(app) is None
    reached = 100 * train(recipe).last.accuracy_test
    assert reached > 10
    assert answers(app) == [
        f"✗ **Too low.** You said 5 %, it was {reached:.1f} % after step 30: {reached - 5:.1f} points off."
    ]


def test_a_guess_that_was_left_is_not_graded():
    recipe = said(steps="31").recipe
    app = opened("training", steps="31")
    app.button(key="train_now").click().run()
    app = wait_for(app, recipe)
    assert runs.finished(recipe)
    assert not answers(app)


def test_a_guess_is_remembered_by_its_recipe_and_can_be_taken_back():
    app = opened("training", steps="32")
    slider(app).set_value(40).run()
    app.number_input(key="steps").set_value(33).run()
    assert slider(app).value == guessing.NONE
    app.number_input(key="steps").set_value(32).run()
    assert slider(app).value == 40
    slider(app).set_value(guessing.NONE).run()
    assert set(app.session_state[guessing.GUESSES].values()) == {guessing.NONE}


@pytest.mark.parametrize(
    ("guess", "share", "words"),
    [
        (60, 0.842, "Too low.** You said 60 %, it was 84.2 % after step 97: 24.2 points off."),
        (90, 0.842, "Too high.** You said 90 %, it was 84.2 % after step 97: 5.8 points off."),
        (80, 0.842, "Close.** You said 80 %, it was 84.2 % after step 97: 4.2 points off."),
        (85, 0.85, "Close.** You said 85 %, it was 85.0 % after step 97: 0.0 points off."),
        (85, np.nan, "You said 85 %: nothing was measured after step 97."),
    ],
)
def test_a_verdict_names_the_step_that_was_measured(guess, share, words):
    assert guessing.verdict(guess, measured(200, share, 200)).removeprefix("✓ **").removeprefix("✗ **") == words


def test_a_training_that_was_paused_early_has_no_verdict_yet():
    assert guessing.verdict(50, measured(200, 0.5, 71)) == "You said 50 %: the answer comes with step 100."


@pytest.mark.parametrize(
    ("answer", "a", "b", "right"),
    [("A", 0.9, 0.8, True), ("B", 0.9, 0.8, False), ("same", 0.9, 0.89, True), ("same", 0.9, 0.88, False),
     ("A", 0.9, 0.89, False), ("B", 0.7, 0.8, True)],
)  # fmt: skip
def test_the_better_one_of_two_is_the_one_with_more_right(answer, a, b, right):
    found = [measured(5, share, 5) for share in (a, b)]
    assert guessing.compared(answer, found).startswith("✓" if right else "✗")


def test_two_that_have_not_ended_are_not_compared():
    found = [measured(5, 0.5, 5), measured(5, 0.4, 3)]
    assert "with the last step of both" in guessing.compared("A", found)


def test_of_two_recipes_the_better_one_is_asked_too():
    words = {"steps": "20", "against": "dense"}
    found = said(**words)
    app = opened("training", **words)
    assert "accuracy of A" in slider(app).label
    [better] = [one for one in app.button_group if one.key.startswith("guess_")]
    better.set_value("B").run()
    app.button(key="train_now").click().run()
    for recipe in (found.recipe, found.beside):
        app = wait_for(app, recipe)
    a, b = (100 * train(one).last.accuracy_test for one in (found.recipe, found.beside))
    sign = "✓ **Right:**" if b > a + 1 else "✗ **Not so:**"
    assert answers(app) == [f"{sign} B. At the end A has {a:.1f} % on unseen examples, B has {b:.1f} %."]


def test_a_page_within_another_asks_nothing():
    assert slider(framed("training", steps="34")) is None
    assert slider(opened("training", steps="34"))
