"""Each page knows the words of its address: those of all widgets that any of its settings draws, and no others."""

import pytest
from test_pages import LAYERS, opened

from cnnviz.content.gallery import SECTIONS
from cnnviz.content.presets import (
    CARDS,
    CONVOLUTION,
    GATING,
    MATRIX,
    NETWORKS,
    NORMALISATION,
    POOLING,
    SHAPES,
    SPECTROGRAM,
    TRAINING,
)
from cnnviz.core.layers import KINDS
from cnnviz.scenes.query import PAGES
from cnnviz.web.clean import clean, one_each, spread
from cnnviz.web.vocabulary import OWN, words


@pytest.mark.parametrize(("page", "layer"), [(page, layer) for page, layers in LAYERS.items() for layer in layers])
def test_every_widget_that_is_bound_is_a_word_of_its_page(page, layer):
    """A forgotten word would be thrown out of every link that holds it."""
    ndim = ("2d", "3d", "1d")[len(layer) % 3]
    app = opened(page, layer=layer, ndim=ndim, per_axis="true", kernel="typed", compare=layer)
    assert bound(app) <= words(page)


@pytest.mark.parametrize(("page", "key"), [("gating", "stride"), ("convolution", "momentum"), ("pooling", "groups")])
def test_a_word_of_another_page_is_unknown(page, key):
    assert key in clean({key: ["2"]}).known_to(words(page)).unknown


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("spectrogram", {"blocks": "true", "log_mel": "true", "compare": "setting", "input_seconds": "1"}),
        ("spectrogram", {"input": "upload", "compare": "sound", "network": "checkpoint"}),
        ("network", {"arguments": "true", "quiz": "shape", "tab": "Code", "input": "random"}),
        ("convolution", {"input": "upload", "kernel": "random"}),
        ("matrix", {"form": "dX", "dy": "cell", "kernel": "typed", "per_axis": "true"}),
        ("matrix", {"form": "dW", "dy": "target", "kernel": "random", "ndim": "3d"}),
        ("normalisation", {"input": "typed"}),
    ],
)
def test_so_is_what_is_bound_elsewhere(page, query):
    assert bound(opened(page, **query)) <= words(page)


def bound(app) -> set[str]:
    with app.session_state._state.query_params() as params:
        return set(params._bindings_by_param)


ASKED = [*CONVOLUTION, *MATRIX, *POOLING, *GATING, *NORMALISATION, *SHAPES, *SPECTROGRAM, *NETWORKS, *TRAINING]
OURS = [*ASKED, *CARDS, *(one for part in SECTIONS.values() for one in part)]


@pytest.mark.parametrize("link", OURS, ids=lambda link: link.address)
def test_every_link_of_our_own_is_made_of_words_that_its_page_knows(link):
    found = spread(one_each(link.params)).known_to(words(link.page))
    assert found.query == link.params
    assert found.told({}) == ""


@pytest.mark.parametrize("page", OWN)
def test_every_setting_of_a_page_may_be_said_to_be_nothing(page):
    app = opened(page)
    assert not opened(page, **dict.fromkeys(bound(app) - {"input"}, "")).exception


def test_every_kind_of_layer_belongs_to_a_page():
    """But those of networks alone, and `MaxUnpool`, which is told by the pooling that it undoes."""
    listed = {kind for page in PAGES.values() for kind in page.layers.values()}
    alone = {"max_unpool", "upsampling_nearest", "upsampling_bilinear", "alpha_dropout", "feature_alpha_dropout"}
    assert {name for name, kind in KINDS.items() if kind not in listed} == alone
