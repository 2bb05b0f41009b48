"""Drawings by hand: the word that holds them, the input that they are, and what a browser may say."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from test_pages import opened
from test_player_helpers import test_in_node as run_in_node

from cnnviz.inputs import SourceError
from cnnviz.inputs.drawn import INK, MOST_SIDE, Drawn, drawing, packed, resized, unpacked
from cnnviz.scenes.query import from_query, to_query
from cnnviz.web.components import component, sketch

levels = arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.integers(0, INK))
A_LINE = "3x3-3a3q3a"


@given(levels)
def test_a_word_holds_a_drawing(cells):
    text = packed(cells)
    np.testing.assert_array_equal(unpacked(text), cells)
    assert text.isascii()
    assert " " not in text


def test_a_word_is_short_and_can_be_read():
    cells = np.zeros((28, 28), np.uint8)
    cells[5:23, 14] = INK
    assert packed(cells) == "28x28-154a" + "q27a" * 17 + "q153a"
    assert packed(np.array([[1]], np.uint8)) == "1x1-b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2x2",
        "2x2-",
        "2x2-5a",  # five cells
        "2x2-3a",
        "2x2-aa2a",  # runs that are one
        "2x2-1a3b",  # one is not written
        "2x2-04a",
        "2x2-4r",  # no such level
        "2x2-4A",
        "02x2-4a",
        "0x4-a",
        "65x1-65a",
        "99x99-9801a",
        "2x2-4a ",
        "２x2-4a",
        "2x2-" + "a" * 100_000,
        "2x2-99999999999999999999a",
    ],
)
def test_a_word_that_is_no_drawing_is_refused(text):
    with pytest.raises(SourceError, match="Draw a new one"):
        unpacked(text)


def test_the_largest_drawing_is_read():
    noise = np.arange(MOST_SIDE**2).reshape(MOST_SIDE, MOST_SIDE) % (INK + 1)
    np.testing.assert_array_equal(unpacked(packed(noise.astype(np.uint8))), noise)


@given(levels, st.integers(1, 4))
def test_a_finer_grid_repeats_cells_and_a_coarser_one_gives_them_back(cells, times):
    fine = resized(cells, (cells.shape[0] * times, cells.shape[1] * times))
    np.testing.assert_array_equal(fine, cells.repeat(times, 0).repeat(times, 1))
    np.testing.assert_array_equal(resized(fine, cells.shape), cells)


def test_a_drawing_is_an_input_from_0_to_1():
    grid = Drawn(side=8, cells="8x8-20aq43a").grid()
    assert grid.values.shape == (1, 8, 8)
    assert grid.values[0, 2, 4] == 1
    assert grid.values.sum() == 1
    assert str(grid.caption) == "drawn by hand"
    assert str(Drawn().grid().caption) == "nothing is drawn yet"


def test_a_drawing_on_another_grid_follows_it():
    assert Drawn(side=28, cells=packed(np.full((8, 8), INK, np.uint8))).grid().values.min() == 1
    assert drawing("", (3, 5)).shape == (3, 5)


@pytest.mark.parametrize(
    "page", ["convolution", "pooling", "gating", "matrix", "normalisation", "shapes", "network", "spectrogram"]
)
def test_every_page_with_two_axes_takes_a_drawing(page):
    over = {"examples": "false"} if page == "normalisation" else {}
    said = from_query(page, {"input": "drawn", "input_cells": "8x8-20aq43a", **over})
    assert not said.odd
    made = said.made.make()
    source = (made[0] if isinstance(made, tuple) else made).input
    assert Drawn(cells="8x8-20aq43a") in (source, getattr(source, "whole", None))


def test_an_address_has_the_drawing_and_gives_it_back():
    query = {"input": "drawn", "input_side": "16", "input_cells": A_LINE}
    said = from_query("convolution", query)
    assert said.made.source() == Drawn(side=16, cells=A_LINE)
    assert to_query("convolution", said.made.make()) == query


def test_an_address_that_holds_no_drawing_says_so():
    said = from_query("convolution", {"input": "drawn", "input_cells": "8x8-q"})
    assert said.odd == {"input_cells": "8x8-q"}
    app = opened("convolution", input="drawn", input_cells="8x8-q")
    assert not app.exception
    assert app.warning[0].value.startswith("This is no drawing")


# --- what a browser says ---


@pytest.fixture
def tell(monkeypatch):
    """Mount a sketch of 2 by 2 cells and tell it something, as a browser would; what it was called with."""

    def tell_it(said: Any) -> list[str]:
        calls: list[str] = []
        mounted: dict[str, Any] = {}
        monkeypatch.setattr(component.st, "session_state", {"key": SimpleNamespace(drawn=said)})
        monkeypatch.setattr(sketch, "_mount", mounted.update)
        sketch.sketch("", (2, 2), "key", calls.append)
        mounted["on_drawn_change"]()
        return calls

    return tell_it


def test_a_stroke_is_heard(tell):
    assert tell({"cells": [0, 16, 3, 0]}) == ["2x2-aqda"]
    assert tell({"cells": [0, 0, 0, 0]}) == [""]


@pytest.mark.parametrize(
    "said",
    [
        *(None, "", "cells", 3, [], {}, [0, 0, 0, 0]),
        *({"cells": cells} for cells in (None, "0000", 4, {}, {0: 1}, [], [0, 0, 0], [0] * 5, [[0, 0], [0, 0]])),
        *({"cells": [0, 0, 0, odd]} for odd in (17, -1, 1.0, True, "1", None, [1], 10**30, float("nan"))),
    ],
    ids=repr,
)
def test_a_message_that_is_no_drawing_does_nothing(tell, said):
    assert tell(said) == []


def test_the_inks_own_arithmetic(tmp_path):
    run_in_node(Path(__file__).parent / "sketch" / "ink.test.mjs", tmp_path)
