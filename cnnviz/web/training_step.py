"""One step of a training, opened: a layer at work, all maps, or the gradients that flow back, with its weights."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from cnnviz.inputs.datasets.example import example
from cnnviz.networks.loss import CrossEntropy, Loss, Mean
from cnnviz.networks.training import History, Moment
from cnnviz.scenes.at_step import AtStep
from cnnviz.scenes.build import show
from cnnviz.scenes.query.training import GRADIENTS, ONE_LAYER, SEEN
from cnnviz.scenes.request import LayerView, NetworkView, Request
from cnnviz.text import _
from cnnviz.web import markdown
from cnnviz.web.about import facts
from cnnviz.web.components.overview import overview
from cnnviz.web.components.player import player
from cnnviz.web.form import WIDGETS
from cnnviz.web.page import PROBLEMS
from cnnviz.web.widgets import place


def open_step(
    history: History,
    moment: Moment,
    stage: str,
    index: int,
    on_open: Callable[[str, int], None],
    on_close: Callable[[], None],
) -> None:
    """Show an example on its way through the network as it was at a moment, and the loss on its way back.

    Parameters
    ----------
    stage : str
        The layer that is looked at.
    index : int
        Of the example, in the test part.
    on_open, on_close : for callbacks; the first one gets a stage and a step
    """
    recipe = history.recipe
    weights = AtStep(recipe, moment.step, moment.state)
    source = example(recipe.data, index)  # type: ignore[arg-type]
    request = Request(recipe.network, source, weights)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_("{stage} after {step:,} steps", stage=stage, step=moment.step), anchor=False)
            st.button(_("Close"), key="close_step", icon=":material/close:", on_click=on_close)
        seen = WIDGETS.ask(SEEN)
        st.caption(markdown.plain(f"{source.grid().caption}, {weights.words}"))
        if seen == ONE_LAYER:
            shown = show(Request(recipe.network.upto(stage), source, weights), LayerView(stage))
            player(shown.blob, "trained", below=facts(shown))
            return
        back = loss_of(source.both[1]) if seen == GRADIENTS else None
        try:
            flow = show(request, NetworkView(back))
        except PROBLEMS as problem:
            st.info(markdown.plain(str(problem)))
            return
        if flow.told:
            st.markdown(markdown.plain(flow.told))
        overview(flow.blob, f"trained_{seen}", partial(enter, on_open, moment.step))


def loss_of(label: NDArray[Any]) -> Loss:
    """What flows back: the loss of the example's class; of events, which are in frames, the mean of all outputs."""
    return Mean() if label.ndim else CrossEntropy(target=int(label))


def enter(on_open: Callable[[str, int], None], step: int, stage: str) -> None:
    """Look at a layer of the overview; for callbacks."""
    place({SEEN.key: ONE_LAYER})
    on_open(stage, step)
