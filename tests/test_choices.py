"""Choices and tabs are shown in the reader's words, and stand in the address in the same spelling for all readers."""

import re
from functools import cache
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import blobs, opened, scene

from cnnviz.core.settings import knobs
from cnnviz.inputs.datasets.fashion_mnist import CLASSES as CLOTHES
from cnnviz.inputs.spectrogram import Spectrogram
from cnnviz.networks.training.optimisers import OPTIMISERS
from cnnviz.networks.training.recipe import Recipe
from cnnviz.scenes.query import PAGES, training
from cnnviz.scenes.query.exciting import TELLS, ask_tells
from cnnviz.scenes.query.fields import fields
from cnnviz.scenes.query.form import Reader
from cnnviz.scenes.query.labels import LABELS, label
from cnnviz.scenes.query.words import OneOf
from cnnviz.text import speaking
from cnnviz.text.catalogue import OPEN
from cnnviz.web.quiz import ASKED

PSEUDO = "en-XA"
TABS = {
    *("Explanation", "Code", "Compare", "Share", "Weights", "Running statistics"),
    *("Stages", "Files", "Run", "Paste code", "Judge"),
}
# Torch's and Python's, of data sets, files, published networks, and after people.
NAMES = {name for page in PAGES.values() for name in page.layers} | {*OPTIMISERS, *knobs(Recipe)["start"].choices}
NAMES |= {
    *("fashion-mnist", "fashion-mnist-32", "signals-shuffled", "china.jpg", "flower.jpg"),
    *("LeNet-5", "VGG16", "AlexNet, torchvision", "Grad-CAM", "Toeplitz", "htk", "slaney", "sobel_x", "sobel_y"),
    *("rgb", "same", "valid", "dX", "dW", "db", "dX_padded", "dsignal", "dgate"),
}
# What no single option brings up.
DEEPER = [
    ("spectrogram", {"view": "attribution", "method": "Grad-CAM"}),
    ("network", {"view": "attribution", "method": "Grad-CAM"}),
]


@cache
def choices() -> list[OneOf]:
    """Every choice that a page asks for as it begins, or when one option of another is taken."""
    found: dict[OneOf, None] = {}
    for page in [*PAGES, "training"]:
        for word in (first := of(page, {})):
            for option in word.options:
                found |= dict.fromkeys(of(page, {word.key: str(option)}))
        found |= dict.fromkeys(first)
    for page, words in DEEPER:
        found |= dict.fromkeys(of(page, words))
    ask_tells(reader := Reader({TELLS: "bag"}), [*CLOTHES])  # no address knows what excites the channels
    of_an_array = [field.words[0] for field in fields(Spectrogram, 2)]  # nor a file
    return [*found, *(word for word in (*reader.asked.values(), *of_an_array) if isinstance(word, OneOf))]


def of(page: str, words: dict[str, str]) -> list[OneOf]:
    """The choices that an address is asked for."""
    reader = Reader(words)
    (training.ask if page == "training" else PAGES[page].ask)(reader)
    return [word for word in reader.asked.values() if isinstance(word, OneOf)]


def test_every_option_is_a_message_or_a_name():
    options = {one for word in choices() if not word.names for one in word.options if isinstance(one, str)}
    said = {one for one in options if re.search("[A-Za-z]{2}", one)}
    assert len(said) > 150
    assert said - {*LABELS} - NAMES == set()


def test_every_label_is_that_of_an_option_or_a_tab():
    options = {str(one) for word in choices() if not word.names for one in word.options}
    assert {*LABELS} - options - TABS - {*ASKED} == set()


def test_a_layers_own_none_is_no_word_of_ours():
    approximate, schedule = ({word.key: word for word in choices()}[key] for key in ("approximate", "schedule"))
    with speaking(PSEUDO):
        assert approximate.labels()["none"] == "none" != schedule.labels()["none"] == label("none")


# --- addresses ---

AWAY = {"upload", "microphone", "checkpoint", "file", "own", "typed", "drawn"}  # options without a scene as they begin


def chosen(app: AppTest) -> dict[str, str]:
    """What every choice is that the address holds, by its label."""
    asked = (*app.selectbox, *app.get("button_group"))
    return {one.key: said(one) for one in asked if not re.match("_|edit|kind$|mode", one.key)}


def said(choice: Any) -> str:
    return "" if choice.value is None else choice.format_func(choice.value)


def first(choice: Any) -> str:
    """As it is where the address says nothing."""
    default = choice.proto.default
    at = [*default] if choice.type == "button_group" else [default]
    return choice.options[at[0]] if at else ""


def address(app: AppTest) -> dict[str, str]:
    """What it says, but for the language."""
    return {key: text for key, text in app.query_params.items() if key != "lang"}


def numbers(app: AppTest) -> list[bytes]:
    """All that is on stage, without words."""
    return [scene(blob)[1] for blob in blobs(app) if blob]


@pytest.mark.parametrize("page", [*PAGES, "training"])
def test_an_address_says_the_same_in_every_language(page):
    app = opened(page, lang=PSEUDO)
    with speaking(PSEUDO):
        spelled = {label(one): one for one in LABELS}
    for one in (*app.selectbox, *app.get("button_group")):
        known = [spelled[words] for words in one.options if words in spelled]
        options = [option for option in known if option != one.value and option not in AWAY]
        if one.key in chosen(app) and options:
            assert not one.proto.query_param_key
            one.set_value("ramp" if "ramp" in options else options[0])
    app.run()
    assert not app.exception
    now, told = chosen(app), address(app)
    for one in (*app.selectbox, *app.get("button_group")):
        if one.key in now and any(OPEN in words for words in one.options):
            assert told.get(one.key) == (None if said(one) == first(one) else one.value), one.key
    again, english = opened(page, lang=PSEUDO, **told), opened(page, **told)
    for other in (again, english):
        assert not other.exception
        assert ":material/link_off:" not in [one.icon for one in other.warning]  # what an address cannot say
        assert address(other) == told
    assert chosen(again) == now
    assert {one.key: one.value for one in again.selectbox} == {one.key: one.value for one in english.selectbox}
    assert numbers(again) == numbers(english)


def test_an_open_tab_stands_in_the_address_by_its_name():
    app = opened("pooling", lang=PSEUDO, tab="Code")
    with speaking(PSEUDO):
        code, sharing = label("Code"), label("Share")
    assert (app.session_state["tab"], address(app)) == (code, {"tab": "Code"})
    app.session_state["tab"] = "Share"  # as a player's button has it
    app.run()
    assert (app.session_state["tab"], address(app)) == (sharing, {"tab": "Share"})
