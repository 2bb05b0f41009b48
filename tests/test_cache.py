"""What is kept of what was made before: within one budget, whosever it is."""

import sys
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from threading import Barrier, Event, Thread

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from limits import caches

from cnnviz.core.cache import MOST_BYTES, TOGETHER, Budget, Cache
from cnnviz.core.weight import weight
from cnnviz.scenes.blob import Blob, Scene, also
from cnnviz.web.components import parcel
from cnnviz.web.warm import named


def test_the_one_longest_not_asked_for_goes_first():
    cache = Cache(3, lambda value: 1)
    for name in "abcad":
        cache.get(name, lambda: 0)
    assert list(cache.held) == ["c", "a", "d"]


def test_a_value_that_is_too_large_by_itself_is_not_kept_and_nothing_goes_for_it():
    cache = Cache(10, int)
    assert [cache.get(name, lambda size=size: size) for name, size in (("a", 4), ("b", 11))] == [4, 11]
    assert list(cache.held) == ["a"]


def test_a_value_that_grows_counts_as_it_is_now():
    cache = Cache(10, int)
    for size in (4, 6):
        cache.renewed("a", lambda found, size=size: size)
    assert cache.bytes == 6


def test_what_fails_is_tried_again_and_leaves_nothing():
    cache = Cache(10, int)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            cache.get("a", lambda: 1 // 0)
    assert (cache.get("a", lambda: 3), cache.bytes, len(cache._gates)) == (3, 3, 0)


def test_two_who_ask_at_once_have_it_made_once():
    cache, made, start, both = Cache(10, int), [], Barrier(2), Event()

    def make():
        made.append(1)
        while not both.is_set():
            if cache._gates["a"][1] == 2:  # the other has asked as well
                both.set()
        return 1

    def ask():
        start.wait()
        cache.get("a", make)

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


# --- all caches of a process together ---


def two(most=10):
    together = Budget(most)
    return together, *(Cache(size=int, budget=together) for _ in range(2))


def test_of_all_caches_the_value_longest_not_asked_for_goes_first():
    together, one, other = two()
    for cache, name in ((one, "a"), (other, "b"), (one, "c")):
        cache.get(name, lambda: 3)
    one.find("a")
    one.get("d", lambda: 3)
    assert (list(one.held), list(other.held), together.bytes) == (["c", "a", "d"], [], 9)


def test_a_value_as_large_as_all_together_may_be_stays_until_the_next_one_comes():
    together, one, other = two()
    one.get("a", lambda: 4)
    other.get("b", lambda: 12)
    assert (list(one.held), list(other.held)) == ([], ["b"])
    one.get("c", lambda: 4)
    assert (list(one.held), list(other.held), together.bytes) == (["c"], [], 4)


def test_what_is_spared_goes_for_nothing_of_others_and_counts():
    together = Budget(10)
    slow, quick = Cache(6, int, spared=True, budget=together), Cache(size=int, budget=together)
    slow.get("a", lambda: 5)
    for name in "bcd":
        quick.get(name, lambda: 3)
    assert (list(slow.held), list(quick.held)) == (["a"], ["d"])
    slow.get("e", lambda: 6)  # its own bound
    assert (list(slow.held), list(quick.held), together.bytes) == (["e"], ["d"], 9)


def test_what_nobody_asks_for_is_forgotten_in_time():
    together, one, other = two()
    gone = []
    one.gone = gone.append
    one.get("a", lambda: 1)
    other.get("b", lambda: 2)
    for cache in (one, other):
        next(iter(cache.held.values())).asked -= 100
    other.find("b")
    together.forget(50)
    assert (gone, list(one.held), list(other.held), together.bytes) == ([1], [], ["b"], 2)


def test_whoever_has_a_file_of_a_value_is_told_when_it_goes():
    gone = []
    cache = Cache(6, int, gone=gone.append)
    for size in (2, 3, 4):
        cache.get(str(size), lambda size=size: size)
    cache.clear()
    assert gone == [2, 3, 4]


ASKED = st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abc"), st.integers(0, 6)), max_size=30)


@given(asked=ASKED)
def test_whatever_is_asked_for_all_stay_within_their_bytes(asked):
    together = Budget(12)
    three = [Cache(size=int, spared=i == 0, most=5, budget=together) for i in range(3)]
    for which, name, size in asked:
        three[which].renewed(name, lambda found, size=size: size)
        held = [one for cache in three for one in cache.held.values()]
        assert together.bytes == sum(one.value for one in held) <= together.most
        assert size > three[which].most or three[which].find(name) == size


def test_all_caches_of_the_app_have_the_one_budget():
    for name in named():
        import_module(name)
    found = caches(len(sys.modules))
    assert len(found) > 20
    assert {cache.budget for cache in found} == {parcel.shelf.files.budget} == {TOGETHER}
    assert TOGETHER.most == MOST_BYTES


# --- what a value takes ---


@dataclass
class Thing:
    numbers: object
    name: str = ""

    @cached_property
    def more(self):
        return np.zeros(50, np.uint8)


def test_all_that_a_value_keeps_counts_once():
    numbers = np.zeros(100, np.float32)
    tensor = torch.zeros(10, dtype=torch.float64)
    thing = Thing({"a": numbers, "again": [numbers, numbers[:1]]}, "four")
    assert weight(thing) == 400 + 4
    assert thing.more.size == 50
    assert weight(thing) == 400 + 4 + 50
    assert weight((tensor, tensor[1:], b"five!", None, 3)) == 80 + 5


def test_of_a_view_counts_what_stays_for_it():
    assert weight(np.zeros((100, 4), np.uint8)[0]) == 400
    assert weight(torch.zeros(100)[:1].numpy()) == 400
    assert weight(np.frombuffer(bytes(70), np.uint8)[1:]) == 70
    assert weight(Blob(bytes(30))) == 30


def test_a_blob_keeps_the_one_that_its_numbers_are_of():
    before = Scene({"x": np.zeros(10, np.float32)}, {}).to_bytes()
    after = also(before, {"about": "this"})
    assert weight(after) == len(after) + len(before)
