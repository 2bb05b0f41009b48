"""How good a trained network is: what it takes for what, where it is most wrong, and what it says of a drawing."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from cnnviz.inputs.drawn import MOST_SIDE
from cnnviz.inputs.logmel import DESED
from cnnviz.networks.training import History, Recipe
from cnnviz.networks.training.judging import Floats, Judged, JudgedEvents, judge
from cnnviz.scenes.query.training import JUDGED
from cnnviz.scenes.recipes import called
from cnnviz.text import _, plural
from cnnviz.text.numbers import number
from cnnviz.web import training_runs as runs
from cnnviz.web.choices import labelled
from cnnviz.web.judged_examples import most_wrong
from cnnviz.web.judged_input import draw_one, upload_one
from cnnviz.web.widgets import BIND

MOST = 500  # examples of the test part that are judged


def judge_one(recipes: Sequence[Recipe]) -> None:
    """One of the recipes, judged; or why none can be."""
    if any(map(runs.at_work, recipes)):
        st.caption(_("It is training: what it has learned is judged here when that ends."))
        return
    known = [one for one in map(runs.known, recipes) if one]
    if not known:
        st.caption(_("Nothing is trained yet. Press Train first."))
        return
    at = 0
    if len(known) > 1:
        letters = {one: f"{one}: {name}" for one, name in zip(JUDGED.options, called(recipes), strict=True)}
        with labelled(JUDGED.key, letters) as said:
            chosen = st.segmented_control(
                _("judged"),
                JUDGED.options,
                default=JUDGED.default,
                format_func=said,
                required=True,
                key=JUDGED.key,
                bind=BIND,
            )
        at = JUDGED.options.index(chosen)
    judgement(known[at])


def judgement(history: History) -> None:
    """What the last weights of a training say of unseen examples, and of a drawing."""
    data = history.recipe.data
    test = data.split().test
    examples = test.part(MOST)
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
    most_wrong(found, examples, data.classes, test.places(MOST))
    channels, *size = data.shape
    if len(size) == 2 and channels in (1, 3):
        if channels == 1 and max(size) <= MOST_SIDE:
            st.fragment(draw_one)(history, (size[0], size[1]))
        st.fragment(upload_one)(history)


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
    """A number from 0 to 1 of each class, written behind its bar; a class without one has none."""
    words = ["" if np.isnan(value) else number(value, ".0%") for value in values]
    numbers = {"text": words, "textposition": "outside", "textangle": 0, "cliponaxis": False}
    figure = go.Figure(
        go.Bar(x=np.nan_to_num(values), y=list(classes), orientation="h", marker={"color": "#3b5bdb"}, **numbers)
    )
    figure.update_xaxes(title=title, range=[0, 1.15], tickvals=[0, 0.25, 0.5, 0.75, 1], tickformat=".0%")
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, automargin=True)
    figure.update_layout(margin={"l": 10, "r": 10, "t": 10, "b": 40}, height=70 + 26 * len(classes))
    return figure
