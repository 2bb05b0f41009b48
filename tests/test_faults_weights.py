"""Files of trained weights that are missing or damaged: pages open with random ones, and one sentence says so."""

import shutil
from importlib import import_module

import pytest
from test_pages import blobs, opened

from cnnviz.core.cache import TOGETHER
from cnnviz.core.layers import BatchNorm
from cnnviz.core.machine import MachineError
from cnnviz.scenes import shipped
from cnnviz.scenes.exciting import kept
from cnnviz.scenes.query import bare, front
from cnnviz.scenes.shipped.lost import first_lost

CARD = import_module("cnnviz.scenes.shipped.card")  # behind a function of the same name
SOURCE = CARD.WEIGHTS
PAGES = {
    "network": {},
    "spectrogram": {},
    "gating": {"weights": "trained"},
    "normalisation": {"weights": "trained"},
    "convolution": {"kernel": "trained"},
}
CACHES = (
    *(shipped.cards, shipped.card, shipped.state, shipped.suiting, shipped.lost, first_lost),
    *(kept.answers_of, front.all_fronts, bare.bare),
)


def anew():
    TOGETHER.forget()
    for one in CACHES:
        one.cache_clear()


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """A copy of all files that may be broken."""
    folder = tmp_path / "weights"
    shutil.copytree(SOURCE, folder)
    for module in (CARD, kept):
        monkeypatch.setattr(module, "WEIGHTS", folder)
    anew()
    yield folder
    anew()


def cut(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file):
    """One bit of the last number."""
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


BREAK = {
    "cut": cut,
    "flipped": flip,
    "missing": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
}


def said(app):
    return [one.value for one in app.warning if "missing or damaged" in one.value]


@pytest.mark.parametrize("way", BREAK)
def test_each_way_to_break_a_file_is_found(way, weights):
    BREAK[way](weights / "digits-600.safetensors")
    assert shipped.lost() == ("digits-600.safetensors",)
    assert "digits" not in shipped.cards() and "lenet5" in shipped.cards()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"moments": 3}', '{"moments": [{"x": 1}]}', b"\xff\xfe"])
def test_each_way_to_break_a_card_is_found(text, weights):
    (weights / "digits.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert shipped.lost() == ("digits.json",)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_trained_weights_says_so_and_shows_random_ones(page, weights):
    for file in weights.glob("*.safetensors"):
        cut(file)
    app = opened(page, **PAGES[page])
    assert not app.exception and len(said(app)) == 1 and blobs(app)
    assert said(app)[0].startswith("weights/")
    assert not said(opened("pooling"))


def test_one_lost_file_leaves_the_others(weights):
    cut(weights / "desed-glu-400.safetensors")
    app = opened("normalisation", weights="trained", from_recipe="desed-glu")
    assert not app.exception and len(said(app)) == 1 and blobs(app)
    assert "desed-glu" not in app.selectbox(key="from_recipe").options


@pytest.mark.parametrize("way", ["cut", "missing"])
def test_without_what_excites_the_channels_all_else_is_there(way, weights):
    for file in weights.glob("*.exciting.safetensors"):
        BREAK[way](file)
    app = opened("network")
    assert not app.exception and len(said(app)) == 1 and blobs(app)


def test_a_file_that_is_lost_later_is_told_and_the_stage_stays(weights):
    app = opened("normalisation", weights="trained")
    before = blobs(app)
    name = app.session_state["from_recipe"]
    other = next(one for one in front.fronts(BatchNorm) if one != name)
    cut(weights / shipped.card(other).moments[-1].file)
    shipped.state.cache_clear()
    with pytest.raises(MachineError, match="missing or damaged"):
        shipped.state(other)
    app.selectbox(key="from_recipe").set_value(other).run()
    assert not app.exception and len(said(app)) == 1
    assert len(blobs(app)) == len(before)


@pytest.mark.parametrize("page", PAGES)
def test_who_comes_after_files_were_lost_is_told_too(page, weights):
    shipped.lost()  # all was well
    for file in weights.glob("*.safetensors"):
        file.unlink()
    app = opened(page, **PAGES[page])
    assert not app.exception and len(said(app)) == 1
