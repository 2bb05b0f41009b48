"""Networks: build one layer by layer, count it, and watch an input go through."""

from collections.abc import Callable
from contextlib import nullcontext
from itertools import starmap

import streamlit as st

from cnnviz.content.presets import NETWORKS
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Conv
from cnnviz.networks.suited_input import spelled, suited
from cnnviz.scenes.query import network as asked
from cnnviz.text import _, in_turn
from cnnviz.web import corpora
from cnnviz.web import network_session as builder
from cnnviz.web import page as screen
from cnnviz.web.asking import asks
from cnnviz.web.choices import tabs
from cnnviz.web.components.player import TAB
from cnnviz.web.form import WIDGETS, Widgets
from cnnviz.web.fragments import Parts, draw, moves
from cnnviz.web.network_aside import what_if
from cnnviz.web.network_asks import Built, ask
from cnnviz.web.network_code import code_in, code_out
from cnnviz.web.network_edit import EDITS
from cnnviz.web.network_run import Sight, run_it, share_it, waits
from cnnviz.web.network_table import table
from cnnviz.web.quiz import question
from cnnviz.web.shell import inside_frame
from cnnviz.web.widgets import LOOKS

EXPLANATION = _("""
**The list.** Each row is a layer: what it makes, what it costs, and how far one of its units sees on the input. The
blocks are as high as the maps, to scale, and the wider the more channels they have. Choose a row to edit the layer; the
channels of all later layers follow. A layer that cannot work is marked, and those before it still do.

**All maps.** The input goes through, layer by layer. Point at a unit, one cell of a map: a solid box shows what it sees
of every layer before, a dashed box what it reaches of every layer behind.

**One layer** shows how each number comes about, and compares it with torch's.

**Gradients** are the network in reverse. A loss is one number made of the output; each map shows how much the loss
changes with each of its cells, on one scale for all channels of a stage with 0 in the middle. The bars are their norms:
where they shrink from layer to layer, the gradient vanishes, and the first layers hardly learn; where they grow, it
explodes. Choose a pass to see that of the selected layer at work; its dY is what the loss sends down to it.

**Attribution** asks which cells of the input a number owes itself to; see the sentences above its maps.

**The address holds the network**, as the torch calls that you would type.
""")


def live(built: Built) -> None:
    """The list of layers, and the network at work."""
    network, shape, selected, found = built.network, built.shape, built.selected, built.found
    builder.on_screen(network, shape)
    screen.heed(NETWORKS, st.session_state.pop(builder.SAID, None) or built.problem, Conv, 2)
    _found, error = network.sound(shape)
    framed, hidden = screen.embedded(), ""
    if not framed:
        hidden = question(found, selected, built.working.placed(shape), asked.text_of(network))
        with asks(LOOKS):
            table(network, shape, found, error, selected, hidden)
    if error:
        ways_out(built, error)
    if hidden != "parameters" and not framed:
        what_if(network, shape, found)
    with st.sidebar if framed else nullcontext():
        view = WIDGETS.ask(asked.VIEW)
        sight = Sight(built, view, asked.ask_seen(WIDGETS, view, network, shape, selected))
    if framed:
        stage(sight, run_it)
    else:
        below(sight, hidden)


def ways_out(built: Built, error: GeometryError) -> None:
    """A button for each advice that came with what is wrong with a layer; first an input that suits the network."""
    network, shape, at = built.network, built.shape, len(built.found)
    found = suited(network, shape)
    with st.container(horizontal=True), asks(LOOKS):
        if found.network == network and found.shape != shape and not network.sound(found.shape)[1]:
            st.button(
                _("Set input to {spelled}", spelled=spelled(found.shape)),
                on_click=builder.suit,
                help=str(in_turn(found.notes)),
            )
        for i, fix in enumerate(error.fixes):
            words = ", ".join(starmap(screen.spelled, fix.items()))
            st.button(
                _("Set {words} in {name}", words=words, name=network.stages[at][0]),
                key=f"mend{i}",
                on_click=builder.mend,
                args=(at, fix),
            )


def stage(sight: Sight, draw: Callable[[Sight], None]) -> None:
    """What is drawn of a network that works; else what it waits for."""
    if not sight.built.run:
        layers = sight.built.network.stages
        st.info(_("Fix the marked layer, or select an earlier one.") if layers else _("Add a layer first."))
    elif not waits(sight):
        draw(sight)


def below(sight: Sight, hidden: str) -> None:
    """The network at work, and what else there is to read of it and to do with it."""
    running, text_tab, out_tab, in_tab, sharing = tabs(["Run", "Explanation", "Code", "Paste code", TAB])
    for tab, show in ((running, run_it), (sharing, share_it)):
        with tab:
            if tab.open and sight.built.run and hidden and tab is running:
                st.caption(_("The quiz is on: the maps would give its answer away."))
            elif tab.open:
                stage(sight, show)
    with text_tab:
        if text_tab.open:
            st.markdown(EXPLANATION)
    with out_tab:
        if out_tab.open and sight.built.network.stages:
            code_out(sight.built.network)
    with in_tab:
        if in_tab.open:
            code_in()


PAGE = Parts(
    "network",
    ask,
    lambda turned, **how: Widgets(
        {key: moves(call) for key, call in builder.CHANGED.items()}, unbound=EDITS, turned=turned, **how
    ),
    live,
    offers=lambda built: [corpora.named()],
    offer=lambda built: corpora.offer_named(),
    clicks=True,
    whole=screen.embedded,
)

inside_frame()
screen.title("network", NETWORKS)
draw(PAGE)
