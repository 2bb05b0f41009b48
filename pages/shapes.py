"""Flatten, Linear, permute: what goes where in nn.Linear, nn.Flatten and permute."""

from collections.abc import Callable

import streamlit as st

from cnnviz import screen
from cnnviz.frame import inside_frame
from cnnviz.layers import Flatten, Layer, Linear, Permute
from cnnviz.panels import per_axis_switch, settings_panel
from cnnviz.player import player
from cnnviz.presets import SHAPES
from cnnviz.show import Choice
from cnnviz.sources import Source
from cnnviz.sources.samples import Digit

# What stands in this list stands in the address, too.
LAYERS: dict[str, type[Layer]] = {"Flatten": Flatten, "Linear": Linear, "Permute": Permute}
ORDERS = {
    "channels first": "BHWC to BCHW: a picture as files have it, made ready for torch",
    "channels last": "BCHW to BHWC",
}

EXPLANATION = """
**Flatten** lays the cells out in one line: column after column of a row, row after row of a map, map after map.

**Linear** has one weight for every cell that it reads, and one output for each row of its matrix. It is a convolution
whose kernel is as large as the whole input: there is one place for it, so nothing slides and nothing is shared.

**Permute** changes the order of the axes and no value. Pictures come as rows, columns, channels (BHWC); torch wants the
channels before the rows (BCHW). Read as they come, the rows would pass for channels.
"""

FIRST = Choice(Flatten(), Digit())


def choose() -> tuple[type[Layer], int, Callable[[], Choice]]:
    """The sidebar: kind and number of axes, and a function that makes the choice or raises what is wrong with it."""
    name = screen.choose_one("layer", LAYERS, "Flatten")
    kind = LAYERS[name]
    ndim = screen.NDIMS[screen.choose_one("ndim", screen.NDIMS, "2d")]
    layer_slot, input_slot = st.container(), st.container()
    with input_slot:
        st.subheader("Input", anchor=False)
        source_kind, source = screen.choose_source(ndim)
        per_axis_switch(ndim, (source_kind, screen.INPUT))
    with layer_slot:
        fields = settings_panel(kind, ndim)
        order = screen.choose_from("order", ORDERS, "channels first") if kind is Permute else ""
        if order:
            st.caption(ORDERS[order])
        seed = 0
        if kind is Linear:
            seed = screen.choose_seed()

    def make() -> Choice:
        inputs = source()
        if kind is Linear:
            return Choice(Linear(size=screen.shape_of(inputs), ndim=ndim, **fields), inputs, seed=seed)
        if kind is Permute:
            return permuted(inputs, ndim, order)
        return Choice(kind(ndim=ndim), inputs)

    return kind, ndim, make


def permuted(inputs: Source, ndim: int, order: str) -> Choice:
    """Channels to the front or to the end. To go to the front they must stand at the end first."""
    last = Permute((*range(1, ndim + 1), 0), ndim=ndim)
    if order == "channels last":
        return Choice(last, inputs)
    return Choice(Permute((ndim, *range(ndim)), ndim=ndim), inputs, front=(last,))


inside_frame()
with st.sidebar:
    kind, ndim, make = choose()
choice, shown, problem = screen.settle("shapes", make, FIRST)
screen.head("Flatten & Linear", SHAPES, problem, kind, ndim)
screen.caption(choice, shown, problem)
player(shown.blob, key="shapes")
screen.facts(shown)
screen.tabs(choice, shown, EXPLANATION)
