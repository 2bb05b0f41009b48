"""What the pages of single layers share, from the widgets of the input to the facts and the code below the stage."""

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from itertools import starmap
from typing import Any, Literal

import streamlit as st

from cnnviz.content.presets import Preset
from cnnviz.core.device import DeviceError
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Array, Shape
from cnnviz.core.layers.base import short
from cnnviz.core.settings import Setting
from cnnviz.export import Staged, saved
from cnnviz.inputs import Source, SourceError, for_ndim
from cnnviz.inputs.upload import WANTED, Upload
from cnnviz.networks.checkpoint import CheckpointError
from cnnviz.scenes.build import Choice, Shown
from cnnviz.scenes.snippet import snippet
from cnnviz.tensorfile import TensorError
from cnnviz.web.cache import animate, read
from cnnviz.web.components.player import TAB
from cnnviz.web.share import here, share
from cnnviz.web.widgets import BIND, EMPTY, place, put, settings_panel

INPUT = "input_"  # before the names of a source's own knobs
FILE = "file_"  # before those of a file, which must not go on with what a photograph or a made-up sound was set to
NDIMS = {"1d": 1, "2d": 2, "3d": 3}
PROBLEMS = (GeometryError, SourceError, DeviceError, TensorError, CheckpointError)
Maker = Callable[[], Source]  # gives the source, or raises what is wrong with it


def embedded() -> bool:
    """Does the page stand in a frame of another? Then it shows the player, and what is wrong, and nothing else."""
    return bool(st.context.is_embedded)


def choose_one(key: str, options: Iterable[str], default: str, on_change: Callable[[], None] | None = None) -> str:
    """One of a few, side by side."""
    chosen = st.segmented_control(
        key,
        list(options),
        default=default,
        key=key,
        required=True,
        label_visibility="collapsed",
        width="stretch",
        on_change=on_change,
        bind=BIND,
    )
    return str(chosen or default)  # an address may say that it is nothing


def choose_from(key: str, options: Iterable[str], default: str, label: str = "") -> str:
    """One of many, in a list."""
    names = list(options)
    shown: Literal["visible", "collapsed"] = "visible" if label else "collapsed"
    return str(st.selectbox(label or key, names, names.index(default), key=key, label_visibility=shown, bind=BIND))


def choose_seed(label: str = "seed") -> int:
    """The seed of whatever is random."""
    return int(st.number_input(label, 0, 9999, 0, key="seed", help="torch.manual_seed", bind=BIND))


def choose_source(ndim: int, default: str = "", start: Mapping[str, Any] = EMPTY) -> tuple[type[Source], Maker]:
    """The input's widgets: kind of source, and a function that makes it.

    `default` is the kind that the page begins with, and `start` says how, if not with its own defaults.
    """
    kinds = for_ndim(ndim)
    name = choose_from("input", kinds, default if default in kinds else next(iter(kinds)))
    kind = kinds[name]
    if kind is not Upload:
        fields = settings_panel(kind, ndim, INPUT, start=start if name == default else EMPTY)
        return kind, lambda: kind(ndim=ndim, **fields)
    what = "picture, sound or .npy" if ndim == 2 else ".npy"
    file = st.file_uploader(f"{what}, up to 20 MB", key="input_file")
    fields = settings_panel(kind, ndim, FILE, start=start) if ndim == 2 else {}

    def make() -> Source:
        if file is None:
            raise SourceError(f"Choose a file first: {WANTED if ndim == 2 else 'a .npy array'}.")
        return Upload(ndim=ndim, data=file.getvalue(), name=file.name, **fields)

    return kind, make


def plain(words: str) -> str:
    """Words in which a stranger's file may have had a say, for Streamlit's Markdown: no pictures, no links.

    >>> plain("a ![picture](http:example.org) of mine")
    'a !\\\\[picture](http:example.org) of mine'
    """
    return re.sub(r"[\\\[*]|__", lambda found: "".join(f"\\{sign}" for sign in found[0]), words)


def shape_of(source: Source) -> Shape:
    """Shape of an input, (channels, *axes)."""
    return read(source).values.shape


def settle(
    page: str, make: Callable[[], Any], first: Any, draw: Callable[[Any], Any] = animate
) -> tuple[Any, Any, Exception | None]:
    """The choice on stage. One that cannot work leaves the last one there, and comes back as a problem."""
    last = f"_{page}_last"
    try:
        choice = make()
        shown = draw(choice)
    except PROBLEMS as problem:
        choice = st.session_state.get(last, first)
        return choice, draw(choice), problem
    st.session_state[last] = choice
    return choice, shown, None


def head(title: str, presets: list[Preset], problem: Exception | None, kind: type[Setting], ndim: int) -> None:
    """Title and questions; under them what is wrong, and the question that the address asks."""
    if not embedded():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.title(title, anchor=False, width="stretch")
            if presets and st.button("Questions", icon=":material/help:"):
                questions(presets)
    with st.container():
        if problem:
            explain(problem, kind, ndim)
        if not embedded() and (question := asked(presets)):
            st.html(f'<div class="asked"><strong>{escape(question.question)}</strong>{question.answer_html()}</div>')


