"""The examples of which a trained network is most wrong: pictures or signals, each a press away from the stage."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from cnnviz.core.examples import Examples
from cnnviz.core.layers import Array
from cnnviz.networks.training.judging import Judged
from cnnviz.scenes.query.training import EXAMPLE
from cnnviz.text import _
from cnnviz.web.widgets import place

WRONG = 6  # that are shown
SIDE = 120  # pixels of a picture
STILL = {"staticPlot": True}


def most_wrong(found: Judged, examples: Examples, classes: Sequence[str], places: NDArray[np.int64]) -> None:
    """Each with what it is and what was said.

    Parameters
    ----------
    places : int64 array, shape (N,)
        Where the examples stand in the test part.
    """
    chosen = found.most_wrong(WRONG)
    if not chosen or examples.x.ndim > 4:
        return
    st.subheader(_("Most wrong"), anchor=False)
    with st.container(horizontal=True):
        for i in chosen:
            with st.container(width=150):
                show(examples.x[i], f"wrong{i}")
                said = int(found.said[i])
                st.caption(
                    _(
                        "true: {true}, said: {said} {share:.2f}",
                        true=classes[found.true[i]],
                        said=classes[said],
                        share=float(found.shares[i, said]),
                    )
                )
                index = int(places[i])
                if EXAMPLE.high is None or index <= EXAMPLE.high:
                    st.button(
                        _("Example {n}", n=index),
                        key=f"example{index}",
                        help=_("show its maps and scores above"),
                        on_click=place,
                        args=({EXAMPLE.key: index},),
                    )


def show(x: Array, key: str) -> None:
    """An example, (channels, *axes): a picture, or a line for each channel of a signal."""
    if x.ndim == 2:
        st.plotly_chart(lines(x), key=key, width=SIDE, config=STILL)
    else:
        st.image(levels(x), width=SIDE)


def lines(x: Array) -> go.Figure:
    """A small chart of a signal, (channels, cells)."""
    figure = go.Figure([go.Scatter(y=channel, mode="lines", hoverinfo="skip") for channel in x])
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_layout(height=80, margin={"l": 0, "r": 0, "t": 4, "b": 4}, showlegend=False)
    return figure


def levels(x: Array) -> NDArray[np.uint8]:
    """A picture, (channels, rows, columns), in 8 bits and large: in colour if it has three channels, else the first."""
    shown = x.transpose(1, 2, 0) if len(x) == 3 else x[0]
    low, high = float(shown.min()), float(shown.max())
    grey = (255 * (shown - low) / ((high - low) or 1)).astype(np.uint8)
    return grey.repeat(4, 0).repeat(4, 1)
