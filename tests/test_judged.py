"""What the page Training says of how good a network is: charts by their traces, and what is said of a drawing."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.inputs.datasets.digits import Digits
from cnnviz.networks import learners
from cnnviz.networks.training import Adam, History, Recipe, scores, train
from cnnviz.networks.training.judging import Judged, judge
from cnnviz.web.judged import MOST, bars, confusion_figure


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
    assert list(trace.text) == ["25%", ""]
    assert list(trace.y) == [0.25, 0]


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
