"""Networks: build one layer by layer, count it, and watch an input go through."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from itertools import starmap
from typing import Any

import streamlit as st

from cnnviz.content.presets import NETWORKS
from cnnviz.core.cost import total
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Conv, Shape
from cnnviz.export.on_stage import on_stage
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.read import read
from cnnviz.inputs.upload import Upload
from cnnviz.networks.forward import may_run, memory
from cnnviz.networks.network import Network
from cnnviz.networks.suited_input import spelled, suited
from cnnviz.networks.table import rows
from cnnviz.scenes.exciting.shown import known_of
from cnnviz.scenes.query import network as asked
from cnnviz.scenes.query.attribution import SHOW, WORK
from cnnviz.scenes.query.passes import PASS
from cnnviz.scenes.query.weights import START, TRAINED, example_of
from cnnviz.scenes.request import AttributionView, LayerView, NetworkView, Request
from cnnviz.scenes.verdict import verdict_words
from cnnviz.scenes.weights import Loaded, Trained
from cnnviz.scenes.whose import whose
from cnnviz.text import _, in_turn
from cnnviz.text.counts import in_words
from cnnviz.web import markdown, nudging
from cnnviz.web import network_session as builder
from cnnviz.web import page as screen
from cnnviz.web.about import facts, told, whence
from cnnviz.web.attribution import explained, share_explained
from cnnviz.web.components.overview import overview
from cnnviz.web.components.player import TAB, player
from cnnviz.web.exciting import show_answers, sorted_network
from cnnviz.web.form import WIDGETS, Widgets
from cnnviz.web.large_runs import large, show_large
from cnnviz.web.network_aside import take_maps, what_if
from cnnviz.web.network_code import code_in, code_out
from cnnviz.web.network_edit import choose_layer
from cnnviz.web.network_table import table
from cnnviz.web.quiz import question
from cnnviz.web.share import here, share
from cnnviz.web.shell import inside_frame
from cnnviz.web.widgets import BIND, place

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


Seen = LayerView | NetworkView | AttributionView
Run = tuple[Request, Callable[[], Request], str]  # to fall back on; what makes the chosen one; a stage


def waits(network: Network, shape: Shape) -> bool:
    """Does a large network wait to be asked for? Says what it takes, and offers it."""
    return may_run(network, shape) and asks(network, shape)  # what never runs says so where it is drawn


def asks(network: Network, shape: Shape) -> bool:
    """The same of a network that can run."""
    text = asked.text_of(network)
    if (
        not large(network, shape, view in (asked.GRADIENTS, asked.ATTRIBUTION))
        or st.session_state.get("_asked") == text
    ):
        return False
    needs, macs = memory(network, shape), total(network.measures(shape)).macs
    work = _("{needs:,.0f} MiB of memory, {macs} multiply-adds", needs=needs / 2**20, macs=in_words(macs))
    st.info(_("This network is built when you ask for it: {work}.", work=work))
    st.button(_("Run it"), icon=":material/play_arrow:", on_click=st.session_state.update, kwargs={"_asked": text})
    return True


def settled(run: Run, view: Seen) -> tuple[Request, Any]:
    """The request on stage and what is drawn of it; nothing if the layer cannot be drawn at all."""
    first, made, _ = run
    try:
        (request, _), shown, problem = screen.settle("network", lambda: (made(), view), (first, view), drawn)
    except screen.PROBLEMS as error:
        request, shown, problem = first, None, error
    if problem:
        st.warning(markdown.plain(str(problem)), icon=":material/info:")
    return request, shown


def drawn(choice: tuple[Request, Seen]) -> Any:
    """What is seen; of a network that is too large as a whole, a layer needs only those before it."""
    request, view = choice
    if isinstance(view, LayerView) and not view.back and not may_run(request.network, shape):
        request = replace(request, network=request.network.upto(view.stage))
    return show_large(request, view)


def run_it(run: Run) -> None:
    """An input on its way through: all maps at a glance, or one layer at work on what reaches it."""
    try:
        looked = looked_at(run)
    except GeometryError as problem:
        st.warning(markdown.plain(str(problem)), icon=":material/info:")
        return
    request, shown = settled(run, looked)
    if shown is None:
        return
    words = f"{read(request.input).caption}, {whose(request)}"
    if not screen.embedded():
        st.caption(markdown.plain(words))
        with st.container():
            screen.notices(request.input)
    notes = request.weights.notes(request.network) if isinstance(request.weights, Loaded) else ()
    if isinstance(request.weights, Trained) and (said_ := verdict_words(request)):
        st.markdown(markdown.plain(said_))
    if notes:
        st.caption(markdown.plain(" ".join(map(str, notes))))
    if view == asked.ATTRIBUTION:
        explained(shown, "network", WIDGETS.now(SHOW) == WORK)
    elif isinstance(looked, NetworkView):
        if shown.told:
            st.markdown(markdown.plain(shown.told))
        blob = shown.blob if looked.back else sorted_network(shown.blob, known_of(request.weights))
        overview(blob, f"overview_{view}", enter)
        st.caption(_("{device}, {seconds:,.0f} ms for all layers.", device=shown.device, seconds=shown.seconds * 1000))
        if shown.notice:
            st.info(shown.notice)
        with st.popover(_("Picture of all maps"), icon=":material/download:"):
            take_maps(shown.blob, words)
    else:
        player(shown.blob, "network", above=[*told(shown), *whence(shown)], below=facts(shown))
        nudging.tell(request, shown)
        if shown.notice and not screen.embedded():
            st.info(str(shown.notice))
    answer(request, looked, run[2])


def answer(request: Request, looked: Seen, stage: str) -> None:
    """What a channel answers to, below the maps or the layer at work on the way forward."""
    if screen.embedded() or isinstance(looked, AttributionView) or looked.back:
        return
    show_answers(known_of(request.weights), getattr(looked, "stage", stage), 0, f"answers_{view}")


def looked_at(run: Run) -> Seen:
    """What is looked at; raises `GeometryError` where that cannot be read."""
    *__, stage = run
    return seen() or (LayerView(stage) if view == asked.ONE_LAYER else NetworkView())


def suit_input() -> None:
    """Trained weights are shown an example of what they learned from; for callbacks."""
    network, __ = builder.screen()
    found = example_of(network) if st.session_state.get(START.key) == TRAINED else None
    if found:
        place({"input": found.kind, "input_data": found.data})


def enter(stage: str) -> None:
    """Look at one layer at work; of gradients, at its own; for callbacks."""
    network, __ = builder.screen()
    names = [name for name, __ in network.stages]
    if stage in names:
        at = names.index(stage)
        builder.look_at(at)
        back = asked.pass_word(*network.stages[at]).options[1:] if view == asked.GRADIENTS else ()
        place({PASS: back[0]} if back else {"view": asked.ONE_LAYER})


def share_it(run: Run) -> None:
    """Links to the network, and files of the selected layer at work, or of an attribution."""
    *__, stage = run
    looked: Seen = LayerView(stage)
    with suppress(GeometryError):  # of a number that cannot be read
        looked = looked_at(run)
    looked = LayerView(stage) if isinstance(looked, NetworkView) else looked
    request, shown = settled(run, looked)
    if not shown:
        share(None)
        return
    source = request.input
    own = isinstance(request.weights, Loaded) or (isinstance(source, Fitted) and isinstance(source.whole, Upload))
    if isinstance(looked, AttributionView):
        share_explained(request, shown, own)
    else:
        share(on_stage(request, looked, shown, here()), own)


def ways_out(error: GeometryError | None, name: str, at: int) -> None:
    """A button for each advice that came with what is wrong with a layer; first an input that suits the network."""
    if not error:
        return
    found = suited(network, shape)
    with st.container(horizontal=True):
        if found.network == network and found.shape != shape and not network.sound(found.shape)[1]:
            st.button(
                _("Set input to {spelled}", spelled=spelled(found.shape)),
                on_click=builder.suit,
                help=str(in_turn(found.notes)),
            )
        for i, fix in enumerate(error.fixes):
            words = ", ".join(starmap(screen.spelled, fix.items()))
            st.button(
                _("Set {words} in {name}", words=words, name=name),
                key=f"mend{i}",
                on_click=builder.mend,
                args=(at, fix),
            )


def stage(run: Run | None, draw: Callable[[Run], None]) -> None:
    """What is drawn of a network that works; else what it waits for."""
    if not run:
        st.info(_("Fix the marked layer, or select an earlier one.") if network.stages else _("Add a layer first."))
    elif not waits(working, shape):
        draw(run)


def below(run: Run | None) -> None:
    """The network at work, and what else there is to read of it and to do with it."""
    running, text_tab, out_tab, in_tab, sharing = st.tabs(
        ["Run", "Explanation", "Code", "Paste code", TAB], key="tab", on_change="rerun", bind=BIND
    )
    for tab, draw in ((running, run_it), (sharing, share_it)):
        with tab:
            if tab.open and run and hidden and tab is running:
                st.caption(_("The quiz is on: the maps would give its answer away."))
            elif tab.open:
                stage(run, draw)
    with text_tab:
        st.markdown(EXPLANATION)
    with out_tab:
        if out_tab.open and network.stages:
            code_out(network)
    with in_tab:
        if in_tab.open:
            code_in()


inside_frame()
with st.sidebar:
    preset, no_preset = asked.ask_preset(builder.WIDGETS)
    shape, no_shape = asked.ask_shape(WIDGETS, preset)
    network, no_network = asked.network_of(WIDGETS, preset)
    network, selected = choose_layer(network, shape)
builder.on_screen(network, shape)
said = st.session_state.pop(builder.SAID, None)
screen.title("network", NETWORKS)
screen.heed(NETWORKS, said or no_network or no_preset or no_shape, Conv, 2)
found, (__, error) = rows(network, shape), network.sound(shape)
working = Network(network.stages[: len(found)], network.prefix)
hidden = "" if screen.embedded() else question(found, selected, working.placed(shape), asked.text_of(network))
if not screen.embedded():
    table(network, shape, found, error, selected, hidden)
if error:
    ways_out(error, network.stages[len(found)][0], len(found))
if hidden != "parameters" and not screen.embedded():
    what_if(network, shape, found)
with st.sidebar if screen.embedded() else nullcontext():
    view = WIDGETS.ask(asked.VIEW)
    seen = asked.ask_seen(WIDGETS, view, network, shape, selected)
run: Run | None = None
with st.sidebar:
    if selected < len(found):
        st.subheader(_("Input"), anchor=False)
        run = (*asked.ask_run(Widgets({START.key: suit_input}), working, shape), working.stages[selected][0])
if screen.embedded():
    stage(run, run_it)
else:
    below(run)
