"""Normalisation and dropout: what a training pass does to a batch besides learning."""

import streamlit as st

from cnnviz.content.presets import NORMALISATION
from cnnviz.core.layers import BatchNorm
from cnnviz.inputs.batch import Along
from cnnviz.inputs.patterns import Random
from cnnviz.networks.chain import chain
from cnnviz.scenes.build import Shown
from cnnviz.scenes.query.normalisation import NOISE
from cnnviz.scenes.request import Request
from cnnviz.text import _
from cnnviz.web.charts import running_figure
from cnnviz.web.driver import draw
from cnnviz.web.page_spec import PageSpec, Tabs
from cnnviz.web.shell import inside_frame
from cnnviz.web.widgets import place

EXPLANATION = _("""
**Normalisation.** Cells that share a mean and a variance are moved to mean 0 and variance 1; point at one to see which
they are. The kinds differ in nothing else. Then each channel has a weight and a bias, which start at 1 and 0.

**Training and eval.** Batch norm takes the statistics of the batch while training, and keeps running ones for later. In
torch, `momentum` is how much of the *new* batch counts: running = (1 − momentum) · running + momentum · batch. In other
libraries it is the share of the old. The running variance follows the unbiased one, which divides by n − 1. With
*trained* weights, running statistics, weight and bias are those that a network which ships has learned; it stands
behind the network's own convolution. Switch `training` on and see how far one clip alone is from them.

**Dropout.** While training, each cell is dropped with chance p, and what is left is scaled by 1 / (1 − p): the mean
stays the same on average. In eval mode it does nothing.

**✓ = torch.** Each cell is worked out by hand, in your browser, and compared with what PyTorch returned.
""")


BEGINS_LEARNED = _("The running statistics are those of many clips that the network learned from, not of this batch.")


def offer_draw(seed: int) -> None:
    """Another draw of the mask."""
    st.button(_("Draw again"), icon=":material/casino:", on_click=place, args=({"seed": (seed + 1) % 10_000},))


def statistics(shown: Shown) -> None:
    """Mean and variance of each channel: the batch's, and the running ones."""
    done = shown.forward
    layer = done.layer
    if not isinstance(layer, BatchNorm):
        return
    if not layer.track_running_stats:
        st.caption(_("It keeps no running statistics: in eval mode, too, it takes those of the batch."))
        return
    flat = done.x.swapaxes(0, 1).reshape(done.x.shape[1], -1).astype(float)
    rows = {
        "channel": range(len(flat)),
        _("batch mean"): flat.mean(1),
        _("batch variance"): flat.var(1),
        "unbiased": flat.var(1, ddof=1) if flat.shape[1] > 1 else flat.var(1),
        _("running mean"): done.parts["running_mean"][-1],
        _("running variance"): done.parts["running_var"][-1],
    }
    passes = _("Training passes over this batch: {steps}.", steps=layer.steps)
    learned = done.state["num_batches_tracked"] > 0
    start = BEGINS_LEARNED if learned else _("The running statistics start at mean 0 and variance 1.")
    st.caption(f"{passes} {start}")
    st.dataframe(rows, hide_index=True, height="content")
    dark = st.context.theme.type == "dark"
    st.plotly_chart(running_figure(done.parts["running_mean"], done.parts["running_var"], flat, layer.momentum, dark))


def more(shown: Shown) -> Tabs:
    """A tab for the layer that keeps statistics."""
    return {"Running statistics": lambda: statistics(shown)} if isinstance(shown.forward.layer, BatchNorm) else {}


PAGE = PageSpec(
    name="normalisation",
    presets=NORMALISATION,
    first=Request(chain(BatchNorm(num_features=3)), Random(**NOISE, ndim=3), batch=Along()),
    explanation=lambda _: EXPLANATION,
    behind={"seed": offer_draw},
    tabs=more,
)

inside_frame()
draw(PAGE)
