"""What a recipe refuses, and with what words; what it is as a value."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from taught import HEARS, NORMED, Blobs, events, recipe, small

from cnnviz.core.examples import Examples, Split
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import AdaptiveAvgPool, AdaptiveMaxPool, Conv, Dropout, Linear, ReLU
from cnnviz.core.run import BudgetError
from cnnviz.networks.chain import chain
from cnnviz.networks.desed import BASELINE
from cnnviz.networks.network import Network
from cnnviz.networks.training import (
    OPTIMISERS,
    SCHEDULES,
    SGD,
    Adam,
    Augment,
    Cosine,
    OneCycle,
    Recipe,
    StepLR,
    code,
    in_eval_mode,
    in_train_mode,
    train,
)
from cnnviz.networks.zoo import LessonB, lenet5
from cnnviz.text import Message

MAPS = Network((("0", Conv(1, 3, 3)),), "")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (recipe(optimiser=Adam(-0.1)), "lr = -0.1 is no size"),
        (recipe(optimiser=SGD(float("nan"))), "lr = nan"),
        (recipe(optimiser=SGD(weight_decay=-1.0)), "weight_decay = -1"),
        (recipe(optimiser=SGD(momentum=1.5)), "momentum = 1.5"),
        (recipe(optimiser=SGD(momentum=0.0, nesterov=True)), "Nesterov looks ahead"),
        (recipe(optimiser=Adam(betas=(0.9, 1.0))), r"betas = \(0.9, 1.0\)"),
        (recipe(schedule=OneCycle(), steps=3), "Use 4 steps or more"),
        (recipe(schedule=OneCycle(1.0)), "some to fall"),
        (recipe(schedule=OneCycle(0.1), steps=10), "Use 11 steps"),
        (recipe(schedule=StepLR(0)), "step_size = 0"),
        (recipe(schedule=StepLR(5, 1.5)), "gamma = 1.5"),
        (recipe(schedule=Cosine(-1.0)), "last = -1"),
        (recipe(batch=0), "batch = 0"),
        (recipe(steps=0), "steps = 0"),
        (recipe(augment=Augment(-1)), "shift = -1"),
        (recipe(augment=Augment(noise=-0.5)), "noise = -0.5"),
        (recipe(augment=Augment(8)), "A shift of 8 cells leaves nothing of 8. Use 7"),
        (recipe(augment=Augment(mixup=0.8)), "mixup = 0.8 is more"),
        (events(augment=Augment(flip=True)), "Mirrored frequencies"),
        (recipe(small(classes=7)), r"gives \(7,\) and the data has 3 classes"),
        (recipe(MAPS, Blobs(shape=(1, 8, 8))), r"gives \(3, 6, 6\)"),
        (recipe(LessonB().network), r"linear_09: "),
        (recipe(Network((("0", ReLU()), ("1", AdaptiveAvgPool((1, 1)))), ""), Blobs(shape=(3, 8, 8))), "learns"),
        (recipe(Network(())), "Nothing in this network learns"),
        (recipe(chain(Conv(), Linear((3, 6, 6), 3))), "one layer after the other"),
        (recipe(NORMED, batch=61, data=Blobs(61), steps=10**10), "multiply-adds and cnnviz stops at"),
        (recipe(BASELINE, Blobs(shape=(1, 626, 128), classes=("c",) * 128), batch=64, steps=1), "batch of"),
    ],
    ids=lambda one: one[:20] if isinstance(one, str) else "",
)
def test_what_cannot_work_is_said_with_the_way_out(made, said):
    with pytest.raises(GeometryError, match=said) as error:
        made.check()
    for fix in error.value.fixes:  # the way out is one
        parts = [("", made), *((name, getattr(made, name)) for name in ("optimiser", "schedule", "augment"))]
        for name, part in parts:
            if fix.keys() <= set(vars(part)):
                (replace(made, **{name: replace(part, **fix)}) if name else replace(made, **fix)).check()


def test_a_batch_of_more_than_there_is_and_labels_of_another_kind_are_refused():
    with pytest.raises(GeometryError, match="A batch of 61 is more than the 60 examples"):
        train(recipe(batch=61))
    with pytest.raises(GeometryError, match="Flatten its output"):
        train(recipe(HEARS, Blobs(classes=("a", "b"))))
    with pytest.raises(GeometryError, match="keep the frames"):
        train(recipe(small(classes=2), Blobs(classes=("a", "b"), frames=8)))
    with pytest.raises(GeometryError, match="Pool time by whole numbers"):
        train(recipe(HEARS, Blobs(classes=("a", "b"), frames=3)))
    part = Examples(np.zeros((20, 1, 9, 9), np.float32), np.zeros(20, np.int64))
    with pytest.raises(GeometryError, match=r"\(1, 9, 9\), and their source said \(1, 8, 8\)"):
        train(recipe(), Split(part, part, ("a", "b", "c")))


def test_only_the_same_recipe_goes_on():
    part = train(recipe(), stop=lambda: True)
    with pytest.raises(GeometryError, match="same recipe"):
        train(recipe(seed=1), resume=part)


def test_the_budget_of_work_can_be_another():
    made = recipe(steps=10)
    with pytest.raises(BudgetError, match="Use 5 steps"):
        made.check(most_macs=made.macs // 2)
    made.check(most_macs=made.macs)
    replace(made, steps=10**12).check(most_macs=None)


def test_a_recipe_is_a_value():
    one, other = recipe(schedule=StepLR()), recipe(schedule=StepLR())
    assert one.objective == other.objective
    assert hash(one) == hash(other)
    assert {one: 1}[pickle.loads(pickle.dumps(other))] == 1
    assert one != replace(other, augment=Augment(flip=True))


@pytest.mark.parametrize("kinds", [OPTIMISERS, SCHEDULES], ids=["optimisers", "schedules"])
def test_all_kinds_work_as_they_come(kinds):
    for name, kind in kinds.items():
        (recipe(optimiser=kind()) if kinds is OPTIMISERS else recipe(schedule=kind())).check()
        assert name == name.lower()
        assert kind.__doc__


@pytest.mark.parametrize("network", [NORMED, HEARS, LessonB(use_batchnorm=True).network, lenet5()])
def test_modes_are_all_there_is_between_training_and_answering(network):
    trains = in_train_mode(network)
    assert type(trains) is type(network)
    assert in_eval_mode(trains) == network
    drops = [layer for _, layer in trains.stages if isinstance(layer, Dropout)]
    assert all(layer.training for layer in drops)
    assert trains.module().state_dict().keys() == network.module().state_dict().keys()


def test_a_network_without_a_dense_layer_learns_classes_too():
    made = recipe(Network((("0", Conv(1, 3, 3)), ("1", AdaptiveMaxPool((1, 1)))), ""))
    assert ".flatten(1)" in code(made)
    assert np.isfinite(train(made).loss).all()


def test_a_network_for_the_lesson_fits_its_data():
    data = Blobs(shape=(1, 28, 28), classes=tuple("0123456789"))
    Recipe(LessonB().network, data).check()
    assert Recipe(LessonB().network, data).macs == 3 * 1000 * 64 * 3_939_136
    assert isinstance(Recipe(LessonB().network, data).objective.title, Message)
