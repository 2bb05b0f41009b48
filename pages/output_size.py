"""Output size: how long an axis is behind a layer, by formula and by counting windows."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import streamlit as st

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Conv, Layer
from cnnviz.inputs.patterns import Ramp
from cnnviz.networks.chain import chain
from cnnviz.scenes.build import Shown
from cnnviz.scenes.request import Request
from cnnviz.scenes.weights import Named
from cnnviz.text import _
from cnnviz.text.part import Part, part
from cnnviz.web.about import formulas
from cnnviz.web.driver import draw
from cnnviz.web.page import embedded
from cnnviz.web.page_spec import PageSpec
from cnnviz.web.shell import inside_frame

NEAR = 4  # sizes and paddings on each side that are listed
DASH = "–"  # where no window fits

EXPLANATION = _("""
**The formula** counts the windows that fit: the input with its padding, less the cells that one window spans, divided
by the stride, rounded down, and one more for the window at the start. `ceil_mode` rounds up instead.

**Rounded down** means that cells at the far end may never be read. They are counted under *never read*.

**Transposed**, it is solved for the input: a convolution with the same settings leads back from the output to this
size. Where several sizes lead there, `output_padding` chooses one.

**Rows and columns do not meet.** For a picture, use the formula once for its rows and once for its columns.
""")


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
        name: [f"→ **{value}**" if value == here else str(value) for value, *__ in rows],
        _("output size"): [DASH if made is None else str(made) for __, made, *___ in rows],
        _("never read"): [DASH if unread is None else str(unread) for *__, unread in rows],
    }
    st.table(columns, hide_index=True, border="horizontal")


def headline(shown: Shown) -> list[Part]:
    """From how many cells to how many, and by which formula."""
    if embedded():
        return []
    before, after = shown.done.x.shape[2], shown.done.y.shape[2]
    return [part("h3", f"{before:,} → {after:,}"), *formulas(shown)]


def tables(layer: Layer, size: int) -> None:
    """What neighbouring input sizes give, and other paddings."""
    if embedded():
        return
    padding = getattr(layer, "padding", 0)
    with st.container(horizontal=True, key="sizes"):
        with st.container():
            near = range(max(1, size - NEAR), size + NEAR + 1)
            table(_("input size"), size, ((n, layer, n) for n in near))
        if isinstance(padding, tuple):
            [p] = padding
            with st.container():
                near = range(max(0, p - NEAR), max(0, p - NEAR) + 2 * NEAR + 1)
                table("padding", p, ((n, padded(layer, n), size) for n in near))


def padded(layer: Layer, padding: int) -> Layer:
    changes: dict[str, Any] = {"padding": (padding,)}
    return replace(layer, **changes)


PAGE = PageSpec(
    name="output_size",
    presets=[],
    first=Request(chain(Conv(ndim=1)), Ramp(size=(7,), ndim=1), Named("box")),
    explanation=lambda _: EXPLANATION,
    headline=headline,
    facts=lambda shown: [],
    below=lambda shown: tables(shown.done.layer, shown.done.x.shape[2]),
)

inside_frame()
draw(PAGE)
