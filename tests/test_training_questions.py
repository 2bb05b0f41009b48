"""Questions of the page Training: what an answer claims, the very recipes of its link have learned."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import torch
from test_pages import opened

from cnnviz.content.links import Preset
from cnnviz.content.presets import TRAINING
from cnnviz.core.layers import Array
from cnnviz.networks.learners import parameters
from cnnviz.networks.training import History, train
from cnnviz.networks.training.scores import scores
from cnnviz.scenes.query import training as asked
from cnnviz.scenes.query.form import Reader
from cnnviz.web import training_runs as runs

SOBEL = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]])  # bright above, dark below


def said(preset: Preset) -> asked.Asked:
    return asked.ask(Reader(preset.params))()


def about(words: str) -> Preset:
    [found] = [one for one in TRAINING if words in str(one.question)]
    return found


@cache
def learned(words: str) -> tuple[History, ...]:
    """What the recipes of a question have learned: one, or two."""
    found = said(about(words))
    return tuple(train(one) for one in (found.recipe, found.beside) if one)


def right(history: History) -> float:
    """The share of all unseen examples that the network is right about."""
    test = history.recipe.data.split().test
    out = scores(history.recipe.network, history.last.state, test.x)
    return float((out.argmax(1) == test.y).mean())


def cosine(a: Array, b: Array) -> float:
    return float((a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b))


def tells(history: History, step: int, kernel: int, digit: int) -> float:
    """In what share of pairs is the mean of a kernel's map, behind its ReLU, higher for this digit than for another?"""
    state, test = history.at(step).state, history.recipe.data.split().test
    weight, bias = (torch.from_numpy(state[f"conv1.{name}"][[kernel]]) for name in ("weight", "bias"))
    maps = torch.conv2d(torch.from_numpy(test.x), weight, bias, padding=1).relu()
    means = maps.mean((1, 2, 3)).numpy()
    one, other = means[test.y == digit, None], means[test.y != digit]
    return float((one > other).mean() + (one == other).mean() / 2)


def test_kernel_0_has_learned_edges_that_are_bright_above():
    [history] = learned("kernel 0")
    start, end = (history.at(step).state["conv1.weight"][0, 0] for step in (0, 400))
    assert cosine(end, SOBEL) == pytest.approx(0.87, abs=0.05)
    assert abs(cosine(start, SOBEL)) < 0.05
    assert tells(history, 400, 0, digit=7) == pytest.approx(0.81, abs=0.03)
    assert tells(history, 0, 0, digit=7) == pytest.approx(0.49, abs=0.01)


def test_the_example_of_the_kernels_question_is_a_7():
    found = said(about("kernel 0"))
    assert found.recipe.data.split().test.y[found.example] == 7


def test_dropout_raises_the_loss_of_training_and_lowers_that_of_unseen_signals():
    without, with_it = learned("dropout")
    assert [type(layer).__name__ for _, layer in with_it.recipe.network.stages].count("Dropout") == 1
    ends = [float(one.loss[-50:].mean()) for one in (without, with_it)]
    assert ends == [pytest.approx(0.15, abs=0.05), pytest.approx(0.9, abs=0.1)]
    unseen = [one.last.loss_test for one in (without, with_it)]
    assert unseen == [pytest.approx(2.5, abs=0.3), pytest.approx(1.6, abs=0.15)]
    for one in (without, with_it):
        assert one.last.accuracy_test == pytest.approx(0.44, abs=0.05)


def test_after_ten_steps_a_third_of_the_running_statistics_is_what_they_began_with():
    without, with_it = learned("batch norm")
    assert with_it.loss[9] == pytest.approx(1.1, abs=0.1)
    for one in (without, with_it):
        assert one.at(10).step == 10
        assert one.at(10).loss_test == pytest.approx(2.05, abs=0.15)
    assert without.loss[9] > 2
    assert with_it.last.loss_test < with_it.last.loss_train + 0.1 < 0.3  # then both are as good


