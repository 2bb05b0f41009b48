"""The network that is being built: what the address holds, what was done to it, and the way back."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import streamlit as st

from cnnviz.core.cost import total
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import KINDS, Shape
from cnnviz.core.settings import knobs
from cnnviz.networks import edit
from cnnviz.networks.code import CodeError, Reading, from_json, from_text, reading, to_text
from cnnviz.networks.network import Network
from cnnviz.networks.suited_input import MOST_CELLS, spelled, suited
from cnnviz.networks.zoo import EMPTY, LESSON, ZOO, LessonB, Preset
from cnnviz.web.clean import shown
from cnnviz.web.widgets import BIND, counted, place

NET = "net"  # in the address: the network as text, where it is no preset
SCREEN, PAST, SERIAL, SAID, ANSWER = "_network", "_past", "_serial", "_said", "_answer"
MOST_PAST = 50
PRESETS = {**ZOO, EMPTY.name: EMPTY}
LESSON_ROWS = ("xdim", "cdims", "hdims")  # arguments of lesson B that are rows of numbers


# --- what is chosen ---


def choose_preset() -> tuple[Preset, Exception | None]:
    """Which network to begin with; of lesson B, with the arguments of its class. And what is wrong with those."""
    st.selectbox("network", list(PRESETS), key="preset", on_change=start_over, bind=BIND)
    preset = PRESETS[st.session_state["preset"]]
    st.caption(preset.words)
    if preset.name != LESSON:
        return preset, None
    with st.expander("Arguments of its class", key="arguments", on_change="rerun", bind=BIND):
        try:
            lesson = lesson_b()
            return replace(preset, network=lesson.network, shape=lesson.xdim), None
        except GeometryError as problem:
            return preset, problem


def lesson_b() -> LessonB:
    """Lesson B's class with the arguments that are set.

    Raises
    ------
    GeometryError
        What cannot be read, after all widgets have been drawn.
    """
    drawn = {field.name: argument(field.name, field.default) for field in fields(LessonB) if field.name != "training"}
    for name in LESSON_ROWS:
        count = (3, 3) if name == "xdim" else (1, 8)
        drawn[name] = numbers(drawn[name], name, count, int(knobs(LessonB)[name].high or 0))
    return LessonB(**drawn)


def argument(name: str, default: Any) -> Any:
    """The widget of one argument: a row of numbers as text, a switch, or a number."""
    knob = knobs(LessonB)[name]
    how: dict[str, Any] = {"key": name, "help": knob.help, "on_change": forget, "bind": BIND}
    if isinstance(default, tuple):
        return st.text_input(name, spelled(default), **how)
    if isinstance(default, bool):
        return st.toggle(name, default, **how)
    return st.number_input(name, int(knob.low or 0), int(knob.high or 0), default, **how)


def choose_shape(preset: Preset) -> tuple[Shape, Exception | None]:
    """The input's shape; if it is none, the preset's and what is wrong."""
    typed = st.text_input(
        "input shape", key="shape", placeholder=spelled(preset.shape), help="channels and sizes", bind=BIND
    )
    try:
        return numbers(typed, "input shape", (2, 4), MOST_CELLS) if typed.strip() else preset.shape, None
    except GeometryError as problem:
        return preset.shape, problem


def numbers(text: str, what: str, count: tuple[int, int], most: int) -> tuple[int, ...]:
    """Whole numbers from 1 on, set apart by commas.

    Raises
    ------
    GeometryError
        If there are too few or too many of them, or one is too large.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    few, many = count
    read = [counted(word, 1, most) for word in words[: many + 1]]
    good = [number for number in read if number is not None]
    if not few <= len(words) <= many or len(good) < len(words):
        wanted = str(few) if few == many else f"{few} to {many}"
        raise GeometryError(f"{what}: “{shown(text)}” is not {wanted} whole numbers from 1 to {most}, as in 3, 32, 32.")
    return tuple(good)


def network_of(preset: Preset) -> tuple[Network, Exception | None]:
    """The network that the address holds, else the preset's; and what is wrong with the address."""
    text = st.session_state.get(NET) or st.query_params.get(NET) or ""
    st.session_state[NET] = text  # so that a page that is left finds it again
    try:
        return (from_text(text) if text else preset.network), None
    except (CodeError, GeometryError) as problem:
        return preset.network, problem


def colour(shape: Shape) -> str:
    """Of a photograph for an input of this shape."""
    return "rgb" if shape[0] == 3 else "grey"


def text_of(network: Network) -> str:
    """As the address holds it; nothing where there is no layer yet."""
    return to_text(network) if network.stages else ""


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
    layer = edit.fresh(KINDS[st.session_state["kind"]], len(shape) - 1)
    change(lambda: (edit.added(network, at, layer), at))


def mend(at: int, fix: Mapping[str, Any]) -> None:
    """Take the advice that came with what is wrong."""
    network, _ = screen()
    change(lambda: (edit.replaced(network, at, replace(network.stages[at][1], **fix)), at))


def set_mode(key: str) -> None:
    """All layers in train or in eval mode, as the widget of this key says."""
    network, _ = screen()
    save(edit.in_mode(network, st.session_state[key] == "train"))
    look_at(int(st.session_state.get("layer", 0)))


def undo() -> None:
    """Back to the network before the last change."""
    past = st.session_state.get(PAST, [])
    if past:
        text, shape = past.pop()
        hold(text)
        if shape != (st.session_state.get("shape") or ""):
            place({"shape": shape})
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
    file = st.session_state.get("network_file")
    if file:
        bring(lambda: Reading(from_json(file.getvalue().decode(errors="replace"))))


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
    first = " ".join(filter(None, (counted_words(found.network, found.shape), found.words)))
    answer((first, *read.notes))
    look_at(0)


def counted_words(network: Network, shape: Shape) -> str:
    """How many layers were read, with how many parameters."""
    layers = f"Read: {len(network.stages)} layer{'s' * (len(network.stages) > 1)}"
    _, error = network.sound(shape)
    if error:
        return f"{layers}. On this input not all of them can work: {error}"
    return f"{layers}, {total(network.measures(shape)).parameters:,} parameters."


def take_shape(shape: Shape, before: Shape) -> None:
    """Another input, with a photograph of its colours."""
    if shape != before:
        place({"shape": spelled(shape)})
    if shape[0] != before[0]:
        place({"input_colour": colour(shape)})


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
