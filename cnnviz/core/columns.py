"""A convolution as a product of matrices: im2col, col2im, and the whole layer as one sparse matrix.

A *column* is what one window reads, tap after tap and channel after channel; there is one for each output cell of a
map. With the kernels as the rows of a matrix W, the layer is ``W @ columns + bias``. Where each number comes from
stands in one table, made of the layer's own window tables: stride, padding, dilation and padding mode end there.

References
----------
Chellapilla, Puri and Simard, "High performance convolutional neural networks for document processing", 2006.
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from cnnviz.core.geometry import PAD, Ints
from cnnviz.core.layers import Array, Conv, Shape


def sources(layer: Conv, shape: Shape) -> Ints:
    """Where im2col finds each number.

    Parameters
    ----------
    shape : (channels, *axes)
        Of the input.

    Returns
    -------
    int array, shape (channels * taps, positions)
        Index into the flattened input, or `PAD`, where a zero is read. Rows run as torch's flattened weight does,
        columns as the flattened output.

    Raises
    ------
    GeometryError
        If the layer cannot read such an input.

    Examples
    --------
    >>> sources(Conv(kernel_size=2, ndim=1), (1, 4))
    array([[0, 1, 2],
           [1, 2, 3]])
    """
    channels, *size = shape
    ndim, axes = len(size), layer.windows(shape)
    cell, outside = np.zeros((1,) * (2 * ndim), np.int64), np.zeros((1,) * (2 * ndim), bool)
    for i, axis in enumerate(axes):
        lie = [1] * (2 * ndim)  # all axes of the taps, then all axes of the output
        lie[i], lie[ndim + i] = axis.n_taps, axis.n_out
        table = axis.source.T.reshape(lie)
        cell, outside = cell * size[i] + table, outside | (table < 0)
    taps, positions = prod(axis.n_taps for axis in axes), prod(axis.n_out for axis in axes)
    cell, outside = (x.reshape(taps, positions) for x in np.broadcast_arrays(cell, outside))
    first = np.arange(channels)[:, None, None] * prod(size)  # of each channel
    return np.where(outside, PAD, first + cell).reshape(channels * taps, positions)


def im2col(x: Array, table: Ints) -> Array:
    """Each window of the input as a column.

    Parameters
    ----------
    x : array, shape (channels, *axes)
    table : as `sources` gives it

    Examples
    --------
    >>> im2col(np.array([[1.0, 2.0, 3.0]]), sources(Conv(kernel_size=2, padding=1, ndim=1), (1, 3)))
    array([[0., 1., 2., 3.],
           [1., 2., 3., 0.]])
    """
    return np.append(x.ravel(), np.zeros(1, x.dtype))[table]  # PAD is -1, the zero at the end


def col2im(columns: Array, table: Ints, shape: Shape, add: bool = True) -> Array:
    """Columns back in their places: all copies of a cell are added up, and what lies in the padding is dropped.

    Parameters
    ----------
    add : bool
        False writes each copy over the one before, column after column: ``=`` where ``+=`` is meant.

    Returns
    -------
    array of this shape

    Examples
    --------
    >>> table = sources(Conv(kernel_size=2, ndim=1), (1, 4))
    >>> col2im(np.ones((2, 3)), table, (1, 4)), col2im(np.ones((2, 3)), table, (1, 4), add=False)
    (array([[1., 2., 2., 1.]]), array([[1., 1., 1., 1.]]))
    """
    found = np.zeros(prod(shape), columns.dtype)
    inside = table.T >= 0
    places, values = table.T[inside], columns.T[inside]
    if add:
        np.add.at(found, places, values)
    else:
        found[places] = values  # of several values for one place, numpy keeps the last
    return found.reshape(shape)


def copies(table: Ints, shape: Shape) -> Ints:
    """How often each input cell stands in the columns; a window that reads a cell twice has it twice.

    >>> copies(sources(Conv(kernel_size=2, ndim=1), (1, 4)), (1, 4))
    array([[1, 2, 2, 1]])
    """
    return np.bincount(table[table >= 0], minlength=prod(shape)).reshape(shape)


def memory_factor(table: Ints, shape: Shape) -> float:
    """How many numbers the columns hold for each of the input.

    >>> memory_factor(sources(Conv(kernel_size=3, ndim=1), (1, 30)), (1, 30))
    2.8
    """
    return table.size / prod(shape)


def seen(layer: Conv, shape: Shape) -> Ints:
    """The rows of the columns that each kernel reads, (first, one past the last): groups make W block diagonal."""
    return layer.channels_read(shape) * prod(layer.kernel_size)


def matrix_of(layer: Conv, weight: Array, empty: float = 0.0) -> Array:
    """All kernels as the rows of one matrix.

    Parameters
    ----------
    weight : array, as torch has it
    empty : float
        What stands outside the blocks of a layer with groups.

    Returns
    -------
    array, shape (out_channels, in_channels * taps)
    """
    found = np.full((layer.out_channels, layer.in_channels * prod(layer.kernel_size)), empty, weight.dtype)
    for row, kernel, (first, end) in zip(found, weight, seen(layer, (layer.in_channels,)), strict=True):
        row[first:end] = kernel.ravel()
    return found


def weight_of(layer: Conv, matrix: Array) -> Array:
    """The same back in torch's own shape; what stands outside the blocks is left out."""
    blocks = [row[first:end] for row, (first, end) in zip(matrix, seen(layer, (layer.in_channels,)), strict=True)]
    return np.stack(blocks).reshape(layer.weight_shape())


