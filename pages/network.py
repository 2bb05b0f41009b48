"""Networks: build one layer by layer, count it, and watch an input go through."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields as fields_of
from dataclasses import replace
from itertools import starmap
from math import prod
from typing import Any

import streamlit as st

from cnnviz import edit, screen
from cnnviz.cached import animate_net, read
from cnnviz.fields import Row, rows
from cnnviz.frame import inside_frame
from cnnviz.geometry import GeometryError
from cnnviz.layer_list import layer_list
from cnnviz.layers import KINDS, Channels, Conv, Shape
from cnnviz.measure import dense_instead, in_words, total
from cnnviz.network import Network, memory
from cnnviz.nncode import CodeError, class_code, from_text, read_code, sequential, to_json, to_text
from cnnviz.panels import BIND, place, settings_panel
from cnnviz.player import player
from cnnviz.show import NetChoice
from cnnviz.sources.fitted import Fitted
from cnnviz.sources.samples import Photo
from cnnviz.zoo import ZOO

ASKED = {"shape": "output shape", "parameters": "parameters", "MACs": "multiply-adds", "field": "frames or rows seen"}
FORMS = ("class", "nn.Sequential")
FIRST = Photo()
NET, PAST, SERIAL = "net", "_past", "_serial"
MOST_PAST = 50
NEVER = {"mask_gate", "max_unpool", "permute"}  # they need more than one tensor, or other axes
FOLLOWS = ("in_channels", "ndim", "steps", "examples")  # not asked: they follow from what comes before

EXPLANATION = """
**What you see.** Each row is a layer: what it makes, what it costs, and how far one of its units sees on the input. The
blocks are as high as the maps, to scale, and the wider the more channels they have. Choose a row to edit the layer; the
channels of all later layers follow. A layer that cannot work is marked, and those before it still do.

**The address holds the network**, as the torch calls that you would type.
"""


# --- the network, and what was done to it ---


def current() -> tuple[str, Network, Shape, Exception | None]:
    """Text, network and input shape: those that the address holds, else the preset's."""
    named = st.session_state.get("preset") or st.query_params.get("preset") or ""
    preset = ZOO.get(named, next(iter(ZOO.values())))
    text = st.session_state.get(NET) or st.query_params.get(NET) or ""
    network, shape = preset.network, preset.shape
    problem: Exception | None = None
    try:
        network = from_text(text) if text else network
    except (CodeError, GeometryError) as wrong:
        text, problem = "", wrong
    try:
        shape = shape_from(shape)
    except GeometryError as wrong:
        problem = problem or wrong
    return text, network, shape, problem


def shape_from(default: Shape) -> Shape:
    """The input's shape as it is typed."""
    text = st.session_state.get("shape") or st.query_params.get("shape") or ""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        return default
    if not 2 <= len(words) <= 4 or not all(word.isdecimal() and 0 < int(word) <= 4096 for word in words):
        raise GeometryError(f"“{text[:40]}” is no shape of an input. Type channels and sizes, as in 3, 32, 32.")
    return tuple(map(int, words))


def save(network: Network) -> None:
    """Put a network into the address, and the one before into the past."""
    text, before, *_ = current()
    past = st.session_state.setdefault(PAST, [])
    past.append(text or to_text(before))
    del past[:-MOST_PAST]
    place({NET: to_text(network)})


def another(selected: int) -> None:
    """Look at another layer: its widgets begin anew."""
    st.session_state[SERIAL] = st.session_state.get(SERIAL, 0) + 1
    place({"layer": selected})


def act(what: str, at: int) -> None:
    """What was done to a layer of the list."""
    _, network, shape, _ = current()
    changes: dict[str, Callable[[], tuple[Network, int]]] = {
        "up": lambda: (edit.moved(network, at, at - 1), max(0, at - 1)),
        "down": lambda: (edit.moved(network, at, at + 1), min(len(network.stages) - 1, at + 1)),
        "copy": lambda: (edit.duplicated(network, at), at + 1),
        "remove": lambda: (edit.removed(network, at), max(0, at - 1)),
    }
    if what in changes:
        change(changes[what], shape)
    else:
        another(at)


def add() -> None:
    """Put a layer of the chosen kind behind the selected one."""
    _, network, shape, _ = current()
    at = min(int(st.session_state["layer"]) + 1, len(network.stages))
    layer = edit.fresh(KINDS[st.session_state["kind"]])
    change(lambda: (edit.added(network, at, layer), at), shape)


def change(make: Callable[[], tuple[Network, int]], shape: Shape) -> None:
    """Keep a changed network and look at one of its layers; what cannot be is said instead."""
    try:
        network, selected = make()
        save(edit.refitted(network, shape))
        another(selected)
    except GeometryError as problem:
        st.session_state["_said"] = str(problem)


def undo() -> None:
    """Back to the network before the last change."""
    past = st.session_state.get(PAST, [])
    if past:
        place({NET: past.pop()})
        another(int(st.session_state["layer"]))


