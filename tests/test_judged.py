"""What the page Training says of how good a network is: charts by their traces, and what is said of a drawing."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest
from test_pages import opened
from test_training_page import gate, nothing_known, said, wait_for  # noqa: F401

from cnnviz.core.examples import Examples
from cnnviz.inputs.datasets.digits import Digits
from cnnviz.networks import learners
from cnnviz.networks.training import Adam, History, Recipe, scores, train
from cnnviz.networks.training.judging import Judged, judge
from cnnviz.text.numbers import number
from cnnviz.web import training_runs as runs
from cnnviz.web.judged import MOST, bars, confusion_figure
from cnnviz.web.judged_examples import levels, lines


@pytest.fixture(scope="module")
def history() -> History:
    data = Digits()
    recipe = Recipe(learners.small(data.shape, len(data.classes)), data, Adam(lr=0.01), steps=30)
    return train(recipe, device="cpu")


@pytest.fixture(scope="module")
def found(history) -> Judged:
    recipe = history.recipe
    judged = judge(recipe.network, history.last.state, recipe.data.split().test)
    assert isinstance(judged, Judged)
    return judged


def test_a_training_is_judged_as_its_own_moment_says(history):
    recipe = history.recipe
    found = judge(recipe.network, history.last.state, recipe.data.split().test.part(history.measured[1]))
    assert found.accuracy == pytest.approx(history.last.accuracy_test)
    assert found.loss == pytest.approx(history.last.loss_test, rel=1e-3)


def test_the_confusion_matrix_has_every_count_written_in_it(found):
    [trace] = confusion_figure(found, "0123456789").data
    np.testing.assert_array_equal(np.array(trace.text).astype(int), found.confusion)
    np.testing.assert_allclose(np.diag(trace.z), found.by_class, rtol=1e-6)


def test_bars_have_their_numbers_and_a_class_without_one_has_none():
    [trace] = bars(np.array([0.25, np.nan]), ["a", "b"], "share").data
    assert list(trace.text) == ["25\xa0%", ""]
    assert list(trace.x) == [0.25, 0]
    assert (trace.orientation, trace.textangle) == ("h", 0)  # or numbers turn sideways on a phone


def page(history):
    from cnnviz.web.judged import judgement  # noqa: PLC0415

    judgement(history)


def test_the_tab_shows_charts_and_scores_of_the_drawing(history):
    app = AppTest.from_function(page, kwargs={"history": history}, default_timeout=60)
    app.query_params["drawn"] = "8x8-20aq43a"
    app.run()
    assert not app.exception
    assert "360 unseen examples" in app.caption[0].value
    assert "true: " in app.caption[1].value
    assert len(app.get("plotly_chart")) == 2
    x = np.zeros((1, 1, 8, 8), np.float32)
    x[0, 0, 2, 4] = 1
    said = scores(history.recipe.network, history.last.state, x)[0]
    shown = app.get("bidi_component")[0].proto.json
    best = max(json.loads(shown)["scores"], key=lambda one: one["share"])
    assert best["name"] == str(said.argmax())
    assert MOST >= 360


def test_a_drawing_that_is_none_is_said_to_be_none(history):
    app = AppTest.from_function(page, kwargs={"history": history}, default_timeout=60)
    app.query_params["drawn"] = "8x8-20aq"
    app.run()
    [warning] = app.warning
    assert "This is no drawing of at most 64 by 64 cells." in warning.value


def test_a_picture_from_a_file_has_the_scores_of_its_pixels(history):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    app = AppTest.from_function(page, kwargs={"history": history}, default_timeout=60).run()
    app.file_uploader[0].set_value(("own.png", file.getvalue(), "image/png")).run()
    assert not app.exception
    for turned in (False, True):
        x = (pixels / np.float32(255))[None, None]
        found = scores(history.recipe.network, history.last.state, (1 - x if turned else x).astype(np.float32))[0]
        shares = np.exp(found - found.max()) / np.exp(found - found.max()).sum()
        np.testing.assert_allclose(app.dataframe[0].value["share"], shares, rtol=1e-4)
        assert f"Most likely: {found.argmax()}, {number(shares.max(), '.0%')}" in [one.value for one in app.markdown]
        app.toggle(key="judged_turned").set_value(True).run()


def test_places_say_where_a_part_stands_among_all():
    x = np.arange(20, dtype=np.float32).reshape(20, 1, 1)
    examples = Examples(x, np.zeros(20, np.int64))
    for most in (7, 20, 50):
        np.testing.assert_array_equal(examples.part(most).x, x[examples.places(most)])


def test_a_signal_is_a_line_for_each_channel():
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal([trace.y for trace in lines(x).data], x)


@pytest.mark.parametrize(("channels", "shape"), [(3, (8, 12, 3)), (1, (8, 12)), (2, (8, 12))])
def test_a_picture_of_three_channels_is_in_colour(channels, shape):
    x = np.random.default_rng(0).random((channels, 2, 3)).astype(np.float32)
    assert levels(x).shape == shape


def test_the_most_wrong_becomes_the_example_of_the_page():
    words = {"steps": "6", "data": "signals"}
    recipe = said(**words).recipe
    app = wait_for(opened("training", **words, train="true", tab="Judge"), recipe)
    assert not app.exception
    history = runs.known(recipe)
    test = recipe.data.split().test
    found = judge(recipe.network, history.last.state, test.part(MOST))
    index = int(test.places(MOST)[found.most_wrong(1)[0]])
    assert test.y[index] == found.true[found.most_wrong(1)[0]]
    app.button(key=f"example{index}").click().run()
    assert app.number_input(key="example").value == index
    assert app.query_params["example"] == str(index)


def test_while_it_is_training_nothing_is_said_to_be_untrained(gate):  # noqa: F811
    app = opened("training", steps="16", train="true", tab="Judge")
    told = [one.value for one in app.caption]
    assert any("It is training" in one for one in told)
    assert not any("Nothing is trained" in one for one in told)


def test_before_a_training_there_is_nothing_to_judge():
    told = [one.value for one in opened("training", steps="17", tab="Judge").caption]
    assert "Nothing is trained yet. Press Train first." in told


def test_of_two_recipes_the_chosen_one_is_judged():
    words = {"steps": "25", "against": "optimiser"}
    found = said(**words)
    app = opened("training", **words, train="true", tab="Judge", judged="B")
    for recipe in (found.recipe, found.beside):
        app = wait_for(app, recipe)
    assert not app.exception
    for letter, recipe in (("B", found.beside), ("A", found.recipe)):
        next(one for one in app.button_group if one.key == "judged").set_value(letter).run()
        state = runs.known(recipe).last.state
        right = judge(recipe.network, state, recipe.data.split().test.part(MOST)).accuracy
        assert [one.value for one in app.caption if f"{number(right, '.1%')} right" in one.value]