@dataclass(frozen=True, eq=False)
class Back:
    """The way back through ``W @ columns + bias``.

    Attributes
    ----------
    weight : array, as torch has it
        ``dY @ columns^T``.
    bias : array, shape (out_channels,)
    columns : array, shape (channels * taps, positions)
        ``W^T @ dY``.
    input, overwritten : arrays of the input's shape
        The columns back in their places, added up, and each written over the one before.
    """

    weight: Array
    bias: Array
    columns: Array
    input: Array
    overwritten: Array


def backward(layer: Conv, x: Array, weight: Array, dy: Array) -> Back:
    """Gradients of ``(dy * y).sum()``.

    Parameters
    ----------
    dy : array of the output's shape
        What the loss asks of each output cell.
    """
    table, flat = sources(layer, x.shape), dy.reshape(layer.out_channels, -1)
    columns = matrix_of(layer, weight).T @ flat
    places = [col2im(columns, table, x.shape, add) for add in (True, False)]
    return Back(weight_of(layer, flat @ im2col(x, table).T), flat.sum(axis=1), columns, *places)


@dataclass(frozen=True, eq=False)
class Sparse:
    """A matrix that is mostly empty.

    Attributes
    ----------
    rows, columns : int arrays, shape (entries,)
    values : array, shape (entries,)
        Where several have the same place they are added up.
    shape : (int, int)
    """

    rows: Ints
    columns: Ints
    values: Array
    shape: tuple[int, int]

    def __matmul__(self, x: Array) -> Array:
        """Times a vector."""
        return np.asarray(np.bincount(self.rows, self.values * x[self.columns], self.shape[0]), self.values.dtype)

    def dense(self, empty: float = 0.0) -> Array:
        """All of it, with this where there is no entry."""
        found = np.full(self.shape, empty, self.values.dtype)
        found[self.rows, self.columns] = 0
        np.add.at(found, (self.rows, self.columns), self.values)
        return found


def toeplitz(layer: Conv, weight: Array, shape: Shape) -> Sparse:
    """The whole layer without its bias as one matrix, which takes the flattened input as it is.

    Row ``f * positions + p`` holds kernel *f* where the window of position *p* stands. Along one axis without padding,
    each diagonal holds one weight: a Toeplitz matrix. A padding that repeats cells puts several weights into one place.

    Examples
    --------
    >>> toeplitz(Conv(kernel_size=2, ndim=1), np.array([[[1.0, 2.0]]]), (1, 3)).dense()
    array([[1., 2., 0.],
           [0., 1., 2.]])
    """
    table, matrix = sources(layer, shape), matrix_of(layer, weight)
    positions = table.shape[1]
    f, k, p = (
        np.concatenate(parts)
        for parts in zip(*(entries(row, table, *ends) for row, ends in enumerate(seen(layer, shape))), strict=True)
    )
    return Sparse(f * positions + p, table[k, p], matrix[f, k], (layer.out_channels * positions, prod(shape)))


def entries(row: int, table: Ints, first: int, end: int) -> tuple[Ints, Ints, Ints]:
    """Of one kernel: itself, the row of the columns and the position of each cell that it reads."""
    k, p = np.nonzero(table[first:end] >= 0)
    return np.full(len(k), row), k + first, p
