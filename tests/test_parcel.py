"""Blobs on their way to a browser: what is large goes under the name of its content, and all of it arrives."""

import json
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES as LET_ALONE
from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from test_player_helpers import test_in_node as run_in_node

from cnnviz.core.cache import Budget
from cnnviz.jobs.wire import unpacked
from cnnviz.jobs.worker import pickle
from cnnviz.scenes import blob as blobs
from cnnviz.scenes.blob import LARGE, Blob, Scene, also
from cnnviz.web.components import parcel
from cnnviz.web.components.files import Shelf
from cnnviz.web.components.parcel import KIND, MARK

SIZES = st.lists(st.integers(0, 3 * LARGE // 4), min_size=1, max_size=6)  # of tensors, in numbers of four bytes


@pytest.fixture
def store(monkeypatch) -> MediaFileManager:
    """The store of a server that runs, on which nobody has put a part."""
    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(media_file_mgr=files))
    monkeypatch.setattr(parcel, "shelf", Shelf(KIND, Budget()))
    return files


def scene(*sizes: int, seed: int = 0, **words: str) -> Blob:
    rng = np.random.default_rng(seed)
    return Scene({f"t{i}": rng.random(size, np.float32) for i, size in enumerate(sizes)}, words).to_bytes()


def plan_of(sent: bytes) -> list:
    size = int.from_bytes(sent[8:16], "little")
    return json.loads(sent[16 : 16 + size])


def fetched(sent: bytes) -> set[str]:
    """Paths of the parts."""
    return {one[0] for one in plan_of(sent) if isinstance(one, list)} if sent.startswith(MARK) else set()


def content(store: MediaFileManager, path: str) -> bytes:
    """As a browser gets it."""
    return store._storage.get_file(path.rpartition("/")[2]).content


def arrived(store: MediaFileManager, sent: bytes) -> bytes:
    """The blob that a browser makes of what it was sent."""
    if not sent.startswith(MARK):
        return sent
    at, made = 16 + int.from_bytes(sent[8:16], "little"), b""
    for one in plan_of(sent):
        if isinstance(one, int):
            made += sent[at : at + one]
            at += one
        else:
            part = content(store, one[0])
            assert len(part) == one[1]
            made += part
    assert at == len(sent)
    return made


@pytest.mark.usefixtures("store")
@given(sizes=SIZES, seed=st.integers(0, 9))
def test_every_blob_arrives_as_it_was(sizes, seed):
    blob = scene(*sizes, seed=seed, title="a")
    files = runtime.get_instance().media_file_mgr
    sent = parcel.parcel(also(blob, {"about": "é"}))
    assert arrived(files, sent) == also(blob, {"about": "é"})
    assert len(sent) < 8 * LARGE  # small tensors between large ones, and words


def test_a_small_blob_travels_whole(store):
    blob = scene(10, 20)
    assert parcel.parcel(blob) is blob
    assert not store._file_metadata


def test_numbers_that_others_have_already_lie_at_the_same_place(store):
    one, other = (
        Scene({"same": np.arange(LARGE, dtype=np.float32), "own": np.full(LARGE, n, np.float32)}, {}).to_bytes()
        for n in range(2)
    )
    first, second = fetched(parcel.parcel(one)), fetched(parcel.parcel(other))
    assert (len(first), len(first & second), len(store._file_metadata)) == (2, 1, 3)


def test_other_words_are_no_other_numbers(store, monkeypatch):
    blob = scene(LARGE, LARGE)
    before = fetched(parcel.parcel(blob))
    digests = []
    monkeypatch.setattr(blobs, "sha256", lambda data: digests.append(1) or sha256(data))
    assert fetched(parcel.parcel(also(also(blob, {"about": "this"}), {"opens": 3}))) == before
    assert not digests


def test_large_parts_that_differ_anywhere_have_other_names(store):
    """The store looks at three stretches alone of what is larger than 1 MiB."""
    numbers = np.zeros(600_000, np.float32)
    other = numbers.copy()
    other[100_000] = 1
    one, two = (Scene({"x": x}, {}).to_bytes() for x in (numbers, other))
    sent = [parcel.parcel(one), parcel.parcel(two)]
    assert fetched(sent[0]).isdisjoint(fetched(sent[1]))
    assert [arrived(store, each) for each in sent] == [one, two]


def test_parts_stay_within_their_bytes_and_the_ones_longest_not_asked_for_go(store):
    shelf = Shelf(KIND, Budget(2500))
    paths = {n: shelf.path(str(n), lambda n=n: bytes([n]) * 1000) for n in (1, 2)}
    shelf.path("1", lambda: pytest.fail("it is there"))
    shelf.path("3", lambda: b"3" * 1000)
    store.remove_orphaned_files()
    assert content(store, paths[1]) == b"\1" * 1000
    assert not store.read_file(paths[2].rpartition("/")[2])
    assert shelf.files.bytes == 2000
    assert shelf.path("2", lambda: b"\2" * 1000) == paths[2]
    assert content(store, paths[2]) == b"\2" * 1000


def test_parts_stay_when_the_visitor_goes_who_met_them_first(store):
    [path] = fetched(parcel.parcel(scene(LARGE)))
    store.clear_session_refs("a visitor")
    store.remove_orphaned_files()
    assert content(store, path)


def test_parts_are_not_compressed_anew_for_each_browser(store):
    assert KIND.partition("/")[0] + "/*" in LET_ALONE
    [path] = fetched(parcel.parcel(scene(LARGE)))
    assert "." not in path  # by this the proxy knows a part


def test_without_a_server_all_travel_whole():
    blob = scene(LARGE)
    assert parcel.parcel(blob) is blob


def test_a_worker_answers_in_plain_bytes():
    blob = scene(LARGE)
    found = unpacked(pickle.dumps(blob))
    assert (type(found), found) == (bytes, blob)


def test_the_mark_is_the_length_of_no_header():
    assert int.from_bytes(MARK, "little") > 2**62
    assert len(MARK) == 8


def test_a_browser_puts_it_together(tmp_path):
    run_in_node(Path(__file__).parent / "parcel" / "parcel.test.mjs", tmp_path)
