"""Hostile addresses on every page: whatever its settings are said to be, a page stands, with a sentence.

`make test` draws a few addresses, `make fuzz` many.
"""

from functools import cache

import pytest
from examples import examples
from hostile import EVERYTHING
from hypothesis import given
from hypothesis import strategies as st
from test_pages import opened
from test_vocabulary import bound

from cnnviz.content.address import LinkError, pack

PAGE = 0.2  # an example is a whole page

# Settings that draw widgets of their own, one run each.
DRAWN = {
    "convolution": [{"kernel": "typed", "per_axis": "true"}, {"layer": "ConvTranspose", "input": "typed"}],
    "pooling": [{"per_axis": "true"}, {"layer": "LPPool"}, {"layer": "AdaptiveMaxPool"}],
    "output_size": [{}, {"layer": "ConvTranspose"}],
    "gating": [{"layer": "LeakyReLU", "compare": "ELU"}, {"layer": "Mask"}],
    "normalisation": [{}, {"layer": "Dropout"}, {"layer": "LayerNorm"}],
    "shapes": [{"layer": "Linear"}, {"layer": "Permute"}],
    "spectrogram": [{"blocks": "true", "log_mel": "true", "compare": "setting", "input_seconds": "1"}],
    "network": [{"arguments": "true", "quiz": "shape"}, {"input": "random", "tab": "Code"}],
}

hostile = st.sampled_from(EVERYTHING) | st.text(max_size=20) | st.floats().map(str)
values = hostile.filter(lambda text: all(not "\ud800" <= one <= "\udfff" for one in text))


@cache
def keys(page: str) -> list[str]:
    """Names of the widgets that are bound to the address of a page, under a few of its settings."""
    return sorted(set().union(*(bound(opened(page, **query)) for query in DRAWN[page])))


@pytest.mark.parametrize("page", DRAWN)
@examples(PAGE)
@given(data=st.data())
def test_no_address_breaks_a_page(page, data):
    start = data.draw(st.sampled_from(DRAWN[page]))
    said = data.draw(st.dictionaries(st.sampled_from(keys(page)), values, min_size=5, max_size=10))
    query: dict[str, str | list[str]] = {**start, **said}
    if data.draw(st.booleans()):  # with what besides stands in an address
        query |= {"amp;layer": "x", "tab": ["a", "b"], "dilatoin": "2", "utm_source": "\x07", "EMBED": "true"}
    app = opened(page, **query)
    assert not app.exception
    assert all(len(one.value) < 1000 for one in app.warning)


@pytest.mark.parametrize("page", DRAWN)
def test_every_number_of_a_page_may_be_said_to_be_none(page):
    """The same value for all settings at once, so that none is left out."""
    numbers = {key for query in DRAWN[page] for key in (one.key for one in opened(page, **query).number_input) if key}
    found = sorted(numbers & set(keys(page)))
    assert found
    for text in ("inf", "9" * 400):
        app = opened(page, **dict.fromkeys(found, text))
        assert not app.exception
        assert len(app.warning) == 1


@given(query=st.dictionaries(st.sampled_from(["embed", "EMBED", "embed_options", "stride", "s", "tab"]), st.text()))
@examples(PAGE)
def test_no_packed_address_breaks_a_page(query):
    try:
        packed = pack(query)
    except LinkError:
        return
    assert not opened("pooling", s=packed).exception
