"""Messages from a browser: whatever it sends, nothing is raised, and nothing is done that was not asked for."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from cnnviz.web.components import component, layer_list, overview, player, viewer

NONE = [None, "", "text", 3, -1, 1.5, True, [], [1, 2], ["step"], {}, {1: 2}]
STEPS = ["1", True, -1, 1.5, None, [0], 10**30]
ACTS = [(1, 0), ("up", "0"), ("up", True), ("up", 2), ("up", -1), (["up"], 0), (None, 0), ("up", 1e9)]
ODD = [
    *NONE,
    *({"step": step} for step in STEPS),
    *({"act": act, "at": at} for act, at in ACTS),
    *({"stage": stage} for stage in (1, ["conv1"], None, "no such stage")),
]
TELLS = {"list": "done", "overview": "picked", "viewer": "picked", "player": "shared"}
SHOWN: dict[str, Callable[[Callable[[Any], None]], None]] = {
    "list": lambda call: layer_list.layer_list([{}, {}], (1,), 0, {}, "", "key", lambda *done: call(done)),
    "overview": lambda call: overview.overview(b"", "key", call),
    "viewer": lambda call: viewer.viewer(b"", "key", call),
    "player": lambda call: player.player(b"", "key"),
}
Heard = tuple[list[Any], dict[str, Any]]  # what was called back with, and the session


@pytest.fixture
def tell(monkeypatch) -> Callable[[str, Any], Heard]:
    """Mount a component and tell it something, as a browser would."""

    def tell_it(kind: str, said: Any) -> Heard:
        calls: list[Any] = []
        mounted: dict[str, Callable[[], None]] = {}
        state: dict[str, Any] = {"key": SimpleNamespace(**{TELLS[kind]: said})}
        monkeypatch.setattr(component.st, "session_state", state)
        for module in (layer_list, overview, viewer, player):
            mount = mounted.update
            monkeypatch.setattr(module, "_mount", {"": mount} if module is player else mount)
        monkeypatch.setattr(overview, "stages", lambda blob: ["conv1"])
        SHOWN[kind](calls.append)
        mounted[f"on_{TELLS[kind]}_change"]()
        return calls, state

    return tell_it


@pytest.mark.parametrize("said", ODD, ids=repr)
def test_a_message_that_is_none_does_nothing(tell, said):
    assert tell("list", said)[0] == []
    assert tell("overview", said)[0] == []
    assert player.STEP not in tell("player", said)[1]
    assert [type(one) for one in tell("viewer", said)[0]] == [dict]  # the page looks for what it knows in it


def test_a_message_that_is_one_is_heard(tell):
    assert tell("list", {"act": "up", "at": 1})[0] == [("up", 1)]
    assert tell("overview", {"stage": "conv1"})[0] == ["conv1"]
    assert tell("viewer", {"channel": 3})[0] == [{"channel": 3}]
    assert tell("player", {"step": 7})[1][player.STEP] == 7


@pytest.mark.parametrize(
    ("number", "good"), [(0, True), (4, True), (5, False), (-1, False), (True, False), (1.0, False)]
)
def test_a_whole_number_below_an_end(number, good):
    assert component.whole(number, 5) is good
