"""Hostile addresses on every page: whatever its words are said to be, a page stands, with a sentence, within limits.

`make test` draws a few addresses of each page, and says every word of every page once without its page; `make fuzz`
draws many, and says every word to be all that is hostile.
"""

import random
from collections.abc import Mapping
from contextlib import suppress

import limits
import pytest
from examples import examples, fuzzing
from hostile import EVERYTHING
from hypothesis import given
from hypothesis import strategies as st
from limits import held
from test_pages import opened

from cnnviz.content.address import LinkError, pack
from cnnviz.scenes.query import PAGES, from_query, training
from cnnviz.scenes.query.form import Reader
from cnnviz.scenes.query.words import OneOf, Switch, Word
from cnnviz.text import Problem
from cnnviz.web.clean import clean, one_each
from cnnviz.web.site import TITLES
from cnnviz.web.vocabulary import words

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
    "matrix": [{"form": "dX", "dy": "cell"}, {"kernel": "typed"}],
    "training": [{"against": "optimiser"}, {"data": "events", "tab": "Judge"}],
    "home": [{}],
    "gallery": [{}],
    "network": [{"arguments": "true", "quiz": "shape"}, {"input": "random", "tab": "Code"}],
}

hostile = st.sampled_from(EVERYTHING) | st.text(max_size=20) | st.floats().map(str)
values = hostile.filter(lambda text: all(not "\ud800" <= one <= "\udfff" for one in text))


def test_every_page_is_tried():
    assert DRAWN.keys() == TITLES.keys()


@pytest.mark.parametrize("page", DRAWN)
@examples(PAGE)
@given(data=st.data())
def test_no_address_breaks_a_page(page, data):
    start = data.draw(st.sampled_from(DRAWN[page]))
    said = data.draw(st.dictionaries(st.sampled_from(sorted(words(page))), values, max_size=10))
    query: dict[str, str | list[str]] = {**start, **said}
    if data.draw(st.booleans()):  # with what besides stands in an address
        query |= {"amp;layer": "x", "tab": ["a", "b"], "dilatoin": "2", "utm_source": "\x07", "EMBED": "true"}
    with held(limits.PAGE):
        app = opened(page, **query)
    assert not app.exception
    assert all(len(one.value) < 1000 for one in app.warning)


@pytest.mark.parametrize("page", sorted(TITLES.keys() - {"home", "gallery"}))
def test_every_word_of_every_page_may_be_anything(page):
    """Alone, and under the first settings that draw it; the network or scene that is meant is made, but not run."""
    contexts = asking(page)
    assert len(contexts) > 5
    for word in sorted(words(page)):
        for value in EVERYTHING if fuzzing() else random.sample(EVERYTHING, 1):
            with held(limits.TEXT):
                said = clean({**{key: [text] for key, text in contexts.get(word, {}).items()}, word: [value]})
                with suppress(Problem):
                    make(page, said.known_to(words(page)).query)


def asking(page: str) -> dict[str, dict[str, str]]:
    """By word, the first address under which the page asks for it: one choice of a list after another is tried."""
    found: dict[str, dict[str, str]] = {}
    tried: list[dict[str, str]] = [{}]
    for query in tried:
        new = {key: word for key, word in asked(page, query).items() if key not in found}
        found |= dict.fromkeys(new, query)
        for key, word in new.items():
            options = word.options if isinstance(word, OneOf) else (True, False) if isinstance(word, Switch) else ()
            tried += [{**query, key: word.spell(option)} for option in options if len(query) < 3]
    return found


def asked(page: str, query: dict[str, str]) -> dict[str, Word]:
    """The words that a page asks for at an address."""
    reader = Reader(query)
    with suppress(Problem):
        (training.ask if page == "training" else PAGES[page].ask)(reader)
    return reader.asked


def make(page: str, query: Mapping[str, str]) -> None:
    """What an address means; told is what it cannot be."""
    if page == "training":
        training.ask(Reader(query))()
        return
    said = from_query(page, query)
    assert len(clean(one_each(query)).told(said.odd)) < 3000
    said.made.make()


@pytest.mark.parametrize("page", DRAWN)
def test_every_number_of_a_page_may_be_said_to_be_none(page):
    """The same value for all settings at once, so that none is left out."""
    numbers = {key for query in DRAWN[page] for key in (one.key for one in opened(page, **query).number_input) if key}
    found = sorted(numbers & words(page))
    assert bool(found) == (page not in ("home", "gallery"))
    for text in ("inf", "9" * 400):
        app = opened(page, **dict.fromkeys(found, text))
        assert not app.exception
        assert len(app.warning) == bool(found)


@given(query=st.dictionaries(st.sampled_from(["embed", "EMBED", "embed_options", "stride", "s", "tab"]), st.text()))
@examples(PAGE)
def test_no_packed_address_breaks_a_page(query):
    try:
        packed = pack(query)
    except LinkError:
        return
    assert not opened("pooling", s=packed).exception
