"""Convolution: a small window of weights slides over the input."""

from collections.abc import Callable
from html import escape
from io import BytesIO

import numpy as np
import streamlit as st

from cnnviz.cached import animate, read
from cnnviz.device import DeviceError
from cnnviz.figures import MOST_CELLS, weight_figure
from cnnviz.frame import inside_frame
from cnnviz.geometry import GeometryError
from cnnviz.kernels import TITLES
from cnnviz.knobs import Setting
from cnnviz.layers import Channels, Conv, ConvTranspose
from cnnviz.layers.base import short
from cnnviz.panels import BIND, per_axis_switch, put, settings_panel
from cnnviz.player import player
from cnnviz.presets import CONVOLUTION as PRESETS
from cnnviz.presets import Preset
from cnnviz.show import Choice, Shown
from cnnviz.snippet import snippet
from cnnviz.sources import Source, SourceError, for_ndim
from cnnviz.sources.samples import Digit
from cnnviz.sources.upload import Upload

# What stands in these lists stands in the address, too.
LAYERS: dict[str, type[Channels]] = {"Conv": Conv, "ConvTranspose": ConvTranspose}
INPUT = "input_"  # before the names of a source's own knobs
AXES = {"1d": 1, "2d": 2, "3d": 3}

EXPLANATION = """
**One step.** The window stands on the input and reads as many cells as the kernel has weights. Each cell is multiplied
by its weight; the products of all input channels are added up, and the bias last. The sum is one cell of the output.
Then the window moves on by the stride.

**Point at things.** An output cell lights what it reads. An input cell lights every output that reads it. A weight
lights every place that it is multiplied with. Click to hold on to a cell, Esc to let go.

**Colours.** Orange is positive, blue negative, and zero is the colour of the page; weights are teal and purple. Hatched
places are padding, or not computed yet.

**✓ = torch.** The sum is worked out by hand, in your browser, and compared with what the PyTorch layer returned.
"""

FIRST = Choice(Conv(), Digit(), "sobel_x")
LAST = "convolution_last"  # the choice on stage, which stays there while another one cannot work


def choose() -> tuple[type[Channels], int, Callable[[], Choice]]:
    """The sidebar: kind and number of axes, and a function that makes the choice or raises what is wrong with it."""
    kind = LAYERS[choose_one("layer", list(LAYERS), "Conv")]
    ndim = AXES[choose_one("ndim", list(AXES), "2d")]
    layer_slot, input_slot, kernel_slot = st.container(), st.container(), st.container()
    with input_slot:
        st.subheader("Input", anchor=False)
        source_kind, source = choose_source(ndim)
    with layer_slot:
        fields = settings_panel(kind, ndim, skip=("in_channels",))
        per_axis_switch(ndim, (kind, ""), (source_kind, INPUT))
        offer_depthwise(kind, ndim, source)
    with kernel_slot:
        st.subheader("Kernel", anchor=False)
        kernel, text, seed, flipped = choose_kernel(kind)

    def make() -> Choice:
        inputs = source()
        layer = kind(in_channels=channels_of(inputs), ndim=ndim, **fields)
        return Choice(layer, inputs, kernel, text, seed, flipped)

    return kind, ndim, make


def channels_of(source: Source) -> int:
    return len(read(source).values)


def offer_depthwise(kind: type[Channels], ndim: int, source: Callable[[], Source]) -> None:
    """A way from one group to one group per channel."""
    try:
        channels = channels_of(source())
    except (SourceError, GeometryError):
        return  # said once, where the scene is made
    if channels > 1:
        change = {"groups": channels, "out_channels": channels}
        st.button(f"Make depthwise (groups = {channels})", on_click=put, args=(change, kind, ndim))


def choose_one(key: str, options: list[str], default: str) -> str:
    """One of a few, side by side."""
    return st.segmented_control(
        key,
        options,
        default=default,
        key=key,
        required=True,
        label_visibility="collapsed",
        width="stretch",
        bind=BIND,
    )


def choose_source(ndim: int) -> tuple[type[Source], Callable[[], Source]]:
    """The input's widgets: kind of source, and a function that makes it or raises what is wrong with it."""
    kinds = for_ndim(ndim)
    name = st.selectbox("input", list(kinds), key="input", label_visibility="collapsed", bind=BIND)
    kind = kinds[name]
    if kind is not Upload:
        fields = settings_panel(kind, ndim, INPUT)
        return kind, lambda: kind(ndim=ndim, **fields)
    what = "PNG, JPEG, WebP or .npy" if ndim == 2 else ".npy"
    file = st.file_uploader(f"{what}, up to 20 MB", key="input_file")
    fields = settings_panel(kind, ndim, INPUT) if ndim == 2 else {}

    def make() -> Source:
        if file is None:
            raise SourceError(f"Choose a file first: {what}.")
        return Upload(ndim=ndim, data=file.getvalue(), name=file.name, **fields)

    return kind, make


def choose_kernel(kind: type[Channels]) -> tuple[str, str, int, bool]:
    """Name of the weights, what is typed, seed, and whether the kernel is turned round."""
    names = list(TITLES)
    kernel = st.selectbox(
        "kernel", names, names.index("sobel_x"), key="kernel", label_visibility="collapsed", bind=BIND
    )
    st.caption(TITLES[kernel])
    text, seed = "", 0
    if kernel == "typed":
        help_ = "a line for each row, a blank line between planes, --- between kernels"
        text = st.text_area("numbers", "1 0 -1\n2 0 -2\n1 0 -1", key="kernel_text", help=help_, bind=BIND)
    if kernel == "random":
        seed = int(st.number_input("seed", 0, 9999, 0, key="seed", help="torch.manual_seed", bind=BIND))
    flipped = False
    if kind is Conv:
        flipped = st.toggle(
            "true convolution",
            key="flip",
            help="Mathematics turns the kernel round before it slides. Networks do not: theirs is a cross-correlation.",
            bind=BIND,
        )
    return kernel, text, seed, flipped


