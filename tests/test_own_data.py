"""A person's own data: read as it was saved, refused with the way out where it does not fit, and never trusted."""

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnnviz.core.examples import Split
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.datasets.own import OwnData, read_own
from cnnviz.inputs.datasets.own.cifar import CLASSES, RECORD
from cnnviz.inputs.datasets.own.limits import check_cells, last_fifth
from cnnviz.scenes.query.form import Reader
from cnnviz.scenes.query.training import ask
from cnnviz.tensorfile.apart import PLACE
from cnnviz.web import pools

RNG = np.random.default_rng(0)
BYTES = RNG.integers(256, size=(40, 6, 5), dtype=np.uint8)
KINDS = np.arange(40) % 4


def npz(pack=np.savez, **arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    pack(file, **arrays)
    return file.getvalue()


def zipped(files: dict[str, bytes], packed: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packed) as into:
        for name, data in files.items():
            into.writestr(name, data)
    return made.getvalue()


def picture(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as into:
        for name, data in files.items():
            head = tarfile.TarInfo(name)
            head.size = len(data)
            into.addfile(head, io.BytesIO(data))
    return made.getvalue()


def batch(count: int, seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    rows = rng.integers(256, size=(count, RECORD), dtype=np.uint8)
    rows[:, 0] = np.arange(count) % 10
    return rows.tobytes()


def read(data: bytes, most: int = 10_000, size: int = 8, colour: str = "grey") -> Split:
    return read_own(data, most, size, colour)


def refused(data: bytes, **how) -> str:
    with pytest.raises(SourceError) as error:
        read(data, **how)
    return str(error.value)


# --- arrays ---


@pytest.mark.parametrize("pack", [np.savez, np.savez_compressed])
def test_arrays_are_read_as_they_were_saved_and_the_last_fifth_of_each_class_is_for_testing(pack):
    split = read(npz(pack, x=BYTES, y=KINDS))
    tested = np.isin(np.arange(40), range(32, 40))  # the last two of the ten of each class
    np.testing.assert_array_equal(split.train.x, BYTES[~tested, None] / np.float32(255))
    np.testing.assert_array_equal(split.test.x, BYTES[tested, None] / np.float32(255))
    np.testing.assert_array_equal(split.test.y, KINDS[tested])
    assert split.classes == ("0", "1", "2", "3")
    assert split.train.x.dtype == np.float32
    assert split.train.y.dtype == np.int64


def test_a_test_part_of_the_file_is_taken_as_it_is():
    split = read(npz(x_train=BYTES[:30], y_train=KINDS[:30], x_test=BYTES[30:], y_test=KINDS[30:]))
    assert (len(split.train), len(split.test)) == (30, 10)
    np.testing.assert_array_equal(split.test.y, KINDS[30:])


@pytest.mark.parametrize(
    ("shape", "becomes"),
    [((40, 7), (1, 7)), ((40, 7, 6), (1, 7, 6)), ((40, 3, 7, 6), (3, 7, 6)), ((40, 7, 6, 3), (3, 7, 6))],
)
def test_examples_get_channels_first(shape, becomes):
    values = RNG.normal(size=shape)
    split = read(npz(x=values, y=KINDS[:, None].astype(float)))
    assert split.train.x.shape[1:] == becomes
    first = np.moveaxis(values[0], -1, 0) if shape[-1] == 3 else values[0].reshape(becomes)
    np.testing.assert_array_equal(split.train.x[0], first.astype(np.float32))


def test_of_too_many_examples_some_are_read_evenly_spread():
    split = read(npz(x=np.arange(400.0)[:, None], y=np.arange(400) // 200), most=40)
    read_ones = np.sort(np.concatenate([split.train.x, split.test.x]).flatten())
    assert read_ones.tolist() == list(range(0, 400, 10))


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"images": BYTES}, "A .npz file without x and y, but with images.npy: save both, as in"),
        ({"x": BYTES, "y": KINDS[:39]}, "x.npy has 40 examples and y.npy 39 labels: save one label for each."),
        ({"x": BYTES, "y": KINDS / 2}, "Labels that are no whole numbers: save classes, as numbers from 0 to 99."),
        ({"x": BYTES, "y": KINDS * np.nan}, "Labels that are no whole numbers"),
        ({"x": BYTES, "y": np.eye(40)}, "Labels of shape (40, 40): save one class for each example"),
        ({"x": BYTES, "y": KINDS - 1}, "A label of -1, and there are 3 classes: number them from 0 on."),
        ({"x": BYTES, "y": KINDS * 50}, "151 classes: from 2 to 100 are read, numbered from 0 on."),
        ({"x": BYTES, "y": KINDS * 0}, "1 classes: from 2 to 100 are read"),
        ({"x": BYTES, "y": np.array(["a"] * 40)}, "y.npy holds str"),
        ({"x": BYTES.astype(object), "y": KINDS}, "x.npy holds object values: save numbers."),
        ({"x": BYTES[:0], "y": KINDS[:0]}, "x.npy of shape (0, 6, 5) holds no examples: save some."),
        ({"x": np.zeros((40, 2, 2, 2, 2)), "y": KINDS}, "x of shape (40, 2, 2, 2, 2): save (examples, length)"),
        ({"x": np.full((40, 5), np.inf), "y": KINDS}, "x holds 200 numbers that are NaN, Inf or too large"),
        ({"x": BYTES[:4], "y": KINDS[:4]}, "No class has two examples: one to learn from and one to test on"),
        (
            {"x": BYTES, "y": KINDS, "x_test": BYTES[:, 1:], "y_test": KINDS},
            "Examples of (1, 6, 5) to learn from and of (1, 5, 5) to test on: save both in one shape.",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused_with_the_way_out(arrays, sentence):
    assert refused(npz(**arrays)).startswith(sentence)


def test_too_many_numbers_are_refused_and_the_number_named_is_enough():
    large = npz(x=np.zeros((70, 1000, 1000), np.uint8), y=np.arange(70) % 2)
    assert "Read at most 64 examples, or smaller ones." in refused(large)
    check_cells(64, 1_000_000)
    with pytest.raises(SourceError):
        check_cells(65, 1_000_000)


# --- pictures in folders ---


def pets(size: tuple[int, int] = (10, 14), each: int = 5, above: str = "pets/") -> dict[str, bytes]:
    pixels = lambda kind, i: np.full((*size, 3), 40 * i + 50 * kind, np.uint8)  # noqa: E731
    return {
        f"{above}{name}/{i}.png": picture(pixels(kind, i))
        for kind, name in enumerate(("cat", "dog"))
        for i in range(each)
    }


@pytest.mark.parametrize(("colour", "channels"), [("grey", 1), ("rgb", 3)])
def test_a_folder_is_a_class_and_pictures_become_squares(colour, channels):
    split = read(zipped(pets()), colour=colour)
    assert split.classes == ("cat", "dog")
    assert split.train.x.shape == (8, channels, 8, 8)
    assert split.test.y.tolist() == [0, 1]
    np.testing.assert_allclose(split.test.x[0], 160 / 255, atol=1e-6)  # the fifth cat


def test_a_picture_is_cut_in_the_middle():
    pixels = np.zeros((8, 12), np.uint8)
    pixels[:, 2:10] = np.arange(8, dtype=np.uint8) * 30
    split = read(zipped({f"{kind}/{i}.png": picture(pixels) for kind in "ab" for i in range(2)}))
    np.testing.assert_array_equal(split.train.x[0, 0] * 255, pixels[:, 2:10])


def test_folders_called_train_and_test_say_what_is_for_testing():
    split = read(zipped(pets(above="train/") | pets(each=2, above="test/")))
    assert (len(split.train), len(split.test)) == (10, 4)


def test_what_systems_put_beside_pictures_is_passed_over():
    extra = {
        "__MACOSX/pets/cat/._0.png": b"?",
        "pets/cat/.DS_Store": b"?",
        "pets/readme.txt": b"words",
        "pets/dog/": b"",
    }
    assert len(read(zipped(pets() | extra)).train) == 8


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"cat/0.png": picture(BYTES[0])}, "A zip file with pictures in 1 folders: put those of each class"),
        ({"readme.txt": b"words"}, "A zip file with pictures in 0 folders"),
        (pets() | {"pets/dog/9.png": b"GIF89a"}, "9.png is no PNG, JPEG or WebP picture: take it out."),
        (pets() | {"pets/dog/9.png": picture(BYTES[0])[:40]}, "9.png: A PNG file"),
        ({f"{kind}/0.png": picture(BYTES[0]) for kind in range(101)}, "101 classes: from 2 to 100 are read"),
    ],
)
def test_folders_that_do_not_fit_are_refused_with_the_way_out(files, sentence):
    assert refused(zipped(files)).startswith(sentence)


