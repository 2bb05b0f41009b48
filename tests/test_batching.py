"""Runs that share a network go through it together, and each gets what it would have got by itself."""

from threading import Barrier, Thread

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import cases, each, values

from cnnviz.core import run as core
from cnnviz.core.cache import TOGETHER
from cnnviz.core.layers import KINDS, BatchNorm, Conv, Dropout, LPPool, MaxPool, MaxUnpool, ReLU, Softmax
from cnnviz.core.run import BudgetError
from cnnviz.inputs.read import read
from cnnviz.inputs.sound import SOUNDS, LogMel
from cnnviz.networks import batching
from cnnviz.networks import forward as networks
from cnnviz.networks.batching import Order, may_share, run_beside, run_together
from cnnviz.networks.chain import chain
from cnnviz.networks.desed import Desed
from cnnviz.networks.forward import run_network
from cnnviz.networks.modes import in_eval_mode
from cnnviz.networks.zoo import LessonB, lenet5, lesson_c
from cnnviz.scenes import forward as scenes
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Seeded


def same(one, other, close=True):
    """Two runs of all stages, number by number."""
    assert one.keys() == other.keys()
    for name, here in one.items():
        there = other[name]
        assert here.parts.keys() == there.parts.keys() and here.state.keys() == there.state.keys()
        pairs = [(here.x, there.x), (here.y, there.y)]
        pairs += [(here.parts[part], there.parts[part]) for part in here.parts]
        pairs += [(here.state[part], there.state[part]) for part in here.state]
        for a, b in pairs:
            assert a.shape == b.shape
            if a.dtype.kind == "f" and close:
                scale = np.abs(b[np.isfinite(b)]).max(initial=1)
                np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5 * scale)
            else:
                np.testing.assert_array_equal(a, b)


def orders(shape, counts):
    return [Order(values((n, *shape), seed)) for seed, n in enumerate(counts)]


@each(*(name for name in KINDS if name != "max_unpool"))
@given(data=st.data())
def test_each_kind_of_layer_gives_each_its_own(name, data):
    layer, shape = data.draw(cases(name))
    network = in_eval_mode(chain(layer))
    assume(may_share(network))
    all_of_them = orders(shape, data.draw(st.lists(st.integers(1, 3), min_size=2, max_size=4)))
    for order, made in zip(all_of_them, run_together(network, all_of_them, seed=5), strict=True):
        same(made, run_network(network, order.x, 5))


@pytest.mark.parametrize(
    "network, shape",
    [
        (LessonB().network, (1, 28, 28)),
        (lenet5(), (1, 32, 32)),
        (lesson_c(), (3, 32, 32)),
        (Desed(activation="glu", nb_filters=(4, 6, 3)), (1, 40, 128)),
        (Desed(activation="cg", nb_filters=(4, 6, 3)), (1, 40, 128)),
    ],
    ids=lambda it: getattr(it, "__class__", type(it)).__name__,
)
def test_each_network_gives_each_its_own_at_every_stage(network, shape, applied):
    network = in_eval_mode(network)
    assert may_share(network)
    three = orders(shape, [1, 1, 1])
    together = run_together(network, three, seed=3)
    assert len(applied) == len(network.stages)
    for order, made in zip(three, together, strict=True):
        same(made, run_network(network, order.x, 3, budget=network.budget))


@pytest.fixture
def applied(monkeypatch):
    """How many examples each stage was applied to, in order."""
    counted = []
    once = networks.once

    def noted(layer, module, x, *more):
        counted.append(len(x))
        return once(layer, module, x, *more)

    monkeypatch.setattr(networks, "once", noted)
    return counted


NETWORK = chain(Conv(1, 2, padding=1), ReLU(), MaxPool())


def test_what_draws_at_random_or_mixes_examples_is_never_put_together():
    undone = MaxPool(return_indices=True)
    for layers in (
        (Dropout(),),
        (BatchNorm(2),),
        (BatchNorm(2, training=False, steps=1),),
        (Softmax(dim=0),),
        (undone, MaxUnpool()),
    ):
        assert not may_share(chain(Conv(1, 2), *layers))
    assert may_share(chain(Conv(1, 2), BatchNorm(2, training=False, steps=0), Dropout(training=False), Softmax(dim=1)))


