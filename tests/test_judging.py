"""How good a network is, held against scikit-learn's metrics and torch's losses, on random answers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from torch.nn import functional as F

from cnnviz.core.examples import Examples
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Flatten, Linear
from cnnviz.networks.network import Network
from cnnviz.networks.segments import segments
from cnnviz.networks.training.judging import judge, judged, judged_events

seeds = st.integers(0, 2**32 - 1)
NET = Network((("0", Flatten()), ("1", Linear((4, 1, 1), 3))), prefix="")


def answers(seed: int, n: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and classes of which some may be missing."""
    random = np.random.default_rng(seed)
    scores = (3 * random.standard_normal((n, classes))).astype(np.float32)
    return scores, random.integers(0, classes, n)


@given(seeds, st.integers(1, 60), st.integers(2, 7))
def test_confusion_and_accuracy_are_those_of_scikit_learn(seed, n, classes):
    scores, y = answers(seed, n, classes)
    found, said, all_ = judged(scores, y), scores.argmax(1), range(classes)
    np.testing.assert_array_equal(found.confusion, metrics.confusion_matrix(y, said, labels=all_))
    assert found.accuracy == pytest.approx(metrics.accuracy_score(y, said))
    how = {"labels": all_, "average": None, "zero_division": np.nan}
    np.testing.assert_allclose(found.by_class, metrics.recall_score(y, said, **how))


@given(seeds, st.integers(1, 60), st.integers(2, 7))
def test_losses_and_shares_are_torchs(seed, n, classes):
    scores, y = answers(seed, n, classes)
    found, x = judged(scores, y), torch.from_numpy(scores)
    each = F.cross_entropy(x, torch.from_numpy(y), reduction="none")
    np.testing.assert_allclose(found.losses, each, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found.shares, x.softmax(1), rtol=1e-5, atol=1e-7)
    assert found.loss == pytest.approx(F.cross_entropy(x, torch.from_numpy(y)).item(), rel=1e-4, abs=1e-6)


@given(seeds, st.integers(1, 60), st.integers(1, 9))
def test_the_most_wrong_are_wrong_and_nobody_else_is_worse(seed, n, most):
    scores, y = answers(seed, n, 4)
    found = judged(scores, y)
    chosen = found.most_wrong(most)
    wrong = {i for i in range(n) if scores[i].argmax() != y[i]}
    assert len(chosen) == min(most, len(wrong))
    assert set(chosen) <= wrong
    losses = [found.losses[i] for i in chosen]
    assert losses == sorted(losses, reverse=True)
    assert all(found.losses[i] <= losses[-1] for i in wrong - set(chosen))


@given(seeds, st.integers(1, 4), st.integers(1, 5), st.integers(1, 12), st.integers(1, 3), st.integers(0, 2))
def test_of_events_f1_in_segments_is_that_of_scikit_learn(seed, n, classes, own, span, left):
    random = np.random.default_rng(seed)
    scores = random.standard_normal((n, classes, own)).astype(np.float32)
    frames = own * span + min(left, own - 1)
    y = (random.random((n, classes, frames)) < 0.3).astype(np.float32)
    found = judged_events(scores, y, frame=0.03)
    heard = np.zeros((n, classes, frames), bool)
    heard[:, :, : own * span] = np.repeat(scores > 0, span, 2)
    true, said = (np.moveaxis(segments(one, 0.03), 1, 2).reshape(-1, classes) for one in (y > 0, heard))
    for c in range(classes):  # each class alone, for scikit-learn has no several labels of one class
        expected = metrics.f1_score(true[:, c], said[:, c], zero_division=np.nan)
        assert found.by_class[c] == pytest.approx(expected, nan_ok=True)


@given(seeds, st.integers(1, 4), st.integers(1, 3), st.integers(1, 6), st.integers(1, 3))
def test_of_events_losses_are_those_that_training_takes(seed, n, classes, own, span):
    random = np.random.default_rng(seed)
    scores = (4 * random.standard_normal((n, classes, own))).astype(np.float32)
    y = (random.random((n, classes, own * span)) < 0.4).astype(np.float32)
    found = judged_events(scores, y, frame=0.02)
    target = F.max_pool1d(torch.from_numpy(y), span)
    each = F.binary_cross_entropy_with_logits(torch.from_numpy(scores), target, reduction="none").mean((1, 2))
    np.testing.assert_allclose(found.losses, each, rtol=1e-4, atol=1e-6)


def test_a_class_that_is_neither_there_nor_heard_is_left_out_of_the_macro_mean():
    y = np.zeros((1, 3, 4), np.float32)
    y[0, 0] = 1
    scores = np.where(y > 0, 5, -5).astype(np.float32)
    scores[0, 1] = 5
    assert judged_events(scores, y, 0.1).macro == 0.5
    assert np.isnan(judged_events(-5 + 0 * scores, 0 * y, 0.1).macro)


def test_a_network_is_judged_by_its_own_answers():
    x = np.random.default_rng(0).standard_normal((9, 1, 2, 2)).astype(np.float32)
    weight = np.random.default_rng(1).standard_normal((3, 4)).astype(np.float32)
    state = {"1.weight": weight, "1.bias": np.zeros(3, np.float32)}
    said = (x.reshape(9, 4) @ weight.T).argmax(1)
    found = judge(NET, state, Examples(x, (said + (np.arange(9) == 4)) % 3))
    assert found.accuracy == pytest.approx(8 / 9)
    assert found.most_wrong(5) == [4]


def test_no_examples_and_scores_that_do_not_fit_are_refused():
    state = {"1.weight": np.zeros((3, 4), np.float32), "1.bias": np.zeros(3, np.float32)}
    with pytest.raises(GeometryError, match="There are no examples"):
        judge(NET, state, Examples(np.zeros((0, 1, 2, 2), np.float32), np.zeros(0, np.int64)))
    with pytest.raises(GeometryError, match="one number for each class"):
        judge(NET, state, Examples(np.zeros((1, 1, 2, 2), np.float32), np.array([3])))
    with pytest.raises(GeometryError, match="each class and frame"):
        judge(NET, state, Examples(np.zeros((1, 1, 2, 2), np.float32), np.zeros((1, 3, 4), np.float32)))