def start_over() -> None:
    """Another preset: the address holds its name, and no network of its own."""
    for key in (NET, "shape"):
        st.session_state.pop(key, None)
        if key in st.query_params:
            del st.query_params[key]
    st.session_state[PAST] = []
    another(0)


def paste() -> None:
    """Read the code that was pasted."""
    try:
        network = read_code(st.session_state["pasted"])
    except (CodeError, GeometryError) as problem:
        st.session_state["_said"] = str(problem)
        return
    save(network)
    another(0)


def mend(at: int, fix: Mapping[str, Any]) -> None:
    """Take the advice that came with what is wrong."""
    _, network, shape, _ = current()
    save(edit.refitted(edit.replaced(network, at, replace(network.stages[at][1], **fix)), shape))
    another(at)


# --- choose ---


def choose(network: Network, shape: Shape) -> tuple[Network, int]:
    """The sidebar: preset, shape, and the knobs of the selected layer; gives the network as it is now."""
    names = list(ZOO)
    st.selectbox("network", names, key="preset", on_change=start_over, bind=BIND)
    preset = ZOO[st.session_state["preset"]]
    st.caption(preset.words)
    st.text_input("input shape", ", ".join(map(str, preset.shape)), key="shape", help="channels and sizes", bind=BIND)
    st.subheader("Layer", anchor=False)
    last = len(network.stages) - 1
    selected = min(last, int(st.number_input("layer", 0, 999, 0, key="layer", bind=BIND)))
    network = edited(network, selected, shape)
    kinds = [name for name in KINDS if name not in NEVER]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("another layer", kinds, key="kind")
        st.button("Add after", on_click=add, icon=":material/add:")
    past = st.session_state.get(PAST, [])
    st.button("Undo", on_click=undo, disabled=not past, icon=":material/undo:")
    return network, selected


def edited(network: Network, at: int, shape: Shape) -> Network:
    """The knobs of one layer; the network with what they say."""
    name, layer = network.stages[at]
    prefix = f"edit{st.session_state.get(SERIAL, 0)}_{at}_"
    st.caption(f"`{layer.code()}`")
    called = st.text_input("name", name, key=f"{prefix}name")
    shown = {one.name: getattr(layer, one.name) for one in fields_of(layer)}
    skip = tuple(one for one in FOLLOWS if one in shown)
    chosen = settings_panel(type(layer), layer.ndim, prefix, skip, shown, None)
    try:
        changed = edit.replaced(network, at, replace(layer, **chosen))
        changed = edit.renamed(changed, at, called.strip()) if called.strip() != name else changed
        if changed == network:
            return network
        network = edit.refitted(changed, shape)
        save(network)
    except (GeometryError, ValueError) as problem:
        st.warning(screen.plain(str(problem)))
    return network


# --- show ---


def table(
    network: Network, shape: Shape, found: Sequence[Row], error: GeometryError | None, selected: int, hidden: str
) -> None:
    """The list of layers, and what all that can work cost together."""
    lines: list[dict[str, Any]] = [
        {
            "name": row.name,
            "code": row.layer,
            "shape": list(row.shape),
            "shown": str((1, *row.shape)),
            "parameters": row.cost.parameters,
            "macs": row.cost.macs,
            "sees": sees(row.field),
            "error": "",
        }
        for row in found
    ]
    for name, layer in network.stages[len(found) :]:
        said = str(error).removeprefix(f"{name}: ") if error and len(lines) == len(found) else ""
        blank = {"shape": None, "shown": "", "parameters": 0, "macs": 0, "sees": "", "error": said}
        lines.append({"name": name, "code": layer.code(), **blank})
    cost = total(row.cost for row in found)
    totals = {"parameters": cost.parameters, "macs": cost.macs}
    layer_list(lines, shape, selected, totals, hidden, "layers", act)
    bytes_ = memory(Network(network.stages[: len(found)], network.prefix), shape) if found else 0
    st.markdown(
        f"**{cost.parameters:,}** parameters, {in_words(cost.parameters)} &nbsp;·&nbsp; **{cost.macs:,}** MACs, "
        f"{in_words(cost.macs)} &nbsp;·&nbsp; {bytes_ / 2**20:,.1f} MiB to run it and keep every stage"
    )


def sees(field: tuple[Any, ...]) -> str:
    """The receptive field in a cell of the table."""
    if any(axis.whole for axis in field):
        return "all"
    sizes = [axis.size for axis in field]
    jumps = [axis.jump for axis in field]
    size = str(sizes[0]) if len(set(sizes)) == 1 else " × ".join(map(str, sizes))
    jump = f"{jumps[0]:g}" if len(set(jumps)) == 1 else " × ".join(f"{one:g}" for one in jumps)
    return f"{size}, jump {jump}"


