"""Convolution: a small window of weights slides over the input."""

import streamlit as st

from cnnviz.content.presets import CONVOLUTION
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Channels, Conv, ConvTranspose
from cnnviz.inputs import SourceError
from cnnviz.inputs.samples import Digit
from cnnviz.networks.chain import chain
from cnnviz.scenes.build import Shown
from cnnviz.scenes.query import to_query
from cnnviz.scenes.query.inputs import shape_of
from cnnviz.scenes.query.made import Made
from cnnviz.scenes.request import LayerView, MatrixView, Request
from cnnviz.scenes.upstream import FromLoss
from cnnviz.scenes.weights import Named
from cnnviz.text import Message, _
from cnnviz.text.part import Part, part, parts
from cnnviz.web import about
from cnnviz.web.charts import MOST_CELLS, weight_figure
from cnnviz.web.driver import draw
from cnnviz.web.page_spec import Offer, PageSpec
from cnnviz.web.shell import inside_frame

WINDOWS = _("""
**One step.** The window stands on the input and reads as many cells as the kernel has weights. Each cell is multiplied
by its weight; the products of all input channels are added up, and the bias last. The sum is one cell of the output.
Then the window moves on by the stride.
""")

STAMPS = _("""
**One step.** One input cell is multiplied by every weight of the kernel, and the products are painted on the output
as a stamp. The next cell's stamp lies `stride` cells further, so stamps overlap where the kernel is larger than the
stride: there they add up, and the bias is added last. `padding` crops the border of what was painted. `output_padding`
makes the output longer at the far end: that gives back what was cropped there, or adds cells that hold the bias alone.

**The same by windows.** Choose *windows* under *told by*: the input is stuffed with `stride` − 1 holes between its
cells, and the kernel, turned round, slides over it one cell at a time. Each output cell is then one sum, as in a
convolution.
""")

POINTING = _("""
**Point at things.** An output cell lights what it reads. An input cell lights every output that reads it. A weight
lights every place that it is multiplied with. Click to hold on to a cell, Esc to let go.

**Colours.** Orange is positive, blue negative, and zero is the colour of the page; weights are green and purple.
Hatched places are padding, or not computed yet.

**✓ = torch.** The sum is worked out by hand, in your browser, and compared with what the PyTorch layer returned.
""")


def offer_depthwise(made: Made) -> list[Offer]:
    """A way from one group to one group per channel."""
    try:
        channels = shape_of(made.source())[0]
    except (SourceError, GeometryError):
        return []  # said once, where the scene is made
    label = Message("Make depthwise (groups = {channels})", channels=channels)
    return [(label, {"groups": channels, "out_channels": channels})] if channels > 1 else []


def facts(shown: Shown) -> list[Part]:
    """The line of facts, and what a true convolution changes."""
    told = about.facts(shown)
    if told and shown.turned is not None:
        words = _(
            "True convolution: the kernel is turned round before it slides. The cross-correlation with the same "
            "kernel differs by up to **{turned:.4g}**. A network learns its weights and can as well learn them "
            "turned: that is why the turn is left out.",
            turned=shown.turned,
        )
        told.append(part("p", *parts(words)))
    return told


def all_kernels(shown: Shown) -> None:
    """All kernels at once."""
    layer = shown.forward.layer
    assert isinstance(layer, Channels)
    taps = layer.taps(shown.forward.state["weight"])
    if taps.size * layer.groups > MOST_CELLS:
        st.write(_("{size:,} weights are too many to draw one by one.", size=taps.size))
        return
    st.caption(_("One block for each pair of channels. Groups leave blocks empty: what a kernel does not see."))
    dark = st.context.theme.type == "dark"
    reads = layer.channels_read(shown.forward.shape)
    st.plotly_chart(weight_figure(taps, reads, layer.in_channels, dark), key="weight_figure")


def ways(request: Request, view: LayerView) -> list[Part]:
    """To where its windows are columns, in the same pass."""
    if not isinstance(request.layer, Conv) or not isinstance(request.weights, Named):
        return []
    words = to_query("matrix", (request, product(view)))
    return about.elsewhere(request, "matrix", words, _("See this setting as a product of matrices"))


def product(view: LayerView) -> MatrixView:
    """The form that a pass has as a product of matrices; in that of dW, db stands beside it."""
    if not view.back or isinstance(view.back.upstream, FromLoss):  # which a layer alone has not
        return MatrixView()
    return MatrixView(form="dX" if view.back.of.startswith("dX") else "dW", upstream=view.back.upstream)


PAGE = PageSpec(
    name="convolution",
    presets=CONVOLUTION,
    first=Request(chain(Conv()), Digit(), Named("sobel_x")),
    explanation=lambda request: (STAMPS if isinstance(request.layer, ConvTranspose) else WINDOWS) + POINTING,
    offers=offer_depthwise,
    facts=facts,
    ways=ways,
    tabs=lambda shown: {"Weights": lambda: all_kernels(shown)},
)

inside_frame()
draw(PAGE)
