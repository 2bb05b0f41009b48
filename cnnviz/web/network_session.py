"""The network that is being built: what the address holds, what was done to it, and the way back."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import streamlit as st

from cnnviz.core.cost import total
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import KINDS, Shape
from cnnviz.networks import edit, modes
from cnnviz.networks.code import CodeError, Reading, from_json, reading
from cnnviz.networks.network import Network
from cnnviz.networks.suited_input import spelled, suited
from cnnviz.networks.zoo import EMPTY, LessonB
from cnnviz.scenes.query import network as asked
from cnnviz.scenes.query.network import PRESETS, colour, text_of
from cnnviz.scenes.query.weights import START, TRAINED, example_of
from cnnviz.text import in_turn, plural
from cnnviz.web.form import content
from cnnviz.web.widgets import LOOKS, STAGE, place, redraw, redraw_page

NET = asked.NET.key
SCREEN, PAST, SERIAL, SAID, ANSWER = "_network", "_past", "_serial", "_said", "_answer"
MOST_PAST = 50


def on_screen(network: Network, shape: Shape) -> None:
    """Remember what is shown: what is done next is done to this."""
    st.session_state[SCREEN] = network, shape


# --- what is done; for callbacks ---


def screen() -> tuple[Network, Shape]:
    """The network that is shown, and its input's shape."""
    shown: tuple[Network, Shape] = st.session_state.get(SCREEN) or (EMPTY.network, EMPTY.shape)
    return shown


def save(network: Network) -> None:
    """Put a network into the address, and the one before into the past."""
    before, _ = screen()
    past = st.session_state.setdefault(PAST, [])
    past.append((text_of(before), st.session_state.get("shape") or ""))
    del past[:-MOST_PAST]
    hold(text_of(network))


def hold(text: str) -> None:
    """Put a network's text into the address; none is left out of it."""
    st.session_state[NET] = text
    if text:
        st.query_params[NET] = text
    elif NET in st.query_params:
        del st.query_params[NET]


def look_at(selected: int) -> None:
    """Look at another layer: its widgets begin anew."""
    st.session_state[SERIAL] = st.session_state.get(SERIAL, 0) + 1
    place({"layer": selected})


def change(make: Callable[[], tuple[Network, int]]) -> None:
    """Keep a changed network and look at one of its layers; what cannot be is said instead."""
    _, shape = screen()
    try:
        network, selected = make()
        save(edit.refitted(network, shape))
        look_at(selected)
    except (GeometryError, CodeError) as problem:
        st.session_state[SAID] = problem


def act(what: str, at: int) -> None:
    """What was done to a layer of the list."""
    network, _ = screen()
    last = len(network.stages) - 1
    changes: dict[str, Callable[[], tuple[Network, int]]] = {
        "up": lambda: (edit.moved(network, at, at - 1), max(0, at - 1)),
        "down": lambda: (edit.moved(network, at, at + 1), min(last, at + 1)),
        "copy": lambda: (edit.duplicated(network, at), at + 1),
        "remove": lambda: (edit.removed(network, at), max(0, at - 1)),
    }
    if what in changes:
        change(changes[what])
    else:
        look_at(at)


def add() -> None:
    """Put a layer of the chosen kind behind the selected one."""
    network, shape = screen()
    at = min(int(st.session_state.get("layer", 0)) + 1, len(network.stages))
    kind = KINDS.get(st.session_state["kind"])  # a stranger may choose what is not offered
    if kind is None:
        return
    layer = edit.fresh(kind, len(shape) - 1)
    change(lambda: (edit.added(network, at, layer), at))


def mend(at: int, fix: Mapping[str, Any]) -> None:
    """Take the advice that came with what is wrong."""
    network, _ = screen()
    change(lambda: (edit.replaced(network, at, replace(network.stages[at][1], **fix)), at))