def test_running_statistics_go_a_tenth_of_the_way_in_each_step():
    """By torch's own layer, on one batch again and again."""
    x = torch.randn(64, 1, 8, 8) * 3 + 5
    layer = torch.nn.BatchNorm2d(1)
    for steps, left in ((10, 0.35), (60, 0.002)):
        layer.reset_running_stats()
        for _ in range(steps):
            layer(x)
        assert layer.running_mean.item() == pytest.approx((1 - 0.9**steps) * x.mean().item(), rel=1e-4)
        assert layer.running_var.item() == pytest.approx(0.9**steps + (1 - 0.9**steps) * x.var().item(), rel=1e-4)
        assert 0.9**steps == pytest.approx(left, abs=0.002)
    variance = learned("batch norm")[1].at(10).state["conv1_norm.running_var"]
    assert (variance >= 0.9**10).all()  # what is left of 1 at least
    assert variance.mean() < 0.4


def test_a_convolution_beats_a_dense_net_of_as_many_parameters():
    convolution, dense = learned("Why does a convolution")
    sizes = [parameters(one.recipe.network, one.recipe.data.shape) for one in (convolution, dense)]
    assert sizes[1] == pytest.approx(sizes[0], rel=0.02)
    assert right(convolution) == pytest.approx(0.8, abs=0.07)
    assert right(dense) == pytest.approx(0.5, abs=0.06)


def test_it_does_not_where_positions_are_shuffled():
    convolution, dense = learned("when does it not")
    assert right(convolution) == pytest.approx(0.5, abs=0.07)
    assert right(dense) == pytest.approx(right(convolution), abs=0.08)
    ordered = learned("Why does a convolution")
    assert right(dense) == pytest.approx(right(ordered[1]), abs=0.04)


CLAIMS: dict[str, Callable[[], None]] = {
    "kernel 0": test_kernel_0_has_learned_edges_that_are_bright_above,
    "dropout": test_dropout_raises_the_loss_of_training_and_lowers_that_of_unseen_signals,
    "batch norm": test_after_ten_steps_a_third_of_the_running_statistics_is_what_they_began_with,
    "Why does a convolution": test_a_convolution_beats_a_dense_net_of_as_many_parameters,
    "when does it not": test_it_does_not_where_positions_are_shuffled,
}


def test_every_answer_is_checked():
    assert [about(words) for words in CLAIMS] == TRAINING


def line(app) -> list[str]:
    return [one.proto.body for one in app.get("html") if 'class="asked"' in one.proto.body]


@pytest.mark.parametrize("preset", TRAINING, ids=lambda one: str(one.question))
def test_a_question_stands_above_its_training_and_its_link_opens_it(preset):
    """Without `train`: the recipes wait, and are those of the link."""
    words = {word: text for word, text in preset.params.items() if word not in asked.LOOKED}
    app = opened("training", **words)
    assert not app.exception and not app.warning
    [found] = line(app)
    assert preset.answer_html() in found
    assert app.query_params == words


def test_a_question_stays_while_the_playhead_moves():
    preset = about("batch norm")
    found = said(preset)
    app = opened("training", **preset.params)
    for one in (found.recipe, found.beside):
        seat = app.session_state[runs.SEATS].get(runs.key(one))
        assert not seat or seat.run.job.wait(300)
    app.run()
    assert not app.exception and not app.warning
    assert all(map(runs.finished, (found.recipe, found.beside)))
    assert line(app)
    assert line(opened("training", **preset.params | {"at": "22", "tab": "Share"}))


def test_a_training_that_is_not_asked_about_has_no_question():
    assert not line(opened("training"))
    assert not line(opened("training", steps="60", against="norm", seed="1"))


def test_signals_with_and_without_their_order_stand_beside_each_other():
    app = opened("training", data="signals", against="shuffled")
    assert not app.exception and not app.warning
    found = asked.ask(Reader({"data": "signals", "against": "shuffled"}))()
    assert found.beside
    x, shuffled = (one.data.split().test.x for one in (found.recipe, found.beside))
    assert not np.array_equal(x, shuffled)
    np.testing.assert_array_equal(np.sort(x), np.sort(shuffled))
