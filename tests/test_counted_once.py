"""What a page asks of a network again and again is counted once, and what is wrong with one is said anew each time."""

from typing import Any

import pytest

from cnnviz.core import settings
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Conv, Flatten, Linear, ReLU
from cnnviz.networks import network as networks
from cnnviz.networks.code import from_text, one_line, to_text
from cnnviz.networks.network import Network
from cnnviz.networks.table import rows

SHAPE = (1, 11, 13)
STAGES = (("conv", Conv(1, 3, 3)), ("relu", ReLU()), ("flat", Flatten()), ("dense", Linear((3, 9, 11), 7)))


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """The calls of a function from here on."""
    calls: list[Any] = []
    function = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *args: calls.append(args) or function(*args))
    return calls


def test_a_network_is_walked_once_whoever_asks(monkeypatch):
    walked = counted(monkeypatch, networks, "after")
    for _ in range(3):
        network = Network(STAGES, "once")
        found, error = network.sound(SHAPE)
        assert [*rows(network, SHAPE)][-1].shape == found[-1] == (7,) and error is None
        assert len(network.measures(SHAPE)) == len(network.placed(SHAPE)) == 4
    assert len(walked) == len(STAGES)


def test_what_is_given_may_be_changed():
    network = Network(STAGES, "given")
    for ask in (network.shapes, network.placed, network.measures, lambda shape: rows(network, shape)):
        before = [*ask(SHAPE)]
        ask(SHAPE).clear()
        assert ask(SHAPE) == before


def test_what_is_wrong_is_said_anew_each_time():
    wrong = Network((*STAGES[:2], ("late", Conv(5, 1, 3))), "wrong")
    (first, one), (second, other) = wrong.sound(SHAPE), wrong.sound(SHAPE)
    assert isinstance(one, GeometryError) and str(one) == str(other) and str(one).startswith("late: ")
    assert one is not other  # else each time that it is raised its traceback grows
    assert first == second == [(3, 9, 11), (3, 9, 11)] and one.fixes == other.fixes


def test_a_text_is_parsed_once(monkeypatch):
    parsed = counted(monkeypatch, one_line, "in_a_row")
    for _ in range(3):
        assert from_text(to_text(Network(STAGES[:2], "parsed"))) == Network(STAGES[:2], "parsed")
    assert len(parsed) == 2


def test_knobs_are_looked_up_once_for_each_class(monkeypatch):
    settings.knobs_of.cache_clear()
    looked = counted(monkeypatch, settings, "fields")
    assert settings.knobs(Conv) == settings.knobs(Conv(1, 3, 3)) and "stride" in settings.knobs(Conv)
    assert len(looked) == 1