def explain(problem: Exception, kind: type[Setting], ndim: int) -> None:
    """One sentence, and a button for each way out that has a widget."""
    st.warning(plain(str(problem)), icon=":material/info:")
    with st.container(horizontal=True):
        for i, fix in enumerate(getattr(problem, "fixes", ())):
            st.button(
                f"Set {', '.join(starmap(spelled, fix.items()))}", key=f"fix{i}", on_click=put, args=(fix, kind, ndim)
            )


def spelled(name: str, value: Any) -> str:
    """One change of a fix, as its button says it."""
    return f"{name} to nothing" if value is None else f"{name} = {short(value) if isinstance(value, tuple) else value}"


@st.dialog("Questions", width="large")
def questions(presets: list[Preset]) -> None:
    """Links that set the page up, with their answers. One piece of HTML, and only when asked for: it is long."""
    rows = [f"<li>{escape(p.question)}<div>{p.html('show')}{p.answer_html()}</div></li>" for p in presets]
    st.html(f'<ul class="questions">{"".join(rows)}</ul>')


def asked(presets: list[Preset]) -> Preset | None:
    """The question that the address asks, if it is one of these."""
    here = dict(st.query_params.items())
    return next((preset for preset in presets if preset.params == here), None)


def notices(source: Source, key: str = "") -> None:
    """What is odd about an input, and a button for each way out; one place on the page, however many there are."""
    with st.container():
        for i, notice in enumerate(read(source).notices):
            st.info(plain(notice.sentence), icon=":material/info:")
            with st.container(horizontal=True):
                for j, (words, changes) in enumerate(notice.fixes):
                    widgets = {FILE + name: value for name, value in changes.items()}
                    st.button(words, key=f"{key}notice{i}_{j}", on_click=place, args=(widgets,))


def caption(choice: Choice, shown: Shown, problem: Exception | None = None) -> None:
    """What is on stage, in a line: the torch calls and the input."""
    if embedded() and not problem:
        return
    layers = [*choice.front, *((choice.layer,) if choice.unpool else ()), shown.done.layer]
    calls = " → ".join(f"`{layer.code()}`" for layer in layers)
    st.caption(f"{'Still showing ' if problem else ''}{calls} on {plain(read(choice.source).caption)}")


def facts(shown: Shown) -> None:
    """Shapes, cost and device in a line, and the rule with its numbers."""
    if embedded():
        return
    done, cost = shown.done, shown.cost
    before, after = done.layer.torch_shapes(done.x.shape)
    parts = [
        f"`({', '.join(axis_letters(before))})`  {before} → **{after}**",
        f"**{cost.parameters:,}** parameters",
        f"**{cost.macs:,}** multiply-adds (MACs)",
        f"{done.device}, {done.seconds * 1000:.1f} ms",
    ]
    if shown.unread:
        parts.append(f"**{shown.unread:,}** input cells are never read")
    st.markdown(" &nbsp;·&nbsp; ".join(parts))
    for line in merged(done.layer.formula(done.x.shape)):
        st.markdown(f"${line}$")
    if done.notice:
        st.info(done.notice)


def axis_letters(shape: Shape) -> tuple[str, ...]:
    """The field's letters for the axes of a batch."""
    return ("N", "C", *{0: "", 1: "L", 2: "HW", 3: "DHW"}[len(shape) - 2])


def merged(lines: list[str]) -> list[str]:
    """One line for all axes that have the same numbers."""
    axes: dict[str, list[str]] = {}
    for line in lines:
        name, rule = line.split(": ", 1) if line.startswith(r"\text") and ": " in line else ("", line)
        axes.setdefault(rule, []).append(name)
    return [(r",\ ".join(names) + r":\quad " if any(names) else "") + rule for rule, names in axes.items()]


def code_of(choice: Choice, shown: Shown) -> tuple[str, dict[str, Array]]:
    """The snippet, and by name the arrays that it loads where numbers are too many to be written down."""
    before = (choice.layer,) if choice.unpool else ()
    code = snippet(shown.done.layer, choice.source, choice.seed, shown.weight, choice.flipped, (*choice.front, *before))
    arrays = (("input.npy", read(choice.source).values), ("weight.npy", shown.weight))
    return code, {name: values for name, values in arrays if name in code and values is not None}


def show_code(choice: Choice, shown: Shown) -> None:
    """The snippet, and the files that it loads."""
    code, loads = code_of(choice, shown)
    st.caption("Run as it stands, this gives the very output above.")
    st.code(code)
    for name, values in loads.items():
        st.download_button(name, saved(values), name, icon=":material/download:", on_click="ignore")


def staged(choice: Choice, shown: Shown) -> Staged:
    """What is on stage, for files."""
    caption, code = read(choice.source).caption, code_of(choice, shown)
    return Staged(shown.blob, shown.done, caption, choice.seed, *code, address=here())


def tabs(choice: Choice, shown: Shown, explanation: str, **more: Callable[[], Any]) -> None:
    """Explanation, code, and what else a page has; each is drawn when it is looked at."""
    if embedded():
        return
    names = ["Explanation", "Code", *more, TAB]
    text, code, *others, sharing = st.tabs(names, key="tab", on_change="rerun", bind=BIND)
    with text:
        st.markdown(explanation)
    with code:
        if code.open:
            show_code(choice, shown)
    for tab, draw in zip(others, more.values(), strict=True):
        with tab:
            if tab.open:
                draw()
    with sharing:
        if sharing.open:
            share(staged(choice, shown), isinstance(choice.source, Upload))
