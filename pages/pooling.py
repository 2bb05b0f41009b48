"""Pooling: one number is kept of each window."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from cnnviz.content.presets import POOLING
from cnnviz.core.layers import (
    Adaptive,
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    Layer,
    LPPool,
    MaxPool,
    Pool,
    Upsample,
)
from cnnviz.inputs.samples import Digit
from cnnviz.scenes.request import Choice
from cnnviz.web import input_widgets
from cnnviz.web import page as screen
from cnnviz.web.cache import animate
from cnnviz.web.components.player import player
from cnnviz.web.shell import inside_frame
from cnnviz.web.widgets import BIND, per_axis_switch, settings_panel

# What stands in this list stands in the address, too. Unpooling is told by the settings of the pooling that it undoes.
LAYERS: dict[str, type[Layer]] = {
    "MaxPool": MaxPool,
    "AvgPool": AvgPool,
    "LPPool": LPPool,
    "AdaptiveMaxPool": AdaptiveMaxPool,
    "AdaptiveAvgPool": AdaptiveAvgPool,
    "MaxUnpool": MaxPool,
    "Upsample": Upsample,
}

EXPLANATION = """
**One step.** The window stands on one map and keeps one number: the largest cell, the mean, or a power mean. Channels
do not meet, and there are no weights to learn.

**Padding.** A maximum pads with −inf, which never wins. An average pads with 0, and whether those zeros count is a
setting: `count_include_pad` divides by all places of the window, or by its real cells alone.

**`ceil_mode`.** Rounding the size up adds a last window that reaches beyond the padding; what lies there is not read
and not counted. A window that would *start* beyond the input is left out: it is drawn dashed and crossed.

**Adaptive.** You say how large the output is. The windows follow, and where the sizes do not divide, they overlap and
are not equally long. One output cell is global pooling.

**Unpooling** puts each winner back where it came from; all other cells become 0.

**Upsampling** makes a map larger without learning anything: each cell is a blend of those that lie nearest, and the
weights, which add up to 1, follow from where it lies. `nn.UpsamplingNearest2d` is this with mode "nearest",
`nn.UpsamplingBilinear2d` with mode "bilinear" and `align_corners=True`.

**✓ = torch.** Value and index are worked out by hand, in your browser, and compared with what PyTorch returned.
"""

COMPARE = "the same windows under the other rule, with one playhead; unpooling and upsampling have no other"
FIRST = Choice(MaxPool(), Digit())


def choose() -> tuple[type[Layer], int, Callable[[], Choice]]:
    """The sidebar: kind and number of axes, and a function that makes the choice or raises what is wrong with it."""
    name = input_widgets.choose_from("layer", LAYERS, "MaxPool")
    kind = LAYERS[name]
    ndim = input_widgets.NDIMS[input_widgets.choose_one("ndim", input_widgets.NDIMS, "2d")]
    layer_slot, input_slot = st.container(), st.container()
    with input_slot:
        st.subheader("Input", anchor=False)
        source_kind, source = input_widgets.choose_source(ndim)
    with layer_slot:
        fields = settings_panel(kind, ndim, skip=("return_indices",) if name == "MaxUnpool" else ())
        per_axis_switch(ndim, (kind, ""), (source_kind, input_widgets.INPUT))
    if fields.get("size"):
        fields["scale_factor"] = None  # torch takes one of the two
    return kind, ndim, lambda: Choice(kind(ndim=ndim, **fields), source(), unpool=name == "MaxUnpool")


def rival(layer: Layer) -> Layer | None:
    """The same windows with the other rule: maximum against average. None where the other has no such windows."""
    if isinstance(layer, Upsample):
        return None
    if isinstance(layer, Adaptive):
        kind = AdaptiveAvgPool if isinstance(layer, AdaptiveMaxPool) else AdaptiveMaxPool
        return kind(layer.output_size, ndim=layer.ndim)
    assert isinstance(layer, Pool)
    if layer.dilation and max(layer.dilation) > 1:
        st.info("nn.AvgPool has no dilation, so there is nothing to compare with. Set dilation to 1.")
        return None
    other = AvgPool if isinstance(layer, MaxPool) else MaxPool
    none = (0,) * layer.ndim
    return other(layer.kernel_size, layer.stride, layer.padding or none, ceil_mode=layer.ceil_mode, ndim=layer.ndim)


inside_frame()
with st.sidebar:
    kind, ndim, make = choose()
    compare = st.toggle("compare maximum and average", True, key="compare", help=COMPARE, bind=BIND)
choice, shown, problem = screen.settle("pooling", make, FIRST)
screen.head("Pooling", POOLING, problem, kind, ndim)
other = rival(choice.layer) if compare and not choice.unpool else None
with st.container(horizontal=True, key="pair"):
    with st.container():
        screen.caption(choice, shown, problem)
        screen.notices(choice.source)
        player(shown.blob, key="pooling", role="leads" if other else "")
    if other:
        with st.container():
            beside = animate(replace(choice, layer=other))
            screen.caption(replace(choice, layer=other), beside)
            player(beside.blob, key="pooling_rival", role="follows")
screen.facts(shown)
screen.tabs(choice, shown, EXPLANATION)