def explain(problem: Exception, kind: type[Setting], ndim: int) -> None:
    """One sentence, and a button for each way out."""
    st.warning(str(problem), icon=":material/info:")
    with st.container(horizontal=True):
        for i, fix in enumerate(getattr(problem, "fixes", ())):
            values = {name: short(value) if isinstance(value, tuple) else value for name, value in fix.items()}
            words = ", ".join(f"{name} = {value}" for name, value in values.items())
            st.button(f"Set {words}", key=f"fix{i}", on_click=put, args=(fix, kind, ndim))


def facts(shown: Shown) -> None:
    """Shapes, cost and device in a line."""
    done, cost = shown.done, shown.cost
    before, after = done.layer.torch_shapes(done.x.shape)
    names = ", ".join(("N", "C", *{1: "L", 2: "HW", 3: "DHW"}[done.layer.ndim]))
    parts = [
        f"`({names})`  {before} → **{after}**",
        f"**{cost.parameters:,}** parameters",
        f"**{cost.macs:,}** multiply-adds (MACs)",
        f"{done.device}, {done.seconds * 1000:.1f} ms",
    ]
    if shown.unread:
        parts.append(f"**{shown.unread:,}** input cells are never read")
    st.markdown(" &nbsp;·&nbsp; ".join(parts))
    for line in merged(done.layer.formula(done.x.shape)):
        st.markdown(f"${line}$")
    if shown.turned is not None:
        st.markdown(
            "True convolution: the kernel is turned round before it slides. The cross-correlation with the same kernel "
            f"differs by up to **{shown.turned:.4g}**. A network learns its weights and can as well learn them turned: "
            "that is why the turn is left out."
        )
    if done.notice:
        st.info(done.notice)


def merged(lines: list[str]) -> list[str]:
    """One line for all axes that have the same numbers."""
    axes: dict[str, list[str]] = {}
    for line in lines:
        name, rule = line.split(": ", 1)
        axes.setdefault(rule, []).append(name)
    return [r",\ ".join(names) + r":\quad " + rule for rule, names in axes.items()]


@st.dialog("Questions", width="large")
def questions() -> None:
    """Links that set the page up, with their answers. One piece of HTML, and only when asked for: it is long."""
    rows = [f"<li>{escape(p.question)}<div>{p.html('show')}{p.answer_html()}</div></li>" for p in PRESETS]
    st.html(f'<ul class="questions">{"".join(rows)}</ul>')


def asked() -> Preset | None:
    """The question that the address asks, if it is one of ours."""
    here = dict(st.query_params.items())
    return next((preset for preset in PRESETS if preset.params == here), None)


def show_code(choice: Choice, shown: Shown) -> None:
    """The snippet, and the files that it loads where numbers are too many to be written down."""
    code = snippet(choice.layer, choice.source, choice.seed, shown.weight, choice.flipped)
    st.code(code)
    for name, values in (("input.npy", shown.done.x), ("weight.npy", shown.weight)):
        if name in code and values is not None:
            file = BytesIO()
            np.save(file, values)
            st.download_button(name, file.getvalue(), name, icon=":material/download:", on_click="ignore")


def all_kernels(layer: Channels, shown: Shown) -> None:
    """All kernels at once."""
    taps = layer.taps(shown.done.state["weight"])
    if taps.size * layer.groups > MOST_CELLS:
        st.write(f"{taps.size:,} weights are too many to draw one by one.")
        return
    st.caption("One block for each pair of channels. Groups leave blocks empty: what a kernel does not see.")
    dark = st.context.theme.type == "dark"
    st.plotly_chart(
        weight_figure(taps, layer.channels_read(shown.done.x.shape), layer.in_channels, dark), key="weight_figure"
    )


inside_frame()
with st.sidebar:
    kind, ndim, make = choose()

problem = None
try:
    choice = make()
    shown = animate(choice)
    st.session_state[LAST] = choice
except (GeometryError, SourceError, DeviceError) as error:
    problem = error
    choice = st.session_state.get(LAST, FIRST)
    shown = animate(choice)

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Convolution", anchor=False, width="stretch")
    if st.button("Questions", icon=":material/help:"):
        questions()
message = st.container()
with message:
    if problem:
        explain(problem, kind, ndim)
    if question := asked():
        st.html(f'<div class="asked"><strong>{escape(question.question)}</strong>{question.answer_html()}</div>')
st.caption(f"{'Still showing ' if problem else ''}`{choice.layer.code()}` on {read(choice.source).caption}")
player(shown.blob, key="convolution")
facts(shown)
text_tab, code_tab, weights_tab = st.tabs(["Explanation", "Code", "Weights"], key="tab", on_change="rerun", bind=BIND)
with text_tab:
    st.markdown(EXPLANATION)
with code_tab:
    if code_tab.open:
        st.caption("Run as it stands, this gives the very output above.")
        show_code(choice, shown)
with weights_tab:
    if weights_tab.open:
        all_kernels(choice.layer, shown)
