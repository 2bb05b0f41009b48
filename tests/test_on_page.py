"""Which knobs need the widgets drawn anew: what a page notes of its questions is held to the widgets that it draws."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import opened

from cnnviz.web.fragments import ASKED

PAGES = [
    "convolution",
    "matrix",
    "pooling",
    "output_size",
    "gating",
    "normalisation",
    "shapes",
    "spectrogram",
    "network",
]
ALONE = {  # of each page: a knob that brings no other, and one that does
    "convolution": ("stride", "kernel"),
    "matrix": ("stride", "kernel"),
    "pooling": ("stride", "layer"),
    "output_size": ("size", "layer"),
    "gating": ("maps", "compare"),
    "normalisation": ("steps", "layer"),
    "shapes": ("input_index", "layer"),
    "spectrogram": ("channel", "weights"),
    "network": ("seed", "edit0_0_name"),  # from then on there is a way back
}
BACK = {"Undo", "Reset"}  # the page's own
MOVES = {"id", "value", "set_value", "default", "raw_value", "raw_values"}  # what a widget is, not how it looks


def looks(app: AppTest) -> list[Any]:
    """The widgets and captions in the sidebar, as the browser is told of them, whatever they are at."""
    seen = [one for one in app.sidebar if getattr(one, "label", "") not in BACK]
    return [told(one.proto) for one in seen if one.proto is not None]


def told(proto: Any) -> Any:
    return [(field.name, str(value)) for field, value in proto.ListFields() if field.name not in MOVES]


def turned(app: AppTest, key: str) -> None:
    """The widget of this key at its next value."""
    one = next(one for one in app.sidebar if getattr(one, "key", None) == key)
    match one.type:
        case "number_input":
            at = one.min if one.value is None else one.value
            one.set_value(at + one.step if one.max is None or at + one.step <= one.max else at - one.step).run()
        case "checkbox" | "toggle":
            one.set_value(not one.value).run()
        case "selectbox":
            one.select_index((one.index + 1) % len(one.options)).run()
        case "button_group":
            names = [option.content for option in one.proto.options]
            one.set_value(names[(names.index(one.value) + 1) % len(names)]).run()
        case "text_area" | "text_input":
            one.set_value(f"{one.value} 1").run()
    assert not app.exception


def knobs(page: str) -> list[str]:
    return [str(one.key) for one in opened(page).sidebar if getattr(one, "key", None)]


@pytest.mark.parametrize("page", PAGES)
def test_where_the_questions_are_the_same_so_are_the_widgets(page):
    app = opened(page)
    for key in knobs(page):
        if any(getattr(one, "key", None) == key for one in app.sidebar):
            before, seen = app.session_state[ASKED], looks(app)
            turned(app, key)
            assert before != app.session_state[ASKED] or seen == looks(app), key


@pytest.mark.parametrize("page", PAGES)
def test_the_questions_are_others_only_where_knobs_come_and_go(page):
    alone, other = ALONE[page]
    app = opened(page)
    before = app.session_state[ASKED]
    turned(app, alone)
    assert app.session_state[ASKED] == before
    turned(app, other)
    assert app.session_state[ASKED] != before
