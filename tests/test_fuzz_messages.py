"""Whatever a browser says of widgets and components, no page raises, and none takes more than `limits.PAGE`.

Scripts run as they do on a server, where `cnnviz.web.incoming` looks over each message first.
"""

import json
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import looped
import pytest
from examples import examples, fuzzing
from hostile import EVERYTHING
from hypothesis import given
from hypothesis import strategies as st
from limits import PAGE, held
from serving import serve
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import (
    DoubleArray,
    FileUploaderState,
    SInt64Array,
    StringArray,
    UploadedFileInfo,
)
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest
from test_corpus import ROOT, sources
from test_pages import opened

from bench.visitors import Visitor, visit
from cnnviz.web.incoming import look_over
from cnnviz.web.site import TITLES

# Settings of each page that together draw all kinds of widgets and all components.
SCREENS: list[tuple[str, dict[str, str]]] = [
    ("home", {}),
    ("convolution", {"input": "drawn", "kernel": "typed"}),
    ("convolution", {"tab": "Compare", "pass": "dX", "beside": "pooling?stride=3"}),
    ("matrix", {"form": "dX", "dy": "cell"}),
    ("pooling", {"layer": "LPPool", "per_axis": "true", "tab": "Share"}),
    ("output_size", {"layer": "ConvTranspose"}),
    ("gating", {"layer": "Mask", "compare": "ELU"}),
    ("normalisation", {"weights": "random", "layer": "BatchNorm"}),
    ("shapes", {"layer": "Permute"}),
    ("spectrogram", {"blocks": "true", "log_mel": "true", "compare": "setting", "input_seconds": "1"}),
    ("spectrogram", {"input": "upload", "network": "checkpoint"}),
    ("network", {}),
    ("network", {"tab": "Paste code"}),
    ("network", {"quiz": "shape", "arguments": "true", "weights": "trained"}),
    ("training", {"against": "optimiser"}),
    ("training", {"tab": "Judge", "augmenting": "true", "data": "events"}),
    ("training", {"data": "own"}),
    ("gallery", {}),
]
HEARD: dict[int, set[tuple[str, str]]] = {}  # by screen, its components with what they listen to


def screen(number: int) -> AppTest:
    page, query = SCREENS[number]
    app = opened(page, **query)
    HEARD.setdefault(number, heard(app))
    return app


def registered(app: AppTest) -> dict[str, Any]:
    """What the server knows of each widget, by its id."""
    found: dict[str, Any] = app.session_state._state._state._new_widget_state.widget_metadata
    return found


def heard(app: AppTest) -> set[tuple[str, str]]:
    """The components of a page with what they listen to."""
    known = registered(app)
    parts = [part.proto for part in app.get("bidi_component")]
    return {
        (part.component_name.removeprefix("cnnviz_"), event)
        for part in parts
        if part.id in known
        for event in known[part.id].callbacks or ()
    }


look_over()  # as the first page of a server does


def told(app: AppTest, states: list[WidgetState]) -> None:
    """Run the page as if a browser had sent this."""
    sent = WidgetStates(widgets=states)
    with held(PAGE):
        app._run(sent)
    assert not app.exception, [one.message for one in app.exception]


# --- what is sent ---


@cache
def keys() -> list[str]:
    """Words that any part of the app looks for in a message."""
    found = set[str]()
    for path in sources():
        if path.parent.name in ("web", "components", "pages"):
            text = path.read_text()
            found |= {key for key in re.findall(r'"(\w+)": (?:\w+\(|\w+,|\w+\}|\[)', text)}
            found |= set(re.findall(r'\.get\("(\w+)"', text))
    return sorted(found)


