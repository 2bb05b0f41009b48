"""F1 in segments: counted by hand, and against scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from cnnviz.networks.segments import f1, heard, segments


@given(seed=st.integers(0, 99), frames=st.integers(1, 40), frame=st.sampled_from([0.016, 0.02, 0.1, 0.25]))
def test_a_segment_is_active_if_any_frame_centred_in_it_is(seed, frames, frame):
    active = np.random.default_rng(seed).random((2, 3, frames)) < 0.2
    made = segments(active, frame)
    places = [int(t * frame / 0.1 + 1e-9) for t in range(frames)]
    for column, place in enumerate(dict.fromkeys(places)):
        inside = [t for t in range(frames) if places[t] == place]
        np.testing.assert_array_equal(made[:, :, column], active[:, :, inside].any(axis=2))


@given(seed=st.integers(0, 99))
def test_f1_is_that_of_scikit_learn(seed):
    found, true = np.random.default_rng(seed).random((2, 4, 3, 20)) < 0.5
    expected = [f1_score(true[:, one].ravel(), found[:, one].ravel()) for one in range(3)]
    np.testing.assert_allclose(f1(found, true), expected)


def test_a_class_that_is_neither_there_nor_heard_has_no_f1():
    assert np.isnan(f1(np.zeros((1, 1, 4), bool), np.zeros((1, 1, 4), bool))).all()


@pytest.mark.parametrize(("frames", "expected"), [(4, [1, 1, 0, 0]), (5, [1, 1, 0, 0, 0])])
def test_a_pooled_frame_stands_for_all_that_it_pools(frames, expected):
    np.testing.assert_array_equal(heard(np.array([[[0.0, -0.1]]]), frames)[0, 0], np.array(expected, bool))
