"""Output size: how long an axis is behind a layer, by formula and by counting windows."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import streamlit as st

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Conv, Layer
from cnnviz.inputs.patterns import Ramp
from cnnviz.networks.chain import chain
from cnnviz.scenes.query.convolution import ask_size
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Named
from cnnviz.web import markdown
from cnnviz.web import page as screen
from cnnviz.web.components.player import player
from cnnviz.web.form import WIDGETS
from cnnviz.web.shell import inside_frame

NEAR = 4  # sizes and paddings on each side that are listed

EXPLANATION = """
**The formula** counts the windows that fit: the input with its padding, less the cells that one window spans, divided
by the stride, rounded down, and one more for the window at the start. `ceil_mode` rounds up instead.

**Rounded down** means that cells at the far end may never be read. They are counted under *never read*.

**Transposed**, it is solved for the input: a convolution with the same settings leads back from the output to this
size. Where several sizes lead there, `output_padding` chooses one.

**Rows and columns do not meet.** For a picture, use the formula once for its rows and once for its columns.
"""

FIRST = Request(chain(Conv(ndim=1)), Ramp(size=(7,), ndim=1), Named("box"))


def size_behind(layer: Layer, size: int) -> tuple[int | None, int | None]:
    """Cells of the output, and how many of the input are never read; None where no window fits."""
    try:
        [axis] = layer.windows((1, size))
    except GeometryError:
        return None, None
    return layer.output_shape((1, size))[1], int((axis.read_counts() == 0).sum())


def table(name: str, here: int, found: Iterable[tuple[int, Layer, int]]) -> None:
    """What comes out for several values of one number; the one that is set is marked."""
    rows = [(value, *size_behind(layer, size)) for value, layer, size in found]
    columns = {
        "": ["→" if value == here else "" for value, *_ in rows],
        name: [value for value, *_ in rows],
        "output size": [made for _, made, _ in rows],
        "never read": [unread for *_, unread in rows],
    }
    st.dataframe(columns, hide_index=True, height="content")


def tables(layer: Layer, size: int) -> None:
    """What neighbouring input sizes give, and other paddings."""
    padding = getattr(layer, "padding", 0)
    with st.container(horizontal=True):
        with st.container():
            near = range(max(1, size - NEAR), size + NEAR + 1)
            table("input size", size, ((n, layer, n) for n in near))
        if isinstance(padding, tuple):
            [p] = padding
            with st.container():
                near = range(max(0, p - NEAR), max(0, p - NEAR) + 2 * NEAR + 1)
                table("padding", p, ((n, padded(layer, n), size) for n in near))


def padded(layer: Layer, padding: int) -> Layer:
    changes: dict[str, Any] = {"padding": (padding,)}
    return replace(layer, **changes)


inside_frame()
with st.sidebar:
    made = ask_size(WIDGETS)
request, shown, problem = screen.settle("output_size", made.make, FIRST)
before, after = shown.done.x.shape[1], shown.done.y.shape[1]
screen.head("Output size", [], problem, made.kind, 1)
if not screen.embedded():
    st.markdown(f"### {before:,} → {after:,}")
    for line in markdown.merged(shown.done.layer.formula(shown.done.x.shape)):
        st.markdown(f"${line}$")
screen.caption(request, shown, problem)
screen.notices(request.input)
player(shown.blob, key="output_size")
if not screen.embedded():
    tables(shown.done.layer, before)
screen.tabs(request, shown, EXPLANATION)
