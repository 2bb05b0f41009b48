"""Examples with their labels."""

import numpy as np
import pytest

from cnnviz.core.examples import Examples
from cnnviz.core.geometry import GeometryError


def examples(n, labels=None):
    return Examples(np.arange(n, dtype=np.float32)[:, None], np.arange(n if labels is None else labels))


@pytest.mark.parametrize(("n", "most"), [(10, 4), (10, 10), (3, 9), (1797, 1000)])
def test_a_part_keeps_each_label_with_its_example_and_spreads_over_all(n, most):
    part = examples(n).part(most)
    assert len(part) == min(n, most)
    assert (part.x[:, 0] == part.y).all()
    assert len(set(part.y)) == len(part)
    assert part.y[0] == 0
    assert part.y[-1] >= n - 1 - n // most


def test_a_missing_label_is_said():
    with pytest.raises(GeometryError, match="3 examples and 2 labels"):
        examples(3, 2)


def test_events_are_told_from_classes():
    x = np.zeros((2, 1, 8, 4), np.float32)
    assert Examples(x, np.zeros((2, 3, 8), np.float32)).events
    assert not examples(2).events
