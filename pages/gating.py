"""Gating: a mask lets some of the signal through."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.content.presets import GATING
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import (
    CELU,
    ELU,
    GELU,
    GLU,
    SELU,
    BatchNorm,
    ContextGating,
    Conv,
    HalvingGLU,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    Layer,
    LeakyReLU,
    LinearGate,
    LogSigmoid,
    LogSoftmax,
    MaskGate,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    RReLU,
    Shape,
    Sigmoid,
    SiLU,
    Softmax,
    Softmax2d,
    Softmin,
    Softplus,
    Softshrink,
    Softsign,
    Tanh,
    Tanhshrink,
)
from cnnviz.inputs import SourceError, parse_numbers
from cnnviz.inputs.samples import Photo
from cnnviz.scenes.request import Choice
from cnnviz.web import input_widgets
from cnnviz.web import page as screen
from cnnviz.web.cache import animate
from cnnviz.web.components.player import player
from cnnviz.web.shell import inside_frame
from cnnviz.web.widgets import BIND, per_axis_switch, settings_panel

# What stands in this list stands in the address, too.
LAYERS: dict[str, type[Layer]] = {
    "GLU": GLU,
    "ContextGating": ContextGating,
    "nn.GLU": HalvingGLU,
    "Mask": MaskGate,
    "ReLU": ReLU,
    "LeakyReLU": LeakyReLU,
    "PReLU": PReLU,
    "GELU": GELU,
    "SiLU": SiLU,
    "ELU": ELU,
    "Sigmoid": Sigmoid,
    "Tanh": Tanh,
    "Softmax": Softmax,
    # met less often: relatives of ReLU, of sigmoid and tanh, of softmax
    "ReLU6": ReLU6,
    "RReLU": RReLU,
    "SELU": SELU,
    "CELU": CELU,
    "Mish": Mish,
    "Hardswish": Hardswish,
    "Softplus": Softplus,
    "Hardsigmoid": Hardsigmoid,
    "LogSigmoid": LogSigmoid,
    "Hardtanh": Hardtanh,
    "Softsign": Softsign,
    "Tanhshrink": Tanhshrink,
    "Softshrink": Softshrink,
    "Hardshrink": Hardshrink,
    "LogSoftmax": LogSoftmax,
    "Softmax2d": Softmax2d,
    "Softmin": Softmin,
    "Identity": Identity,
}
NOTES = {
    "GLU": "linear(x) · σ(x), as in the DESED block: the channels stay as many as they were",
    "ContextGating": "x · σ(linear(x)), as in the DESED block: all channels decide together",
    "nn.GLU": "torch's own: the second half of the channels gates the first, and half as many come out",
    "Mask": "x · σ(mask), with a mask typed by hand",
    "ReLU6": "ReLU that stops at 6, as in MobileNet",
    "RReLU": "LeakyReLU whose slope is random in training; here, as afterwards, it is the mean of the two",
    "SELU": "ELU with the two numbers that keep mean 0 and variance 1 from layer to layer",
    "CELU": "ELU whose slope is 1 on both sides of zero",
    "Mish": "x · tanh(softplus(x)): a gate that never quite opens",
    "Hardswish": "x · hardsigmoid(x), the straight-lined SiLU of MobileNetV3",
    "Softplus": "ReLU with a round corner",
    "Hardsigmoid": "the sigmoid as a ramp from -3 to 3",
    "LogSigmoid": "the logarithm of the sigmoid: never above 0",
    "Hardtanh": "clipped at both ends",
    "Softsign": "x / (1 + |x|): tanh's slower relative",
    "Tanhshrink": "x - tanh(x): what tanh leaves over",
    "Softshrink": "everything comes nearer to 0; what is near becomes 0",
    "Hardshrink": "what is near 0 becomes 0, and the rest passes",
    "LogSoftmax": "the logarithm of softmax, as nn.NLLLoss wants it",
    "Softmax2d": "softmax over the channels, of maps with rows and columns alone",
    "Softmin": "softmax of -x: the smallest has the largest share",
    "Identity": "every cell as it is: it holds a layer's place",
}
MASK = "4 2 -2 -4\n2 0 0 -2\n-2 0 0 2\n-4 -2 2 4"

EXPLANATION = """
**A gate is a mask.** It is as large as the signal, and each of its cells lies between 0 (closed) and 1 (open). Signal
times gate is what goes on.

**Strength** opens the mask: at 0 every gate is open and the signal passes as it is, at 1 the gate is as computed.
**Threshold**: the caption of the mask says how much of it lies below. Neither asks the server.

**Who opens it?** In DESED's *GLU* each cell opens its own gate, σ(x), for a mix of all channels. In *ContextGating* a
mix of all channels opens the gate of the cell itself. torch's *nn.GLU* splits the channels in two halves. ReLU is a
gate as well: open where the cell is positive.

