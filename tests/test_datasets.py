"""Data sets: what each holds, that it is the same each time, and that its code says the same."""

import hashlib
import pickle
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from examples import fuzzing

from cnnviz.core.cache import TOGETHER
from cnnviz.core.examples import Data, Examples, Split
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.datasets import DATASETS, Dataset
from cnnviz.inputs.datasets.digits import Digits
from cnnviz.inputs.datasets.fashion_mnist import CLASSES, NAMES, PART, FashionMNIST, folder
from cnnviz.inputs.datasets.own import OwnData
from cnnviz.inputs.datasets.pack_fashion_mnist import packed, part
from cnnviz.inputs.datasets.signals import Signals1D, signal, templates
from cnnviz.inputs.datasets.sound_events import SoundEvents
from cnnviz.inputs.example import Example, SignalExample

# By a name: the data, how many examples to learn from and to test on, and the digest of all arrays.
KNOWN: dict[str, tuple[Data, int, int, str | None]] = {
    "digits": (Digits(), 1437, 360, "c256dbd49c599f29"),
    "clothes": (FashionMNIST(), 10_000, 2_000, "dec40b977bf2aca2"),
    "clothes for LeNet-5": (FashionMNIST(padding=2), 10_000, 2_000, "74c7958287f9a082"),
    "signals": (Signals1D(), 4000, 1000, "957b398f9fd39333"),
    "shuffled signals": (Signals1D(shuffled=True, examples=500), 400, 100, "2d6a933119df229d"),
    "events": (SoundEvents(clips=6, tested=3, seconds=2), 6, 3, None),  # sines differ by machine
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


def test_every_data_set_is_known_here_but_a_readers_own():
    assert {type(data) for data, *_ in KNOWN.values()} == set(DATASETS.values()) - {OwnData}


@each
def test_a_data_set_is_the_same_each_time(name):
    data, _, _, known = KNOWN[name]
    TOGETHER.forget()
    first = digest(data.split())
    if known is None:
        TOGETHER.forget()
    assert digest(data.split()) == (known or first)


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


# --- signals ---


def test_shapes_begin_and_end_at_zero_and_are_as_strong_as_one_another():
    assert templates().shape == (10, 12)
    np.testing.assert_array_equal(templates()[:, [0, -1]], 0)
    np.testing.assert_allclose(templates().std(axis=1), 1 / 6)


def test_there_are_as_many_signals_of_each_shape_in_no_order():
    split = Signals1D().split()
    assert counts(split.train) == [400] * 10
    assert counts(split.test) == [100] * 10
    assert (split.train.y[1:] == split.train.y[:-1]).mean() > 0.05  # one after the other, no two would be alike


def test_shuffled_signals_hold_the_same_numbers_at_other_places():
    plain, shuffled = (Signals1D(shuffled=shuffled, examples=500).split().train for shuffled in (False, True))
    np.testing.assert_array_equal(plain.y, shuffled.y)
    np.testing.assert_array_equal(np.sort(plain.x), np.sort(shuffled.x))
    order = [int(np.flatnonzero((plain.x == shuffled.x[..., [place]]).all(axis=0)).item()) for place in range(40)]
    assert sorted(order) == list(range(40))
    assert order != sorted(order)


def test_neighbours_are_alike_until_they_are_shuffled():
    def alike(x: np.ndarray) -> float:
        return float(np.corrcoef(x[..., 1:].flatten(), x[..., :-1].flatten())[0, 1])

    assert alike(Signals1D(examples=500).split().train.x) > 0.8
    assert alike(Signals1D(examples=500, shuffled=True).split().train.x) < 0.4


def test_a_shape_stands_in_its_signal_wherever_that_is():
    """The best match of a template, stretched as the signal is, is nearly perfect for its own kind."""
    rng = np.random.default_rng(5)
    wide = [np.interp(np.linspace(0, 11, 9), np.arange(12), shape) for shape in templates()]
    kind = 6
    right = 0
    for _ in range(50):
        line = signal(templates()[kind], rng)
        best = [max(np.corrcoef(line[i : i + 9], shape)[0, 1] for i in range(32)) for shape in wide]
        right += best[kind] > 0.9
    assert right > 40


# --- Fashion-MNIST ---

here = pytest.mark.skipif(folder() is None, reason="the whole of Fashion-MNIST is not on this machine")


def test_clothes_are_of_ten_classes_with_as_many_pictures_each():
    split = FashionMNIST().split()
    assert counts(split.train) == [1000] * 10
    assert counts(split.test) == [200] * 10
    assert (split.train.x.min(), split.train.x.max()) == (0, 1)
    assert len(CLASSES) == 10


def test_padding_puts_zeros_round_the_same_picture():
    plain, padded = (FashionMNIST(padding=padding).split().test.x for padding in (0, 2))
    assert padded.shape == (2000, 1, 32, 32)
    np.testing.assert_array_equal(padded[..., 2:-2, 2:-2], plain)
    assert padded.sum(dtype=np.float64) == plain.sum(dtype=np.float64)


def test_the_mean_picture_of_trousers_has_two_legs():
    """A check that labels go with their pictures: near the hem, trousers are dark between the legs, dresses are not."""
    split = FashionMNIST().split()
    hem = {
        name: split.train.x[split.train.y == CLASSES.index(name), 0, 24].mean(axis=0) for name in ("trouser", "dress")
    }
    assert hem["trouser"][14] < 0.5 * max(hem["trouser"])
    assert hem["dress"][14] > 0.8 * max(hem["dress"])


def test_what_ships_is_small_and_names_its_licence():
    assert PART.stat().st_size < 5_000_000
    assert "Copyright © 2017 Zalando SE" in PART.with_suffix(".LICENSE.txt").read_text()
    assert "MIT" in str(FashionMNIST.licence)


@here
@pytest.mark.parametrize("name", NAMES if fuzzing() else NAMES[1:])
def test_the_script_makes_what_ships_byte_for_byte(name):
    """But for the pictures to learn from, in `make test`: to press them takes ten seconds."""
    alone = packed({name: part()[name]})
    with ZipFile(BytesIO(alone)) as file:
        assert alone[: file.start_dir] in PART.read_bytes()


@here
def test_the_part_is_the_first_of_each_class_of_the_whole():
    whole, few = FashionMNIST(whole=True).split(), FashionMNIST().split()
    assert counts(whole.train) == [6000] * 10
    assert counts(whole.test) == [1000] * 10
    for kind in range(10):
        np.testing.assert_array_equal(
            few.train.x[few.train.y == kind], whole.train.x[whole.train.y == kind][:1000], strict=True
        )
    with np.load(PART) as kept:
        assert {name: kept[name].tobytes() for name in kept} == {name: one.tobytes() for name, one in part().items()}


@here
def test_the_code_of_the_whole_gives_its_arrays():
    space: dict[str, torch.Tensor] = {}
    exec(FashionMNIST(whole=True).code(), space)
    split = FashionMNIST(whole=True).split()
    np.testing.assert_array_equal(space["x_test"].numpy(), split.test.x)
    np.testing.assert_array_equal(space["y"].numpy(), split.train.y)


def test_without_the_whole_set_there_is_a_way_out(monkeypatch, tmp_path):
    monkeypatch.setattr("cnnviz.inputs.datasets.fashion_mnist.PACKAGE", tmp_path)
    with pytest.raises(SourceError, match="install Debian's package dataset-fashion-mnist"):
        FashionMNIST(whole=True).made()


@here
def test_the_whole_set_is_found_in_a_folder_that_is_named(monkeypatch, tmp_path):
    (tmp_path / "fashion-mnist").symlink_to(folder())
    monkeypatch.setattr("cnnviz.inputs.datasets.fashion_mnist.PACKAGE", tmp_path / "none")
    assert folder() is None
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    assert folder() == tmp_path / "fashion-mnist"
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "fashion-mnist"))
    assert folder() == tmp_path / "fashion-mnist"