def set_mode(key: str) -> None:
    """All layers in train or in eval mode, as the widget of this key says."""
    network, _ = screen()
    save(modes.in_mode(network, st.session_state[key] == "train"))
    look_at(int(st.session_state.get("layer", 0)))
    redraw(LOOKS, STAGE)


def undo() -> None:
    """Back to the network before the last change."""
    past = st.session_state.get(PAST, [])
    if past:
        text, shape = past.pop()
        hold(text)
        if shape != (st.session_state.get("shape") or ""):
            place({"shape": shape})
            redraw_page()
        look_at(int(st.session_state.get("layer", 0)))


def forget() -> None:
    """The preset's own arguments are changed: a network of one's own makes room, and undo brings it back."""
    save(screen()[0])
    begin()


def start_over() -> None:
    """Another preset: the address holds its name, and no network of its own."""
    st.session_state[PAST] = []
    st.session_state.pop(ANSWER, None)
    place({"input_colour": colour(PRESETS[st.session_state["preset"]].shape)})
    begin()


def begin() -> None:
    """As the preset has it."""
    hold("")
    place({"shape": ""})
    look_at(0)


def paste() -> None:
    """Read the code, or the JSON, that was pasted."""
    text = st.session_state.get("pasted") or ""
    _, shape = screen()
    bring(lambda: Reading(from_json(text)) if text.lstrip().startswith("{") else reading(text, shape))


def open_file() -> None:
    """Read a network that was downloaded as JSON."""
    file = content("network_file")
    if file:
        bring(lambda: Reading(from_json(file[0].decode(errors="replace"))))


def bring(make: Callable[[], Reading]) -> None:
    """Take a network from elsewhere as it is; the input follows it, and what was done is said where it was pasted."""
    _, shape = screen()
    try:
        read = make()
        found = suited(read.network, shape, read.shape)
        save(found.network)
    except (GeometryError, CodeError) as problem:
        answer(problem)
        return
    take_shape(found.shape, shape)
    answer(tuple(map(str, (in_turn((counted_words(found.network, found.shape), *found.notes)), *read.notes))))
    look_at(0)


def counted_words(network: Network, shape: Shape) -> str:
    """How many layers were read, with how many parameters."""
    count = len(network.stages)
    _problem, error = network.sound(shape)
    if error:
        return plural(
            "Read: {n} layer. On this input it cannot work: {error}",
            "Read: {n} layers. On this input not all of them can work: {error}",
            count,
            error=error,
        )
    parameters = total(network.measures(shape)).parameters
    return plural(
        "Read: {n} layer, {parameters:,} parameters.",
        "Read: {n} layers, {parameters:,} parameters.",
        count,
        parameters=parameters,
    )


def take_shape(shape: Shape, before: Shape) -> None:
    """Another input, with a photograph of its colours."""
    if shape != before:
        place({"shape": spelled(shape)})
    if shape[0] != before[0]:
        place({"input_colour": colour(shape)})
    redraw_page()


def suit() -> None:
    """Give the network that is shown an input on which its layers work."""
    network, shape = screen()
    found = suited(network, shape)
    save(found.network)
    take_shape(found.shape, shape)


def answer(said: tuple[str, ...] | Exception) -> None:
    """Keep what is said to the text that is pasted now: sentences, of which the first counts; or what is wrong."""
    st.session_state[ANSWER] = st.session_state.get("pasted"), said


def answered() -> tuple[str, ...] | Exception:
    """What was said to the text that is pasted; nothing, if it is another by now."""
    text, said = st.session_state.get(ANSWER) or (None, ())
    return said if text == st.session_state.get("pasted") else ()


def suit_input() -> None:
    """Trained weights are shown an example of what they learned from."""
    network, _ = screen()
    found = example_of(network) if st.session_state.get(START.key) == TRAINED else None
    if found:
        place({"input": found.kind, "input_data": found.data})


CHANGED = {"preset": start_over, START.key: suit_input} | {one.name: forget for one in fields(LessonB)}
