"""Undo and Reset on every page of knobs: widgets go back, and the address with them."""

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import blobs, meta, opened

from cnnviz.web.history import MOST_PAST, changed
from cnnviz.web.shell import KNOBS


def button(app: AppTest, label: str):
    return next(one for one in app.button if one.label == label)


CHANGES = {  # of each page: a number, and a choice that draws other widgets
    "convolution": ("stride", 2, "kernel", "typed"),
    "matrix": ("stride", 2, "form", "dX"),
    "pooling": ("stride", 3, "layer", "AdaptiveAvgPool"),
    "output_size": ("size", 9, "layer", "ConvTranspose"),
    "gating": ("maps", 6, "layer", "ReLU"),
    "normalisation": ("steps", 3, "layer", "Dropout"),
    "shapes": ("input_index", 5, "layer", "Permute"),
    "spectrogram": ("channel", 3, "stage", "conv1"),
}


START = {"convolution": {"out_channels": "2"}, "normalisation": {"momentum": "0.5"}, "gating": {"seed": "3"}}


def chosen(app: AppTest, key: str):
    return next(one for one in (*app.selectbox, *app.get("button_group")) if one.key == key)


@pytest.mark.parametrize("page", KNOBS)
def test_undo_steps_back_through_the_settings(page):
    key, value, choice, option = CHANGES[page]
    app = opened(page, **START.get(page, {}))
    begin, held = blobs(app), dict(app.query_params)
    first = app.number_input(key=key).value
    assert button(app, "Undo").disabled
    app.number_input(key=key).set_value(value).run()
    assert not button(app, "Undo").disabled
    after = blobs(app)
    chosen(app, choice).set_value(option).run()
    button(app, "Undo").click().run()
    assert not app.exception
    assert blobs(app) == after
    assert app.number_input(key=key).value == value
    button(app, "Undo").click().run()
    assert blobs(app) == begin
    assert app.number_input(key=key).value == first
    assert dict(app.query_params) == held
    assert button(app, "Undo").disabled


@pytest.mark.parametrize("page", KNOBS)
def test_reset_gives_the_scene_that_the_page_begins_with_and_is_undone_as_well(page):
    key, value, _, _ = CHANGES[page]
    bare = opened(page)
    fresh, held = blobs(bare), dict(bare.query_params)
    app = opened(page, **{key: str(value), "tab": "Explanation"})
    other = blobs(app)
    button(app, "Reset").click().run()
    assert not app.exception
    assert not app.warning
    assert blobs(app) == fresh
    assert dict(app.query_params) == held
    button(app, "Undo").click().run()
    assert blobs(app) == other
    assert app.query_params[key] == str(value)


def test_what_is_typed_comes_back_with_its_box():
    app = opened("convolution", kernel="typed", kernel_text="1 2 3")
    app.selectbox(key="kernel").set_value("box").run()
    app.run()
    button(app, "Undo").click().run()
    assert app.text_area(key="kernel_text").value == "1 2 3"


def test_a_look_at_another_tab_is_no_setting():
    app = opened("convolution")
    app.tabs  # noqa: B018 -- it is drawn
    app.session_state["tab"] = "Code"
    app.run()
    assert button(app, "Undo").disabled


def test_a_button_that_mends_is_undone():
    app = opened("convolution", kernel="random", groups="1")
    app.number_input(key="groups").set_value(2).run()
    app.button(key="fix0").click().run()
    assert not app.warning
    button(app, "Undo").click().run()
    assert app.number_input(key="groups").value == 2
    assert len(app.warning) == 1


def test_so_many_settings_are_kept():
    app = opened("shapes")
    for index in range(1, MOST_PAST + 3):
        app.number_input(key="input_index").set_value(index)
        app.run()
    assert len(app.session_state["_settings"]["shapes"]) == MOST_PAST


@pytest.mark.parametrize(
    ("before", "now", "other"),
    [({}, {}, False), ({"a": 1}, {"b": 2}, False), ({"a": 1}, {"a": 1, "b": 2}, False), ({"a": 1}, {"a": 2}, True)],
)
def test_only_what_both_have_can_be_another(before, now, other):
    assert changed(before, now) is other


def test_each_page_has_a_past_of_its_own():
    app = opened("convolution")
    app.number_input(key="stride").set_value(2).run()
    app.switch_page("pages/pooling.py").run()
    assert button(app, "Undo").disabled
    assert meta(blobs(app)[0])["title"].startswith("nn.MaxPool2d")


def test_the_page_of_networks_begins_anew_and_undo_brings_the_network_back():
    app = opened("network", net="Conv2d(1,2,3);ReLU()", shape="1, 8, 8", layer="1", seed="3")
    button(app, "Reset").click().run()
    assert not app.exception
    assert dict(app.query_params) == dict(opened("network").query_params)
    assert app.selectbox(key="preset").value == "lesson B"
    assert [one.value for one in app.number_input if one.key in ("layer", "seed")] == [0, 0]
    button(app, "Undo").click().run()
    assert app.query_params["net"] == "Conv2d(1,2,3);ReLU()"