def test_a_data_set_is_made_once():
    assert Digits().split() is Digits().split()


def test_every_data_set_has_a_title_of_its_own():
    assert len({str(kind.title) for kind in DATASETS.values()}) == len(DATASETS)
    assert all(issubclass(kind, Dataset) for kind in DATASETS.values())


# --- one example as an input ---


@pytest.mark.parametrize(
    ("source", "data", "kind"),
    [
        (Example(index=7), FashionMNIST(), "picture"),
        (Example(data="fashion-mnist-32", index=3, test=False), FashionMNIST(padding=2), "picture"),
        (Example(data="digits", index=359), Digits(), "picture"),
        (SignalExample(index=12), Signals1D(), "signed"),
        (SignalExample(data="signals-shuffled", index=12, test=False), Signals1D(shuffled=True), "signed"),
    ],
)
def test_an_example_is_the_one_of_its_number_and_says_what_it_is(source, data, kind):
    examples = data.split().test if source.test else data.split().train
    grid = source.grid()
    np.testing.assert_array_equal(grid.values, examples.x[source.index])
    assert source.label == examples.y[source.index]
    assert str(grid.caption) == f"{data.classes[source.label]}, of {data.title}"
    assert grid.scale == kind


def test_a_changed_example_does_not_change_its_data():
    Example(data="digits").grid().values[:] = -1
    assert Example(data="digits").grid().values.min() == 0


def test_an_example_that_does_not_exist_is_refused_with_those_that_do():
    assert Example(data="digits", index=360, test=False).label in range(10)
    with pytest.raises(SourceError) as error:
        Example(data="digits", index=360).grid()
    assert str(error.value) == "Example 360 of Handwritten digits does not exist: choose from 0 to 359."
