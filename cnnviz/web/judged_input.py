"""What a trained network says of an input that is no part of its data: a drawing, or a picture from a file."""

import numpy as np
import streamlit as st

from cnnviz.core.layers import Array
from cnnviz.inputs.base import SourceError
from cnnviz.inputs.drawn import inked, unpacked
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.upload import Upload
from cnnviz.networks.training import History, scores
from cnnviz.networks.training.judging import log_softmax
from cnnviz.scenes.query.training import DRAWN
from cnnviz.text import _
from cnnviz.web import markdown
from cnnviz.web.components.sketch import at, sketch
from cnnviz.web.cookies import tell_refused
from cnnviz.web.form import content
from cnnviz.web.judged_examples import SIDE, levels
from cnnviz.web.pools import FILES
from cnnviz.web.training_stage import hold

FILE = "judged_file"
KINDS = ["png", "jpg", "jpeg", "webp", "bmp", "gif"]
MEGABYTES = 20


def shares(history: History, x: Array) -> list[tuple[str, float]]:
    """Each class with its share of one input, (channels, *axes)."""
    recipe = history.recipe
    found = scores(recipe.network, history.last.state, x[None])
    return list(zip(recipe.data.classes, map(float, np.exp(log_softmax(found))[0]), strict=True))


def draw_one(history: History, size: tuple[int, int]) -> None:
    """A grid to draw on, and the share that the network gives each class."""
    st.subheader(_("Draw one"), anchor=False)
    text = str(st.session_state.get(DRAWN.key) or st.query_params.get(DRAWN.key) or "")
    if text:
        try:
            unpacked(text)
        except SourceError as problem:
            st.warning(str(problem), icon=":material/info:")
    sketch(text, size, "sketch", drawn, shares(history, inked(at(text, size))))


def drawn(text: str) -> None:
    """For callbacks."""
    hold({DRAWN.key: text})


def upload_one(history: History) -> None:
    """A picture from a file, at the size and with the channels that the network reads, and what it says of it."""
    st.subheader(_("Upload one"), anchor=False)
    FILES.warm()
    tell_refused()
    st.file_uploader(_("picture, up to {most} MB", most=MEGABYTES), KINDS, key=FILE, max_upload_size=MEGABYTES)
    file = content(FILE)
    if not file:
        return
    shape = history.recipe.data.shape
    upload = Upload(ndim=2, data=file[0], name=file[1], colour="rgb" if shape[0] == 3 else "grey")
    try:
        grid = Fitted(ndim=2, whole=upload, shape=shape).grid()
    except SourceError as problem:
        st.warning(markdown.plain(str(problem)), icon=":material/info:")
        return
    turned = st.toggle(_("dark on light: turn it round"), key="judged_turned", help=_("as the data is light on dark"))
    x = 1 - grid.values if turned else grid.values
    found = shares(history, x)
    name, share = max(found, key=lambda one: one[1])
    with st.container(horizontal=True):
        with st.container(width=SIDE + 30):
            st.image(levels(x), width=SIDE)
            st.caption(markdown.plain(str(grid.caption)))
        with st.container(width=460):
            st.markdown(markdown.plain(_("Most likely: {name}, {share:.0%}", name=name, share=share)))
            st.dataframe(
                {_("class"): [name for name, _share in found], _("share"): [share for _name, share in found]},
                hide_index=True,
                column_config={_("share"): st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)},
            )
