"""What excites each channel, against a search by brute force through what plain torch gives."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from safetensors.numpy import load

from cnnviz.core.examples import Examples, Split
from cnnviz.core.layers import AvgPool, BatchNorm, Conv, Dropout, Flatten, Linear, MaxPool, ReLU
from cnnviz.networks.exciting import (
    Best,
    Centres,
    Gather,
    Tells,
    box,
    edges_of,
    evaluated,
    find,
    merged,
    pack,
    unpack,
    worth,
)
from cnnviz.networks.exciting.spread import BINS, STEPS, Spread
from cnnviz.networks.network import Network
from cnnviz.scenes.exciting import keep

NETWORK = Network(
    (
        ("conv", Conv(1, 4, (3, 3), padding=(1, 1), stride=(2, 1))),
        ("norm", BatchNorm(num_features=4, training=True, steps=1)),
        ("relu", ReLU()),
        ("drop", Dropout(0.5, training=True)),
        ("pool", MaxPool((2, 2), (2, 2))),
        ("flat", Flatten()),
        ("dense", Linear((4, 2, 3), 5)),
    )
)
SHAPE = (1, 8, 6)
SOUND = Network((("conv", Conv(1, 3, (3, 3), padding=(1, 1))), ("pool", AvgPool((2, 2), (2, 2)))))


def some(n, seed=0, classes=3):
    draws = np.random.default_rng(seed)
    return Examples(draws.normal(size=(n, *SHAPE)).astype(np.float32), draws.integers(0, classes, n))


def outputs(network, state, x):
    """What plain torch makes at every stage, in eval mode."""
    module = network.module()
    module.load_state_dict({key: torch.as_tensor(value) for key, value in state.items()})
    module.eval()
    found = {}
    with torch.no_grad():
        x = torch.as_tensor(x)
        for name, one in module.get_submodule(network.prefix).named_children():
            x = one(x)
            found[name] = x.numpy()
    return found


def area(ours, theirs):
    """The AUC by its definition: each pair on its own."""
    pairs = [(a > b) + 0.5 * (a == b) for a in ours for b in theirs]
    return np.mean(pairs) if pairs else np.nan


@given(n=st.integers(1, 40), seed=st.integers(0, 99))
@example(n=3, seed=0)  # fewer than nine
def test_the_nine_are_those_of_a_search_by_brute_force(n, seed):
    data, state = some(n, seed), NETWORK.state(seed)
    found = find(NETWORK, state, data, edges_of(NETWORK, state, data))
    for stage, maps in outputs(NETWORK, state, data.x).items():
        if stage in ("drop", "flat"):
            assert stage not in found
            continue
        for channel in range(maps.shape[1]):
            flat = maps[:, channel].reshape(n, -1)
            wanted = sorted((-float(row.max()), i, int(row.argmax())) for i, row in enumerate(flat))[:9]
            best = found[stage].best
            kept = best.example[channel] >= 0
            assert kept.sum() == len(wanted)
            assert best.example[channel][kept].tolist() == [i for _, i, _ in wanted]
            assert best.cell[channel][kept].tolist() == [cell for *_, cell in wanted]
            np.testing.assert_array_equal(best.value[channel][kept], [-value for value, *_ in wanted])


@given(cuts=st.lists(st.integers(1, 59), max_size=3, unique=True), backwards=st.booleans())
def test_what_parts_give_is_what_all_give(cuts, backwards):
    data, state = some(60), NETWORK.state(1)
    edges = edges_of(NETWORK, state, data)
    ends = [0, *sorted(cuts), 60]
    parts = [find(NETWORK, state, Examples(data.x[a:b], data.y[a:b]), edges, first=a) for a, b in pairwise(ends)]
    together, whole = merged(parts[::-1] if backwards else parts), find(NETWORK, state, data, edges)
    for stage, one in whole.items():
        other = together[stage]
        for name in ("value", "example", "cell"):
            if name == "value":  # torch's convolution may differ in its last bit with the size of a batch
                np.testing.assert_allclose(other.best.value, one.best.value, rtol=1e-5)
            else:
                np.testing.assert_array_equal(getattr(other.best, name), getattr(one.best, name))
        assert other.tells.counts.keys() == one.tells.counts.keys()
        np.testing.assert_allclose(other.tells.table(3), one.tells.table(3), atol=2e-3)
        np.testing.assert_allclose(other.tells.means(1), one.tells.means(1), rtol=1e-5, atol=1e-6)


def test_of_equal_ones_the_earlier_example_and_the_first_cell_count():
    maps = np.zeros((12, 1, 4), np.float32)
    maps[[3, 5, 9], 0, 2] = 1
    later, sooner = Best.of(maps[6:], first=6), Best.of(maps[:6])
    for best in (Best.of(maps), later.merged(sooner), sooner.merged(later)):
        assert best.example[0].tolist() == [3, 5, 9, 0, 1, 2, 4, 6, 7]
        assert best.cell[0].tolist() == [2, 2, 2, 0, 0, 0, 0, 0, 0]


def test_what_is_no_number_excites_nobody():
    maps = np.array([[[np.nan, np.nan]], [[np.nan, 2]]], np.float32)
    best = Best.of(maps, k=2)
    assert best.example[0].tolist() == [1, 0]
    assert best.cell[0].tolist() == [1, 0]


@given(n=st.integers(1, 60), k=st.integers(1, 9), levels=st.integers(2, 1000), seed=st.integers(0, 99))
@example(n=60, k=2, levels=2, seed=0)  # nearly all are equal
def test_a_few_after_the_other_excite_as_all_at_once(n, k, levels, seed):
    draws = np.random.default_rng(seed)
    maps = draws.integers(0, levels, (n, 3, 4, 5)).astype(np.float32)
    maps[draws.random(maps.shape) < 0.02] = np.nan
    gather = Gather(Centres(SOUND), {"conv": np.zeros((3, 1), np.float32)}, k)
    ends = [0, *np.unique(draws.integers(1, n + 1, 9)), n]
    for first, end in draws.permutation([*pairwise(ends)]).tolist():  # clips of one length go together
        if first < end:
            sets = np.ones((end - first, 1), np.int64)
            gather.take(range(first, end), SHAPE, sets, "conv", torch.from_numpy(maps[first:end]))
    best, wanted = gather.all()["conv"].best, Best.of(maps.reshape(n, 3, -1), k=k)
    np.testing.assert_array_equal(best.value, wanted.value)
    np.testing.assert_array_equal(best.example, wanted.example)
    np.testing.assert_array_equal(best.cell, wanted.cell)


@given(seed=st.integers(0, 99), n=st.integers(2, 60), bins=st.integers(2, 80))
def test_an_area_is_that_of_all_pairs(seed, n, bins):
    draws = np.random.default_rng(seed)
    edges = np.sort(draws.normal(size=(2, bins - 1)), axis=1).astype(np.float32)
    values = draws.normal(size=(2, n)).astype(np.float32)
    sets = draws.integers(0, 8, n)  # of three classes, any together
    tells = Tells.of(values, sets, edges)
    binned = np.stack([np.digitize(row, own) for row, own in zip(values, edges, strict=True)])
    has = [(sets >> c & 1).astype(bool) for c in range(3)]
    for channel in range(2):
        row = binned[channel]
        for one in range(3):
            rest = area(row[has[one]], row[~has[one]])
            np.testing.assert_allclose(tells.table(3)[channel, one, 0], rest)
            for other in {0, 1, 2} - {one}:
                wanted = area(row[has[one] & ~has[other]], row[has[other] & ~has[one]])
                np.testing.assert_allclose(tells.auc(one, other)[channel], wanted)
            count, mean, variance = tells.means(one)[channel]
            mine = values[channel][has[one]].astype(np.float64)
            assert count == len(mine)
            if len(mine):
                np.testing.assert_allclose([mean, variance], [mine.mean(), mine.var()], atol=1e-9)


def test_bins_cost_an_area_little():
    data, state = some(400), NETWORK.state(0)
    found = find(NETWORK, state, data, edges_of(NETWORK, state, data))
    values = outputs(NETWORK, state, data.x)["norm"].reshape(400, 4, -1).max(axis=2)
    for channel in range(4):
        exact = area(values[data.y == 1, channel], values[data.y != 1, channel])
        assert abs(found["norm"].tells.auc(1)[channel] - exact) < 0.01


@given(seed=st.integers(0, 99), n=st.integers(1, 200), zeros=st.floats(0, 1), counted=st.integers(4, 80))
@example(seed=0, n=50, zeros=1.0, counted=64)  # a channel that is dead
def test_few_bins_hold_what_many_do_and_each_bar_has_an_area(seed, n, zeros, counted):
    draws = np.random.default_rng(seed)
    values = np.where(draws.random((2, n)) < zeros, 0, draws.normal(size=(2, n)) ** 3).astype(np.float32)
    edges = np.quantile(values, np.arange(1, counted) / counted, axis=1).T.astype(np.float32)
    sets = draws.integers(0, 4, n)
    spread = Spread.of(Tells.of(values, sets, edges), edges, 2)
    ends = spread.ends(values.max(axis=1))
    assert ends.shape == (2, BINS + 1)
    rows = [np.ones(n, bool), sets & 1 > 0, sets & 2 > 0]
    for channel, own in enumerate(spread.edges):
        for row, there in enumerate(rows):
            place = np.searchsorted(own, values[channel, there], side="right")
            wanted = np.bincount(place, minlength=BINS) / max(there.sum(), 1)
            np.testing.assert_allclose(spread.share[channel, row] / STEPS, wanted, atol=1 / STEPS)
        assert (np.diff(ends[channel])[spread.share[channel, 0] > 0] > 0).all()
        assert ends[channel, 0] < ends[channel, -1]


def test_sounds_are_told_apart_frame_by_frame():
    draws = np.random.default_rng(0)
    x = draws.normal(size=(5, 1, 12, 4)).astype(np.float32)
    y = (draws.random((5, 2, 6)) > 0.5).astype(np.float32)  # a label for every second frame
    data, state = Examples(x, y), SOUND.state(0)
    tells = find(SOUND, state, data, edges_of(SOUND, state, data, bins=2000))["pool"].tells
    peaks = outputs(SOUND, state, x)["pool"].max(axis=3)  # (5, 3, 6): a frame of the stage is one of the labels
    on = y[:, 0].astype(bool)
    for channel in range(3):
        wanted = area(peaks[:, channel][on], peaks[:, channel][~on])
        assert tells.auc(0)[channel] == pytest.approx(wanted, abs=2e-3)


@given(seed=st.integers(0, 20), stage=st.sampled_from(["conv", "pool", "dense"]), unit=st.integers(0, 11))
def test_a_unit_sees_its_box_and_nothing_else(seed, stage, unit):
    """Noise everywhere outside the box leaves the unit's value as it is; noise within changes it."""
    network = Network(tuple(one for one in NETWORK.stages if one[0] != "relu"))
    data, state = some(1, seed), network.state(seed)
    before = outputs(network, state, data.x)[stage][0]
    channel, cell = 0, unit % max(1, before[0].size)
    ends = box(network, SHAPE, stage, cell)
    inside = np.zeros(SHAPE[1:], bool)
    inside[tuple(slice(max(a, 0), b) for a, b in ends)] = True
    noise = np.random.default_rng(seed + 1).normal(size=SHAPE).astype(np.float32)
    away = outputs(network, state, np.where(inside, data.x, noise[None]))[stage][0]
    there = outputs(network, state, np.where(inside, noise[None] * 9, data.x))[stage][0]
    at = before[channel].reshape(-1)[cell]
    np.testing.assert_allclose(away[channel].reshape(-1)[cell], at, rtol=1e-5, atol=1e-6)
    assert there[channel].reshape(-1)[cell] != at