# --- CIFAR-10 ---


def test_a_batch_is_read_record_by_record():
    data = batch(50, 1)
    split = read(data)
    assert split.classes == CLASSES
    assert split.train.x.shape == (40, 3, 32, 32)
    rows = np.frombuffer(data, np.uint8).reshape(50, RECORD)
    assert split.train.y.tolist() == rows[:40, 0].tolist()
    red, green, blue = rows[7, 1:].reshape(3, 32, 32)
    np.testing.assert_array_equal(split.train.x[7] * 255, np.stack([red, green, blue]))


@pytest.mark.parametrize("pack", [lambda tar: tar, gzip.compress])
def test_the_archive_holds_batches_to_learn_from_and_one_to_test_on(pack):
    files = {f"cifar-10-batches-bin/data_batch_{i}.bin": batch(20, i) for i in (1, 2)}
    files |= {"cifar-10-batches-bin/test_batch.bin": batch(30, 9), "cifar-10-batches-bin/readme.html": b"<html>"}
    split = read(pack(tarred(files)))
    assert (len(split.train), len(split.test)) == (40, 30)
    np.testing.assert_array_equal(split.test.x, read_rows(batch(30, 9)))
    few = read(pack(tarred(files)), most=20)
    assert (len(few.train), len(few.test)) == (20, 5)


