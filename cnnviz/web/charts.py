"""Charts: what is not animated."""

import numpy as np
import plotly.graph_objects as go

from cnnviz.core.geometry import Ints
from cnnviz.core.layers import Array
from cnnviz.scenes.palette import PALETTE
from cnnviz.text import _

MOST_CELLS = 400_000  # of one picture


def weight_matrix(taps: Array, reads: Ints, in_channels: int) -> Array:
    """All kernels in one picture: a row of blocks for each output channel, a column for each input channel.

    Parameters
    ----------
    taps : array, shape (out_channels, channels read, *kernel_size)
    reads : int array, shape (out_channels, 2)
        First input channel that each output channel reads, and one past the last.

    Returns
    -------
    float32 array, shape (out_channels * kernel rows, in_channels * kernel columns)
        NaN where an output channel does not look: groups make it block-diagonal.
    """
    out, _, *size = taps.shape
    rows, columns = int(np.prod(size[:-1])), size[-1]  # depth and rows run downwards together
    matrix = np.full((out, rows, in_channels, columns), np.nan, np.float32)
    for channel, (first, last) in enumerate(reads):
        block = taps[channel].reshape(last - first, rows, columns)
        matrix[channel, :, first:last] = block.swapaxes(0, 1)
    return matrix.reshape(out * rows, in_channels * columns)


def weight_figure(taps: Array, reads: Ints, in_channels: int, dark: bool) -> go.Figure:
    """`weight_matrix` as a heat map, with a line between channels."""
    matrix = weight_matrix(taps, reads, in_channels)
    stops = PALETTE["weight"]["dark" if dark else "light"]
    most = float(np.nanmax(np.abs(matrix))) or 1.0
    rows, columns = len(matrix) // len(taps), taps.shape[-1]
    figure = go.Figure(
        go.Heatmap(
            z=matrix,
            zmin=-most,
            zmax=most,
            colorscale=[[i / (len(stops) - 1), stop] for i, stop in enumerate(stops)],
            colorbar={"title": {"text": _("weight")}, "thickness": 12},
            hovertemplate=f"{_('weight {value}', value='%{z:.4f}')}<extra></extra>",
        )
    )
    line = {"color": "rgba(128,128,128,0.55)", "width": 1}
    for i in range(in_channels + 1):
        figure.add_vline(i * columns - 0.5, line=line)
    for o in range(len(taps) + 1):
        figure.add_hline(o * rows - 0.5, line=line)
    ticks = {"tickmode": "array", "showgrid": False, "zeroline": False}
    figure.update_xaxes(
        title=_("input channel"),
        tickvals=[i * columns + (columns - 1) / 2 for i in range(in_channels)],
        ticktext=[str(i) for i in range(in_channels)],
        **ticks,
    )
    figure.update_yaxes(
        title=_("output channel"),
        tickvals=[o * rows + (rows - 1) / 2 for o in range(len(taps))],
        ticktext=[str(o) for o in range(len(taps))],
        autorange="reversed",
        **ticks,
    )
    figure.update_layout(margin={"l": 50, "r": 10, "t": 10, "b": 40}, height=420)
    return figure


def running_figure(means: Array, variances: Array, batch: Array, momentum: float | None, dark: bool) -> go.Figure:
    """Running statistics of the first channel, pass by pass, beside what the same momentum gives elsewhere.

    Parameters
    ----------
    means, variances : arrays, shape (passes + 1, channels)
        As torch kept them, from its start at 0 and 1.
    batch : array, shape (channels, cells)
    momentum : float or None
        In torch, the share of the new batch; in other libraries, the share of the old. None gives all batches the same.
    """
    passes = np.arange(len(means))
    cells = batch[0]
    aims = (float(cells.mean()), float(cells.var(ddof=1)) if len(cells) > 1 else 0.0)
    lines = ((_("running mean"), means[:, 0], 0.0, aims[0]), (_("running variance"), variances[:, 0], 1.0, aims[1]))
    figure = go.Figure()
    for (name, values, start, aim), colour in zip(lines, PALETTE["groups"]["dark" if dark else "light"], strict=False):
        figure.add_scatter(x=passes, y=values, name=name, mode="lines+markers", line={"color": colour, "width": 3})
        if momentum is not None:
            other = aim + (start - aim) * np.float64(momentum) ** passes  # the old counts m, the new 1 - m
            told = _("{name}, momentum read as the old's share", name=name)
            figure.add_scatter(x=passes, y=other, name=told, line={"color": colour, "dash": "dot"})
        figure.add_hline(aim, line={"color": colour, "width": 1, "dash": "dash"})
    figure.update_xaxes(title=_("training passes"), rangemode="tozero")
    figure.update_layout(
        margin={"l": 50, "r": 10, "t": 10, "b": 40}, height=320, legend={"orientation": "h", "y": 1.15}
    )
    return figure
