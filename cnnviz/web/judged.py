"""How good a trained network is: what it takes for what, where it is most wrong, and what it says of a drawing."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from cnnviz.core.examples import Examples
from cnnviz.inputs.drawn import MOST_SIDE, inked
from cnnviz.inputs.logmel import DESED
from cnnviz.networks.training import History, scores
from cnnviz.networks.training.judging import Floats, Judged, JudgedEvents, judge, log_softmax
from cnnviz.scenes.query.training import DRAWN
from cnnviz.text import _, plural
from cnnviz.web.components.sketch import at, sketch
from cnnviz.web.training_stage import hold

MOST = 500  # examples of the test part that are judged
WRONG = 6  # of the most wrong ones that are shown


def judgement(history: History) -> None:
    """What the last weights of a training say of unseen examples, and of a drawing."""
    data = history.recipe.data
    examples = data.split().test.part(MOST)
    frame = DESED.seconds(1) * getattr(data, "pooling", 1)
    found = judge(history.recipe.network, history.last.state, examples, frame)
    if isinstance(found, JudgedEvents):
        st.caption(
            plural(
                "{n:,} unseen clip, macro F1 {f1:.3f} in segments of 0.1 s.",
                "{n:,} unseen clips, macro F1 {f1:.3f} in segments of 0.1 s.",
                len(examples),
                f1=found.macro,
            )
        )
        st.plotly_chart(bars(found.by_class, data.classes, _("F1")), key="by_class")
        return
    st.caption(
        plural(
            "{n:,} unseen example, {right:.1%} right, mean loss {loss:.3f}.",
            "{n:,} unseen examples, {right:.1%} right, mean loss {loss:.3f}.",
            len(examples),
            right=found.accuracy,
            loss=found.loss,
        )
    )
    st.plotly_chart(confusion_figure(found, data.classes), key="confusion")
    st.plotly_chart(bars(found.by_class, data.classes, _("share that is right")), key="by_class")
    channels, *size = data.shape
    if len(size) == 2 and channels == 1:
        most_wrong(found, examples, data.classes)
        if max(size) <= MOST_SIDE:
            st.fragment(draw_one)(history, (size[0], size[1]))


def confusion_figure(found: Judged, classes: Sequence[str]) -> go.Figure:
    """How many of each true class, a row, are taken for each class, a column; shaded by the share of the row."""
    counts = found.confusion
    share = counts / np.maximum(1, counts.sum(1, keepdims=True))
    figure = go.Figure(
        go.Heatmap(
            z=share.astype(np.float32),
            x=list(classes),
            y=list(classes),
            zmin=0,
            zmax=1,
            colorscale=[[0, "rgba(59,91,219,0.06)"], [1, "rgba(59,91,219,0.85)"]],
            showscale=False,
            text=counts.astype(str),
            texttemplate="%{text}",
            hovertemplate="%{y} → %{x}: %{text}<extra></extra>",
        )
    )
    figure.update_xaxes(title=_("said"), type="category", showgrid=False)
    figure.update_yaxes(title=_("true"), type="category", autorange="reversed", showgrid=False)
    figure.update_layout(margin={"l": 60, "r": 10, "t": 10, "b": 60}, height=120 + 34 * len(classes))
    return figure


def bars(values: Floats, classes: Sequence[str], title: str) -> go.Figure:
    """A number from 0 to 1 of each class, written on its bar; a class without one has none."""
    words = ["" if np.isnan(value) else f"{value:.0%}" for value in values]
    figure = go.Figure(go.Bar(x=list(classes), y=np.nan_to_num(values), text=words, marker={"color": "#3b5bdb"}))
    figure.update_xaxes(type="category")
    figure.update_yaxes(title=title, range=[0, 1.1], tickformat=".0%")
    figure.update_layout(margin={"l": 60, "r": 10, "t": 10, "b": 40}, height=260)
    return figure


def most_wrong(found: Judged, examples: Examples, classes: Sequence[str]) -> None:
    """The examples that are most wrong, as pictures, with what they are and what was said."""
    chosen = found.most_wrong(WRONG)
    if not chosen:
        return
    st.subheader(_("Most wrong"), anchor=False)
    with st.container(horizontal=True):
        for i in chosen:
            picture = examples.x[i, 0]
            low, high = float(picture.min()), float(picture.max())
            levels = (255 * (picture - low) / ((high - low) or 1)).astype(np.uint8)
            with st.container(width=150):
                st.image(levels.repeat(4, 0).repeat(4, 1), width=120)
                said = int(found.said[i])
                st.caption(
                    _(
                        "true: {true}, said: {said} {share:.2f}",
                        true=classes[found.true[i]],
                        said=classes[said],
                        share=float(found.shares[i, said]),
                    )
                )


def draw_one(history: History, size: tuple[int, int]) -> None:
    """A grid to draw on, and the share that the network gives each class."""
    st.subheader(_("Draw one"), anchor=False)
    text = str(st.session_state.get(DRAWN.key) or st.query_params.get(DRAWN.key) or "")
    recipe = history.recipe
    found = scores(recipe.network, history.last.state, inked(at(text, size))[None])
    shares = np.exp(log_softmax(found))[0]
    sketch(text, size, "sketch", drawn, list(zip(recipe.data.classes, map(float, shares), strict=True)))


def drawn(text: str) -> None:
    """For callbacks."""
    hold({DRAWN.key: text})
