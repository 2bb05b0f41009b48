"""Normalisation and dropout: what a training pass does to a batch besides learning."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.content.presets import NORMALISATION
from cnnviz.core.layers import (
    BatchNorm,
    Dropout,
    DropoutNd,
    GroupNorm,
    InstanceNorm,
    Layer,
    LayerNorm,
    LocalResponseNorm,
    Norm,
    Repeat,
    Shape,
)
from cnnviz.inputs.patterns import Random
from cnnviz.scenes.build import Shown
from cnnviz.scenes.request import Choice
from cnnviz.web import input_widgets
from cnnviz.web import page as screen
from cnnviz.web.charts import running_figure
from cnnviz.web.components.player import player
from cnnviz.web.shell import inside_frame
from cnnviz.web.widgets import BIND, per_axis_switch, place, settings_panel

# What stands in this list stands in the address, too.
LAYERS: dict[str, type[Layer]] = {
    "BatchNorm": BatchNorm,
    "GroupNorm": GroupNorm,
    "InstanceNorm": InstanceNorm,
    "LayerNorm": LayerNorm,
    "LocalResponseNorm": LocalResponseNorm,
    "Dropout": Dropout,
    "DropoutNd": DropoutNd,
}
NOTES = {
    "BatchNorm": "each channel, over all its cells in all examples",
    "GroupNorm": "channels in groups, each example on its own; one group is the DESED block's “layer” option",
    "InstanceNorm": "each channel of each example on its own",
    "LayerNorm": "the last axes of each example together",
    "LocalResponseNorm": "no mean and no variance: over the squares of neighbouring channels, as in AlexNet of 2012",
    "Dropout": "each cell is dropped on its own",
    "DropoutNd": "whole channels are dropped: nn.Dropout1d, nn.Dropout2d, nn.Dropout3d",
}
# How much of the shape (channels, *axes) a layer norm is over.
SHAPES: dict[str, Callable[[Shape], Shape]] = {
    "all": lambda shape: shape,
    "axes": lambda shape: shape[1:],
    "last": lambda shape: shape[-1:],
}
MOST_STACKED = 2  # axes of one example: with several there is one axis more to draw
DIMS = {name: ndim for name, ndim in input_widgets.NDIMS.items() if ndim <= MOST_STACKED}

EXPLANATION = """
**Normalisation.** Cells that share a mean and a variance are moved to mean 0 and variance 1; point at one to see which
they are. The kinds differ in nothing else. Then each channel has a weight and a bias, which start at 1 and 0.

**Training and eval.** Batch norm takes the statistics of the batch while training, and keeps running ones for later. In
torch, `momentum` is how much of the *new* batch counts: running = (1 − momentum) · running + momentum · batch. In other
libraries it is the share of the old. The running variance follows the unbiased one, which divides by n − 1.

**Dropout.** While training, each cell is dropped with chance p, and what is left is scaled by 1 / (1 − p): the mean
stays the same on average. In eval mode it does nothing.

**✓ = torch.** Each cell is worked out by hand, in your browser, and compared with what PyTorch returned.
"""

NOISE: dict[str, Any] = {"size": 4, "channels": 3, "mean": 2.0, "spread": 3.0}
FIRST = Choice(BatchNorm(num_features=3, examples=True), Random(**NOISE, ndim=3))


def choose() -> tuple[type[Layer], int, Callable[[], Choice]]:
    """The sidebar: kind and number of axes, and a function that makes the choice or raises what is wrong with it."""
    name = input_widgets.choose_from("layer", LAYERS, "BatchNorm")
    kind = LAYERS[name]
    st.caption(NOTES[name])
    layer_slot, input_slot = st.container(), st.container()
    with input_slot:
        st.subheader("Input", anchor=False)
        several = issubclass(kind, Norm) and st.toggle("several examples", True, key="examples", help=HELP, bind=BIND)
        ndim = input_widgets.NDIMS[input_widgets.choose_one("ndim", DIMS if several else input_widgets.NDIMS, "2d")]
        source_kind, source = input_widgets.choose_source(ndim + several, "random", NOISE)
        per_axis_switch(ndim + several, (source_kind, input_widgets.INPUT))
    with layer_slot:
        skip = ("steps",) if issubclass(kind, Dropout) and ndim > MOST_STACKED else ()
        fields = settings_panel(kind, ndim, skip=skip, start={"steps": 4} if issubclass(kind, Dropout) else {})
        over = input_widgets.choose_from("over", SHAPES, "all", "normalized_shape") if kind is LayerNorm else ""
        seed = choose_draw() if issubclass(kind, Dropout) else 0

    def make() -> Choice:
        inputs = source()
        shape = input_widgets.shape_of(inputs)
        if issubclass(kind, Dropout):
            layer = kind(ndim=ndim, **fields)
            front = (Repeat(layer.steps, ndim=ndim),) if layer.stacked else ()
            return Choice(layer, inputs, seed=seed, front=front)
        own = sized(kind, shape, several, over) if issubclass(kind, Norm) else {}
        return Choice(kind(ndim=ndim, **fields, **own), inputs, seed=seed)

    return kind, ndim, make


HELP = "the first axis of the input counts examples, as N in (N, C, H, W)"


def choose_draw() -> int:
    """Which draw of the mask."""
    seed = input_widgets.choose_seed("draw")
    st.button("Draw again", icon=":material/casino:", on_click=lambda: place({"seed": (seed + 1) % 10_000}))
    return seed


def sized(kind: type[Layer], shape: Shape, several: bool, over: str) -> dict[str, Any]:
    """What a norm must know of the input."""
    if kind is LayerNorm:
        return {"examples": several, "normalized_shape": SHAPES[over]((shape[0], *shape[1 + several :]))}
    name = "num_channels" if kind is GroupNorm else "num_features"
    return {"examples": several, name: shape[0]}


def statistics(shown: Shown) -> None:
    """Mean and variance of each channel: the batch's, and the running ones."""
    done = shown.done
    layer = done.layer
    if not isinstance(layer, BatchNorm):
        return
    if not layer.track_running_stats:
        st.caption("It keeps no running statistics: in eval mode, too, it takes those of the batch.")
        return
    flat = done.x.reshape(len(done.x), -1).astype(float)
    rows = {
        "channel": range(len(flat)),
        "batch mean": flat.mean(1),
        "batch variance": flat.var(1),
        "unbiased": flat.var(1, ddof=1) if flat.shape[1] > 1 else flat.var(1),
        "running mean": done.parts["running_mean"][-1],
        "running variance": done.parts["running_var"][-1],
    }
    st.caption(
        f"Training passes over this batch: {layer.steps}. The running statistics start at mean 0 and variance 1."
    )
    st.dataframe(rows, hide_index=True, height="content")
    dark = st.context.theme.type == "dark"
    st.plotly_chart(running_figure(done.parts["running_mean"], done.parts["running_var"], flat, layer.momentum, dark))


inside_frame()
with st.sidebar:
    kind, ndim, make = choose()
choice, shown, problem = screen.settle("normalisation", make, FIRST)
screen.head("Normalisation and dropout", NORMALISATION, problem, kind, ndim)
screen.caption(choice, shown, problem)
screen.notices(choice.source)
player(shown.blob, key="normalisation")
screen.facts(shown)
more = {"Running statistics": lambda: statistics(shown)} if isinstance(choice.layer, BatchNorm) else {}
screen.tabs(choice, shown, EXPLANATION, **more)
