"""Training is held to a plain loop in torch: the code of a recipe, run as it stands."""

import pickle
from threading import Thread

import numpy as np
import pytest
import torch
from taught import HEARS, NORMED, Blobs, events, ran, recipe, same, small

from cnnviz.core.layers import AdaptiveAvgPool, AlphaDropout, Conv, DropoutNd, Linear, RReLU
from cnnviz.networks.network import Network
from cnnviz.networks.training import (
    SGD,
    Adam,
    AdamW,
    Augment,
    Budget,
    Constant,
    Cosine,
    OneCycle,
    StepLR,
    code,
    train,
)
from cnnviz.networks.zoo import LessonB

OPTIMISED = [
    SGD(0.1, momentum=0.0),
    SGD(0.05, weight_decay=0.01),
    SGD(0.05, nesterov=True),
    Adam(0.01),
    Adam(0.01, betas=(0.5, 0.9), weight_decay=0.01),
    AdamW(0.01, weight_decay=0.1),
]
SCHEDULED = [Constant(), StepLR(7, 0.5), Cosine(), Cosine(0.1), OneCycle(), OneCycle(0.4, cycle_momentum=True)]
AUGMENTED = [Augment(shift=2), Augment(flip=True), Augment(noise=0.3), Augment(mixup=0.5), Augment(1, True, 0.1, 0.4)]
AXIS = Network((("0", Conv(1, 3, 5, ndim=1)), ("1", AdaptiveAvgPool((1,), ndim=1))), "")


def twin(recipe):
    """The weights of the plain loop, and ours."""
    net = ran(code(recipe))["net"]
    prefix = recipe.network.start() if recipe.network.prefix else ""
    theirs = {key: tensor.numpy() for key, tensor in net.state_dict().items()}
    ours = train(recipe).last.state
    assert all(key.startswith(prefix) for key in ours)
    return theirs, ours


def held(recipe):
    theirs, ours = twin(recipe)
    assert same(theirs, dict(ours))
    assert not same(ours, train(recipe, budget=Budget(steps=0)).last.state)


@pytest.mark.parametrize("schedule", SCHEDULED, ids=str)
@pytest.mark.parametrize("optimiser", OPTIMISED, ids=str)
def test_the_plain_loop_gives_the_same_weights(optimiser, schedule):
    held(recipe(optimiser=optimiser, schedule=schedule, steps=50, seed=3))


@pytest.mark.parametrize("augment", AUGMENTED, ids=str)
@pytest.mark.parametrize("made", [recipe, events], ids=["classes", "events"])
def test_augmentation_is_the_plain_loop_s(made, augment):
    if made is events and augment.flip:
        augment = Augment(3, False, 0.1, 0.4)
    held(made(augment=augment, steps=50))


@pytest.mark.parametrize(
    "made",
    [
        recipe(small(), start="kaiming"),
        recipe(start="kaiming", seed=4),
        recipe(small(DropoutNd(0.3)), seed=2),
        recipe(small(AlphaDropout(0.2))),
        recipe(small(RReLU())),
        recipe(LessonB((1, 8, 8), cdims=(4, 6), hdims=(8,), ydim=3, use_batchnorm=True).network, start="kaiming"),
        recipe(AXIS, Blobs(shape=(1, 20))),
        recipe(
            Network((("0", Linear((9, 1, 1), 3)),), ""), Blobs(shape=(9,), marked=False), augment=Augment(noise=0.1)
        ),
        events(),
    ],
    ids=["kaiming", "normed", "channels", "alpha", "rrelu", "lesson", "one axis", "vector", "events"],
)
def test_every_kind_of_network_is_the_plain_loop_s(made):
    held(made)


def test_the_same_recipe_gives_the_same_weights():
    one, other = train(recipe()), train(recipe())
    assert same(one.last.state, other.last.state)
    assert (one.loss == other.loss).all()
    assert not same(one.last.state, train(recipe(seed=1)).last.state)


@pytest.mark.parametrize("made", [recipe, events], ids=["classes", "events"])
@pytest.mark.parametrize("schedule", SCHEDULED, ids=str)
def test_going_on_equals_never_having_stopped(made, schedule):
    whole = made(schedule=schedule, augment=Augment(shift=1, mixup=0.3), optimiser=Adam(0.01))
    through = train(whole)
    part = None
    while part is None or part.rest:
        part = pickle.loads(pickle.dumps(train(whole, budget=Budget(steps=7), resume=part)))
        assert part.last.step == part.steps
    assert (part.loss == through.loss).all()
    assert (part.rate == through.rate).all()
    assert [one.step for one in part.moments] == [one.step for one in through.moments]
    for one, other in zip(part.moments, through.moments, strict=True):
        assert same(one.state, other.state)
        assert same(one.gradient, other.gradient)
        assert one.accuracy_test == other.accuracy_test
        assert all((one.updates[name].counts == other.updates[name].counts).all() for name in one.updates)


def test_two_trainings_at_once_do_not_disturb_one_another():
    torch.manual_seed(77)
    before = torch.get_rng_state()
    alone = [train(recipe(seed=seed)) for seed in (0, 1)]
    at_once = {}
    for _ in range(3):
        threads = [Thread(target=lambda s=seed: at_once.update({s: train(recipe(seed=s))})) for seed in (0, 1)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert all(same(alone[seed].last.state, at_once[seed].last.state) for seed in (0, 1))
    assert torch.equal(before, torch.get_rng_state())


def test_two_networks_of_one_seed_learn_from_the_same_batches(monkeypatch):
    seen = []
    for network in (NORMED, small(), small(DropoutNd(0.9))):
        batches = []
        from cnnviz.networks.training import draws  # noqa: PLC0415

        drawn = draws.Batches.next

        def noted(self, drawn=drawn, batches=batches):
            batches.append(drawn(self))
            return batches[-1]

        with monkeypatch.context() as patched:
            patched.setattr(draws.Batches, "next", noted)
            train(recipe(network, augment=Augment(shift=1, noise=0.1)))
        seen.append(batches)
    for batches in zip(*seen, strict=True):
        assert all(torch.equal(one.x, batches[0].x) and torch.equal(one.y, batches[0].y) for one in batches)


def test_it_learns():
    done = train(recipe(small(), Blobs(300), steps=150, optimiser=Adam(0.01)))
    assert done.moments[0].accuracy_test < 0.6
    assert done.last.accuracy_test > 0.9
    assert done.last.loss_test < done.moments[0].loss_test / 2


def test_frames_that_the_network_pools_are_pooled_in_the_labels():
    made = events()
    y = ran(code(made))["y"]
    whole = torch.from_numpy(made.data.split().train.y)
    assert torch.equal(y, whole.unflatten(2, (4, 2)).amax(3))
    assert HEARS.shapes((1, 8, 8))[-1] == (2, 4, 1)
    assert np.isfinite(train(made).loss).all()