numbers = st.sampled_from([0, 1, -1, 2, 7, 2**31, 2**53, 2**64, 10**399, 0.5, -0.0, 1e308, float("nan"), float("inf")])
scalars = st.none() | st.booleans() | numbers | st.integers(0, 9) | st.sampled_from(EVERYTHING) | st.text(max_size=9)
texts = st.sampled_from(["conv1", "relu1", "0", "up", "down", "copy", "remove", "select", "dX", "x:1,2,3", "cell"])
words = st.deferred(lambda: st.sampled_from(keys()))
values = st.recursive(
    scalars | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(st.integers(0, 20), min_size=60, max_size=70)
        | st.dictionaries(words | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=12,
)
RAW = ["", "{", "[" * 50_000, "9" * 5000, "null", '"\\ud800"', '[{"event": ["shared"]}]', "[NaN]", '"' + "a" * 200_000]
FILE = UploadedFileInfo(file_id="../../etc", name="a\0b", size=2**63 - 1)


def messages(events: list[str]) -> st.SearchStrategy[str]:
    """What a component sends: JSON of events with values, or nearly."""
    event = st.sampled_from([*events, "no such"])
    one = st.fixed_dictionaries({"event": event, "value": values | st.dictionaries(words, scalars | texts, max_size=4)})
    return st.lists(one, min_size=1, max_size=3).map(json.dumps) | values.map(json.dumps) | st.sampled_from(RAW)


floats = st.floats() | st.integers(-3, 70).map(float) | st.sampled_from([0.0, 1e15, -1e308, 4096.0])
strings = st.sampled_from([*EVERYTHING, "random", "trained", "typed", "2d", "3d"]) | st.text(max_size=9)
plain = strings.filter(str.isprintable)
ints = st.integers(-2, 9) | st.sampled_from([2**31, -(2**63), 2**63 - 1])
SAID = {
    "double_value": floats,
    "bool_value": st.booleans(),
    "trigger_value": st.just(True),
    "string_value": plain | st.sampled_from(["\0", "a\nb", "1 2\n3 4"]),
    "int_value": ints,
    "string_array_value": st.lists(plain, max_size=3).map(lambda data: StringArray(data=data)),
    "double_array_value": st.lists(floats, max_size=3).map(lambda data: DoubleArray(data=data)),
    "int_array_value": st.lists(ints, max_size=3).map(lambda data: SInt64Array(data=data)),
    "file_uploader_state_value": st.just(FileUploaderState(uploaded_file_info=[FILE])),
}


@st.composite
def states(draw: st.DrawFn, known: dict[str, Any]) -> list[WidgetState]:
    """Of a few widgets, what no browser of ours would say."""
    named = draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=4, unique=True))
    found = []
    for name in named:
        kind = known[name].value_type
        if draw(st.integers(0, 7)) == 0:  # what this widget never is
            kind = draw(st.sampled_from(sorted(SAID)))
        if kind.startswith("json"):
            said: Any = draw(messages(sorted(known[name].callbacks or ["shared"])))
        else:
            said = draw(SAID[kind])  # a kind that is missing there is one that nobody has tried
        found.append(WidgetState(id=name, **{kind: said}))
    if draw(st.booleans()):
        found.append(WidgetState(id=draw(st.sampled_from(["", "stride", "$$ID-0-stride", "\0"])), double_value=2))
    return found


@pytest.mark.parametrize("number", range(len(SCREENS)), ids=lambda number: f"{SCREENS[number][0]}_{number}")
@examples(0.2)
@given(data=st.data())
def test_no_message_breaks_a_page(number, data):
    app = screen(number)
    for _ in range(data.draw(st.integers(1, 3))):
        if known := registered(app):  # the gallery has no widgets
            told(app, data.draw(states(known)))


MEGABYTE = "9, " * 350_000
AT_ONCE: list[dict[str, Any]] = [
    {"double_value": float("nan"), "string_value": "no", "bool_value": True, "string_array_value": StringArray()},
    {"file_uploader_state_value": FileUploaderState(uploaded_file_info=[FILE])},  # that is not there any more
    {"double_value": 2.0**53, "string_value": MEGABYTE, "string_array_value": StringArray(data=["no"] * 1000)},
    {"double_value": -1.0, "string_value": "", "json_trigger_value": json.dumps([{"event": "x", "value": MEGABYTE}])},
    {"double_value": 1e15, "string_value": "\0", "string_array_value": StringArray(data=[MEGABYTE])},
]


