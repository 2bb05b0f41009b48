"""Data sets: what each holds, that it is the same each time, and that its code says the same."""

import hashlib
import pickle

import numpy as np
import pytest
import torch

from cnnviz.core.examples import Data, Examples, Split
from cnnviz.inputs.datasets import DATASETS, Dataset
from cnnviz.inputs.datasets.base import forget
from cnnviz.inputs.datasets.digits import Digits
from cnnviz.inputs.datasets.sound_events import SoundEvents

# By a name: the data, how many examples to learn from and to test on, and the digest of all arrays.
KNOWN: dict[str, tuple[Data, int, int, str | None]] = {
    "digits": (Digits(), 1437, 360, "c256dbd49c599f29"),
    "events": (
        SoundEvents(clips=6, tested=3, seconds=2),
        6,
        3,
        None,
    ),  # sines differ by machine
}
each = pytest.mark.parametrize("name", KNOWN)


def digest(split: Split) -> str:
    """The first letters of the sha256 of all arrays."""
    made = hashlib.sha256()
    for one in (split.train, split.test):
        made.update(one.x.tobytes())
        made.update(one.y.tobytes())
    return made.hexdigest()[:16]


def counts(examples: Examples) -> list[int]:
    """How many examples each class has."""
    return np.bincount(examples.y).tolist()


def test_every_data_set_is_known_here():
    assert {type(data) for data, *_ in KNOWN.values()} == set(DATASETS.values())


@each
def test_a_data_set_is_the_same_each_time(name):
    data, _, _, known = KNOWN[name]
    first = digest(data.split())
    forget()
    assert digest(data.split()) == first == (known or first)


@each
def test_arrays_are_as_large_as_the_data_say(name):
    data, training, testing, _ = KNOWN[name]
    split = data.split()
    for one, n in ((split.train, training), (split.test, testing)):
        assert one.x.shape == (n, *data.shape)
        assert one.x.dtype == np.float32
        assert np.isfinite(one.x).all()
        assert len(one.y) == n
    assert split.classes == data.classes


@each
def test_a_data_set_is_a_value(name):
    data, *_ = KNOWN[name]
    again = pickle.loads(pickle.dumps(data))
    assert again == data
    assert hash(again) == hash(data)
    assert str(data.title)
    assert str(data.licence)


@each
def test_no_example_to_test_on_is_learned_from(name):
    split = KNOWN[name][0].split()
    seen = {x.tobytes() for x in split.train.x}
    assert not [i for i, x in enumerate(split.test.x) if x.tobytes() in seen]


@each
def test_the_code_of_a_data_set_gives_its_arrays_bit_for_bit(name):
    data = KNOWN[name][0]
    space: dict[str, torch.Tensor] = {}
    exec(data.code(), space)
    split = data.split()
    made = (space["x"], space["y"], space["x_test"], space["y_test"])
    for tensor, array in zip(made, (split.train.x, split.train.y, split.test.x, split.test.y), strict=True):
        assert tensor.dtype == torch.from_numpy(array[:1]).dtype
        np.testing.assert_array_equal(tensor.numpy(), array)


def test_digits_lie_between_paper_and_ink_and_every_class_has_its_share():
    split = Digits().split()
    assert (split.train.x.min(), split.train.x.max()) == (0, 1)
    assert min(counts(split.train)) >= 130
    assert min(counts(split.test)) >= 27


def test_a_data_set_is_made_once():
    assert Digits().split() is Digits().split()


def test_every_data_set_has_a_title_of_its_own():
    assert len({str(kind.title) for kind in DATASETS.values()}) == len(DATASETS)
    assert all(issubclass(kind, Dataset) for kind in DATASETS.values())