def read_rows(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8).reshape(-1, RECORD)[:, 1:].reshape(-1, 3, 32, 32) / np.float32(255)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            tarred({"a/data_batch_1": b"python"}),
            "A tar file without CIFAR-10's data_batch_1.bin, but with data_batch_1:",
        ),
        (
            tarred({"data_batch_1.bin": batch(9, 0)[:-1]}),
            "A batch of 27,656 bytes, which are not 3,073 for each picture",
        ),
        (gzip.compress(tarred({"data_batch_1.bin": batch(9, 0)}))[:-9], "A .tar.gz file that is cut short"),
        (b"\x1f\x8b\x08" + bytes(40), "A .tar.gz file that is"),
        (tarred({f"{i}.bin": b"" for i in range(101)}), "A tar file of more than 100 files: upload CIFAR-10's own."),
    ],
)
def test_batches_that_do_not_fit_are_refused_with_the_way_out(data, sentence):
    assert refused(data).startswith(sentence)


def test_links_in_an_archive_are_not_followed():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as into:
        link = tarfile.TarInfo("data_batch_1.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        into.addfile(link)
    assert refused(made.getvalue()).startswith("A tar file without CIFAR-10's data_batch_1.bin, but with nothing")


# --- hostile files ---


def test_a_bomb_is_refused_before_it_is_unpacked():
    small = zipped({"x.npy": bytes(123_457), "y.npy": b""}, zipfile.ZIP_DEFLATED)
    bomb = small.replace(struct.pack("<I", 123_457), struct.pack("<I", 450_000_000))
    assert refused(bomb).startswith("A file that declares 450,000,000 bytes unpacked: at most 400,000,000 are read")
    assert "more than 256,000,000 bytes unpacked" in refused(gzip.compress(bytes(256_000_100), 1))


def test_a_header_that_declares_more_than_there_is_is_refused():
    file = io.BytesIO()
    np.save(file, BYTES)
    lied = file.getvalue().replace(b"(40, 6, 5), ", b"(40, 6,55), ")
    assert "declares 13,200 bytes of numbers and has 1,200" in refused(zipped({"x.npy": lied, "y.npy": lied}))


def test_packing_that_only_few_programs_use_is_refused():
    assert refused(zipped({"x.npy": b"?"}, zipfile.ZIP_LZMA)).startswith("A zip file packed in an unusual way")


def test_a_file_of_another_kind_is_named():
    assert refused(b"%PDF-1.7").startswith("This file is a PDF: ")
    assert refused(b"GIF89a").startswith("This file is a GIF picture")
    with pytest.raises(SourceError, match=r"Choose a file first: a \.npz file with x and y"):
        OwnData().split()


WHOLE = [
    npz(x=BYTES, y=KINDS),
    npz(np.savez_compressed, x=BYTES, y=KINDS),
    zipped(pets((4, 4), 2)),
    gzip.compress(tarred({"data_batch_1.bin": batch(20, 0)})),
    batch(20, 0),
]


@pytest.mark.parametrize("whole", WHOLE, ids=["npz", "packed npz", "folders", "tar.gz", "batch"])
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_in_one_sentence(whole, data):
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        broken = broken[: data.draw(st.integers(1, len(whole)))]
    try:
        split = read(bytes(broken))
    except SourceError as error:
        assert str(error).endswith((".", ")"))
        assert "\n" not in str(error)
    else:
        assert np.isfinite(split.train.x).all()
        assert len(split.train)
        assert len(split.test)


# --- as a data set ---


def test_own_data_is_a_value_that_stands_for_its_bytes():
    data, again = OwnData(WHOLE[0], "a.npz"), OwnData(bytes(bytearray(WHOLE[0])), "a.npz")
    assert data == again
    assert hash(data) == hash(again)
    assert data != OwnData(WHOLE[1], "a.npz")
    assert repr(data) != repr(OwnData(WHOLE[1], "a.npz"))  # which is what a cache goes by
    assert str(len(WHOLE[0])) not in repr(data)
    assert hashlib.sha256(WHOLE[0]).hexdigest() in repr(data)
    assert pickle.loads(pickle.dumps(data)).split().train.x.tobytes() == data.split().train.x.tobytes()
    assert data.shape == (1, 6, 5)
    assert data.classes == ("0", "1", "2", "3")


def test_its_code_gives_its_arrays(tmp_path, monkeypatch):
    data = OwnData(WHOLE[0], "a.npz")
    (tmp_path / "a.npz").write_bytes(WHOLE[0])
    monkeypatch.chdir(tmp_path)
    space: dict = {}
    exec(data.code(), space)
    np.testing.assert_array_equal(space["x"].numpy(), data.split().train.x)
    np.testing.assert_array_equal(space["y_test"].numpy(), data.split().test.y)


def test_it_is_read_apart_as_it_is_read_here(monkeypatch):
    here = read(WHOLE[2])
    monkeypatch.setattr(PLACE, "reader", pools.read_in_worker)
    monkeypatch.setattr(pools, "MOST_SECONDS", 60.0)
    apart = OwnData(WHOLE[2], size=8, colour="grey").made()
    np.testing.assert_array_equal(apart.train.x, here.train.x)
    np.testing.assert_array_equal(apart.test.y, here.test.y)
    assert apart.classes == here.classes
    with pytest.raises(SourceError, match="This file is a PDF"):
        OwnData(b"%PDF-1.7").made()


class Uploaded(Reader):
    """Somebody who has chosen a file."""

    def file(self, key, label, megabytes=None):
        return WHOLE[0], "a.npz"


def test_the_page_trains_on_the_file_that_is_chosen():
    recipe = ask(Uploaded({"data": "own", "own_most": "100"}))().recipe
    assert recipe.data == OwnData(WHOLE[0], "a.npz", most=100)
    assert recipe.network.shapes((1, 6, 5))[-1] == (4,)
    with pytest.raises(SourceError, match="Choose a file first"):
        ask(Reader({"data": "own"}))()


@given(labels=st.lists(st.integers(0, 5), min_size=1, max_size=60))
def test_a_fifth_of_each_class_and_never_all_of_it_is_for_testing(labels):
    y = np.array(labels)
    tested = last_fifth(y)
    for kind in np.unique(y):
        count, kept = (y == kind).sum(), tested[y == kind]
        assert kept.sum() == (0 if count == 1 else max(1, count // 5))
        assert kept.tolist() == sorted(kept.tolist())  # the last ones
