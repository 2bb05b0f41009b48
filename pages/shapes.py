"""Flatten, Linear, permute, paddings and shuffles: what goes where in layers that move cells."""

from collections.abc import Callable

import streamlit as st

from cnnviz.content.presets import SHAPES
from cnnviz.core.layers import (
    ChannelShuffle,
    CircularPad,
    ConstantPad,
    Conv,
    Flatten,
    Layer,
    Linear,
    Permute,
    PixelShuffle,
    PixelUnshuffle,
    ReflectionPad,
    ReplicationPad,
    Shape,
    Unflatten,
    ZeroPad,
)
from cnnviz.inputs import Source
from cnnviz.inputs.samples import Digit
from cnnviz.scenes.request import Choice
from cnnviz.web import input_widgets
from cnnviz.web import page as screen
from cnnviz.web.components.player import player
from cnnviz.web.shell import inside_frame
from cnnviz.web.widgets import BIND, per_axis_switch, settings_panel

# What stands in this list stands in the address, too.
LAYERS: dict[str, type[Layer]] = {
    "Flatten": Flatten,
    "Linear": Linear,
    "Permute": Permute,
    "Unflatten": Unflatten,
    "ZeroPad": ZeroPad,
    "ConstantPad": ConstantPad,
    "ReflectionPad": ReflectionPad,
    "ReplicationPad": ReplicationPad,
    "CircularPad": CircularPad,
    "PixelShuffle": PixelShuffle,
    "PixelUnshuffle": PixelUnshuffle,
    "ChannelShuffle": ChannelShuffle,
}
NOTES = {
    "Unflatten": "undoes Flatten: a vector becomes maps again",
    "ZeroPad": "zeros on each side, as padding_mode='zeros' of a convolution",
    "ConstantPad": "a number of your own on each side",
    "ReflectionPad": "a mirror on the border, as padding_mode='reflect'",
    "ReplicationPad": "the border again and again, as padding_mode='replicate'",
    "CircularPad": "what leaves on one side comes in on the other, as padding_mode='circular'",
    "PixelShuffle": "channels become rows and columns: how super-resolution networks enlarge",
    "PixelUnshuffle": "rows and columns become channels; no cell is lost",
    "ChannelShuffle": "channels change places between two grouped convolutions, as in ShuffleNet",
}
MAPS = {PixelShuffle: 4, ChannelShuffle: 4}  # channels that a convolution makes of the input before
MAPS_HELP = "a convolution with so many channels runs first; 0 takes the input itself"
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

**Padding** puts cells round the input: (left, right, top, bottom), the last axis first, as torch has it. A negative
number cuts cells away. A convolution's own `padding` does the same on both sides at once.

**PixelShuffle** and **PixelUnshuffle** trade channels for rows and columns, **ChannelShuffle** reorders channels. Each
output cell is an input cell, so nothing is computed and nothing is lost. Point at a cell to see where it comes from.
"""

FIRST = Choice(Flatten(), Digit())


def choose() -> tuple[type[Layer], int, Callable[[], Choice]]:
    """The sidebar: kind and number of axes, and a function that makes the choice or raises what is wrong with it."""
    name = input_widgets.choose_from("layer", LAYERS, "Flatten")
    kind = LAYERS[name]
    if name in NOTES:
        st.caption(NOTES[name])
    ndim = input_widgets.NDIMS[input_widgets.choose_one("ndim", input_widgets.NDIMS, "2d")]
    layer_slot, input_slot = st.container(), st.container()
    with input_slot:
        st.subheader("Input", anchor=False)
        source_kind, source = input_widgets.choose_source(ndim)
        per_axis_switch(ndim, (source_kind, input_widgets.INPUT))
    with layer_slot:
        fields = settings_panel(kind, ndim)
        order = input_widgets.choose_from("order", ORDERS, "channels first") if kind is Permute else ""
        if order:
            st.caption(ORDERS[order])
        maps = 0
        if kind in MAPS:
            maps = int(st.number_input("maps before", 0, 64, MAPS[kind], key="maps", help=MAPS_HELP, bind=BIND))
        seed = input_widgets.choose_seed() if kind is Linear or maps else 0

    def make() -> Choice:
        inputs = source()
        if kind is Linear:
            return Choice(Linear(size=input_widgets.shape_of(inputs), ndim=ndim, **fields), inputs, seed=seed)
        if kind is Permute:
            return permuted(inputs, ndim, order)
        if kind is Unflatten:
            layer = Unflatten(unflattened_size=input_widgets.shape_of(inputs), ndim=ndim)
            return Choice(layer, inputs, front=(Flatten(ndim=ndim),))
        front = (before(input_widgets.shape_of(inputs), maps, ndim),) if maps else ()
        return Choice(kind(ndim=ndim, **fields), inputs, seed=seed, front=front)

    return kind, ndim, make


def before(shape: Shape, maps: int, ndim: int) -> Layer:
    """A convolution that keeps the size."""
    return Conv(shape[0], maps, (3,) * ndim, padding=(1,) * ndim, ndim=ndim)


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
screen.notices(choice.source)
player(shown.blob, key="shapes")
screen.facts(shown)
screen.tabs(choice, shown, EXPLANATION)
