"""A network at work: an input on its way through, all maps at a glance or one layer at work on what reaches it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from cnnviz.core.cost import total
from cnnviz.core.geometry import GeometryError
from cnnviz.core.layers import Shape
from cnnviz.export.on_stage import on_stage
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.read import read
from cnnviz.inputs.upload import Upload
from cnnviz.networks.forward import may_run, memory
from cnnviz.networks.network import Network
from cnnviz.scenes.exciting.excited import Excited
from cnnviz.scenes.exciting.shown import Known, known_of
from cnnviz.scenes.query import network as asked
from cnnviz.scenes.query.attribution import SHOW, WORK
from cnnviz.scenes.query.passes import PASS
from cnnviz.scenes.query.spectrogram import CHANNEL
from cnnviz.scenes.request import AttributionView, LayerView, NetworkView, Request
from cnnviz.scenes.verdict import verdict_words
from cnnviz.scenes.weights import Loaded, Trained
from cnnviz.scenes.whose import whose
from cnnviz.text import _
from cnnviz.text.counts import in_words
from cnnviz.web import compare, corpora, markdown, nudging, paired
from cnnviz.web import network_session as builder
from cnnviz.web import page as screen
from cnnviz.web.about import facts, told, whence
from cnnviz.web.asking import asks
from cnnviz.web.attribution import explained, share_explained
from cnnviz.web.components.overview import overview
from cnnviz.web.exciting import show_answers, sorted_network
from cnnviz.web.form import WIDGETS
from cnnviz.web.large_runs import large, show_large
from cnnviz.web.network_aside import take_maps
from cnnviz.web.network_asks import Built
from cnnviz.web.on_page import OnPage
from cnnviz.web.share import here, share
from cnnviz.web.widgets import LOOKS, place

Seen = LayerView | NetworkView | AttributionView


@dataclass(frozen=True)
class Sight:
    """What is seen of a network.

    Attributes
    ----------
    view : one of `asked.VIEWS`
    seen : function
        What is looked at, where that is more than the view says; raises `GeometryError` where it cannot be read.
    """

    built: Built
    view: str
    seen: Callable[[], Seen | None]

    def looked_at(self) -> Seen:
        """What is looked at; raises as `seen`."""
        return self.seen() or (LayerView(self.built.stage) if self.view == asked.ONE_LAYER else NetworkView())


def waits(sight: Sight) -> bool:
    """Does a large network wait to be asked for? Says what it takes, and offers it."""
    network, shape = sight.built.working, sight.built.shape
    return may_run(network, shape) and offers(network, shape, sight.view)  # what never runs says so where it is drawn


def offers(network: Network, shape: Shape, view: str) -> bool:
    """The same of a network that can run."""
    text = asked.text_of(network)
    back = view in (asked.GRADIENTS, asked.ATTRIBUTION)
    if not large(network, shape, back) or st.session_state.get("_asked") == text:
        return False
    needs, macs = memory(network, shape), total(network.measures(shape)).macs
    work = _("{needs:,.0f} MiB of memory, {macs} multiply-adds", needs=needs / 2**20, macs=in_words(macs))
    st.info(_("This network is built when you ask for it: {work}.", work=work))
    st.button(_("Run it"), icon=":material/play_arrow:", on_click=st.session_state.update, kwargs={"_asked": text})
    return True


def settled(built: Built, looked: Seen) -> tuple[Request, Any]:
    """The request on stage and what is drawn of it; nothing if the layer cannot be drawn at all."""
    assert built.run
    first, make = built.run
    show = partial(drawn, built.shape)
    try:
        (request, _), shown, problem = screen.settle("network", lambda: (make(), looked), (first, looked), show)
    except screen.PROBLEMS as error:
        request, shown, problem = first, None, error
    if problem:
        st.warning(markdown.plain(str(problem)), icon=":material/info:")
    return request, shown


def drawn(shape: Shape, choice: tuple[Request, Seen]) -> Any:
    """What is seen; of a network that is too large as a whole, a layer needs only those before it."""
    request, view = choice
    if isinstance(view, LayerView) and not view.back and not may_run(request.network, shape):
        request = replace(request, network=request.network.upto(view.stage))
    return show_large(request, view)


def run_it(sight: Sight) -> None:
    """What is seen, with what is said of it."""
    try:
        looked = sight.looked_at()
    except GeometryError as problem:
        st.warning(markdown.plain(str(problem)), icon=":material/info:")
        return
    request, shown = settled(sight.built, looked)
    if shown is None:
        return
    words = f"{read(request.input).caption}, {whose(request)}"
    if not screen.embedded():
        st.caption(markdown.plain(words))
        with st.container():
            screen.notices(request.input)
    known = heard_of(request, looked)
    notes = request.weights.notes(request.network) if isinstance(request.weights, Loaded) else ()
    row = st.container(horizontal=True, vertical_alignment="center", key="verdict")
    if isinstance(request.weights, Trained) and (said := verdict_words(request)):
        row.markdown(markdown.plain(said))
    if notes:
        st.caption(markdown.plain(" ".join(map(str, notes))))
    if not isinstance(looked, LayerView):
        compare.waits()
    if sight.view == asked.ATTRIBUTION:
        explained(shown, "network", WIDGETS.now(SHOW) == WORK)
    elif isinstance(looked, NetworkView):
        show_all(sight.view, looked, known, shown, words, row)
    else:
        paired.on_stage("network", "network", (request, shown), [*told(shown), *whence(shown)], facts(shown))
        nudging.tell(request, shown)
        if shown.notice and not screen.embedded():
            st.info(str(shown.notice))
    answer(sight, known, looked)


def heard_of(request: Request, looked: Seen) -> Known | None:
    """What excites the channels: in a corpus that is opened, or of weights that ship; nothing of the way back."""
    if isinstance(looked, AttributionView) or looked.back:
        return None
    if screen.embedded() or not corpora.named():
        return known_of(request.weights)
    return corpora.opened(corpora.ask_where(OnPage()), request, "network") or known_of(request.weights)


def show_all(view: str, looked: NetworkView, known: Known | None, shown: Any, words: str, row: Any) -> None:
    """All maps at a glance, or their gradients."""
    if shown.told:
        st.markdown(markdown.plain(shown.told))
    with row:
        blob = sorted_network(shown.blob, known)
    with asks(LOOKS):
        overview(blob, f"overview_{view}", partial(enter, view))
    st.caption(_("{device}, {seconds:,.0f} ms for all layers.", device=shown.device, seconds=shown.seconds * 1000))
    if shown.notice:
        st.info(shown.notice)
    files = st.popover(_("Picture of all maps"), icon=":material/download:", key="maps_files", on_change="rerun")
    if files.open:
        with files:
            take_maps(shown.blob, words)


def answer(sight: Sight, known: Known | None, looked: Seen) -> None:
    """What a channel answers to, below the maps or the layer at work."""
    if screen.embedded():
        return
    stage = getattr(looked, "stage", sight.built.stage)
    channel = 0
    if isinstance(known, Excited):  # its patches come channel by channel
        if stage not in known.stages:
            st.caption(markdown.plain(_("The corpus says nothing of {stage}. Choose another layer.", stage=stage)))
            return
        channel = WIDGETS.ask(CHANNEL)
    show_answers(known, stage, channel, f"answers_{sight.view}")


def enter(view: str, stage: str) -> None:
    """Look at one layer at work; of gradients, at its own; for callbacks."""
    network, __ = builder.screen()
    names = [name for name, __ in network.stages]
    if stage in names:
        at = names.index(stage)
        builder.look_at(at)
        back = asked.pass_word(*network.stages[at]).options[1:] if view == asked.GRADIENTS else ()
        place({PASS: back[0]} if back else {"view": asked.ONE_LAYER})


def share_it(sight: Sight) -> None:
    """Links to the network, and files of the selected layer at work, or of an attribution."""
    looked: Seen = LayerView(sight.built.stage)
    with suppress(GeometryError):  # of a number that cannot be read
        looked = sight.looked_at()
    looked = LayerView(sight.built.stage) if isinstance(looked, NetworkView) else looked
    request, shown = settled(sight.built, looked)
    if not shown:
        share(None)
        return
    source = request.input
    own = isinstance(request.weights, Loaded) or (isinstance(source, Fitted) and isinstance(source.whole, Upload))
    if isinstance(looked, AttributionView):
        share_explained(request, shown, own)
    else:
        share(on_stage(request, looked, shown, here()), own)