def test_a_box_reaches_over_the_ends_where_padding_is_read():
    assert box(NETWORK, SHAPE, "conv", 0) == ((-1, 2), (-1, 2))
    assert box(NETWORK, SHAPE, "pool", 5) == ((3, 8), (3, 7))  # rows 2 and 3 of conv, from 4 * 2 // 2 - 1 on


def test_wide_stages_and_those_that_only_hand_over_are_left_out():
    wide = Network((("conv", Conv(1, 513, (1, 1))), ("less", Conv(513, 2, (1, 1))), ("drop", Dropout())))
    assert worth(wide, (1, 4, 4)) == ["less"]
    assert not any(getattr(layer, "training", False) for _, layer in evaluated(NETWORK).stages)


def test_what_is_kept_beside_weights_says_the_same():
    data, state = some(7), NETWORK.state(0)
    edges = edges_of(NETWORK, state, data)
    found = find(NETWORK, state, data, edges)
    arrays = pack(found, 4, edges)  # of the last class there is none
    assert sum(array.nbytes for array in arrays.values()) < 7500
    kept = unpack(arrays)
    assert kept.keys() == found.keys()
    for stage, one in found.items():
        for name in ("value", "example", "cell"):
            np.testing.assert_array_equal(getattr(kept[stage].best, name), getattr(one.best, name))
        table = one.tells.table(4)
        own = np.arange(4)
        table[:, own, 1 + own] = np.nan  # a class is not told from itself
        np.testing.assert_allclose(kept[stage].auc, table, atol=0.0021)
        spread = kept[stage].spread
        assert spread.n.tolist() == [7, *np.bincount(data.y, minlength=4)]
        sums = spread.share.sum(axis=2) / STEPS
        np.testing.assert_allclose(sums, np.broadcast_to(np.minimum(spread.n, 1), sums.shape), atol=8 / STEPS)
    assert np.isnan(kept["dense"].auc[2, :, 0]).tolist() == [False, False, False, True]


def test_what_is_found_is_written_beside_the_weights_the_same_each_time(tmp_path):
    state, split = NETWORK.state(0), Split(some(3), some(20, seed=5), ("a", "b", "c"))
    first, again = (keep(name, NETWORK, state, split, tmp_path) for name in ("one", "two"))
    assert first.name == "one.exciting.safetensors"
    assert first.read_bytes() == again.read_bytes()
    best = unpack(load(first.read_bytes()))["conv"].best
    values = outputs(NETWORK, state, split.test.x)["conv"][best.example[2], 2].reshape(9, -1)
    np.testing.assert_allclose(values[np.arange(9), best.cell[2]], best.value[2], rtol=1e-5)
