"""The same picture as Plotly would animate it: one frame per step."""

from functools import cache

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cnnviz.core.layers import Array
from cnnviz.core.run import Run

TAPS = (3, 3)  # rows and columns of the window


def animated(done: Run, numbers: bool) -> go.Figure:
    """Input, output and the two windows; a frame replaces the output and moves the windows.

    Parameters
    ----------
    numbers : bool
        Write the numbers into the cells, as the player does.
    """
    figure = make_subplots(cols=2, subplot_titles=("input", "output"), horizontal_spacing=0.06)
    figure.add_trace(heatmap(done.x[0, 0], numbers), 1, 1)
    for trace, column in zip(moving(done, 0, numbers), (2, 1, 2), strict=True):
        figure.add_trace(trace, 1, column)
    figure.frames = [
        go.Frame(data=moving(done, step, numbers), traces=[1, 2, 3], name=str(step))
        for step in range(done.y[0, 0].size)
    ]
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(showgrid=False)
    return figure.update_layout(width=920, height=520, showlegend=False)


def moving(done: Run, step: int, numbers: bool) -> list[go.Heatmap | go.Scatter]:
    """What changes with every step: the output so far, the window, and the cell it makes."""
    y, taps = done.y[0, 0], TAPS
    row, column = divmod(step, y.shape[1])
    so_far = np.where(np.arange(y.size).reshape(y.shape) <= step, y, np.nan)
    return [heatmap(so_far, numbers, np.abs(y).max()), box(row, column, *taps), box(row, column, 1, 1)]


def heatmap(values: Array, numbers: bool, most: float | None = None) -> go.Heatmap:
    most = float(np.abs(values).max() if most is None else most)
    text = "%{z:.2f}" if numbers else None
    return go.Heatmap(z=values, zmin=-most, zmax=most, colorscale="RdBu", showscale=False, texttemplate=text)


def box(row: int, column: int, rows: int, columns: int) -> go.Scatter:
    """An outline round cells whose centres are whole numbers."""
    left, top = column - 0.5, row - 0.5
    x = [left, left + columns, left + columns, left, left]
    y = [top, top, top + rows, top + rows, top]
    return go.Scatter(x=x, y=y, mode="lines", line={"color": "black", "width": 2.5}, hoverinfo="skip")


@cache
def library() -> bytes:
    """Plotly's own bundle."""
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 -- reads 4.7 MB

    return str(get_plotlyjs()).encode()
