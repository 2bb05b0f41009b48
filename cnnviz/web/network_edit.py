"""The network page's knobs: those of the selected layer, and what is done to the list of layers."""

from dataclasses import fields as fields_of
from dataclasses import replace
from functools import partial

import streamlit as st

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import KINDS, Layer, Shape
from cnnviz.networks import edit, modes
from cnnviz.networks.network import Network
from cnnviz.scenes.query import network as asked
from cnnviz.scenes.query.form import Form
from cnnviz.scenes.query.words import Text
from cnnviz.text import Message, _
from cnnviz.web import markdown
from cnnviz.web import network_session as builder
from cnnviz.web.history import HELP, reset
from cnnviz.web.widgets import redraw_page

NEVER = {"mask_gate", "max_unpool", "permute"}  # they need more than one tensor, or other axes
FOLLOWS = ("in_channels", "ndim", "steps")  # not asked: they follow from what comes before
MODES = ("train", "eval")  # torch's own names: net.train(), net.eval()
MODE_HELP = Message(
    "train: dropout drops, and batch norm takes the input's own statistics. eval: as the network is used later"
)
EDITS = "edit"  # keys of the layer's knobs begin so; the address holds them in the network
BEGUN = "_begun"  # the layer as its knobs were born, with their keys: these do not change with what they say


def ask_layer(form: Form, network: Network, shape: Shape) -> tuple[Network, int]:
    """The knobs of the selected layer, and what else can be done; gives the network as it is now."""
    acts, knobs = form.parts(None, Message("Layer") if network.stages else None)
    selected = 0
    if network.stages:
        with knobs:
            selected = min(len(network.stages) - 1, form.ask(asked.LAYER))
            network = edited(form, network, selected, shape)
    with acts:  # above what comes and goes with the layer
        past, training = bool(st.session_state.get(builder.PAST)), modes.moded(network)
        form.stands((bool(network.stages), past, training, serial()), partial(offer_acts, network, past, training))
    return network, selected


def serial() -> int:
    """Which layer is looked at since the page was opened: each has widgets of its own."""
    return int(st.session_state.get(builder.SERIAL, 0))


def offer_acts(network: Network, past: bool, training: bool | None) -> None:
    """Add a layer, undo, and the mode of all layers."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(_("another layer"), [name for name in KINDS if name not in NEVER], key="kind")
        st.button(_("Add after") if network.stages else _("Add"), on_click=builder.add, icon=":material/add:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(_("Undo"), on_click=builder.undo, disabled=not past, icon=":material/undo:")
        st.button(_("Reset"), on_click=start_anew, icon=":material/restart_alt:", help=str(HELP))
        if training is not None:
            key = f"mode{serial()}"
            st.segmented_control(
                _("mode"),
                MODES,
                default=MODES[not training],
                key=key,
                required=True,
                help=str(MODE_HELP),
                on_change=builder.set_mode,
                args=(key,),
            )


def start_anew() -> None:
    """The network that the page begins with; *Undo* brings this one back."""
    builder.save(builder.screen()[0])
    reset("network")
    redraw_page()


def edited(form: Form, network: Network, at: int, shape: Shape) -> Network:
    """The knobs of one layer; the network with what they say, which is kept at once."""
    name, layer = network.stages[at]
    prefix = f"{EDITS}{serial()}_{at}_"
    first_name, first = begun(prefix, name, layer)
    call = layer.code().partition("(")[0]
    form.stands(call, lambda: st.caption(f"`{call}`"))
    called = form.ask(Text(f"{prefix}name", first_name, Message("name")))
    shown = {one.name: getattr(first, one.name) for one in fields_of(first)}
    chosen = form.setting(type(layer), layer.ndim, prefix, tuple(one for one in FOLLOWS if one in shown), shown)
    said = ""
    try:
        changed = edit.replaced(network, at, replace(layer, **chosen))
        changed = edit.renamed(changed, at, called.strip()) if called.strip() != name else changed
        if changed != network:
            network = edit.refitted(changed, shape)
            builder.save(network)
    except (GeometryError, ValueError) as problem:
        said = markdown.plain(str(problem))
    form.stands(said, lambda: st.warning(said) if said else None)
    return network


def begun(prefix: str, name: str, layer: Layer) -> tuple[str, Layer]:
    """Name and layer with which the widgets of these keys were born."""
    key, *first = st.session_state.get(BEGUN) or ("",)
    if key != prefix or f"{prefix}name" not in st.session_state or type(first[1]) is not type(layer):
        first = [name, layer]
        st.session_state[BEGUN] = prefix, *first
    return first[0], first[1]
