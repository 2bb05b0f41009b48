"""Step and pinned cell in a link: written when a step is shared, strictly read back, and of one scene alone."""

import json

import numpy as np
import pytest
from asking import request_of
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest
from test_pages import blobs, meta, opened

from cnnviz.cli.open_link import asked, staged_at
from cnnviz.core.layers import Conv
from cnnviz.export import ExportError
from cnnviz.inputs.samples import Digit
from cnnviz.scenes.blob import Scene
from cnnviz.scenes.build import show
from cnnviz.scenes.opening import MOST_STEPS, Opening, opened_at, opening

PIN = "output-0-0-2-3"
places = st.builds(
    Opening,
    st.none() | st.integers(0, MOST_STEPS - 2),
    st.sampled_from(["", PIN, "input-1-0-2-3", "kernel-0-1-0-2-2"]),
    st.sampled_from([(), (("scale", "map"),), (("view", "gather"), ("strength", "0.50"), ("enlarged", "2"))]),
)


@given(where=places)
def test_a_place_comes_back_from_its_words(where):
    assert opening(where.words()) == (where, {})


@pytest.mark.parametrize("step", ["", "0", "-1", "1.5", "05", " 5", "٣", "1e3", "9" * 12, "five"])
@pytest.mark.parametrize(
    "pin", ["", "output", "output-0", "gate-0-0-2-3", "output-0-0-2-3-4-5-6", "output-0-0-2-x", "<b>"]
)
def test_what_is_no_place_is_named(step, pin):
    assert opening({"step": step, "pin": pin}) == (Opening(), {"step": step, "pin": pin})


@given(where=places)
def test_a_blob_that_opens_elsewhere_holds_the_same_scene(where):
    blob = show(request_of(Conv(), Digit(), "sobel_x")).blob
    moved = opened_at(blob, where)
    assert Scene.from_bytes(moved).meta == Scene.from_bytes(blob).meta | {
        "opens": {"step": where.step, "pin": where.pin, "look": dict(where.look)}
    }
    for name, tensor in load(blob).items():
        np.testing.assert_array_equal(load(moved)[name], tensor)


# --- on a page ---


def test_a_link_opens_the_player_at_its_step():
    app = opened("convolution", step="5", pin=PIN, stride="2")
    assert not app.exception
    assert not app.warning
    assert meta(blobs(app)[0])["opens"] == {"step": 4, "pin": PIN, "look": {}}
    assert app.query_params == {"stride": "2", "step": "5", "pin": PIN}


def test_another_scene_begins_without_them():
    app = opened("convolution", step="5", pin=PIN)
    app.run()
    assert app.query_params == {"step": "5", "pin": PIN}
    app.number_input(key="stride").set_value(2).run()
    assert not {"step", "pin"} & set(app.query_params)
    assert "opens" not in meta(blobs(app)[0])


def test_what_is_no_step_is_said():
    app = opened("pooling", step="1e9", pin="output-x")
    assert ["step = 1e9, pin = output-x, which cannot be set" in one.value for one in app.warning] == [True]
    assert not app.query_params
    with pytest.raises(ExportError, match="step = 0"):
        asked("pooling?step=0")


def test_of_two_players_the_one_that_leads_is_opened_there():
    first, second = blobs(opened("pooling", step="3"))
    assert "opens" in meta(first)
    assert "opens" not in meta(second)


def test_of_two_players_both_have_the_pin_and_the_look():
    first, second = (meta(blob)["opens"] for blob in blobs(opened("pooling", step="3", pin=PIN, look="scale-map")))
    assert first == {"step": 2, "pin": PIN, "look": {"scale": "map"}}
    assert second == first | {"step": None}


@pytest.mark.parametrize("look", ["scale-nope", "speed-4", "strength-2", "scale-map_scale-map_x", "enlarged--1", "<b>"])
def test_a_look_that_no_knob_has_is_named(look):
    _, odd = opening({"look": look})
    assert odd == {"look": look}


def test_a_question_is_asked_still_where_a_link_has_a_step():
    app = opened("convolution", stride="2", step="5", pin=PIN, look="coverage-on", tab="Code")
    assert any("is every cell read?" in one.value for one in app.get("html"))


SENT = {"step": 4, "at": 7, "pin": PIN}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (SENT, {"step": "8", "pin": PIN}),
        (SENT | {"pin": ""}, {"step": "8"}),
        (
            SENT | {"look": {"strength": "0.30", "scale": "map"}},
            {"step": "8", "pin": PIN, "look": "scale-map_strength-0.30"},
        ),
        (SENT | {"look": {"scale": 3, "speed": "4", "hand": "open" * 99}}, {"step": "8", "pin": PIN}),
        (SENT | {"look": ["scale"]}, {"step": "8", "pin": PIN}),
        ({"step": 4}, {}),
        (SENT | {"at": True, "pin": 3}, {}),
        (SENT | {"at": -1, "pin": "output-" + "9" * 99}, {}),
        (SENT | {"at": "7", "pin": ["output"]}, {}),
        (SENT | {"at": 10**12}, {"pin": PIN}),
    ],
    ids=json.dumps,
)
def test_a_step_that_is_shared_stands_in_the_address(sent, words):
    def script(sent):
        import streamlit as st  # noqa: PLC0415 -- it runs as a script of its own

        from cnnviz.web.components.player import hold  # noqa: PLC0415

        st.query_params.update({"step": "2", "pin": "input-0-0-0-0"})
        hold(sent)

    app = AppTest.from_function(script, kwargs={"sent": sent}).run()
    assert not app.exception
    assert app.query_params == words


def test_a_picture_begins_at_the_step_of_the_link():
    app = opened("convolution", step="5", tab="Share")
    assert [one.value for one in app.number_input if one.label == "step"] == [5]
    assert staged_at("convolution?step=5").step == 4
    assert staged_at("convolution?step=900").step == 35
    assert staged_at("convolution?layer=ConvTranspose&step=5").step == 99  # of stamps all
