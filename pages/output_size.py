"""Output size: how long an axis is behind a layer, by formula and by counting windows."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import streamlit as st

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import AvgPool, Conv, ConvTranspose, Layer, MaxPool
from cnnviz.inputs.patterns import Ramp
from cnnviz.scenes.request import Choice
from cnnviz.web import input_widgets, markdown
from cnnviz.web import page as screen
from cnnviz.web.components.player import player
from cnnviz.web.shell import inside_frame
from cnnviz.web.widgets import BIND, settings_panel

# What stands in this list stands in the address, too.
LAYERS: dict[str, type[Layer]] = {"Conv": Conv, "ConvTranspose": ConvTranspose, "MaxPool": MaxPool, "AvgPool": AvgPool}
SIZES = ("kernel_size", "stride", "padding", "dilation", "output_padding", "ceil_mode")  # what the size depends on
MOST = 4_096  # cells
NEAR = 4  # sizes and paddings on each side that are listed

EXPLANATION = """
**The formula** counts the windows that fit: the input with its padding, less the cells that one window spans, divided
by the stride, rounded down, and one more for the window at the start. `ceil_mode` rounds up instead.

**Rounded down** means that cells at the far end may never be read. They are counted under *never read*.

**Transposed**, it is solved for the input: a convolution with the same settings leads back from the output to this
size. Where several sizes lead there, `output_padding` chooses one.

**Rows and columns do not meet.** For a picture, use the formula once for its rows and once for its columns.
"""

FIRST = Choice(Conv(ndim=1), Ramp(size=(7,), ndim=1), "box")


def choose() -> tuple[type[Layer], Callable[[], Choice]]:
    """The sidebar: kind of layer, and a function that makes the choice."""
    kind = LAYERS[input_widgets.choose_from("layer", LAYERS, "Conv")]
    size = int(st.number_input("input size", 1, MOST, 7, key="size", help="cells along one axis", bind=BIND))
    others = tuple(name for name in kind.__dataclass_fields__ if name not in SIZES)
    fields = settings_panel(kind, 1, skip=others)

    def make() -> Choice:
        layer = kind(ndim=1, **fields)
        return Choice(layer, Ramp(size=(size,), ndim=1), {Conv: "box", ConvTranspose: "ones"}.get(kind, ""))

    return kind, make


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
    kind, make = choose()
choice, shown, problem = screen.settle("output_size", make, FIRST)
before, after = shown.done.x.shape[1], shown.done.y.shape[1]
screen.head("Output size", [], problem, kind, 1)
if not screen.embedded():
    st.markdown(f"### {before:,} → {after:,}")
    for line in markdown.merged(shown.done.layer.formula(shown.done.x.shape)):
        st.markdown(f"${line}$")
screen.caption(choice, shown, problem)
screen.notices(choice.source)
player(shown.blob, key="output_size")
if not screen.embedded():
    tables(shown.done.layer, before)
screen.tabs(choice, shown, EXPLANATION)
