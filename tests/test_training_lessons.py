"""What the lessons reached, beside what is reached here."""

from dataclasses import replace

import pytest
from taught import Blobs, recipe, small

from cnnviz.networks.training import SGD, Adam, Budget, Recipe, StepLR, train
from cnnviz.networks.training.lessons import LESSONS, beside, learned, lessons
from cnnviz.networks.zoo import LessonB, lenet5, lesson_c

TEN = tuple("0123456789")
COLOURS = Blobs(shape=(3, 32, 32), classes=TEN)


def started(made):
    """The history of a recipe that has taken no step."""
    return train(made, budget=Budget(steps=0))


def test_the_lessons_networks_are_those_of_the_lessons():
    assert [learned(one.network) for one in LESSONS] == [119_530, 56_778, 56_778]
    assert all(one.network.shapes(one.shape)[-1] == (10,) for one in LESSONS)
    assert [one.accuracy for one in LESSONS] == [None, 0.7051, 0.7016]


def test_whose_network_it_is():
    assert [one.accuracy for one in lessons(Recipe(lesson_c(), COLOURS))] == [0.7051, 0.7016]
    for network in (LessonB(), LessonB(use_batchnorm=True), LessonB(cdims=(4, 8), training=True)):
        assert len(lessons(Recipe(network.network, Blobs(shape=(1, 28, 28), classes=TEN)))) == 1
    assert lessons(recipe(small())) == lessons(Recipe(lenet5(), COLOURS)) == []


@pytest.mark.parametrize(
    ("optimiser", "first"),
    [(SGD(), "SGD and StepLR was right in 70.16\xa0%"), (Adam(), "Adam was right in 70.51\xa0%")],
)
def test_the_training_with_the_same_optimiser_comes_first(optimiser, first):
    told = beside(started(Recipe(lesson_c(), COLOURS, optimiser, batch=4)))
    assert len(told) == 2
    assert first in told[0]
    assert "of 60 test examples of blobs after 0 steps" in told[0]
    assert ("It used SGD, here it is Adam." in told[1]) == isinstance(optimiser, Adam)


def test_each_thing_that_differs_is_said_and_nothing_else():
    same = Recipe(lesson_c(), COLOURS, SGD(), StepLR(), batch=4)
    told = beside(started(same))[0]
    assert not any(word in told for word in ("shape", "weights and biases", "It used", "schedule", "begins"))
    assert (
        "begins with weights of torch, here they are of kaiming" in beside(started(replace(same, start="kaiming")))[0]
    )
    assert (
        "Its schedule is StepLR, here it is a constant rate."
        in beside(started(Recipe(lesson_c(), COLOURS, SGD(), batch=4)))[0]
    )
    other = Recipe(LessonB((1, 8, 8), ydim=3).network, Blobs(), start="kaiming", batch=4)
    (told,) = beside(started(other))
    assert "Lesson B's training used Adam." in told
    assert "have the shape (1, 28, 28), those here (1, 8, 8)" in told
    assert f"119,530 weights and biases, this one {learned(other.network):,}" in told
