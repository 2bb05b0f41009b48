"""A picture of a whole network: one map of every stage, in its place, with torch's numbers and words that are text."""

import re
from io import BytesIO

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from cnnviz.core.layers import Conv, Dropout, Flatten, Linear, MaxPool, ReLU, Softmax
from cnnviz.export import Look, atlas
from cnnviz.export.atlas import ACROSS, montage
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import Network
from cnnviz.scenes.network import Glance, make_flow

NET = Network(
    (
        *(("conv", Conv(3, 6, (3, 3))), ("relu", ReLU()), ("pool", MaxPool((2, 2), (2, 2)))),
        *(("flat", Flatten()), ("drop", Dropout(0.5, training=True)), ("dense", Linear((6, 7, 6), 10))),
        ("soft", Softmax()),
    ),
    prefix="",
)
SHAPE = (3, 16, 14)
X = np.random.default_rng(0).uniform(size=SHAPE).astype(np.float32)


def blob(scale="picture"):
    glance = Glance(NET, SHAPE)
    run_network(NET, X[None], seed=1, full=(), see=glance)
    return make_flow(NET, X, scale, glance).to_bytes()


@pytest.fixture
def drawn(monkeypatch):
    """The figure that is saved."""
    kept = []
    save = mpl.figure.Figure.savefig
    monkeypatch.setattr(mpl.figure.Figure, "savefig", lambda self, *a, **k: kept.append(self) or save(self, *a, **k))
    return kept


def test_every_stage_has_its_map_with_torchs_numbers(drawn):
    atlas(blob(), Look(), 4, "seeds")
    done = run_network(NET, X[None], seed=1)
    maps = [axes.images[0].get_array() for axes in drawn[0].axes if axes.images]
    np.testing.assert_allclose(maps[0], X.transpose(1, 2, 0), atol=1e-6)
    for shown, name in zip(maps[1:4], ("conv", "relu", "pool"), strict=True):
        np.testing.assert_array_equal(shown, done[name].y[0, 4])
    for shown, name in zip(maps[4:6], ("flat", "drop"), strict=True):
        cells = np.ma.filled(shown, np.nan).ravel()
        np.testing.assert_array_equal(cells[: done[name].y.size], done[name].y.ravel())
    bars = [axes.patches for axes in drawn[0].axes if not axes.images and len(axes.patches) == 10]
    for found, name in zip(bars, ("dense", "soft"), strict=True):
        np.testing.assert_allclose([bar.get_width() for bar in found], done[name].y.ravel(), rtol=1e-6)


def test_a_channel_beyond_the_last_shows_the_last(drawn):
    atlas(blob("signed"), Look(), 99)
    maps = [axes.images[0].get_array() for axes in drawn[0].axes if axes.images]
    np.testing.assert_array_equal(maps[0], X[2])
    np.testing.assert_array_equal(maps[1], run_network(NET, X[None], seed=1)["conv"].y[0, 5])


def test_names_shapes_modes_and_the_title_are_text():
    words = re.findall(r">([^<>]+)</text>", atlas(blob(), Look(), 0, "a $5 photo & more", "svg").decode())
    for told in ("conv", "(1, 6, 14, 12)", "(1, 252), train", "channel 0 of 6", "a $5 photo &amp; more"):
        assert told in words
    assert any("free to reuse" in word for word in words)


@pytest.mark.parametrize("dark", [False, True])
def test_the_paper_is_that_of_the_theme(dark):
    picture = Image.open(BytesIO(atlas(blob(), Look(dark=dark, width_px=600)))).convert("RGB")
    assert picture.width == 600
    assert picture.getpixel((3, 3)) == ((14, 17, 23) if dark else (255, 255, 255))


def test_slices_lie_beside_each_other_and_what_is_missing_is_no_number():
    found = montage(np.arange(5, dtype=np.float32).reshape(5, 1, 1), 2)
    np.testing.assert_array_equal(found, [[0, 1], [2, 3], [4, np.nan]])
    slices = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    np.testing.assert_array_equal(montage(slices, 2), np.concatenate(slices, axis=1))


def test_stages_fill_rows():
    rows = -(-(1 + len(NET.stages)) // ACROSS)
    one = Image.open(BytesIO(atlas(blob(), Look(width_px=1000))))
    assert rows == 2
    assert 1.4 < one.width / one.height < 1.9