@pytest.mark.parametrize("number", range(len(SCREENS)), ids=lambda number: f"{SCREENS[number][0]}_{number}")
def test_all_widgets_of_a_page_may_say_so_at_once(number):
    """So that none is left out; `make test` tries two of what they may say on each screen."""
    app = screen(number)
    for said in AT_ONCE if fuzzing() else random.sample(AT_ONCE, 2):
        known = {name: widget.value_type for name, widget in registered(app).items()}
        told(app, [WidgetState(id=name, **{kind: said[kind]}) for name, kind in known.items() if kind in said])


# --- nothing is left out ---


def test_every_page_is_tried():
    assert {page for page, _ in SCREENS} == TITLES.keys()


def test_every_message_that_a_component_listens_to_is_tried():
    for number in set(range(len(SCREENS))) - HEARD.keys():
        screen(number)
    found = set().union(*HEARD.values())
    for path in sources():
        if path.parent == ROOT / "cnnviz" / "web" / "components":
            for event in re.findall(r"on_(\w+?)_change", path.read_text()):
                whose = "" if path.stem == "component" else path.stem  # all of them listen to that
                assert any(name.startswith(whose) and event == said for name, said in found), (path.stem, event)


# --- through a real socket ---


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="module")
def server(log) -> Iterator[str]:
    with serve(log=log) as running:
        looped.run(visited(running.url, lambda visitor: None))  # whose run looks over what comes next
        yield running.url


async def visited(url: str, act: Callable[[Visitor], None], page: str = "convolution", query: str = "") -> bool:
    """Open a page and do something; does the page stand after that, or has its visitor been sent away?"""
    visitor = await visit(url, page, query)
    try:
        act(visitor)
        await visitor.run()
        return True
    except ConnectionError:
        return False
    finally:
        visitor.close()


def say(**said: Any) -> Callable[[Visitor], None]:
    return lambda visitor: visitor.socket.send(BackMsg(**said).SerializeToString())


def claim(**value: Any) -> Callable[[Visitor], None]:
    """Say this of all widgets at once, and of some that are none."""

    def act(visitor: Visitor) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = visitor.screen.address, visitor.screen.script
        ids = [widget.proto.id for widget in visitor.screen.widgets.values()]
        assert ids
        for name in [*ids, "", "stride", "$$ID-0-stride"]:
            state.widget_states.widgets.add(id=name, **value)
        visitor.socket.send(message.SerializeToString())

    return act


RERUN = ClientState(page_script_hash="\0no", fragment_id="no", page_name="../no", cached_message_hashes=["no"] * 1000)
STAYS = {
    "nothing": lambda visitor: visitor.socket.send(b""),
    "stop": say(stop_script=True),
    "clear the cache": say(clear_cache=True),
    "run on save": say(set_run_on_save=True),
    "nowhere": say(rerun_script=RERUN),
    "files": say(file_urls_request={"file_names": ["../x"] * 1000, "session_id": "another's"}),
    "no number": claim(double_value=float("nan")),
    "switches": claim(bool_value=True),
    "texts": claim(string_value="no"),
    "bytes": claim(bytes_value=b"no"),
    "deep": claim(json_trigger_value="[" * 50_000),
    "digits": claim(json_value="9" * 5000),
}
LEAVES = {
    "noise": lambda visitor: visitor.socket.send(b"\xff" * 100),
    "zeros": lambda visitor: visitor.socket.send(bytes(100_000)),
    "text": lambda visitor: visitor.socket.send(b"text", 1),
}
QUERIES = ["%ff%00=1&&&=&stride=%ED%A0%80", "s=1", "stride=" + "9" * 100_000, "&".join(f"a{i}=1" for i in range(2000))]


@pytest.mark.parametrize("name", [*STAYS, *LEAVES])
def test_a_server_stands_whatever_its_socket_hears(name, server, log):
    assert looped.run(visited(server, (STAYS | LEAVES)[name])) is (name in STAYS)
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("page", ["convolution", "network", "no such page", "\0"])
def test_a_server_stands_whatever_an_address_says(page, server, log):
    for query in QUERIES:
        assert looped.run(visited(server, lambda visitor: None, page, query))
    assert "Traceback" not in log.read_text()