def question(network: Network, shape: Shape, found: Sequence[Row], selected: int) -> str:
    """The quiz: what of the selected layer is asked, if anything."""
    asked = st.segmented_control("quiz", list(ASKED), key="quiz", bind=BIND, help="hide it in the list, and type it")
    if not asked or selected >= len(found):
        return ""
    row = found[selected]
    answers = {
        "shape": str((1, *row.shape)),
        "parameters": str(row.cost.parameters),
        "MACs": str(row.cost.macs),
        "field": str(row.field[0].size),
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(f"{ASKED[asked]} of {row.name}", key=f"answer_{asked}_{selected}_{to_text(network)}")
        shown = st.toggle("show the answer", key=f"shown_{asked}_{selected}")
    if typed.strip():
        right = numbers_in(typed) == numbers_in(answers[asked])
        st.markdown("✓ **Right.**" if right else "✗ **Not yet.** Try again, or show the answer.")
    if shown:
        st.markdown(f"**{answers[asked]}**, by torch.")
        layer, taken = network.placed(shape)[selected]
        for line in screen.merged(layer.formula(taken)):
            st.markdown(f"${line}$")
        return ""
    return asked


def numbers_in(text: str) -> list[str]:
    """The numbers of an answer, however they are set apart; commas of thousands are left out if there is one number."""
    words = re.findall(r"\d+", text)
    return ["".join(words)] if re.fullmatch(r"\s*\d{1,3}(,\d{3})+\s*", text) else words


def run_it(network: Network, shape: Shape, selected: int) -> None:
    """An input on its way to the selected layer, and the layer at work on what reaches it."""
    mib = memory(network.upto(network.stages[selected][0]), shape) / 2**20
    st.caption(f"Weights and maps up to this layer take {mib:,.1f} MiB; weights are random, as torch makes them.")
    with st.sidebar:
        st.subheader("Input", anchor=False)
        seed = screen.choose_seed()
        _, source = screen.choose_source(len(shape) - 1, "photo" if len(shape) == 3 else "")

    stage = network.stages[selected][0]
    first = NetChoice(network, Fitted(whole=FIRST, shape=shape), stage, seed)
    try:
        choice, shown, problem = screen.settle(
            "network", lambda: replace(first, source=Fitted(whole=source(), shape=shape)), first, animate_net
        )
    except screen.PROBLEMS as problem_:
        st.warning(screen.plain(str(problem_)), icon=":material/info:")
        return
    if problem:
        st.warning(screen.plain(str(problem)), icon=":material/info:")
    st.caption(screen.plain(f"{choice.stage}: {read(choice.source).caption}"))
    player(shown.blob, key="network")
    screen.facts(shown)


def what_if(network: Network, shape: Shape, found: Sequence[Row]) -> None:
    """The first convolution, if it were dense."""
    name, layer = network.stages[0]
    if not found or not isinstance(layer, Channels):
        return
    with suppress(GeometryError):  # more weights than torch can count
        dense = dense_instead(layer, shape)
        st.markdown(
            f"**What if `{name}` were dense?** {prod(shape):,} inputs, each with a weight to every output: "
            f"{dense.parameters:,} parameters, {in_words(dense.parameters)}, instead of {found[0].cost.parameters:,}."
        )


def code_out(network: Network) -> None:
    """The network as PyTorch code, and as a file."""
    form = screen.choose_one("form", FORMS, FORMS[0])
    st.caption("Runs as it stands; the keys of its state_dict are the names in the list.")
    st.code(class_code(network) if form == FORMS[0] else sequential(network))
    st.download_button("network.json", to_json(network), "network.json", icon=":material/download:", on_click="ignore")


def code_in() -> None:
    """A field for code; nothing in it is run."""
    st.text_area("nn.Sequential(...), a printed module, or a class", key="pasted", height=220)
    st.button("Read it", on_click=paste, icon=":material/code:")
    st.caption("The code is read, never run: layers with numbers, in a row.")


inside_frame()
text, network, shape, problem = current()
with st.sidebar:
    network, selected = choose(network, shape)
said = st.session_state.pop("_said", None)
screen.head("Networks", [], problem or (GeometryError(said) if said else None), Conv, 2)
found, (_, error) = rows(network, shape), network.sound(shape)
table(network, shape, found, error, selected, question(network, shape, found, selected))
if error and error.fixes:
    with st.container(horizontal=True):
        at = len(found)
        for i, fix in enumerate(error.fixes):
            words = ", ".join(starmap(screen.spelled, fix.items()))
            st.button(f"Set {words} in {network.stages[at][0]}", key=f"fix{i}", on_click=mend, args=(at, fix))
what_if(network, shape, found)
running, text_tab, out_tab, in_tab = st.tabs(
    ["Run", "Explanation", "Code", "Paste code"], default="Explanation", key="tab", on_change="rerun", bind=BIND
)
with running:
    if running.open:
        if selected < len(found):
            run_it(network, shape, selected)
        else:
            st.info("This layer cannot run yet: mend the one that is marked.")
with text_tab:
    st.markdown(EXPLANATION)
with out_tab:
    if out_tab.open:
        code_out(network)
with in_tab:
    if in_tab.open:
        code_in()
