"""Which pass of a layer is seen, and where its dY comes from: words that every page of single layers asks for."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from cnnviz.core.axes import AXES, named
from cnnviz.core.back import NAMES, passes
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.made import Made
from cnnviz.scenes.query.words import Number, OneOf, Text
from cnnviz.scenes.request import Back, LayerView, Request
from cnnviz.scenes.upstream import Cell, FromLoss, Ones, Target, Upstream
from cnnviz.text import Message
from cnnviz.text.problem import Problem

FORWARD = "forward"
PASS, UPSTREAM = "pass", "dy"  # in the address
NUDGE = "nudge"  # there, too: channel and cell of x, or of a pass back, as "0-2-3"
ASKED = (PASS, UPSTREAM, "dy_channel", *(f"dy_{axis}" for axis in ("examples", *AXES[3], *AXES[1])), "dy_target")
PASS_HELP = Message("forward, or the gradient of the input (dX), the weights (dW) or the bias (db)")
WHENCE = OneOf(
    UPSTREAM,
    "ones",
    Message("dY: how the loss changes with each output cell"),
    Message("1 everywhere; 1 at one cell; or the difference to a target"),
    ("ones", "cell", "target"),
    row=True,
)
LAST = 4095  # place that a widget names
CHANNEL = Number("dy_channel", 0, Message("channel"), low=0, high=LAST)
TARGET = Text(
    "dy_target",
    "0",
    Message("target"),
    Message("one number for all cells; or a line for each row, --- between channels"),
    lines=3,
)


def with_passes(ask: Callable[[Form], Made]) -> Callable[[Form], Made]:
    """The same form, and first in it the pass that is seen.

    The choice is the `Request` alone where that is the one forward, else the request and a `LayerView`.
    """

    def asked(form: Form) -> Made:
        (first,) = form.parts(None)
        made = ask(form)
        kept = cache(made.make)  # worked out once
        with first:
            back = ask_back(form, *has(kept, made.ndim))
        if back is None:
            return replace(made, make=kept)
        view, beside = LayerView(back=back), made.beside
        return replace(
            made,
            make=lambda: (kept(), view),
            beside=(lambda choice: (beside(choice[0]), view)) if beside else None,
        )

    return asked


def has(make: Callable[[], Request], ndim: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the passes that a layer has, and of its axes; of one that cannot be made, of any."""
    try:
        layer = make().layer
    except Problem:
        return NAMES, AXES[ndim]
    return tuple(one.name for one in passes(layer)), layer.axis_names()


def ask_back(form: Form, names: tuple[str, ...], axes: tuple[str, ...]) -> Back | None:
    """Which of these passes, and its dY; None is the one forward."""
    if not names:
        return None
    name = form.ask(OneOf(PASS, FORWARD, Message("pass"), PASS_HELP, (FORWARD, *names), row=True))
    return None if name == FORWARD else Back(name, ask_upstream(form, axes))


def ask_upstream(form: Form, axes: tuple[str, ...]) -> Upstream:
    """Where dY comes from."""
    match form.ask(WHENCE):
        case "cell":
            channel, *cell = form.row(CHANNEL, *(place(axis) for axis in axes))
            return Cell(channel, tuple(cell))
        case "target":
            return Target(form.ask(TARGET))
    return Ones()


def place(axis: str) -> Number:
    """Where the one cell lies along an axis."""
    return Number(f"dy_{axis}", None, named(axis), low=0, high=LAST, empty=Message("middle"))


def with_spelled(spell: Callable[[Request], dict[str, str]]) -> Callable[[Any], dict[str, str]]:
    """The words of a choice, and those of its pass."""

    def spelled(choice: Any) -> dict[str, str]:
        request, view = choice if isinstance(choice, tuple) else (choice, LayerView())
        return spell(request) | (spelled_back(view.back, request.layer.axis_names()) if view.back else {})

    return spelled


def spelled_back(back: Back, axes: tuple[str, ...]) -> dict[str, str]:
    """A pass and its dY as an address has them."""
    return {PASS: back.of} | spelled_upstream(back.upstream, axes)


def spelled_upstream(upstream: Upstream | FromLoss, axes: tuple[str, ...]) -> dict[str, str]:
    """Where dY comes from, as an address has it."""
    match upstream:
        case Cell(channel, cell):
            places = zip(map(place, axes), cell, strict=False)
            words = {UPSTREAM: "cell", CHANNEL.key: str(channel)}
            return words | {word.key: word.spell(at) for word, at in places}
        case Target(text):
            return {UPSTREAM: "target", TARGET.key: text}
    return {}
