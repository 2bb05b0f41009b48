"""Pooling: one number is kept of each window."""

import streamlit as st

from cnnviz.content.presets import POOLING
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import MaxPool
from cnnviz.inputs.samples import Digit
from cnnviz.networks.chain import chain
from cnnviz.scenes.build import show
from cnnviz.scenes.query.pooling import ask
from cnnviz.scenes.request import Request
from cnnviz.web import page as screen
from cnnviz.web.components.player import player
from cnnviz.web.form import WIDGETS
from cnnviz.web.shell import inside_frame

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

FIRST = Request(chain(MaxPool()), Digit())


inside_frame()
with st.sidebar:
    made = ask(WIDGETS)
request, shown, problem = screen.settle("pooling", made.make, FIRST)
screen.head("Pooling", POOLING, problem, made.kind, made.ndim)
other = None
if made.beside:
    try:
        other = made.beside(request)
    except GeometryError as reason:
        st.info(str(reason))
with st.container(horizontal=True, key="pair"):
    with st.container():
        screen.caption(request, shown, problem)
        screen.notices(request.input)
        player(shown.blob, key="pooling", role="leads" if other else "")
    if other:
        with st.container():
            beside = show(other)
            screen.caption(other, beside)
            player(beside.blob, key="pooling_rival", role="follows")
screen.facts(shown)
screen.tabs(request, shown, EXPLANATION)
