"""Which part of a page a change asks for, and how few messages come of it; without a browser."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest, local_script_runner
from test_pages import opened

from cnnviz.web import network_session as builder
from cnnviz.web.widgets import KNOBS, LOOKS, STAGE

NET = {"net": "Conv2d(1,4,3);ReLU();Flatten();Linear(144,5)", "shape": "1, 8, 8", "weights": "torch", "seed": "3"}
SOUND = {"input": "log-mel", "input_seconds": "1", "weights": "random"}
LAYER = "edit0_0_out_channels"


class Told:
    """What an app tells its browser, and what asks for which part of it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch, self.sent = patch, list[ForwardMsg]()
        self.asks: dict[str, str] = {}  # fragments by ids of widgets and components
        enqueue = ForwardMsgQueue.enqueue

        def heard(queue: ForwardMsgQueue, message: ForwardMsg) -> None:
            self.sent.append(message)
            element = message.delta.new_element
            if kind := element.WhichOneof("type"):
                self.asks[getattr(getattr(element, kind), "id", "")] = message.delta.fragment_id
            enqueue(queue, message)

        patch.setattr(ForwardMsgQueue, "enqueue", heard)

    def open(self, page: str, **words: str) -> AppTest:
        self.app = opened(page, **words)
        self.app.session_state[builder.PAST] = [("ReLU()", "")]
        self.app.run()  # there is a way back
        return self.app

    def asked(self, key: str) -> str:
        """The fragment that a widget or a component of this key asks for, by name."""
        (fragment,) = {fragment for widget, fragment in self.asks.items() if widget.endswith(f"-{key}")}
        names = {name: self.app._fragment_storage.resolve_target(name) for name in (KNOBS, LOOKS, STAGE)}
        return next(name for name, ids in names.items() if fragment in ids)

    def run(self, fragment: str) -> Counter[str]:
        """Run a part of the page; the kinds of messages that come of it."""
        ids = self.app._fragment_storage.resolve_target(fragment)
        self.sent.clear()
        with self.patch.context() as patch:
            wish = partial(local_script_runner.RerunData, fragment_id_queue=ids)
            patch.setattr(local_script_runner, "RerunData", wish)
            self.app.run()
        assert not self.app.exception
        return Counter(map(kind, self.sent))

    def turned(self, key: str, value: Any) -> Counter[str]:
        fragment = self.asked(key)
        one = next(one for one in (*self.app.main, *self.app.sidebar) if getattr(one, "key", None) == key)
        one.set_value(value)
        return self.run(fragment)


def kind(message: ForwardMsg) -> str:
    part = message.WhichOneof("type")
    return str(message.delta.new_element.WhichOneof("type") or "block" if part == "delta" else part)


@pytest.fixture
def told(monkeypatch) -> Told:
    return Told(monkeypatch)


@pytest.mark.parametrize(("key", "value"), [(LAYER, 6), ("seed", 1), ("view", "one layer")])
def test_a_knob_of_a_network_draws_the_list_and_what_comes_of_it(key, value, told):
    told.open("network", **NET)
    assert told.asked(key) == STAGE
    kinds = told.turned(key, value)
    assert sum(kinds.values()) < 26  # the whole page takes 74
    assert kinds["bidi_component"] == 2 and kinds["button_group"] == 2  # the list and the maps; quiz and view
    assert not kinds["number_input"] + kinds["selectbox"] + kinds["text_input"] + kinds["navigation"]


def test_a_row_of_the_list_brings_the_knobs_of_its_layer(told):
    app = told.open("network", **NET)
    assert told.asked("layers") == LOOKS == told.asked("overview_all maps")
    app.session_state["layer"] = 3
    app.session_state[builder.SERIAL] = 1
    kinds = told.run(LOOKS)
    assert kinds["number_input"] == 2 and kinds["text_input"] == 1  # layer, out_features; name
    assert not kinds["navigation"]
    assert sum(kinds.values()) < 45


def test_a_knob_that_others_come_with_draws_them(told):
    told.open("network", **NET)
    kinds = told.turned("input", "ramp")
    assert kinds["text_input"] and not kinds["navigation"]


def test_the_first_knob_draws_the_way_back_and_the_stage_alone(told):
    app = told.open("convolution")
    assert [one.disabled for one in app.button if one.label == "Undo"] == [True]
    app.number_input(key="stride").set_value(2)
    came = told.run(STAGE)
    assert (came["button"], came["bidi_component"]) == (2, 1)
    assert not {"number_input", "selectbox", "markdown", "html"} & set(came)
    assert [one.disabled for one in app.button if one.label == "Undo"] == [False]
    app.run().number_input(key="stride").set_value(3)
    assert told.run(STAGE)["button"] == 0


def test_what_cannot_be_a_layer_is_said_beside_its_knobs(told):
    told.open("network", **NET)
    kinds = told.turned("edit0_0_name", "1")
    assert kinds["alert"] == 1 and not kinds["navigation"]
    assert "Another layer is called 1." in told.app.warning[0].value


def test_a_click_in_the_maps_of_a_stage_brings_what_it_moves(told):
    app = told.open("spectrogram", **SOUND)
    assert told.asked("viewer") == LOOKS
    assert told.asked("channel") == told.asked("seed") == STAGE
    app.number_input(key="channel").set_value(1).run()  # from then on there is a way back
    app.session_state["channel"] = 2
    kinds = told.run(LOOKS)
    assert kinds["number_input"] == 3 and not kinds["navigation"]  # channel, frame and mel
    assert sum(kinds.values()) < 25


def test_an_address_that_a_knob_empties_says_that_weights_are_random(told):
    told.open("network")  # which opens with those that ship
    told.turned("weights", "torch")
    said = [one.page_info_changed.query_string for one in told.sent if one.HasField("page_info_changed")]
    assert said[-1:] == ["weights=torch"]
