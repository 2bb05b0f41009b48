"""What is kept of a training: moments, numbers of them, and how much."""

import pickle

import numpy as np
import pytest
import torch
from taught import NORMED, Blobs, events, ran, recipe, same, small

from cnnviz.core.geometry import GeometryError
from cnnviz.jobs import wire
from cnnviz.networks.forward import run_network
from cnnviz.networks.training import EDGES, SGD, Adam, Budget, OneCycle, StepLR, code, in_eval_mode, scores, train
from cnnviz.networks.training.moments import MOST_BYTES, counts, planned
from cnnviz.networks.zoo import LessonB


def lines(made, steps):
    """What the plain loop defines after so many steps."""
    return ran(code(made).replace(f"in range({made.steps})", f"in range({steps})"))


def test_a_moment_is_what_the_plain_loop_had_before_that_step():
    made = recipe(optimiser=SGD(0.1), schedule=StepLR(3))
    done = train(made)
    assert [one.step for one in done.moments] == list(range(21))
    for step in (0, 1, 7, 20):
        net = lines(made, step)["net"]
        assert same(done.at(step).state, {key: tensor.numpy() for key, tensor in net.state_dict().items()})


def test_gradient_loss_rate_and_update_are_the_next_step_s():
    made = recipe(optimiser=SGD(0.1, momentum=0.0), schedule=StepLR(3))
    done = train(made)
    found = lines(made, 8)  # the last gradient is that of step 7
    assert same(
        done.at(7).gradient,
        {f"net.s0.{key}": one.grad.numpy() for key, one in found["net"].get_submodule("net.s0").named_parameters()},
    )
    assert done.loss[7] == found["loss"].item()
    assert done.rate[7] == done.at(7).rate == pytest.approx(0.001)
    for stage in ("s0", "s1", "s6"):
        keys = [key for key in done.last.state if key.startswith(f"net.{stage}.") and key.endswith(("weight", "bias"))]
        old, new = (np.concatenate([done.at(step).state[key].ravel() for key in keys]) for step in (7, 8))
        update = done.at(7).updates[stage]
        assert update.size == pytest.approx(np.linalg.norm(new - old) / np.linalg.norm(old), rel=1e-4)
        assert (update.counts == np.histogram(new - old, np.clip(EDGES, -1e9, 1e9))[0]).all()
    assert done.last.updates["s0"].size > 0  # what one more would change


def test_counts_leave_no_number_out():
    numbers = np.array([0, 1e-9, -1e-9, 3e-4, -3e-4, 0.7, 5, -5, np.inf, -np.inf])
    found = counts(numbers)
    assert found.sum() == len(numbers)
    assert len(found) == len(EDGES) - 1 == 27
    assert found[13] == 3
    assert found[-1] == found[0] == 2


@pytest.mark.parametrize("made", [recipe, events], ids=["classes", "events"])
def test_scores_are_those_of_the_app(made):
    done = train(made())
    x = done.recipe.data.split().test.x
    kept = run_network(in_eval_mode(done.recipe.network), x, weights=done.last.state)
    *_, last = kept.values()
    got = scores(done.recipe.network, done.last.state, x)
    np.testing.assert_allclose(got, last.y.reshape(got.shape), rtol=1e-4, atol=1e-5)
    assert got.shape == ((60, 3) if made is recipe else (60, 2, 4))


def test_accuracies_and_losses_are_those_of_the_scores():
    done = train(recipe(steps=40, optimiser=Adam(0.01)))
    split = done.recipe.data.split()
    assert done.measured == (60, 60)
    for moment in (done.moments[0], done.at(20), done.last):
        for end, part in (("train", split.train), ("test", split.test)):
            out, y = torch.from_numpy(scores(done.recipe.network, moment.state, part.x)), torch.from_numpy(part.y)
            right = float((out.argmax(1) == y).float().mean())
            assert getattr(moment, f"accuracy_{end}") == pytest.approx(right)
            loss = float(torch.nn.functional.cross_entropy(out, y))
            assert getattr(moment, f"loss_{end}") == pytest.approx(loss, rel=1e-4)