def met(monkeypatch, calls):
    """What each of these gives, called at once by threads of their own, with time to find one another."""
    monkeypatch.setenv(batching.VARIABLE, "1")
    monkeypatch.setattr(batching.DESK, "window", 0.5)
    found, start = [None] * len(calls), Barrier(len(calls))

    def go(place):
        start.wait()
        try:
            found[place] = calls[place]()
        except Exception as error:
            found[place] = error

    threads = [Thread(target=go, args=(place,), daemon=True) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return found


def test_threads_that_wait_share_one_run_and_other_networks_have_their_own(monkeypatch, applied):
    five, other = orders((1, 6, 6), [1] * 5), orders((1, 6, 6), [1])[0]
    calls = [lambda order=order: run_beside(lambda: "ours", NETWORK, order, 2) for order in five]
    calls.append(lambda: run_beside(lambda: "other", chain(Conv(1, 1)), other, 2))
    found = met(monkeypatch, calls)
    assert sorted(applied) == [1, 5, 5, 5]
    for order, made in zip(five, found, strict=False):
        same(made, run_network(NETWORK, order.x, 2))
    del applied[:]
    assert all(met(monkeypatch, calls[:2]))  # the next class
    assert applied == [2, 2, 2]


def test_each_sees_its_own_stages_go_by():
    seen = {}
    two = [
        Order(values((1, 1, 6, 6), seed), (), lambda name, done, seed=seed: seen.update({(seed, name): done.y.copy()}))
        for seed in range(2)
    ]
    assert run_together(NETWORK, two) == [{}, {}]
    for seed, order in enumerate(two):
        for name, done in run_network(NETWORK, order.x).items():
            np.testing.assert_allclose(seen[seed, name], done.y, rtol=1e-5, atol=1e-6)


def test_a_cpu_runs_each_by_itself_unless_told_otherwise(monkeypatch, applied):
    monkeypatch.setenv("CNNVIZ_DEVICE", "cpu")
    monkeypatch.delenv(batching.VARIABLE, raising=False)
    assert not batching.wanted()
    run_beside(lambda: pytest.fail("nobody asks"), NETWORK, orders((1, 6, 6), [1])[0])
    monkeypatch.setenv(batching.VARIABLE, "1")
    assert batching.wanted()


def test_what_is_wrong_with_one_is_nothing_to_the_others(monkeypatch, applied):
    network = chain(Conv(1, 1, padding=1))
    fine, large = Order(values((1, 1, 64, 64))), Order(np.zeros((3000, 1, 64, 64), np.float32))
    monkeypatch.setattr(batching, "MOST", 10**6)
    monkeypatch.setattr(batching, "ROOM", 2**40)
    made, refused, again = run_together(network, [fine, large, fine])
    assert isinstance(refused, BudgetError)
    for one in (made, again):
        same(one, run_network(network, fine.x))


def test_a_notice_is_told_to_whom_it_concerns():
    network = chain(LPPool(norm_type=3.0))
    fine, odd = Order(np.ones((1, 1, 4, 4), np.float32)), Order(-np.ones((1, 1, 4, 4), np.float32))
    one, other = run_together(network, [fine, odd])
    assert one["0"].notice == "" and "Cells are nan" in str(other["0"].notice)


def test_a_batch_for_which_the_device_has_no_room_runs_one_by_one(monkeypatch, applied):
    """The device is the CPU by another name, with room for two examples."""
    real = core.forward

    def small(call, module, x, seed, where):
        if where != "cpu" and len(x) > 2:
            raise torch.OutOfMemoryError("out of memory")
        return real(call, module, x, seed, "cpu")

    monkeypatch.setattr(core, "forward", small)
    monkeypatch.setattr(core.devices, "pick", lambda: "cuda")
    three = orders((1, 6, 6), [1] * 3)
    for order, made in zip(three, run_together(NETWORK, three), strict=True):
        assert {done.notice for done in made.values()} == {""} and made["0"].device == "cuda"
        same(made, run_network(NETWORK, order.x))


def test_a_batch_has_its_bounds(monkeypatch, applied):
    monkeypatch.setattr(batching, "MOST", 3)
    run_together(chain(ReLU()), orders((1, 4, 4), [1, 1, 1, 1, 2, 4]))
    assert applied == [3, 3, 4]


def test_what_is_kept_of_one_holds_nothing_of_the_others():
    made, _ = run_together(NETWORK, orders((1, 6, 6), [1, 1]))
    for done in made.values():
        assert all(x.base is None or x.base.nbytes == x.nbytes for x in (done.x, done.y, *done.parts.values()))
    assert np.shares_memory(made["0"].y, made["1"].x)  # what one stage makes and the next reads is there once


def test_requests_of_a_class_share_a_pass(monkeypatch, applied):
    TOGETHER.forget()
    grids = [LogMel(sound=sound, seconds=1) for sound in list(SOUNDS)[:3]]
    for grid in grids:
        read(grid)  # so that all of them come at once
    network = Desed(activation="glu", nb_filters=(4, 6, 3))
    requests = [Request(network, grid, Seeded(3)) for grid in grids]
    found = met(monkeypatch, [lambda request=request: scenes.run(request) for request in requests])
    assert max(applied) == 3 and len(applied) == len(network.stages)
    monkeypatch.setenv(batching.VARIABLE, "0")
    TOGETHER.forget()
    for request, made in zip(requests, found, strict=True):
        same(made.kept, scenes.run(request).kept)
