"""The table of a layer, read from the other side: which windows read a cell?"""

import numpy as np

from cnnviz.core.geometry import Axis, Ints


def readers_axis(source: Ints, size: int) -> Axis:
    """The way back along one axis: every input cell as a window over the output cells that read it.

    Parameters
    ----------
    source : int array, shape (n_out, n_taps)
        Input cell that each tap of each window reads, as `Axis.source`.
    size : int [cells]
        Length of the input.

    Returns
    -------
    Axis
        With `size` windows over ``n_out`` cells, in order; a cell that no window reads has a window without taps.

    Examples
    --------
    >>> from cnnviz.core.geometry import conv_axis
    >>> readers_axis(conv_axis(5, kernel=3, stride=2).source, 5).source  # cell 2 is read by both windows
    array([[ 0, -2],
           [ 0, -2],
           [ 0,  1],
           [ 1, -2],
           [ 1, -2]])
    """
    windows = np.repeat(np.arange(len(source)), source.shape[1])  # of each reading, in the order of the windows
    cells = source.ravel()
    read = np.unique(np.stack([cells, windows])[:, cells >= 0], axis=1)  # each pair once, by cell and then by window
    count = np.bincount(read[0], minlength=size)
    first = np.cumsum(count) - count
    most = max(1, int(count.max(initial=0)))
    at = np.full((size, most), len(source))  # beyond the end
    at[read[0], np.arange(read.shape[1]) - first[read[0]]] = read[1]
    ragged = count if count.min(initial=most) < most else None
    return Axis(len(source), 0, np.arange(len(source)), at[:, 0], np.arange(most), ragged, at=at)
