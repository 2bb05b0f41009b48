"""The network page's knobs: those of the selected layer, and what is done to the list of layers."""

from dataclasses import fields as fields_of
from dataclasses import replace

import streamlit as st

from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import KINDS, Shape
from cnnviz.networks import edit
from cnnviz.networks.network import Network
from cnnviz.scenes.query import network as asked
from cnnviz.text import Message, _
from cnnviz.web import markdown
from cnnviz.web import network_session as builder
from cnnviz.web.form import WIDGETS, Widgets
from cnnviz.web.history import HELP, reset

NEVER = {"mask_gate", "max_unpool", "permute"}  # they need more than one tensor, or other axes
FOLLOWS = ("in_channels", "ndim", "steps")  # not asked: they follow from what comes before
MODES = ("train", "eval")  # torch's own names: net.train(), net.eval()
MODE_HELP = Message(
    "train: dropout drops, and batch norm takes the input's own statistics. eval: as the network is used later"
)


def choose_layer(network: Network, shape: Shape) -> tuple[Network, int]:
    """The knobs of the selected layer, and what else can be done; gives the network as it is now."""
    acts, selected = st.container(), 0  # what can be done stands above what comes and goes with the layer
    if network.stages:
        st.subheader(_("Layer"), anchor=False)
        last = len(network.stages) - 1
        selected = min(last, WIDGETS.ask(asked.LAYER))
        network = edited(network, selected, shape)
    with acts:
        offer_acts(network)
    return network, selected


def offer_acts(network: Network) -> None:
    """Add a layer, undo, and the mode of all layers."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(_("another layer"), [name for name in KINDS if name not in NEVER], key="kind")
        st.button(_("Add after") if network.stages else _("Add"), on_click=builder.add, icon=":material/add:")
    past = st.session_state.get(builder.PAST, [])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(_("Undo"), on_click=builder.undo, disabled=not past, icon=":material/undo:")
        st.button(_("Reset"), on_click=start_anew, icon=":material/restart_alt:", help=str(HELP))
        training = edit.moded(network)
        if training is not None:
            key = f"mode{st.session_state.get(builder.SERIAL, 0)}"
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


def edited(network: Network, at: int, shape: Shape) -> Network:
    """The knobs of one layer; the network with what they say."""
    name, layer = network.stages[at]
    prefix = f"edit{st.session_state.get(builder.SERIAL, 0)}_{at}_"
    st.caption(f"`{layer.code()}`")
    called = st.text_input(_("name"), name, key=f"{prefix}name")
    shown = {one.name: getattr(layer, one.name) for one in fields_of(layer)}
    skip = tuple(one for one in FOLLOWS if one in shown)
    chosen = Widgets(bind=None).setting(type(layer), layer.ndim, prefix, skip, shown)
    try:
        changed = edit.replaced(network, at, replace(layer, **chosen))
        changed = edit.renamed(changed, at, called.strip()) if called.strip() != name else changed
        if changed == network:
            return network
        network = edit.refitted(changed, shape)
        builder.save(network)
    except (GeometryError, ValueError) as problem:
        st.warning(markdown.plain(str(problem)))
    return network