**The network is not trained here.** Weights are torch's random start, so gates look random, too; what you see is how
they work.

**✓ = torch.** Each cell is worked out by hand, in your browser, and compared with what PyTorch returned.
"""

FIRST = Choice(ReLU(), Photo())


def choose() -> tuple[type[Layer], int, Callable[[], Choice], Callable[[], Choice] | None]:
    """The sidebar: kind and number of axes, a function that makes the choice, and one for the gate to compare with."""
    name = input_widgets.choose_from("layer", LAYERS, "GLU")
    if name in NOTES:
        st.caption(NOTES[name])
    ndim = input_widgets.NDIMS[input_widgets.choose_one("ndim", input_widgets.NDIMS, "2d")]
    layer_slot, other_slot, input_slot = st.container(), st.container(), st.container()
    with input_slot:
        st.subheader("Input", anchor=False)
        source_kind, source = input_widgets.choose_source(ndim, "photo")
        per_axis_switch(ndim, (source_kind, input_widgets.INPUT))
        maps = int(st.number_input("maps before the gate", 0, 64, 4, key="maps", help=MAPS_HELP, bind=BIND))
        seed = input_widgets.choose_seed()
    with layer_slot:
        fields = gate_fields(name, ndim)
    with other_slot:
        rival = input_widgets.choose_from("compare", ["nothing", *LAYERS], "nothing", "compare with")
        rival_fields = gate_fields(rival, ndim, "other_") if rival != "nothing" else {}

    def make(kind: type[Layer], fields: dict[str, Any]) -> Choice:
        return choose_gate(kind, fields, ndim, source, maps, seed)

    other = (lambda: make(LAYERS[rival], rival_fields)) if rival != "nothing" else None
    return LAYERS[name], ndim, lambda: make(LAYERS[name], fields), other


MAPS_HELP = "a convolution and a batch norm with so many channels run first; 0 gates the input itself"


def gate_fields(name: str, ndim: int, prefix: str = "") -> dict[str, Any]:
    """The widgets of one kind."""
    if name == "Mask":
        help_ = "one number for each block of the input, before the sigmoid; a line for each row"
        default = MASK if ndim == 2 else "4 2 -2 -4"
        text = st.text_area("mask", default, key=f"{prefix}mask_{ndim}d", help=help_, bind=BIND)
        return {"text": text}
    return settings_panel(LAYERS[name], ndim, prefix)


def choose_gate(
    kind: type[Layer], fields: dict[str, Any], ndim: int, source: input_widgets.Maker, maps: int, seed: int
) -> Choice:
    """The choice of one gate on an input, behind as many maps as are wanted."""
    inputs = source()
    shape = input_widgets.shape_of(inputs)
    front = before(shape, maps, ndim)
    channels = maps or shape[0]
    if kind is HalvingGLU and channels % 2:
        offer_maps(HalvingGLU(ndim=ndim), (channels, *shape[1:]))
    if issubclass(kind, LinearGate):
        return Choice(kind(channels=channels, ndim=ndim), inputs, seed=seed, front=front)
    if kind is MaskGate:
        mask = parse_numbers(fields["text"], ndim)[0]
        layer = MaskGate(tuple(map(float, mask.ravel())), mask.shape, ndim=ndim)
        return Choice(layer, inputs, seed=seed, front=front)
    return Choice(kind(ndim=ndim, **fields), inputs, seed=seed, front=front)


def offer_maps(layer: Layer, shape: Shape) -> None:
    """Raise what the layer says of this shape, with one map more as the way out."""
    try:
        layer.check(shape)
    except GeometryError as error:
        raise GeometryError(str(error), {"maps": shape[0] + 1}) from error


def before(shape: Shape, maps: int, ndim: int) -> tuple[Layer, ...]:
    """What a block has before its gate: a convolution that keeps the size, and a batch norm."""
    if not maps:
        return ()
    return Conv(shape[0], maps, (3,) * ndim, padding=(1,) * ndim, padding_mode="replicate", ndim=ndim), BatchNorm(
        num_features=maps, ndim=ndim
    )


inside_frame()
with st.sidebar:
    kind, ndim, make, make_other = choose()
choice, shown, problem = screen.settle("gating", make, FIRST)
screen.head("Gating", GATING, problem, kind, ndim)
screen.caption(choice, shown, problem)
screen.notices(choice.source)
player(shown.blob, key="gating", role="leads" if make_other else "")
if make_other:
    try:
        other = make_other()
        beside = animate(other)
        screen.caption(other, beside)
        player(beside.blob, key="gating_rival", role="follows")
    except (GeometryError, SourceError) as error:
        st.warning(f"No comparison: {error}", icon=":material/info:")
screen.facts(shown)
screen.tabs(choice, shown, EXPLANATION)
