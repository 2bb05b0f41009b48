"""A number is nudged, of x or of the weights: the page says what changed, beside what the gradient promised."""

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnnviz.core.back import way
from cnnviz.core.back.nudge import Nudged, nudge
from cnnviz.scenes import backward
from cnnviz.scenes.build import Shown
from cnnviz.scenes.opening import MOST_STEPS
from cnnviz.scenes.query.passes import NUDGE
from cnnviz.scenes.request import Back, Request
from cnnviz.text import _
from cnnviz.text.numbers import measured
from cnnviz.text.problem import Problem
from cnnviz.web.components.component import whole

OF = "_nudged"  # the scene in which it was nudged


def ask(said: dict[str, Any]) -> None:
    """Put the cell that a browser names into the address; for callbacks."""
    place = said.get("place")
    if isinstance(place, list) and place and all(whole(at, MOST_STEPS) for at in place):
        st.query_params[NUDGE] = "-".join(map(str, place))
        st.session_state.pop(OF, None)


def tell(request: Request, shown: Shown) -> None:
    """What was nudged, below the player; another scene begins without it."""
    word = st.query_params.get(NUDGE, "")
    if not word or st.context.is_embedded:
        return
    at = place(word, (shown.done.y if shown.view.back else shown.done.x).shape[1:])
    now = hash(shown.blob)
    if at is None or not moves(shown) or st.session_state.setdefault(OF, now) != now:
        st.session_state.pop(OF, None)
        del st.query_params[NUDGE]
        return
    try:
        st.info(words(nudged(request, shown, at), forward=not shown.view.back), icon=":material/touch_app:")
    except Problem as problem:  # a layer that has no gradient here
        st.info(str(problem), icon=":material/touch_app:")


def nudged(request: Request, shown: Shown, at: Sequence[int]) -> Nudged:
    """The number behind a cell of a pass is moved; forward, that of x, and the sum of y is looked at."""
    wanted, done, passed, dy = shown.view.back or Back("dX"), shown.forward, shown.done, shown.dy
    if dy is None:
        passed, _, dy = backward.back(request, shown.view.stage or request.names[-1], wanted, done)
    return nudge(done, passed, dy, wanted.of, at, request.weights.seed)


def moves(shown: Shown) -> bool:
    """Is there one number behind each cell of the pass, which is of one example or all, and no step on the way?"""
    back = shown.view.back
    return (back is None or bool(way(shown.forward.layer, back.of).of)) and len(shown.done.x) == 1


def place(word: str, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Channel and cell that a word names, of a scene's three axes those that there are; None where there is no such.

    >>> place("1-0-2-3", (2, 4, 5)), place("1-0-9-3", (2, 4, 5)), place("x", (2, 4, 5))
    ((1, 2, 3), None, None)
    """
    if not re.fullmatch(r"\d{1,9}(-\d{1,9}){3}", word, re.ASCII):
        return None
    channel, *cell = map(int, word.split("-"))
    at = (channel, *cell[4 - len(shape) :])
    inside = not any(cell[: 4 - len(shape)]) and all(i < n for i, n in zip(at, shape, strict=True))
    return at if inside else None


def words(found: Nudged, forward: bool = False) -> str:
    """One sentence with the numbers, and one that says what they are; `forward`, the loss is the sum of y."""
    name = "x" if found.of == "input" else f"layer.{found.of}"
    values = {
        "place": f"{name}[{', '.join(map(str, found.index))}]",
        "by": found.by,
        "change": measured(found.change),
        "promised": measured(found.promised),
    }
    if forward:
        told = _(
            "`{place}` + {by:.3g}: change of Σ y = **{change}**; promised, its gradient × {by:.3g}: **{promised}**.",
            **values,
        )
    else:
        told = _(
            "`{place}` + {by:.3g}: Σ dY · (change of y) = **{change}**; promised, the gradient × {by:.3g}: "
            "**{promised}**.",
            **values,
        )
    if found.kept:
        return _("{told} The gradient keeps its promise.", told=told)
    return _("{told} A gradient promises for small steps alone: within this one the slope itself changes.", told=told)
