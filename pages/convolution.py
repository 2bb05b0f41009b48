"""Convolution: a small window of weights slides over the input."""

from collections.abc import Callable

import streamlit as st

from cnnviz.content.presets import CONVOLUTION
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Channels, Conv, ConvTranspose
from cnnviz.inputs import SourceError
from cnnviz.inputs.kernels import TITLES
from cnnviz.inputs.samples import Digit
from cnnviz.scenes.build import Shown
from cnnviz.scenes.request import Choice
from cnnviz.web import input_widgets
from cnnviz.web import page as screen
from cnnviz.web.charts import MOST_CELLS, weight_figure
from cnnviz.web.components.player import player
from cnnviz.web.shell import inside_frame
from cnnviz.web.widgets import BIND, per_axis_switch, put, settings_panel

# What stands in this list stands in the address, too.
LAYERS: dict[str, type[Channels]] = {"Conv": Conv, "ConvTranspose": ConvTranspose}

WINDOWS = """
**One step.** The window stands on the input and reads as many cells as the kernel has weights. Each cell is multiplied
by its weight; the products of all input channels are added up, and the bias last. The sum is one cell of the output.
Then the window moves on by the stride.
"""

STAMPS = """
**One step.** One input cell is multiplied by every weight of the kernel, and the products are painted on the output
as a stamp. The next cell's stamp lies `stride` cells further, so stamps overlap where the kernel is larger than the
stride: there they add up, and the bias is added last. `padding` crops the border of what was painted. `output_padding`
makes the output longer at the far end: that gives back what was cropped there, or adds cells that hold the bias alone.

**The same by windows.** Choose *windows* under *told by*: the input is stuffed with `stride` − 1 holes between its
cells, and the kernel, turned round, slides over it one cell at a time. Each output cell is then one sum, as in a
convolution.
"""

POINTING = """
**Point at things.** An output cell lights what it reads. An input cell lights every output that reads it. A weight
lights every place that it is multiplied with. Click to hold on to a cell, Esc to let go.

**Colours.** Orange is positive, blue negative, and zero is the colour of the page; weights are teal and purple. Hatched
places are padding, or not computed yet.

**✓ = torch.** The sum is worked out by hand, in your browser, and compared with what the PyTorch layer returned.
"""

FIRST = Choice(Conv(), Digit(), "sobel_x")


def choose() -> tuple[type[Channels], int, Callable[[], Choice]]:
    """The sidebar: kind and number of axes, and a function that makes the choice or raises what is wrong with it."""
    kind = LAYERS[input_widgets.choose_one("layer", LAYERS, "Conv")]
    ndim = input_widgets.NDIMS[input_widgets.choose_one("ndim", input_widgets.NDIMS, "2d")]
    layer_slot, input_slot, kernel_slot = st.container(), st.container(), st.container()
    with input_slot:
        st.subheader("Input", anchor=False)
        source_kind, source = input_widgets.choose_source(ndim)
    with layer_slot:
        fields = settings_panel(kind, ndim, skip=("in_channels",))
        per_axis_switch(ndim, (kind, ""), (source_kind, input_widgets.INPUT))
        offer_depthwise(kind, ndim, source)
    with kernel_slot:
        st.subheader("Kernel", anchor=False)
        kernel, text, seed, flipped = choose_kernel(kind)

    def make() -> Choice:
        inputs = source()
        layer = kind(in_channels=input_widgets.shape_of(inputs)[0], ndim=ndim, **fields)
        return Choice(layer, inputs, kernel, text, seed, flipped)

    return kind, ndim, make


def offer_depthwise(kind: type[Channels], ndim: int, source: input_widgets.Maker) -> None:
    """A way from one group to one group per channel."""
    try:
        channels = input_widgets.shape_of(source())[0]
    except (SourceError, GeometryError):
        return  # said once, where the scene is made
    if channels > 1:
        change = {"groups": channels, "out_channels": channels}
        st.button(f"Make depthwise (groups = {channels})", on_click=put, args=(change, kind, ndim))


def choose_kernel(kind: type[Channels]) -> tuple[str, str, int, bool]:
    """Name of the weights, what is typed, seed, and whether the kernel is turned round."""
    kernel = input_widgets.choose_from("kernel", TITLES, "sobel_x")
    st.caption(TITLES[kernel])
    text, seed = "", 0
    if kernel == "typed":
        help_ = "a line for each row, a blank line between planes, --- between kernels"
        text = st.text_area("numbers", "1 0 -1\n2 0 -2\n1 0 -1", key="kernel_text", help=help_, bind=BIND)
    if kernel == "random":
        seed = input_widgets.choose_seed()
    flipped = False
    if kind is Conv:
        flipped = st.toggle(
            "true convolution",
            key="flip",
            help="Mathematics turns the kernel round before it slides. Networks do not: theirs is a cross-correlation.",
            bind=BIND,
        )
    return kernel, text, seed, flipped


def say_turned(turned: float | None) -> None:
    """What a true convolution changes."""
    if turned is not None and not screen.embedded():
        st.markdown(
            "True convolution: the kernel is turned round before it slides. The cross-correlation with the same kernel "
            f"differs by up to **{turned:.4g}**. A network learns its weights and can as well learn them turned: "
            "that is why the turn is left out."
        )


def all_kernels(shown: Shown) -> None:
    """All kernels at once."""
    layer = shown.done.layer
    assert isinstance(layer, Channels)
    taps = layer.taps(shown.done.state["weight"])
    if taps.size * layer.groups > MOST_CELLS:
        st.write(f"{taps.size:,} weights are too many to draw one by one.")
        return
    st.caption("One block for each pair of channels. Groups leave blocks empty: what a kernel does not see.")
    dark = st.context.theme.type == "dark"
    reads = layer.channels_read(shown.done.x.shape)
    st.plotly_chart(weight_figure(taps, reads, layer.in_channels, dark), key="weight_figure")


inside_frame()
with st.sidebar:
    kind, ndim, make = choose()
choice, shown, problem = screen.settle("convolution", make, FIRST)
screen.head("Convolution", CONVOLUTION, problem, kind, ndim)
screen.caption(choice, shown, problem)
screen.notices(choice.source)
player(shown.blob, key="convolution")
screen.facts(shown)
say_turned(shown.turned)
explanation = (STAMPS if isinstance(choice.layer, ConvTranspose) else WINDOWS) + POINTING
screen.tabs(choice, shown, explanation, Weights=lambda: all_kernels(shown))