def test_the_accuracy_of_events_is_f1():
    done = train(events(steps=40, optimiser=Adam(0.05)))
    y = done.recipe.objective.target(torch.from_numpy(done.recipe.data.split().test.y)).numpy() >= 0.5
    heard = scores(done.recipe.network, done.last.state, done.recipe.data.split().test.x) > 0
    each = []
    for c in range(2):
        true, false, missed = ((heard & y)[:, c].sum(), (heard & ~y)[:, c].sum(), (~heard & y)[:, c].sum())
        each.append(2 * true / (2 * true + false + missed))
    assert done.last.accuracy_test == pytest.approx(np.mean(each))
    assert 0.3 < np.mean(each) < 1


def test_scores_refuse_the_weights_of_another_network():
    with pytest.raises(GeometryError, match="not those of this network"):
        scores(NORMED, small().state(0), Blobs().split().test.x)


def test_a_loss_that_is_no_number_ends_it_with_what_there_is():
    told = []
    done = train(recipe(small(), optimiser=SGD(1e18)), progress=told.append)
    assert "no number any more" in str(done.ended)
    assert "smaller learning rate than 1e+18" in str(done.ended)
    assert 0 < done.steps < 20
    assert np.isfinite(done.loss).all()
    assert done.moments
    assert all(np.isfinite(one).all() for moment in done.moments for one in moment.state.values())
    assert not done.rest
    assert told[-1].done == done.steps


def test_news_add_up_to_the_history():
    told = []
    done = train(recipe(), progress=told.append)
    assert (np.concatenate([one.loss for one in told]) == done.loss).all()
    assert (np.concatenate([one.rate for one in told]) == done.rate).all()
    assert [moment for one in told for moment in one.moments] == list(done.moments)
    assert told[-1].done == told[-1].steps == 20
    assert len(told) == 21


def test_it_stops_where_it_is_told_to():
    asked = iter([False] * 6 + [True])
    done = train(recipe(), stop=lambda: next(asked))
    assert done.steps == done.last.step == 6
    assert "after 6 of 20 steps" in str(done.ended)
    assert train(recipe(), budget=Budget(seconds=0)).steps == 0
    assert train(recipe(), resume=done).ended is None
    assert train(recipe(), resume=train(recipe())).ended is None


def test_a_history_crosses_the_wire():
    done = train(recipe(data=Blobs(), schedule=OneCycle()), budget=Budget(steps=9))
    back = pickle.loads(pickle.dumps(done))
    assert same(back.last.state, done.last.state)
    assert back.recipe == done.recipe
    for moment in done.moments:
        wire.unpacked(pickle.dumps(moment, 5))
    assert back.at(4).step == 4
    assert (back.curve("accuracy_test") == done.curve("accuracy_test")).all()


@pytest.mark.parametrize("steps", [1, 2, 40, 60, 1000, 20_000])
@pytest.mark.parametrize("size", [1, 478_120, 2_450_752, 50 * 2**20])
def test_moments_are_spaced_and_bounded(steps, size):
    plan = planned(steps, size)
    assert plan[0] == 0
    assert plan[-1] == steps
    assert plan == sorted(set(plan))
    assert len(plan) <= max(2, min(40, MOST_BYTES // size))
    if size == 1:
        assert len(plan) == min(40, steps + 1)
        assert max(np.diff(plan)) <= max(1, 0.35 * steps)


def test_a_long_training_is_measured_on_more_examples_than_a_short_one():
    data = Blobs(1500)
    short, long = (train(recipe(data=data, steps=steps), budget=Budget(steps=0)) for steps in (50, 5000))
    assert short.measured == (100, 100)
    assert long.measured[0] > 250
    whole = LessonB().network
    assert same(short.at(0).state, in_eval_mode(short.recipe.network).state(0))
    assert whole.shapes((1, 28, 28))[-1] == (10,)
