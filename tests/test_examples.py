"""Examples with their labels."""

import numpy as np
import pytest

from cnnviz.core.examples import Examples
from cnnviz.core.geometry import GeometryError


def examples(n, labels=None):
    return Examples(np.arange(n, dtype=np.float32)[:, None], np.arange(n if labels is None else labels))


@pytest.mark.parametrize(("n", "most"), [(10, 4), (10, 10), (3, 9), (1797, 1000)])
def test_a_part_keeps_each_label_with_its_example_each_time_the_same(n, most):
    part = examples(n).part(most)
    assert len(part) == min(n, most)
    assert (part.x[:, 0] == part.y).all()
    assert (np.diff(part.y) > 0).all()
    assert (part.y == examples(n).part(most).y).all()


@pytest.mark.parametrize("labels", [np.arange(300) % 3, np.arange(300) // 100], ids=["in turns", "in rows"])
def test_a_part_has_all_classes_about_alike(labels):
    part = Examples(np.zeros((300, 1), np.float32), labels).part(100)
    assert (np.bincount(part.y, minlength=3) > 20).all()


def test_a_missing_label_is_said():
    with pytest.raises(GeometryError, match="3 examples and 2 labels"):
        examples(3, 2)


def test_events_are_told_from_classes():
    x = np.zeros((2, 1, 8, 4), np.float32)
    assert Examples(x, np.zeros((2, 3, 8), np.float32)).events
    assert not examples(2).events
