"""The page Training: what it asks for, that visitors share a run, and what is kept of it."""

import os
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest
from test_pages import blobs, opened

from cnnviz.core.cost import total
from cnnviz.core.geometry import GeometryError
from cnnviz.inputs.datasets import DATASETS
from cnnviz.networks import learners
from cnnviz.networks.training import Budget, History, Recipe, train
from cnnviz.networks.training.recipe import PASSES
from cnnviz.networks.zoo import ZOO
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.query import training as asked
from cnnviz.scenes.query.form import Reader
from cnnviz.scenes.training import make_training
from cnnviz.web import training_begun as begun
from cnnviz.web import training_files as files
from cnnviz.web import training_runs as runs
from cnnviz.web.pools import TRAININGS
from tests import work

SHAPES = [(1, 8, 8), (3, 12, 10), (1, 40), (2, 5), (1, 4, 6, 5)]


def said(**words: str) -> asked.Asked:
    """What an address asks for."""
    return asked.ask(Reader(words))()


def until(true) -> None:
    for _ in range(6000):
        if true():
            return
        Event().wait(0.01)
    raise AssertionError("It did not come about within a minute.")


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    runs.kept.clear()
    yield


@pytest.fixture
def gate(tmp_path) -> Iterator[str]:
    """While it is not written to, nothing is trained: the only worker is busy."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    busy = [TRAININGS.submit("gate", work.held, str(path), seconds=120) for _ in range(TRAININGS.most)]
    until(lambda: all(job.progress == (1, 3) for job in busy))
    yield str(path)
    work.let_go(path, busy)


def wait_for(app: AppTest, recipe: Recipe) -> AppTest:
    """Look at the page again when the run has ended."""
    seat = app.session_state[runs.SEATS].get(runs.key(recipe))
    if seat:
        assert seat.run.job.wait(300)
    return app.run()


# --- networks to learn with ---


@pytest.mark.parametrize("shape", SHAPES)
def test_a_small_network_gives_a_number_for_each_class_of_any_data(shape):
    plain = learners.small(shape, 7)
    regular = learners.toggled_dropout(learners.toggled_norm(plain))
    for network in (plain, regular, learners.dense(shape, 7, 3000)):
        out = network.module()(torch.randn(2, *shape))
        assert out.shape == (2, 7)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_dense_network_has_about_as_many_parameters(shape):
    count = learners.parameters(learners.small(shape, 10), shape)
    made = sum(p.numel() for p in learners.dense(shape, 10, count).module().parameters())
    assert abs(made - count) <= (np.prod(shape) + 11) / 2 + 1


@pytest.mark.parametrize("name", ["lesson B", "lesson C", "LeNet-5"])
@pytest.mark.parametrize("shape", [(1, 32, 32), (3, 40, 36)])
def test_a_network_is_made_to_fit_other_data(name, shape):
    found = learners.fit(ZOO[name].network, shape, 5)
    assert [type(one) for _, one in found.stages] == [type(one) for _, one in ZOO[name].network.stages]
    module = found.module().eval()
    assert getattr(module, found.prefix or "forward")(torch.randn(2, *shape)).shape == (2, 5)


@pytest.mark.parametrize("change", [learners.toggled_norm, learners.toggled_dropout])
def test_a_change_is_undone_by_itself(change):
    network = learners.small((1, 8, 8), 10)
    assert change(network) != network
    assert change(change(network)) == network


# --- what the page asks for ---


def test_the_page_begins_with_digits_that_are_learned_in_a_moment():
    recipe = said().recipe
    history = train(recipe)
    assert recipe.steps == 200
    assert history.last.accuracy_test >= 0.95


def test_a_network_that_does_not_fit_is_refused_with_numbers_and_ways_out():
    with pytest.raises(asked.MisfitError, match=r"\(1, 8, 8\) with 10 classes") as caught:
        said(preset="lesson C")
    assert caught.value.mended
    for _, words in caught.value.mended:
        assert said(**({"preset": "lesson C"} | {key: str(value) for key, value in words.items()})).recipe.objective


@pytest.mark.parametrize(
    "words",
    [
        {"data": "fashion-mnist", "preset": "LeNet-5"},
        {"data": "fashion-mnist", "preset": "lesson C"},
        {"data": "digits", "preset": "DESED block"},
        {"data": "events", "preset": "dense"},
        {"data": "events", "preset": "lesson B"},
    ],
)
def test_every_way_out_of_a_misfit_works(words):
    with pytest.raises(asked.MisfitError) as caught:
        said(**words)
    for _, changes in caught.value.mended:
        asked.fitting(said(**(words | {key: str(value) for key, value in changes.items()})).recipe)


def test_a_button_mends_a_misfit():
    app = opened("training", data="fashion-mnist", preset="LeNet-5")
    assert ["(1, 28, 28)" in one.value for one in app.warning] == [True]
    next(one for one in app.button if one.label == "Set padding = 2 in the data").click().run()
    assert not app.exception and not app.warning
    assert "Train" in [one.label for one in app.button]


def test_lenet_learns_fashion_with_padded_pictures():
    with pytest.raises(asked.MisfitError) as caught:
        said(data="fashion-mnist", preset="LeNet-5")
    assert caught.value.mended[0][1] == {"fashion-mnist_padding": 2}


def test_a_network_of_the_page_networks_is_trained():
    net = asked.text_of(learners.small((1, 8, 8), 10))
    assert said(net=net, preset="LeNet-5").recipe.network == learners.small((1, 8, 8), 10)


@pytest.mark.parametrize("name", sorted({*asked.AGAINST} - {"nothing", "shuffled"}))
def test_two_recipes_differ_in_one_thing(name):
    found = said(against=name)
    assert found.beside
    differ = [f for f in ("network", "data", "optimiser", "batch", "steps", "seed", "augment", "start")
              if getattr(found.recipe, f) != getattr(found.beside, f)]  # fmt: skip
    assert len(differ) == 1


def test_data_without_places_to_shuffle_says_so():
    with pytest.raises(GeometryError, match="cannot be shuffled"):
        said(against="shuffled")


def test_every_word_that_the_form_asks_for_is_known_to_the_address():
    for optimiser in asked.OPTIMISER.options:
        for schedule in asked.SCHEDULE.options:
            for data in DATASETS:
                reader = Reader({"optimiser": optimiser, "schedule": schedule, "data": data})
                asked.ask(reader)
                assert set(reader.asked) <= asked.words()


# --- files ---


def test_files_hold_what_was_trained():
    history = train(said(steps="5").recipe)
    weights = load(files.weights(history))
    assert {*weights} == {*history.last.state}
    for name, array in history.last.state.items():
        np.testing.assert_array_equal(weights[name], array)
    head, *rows = files.table(history).decode().splitlines()
    assert head == "step,loss,rate" and len(rows) == 5
    np.testing.assert_allclose([float(row.split(",")[1]) for row in rows], history.loss, rtol=1e-8)
    found = np.load(BytesIO(files.arrays(history)))
    np.testing.assert_array_equal(found["loss"], history.loss)
    np.testing.assert_array_equal(found["accuracy_test"], history.curve("accuracy_test"))


# --- before anything is trained ---


@pytest.mark.parametrize("words", [{}, {"seed": "7", "preset": "dense"}, {"data": "signals", "against": "dense"}])
def test_the_bare_page_shows_the_weights_that_training_begins_with(words):
    found = said(**words)
    app = opened("training", **words)
    assert app.button(key="train_now").label == "Train"
    [blob] = blobs(app)
    scene = Scene.from_bytes(blob)
    assert scene.tensors["ticks"].tolist() == [0]
    for r, recipe in enumerate(filter(None, (found.recipe, found.beside))):
        torch.manual_seed(recipe.seed)
        first = next(one for one in recipe.network.module().parameters())
        pictures = scene.tensors[f"kernel.{r}.0"]
        filters = min(len(first), pictures.shape[1])
        ours = pictures[0, :filters].reshape(filters, -1)
        np.testing.assert_array_equal(ours, first.detach().numpy().reshape(len(first), -1)[:filters, : ours.shape[1]])


@pytest.mark.parametrize(
    "words",
    [
        {"data": "events"},
        {"preset": "lesson B", "data": "fashion-mnist", "fashion-mnist_padding": "4", "batch": "512", "steps": "2"},
    ],
)
def test_what_takes_long_to_begin_with_is_not_shown_before_it_is_trained(words):
    app = opened("training", **words)
    assert app.button(key="train_now").label == "Train" and not blobs(app)


# --- runs ---


def test_a_deep_link_trains_and_shows_what_was_reached():
    recipe = said(steps="25").recipe
    app = opened("training", steps="25", train="true")
    app = wait_for(app, recipe)
    assert not app.exception
    history = runs.known(recipe)
    assert history and history.steps == 25
    twin = train(recipe)
    for name, array in twin.last.state.items():
        np.testing.assert_array_equal(history.last.state[name], array)


def test_the_lesson_s_training_stands_beside_what_is_reached():
    words = {"preset": "lesson B", "steps": "3"}
    app = wait_for(opened("training", **words, train="true"), said(**words).recipe)
    told = [one.value for one in app.markdown if "Lesson B" in one.value]
    assert len(told) == 1
    assert "after 3 steps" in told[0]
    assert "those here (1, 8, 8)" in told[0]


def test_while_a_run_goes_on_its_picture_follows_and_shows_room_for_all_steps(gate):
    recipe = said(steps="16").recipe
    app = opened("training", steps="16", train="true")
    run = app.session_state[runs.SEATS][runs.key(recipe)].run
    Path(gate).write_text("go on")
    until(run.history)
    found = run.history()
    assert found and not found.ended
    told = Scene.from_bytes(make_training([found], *recipe.data.split().test.x[:1], 0).to_bytes()).meta
    assert told["recipes"][0]["steps"] == 16 and told["recipes"][0]["ended"] == ""


def test_ten_sessions_that_open_one_link_train_once(gate):
    recipe = said(steps="12").recipe
    before = len(TRAININGS.queue)
    sessions = [opened("training", steps="12", train="true") for _ in range(10)]
    found = [app.session_state[runs.SEATS][runs.key(recipe)].run for app in sessions]
    assert len(set(map(id, found))) == 1 and len(found[0].seats) == 10
    assert len(TRAININGS.queue) == before + 1
    Path(gate).write_text("go on")
    assert found[0].job.wait(60)
    del found
    for app in sessions:
        app.run()
        assert not app.session_state[runs.SEATS]
    assert runs.finished(recipe)


def test_when_the_last_one_leaves_a_run_that_waits_is_called_off(gate):
    recipe = said(steps="13").recipe
    first, second = (opened("training", steps="13", train="true") for _ in range(2))
    job = first.session_state[runs.SEATS][runs.key(recipe)].run.job
    first.button(key="pause").click().run()
    assert not job.ended and not first.session_state[runs.SEATS]
    second.button(key="pause").click().run()
    assert job.wait(10) and not runs.known(recipe)


def test_a_run_that_is_paused_goes_on_as_if_nothing_had_been():
    words = {"steps": "20000"}  # far more than it makes until it is paused
    recipe = said(**words).recipe
    app = opened("training", **words, train="true")
    first = paused(app, recipe, 5)
    assert 5 < first.steps < 20000 and first.rest
    assert "train" not in app.query_params
    app.button(key="train_now").click().run()
    second = paused(app, recipe, first.steps + 60)  # by then the examples are drawn anew
    assert first.steps + 60 < second.steps < 20000
    twin = train(recipe, budget=Budget(steps=second.steps))
    np.testing.assert_array_equal(second.loss, twin.loss)
    for name, array in twin.last.state.items():
        np.testing.assert_array_equal(second.last.state[name], array)


def paused(app: AppTest, recipe: Recipe, beyond: int) -> History:
    """What is known of a run when it is paused, as soon as it tells of more steps than so many."""
    run = app.session_state[runs.SEATS][runs.key(recipe)].run
    until(lambda: run.job.progress[0] > beyond)
    app.button(key="pause").click().run()
    until(lambda: not runs.stops(recipe))
    app.run()
    found = runs.known(recipe)
    assert found
    return found


def test_a_turned_knob_leaves_the_run_and_waits_to_be_asked(gate):
    app = opened("training", steps="14", train="true")
    job = next(iter(app.session_state[runs.SEATS].values())).run.job
    app.number_input(key="batch").set_value(16).run()
    assert job.wait(10) and not app.session_state[runs.SEATS]
    assert app.button(key="train_now")


def test_a_session_that_is_gone_has_no_seat(gate):
    recipe = said(steps="15").recipe
    app = opened("training", steps="15", train="true")
    ended = app.session_state[runs.SEATS][runs.key(recipe)].run.job._task.ended
    app.session_state[runs.SEATS].clear()  # as when Streamlit lets go of the session
    TRAININGS.sweep()
    assert ended.wait(10)
    assert runs.key(recipe) not in runs.running


def test_a_moment_costs_its_examples_and_one_batch_there_and_back():
    recipe = said().recipe
    more = replace(recipe, batch=recipe.batch + 10)
    assert begun.macs(more) - begun.macs(recipe) == 10 * PASSES * total(recipe.network.measures(recipe.data.shape)).macs
